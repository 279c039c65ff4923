//! Upstream and downstream tasks of a task.

use makespan_model::{Run, TaskId};

/// The tasks from which dependencies lead to `task`, directly or not, by task: its ancestors in the graph. The task
/// itself is not among them; all false for a task that is not of this run. O(n + e).
pub fn upstream(run: &Run, task: TaskId) -> Vec<bool> {
    let mut reached = vec![false; run.task_count()];
    if task.index() >= reached.len() {
        return reached;
    }
    // Topological order: predecessors come first.
    reached[task.index()] = true;
    for t in (0..=task.index()).rev() {
        if reached[t] {
            for &p in run.predecessors.row(t) {
                reached[p as usize] = true;
            }
        }
    }
    reached[task.index()] = false;
    reached
}

/// The tasks to which dependencies lead from `task`, directly or not, by task: its descendants in the graph. The
/// task itself is not among them; all false for a task that is not of this run. O(n + e).
pub fn downstream(run: &Run, task: TaskId) -> Vec<bool> {
    let mut reached = vec![false; run.task_count()];
    if task.index() >= reached.len() {
        return reached;
    }
    reached[task.index()] = true;
    for t in task.index()..reached.len() {
        if reached[t] {
            for &s in run.successors.row(t) {
                reached[s as usize] = true;
            }
        }
    }
    reached[task.index()] = false;
    reached
}
