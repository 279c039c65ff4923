//! Caveats about two sets of runs that are compared.

use std::collections::BTreeSet;

use makespan_model::Order as _;
use makespan_model::{Status, members};

use super::fairness::{Caveat, Side, is_open};
use super::lineup::Lineup;
use crate::Facts;

/// A caveat about one of two sets, or both.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SetCaveat {
    /// A caveat of single runs, as for a pair, and the number of runs of the set that have it. Runs that failed, were
    /// cancelled or have not ended do not count for the makespan.
    Runs(Caveat, u32),
    /// One set fails more often than the other: what succeeded is a selection, so that neither may be called faster.
    FailuresDiffer,
}

impl SetCaveat {
    /// Stable code, for programs.
    pub fn code(self) -> &'static str {
        match self {
            SetCaveat::Runs(caveat, _) => caveat.code(),
            SetCaveat::FailuresDiffer => "failures-differ",
        }
    }

    /// The set concerned, the baseline being [`Side::A`]; `None` if both together are.
    pub fn side(self) -> Option<Side> {
        match self {
            SetCaveat::Runs(caveat, _) => caveat.side(),
            SetCaveat::FailuresDiffer => None,
        }
    }

    /// Whether it forbids to call one set faster. Single runs that do not count forbid nothing.
    pub fn forbids(self) -> bool {
        matches!(self, SetCaveat::FailuresDiffer | SetCaveat::Runs(Caveat::LittleInCommon, _))
    }
}

/// Returns the caveats of comparing two sets of runs whose tasks are lined up, those that forbid it first. `unequal`
/// states whether their makespans fail at different rates. O(n + a).
pub fn set_caveats(
    baseline: &[&Facts],
    candidate: &[&Facts],
    lineup: &Lineup,
    unequal: bool,
) -> Vec<SetCaveat> {
    let mut out: Vec<SetCaveat> = unequal.then_some(SetCaveat::FailuresDiffer).into_iter().collect();
    for (side, runs) in Side::BOTH.into_iter().zip([baseline, candidate]) {
        let is = |wanted: &'static [Status]| {
            move |f: &Facts| f.totals().status.is_some_and(|status| wanted.contains(&status))
        };
        let open = [Status::Pending, Status::Queued, Status::Running, Status::Retrying];
        let over = |f: &Facts| f.totals().status.is_none_or(|status| !open.contains(&status));
        let failed = is(&[Status::Failed, Status::UpstreamFailed]);
        let cancelled = is(&[Status::Cancelled]);
        let mut tell = |caveat: Caveat, holds: &dyn Fn(&Facts) -> bool| {
            let n = runs.iter().filter(|f| holds(f)).count() as u32;
            if n > 0 {
                out.push(SetCaveat::Runs(caveat, n));
            }
        };
        let unfinished = |f: &Facts| !failed(f) && !cancelled(f) && (!over(f) || is_open(f.run()));
        tell(Caveat::Failed(side), &failed);
        tell(Caveat::Cancelled(side), &cancelled);
        tell(Caveat::Unfinished(side), &unfinished);
        tell(Caveat::NoMakespan(side), &|f| f.totals().makespan.is_none());
        tell(Caveat::NoTasks(side), &|f| f.run().task_count() == 0);
        tell(Caveat::EdgesInferred(side), &|f| f.run().edges_inferred);
        out.extend(not_executed(side, baseline, candidate, lineup));
    }
    if little_in_common(baseline.len(), lineup) {
        out.push(SetCaveat::Runs(Caveat::LittleInCommon, lineup.runs as u32));
    }
    let params =
        |runs: &[&Facts]| runs.iter().map(|f| members(f.run().text(f.run().params))).collect::<BTreeSet<_>>();
    if params(baseline) != params(candidate) {
        out.push(SetCaveat::Runs(Caveat::ParamsDiffer, lineup.runs as u32));
    }
    out.order_by_key(|c| !c.forbids());
    out
}

/// Whether less than half of the tasks of the set that has fewer are in the other.
fn little_in_common(baseline: usize, lineup: &Lineup) -> bool {
    let (mut before, mut after, mut both) = (0usize, 0usize, 0usize);
    for row in &lineup.rows {
        let (a, b) = row.tasks.split_at(baseline.min(row.tasks.len()));
        let (a, b) = (a.iter().any(Option::is_some), b.iter().any(Option::is_some));
        before += usize::from(a);
        after += usize::from(b);
        both += usize::from(a && b);
    }
    both * 2 < before.min(after)
}

/// In how many runs of one set tasks were cached or skipped that the other set executed.
fn not_executed(side: Side, baseline: &[&Facts], candidate: &[&Facts], lineup: &Lineup) -> Option<SetCaveat> {
    let runs: Vec<&Facts> = baseline.iter().chain(candidate).copied().collect();
    let is_own = |at: usize| (at < baseline.len()) == (side == Side::A);
    let (mut tasks, mut of) = (0u32, BTreeSet::new());
    for row in &lineup.rows {
        let status = |at: usize| row.tasks[at].map(|t| runs[at].run().tasks.status[t.index()]);
        let executed = (0..runs.len()).any(|at| !is_own(at) && status(at) == Some(Status::Succeeded));
        let passed = (0..runs.len())
            .filter(|at| is_own(*at) && matches!(status(*at), Some(Status::Cached | Status::Skipped)));
        let passed: Vec<usize> = passed.filter(|_| executed).collect();
        tasks = tasks.saturating_add(u32::from(!passed.is_empty()));
        of.extend(passed);
    }
    (tasks > 0).then_some(SetCaveat::Runs(Caveat::NotExecuted(side, tasks), of.len() as u32))
}
