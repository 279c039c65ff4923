//! The chain of tasks that took longest.

use makespan_model::{NONE, Run, TaskId};

use crate::longest::Longest;
use crate::network::end;

/// The longest chain of dependent tasks.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CriticalPath {
    /// Its tasks, first to last.
    pub tasks: Vec<TaskId>,
    /// What each of them weighs, ns.
    pub weights: Vec<i64>,
    /// Sum of their weights, ns.
    pub length: i64,
    /// By task, whether it is on the path.
    pub on_path: Vec<bool>,
    /// Whether it follows dependencies that were inferred.
    pub inferred: bool,
    /// For each task of the path the gap between the last end known before it on the path and its first start, ns.
    /// 0 for the first, for tasks without times, and where the two overlap.
    pub waits: Vec<i64>,
}

/// The critical path of a run as executed: the chain of dependencies with the greatest sum of weights (Kelley &
/// Walker 1959, *Critical-path planning and scheduling*), where a task weighs the time from its first start to its
/// last end, retries included.
///
/// Tasks without a closed interval weigh nothing but may carry the path. A task that contains others which have
/// times weighs only its [own](crate::busy()) time, and the path goes through its contents: they come after what it
/// waits for, and what waits for it comes after them. Of chains of equal weight the one that ends later counts, then
/// the one over lower indices. `None` where no task has a closed interval. O(n + e), with containers
/// O(n log n + e).
pub fn critical_path(run: &Run) -> Option<CriticalPath> {
    let Longest { spans, weight, best, from, .. } = Longest::new(run)?;
    let ends = (0..run.task_count() as u32).map(end);
    let last = ends.reduce(|a, b| if best[b] > best[a] { b } else { a })?;

    let mut path = CriticalPath {
        length: best[last].0,
        on_path: vec![false; run.task_count()],
        inferred: run.edges_inferred,
        ..CriticalPath::default()
    };
    let mut node = last as u32;
    while node != NONE {
        let before = from[node as usize];
        if !node.is_multiple_of(2) && before == node - 1 {
            path.tasks.push(TaskId(node / 2));
            path.on_path[node as usize / 2] = true;
        }
        node = before;
    }
    path.tasks.reverse();
    path.weights = path.tasks.iter().map(|t| weight[t.index()]).collect();
    let mut reach = None;
    for t in &path.tasks {
        let span = spans[t.index()];
        let gap = span.zip(reach).map_or(0, |((start, _), end): (_, i64)| start.saturating_sub(end).max(0));
        path.waits.push(gap);
        reach = span.map(|s| s.1).or(reach);
    }
    Some(path)
}
