//! The tasks that took longest.

use std::cmp::Reverse;

use makespan_model::{Order as _, Run, TaskId};

use crate::busy::{Busy, busy};
use crate::slots::containers;

/// The `n` tasks that took longest, longest first; equal ones by index. A task takes the time of its
/// [interval](Run::task_interval), first start to last end; one that contains others only the time in which it was at
/// [work itself](crate::busy()), since what it contains is listed by itself. Tasks without a closed interval are not
/// among them. O((n + a) log n).
pub fn slowest(run: &Run, n: usize) -> Vec<TaskId> {
    slowest_with(run, &busy(run), n)
}

pub(crate) fn slowest_with(run: &Run, busy: &Busy, n: usize) -> Vec<TaskId> {
    let contains = containers(run);
    let own = own_times(run, busy, &contains);
    let mut tasks: Vec<(Reverse<i64>, TaskId)> = run
        .task_ids()
        .filter_map(|t| {
            let (s, e) = run.task_interval(t)?;
            let is_container = contains.get(t.index()) == Some(&true);
            Some((Reverse(if is_container { own[t.index()] } else { e.saturating_sub(s) }), t))
        })
        .collect();
    tasks.order();
    tasks.truncate(n);
    tasks.into_iter().map(|(_, t)| t).collect()
}

/// By task the time in which it was executing itself, ns; empty where no task contains others.
fn own_times(run: &Run, busy: &Busy, contains: &[bool]) -> Vec<i64> {
    if contains.is_empty() {
        return Vec::new();
    }
    let mut own = vec![0i64; run.task_count()];
    for (&attempt, length) in busy.attempt.iter().zip(busy.lengths()) {
        let slot = &mut own[run.attempts.task[attempt as usize] as usize];
        *slot = slot.saturating_add(length);
    }
    own
}

/// By task the time in which it was executing itself, of a run in which some contain others; none of any other. ns.
pub(crate) fn own_times_of(run: &Run, busy: &Busy) -> Option<Vec<i64>> {
    let contains = containers(run);
    contains.contains(&true).then(|| own_times(run, busy, &contains))
}
