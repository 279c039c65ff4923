//! Intervals in which a worker had no free slot, and the attempt that held the slot that became free next.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use makespan_model::{HashMap, NONE, Order as _, Run, StrId, UNKNOWN};

use crate::busy::Busy;
use crate::is_trace;
use crate::nest::Nest;

/// The times in which the workers were full.
///
/// The number of slots of a worker is not recorded: it is assumed to be the largest number of attempts it ever executed
/// at once. While it executes that many it is *full*, and the attempt among them that ends first *holds* the slot that
/// others wait for. A container of tasks with times holds no slot; the tasks in it do.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Slots {
    place: HashMap<StrId, u32>,
    /// Largest number of simultaneous attempts of each worker.
    pub(crate) capacity: Vec<u32>,
    /// First interval of each worker in the columns below; one more entry than there are workers.
    rows: Vec<usize>,
    /// Stretches in which a worker was full, ascending in time, half open.
    pub(crate) from: Vec<i64>,
    pub(crate) to: Vec<i64>,
    /// The attempt that held the slot.
    pub(crate) holder: Vec<u32>,
    /// Time in which the worker was full before the stretch.
    before: Vec<i64>,
}

/// Calls `visit` with (from, to, how many, holder) of every stretch of time in which the same intervals, sorted by
/// start, are open. O(k log k).
fn sweep(busy: &Busy, intervals: &[u32], mut visit: impl FnMut(i64, i64, usize, u32)) {
    let mut open: BinaryHeap<Reverse<(i64, u32)>> = BinaryHeap::new();
    let mut now = UNKNOWN;
    let mut close = |until: i64, open: &mut BinaryHeap<Reverse<(i64, u32)>>, now: &mut i64| {
        while let Some(&Reverse((end, k))) = open.peek() {
            let to = end.min(until);
            if *now < to {
                visit(*now, to, open.len(), busy.attempt[k as usize]);
                *now = to;
            }
            if end > until {
                break;
            }
            open.pop();
        }
    };
    for &k in intervals {
        let start = busy.start[k as usize];
        close(start, &mut open, &mut now);
        now = start;
        open.push(Reverse((busy.end[k as usize], k)));
    }
    close(i64::MAX, &mut open, &mut now);
}

impl Slots {
    /// No slots of a [trace](crate::is_trace()). O((n + a) log a).
    pub(crate) fn new(run: &Run, busy: &Busy) -> Slots {
        let mut out = Slots { rows: vec![0], ..Slots::default() };
        if is_trace(run) {
            return out;
        }
        let contains = containers(run);
        let mut intervals: Vec<(u32, u32)> = Vec::new();
        for (k, &attempt) in busy.attempt.iter().enumerate() {
            let name = run.attempts.worker[attempt as usize];
            let task = run.attempts.task[attempt as usize] as usize;
            if name.is_empty() || contains.get(task).copied().unwrap_or(false) {
                continue;
            }
            let next = out.place.len() as u32;
            intervals.push((*out.place.entry(name).or_insert(next), k as u32));
        }
        // Stable, and the intervals come sorted by start.
        intervals.order_by_numbers(|i| i.0);
        for mine in intervals.chunk_by(|a, b| a.0 == b.0) {
            let mine: Vec<u32> = mine.iter().map(|i| i.1).collect();
            let mut most = 0;
            sweep(busy, &mine, |_, _, open, _| most = most.max(open));
            let mut full = 0i64;
            sweep(busy, &mine, |from, to, open, holder| {
                if open < most {
                    return;
                }
                let first = out.from.len() == out.rows.last().copied().unwrap_or(0);
                if !first && out.to.last() == Some(&from) && out.holder.last() == Some(&holder) {
                    let last = out.to.len() - 1;
                    out.to[last] = to;
                } else {
                    out.from.push(from);
                    out.to.push(to);
                    out.holder.push(holder);
                    out.before.push(full);
                }
                full = full.saturating_add(to.saturating_sub(from));
            });
            out.capacity.push(most as u32);
            out.rows.push(out.from.len());
        }
        out
    }

    /// Returns the worker of an attempt, if it names one with executing attempts.
    pub(crate) fn worker(&self, run: &Run, attempt: u32) -> Option<u32> {
        self.place.get(&run.attempts.worker[attempt as usize]).copied()
    }

    /// The stretches of a worker, as a range of the columns.
    pub(crate) fn row(&self, worker: u32) -> std::ops::Range<usize> {
        self.rows[worker as usize]..self.rows[worker as usize + 1]
    }

    /// Time up to `t` in which the worker was full. O(log n).
    fn full_until(&self, worker: u32, t: i64) -> i64 {
        let row = self.row(worker);
        let at = row.start + self.from[row.clone()].partition_point(|from| *from < t);
        match at.checked_sub(1).filter(|i| *i >= row.start) {
            None => 0,
            Some(i) => self.before[i].saturating_add(t.min(self.to[i]).saturating_sub(self.from[i])),
        }
    }

    /// Time between two moments in which the worker was full. O(log n).
    pub(crate) fn full(&self, worker: u32, from: i64, to: i64) -> i64 {
        if from >= to {
            return 0;
        }
        self.full_until(worker, to).saturating_sub(self.full_until(worker, from))
    }

    /// The last stretch of a worker that was over at `t`: its end, and who held the slot. O(log n).
    pub(crate) fn freed_by(&self, worker: u32, t: i64) -> Option<(i64, u32)> {
        let row = self.row(worker);
        let at = row.start + self.to[row.clone()].partition_point(|to| *to <= t);
        at.checked_sub(1).filter(|i| *i >= row.start).map(|i| (self.to[i], self.holder[i]))
    }
}

/// Returns for each task whether it contains others with times; empty if no task contains another.
pub(crate) fn containers(run: &Run) -> Vec<bool> {
    let Some(nest) = Nest::new(run) else { return Vec::new() };
    let timed: Vec<bool> = run
        .task_ids()
        .map(|t| run.attempts_of(t).any(|a| run.attempts.started[a.index()] != UNKNOWN))
        .collect();
    let mut contains = vec![false; run.task_count()];
    for (t, &anchor) in nest.anchors(run, |p| timed[p as usize]).iter().enumerate() {
        if anchor != NONE && timed[t] {
            contains[anchor as usize] = true;
        }
    }
    contains
}
