//! Concurrency: the number of attempts executing at each moment.

use makespan_model::{AttemptId, Order as _, Run, UNKNOWN};

use crate::Busy;
use crate::busy::is_going_on;

/// A step function of time: value `i` holds from `t[i]` up to `t[i + 1]`, the last one ever after, and before the
/// first all is 0.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Concurrency {
    /// Times at which a value changes, ns since the epoch, ascending.
    pub t: Vec<i64>,
    /// Executing attempts.
    pub running: Vec<u32>,
    /// Attempts queued and not started, where queue times are known.
    pub queued: Vec<u32>,
    /// The maximum number of attempts executing at the same time; 0 if there were none.
    pub max_running: u32,
    /// Work over makespan: the mean of `running` over the span. `None` without a makespan above 0.
    pub mean_running: Option<f64>,
    /// Whether any attempt has a queue time; if not, the zeros of `queued` mean nothing.
    pub has_queue: bool,
}

/// The concurrency of a run, from its [busy](crate::busy()) intervals.
///
/// Intervals are half open: what ends at a moment is over before what starts then begins, so that hand-overs do not
/// count as overlap. An attempt is queued from its queue time until it starts; one that never started until it
/// ended, or to the end of the function while its status leaves that open (ended without a time: not counted).
/// Attempts that are [going on](crate::going_on()) count from their start to the end of the function, which says nothing of
/// their end; others without an end in no step. O((n + q) log n).
pub fn concurrency(run: &Run, busy: &Busy) -> Concurrency {
    let (mut changes, has_queue) = changes(run, busy);
    changes.order_by_numbers(|c| c.0);
    let mut out = steps(&changes);
    out.has_queue = has_queue;
    let makespan = run.span().map(|(s, e)| e.saturating_sub(s)).filter(|m| *m > 0);
    out.mean_running = makespan.map(|m| busy.work() as f64 / m as f64);
    out
}

/// Returns when attempts are queued and no longer queued, and when they start and end: time, change of those executing,
/// change of those queued. Also returns whether any attempt has a queue time.
#[inline(never)]
fn changes(run: &Run, busy: &Busy) -> (Vec<(i64, i32, i32)>, bool) {
    let a = &run.attempts;
    let mut changes: Vec<(i64, i32, i32)> = Vec::with_capacity(busy.len() * 2);
    changes.extend(busy.start.iter().map(|&t| (t, 1, 0)));
    let horizon = run.span().map_or(UNKNOWN, |span| span.1);
    let is_over = |k: &usize| busy.end[*k] != horizon || !is_going_on(run, AttemptId(busy.attempt[*k]));
    changes.extend((0..busy.len()).filter(is_over).map(|k| (busy.end[k], -1, 0)));
    changes.extend(last_started(run, horizon).map(|_| (horizon, 1, 0)));
    let mut has_queue = false;
    for (i, &queued) in a.queued.iter().enumerate() {
        if queued == UNKNOWN {
            continue;
        }
        has_queue = true;
        let until = if a.started[i] != UNKNOWN { a.started[i] } else { a.ended[i] };
        if until != UNKNOWN && until > queued {
            changes.extend([(queued, 0, 1), (until, 0, -1)]);
        } else if until == UNKNOWN && !a.status[i].is_terminal() {
            changes.push((queued, 0, 1));
        }
    }
    (changes, has_queue)
}

/// Returns the step function of sorted changes.
#[inline(never)]
fn steps(changes: &[(i64, i32, i32)]) -> Concurrency {
    let mut out = Concurrency::default();
    let (mut running, mut waiting, mut last) = (0i64, 0i64, (0, 0));
    for at_once in changes.chunk_by(|x, y| x.0 == y.0) {
        for change in at_once {
            running += i64::from(change.1);
            waiting += i64::from(change.2);
        }
        let now = (running.max(0) as u32, waiting.max(0) as u32);
        if now != last {
            last = now;
            out.t.push(at_once[0].0);
            out.running.push(now.0);
            out.queued.push(now.1);
            out.max_running = out.max_running.max(now.0);
        }
    }
    out
}

/// Attempts that are going on since the last time known, and are therefore in no interval yet; a container counts only while
/// none of its contents is open.
fn last_started(run: &Run, horizon: i64) -> impl Iterator<Item = AttemptId> + '_ {
    let starts = &run.attempts.started;
    let started = (0..run.attempt_count() as u32).map(AttemptId);
    let started = started.filter(move |i| starts[i.index()] == horizon && is_going_on(run, *i));
    let mut is_container: Option<Vec<bool>> = None;
    started.filter(move |i| {
        let containers = is_container.get_or_insert_with(|| {
            let mut containers = vec![false; run.task_count()];
            run.task_ids().filter_map(|t| run.parent(t)).for_each(|parent| containers[parent.index()] = true);
            containers
        });
        !containers[run.attempts.task[i.index()] as usize]
    })
}
