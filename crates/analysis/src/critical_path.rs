//! The chain of tasks that took longest.

use makespan_model::{NONE, Run, TaskId, UNKNOWN};

use crate::longest::Longest;
use crate::network::end;

/// The longest chain of dependent tasks.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CriticalPath {
    /// Its tasks, first to last; a container is at the place of its first own work.
    pub tasks: Vec<TaskId>,
    /// What each of them adds to the path, ns.
    pub weights: Vec<i64>,
    /// Sum of these weights, ns; never more than the makespan.
    pub length: i64,
    /// Weight of its tasks beyond that, because they started before their dependencies had ended, ns.
    pub overlap: i64,
    /// By task, whether it is on the path.
    pub on_path: Vec<bool>,
    /// Whether it follows dependencies that were inferred.
    pub inferred: bool,
    /// For each task of the path the gap between the last end known before it on the path and its first start there, ns.
    /// 0 for the first, for tasks without times, and where the two overlap.
    pub waits: Vec<i64>,
}

/// The critical path of a run as executed: the chain of dependencies with the greatest sum of weights (Kelley &
/// Walker 1959, *Critical-path planning and scheduling*), where a task weighs the time from its first start to its
/// last end, retries and the pauses between them included.
///
/// Tasks without a closed interval weigh nothing but can be part of the path. A container of tasks with times weighs
/// only its [own](crate::busy()) time, and the path passes through both: contents come after the own time before them
/// and before the own time after them, after the predecessors of the container and before its successors. If a task
/// started before its predecessor on the path had ended, only its time after that end adds to the path, so that no path
/// is longer than the makespan. The way to each task is the one with the greatest sum, or the task alone if that is
/// longer. Of chains of equal weight the one that ends later is chosen, then the one with lower indices. `None` if no
/// task has a closed interval. O(n + e), with containers O(n log n + e).
pub fn critical_path(run: &Run) -> Option<CriticalPath> {
    let longest = Longest::new(run)?;
    let ends = (0..run.task_count() as u32).map(end);
    let last = ends.reduce(|a, b| if longest.best[b] > longest.best[a] { b } else { a })?;
    let mut links: Vec<(u32, u32)> = Vec::new();
    let mut node = last as u32;
    while longest.from[node as usize] != NONE {
        let before = longest.from[node as usize];
        links.push((before, node));
        if longest.begins[node as usize] {
            break;
        }
        node = before;
    }
    let mut path = CriticalPath {
        on_path: vec![false; run.task_count()],
        inferred: run.edges_inferred,
        ..CriticalPath::default()
    };
    let mut place = vec![0usize; run.task_count()];
    let mut reach = UNKNOWN;
    for (before, node) in links.into_iter().rev() {
        let Some(task) = longest.task_of(before, node) else { continue };
        let charge = longest.charge(before, node);
        let t = task as usize;
        if !std::mem::replace(&mut path.on_path[t], true) {
            place[t] = path.tasks.len();
            path.tasks.push(TaskId(task));
            path.weights.push(0);
            let gap = charge.filter(|_| reach != UNKNOWN).map_or(0, |c| c.from.saturating_sub(reach).max(0));
            path.waits.push(gap);
        }
        let Some(charge) = charge else { continue };
        let adds = charge.after(reach);
        path.length = path.length.saturating_add(adds);
        path.overlap = path.overlap.saturating_add(charge.weight.saturating_sub(adds));
        let weight = &mut path.weights[place[t]];
        *weight = weight.saturating_add(adds);
        reach = reach.max(charge.to);
    }
    Some(path)
}
