//! What tables, pictures and exports need of a task: its first start, its length, its worker.

use makespan_model::{Run, TaskId, UNKNOWN};

/// Returns the first known start of a task, or [`UNKNOWN`].
pub fn start_of(run: &Run, t: TaskId) -> i64 {
    let starts = run.attempts_of(t).map(|a| run.attempts.started[a.index()]);
    starts.filter(|s| *s != UNKNOWN).min().unwrap_or(UNKNOWN)
}

/// Returns the worker of the last attempt of a task; empty if unknown.
pub fn worker_of(run: &Run, t: TaskId) -> &str {
    run.attempts_of(t).next_back().map_or("", |a| run.text(run.attempts.worker[a.index()]))
}

/// Returns the time from the first start to the last end of a task, ns; [`UNKNOWN`] if either is unknown.
pub(crate) fn length_of(run: &Run, t: TaskId) -> i64 {
    run.task_interval(t).map_or(UNKNOWN, |(s, e)| e.saturating_sub(s))
}
