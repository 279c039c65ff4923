//! Lower bounds on the makespan of a run.

use makespan_model::{NONE, Order as _, Run, TaskId};

use crate::busy::{Busy, busy};
use crate::charge::Charge;
use crate::longest::Longest;
use crate::slots::{Slots, containers};
use crate::{Concurrency, CriticalPath, concurrency, critical_path};

/// Origin of the number of slots.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SlotCount {
    /// Every executing attempt names a worker: the sum over workers of the most attempts that each executed at the same
    /// time.
    Workers,
    /// Some attempts name no worker: the most attempts that were ever executing at the same time.
    Concurrency,
}

/// Bounds given by the work and its dependencies; see [`bounds()`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bounds {
    /// Work of the run, ns.
    pub work: i64,
    /// Its makespan, ns, above 0.
    pub makespan: i64,
    /// Length of the critical path, ns: no number of slots makes the run shorter than that.
    pub critical_path: i64,
    /// Number of slots, at least 1.
    pub slots: u32,
    /// Origin of that number.
    pub slots_from: SlotCount,
    /// Work divided by makespan: the mean concurrency.
    pub parallelism: f64,
    /// Work divided by the work of the chain that has the most of it: the largest possible speed-up by parallel
    /// execution, at least 1, and the number of slots beyond which more do not help. Pauses between attempts do not
    /// count as work, so this chain may differ from the critical path.
    pub max_speedup: f64,
    /// No schedule on these slots is shorter, ns; see [`makespan_bounds()`].
    pub at_least: i64,
    /// No schedule that leaves no slot idle while a task is ready is longer, ns; see [`makespan_bounds()`].
    pub at_most: i64,
    /// Fraction of the slots that was used over the makespan, 0 to 1: parallelism divided by slots.
    pub efficiency: f64,
    /// The fraction of the work that behaves as if it could not run in parallel, from speed-up and slots (Karp & Flatt
    /// 1990, *Measuring parallel processor performance*): (1/S − 1/p) / (1 − 1/p). It is the inverse of Amdahl's law
    /// (1967) and includes overheads and waits. `None` with one slot.
    pub serial_share: Option<f64>,
    /// Time in which exactly one attempt was executing, ns.
    pub alone: i64,
    /// Time in which none was, ns.
    pub idle: i64,
    /// Whether the critical path follows inferred dependencies, and is therefore an estimate.
    pub inferred: bool,
}

/// The minimum and maximum time that tasks with this work and critical path take on `slots` equal slots, ns.
///
/// At least the critical path, and the work divided among all slots: max(C, W/p). At most (p − 1)/p · C + W/p, if no
/// slot is idle while a task is ready (Graham 1969, *Bounds on multiprocessing timing anomalies*; the looser W/p + C is
/// known as Brent's theorem, 1974). Fractions of a ns are rounded up. 0 slots count as one.
pub fn makespan_bounds(work: i64, critical_path: i64, slots: u32) -> (i64, i64) {
    let (w, c, p) = (i128::from(work.max(0)), i128::from(critical_path.max(0)), i128::from(slots.max(1)));
    let up = |n: i128| i64::try_from((n + p - 1) / p).unwrap_or(i64::MAX);
    (up(w.max(c * p)), up((p - 1) * c + w).max(up(c * p)))
}

/// Returns the bounds of a run, from its work and its critical path as executed: retries and the pauses between them
/// are part of the path, waiting is not. A pause passes whether slots are idle or not, so the upper bound is W/p plus,
/// of the longest chain, (p − 1)/p of the work and all pauses of its tasks. `None` if there is no makespan above 0, no
/// work, or no critical path above 0; also if the tasks of the critical path weigh more than the makespan, because they
/// started before their dependencies had ended, and nothing bounds such a run. O((n + a) log n + e).
pub fn bounds(run: &Run) -> Option<Bounds> {
    let busy = busy(run);
    let slots = Slots::new(run, &busy);
    bounds_with(run, &busy, &concurrency(run, &busy), critical_path(run).as_ref(), &slots)
}

pub(crate) fn bounds_with(
    run: &Run,
    busy: &Busy,
    concurrency: &Concurrency,
    path: Option<&CriticalPath>,
    slots: &Slots,
) -> Option<Bounds> {
    let (span, work, path) = (run.span()?, busy.work(), path?);
    let makespan = span.1.saturating_sub(span.0);
    if makespan <= 0 || work <= 0 || path.length <= 0 || path.length.saturating_add(path.overlap) > makespan {
        return None;
    }
    let named = busy.attempt.iter().all(|a| !run.attempts.worker[*a as usize].is_empty());
    let capacity = slots.capacity.iter().fold(0u32, |a, b| a.saturating_add(*b));
    let (p, slots_from) = if named && capacity > 0 {
        // Containers occupy no slot of a worker, but may have been executing beside attempts that do.
        (capacity.max(concurrency.max_running), SlotCount::Workers)
    } else {
        (concurrency.max_running.max(1), SlotCount::Concurrency)
    };
    let (at_least, mut at_most) = makespan_bounds(work, path.length, p);
    let mut most_work = path.length;
    if let Some((longest, pauses)) = pauses(run, busy) {
        let pause = |c: &Charge| i128::from(pauses[c.task as usize].min(c.weight));
        let slots = i128::from(p);
        let chain = longest.heaviest(|c| (slots - 1) * (i128::from(c.weight) - pause(c)) + slots * pause(c));
        let longest_run = (chain + i128::from(work) + slots - 1) / slots;
        at_most = i64::try_from(longest_run).unwrap_or(i64::MAX).max(at_least);
        let chain = longest.heaviest(|c| i128::from(c.weight) - pause(c));
        // Tasks that ran before their dependencies had ended may make a chain longer than the run.
        most_work = i64::try_from(chain).unwrap_or(i64::MAX).clamp(1, makespan);
    }
    let parallelism = work as f64 / makespan as f64;
    let (alone, idle) = quiet(concurrency, span);
    let of_one = 1.0 / f64::from(p);
    Some(Bounds {
        work,
        makespan,
        critical_path: path.length,
        slots: p,
        slots_from,
        parallelism,
        max_speedup: work as f64 / most_work as f64,
        at_least,
        at_most,
        efficiency: (parallelism * of_one).min(1.0),
        serial_share: (p > 1).then(|| ((1.0 / parallelism - of_one) / (1.0 - of_one)).clamp(0.0, 1.0)),
        alone,
        idle,
        inferred: path.inferred,
    })
}

/// Returns for each task the part of its weight in which it was not executing, ns: between its attempts, and the rest
/// of a container whose contents contradict dependencies. `None` if every task was always executing. O(n + e + a log
/// a).
fn pauses<'r>(run: &'r Run, busy: &Busy) -> Option<(Longest<'r>, Vec<i64>)> {
    let is_plain = run.attempt_count() <= run.task_count() && run.tasks.parent.iter().all(|p| *p == NONE);
    if is_plain && run.task_ids().all(|t| run.attempts_of(t).len() < 2) {
        return None;
    }
    let longest = Longest::new(run)?;
    let mut work = vec![0i64; run.task_count()];
    for (&attempt, length) in busy.attempt.iter().zip(busy.lengths()) {
        let slot = &mut work[run.attempts.task[attempt as usize] as usize];
        *slot = slot.saturating_add(length);
    }
    let contains = containers(run);
    let pause = |t: TaskId| {
        let i = t.index();
        let idle = longest.weight[i].saturating_sub(work[i]).max(0);
        if run.attempts_of(t).len() < 2 || contains.get(i).copied().unwrap_or(false) {
            return idle;
        }
        let mut tries: Vec<(i64, i64)> = run.attempts_of(t).filter_map(|a| run.interval(a)).collect();
        tries.order();
        let mut reach = tries.first().map_or(0, |first| first.0);
        let gaps = tries.iter().fold(0i64, |sum, &(from, to)| {
            let gap = from.saturating_sub(reach).max(0);
            reach = reach.max(to);
            sum.saturating_add(gap)
        });
        gaps.max(idle)
    };
    let pauses: Vec<i64> = run.task_ids().map(pause).collect();
    pauses.iter().any(|pause| *pause > 0).then_some((longest, pauses))
}

/// Returns the time within a span at concurrency 1 and at 0, ns.
fn quiet(concurrency: &Concurrency, (start, end): (i64, i64)) -> (i64, i64) {
    let (mut alone, mut idle) = (0i64, 0i64);
    let mut now = (start, 0);
    let steps = concurrency.t.iter().zip(&concurrency.running).map(|(t, n)| (*t, *n));
    for next in steps.chain([(end, 0)]) {
        let length = next.0.min(end).saturating_sub(now.0.max(start)).max(0);
        match now.1 {
            0 => idle = idle.saturating_add(length),
            1 => alone = alone.saturating_add(length),
            _ => {}
        }
        now = next;
    }
    (alone, idle)
}
