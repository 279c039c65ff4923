//! The kind of source that a run comes from.

use makespan_model::{NONE, Run, UNKNOWN};

/// Sources whose tasks are the spans of a trace, as their importers name them.
const TRACES: [&str; 4] = ["Chrome trace", "Bazel profile", "viztracer", "PyTorch Kineto"];

/// Returns whether a run is the profile of a program: its tasks are slices of threads, in a trace format.
pub fn is_profile(run: &Run) -> bool {
    let source = run.text(run.source);
    TRACES.iter().any(|name| source.starts_with(name))
}

/// Returns whether the tasks of a run are spans of a trace: calls and slices that a program recorded as they happened,
/// without a scheduler. They do not wait for slots or queues, and a thread in a call is not full.
///
/// True if the source is a trace format, or if at least half of the tasks with times are within a task with times on
/// the same worker, as nested calls are. O(n + a).
pub fn is_trace(run: &Run) -> bool {
    if is_profile(run) {
        return true;
    }
    let (a, parent) = (&run.attempts, &run.tasks.parent);
    if parent.iter().all(|p| *p == NONE) {
        return false;
    }
    let worker = |t: u32| {
        let mut tries = run.attempts_of(makespan_model::TaskId(t)).map(|i| i.index());
        tries.find(|i| a.started[*i] != UNKNOWN && !a.worker[*i].is_empty()).map(|i| a.worker[i])
    };
    let (mut timed, mut calls) = (0usize, 0usize);
    for t in 0..run.task_count() as u32 {
        let Some(own) = worker(t) else { continue };
        timed += 1;
        let outer = parent[t as usize];
        calls += usize::from(outer != NONE && worker(outer) == Some(own));
    }
    timed > 0 && calls * 2 >= timed
}
