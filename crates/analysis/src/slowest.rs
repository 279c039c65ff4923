//! The tasks that took longest.

use std::cmp::Reverse;

use makespan_model::{Run, TaskId};

/// The `n` tasks with the longest [interval](Run::task_interval), first start to last end, longest first; equal ones
/// by index. Tasks without a closed interval are not among them, containers are. O(n log n).
pub fn slowest(run: &Run, n: usize) -> Vec<TaskId> {
    let mut tasks: Vec<(Reverse<i64>, TaskId)> = run
        .task_ids()
        .filter_map(|t| run.task_interval(t).map(|(s, e)| (Reverse(e.saturating_sub(s)), t)))
        .collect();
    tasks.sort_unstable();
    tasks.truncate(n);
    tasks.into_iter().map(|(_, t)| t).collect()
}
