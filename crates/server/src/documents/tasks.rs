//! The tasks of a run that match a query; `docs/query.md` describes every member.

use makespan_analysis::Facts;
use makespan_analysis::query::Query;
use makespan_format::time::format_rfc3339;
use makespan_model::{TaskId, UNKNOWN};
use makespan_views::tasks::{start_of, worker_of};
use schemars::JsonSchema;
use serde::Serialize;

use super::schema::{Moment, StatusName};

/// The document of [`tasks`].
#[derive(Serialize, JsonSchema)]
pub struct TasksDocument<'a> {
    query: String,
    run: RunName<'a>,
    tasks: Vec<Task<'a>>,
    matched: usize,
    of: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<usize>,
}

#[derive(Serialize, JsonSchema)]
struct RunName<'a> {
    id: &'a str,
    name: &'a str,
}

#[derive(Serialize, JsonSchema)]
struct Task<'a> {
    id: &'a str,
    name: &'a str,
    step: &'a str,
    #[schemars(with = "StatusName")]
    status: &'static str,
    #[schemars(with = "Option<Moment>")]
    start: Option<String>,
    #[schemars(with = "Option<Moment>")]
    end: Option<String>,
    duration_ns: Option<i64>,
    wait_ns: Option<i64>,
    attempts: usize,
    worker: Option<&'a str>,
}

/// The tasks of one run that a query matches, as JSON on one line: the form of `makespan query --json`. `page` is the
/// part of `found` to list; if it is not all, `next` gives the start of the next page.
pub fn tasks(query: &Query, facts: &Facts, found: &[TaskId], page: std::ops::Range<usize>) -> String {
    let run = facts.run();
    let listed = found.get(page.clone()).unwrap_or_default();
    let line = TasksDocument {
        query: query.to_string(),
        run: RunName { id: &run.id, name: run.title() },
        tasks: listed.iter().map(|t| task(facts, *t)).collect(),
        matched: found.len(),
        of: run.task_count(),
        next: (page.end < found.len()).then_some(page.end),
    };
    // Serialising plain values into a string cannot fail.
    serde_json::to_string(&line).unwrap_or_default()
}

fn task(facts: &Facts, t: TaskId) -> Task<'_> {
    let run = facts.run();
    let known = |time: i64| (time != UNKNOWN).then_some(time);
    let interval = run.task_interval(t);
    Task {
        id: run.task_id(t),
        name: run.task_name(t),
        step: run.task_step(t),
        status: run.tasks.status[t.index()].name(),
        start: known(start_of(run, t)).map(format_rfc3339),
        end: interval.map(|i| format_rfc3339(i.1)),
        duration_ns: interval.map(|(start, end)| end.saturating_sub(start)),
        wait_ns: known(facts.waiting().wait[t.index()]),
        attempts: run.attempts_of(t).len(),
        worker: Some(worker_of(run, t)).filter(|w| !w.is_empty()),
    }
}
