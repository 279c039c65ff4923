//! Whether two runs may be held against each other at all.

use makespan_model::Order as _;
use makespan_model::{NONE, Run, Status, UNKNOWN};

use super::matching::Matching;
use crate::Facts;

/// One of two runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Side {
    /// The first, the baseline.
    A,
    /// The second, the candidate.
    B,
}

impl Side {
    /// Both.
    pub const BOTH: [Side; 2] = [Side::A, Side::B];

    /// The name in JSON output.
    pub fn name(self) -> &'static str {
        match self {
            Side::A => "a",
            Side::B => "b",
        }
    }
}

/// A reason why a comparison is unfair, or something to know when reading it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Caveat {
    /// The run failed: unfinished work does not count as a speed-up.
    Failed(Side),
    /// The run was stopped from outside.
    Cancelled(Side),
    /// The run was not over when it was recorded.
    Unfinished(Side),
    /// The run has no times.
    NoMakespan(Side),
    /// The run has no tasks.
    NoTasks(Side),
    /// Less than half of the tasks of the smaller run are in the other.
    LittleInCommon,
    /// This number of tasks of the run were not executed (cached or skipped), and the other run executed them.
    NotExecuted(Side, u32),
    /// The runs do not say the same of their parameters.
    ParamsDiffer,
    /// Dependencies of the run were inferred from times.
    EdgesInferred(Side),
}

impl Caveat {
    /// Stable code, for programs.
    pub fn code(self) -> &'static str {
        match self {
            Caveat::Failed(_) => "failed",
            Caveat::Cancelled(_) => "cancelled",
            Caveat::Unfinished(_) => "unfinished",
            Caveat::NoMakespan(_) => "no-makespan",
            Caveat::NoTasks(_) => "no-tasks",
            Caveat::LittleInCommon => "little-in-common",
            Caveat::NotExecuted(..) => "not-executed",
            Caveat::ParamsDiffer => "params-differ",
            Caveat::EdgesInferred(_) => "edges-inferred",
        }
    }

    /// The run concerned; `None` if both together are.
    pub fn side(self) -> Option<Side> {
        match self {
            Caveat::Failed(side)
            | Caveat::Cancelled(side)
            | Caveat::Unfinished(side)
            | Caveat::NoMakespan(side)
            | Caveat::NoTasks(side)
            | Caveat::NotExecuted(side, _)
            | Caveat::EdgesInferred(side) => Some(side),
            Caveat::LittleInCommon | Caveat::ParamsDiffer => None,
        }
    }

    /// Whether it forbids to say that one run is faster than the other.
    pub fn forbids(self) -> bool {
        !matches!(self, Caveat::NotExecuted(..) | Caveat::ParamsDiffer | Caveat::EdgesInferred(_))
    }
}

/// Returns the caveats of a comparison, those that forbid it first. Two runs are comparable if both have ended, neither
/// failed, both have times, and they share at least half of the tasks of the smaller one. O(n + a).
pub fn caveats(a: &Facts, b: &Facts, matching: &Matching) -> Vec<Caveat> {
    let mut out = Vec::new();
    for (side, facts) in Side::BOTH.into_iter().zip([a, b]) {
        let run = facts.run();
        match facts.totals().status {
            Some(Status::Failed | Status::UpstreamFailed) => out.push(Caveat::Failed(side)),
            Some(Status::Cancelled) => out.push(Caveat::Cancelled(side)),
            Some(Status::Pending | Status::Queued | Status::Running | Status::Retrying) => {
                out.push(Caveat::Unfinished(side));
            }
            _ if is_open(run) => out.push(Caveat::Unfinished(side)),
            _ => {}
        }
        if facts.totals().makespan.is_none() {
            out.push(Caveat::NoMakespan(side));
        }
        if run.task_count() == 0 {
            out.push(Caveat::NoTasks(side));
        }
        if run.edges_inferred {
            out.push(Caveat::EdgesInferred(side));
        }
        let idle = not_executed(side, [a.run(), b.run()], matching);
        if idle > 0 {
            out.push(Caveat::NotExecuted(side, idle));
        }
    }
    let smaller = a.run().task_count().min(b.run().task_count());
    let common = matching.tasks.iter().filter(|t| t.a.is_some() && t.b.is_some()).count();
    if common * 2 < smaller {
        out.push(Caveat::LittleInCommon);
    }
    if makespan_model::members(a.run().text(a.run().params))
        != makespan_model::members(b.run().text(b.run().params))
    {
        out.push(Caveat::ParamsDiffer);
    }
    out.order_by_key(|c| !c.forbids());
    out
}

/// Whether an attempt has not ended.
pub(super) fn is_open(run: &Run) -> bool {
    run.attempts.started.iter().zip(&run.attempts.ended).any(|(s, e)| *s != UNKNOWN && *e == UNKNOWN)
}

/// Returns the number of tasks that one run skipped and the other executed.
fn not_executed(side: Side, runs: [&Run; 2], matching: &Matching) -> u32 {
    let passed = |s: Status| matches!(s, Status::Cached | Status::Skipped);
    let status = |run: &Run, t: Option<makespan_model::TaskId>| {
        t.and_then(|t| run.tasks.status.get(t.index()).copied())
    };
    let count = matching.tasks.iter().filter(|t| {
        let (x, y) = (status(runs[0], t.a), status(runs[1], t.b));
        let (own, other) = if side == Side::A { (x, y) } else { (y, x) };
        own.is_some_and(passed) && other == Some(Status::Succeeded)
    });
    u32::try_from(count.count()).unwrap_or(NONE)
}
