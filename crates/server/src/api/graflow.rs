//! The addresses of Graflow's lineage service, with data from the store. Unlike the original, an unknown id gives 404, times
//! have a zone, the counters of a run are derived from its tasks, and an error is cleared when a retry succeeds.

use std::cmp::Reverse;
use std::sync::Arc;

use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, Response};
use makespan_format::Status;
use makespan_format::time::format_rfc3339;
use makespan_model::{AttemptId, Order as _, Run, TaskId, UNKNOWN};
use makespan_store::{
    Counts, Error, Grouping, HistoryQuery, RunFilter, RunQuery, RunState, Store, Tally, TaskRun,
};
use serde_json::{Value, json};

use crate::app::App;
use crate::fold::fold;
use crate::live::lineage::word;
use crate::net::reply::{self, Problem};
use crate::params::{Id, Params};

/// Maximum number of runs and rows listed.
const LISTED: u32 = 1_000;
/// Maximum number of tasks in a mean.
const AVERAGED: u64 = 20_000;

fn sum(tasks: &Tally, wanted: &str) -> u64 {
    Status::ALL.into_iter().filter(|s| word(*s) == wanted).map(|s| tasks.of(s)).sum()
}

fn time(ns: i64) -> Option<String> {
    (ns != UNKNOWN).then(|| format_rfc3339(ns))
}

fn execution_of(run: &RunState) -> Value {
    json!({
        "execution_id": run.id,
        "workflow_name": run.workflow.as_ref().or(run.name.as_ref()),
        "start_time": run.started().map(format_rfc3339),
        "end_time": run.ended().map(format_rfc3339),
        "status": run.status().map_or("unknown", word),
        "total_tasks": run.tasks.total(),
        "completed_tasks": sum(&run.tasks, "completed"),
        "failed_tasks": sum(&run.tasks, "failed"),
    })
}

/// `GET /api/executions`.
pub(crate) async fn executions(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    params: Params,
) -> Result<Response<Body>, Problem> {
    params.done()?;
    let query = RunQuery { limit: LISTED, ..RunQuery::default() };
    let page = app.shelf.ask(move |store| store.runs(&query)).await?;
    let all: Vec<Value> = page.runs.iter().map(execution_of).collect();
    Ok(reply::json(&headers, &json!({ "executions": all })))
}

/// `GET /api/executions/{id}`.
pub(crate) async fn execution(
    State(app): State<Arc<App>>,
    Id(id): Id,
    headers: HeaderMap,
    params: Params,
) -> Result<Response<Body>, Problem> {
    params.done()?;
    let state = app.shelf.state_of(&id).await?;
    let tasks = folded(&app, id, |run| {
        let tries = run.task_ids().flat_map(|t| run.attempts_of(t).map(move |a| (t, a)));
        tries.map(|(t, a)| task_execution(run, t, a)).collect::<Vec<_>>()
    });
    let tasks = tasks.await?;
    Ok(reply::json(&headers, &json!({ "execution": execution_of(&state), "task_executions": tasks })))
}

fn task_execution(run: &Run, task: TaskId, attempt: AttemptId) -> Value {
    let (tries, a) = (&run.attempts, attempt.index());
    let error = Some(run.text(tries.error[a])).filter(|text| !text.is_empty());
    json!({
        "task_id": run.task_id(task),
        "execution_id": format!("{}_{}_{}", run.id, run.task_id(task), tries.number[a]),
        "start_time": time(tries.started[a]),
        "end_time": time(tries.ended[a]),
        "status": word(tries.status[a]),
        "duration": run.interval(attempt).map(seconds),
        "result_size": null,
        "error_message": error,
        "metadata": {},
    })
}

fn seconds((start, end): (i64, i64)) -> f64 {
    end.saturating_sub(start) as f64 / 1e9
}

/// `GET /api/graph/current`: the graph of the newest run; empty if there are no runs.
pub(crate) async fn graph(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    params: Params,
) -> Result<Response<Body>, Problem> {
    params.done()?;
    let query = RunQuery { limit: 1, ..RunQuery::default() };
    let newest = app.shelf.ask(move |store| store.runs(&query)).await?.runs.pop();
    let Some(newest) = newest else {
        return Ok(reply::json(&headers, &json!({ "nodes": [], "edges": [] })));
    };
    let created = format_rfc3339(newest.created);
    let drawn = folded(&app, newest.id, move |run| {
        let nodes: Vec<Value> = run.task_ids().map(|t| node(run, t, &created)).collect();
        let ends = run.task_ids().flat_map(|t| run.predecessors.row(t.index()).iter().map(move |p| (*p, t)));
        let edge = |(from, to): (u32, TaskId)| json!({ "source": run.task_id(TaskId(from)), "target": run.task_id(to), "data": {} });
        let edges: Vec<Value> = if run.edges_inferred { Vec::new() } else { ends.map(edge).collect() };
        json!({ "nodes": nodes, "edges": edges })
    });
    Ok(reply::json(&headers, &drawn.await?))
}

fn node(run: &Run, task: TaskId, created: &str) -> Value {
    let last = run.attempts_of(task).next_back();
    let status = run.tasks.status[task.index()];
    let error = last.map(|a| run.text(run.attempts.error[a.index()]));
    let error = error.filter(|text| !text.is_empty() && word(status) == "failed");
    let current = last.filter(|_| word(status) == "running");
    json!({
        "id": run.task_id(task),
        "data": {
            "task_type": run.text(run.tasks.kind[task.index()]),
            "status": word(status),
            "created_at": created,
            "current_execution":
                current.map(|a| format!("{}_{}_{}", run.id, run.task_id(task), run.attempts.number[a.index()])),
            "last_duration": last.and_then(|a| run.interval(a)).map(seconds),
            "error": error,
        },
    })
}

/// `GET /api/tasks/{id}/history`: one task in all runs of the store, newest first. If no run has a task with this id, the tasks
/// of the latest runs with this name or of this step.
pub(crate) async fn history(
    State(app): State<Arc<App>>,
    Id(id): Id,
    headers: HeaderMap,
    params: Params,
) -> Result<Response<Body>, Problem> {
    params.done()?;
    let wanted = id.clone();
    let rows = app.shelf.ask(move |store| {
        let query =
            HistoryQuery { task: wanted.clone(), runs: RunQuery { limit: LISTED, ..RunQuery::default() } };
        let found = store.history(&query)?;
        if found.tasks.is_empty() {
            return named(store, &wanted);
        }
        Ok(found.tasks.iter().map(history_row).collect())
    });
    let rows = rows.await?;
    if rows.is_empty() {
        let why = format!(
            "no run has a task with this id, and no task of the latest runs ({AVERAGED} tasks at most) has this name or step"
        );
        return Err(Problem::not_found(why));
    }
    Ok(reply::json(&headers, &json!({ "task_id": id, "executions": rows })))
}

fn history_row(row: &TaskRun) -> Value {
    let (start, end) = (row.task.started, row.task.ended);
    json!({
        "task_id": row.task.id,
        "execution_id": format!("{}_{}", row.run, row.task.id),
        "start_time": start.map(format_rfc3339),
        "end_time": end.map(format_rfc3339),
        "status": word(row.task.status),
        "duration": start.zip(end).map(seconds),
        "result_size": null,
        "error_message": row.task.error,
        "metadata": {},
    })
}

/// Returns the attempts of the tasks with a name or of a step in the latest runs, newest first, among at most [`AVERAGED`] tasks
/// and for at most [`LISTED`] rows.
fn named(store: &dyn Store, name: &str) -> Result<Vec<Value>, Error> {
    let (mut rows, mut left) = (Vec::new(), AVERAGED);
    for state in store.runs(&RunQuery { limit: LISTED, ..RunQuery::default() })?.runs {
        left = match left.checked_sub(state.tasks.total()) {
            Some(left) if rows.len() < LISTED as usize => left,
            _ => break,
        };
        let Some(run) = fold(store, &state.id)? else { continue };
        let has_name = |task: &TaskId| run.task_name(*task) == name || run.task_step(*task) == name;
        let mut tries: Vec<(TaskId, AttemptId)> = run
            .task_ids()
            .filter(has_name)
            .flat_map(|task| run.attempts_of(task).map(move |attempt| (task, attempt)))
            .collect();
        tries.order_by_numbers(|(_, attempt)| Reverse(run.attempts.started[attempt.index()]));
        rows.extend(tries.into_iter().map(|(task, attempt)| task_execution(&run, task, attempt)));
    }
    rows.truncate(LISTED as usize);
    Ok(rows)
}

/// `GET /api/metrics/summary`.
pub(crate) async fn summary(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    params: Params,
) -> Result<Response<Body>, Problem> {
    params.done()?;
    let query = RunQuery { limit: LISTED, ..RunQuery::default() };
    let (counts, page, average) = app
        .shelf
        .ask(move |store| {
            let page = store.runs(&query)?;
            let average = average_duration(store, &page.runs)?;
            Ok((store.counts(&RunFilter::default(), Grouping::All)?, page, average))
        })
        .await?;
    let count = |wanted: &str| page.runs.iter().map(|run| sum(&run.tasks, wanted)).sum::<u64>();
    let total: u64 = page.runs.iter().map(|run| run.tasks.total()).sum();
    let (completed, failed) = (count("completed"), count("failed"));
    let over = completed + failed;
    let value = json!({
        "total_executions": counts.iter().map(Counts::total).sum::<u64>(),
        "total_tasks": total,
        "completed_tasks": completed,
        "failed_tasks": failed,
        "success_rate": if over > 0 { completed as f64 / over as f64 } else { 0.0 },
        "average_task_duration": average,
    });
    Ok(reply::json(&headers, &value))
}

/// Returns the mean duration of the tasks of the latest runs, in seconds, over at most [`AVERAGED`] tasks; 0 without tasks.
fn average_duration(store: &dyn Store, runs: &[RunState]) -> Result<f64, Error> {
    let (mut total, mut count, mut left) = (0.0, 0u64, AVERAGED);
    for state in runs {
        left = match left.checked_sub(state.tasks.total()) {
            Some(left) => left,
            None => break,
        };
        let Some(run) = fold(store, &state.id)? else { continue };
        for interval in run.task_ids().filter_map(|task| run.task_interval(task)) {
            total += seconds(interval);
            count += 1;
        }
    }
    Ok(if count > 0 { total / count as f64 } else { 0.0 })
}

/// Computes something about a run from its events, where blocking is allowed.
async fn folded<T: Send + 'static>(
    app: &App,
    id: String,
    make: impl Fn(&Run) -> T + Send + 'static,
) -> Result<T, Problem> {
    let made = app.shelf.ask(move |store| Ok(fold(store, &id)?.map(|run| make(&run)))).await?;
    made.ok_or_else(|| Problem::not_found("there is no run with this id"))
}
