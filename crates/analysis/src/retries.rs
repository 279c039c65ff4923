//! The cost of retries.

use std::cmp::Reverse;

use makespan_model::Order as _;
use makespan_model::{Run, Status, TaskId, UNKNOWN};

use crate::busy::{Busy, busy};
use crate::waiting::{Waiting, waiting};

/// Cost of the unsuccessful attempts of one task.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RetryCost {
    /// The task.
    pub task: TaskId,
    /// Its attempts.
    pub attempts: u32,
    /// Work of its attempts that failed, were cancelled, or were superseded by another before they had succeeded, ns.
    pub lost: i64,
    /// Work of its attempts that succeeded although another one followed: repetition, and no loss, ns.
    pub repeated: i64,
    /// Time between its attempts, ns; `UNKNOWN` if there are several and no gap is known.
    pub backoff: i64,
    /// Delay of the last attempt after the first, ns. 0 with one attempt, `UNKNOWN` if one of the two starts is.
    pub delay: i64,
}

/// Cost of the retries of a run.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Retries {
    /// Tasks that were tried more than once, or lost work, most lost work first, then longest delay, then by index.
    pub tasks: Vec<RetryCost>,
    /// Work lost, ns.
    pub lost: i64,
    /// Work that succeeded and was done again, ns.
    pub repeated: i64,
    /// Time between attempts of the same task, ns, where known.
    pub backoff: i64,
    /// Tasks with more than one attempt.
    pub retried: u32,
    /// Those of them that succeeded in the end.
    pub recovered: u32,
    /// Attempts beyond the first of each task.
    pub attempts: u32,
}

/// The cost of failures and retries. Work counts as in [`busy()`](crate::busy()), so that what ran inside a container
/// that failed is lost only where it failed itself. O(n + a), without what `busy` costs.
pub fn retries(run: &Run) -> Retries {
    retries_with(run, &busy(run), &waiting(run))
}

pub(crate) fn retries_with(run: &Run, busy: &Busy, waiting: &Waiting) -> Retries {
    let a = &run.attempts;
    let (mut lost, mut repeated) = (vec![0i64; run.task_count()], vec![0i64; run.task_count()]);
    for (&i, length) in busy.attempt.iter().zip(busy.lengths()) {
        let (attempt, task) = (i as usize, a.task[i as usize]);
        let followed = a.task.get(attempt + 1) == Some(&task);
        let column = match a.status[attempt] {
            Status::Failed | Status::Cancelled => &mut lost,
            Status::Succeeded | Status::Cached if followed => &mut repeated,
            _ if followed => &mut lost,
            _ => continue,
        };
        column[task as usize] = column[task as usize].saturating_add(length);
    }
    let mut out = Retries::default();
    for task in run.task_ids() {
        let t = task.index();
        let attempts = run.attempts_of(task).len() as u32;
        if attempts < 2 && lost[t] == 0 {
            continue;
        }
        let start = |i: Option<makespan_model::AttemptId>| i.map_or(UNKNOWN, |i| a.started[i.index()]);
        let mut tries = run.attempts_of(task);
        let (first, last) = (start(tries.next()), start(tries.next_back()));
        let delay = match (first, last) {
            _ if attempts < 2 => 0,
            (UNKNOWN, _) | (_, UNKNOWN) => UNKNOWN,
            (first, last) => last.saturating_sub(first).max(0),
        };
        let backoff = waiting.backoff[t];
        out.lost = out.lost.saturating_add(lost[t]);
        out.repeated = out.repeated.saturating_add(repeated[t]);
        out.backoff = out.backoff.saturating_add(backoff.max(0));
        out.attempts += attempts.saturating_sub(1);
        out.retried += u32::from(attempts > 1);
        out.recovered += u32::from(attempts > 1 && run.tasks.status[t] == Status::Succeeded);
        out.tasks.push(RetryCost { task, attempts, lost: lost[t], repeated: repeated[t], backoff, delay });
    }
    out.tasks.order_by_key(|r| (Reverse(r.lost), Reverse(r.delay), r.task));
    out
}
