//! Causes of waiting, and the tasks that delayed others.

use std::cmp::Reverse;

use makespan_model::{AttemptId, NONE, Order as _, Run, TaskId, UNKNOWN};

use crate::busy::busy;
use crate::slots::Slots;
use crate::waiting::{Waiting, earliest, first_starts, waiting};

/// Why a task was not executing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cause {
    /// It was not ready: the predecessor that ended last had not ended.
    Dependency(TaskId),
    /// It was ready and its worker was full: this attempt occupied the slot that became free next.
    Slot(AttemptId),
    /// It was ready or queued, and according to the record a slot was free: delay of a queue or of the scheduler.
    Queue,
    /// An attempt had ended and the next one was not queued yet.
    Backoff,
    /// The cause is not recorded.
    Unknown,
}

/// A time span in which a task waited for one cause.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WaitPiece {
    /// Start, ns since the epoch.
    pub from: i64,
    /// End, ns since the epoch.
    pub to: i64,
    /// The cause.
    pub cause: Cause,
}

/// Times in ns, by cause.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CauseSums {
    /// Not ready: release time, which is not waiting. In deep runs it is by far the largest part, and no task could
    /// have started earlier.
    pub dependency: i64,
    /// For a slot.
    pub slot: i64,
    /// In a queue, or for the scheduler.
    pub queue: i64,
    /// Between attempts.
    pub backoff: i64,
    /// Cause unknown.
    pub unknown: i64,
}

impl CauseSums {
    /// Returns the time in which tasks waited: all except release time, ns.
    pub fn waited(&self) -> i64 {
        [self.slot, self.queue, self.backoff, self.unknown].into_iter().fold(0, i64::saturating_add)
    }
}

/// The delay that one task caused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Culprit {
    /// The task.
    pub task: TaskId,
    /// Time in which it was executing and nothing else kept its dependants from being ready, summed over them, ns: a
    /// part of their release time, not of waiting.
    pub dependency: i64,
    /// Time in which it held the slot that others waited for, summed over them, ns.
    pub slot: i64,
}

/// The waiting of all tasks by cause; columns by task, ns, `UNKNOWN` if not known, as for tasks that never started.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Causes {
    /// Release time: from the earliest possible moment (the start of its container, otherwise of the run) until it was
    /// ready or started.
    pub dependency: Vec<i64>,
    /// For a slot.
    pub slot: Vec<i64>,
    /// In a queue, or for the scheduler.
    pub queue: Vec<i64>,
    /// Between attempts, without the parts for a slot or in a queue.
    pub backoff: Vec<i64>,
    /// Cause unknown.
    pub unknown: Vec<i64>,
    /// The columns summed over all tasks for which they are known.
    pub sums: CauseSums,
    /// Tasks that delayed others: sorted by the time in which others waited for their slots, then by the release time
    /// of their dependants, then by index.
    pub culprits: Vec<Culprit>,
}

/// A time span in which an attempt could have started: since it was ready, or queued for another attempt.
struct Window {
    task: u32,
    attempt: u32,
    from: i64,
    to: i64,
    /// After this, time that is not for a slot is the delay of a queue or the scheduler; before it, the cause is
    /// unknown.
    known: i64,
}

impl Window {
    /// Returns the parts of the window, in order.
    fn pieces(&self, run: &Run, slots: &Slots, out: &mut Vec<WaitPiece>) {
        let mut at = self.from;
        let idle = |from: i64, to: i64, out: &mut Vec<WaitPiece>| {
            let middle = self.known.clamp(from, to);
            let halves = [(from, middle, Cause::Unknown), (middle, to, Cause::Queue)];
            let some = halves.into_iter().filter(|(from, to, _)| from < to);
            out.extend(some.map(|(from, to, cause)| WaitPiece { from, to, cause }));
        };
        if let Some(worker) = slots.worker(run, self.attempt) {
            let row = slots.row(worker);
            let first = row.start + slots.to[row.clone()].partition_point(|to| *to <= self.from);
            for i in (first..row.end).take_while(|&i| slots.from[i] < self.to) {
                let (from, to) = (slots.from[i].max(at), slots.to[i].min(self.to));
                idle(at, from, out);
                out.push(WaitPiece { from, to, cause: Cause::Slot(AttemptId(slots.holder[i])) });
                at = to;
            }
        }
        idle(at, self.to, out);
    }
}

/// Visits the windows of a task: before its first start, and before each later one from when that attempt was queued.
/// Calls `backoff` with the remaining gaps between attempts.
fn windows(
    run: &Run,
    waiting: &Waiting,
    task: TaskId,
    mut backoff: impl FnMut(i64, i64),
    mut visit: impl FnMut(Window),
) {
    let (a, t) = (&run.attempts, task.index());
    let timed = || run.attempts_of(task).filter(|i| a.started[i.index()] != UNKNOWN);
    let first = timed().min_by_key(|i| a.started[i.index()]);
    if let Some(i) = first.filter(|_| waiting.wait[t] != UNKNOWN) {
        let (from, to, queued) = (waiting.ready[t], a.started[i.index()], a.queued[i.index()]);
        let named = !a.worker[i.index()].is_empty();
        // Whether the task was ready is known if its dependencies are recorded; whether its worker was full, if the
        // worker is.
        let sure = waiting.blocker[t] != NONE && !run.edges_inferred && (named || queued != UNKNOWN);
        let known = match queued {
            _ if sure => from,
            UNKNOWN => to,
            queued => queued,
        };
        if from < to {
            visit(Window { task: task.0, attempt: i.0, from, to, known });
        }
    }
    for (one, next) in run.attempts_of(task).zip(run.attempts_of(task).skip(1)) {
        let (end, start) = (a.ended[one.index()], a.started[next.index()]);
        if end == UNKNOWN || start == UNKNOWN || end >= start {
            continue;
        }
        let queued = a.queued[next.index()];
        let from = if queued == UNKNOWN { start } else { queued.clamp(end, start) };
        if end < from {
            backoff(end, from);
        }
        if from < start {
            visit(Window { task: task.0, attempt: next.0, from, to: start, known: from });
        }
    }
}

/// The waiting of a run by cause: every nanosecond from the earliest moment at which a task could have been ready to
/// its first start, and between its tries, has exactly one.
///
/// Until a task is [ready](crate::waiting()), the cause is the predecessor that ended last; this is release time, and
/// kept apart from waiting. From then on, while the worker of the task was full (it had as many attempts executing as
/// it ever had at once), the cause is the holder of the slot: of these attempts, the one that ended first. Containers
/// hold no slot. The remaining time is the delay of a queue or the scheduler if the record shows that the task only had
/// to start: its dependencies are recorded and have ended and its worker is named, or it was queued. The cause is
/// unknown if dependencies are inferred, if there are none (then ready is only the start of the run), and if neither
/// worker nor queue is known. Between attempts it is backoff until the next one was queued.
///
/// If both are known, slot, queue, backoff and unknown of a task add up to its wait and backoff of
/// [`waiting()`](crate::waiting()).
///
/// A task is a culprit for what waits for its slot, and for tasks that depend on it from when it had started and their
/// other predecessors were over until it ended: what it waited for itself is not a fault of its own.
/// O((n + a) log a + e).
pub fn causes(run: &Run) -> Causes {
    causes_with(run, &waiting(run), &Slots::new(run, &busy(run)))
}

pub(crate) fn causes_with(run: &Run, waiting: &Waiting, slots: &Slots) -> Causes {
    let n = run.task_count();
    let first = first_starts(run);
    let earliest = earliest(run, &first);
    let mut out = Causes {
        dependency: unready(waiting, &first, &earliest),
        slot: vec![UNKNOWN; n],
        queue: vec![UNKNOWN; n],
        backoff: waiting.backoff.iter().map(|b| if *b == UNKNOWN { UNKNOWN } else { 0 }).collect(),
        unknown: vec![UNKNOWN; n],
        ..Causes::default()
    };
    // By worker: the windows in which a task waited for it.
    let mut waited: Vec<(u32, i64, i64)> = Vec::new();
    for t in run.task_ids() {
        let i = t.index();
        if waiting.wait[i] != UNKNOWN {
            (out.slot[i], out.queue[i], out.unknown[i]) = (0, 0, 0);
        }
        let mut pauses = 0i64;
        windows(
            run,
            waiting,
            t,
            |from, to| pauses = pauses.saturating_add(to.saturating_sub(from)),
            |w| {
                let worker = slots.worker(run, w.attempt);
                let full = |from: i64, to: i64| worker.map_or(0, |worker| slots.full(worker, from, to));
                let known = w.known.clamp(w.from, w.to);
                let (dark, clear) = (full(w.from, known), full(known, w.to));
                let add = |column: &mut [i64], ns: i64| {
                    let slot = &mut column[w.task as usize];
                    *slot = if *slot == UNKNOWN { ns } else { slot.saturating_add(ns) };
                };
                add(&mut out.slot, dark.saturating_add(clear));
                add(&mut out.unknown, known.saturating_sub(w.from).saturating_sub(dark));
                add(&mut out.queue, w.to.saturating_sub(known).saturating_sub(clear));
                waited.extend(worker.map(|worker| (worker, w.from, w.to)));
            },
        );
        if out.backoff[i] != UNKNOWN {
            out.backoff[i] = pauses;
        }
    }
    let sum =
        |column: &[i64]| column.iter().filter(|v| **v != UNKNOWN).fold(0i64, |a, b| a.saturating_add(*b));
    out.sums = CauseSums {
        dependency: sum(&out.dependency),
        slot: sum(&out.slot),
        queue: sum(&out.queue),
        backoff: sum(&out.backoff),
        unknown: sum(&out.unknown),
    };
    let mut blame: Vec<Culprit> =
        run.task_ids().map(|task| Culprit { task, dependency: 0, slot: 0 }).collect();
    blame_predecessors(run, waiting, &first, &earliest, &mut blame);
    blame_holders(run, slots, waited, &mut blame);
    blame.retain(|c| c.slot > 0 || c.dependency > 0);
    blame.order_by_key(|c| (Reverse(c.slot), Reverse(c.dependency), c.task));
    out.culprits = blame;
    out
}

/// Returns the time in which each task was not ready, by the known predecessor that ended last.
fn unready(waiting: &Waiting, first: &[i64], earliest: &[i64]) -> Vec<i64> {
    let one = |t: usize| match (waiting.ready[t], first[t]) {
        (UNKNOWN, _) | (_, UNKNOWN) => UNKNOWN,
        _ if waiting.blocker[t] == NONE => 0,
        (ready, first) => ready.min(first).saturating_sub(earliest[t]).max(0),
    };
    (0..first.len()).map(one).collect()
}

/// Attributes to the last predecessor of each task the time in which only that one had not ended.
fn blame_predecessors(run: &Run, waiting: &Waiting, first: &[i64], earliest: &[i64], blame: &mut [Culprit]) {
    let spans: Vec<Option<(i64, i64)>> = run.task_ids().map(|t| run.task_interval(t)).collect();
    for t in run.task_ids() {
        let i = t.index();
        let blocker = waiting.blocker[i];
        let start = first.get(blocker as usize).copied();
        let Some(start) = start.filter(|_| first[i] != UNKNOWN) else { continue };
        // The time at which the other predecessors had ended; a predecessor without times counts
        // from when it was ready.
        let others = run.predecessors.row(i).iter().filter_map(|&p| match spans[p as usize] {
            Some((_, end)) => (p != blocker).then_some(end),
            None => (waiting.blocker[p as usize] != blocker).then_some(waiting.ready[p as usize]),
        });
        let alone = others.fold(start.max(earliest[i]), i64::max);
        let until = waiting.ready[i].min(first[i]);
        let caused = &mut blame[blocker as usize].dependency;
        *caused = caused.saturating_add(until.saturating_sub(alone).max(0));
    }
}

/// Attributes to each holder of a slot the time in which others waited for it: the sum over time of the number of open
/// windows.
fn blame_holders(run: &Run, slots: &Slots, mut waited: Vec<(u32, i64, i64)>, blame: &mut [Culprit]) {
    waited.order();
    for mine in waited.chunk_by(|a, b| a.0 == b.0) {
        let begins: Vec<i64> = mine.iter().map(|w| w.1).collect();
        let mut ends: Vec<i64> = mine.iter().map(|w| w.2).collect();
        ends.order();
        let (mut begun, mut over) = (0, 0);
        let (mut now, mut sum) = (UNKNOWN, 0i128);
        // The sum of waiting up to a time; called with ascending times only.
        let mut up_to = |t: i64| {
            loop {
                let next = [begins.get(begun), ends.get(over)].into_iter().flatten().copied().min();
                let step = next.map_or(t, |next| next.min(t));
                sum += (begun - over) as i128 * (i128::from(step) - i128::from(now.min(step)));
                now = step;
                if next.is_none_or(|next| next >= t) {
                    return sum;
                }
                while begins.get(begun) == Some(&step) {
                    begun += 1;
                }
                while ends.get(over) == Some(&step) {
                    over += 1;
                }
            }
        };
        for i in slots.row(mine[0].0) {
            let before = up_to(slots.from[i]);
            let caused = up_to(slots.to[i]) - before;
            let task = run.attempts.task[slots.holder[i] as usize] as usize;
            let slot = &mut blame[task].slot;
            *slot = slot.saturating_add(i64::try_from(caused).unwrap_or(i64::MAX));
        }
    }
}

/// Returns what a task waited for, in order of time: without gaps from the earliest moment at which it could have been
/// ready to its first start, and between its attempts. Empty if nothing is known. O(log n) plus the size of the result.
pub(crate) fn wait_pieces_with(
    run: &Run,
    waiting: &Waiting,
    causes: &Causes,
    slots: &Slots,
    task: TaskId,
) -> Vec<WaitPiece> {
    let mut out = Vec::new();
    let Some(&before) = causes.dependency.get(task.index()) else { return out };
    let blocker = waiting.blocker[task.index()];
    if before > 0 {
        let starts = run.attempts_of(task).map(|a| run.attempts.started[a.index()]);
        let first = starts.filter(|s| *s != UNKNOWN).min().unwrap_or(UNKNOWN);
        let to = waiting.ready[task.index()].min(first);
        let cause = Cause::Dependency(TaskId(blocker));
        out.push(WaitPiece { from: to.saturating_sub(before), to, cause });
    }
    let mut pauses = Vec::new();
    windows(
        run,
        waiting,
        task,
        |from, to| pauses.push(WaitPiece { from, to, cause: Cause::Backoff }),
        |window| window.pieces(run, slots, &mut out),
    );
    out.extend(pauses);
    out.order_by_key(|p| (p.from, p.to));
    out
}
