//! The own time of containers: when they were executing between their contents.

use makespan_model::{NONE, Order as _, Rows, Run, UNKNOWN};

use crate::busy;
use crate::charge::Charge;
use crate::nest::Nest;
use crate::network::{begin, end};
use crate::waiting::first_starts;

/// The time spans in which containers with times were executing themselves, as nodes after those of the tasks.
///
/// None of its contents is open then, so that they come before it or after it: a chain through a container holds all
/// stretches that lie between its contents, and leaves out nothing that had to happen.
#[derive(Default)]
pub(crate) struct OwnTime {
    /// By container ascending in time.
    pub(crate) stretches: Vec<Charge>,
    /// From each node those that come after it because of the stretches.
    pub(crate) links: Rows,
    /// By task, whether it is a container with times whose work is parted into stretches.
    parted: Vec<bool>,
}

impl OwnTime {
    /// O(n log n).
    pub(crate) fn new(run: &Run, nest: &Nest, spans: &[Option<(i64, i64)>]) -> OwnTime {
        let n = spans.len();
        let anchors = nest.anchors(run, |p| spans[p as usize].is_some());
        let mut parted = vec![false; n];
        for (t, &anchor) in anchors.iter().enumerate() {
            if anchor != NONE && spans[t].is_some() {
                parted[anchor as usize] = true;
            }
        }
        let busy = busy(run);
        let mut stretches = Vec::new();
        for (k, &attempt) in busy.attempt.iter().enumerate() {
            let task = run.attempts.task[attempt as usize];
            if parted[task as usize] {
                let (from, to) = (busy.start[k], busy.end[k]);
                stretches.push(Charge { task, weight: to.saturating_sub(from), from, to });
            }
        }
        // Stable, and the intervals come sorted by start.
        stretches.order_by_numbers(|s| s.task);
        let of = |task: u32| {
            let from = stretches.partition_point(|s| s.task < task);
            from..from + stretches[from..].partition_point(|s| s.task == task)
        };
        let node = |stretch: usize| (n * 2 + stretch) as u32;
        let mut links: Vec<(u32, u32)> = Vec::new();
        for (i, s) in stretches.iter().enumerate() {
            let same =
                |at: Option<usize>| at.and_then(|at| stretches.get(at)).is_some_and(|o| o.task == s.task);
            if !same(i.checked_sub(1)) {
                links.push((begin(s.task) as u32, node(i)));
            }
            links.push((node(i), if same(Some(i + 1)) { node(i + 1) } else { end(s.task) as u32 }));
        }
        let first = first_starts(run);
        for (t, &anchor) in anchors.iter().enumerate().filter(|(t, a)| **a != NONE && first[*t] != UNKNOWN) {
            let own = of(anchor);
            let before = stretches[own.clone()].partition_point(|s| s.to <= first[t]);
            if before > 0 {
                links.push((node(own.start + before - 1), begin(t as u32) as u32));
            }
            if let Some((_, last)) = spans[t] {
                let after = stretches[own.clone()].partition_point(|s| s.from < last);
                if after < own.len() {
                    links.push((end(t as u32) as u32, node(own.start + after)));
                }
            }
        }
        let links = Rows::from_pairs(n * 2 + stretches.len(), &links);
        OwnTime { stretches, links, parted }
    }

    /// Each container whose work is parted, and how much that is, ns.
    pub(crate) fn by_container(&self) -> impl Iterator<Item = (u32, i64)> + '_ {
        let sum = |task: u32| {
            let from = self.stretches.partition_point(|s| s.task < task);
            let mine = self.stretches[from..].iter().take_while(move |s| s.task == task);
            mine.fold(0i64, |sum, s| sum.saturating_add(s.weight))
        };
        let parted = self.parted.iter().enumerate().filter(|(_, parted)| **parted);
        parted.map(move |(t, _)| (t as u32, sum(t as u32)))
    }

    /// Whether the intervals of a task carry its work, instead of the task as a whole.
    pub(crate) fn is_parted(&self, task: u32) -> bool {
        self.parted.get(task as usize).copied().unwrap_or(false)
    }

    /// Makes one piece of it.
    pub(crate) fn join(&mut self) {
        *self = OwnTime::default();
    }
}
