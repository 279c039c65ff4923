//! The chain of tasks that took longest.

use makespan_model::{NONE, Run, TaskId, UNKNOWN};

use crate::busy;
use crate::network::{Network, end};

/// The longest chain of dependent tasks.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CriticalPath {
    /// Its tasks, first to last.
    pub tasks: Vec<TaskId>,
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
    let spans: Vec<Option<(i64, i64)>> = run.task_ids().map(|t| run.task_interval(t)).collect();
    if spans.iter().all(Option::is_none) {
        return None;
    }
    let network = Network::new(run);
    let weight = weights(run, &network, &spans);

    let nodes = network.order.len();
    let mut from = vec![NONE; nodes];
    // Weight up to and with a node, and the last end known on the way; below 0 where nothing came before.
    let mut best = vec![(-1i64, UNKNOWN); nodes];
    for &node in &network.order {
        let task = node as usize / 2;
        let (sum, last) = best[node as usize];
        let sum = sum.max(0);
        network.next(node, |to| {
            let own = node + 1 == to && node.is_multiple_of(2);
            let offer = if own {
                (sum.saturating_add(weight[task]), spans[task].map_or(last, |s| s.1))
            } else {
                (sum, last)
            };
            let slot = to as usize;
            if offer > best[slot] || (offer == best[slot] && node < from[slot]) {
                (best[slot], from[slot]) = (offer, node);
            }
        });
    }
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
    let mut reach = None;
    for t in &path.tasks {
        let span = spans[t.index()];
        let gap = span.zip(reach).map_or(0, |((start, _), end): (_, i64)| start.saturating_sub(end).max(0));
        path.waits.push(gap);
        reach = span.map(|s| s.1).or(reach);
    }
    Some(path)
}

/// What each task weighs, ns.
fn weights(run: &Run, network: &Network<'_>, spans: &[Option<(i64, i64)>]) -> Vec<i64> {
    let mut weight: Vec<i64> = spans.iter().map(|s| s.map_or(0, |(s, e)| e.saturating_sub(s))).collect();
    if let Some(nest) = &network.nest {
        let mut contains = vec![false; spans.len()];
        let anchors = nest.anchors(run, |p| spans[p as usize].is_some());
        for (t, &anchor) in anchors.iter().enumerate() {
            if anchor != NONE && spans[t].is_some() {
                contains[anchor as usize] = true;
                weight[anchor as usize] = 0;
            }
        }
        let own = busy(run);
        for (&attempt, length) in own.attempt.iter().zip(own.lengths()) {
            let task = run.attempts.task[attempt as usize] as usize;
            if contains[task] {
                weight[task] = weight[task].saturating_add(length);
            }
        }
    }
    weight
}
