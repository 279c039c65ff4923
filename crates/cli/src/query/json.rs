//! The answer for programs; `docs/query.md` describes every member. Members may be added, none is ever renamed.

use makespan_analysis::query::Query;
use makespan_format::time::format_rfc3339;
use makespan_model::{TaskId, UNKNOWN};
use makespan_views::tasks::{start_of, worker_of};
use serde::Serialize;

use super::answer::Answer;

#[derive(Serialize)]
struct Line<'a> {
    query: String,
    run: RunName<'a>,
    tasks: Vec<Task<'a>>,
    matched: usize,
    of: usize,
}

#[derive(Serialize)]
struct RunName<'a> {
    id: &'a str,
    name: &'a str,
}

#[derive(Serialize)]
struct Task<'a> {
    id: &'a str,
    name: &'a str,
    step: &'a str,
    status: &'static str,
    start: Option<String>,
    end: Option<String>,
    duration_ns: Option<i64>,
    wait_ns: Option<i64>,
    attempts: usize,
    worker: Option<&'a str>,
}

/// The answer of one run as JSON on one line.
pub(super) fn line(query: &Query, answer: &Answer) -> String {
    let run = answer.facts.run();
    let line = Line {
        query: query.to_string(),
        run: RunName { id: &run.id, name: run.title() },
        tasks: answer.tasks.iter().map(|t| task(answer, *t)).collect(),
        matched: answer.tasks.len(),
        of: run.task_count(),
    };
    // Serialising plain values into a string cannot fail.
    serde_json::to_string(&line).unwrap_or_default()
}

fn task(answer: &Answer, t: TaskId) -> Task<'_> {
    let run = answer.facts.run();
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
        wait_ns: known(answer.facts.waiting().wait[t.index()]),
        attempts: run.attempts_of(t).len(),
        worker: Some(worker_of(run, t)).filter(|w| !w.is_empty()),
    }
}
