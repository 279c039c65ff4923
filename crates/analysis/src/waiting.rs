//! Waiting times of tasks, and their causes.

use makespan_model::{NONE, Run, TaskId, UNKNOWN};

use crate::nest::Nest;

/// Waiting, by task; times in ns (since the epoch for `ready`), `UNKNOWN` if not known.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Waiting {
    /// Time at which all its dependencies had ended.
    pub ready: Vec<i64>,
    /// From ready to its first start; 0 if it started before it was ready.
    pub wait: Vec<i64>,
    /// The predecessor that ended last, or `NONE`.
    pub blocker: Vec<u32>,
    /// From queued to started, of its first attempt.
    pub queue: Vec<i64>,
    /// Time between its attempts: the sum of the gaps from an end to the next start. 0 with at most one attempt;
    /// `UNKNOWN` with several attempts if no gap is known.
    pub backoff: Vec<i64>,
}

/// The waiting of every task.
///
/// A task is ready at the latest end of its predecessors, or at the start of the run if it has none; never before the
/// start of its container. A predecessor that ended without times (skipped, cached) passes on its own ready time and
/// blocker. If a predecessor has not ended, or its end is unknown, the ready time is unknown and there is no blocker.
/// Of predecessors that end at the same time, the one with the lower index is the blocker. O(n + e).
pub fn waiting(run: &Run) -> Waiting {
    let n = run.task_count();
    let a = &run.attempts;
    let first = first_starts(run);
    let spans: Vec<Option<(i64, i64)>> = run.task_ids().map(|t| run.task_interval(t)).collect();
    let earliest = earliest(run, &first);
    let mut out = Waiting { ready: Vec::with_capacity(n), ..Waiting::default() };
    for t in run.task_ids() {
        let mut ready = Some((UNKNOWN, NONE));
        for &p in run.predecessors.row(t.index()) {
            let i = p as usize;
            let over = match spans[i] {
                Some((_, e)) => Some((e, p)),
                None if first[i] == UNKNOWN && run.tasks.status[i].is_terminal() => {
                    Some((out.ready[i], out.blocker[i])).filter(|r| r.0 != UNKNOWN)
                }
                None => None,
            };
            ready = ready.zip(over).map(|(r, o)| {
                let later = o.0 > r.0 || (o.0 == r.0 && o.1 < r.1);
                if later { o } else { r }
            });
        }
        let (ready, blocker) = ready.map_or((UNKNOWN, NONE), |r| (r.0.max(earliest[t.index()]), r.1));
        let start = first[t.index()];
        let known = ready != UNKNOWN && start != UNKNOWN;
        out.ready.push(ready);
        out.blocker.push(blocker);
        out.wait.push(if known { start.saturating_sub(ready).max(0) } else { UNKNOWN });
        out.queue.push(run.attempts_of(t).next().map_or(UNKNOWN, |i| {
            let (q, s) = (a.queued[i.index()], a.started[i.index()]);
            if q != UNKNOWN && s != UNKNOWN { s.saturating_sub(q) } else { UNKNOWN }
        }));
        out.backoff.push(backoff(run, t));
    }
    out
}

/// First start of any attempt of each task, or `UNKNOWN`.
pub(crate) fn first_starts(run: &Run) -> Vec<i64> {
    let a = &run.attempts;
    let mut first = vec![UNKNOWN; run.task_count()];
    for (&t, &s) in a.task.iter().zip(&a.started) {
        let slot = &mut first[t as usize];
        if s != UNKNOWN && (*slot == UNKNOWN || s < *slot) {
            *slot = s;
        }
    }
    first
}

/// The earliest moment at which each task could have been ready whatever it depends on: the first start of the
/// container that holds it, else the start of the run; `UNKNOWN` where nothing has times.
pub(crate) fn earliest(run: &Run, first: &[i64]) -> Vec<i64> {
    let start = run.span().map_or(UNKNOWN, |s| s.0);
    match Nest::new(run) {
        None => vec![start; run.task_count()],
        Some(nest) => {
            let anchors = nest.anchors(run, |p| first[p as usize] != UNKNOWN);
            anchors.iter().map(|&a| first.get(a as usize).copied().unwrap_or(start)).collect()
        }
    }
}

fn backoff(run: &Run, task: TaskId) -> i64 {
    let a = &run.attempts;
    if run.attempts_of(task).len() < 2 {
        return 0;
    }
    let pairs = run.attempts_of(task).zip(run.attempts_of(task).skip(1));
    let gaps = pairs.filter_map(|(one, next)| {
        let (e, s) = (a.ended[one.index()], a.started[next.index()]);
        (e != UNKNOWN && s != UNKNOWN).then(|| s.saturating_sub(e).max(0))
    });
    gaps.reduce(i64::saturating_add).unwrap_or(UNKNOWN)
}
