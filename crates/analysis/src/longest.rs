//! The longest chains of dependent tasks, to and from every one of them.

use makespan_model::{NONE, Run, UNKNOWN};

use crate::charge::Charge;
use crate::network::{Network, begin};
use crate::own_time::OwnTime;

/// The longest way to each node of the project network, by weights of tasks; see [`critical_path`].
///
/// Behind the two nodes of each task there is one for each stretch in which a container was executing itself.
///
/// [`critical_path`]: crate::critical_path()
pub(crate) struct Longest<'r> {
    network: Network<'r>,
    own: OwnTime,
    /// All nodes, topologically ordered.
    order: Vec<u32>,
    /// Closed intervals of the tasks.
    pub(crate) spans: Vec<Option<(i64, i64)>>,
    /// Weight of each task, ns.
    pub(crate) weight: Vec<i64>,
    /// Weight up to and with each node, and the last end known on the way; below 0 where nothing came before.
    pub(crate) best: Vec<(i64, i64)>,
    /// The node before each one on that way, or `NONE`.
    pub(crate) from: Vec<u32>,
    /// Whether the way to each node begins with the link to it: the task alone is longer, because the part before
    /// overlaps it so much.
    pub(crate) begins: Vec<bool>,
}

impl<'r> Longest<'r> {
    /// `None` where no task has a closed interval. O(n + e), with containers O(n log n + e).
    pub(crate) fn new(run: &'r Run) -> Option<Longest<'r>> {
        let spans: Vec<Option<(i64, i64)>> = run.task_ids().map(|t| run.task_interval(t)).collect();
        if spans.iter().all(Option::is_none) {
            return None;
        }
        let network = Network::new(run);
        let own = network.nest.as_ref().map_or_else(OwnTime::default, |nest| OwnTime::new(run, nest, &spans));
        let mut weight: Vec<i64> = spans.iter().map(|s| s.map_or(0, |(s, e)| e.saturating_sub(s))).collect();
        for (task, own) in own.by_container() {
            weight[task as usize] = own;
        }
        let mut longest = Longest {
            network,
            own,
            order: vec![],
            spans,
            weight,
            best: vec![],
            from: vec![],
            begins: vec![],
        };
        longest.sort();
        longest.walk();
        Some(longest)
    }

    /// Orders the nodes. Where times contradict dependencies, the time that a container was executing itself is one piece
    /// beside its contents, and not parted by them.
    fn sort(&mut self) {
        let tasks = self.network.order.len();
        if self.own.stretches.is_empty() {
            self.order = std::mem::take(&mut self.network.order);
            return;
        }
        let nodes = tasks + self.own.stretches.len();
        let mut missing = vec![0u32; nodes];
        for node in 0..nodes as u32 {
            self.next(node, |to| missing[to as usize] += 1);
        }
        let mut order: Vec<u32> = (0..nodes as u32).filter(|&node| missing[node as usize] == 0).collect();
        let mut at = 0;
        while let Some(&node) = order.get(at) {
            at += 1;
            self.next(node, |to| {
                missing[to as usize] -= 1;
                if missing[to as usize] == 0 {
                    order.push(to);
                }
            });
        }
        if order.len() < nodes {
            self.own.join();
            order = std::mem::take(&mut self.network.order);
        }
        self.order = order;
    }

    fn walk(&mut self) {
        let nodes = self.order.len();
        let mut from = vec![NONE; nodes];
        let mut best = vec![(-1i64, UNKNOWN); nodes];
        let mut begins = vec![false; nodes];
        for &node in &self.order {
            let (sum, last) = best[node as usize];
            let sum = sum.max(0);
            self.next(node, |to| {
                let mut alone = false;
                let offer = match self.charge(node, to) {
                    Some(charge) => {
                        let both = sum.saturating_add(charge.after(last));
                        alone = both < charge.weight;
                        if alone { (charge.weight, charge.to) } else { (both, last.max(charge.to)) }
                    }
                    None => (sum, last),
                };
                let slot = to as usize;
                let (known, offered) = (self.rank(to, best[slot]), self.rank(to, offer));
                if from[slot] == NONE || offered > known || (offered == known && node < from[slot]) {
                    (best[slot], from[slot], begins[slot]) = (offer, node, alone);
                }
            });
        }
        (self.best, self.from, self.begins) = (best, from, begins);
    }

    /// How good a way to a node is: a task may overlap a long way so much that a shorter one leads further.
    fn rank(&self, node: u32, (sum, last): (i64, i64)) -> (i64, i64, i64) {
        let is_begin = node.is_multiple_of(2) && (node as usize) < self.spans.len() * 2;
        let own = if is_begin { self.charge(node, node + 1) } else { None };
        let lost = own.map_or(0, |own| own.weight.saturating_sub(own.after(last)));
        (sum.saturating_sub(lost), sum, last)
    }

    /// Calls `visit` with every node that comes directly after `node`.
    fn next(&self, node: u32, mut visit: impl FnMut(u32)) {
        if (node as usize) < self.spans.len() * 2 {
            self.network.next(node, &mut visit);
        }
        self.own.links.row(node as usize).iter().for_each(|&to| visit(to));
    }

    /// Weight of a link; `None` if it only connects.
    pub(crate) fn charge(&self, node: u32, to: u32) -> Option<Charge> {
        let task = node / 2;
        match (node as usize).checked_sub(self.spans.len() * 2) {
            Some(stretch) => self.own.stretches.get(stretch).copied(),
            None if is_own(node, to) && !self.own.is_parted(task) => {
                let (from, to) = self.spans[task as usize]?;
                Some(Charge { task, weight: self.weight[task as usize], from, to })
            }
            None => None,
        }
    }

    /// The task that a link is a part of, if any.
    pub(crate) fn task_of(&self, node: u32, to: u32) -> Option<u32> {
        self.charge(node, to).map(|c| c.task).or_else(|| is_own(node, to).then_some(node / 2))
    }

    /// For each node the weight of the longest way from it to any end, and the node that comes next on it, or `NONE`;
    /// of equal ones the one that is met first. O(n + e).
    pub(crate) fn onward(&self) -> (Vec<i64>, Vec<u32>) {
        let nodes = self.order.len();
        let (mut rest, mut toward) = (vec![0i64; nodes], vec![NONE; nodes]);
        for &node in self.order.iter().rev() {
            let (mut most, mut next) = (-1, NONE);
            self.next(node, |to| {
                let own = self.charge(node, to).map_or(0, |c| c.weight);
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
        let begin = begin(task as u32);
        self.best[begin].0.max(0).saturating_add(rest[begin])
    }

    /// The heaviest chain by other weights. O(n + e).
    pub(crate) fn heaviest(&self, weight: impl Fn(&Charge) -> i128) -> i128 {
        let mut sum = vec![0i128; self.order.len()];
        let mut most = 0;
        for &node in &self.order {
            let before = sum[node as usize];
            most = most.max(before);
            self.next(node, |to| {
                let own = self.charge(node, to).map_or(0, |c| weight(&c));
                sum[to as usize] = sum[to as usize].max(before.saturating_add(own));
            });
        }
        most
    }
}

/// Whether a link of the network is a task itself, from its begin to its end.
fn is_own(node: u32, to: u32) -> bool {
    node.is_multiple_of(2) && node + 1 == to
}
