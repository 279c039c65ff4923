//! The longest chains of dependent tasks, to and from every one of them.

use makespan_model::{NONE, Run, UNKNOWN};

use crate::busy;
use crate::network::{Network, begin, end};

/// The longest way to each node of the project network, by weights of tasks; see [`critical_path`].
///
/// [`critical_path`]: crate::critical_path()
pub(crate) struct Longest<'r> {
    pub(crate) network: Network<'r>,
    /// Closed intervals of the tasks.
    pub(crate) spans: Vec<Option<(i64, i64)>>,
    /// What each task weighs, ns.
    pub(crate) weight: Vec<i64>,
    /// Weight up to and with each node, and the last end known on the way; below 0 where nothing came before.
    pub(crate) best: Vec<(i64, i64)>,
    /// The node before each one on that way, or `NONE`.
    pub(crate) from: Vec<u32>,
}

impl<'r> Longest<'r> {
    /// `None` where no task has a closed interval. O(n + e), with containers O(n log n + e).
    pub(crate) fn new(run: &'r Run) -> Option<Longest<'r>> {
        let spans: Vec<Option<(i64, i64)>> = run.task_ids().map(|t| run.task_interval(t)).collect();
        if spans.iter().all(Option::is_none) {
            return None;
        }
        let network = Network::new(run);
        let weight = weights(run, &network, &spans);
        let nodes = network.order.len();
        let mut from = vec![NONE; nodes];
        let mut best = vec![(-1i64, UNKNOWN); nodes];
        for &node in &network.order {
            let task = node as usize / 2;
            let (sum, last) = best[node as usize];
            let sum = sum.max(0);
            network.next(node, |to| {
                let offer = if is_own(node, to) {
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
        Some(Longest { network, spans, weight, best, from })
    }

    /// For each node the weight of the longest way from it to any end, and the node that comes next on it, or `NONE`;
    /// of equal ones the one that is met first. O(n + e).
    pub(crate) fn onward(&self) -> (Vec<i64>, Vec<u32>) {
        let nodes = self.network.order.len();
        let (mut rest, mut toward) = (vec![0i64; nodes], vec![NONE; nodes]);
        for &node in self.network.order.iter().rev() {
            let (mut most, mut next) = (-1, NONE);
            self.network.next(node, |to| {
                let own = if is_own(node, to) { self.weight[node as usize / 2] } else { 0 };
                let offer = rest[to as usize].saturating_add(own);
                if offer > most {
                    (most, next) = (offer, to);
                }
            });
            (rest[node as usize], toward[node as usize]) = (most.max(0), next);
        }
        (rest, toward)
    }

    /// The weight of the longest chain that holds a task, given the ways onward.
    pub(crate) fn through(&self, task: usize, rest: &[i64]) -> i64 {
        let before = self.best[begin(task as u32)].0.max(0);
        before.saturating_add(self.weight[task]).saturating_add(rest[end(task as u32)])
    }
}

/// Whether a link of the network is a task itself, from its begin to its end.
pub(crate) fn is_own(node: u32, to: u32) -> bool {
    node.is_multiple_of(2) && node + 1 == to
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
