//! Numbers about the run as a whole.

use makespan_model::{Run, Status, UNKNOWN};

use crate::busy::{Busy, busy, going_on};

/// Figures of the run as a whole, computed from tasks and attempts unless their names say recorded.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    /// First start, ns since the epoch; see [`Run::span`].
    pub started: Option<i64>,
    /// Last time known, ns since the epoch; see [`Run::span`].
    pub ended: Option<i64>,
    /// From the first to the last, ns (Pinedo, *Scheduling*: C_max). `None` if nothing has times.
    pub makespan: Option<i64>,
    /// Sum of the [busy](crate::busy()) intervals, ns; at least that where attempts are [going on](crate::going_on()).
    pub work: i64,
    /// Number of tasks.
    pub tasks: usize,
    /// Number of attempts.
    pub attempts: usize,
    /// Attempts beyond the first of each task.
    pub retries: usize,
    /// Recorded dependencies, without those cut out of cycles; 0 when they are inferred.
    pub edges: usize,
    /// Inferred dependencies; 0 when they are recorded.
    pub edges_inferred: usize,
    /// Number of tasks of each status, by `Status as usize`.
    pub statuses: [u32; Status::COUNT],
    /// Attempts with a start and an end.
    pub timed: usize,
    /// Attempts with a start and no end.
    pub open: usize,
    /// Number of those that are still running as far as is known; if there are any, the work is a lower bound.
    pub going_on: usize,
    /// Tasks without any start.
    pub untimed: usize,
    /// Status of the run, from its tasks; see [`Run::status`].
    pub status: Option<Status>,
    /// From the start to the end of the run as the engine recorded them, ns; `None` unless both are there and in
    /// order.
    pub recorded_wall: Option<i64>,
}

impl Totals {
    /// The work, ns; `None` if the times of no attempt tell any.
    pub fn known_work(&self) -> Option<i64> {
        (self.timed > 0 || self.work > 0).then_some(self.work)
    }
}

/// The totals of a run. O((n + a) log n) for the work.
pub fn totals(run: &Run) -> Totals {
    totals_with(run, &busy(run))
}

pub(crate) fn totals_with(run: &Run, busy: &Busy) -> Totals {
    let span = run.span();
    let a = &run.attempts;
    let started = |i: usize| a.started[i] != UNKNOWN;
    let mut statuses = [0; Status::COUNT];
    for s in &run.tasks.status {
        statuses[*s as usize] += 1;
    }
    let (edges, edges_inferred) =
        if run.edges_inferred { (0, run.edge_count()) } else { (run.edge_count(), 0) };
    let wall_known = run.recorded_start != UNKNOWN && run.recorded_end >= run.recorded_start;
    Totals {
        started: span.map(|s| s.0),
        ended: span.map(|s| s.1),
        makespan: span.map(|(s, e)| e.saturating_sub(s)),
        work: busy.work(),
        tasks: run.task_count(),
        attempts: run.attempt_count(),
        retries: run.task_ids().map(|t| run.attempts_of(t).len().saturating_sub(1)).sum(),
        edges,
        edges_inferred,
        statuses,
        timed: (0..run.attempt_count()).filter(|&i| started(i) && a.ended[i] != UNKNOWN).count(),
        open: (0..run.attempt_count()).filter(|&i| started(i) && a.ended[i] == UNKNOWN).count(),
        going_on: going_on(run),
        untimed: run.task_ids().filter(|t| !run.attempts_of(*t).any(|i| started(i.index()))).count(),
        status: run.status(),
        recorded_wall: wall_known.then(|| run.recorded_end.saturating_sub(run.recorded_start)),
    }
}
