//! Rules about the recording itself.

use makespan_model::Order as _;
use makespan_model::{Severity, Status, TaskId, UNKNOWN};

use super::evidence::Evidence;
use super::finding::{Finding, Subject, share, span};
use crate::Facts;
use crate::nest::Nest;
use crate::waiting::first_starts;

pub(super) fn find(facts: &Facts, out: &mut Vec<Finding>) {
    out.extend(clock_skew(facts));
    out.extend(unfinished(facts));
    out.extend(stored_total_differs(facts));
}

/// A task started before a recorded predecessor had ended, or lies outside the time of its container. A warning if by more
/// than 1 % of the makespan. Either the clocks of the machines differ, or the dependency does not require an order in
/// time.
fn clock_skew(facts: &Facts) -> Option<Finding> {
    let run = facts.run();
    let (_, _, makespan) = span(run)?;
    let first = first_starts(run);
    let spans: Vec<Option<(i64, i64)>> = run.task_ids().map(|t| run.task_interval(t)).collect();
    let nest = Nest::new(run);
    let mut pairs: Vec<(i64, TaskId, TaskId)> = Vec::new();
    let mut tell = |overlap: i64, after: TaskId, before: TaskId| {
        if overlap > 0 {
            pairs.push((overlap, after, before));
        }
    };
    for t in run.task_ids().filter(|t| first[t.index()] != UNKNOWN) {
        let start = first[t.index()];
        let apart = |p: u32| nest.as_ref().is_none_or(|n| !n.contains(p, t.0) && !n.contains(t.0, p));
        for &p in run.predecessors.row(t.index()).iter().filter(|p| apart(**p)) {
            let end = spans[p as usize].map_or(start, |s| s.1);
            tell(end.saturating_sub(start), t, TaskId(p));
        }
        if let Some(p) = run.parent(t).filter(|p| first[p.index()] != UNKNOWN) {
            let ends = spans[t.index()].zip(spans[p.index()]);
            let after = ends.map_or(0, |(inner, outer)| inner.1.saturating_sub(outer.1));
            tell(first[p.index()].saturating_sub(start).max(after), t, p);
        }
    }
    pairs.order_by_key(|p| (-p.0, p.1, p.2));
    let &(overlap, after, before) = pairs.first()?;
    let severity = if share(overlap, makespan) > 0.01 { Severity::Warning } else { Severity::Info };
    let evidence = Evidence::ClockSkew { pairs: pairs.len() as u32, overlap, before };
    let subject = Subject::default().task(Some(after));
    Some(Finding::new(severity, evidence, 0, subject).about(pairs.iter().map(|p| p.1)))
}

/// Tasks have not finished: they wait or run. Those that ended at an unknown time or with an unknown outcome do not count. A
/// warning if the run itself is recorded as finished.
fn unfinished(facts: &Facts) -> Option<Finding> {
    let run = facts.run();
    let a = &run.attempts;
    let open = |t: TaskId| {
        run.attempts_of(t).any(|i| a.started[i.index()] != UNKNOWN && a.ended[i.index()] == UNKNOWN)
    };
    let is_left = |t: &TaskId| !run.tasks.status[t.index()].is_terminal();
    let mut left: Vec<TaskId> = run.task_ids().filter(is_left).collect();
    // Tasks that had started are more informative than those that had not.
    left.order_by_cached_key(|t| (!open(*t), *t));
    let first = *left.first()?;
    let is_over = run.recorded_status.is_some_and(Status::is_terminal) || run.recorded_end != UNKNOWN;
    let severity = if is_over { Severity::Warning } else { Severity::Info };
    let open = left.iter().filter(|t| open(**t)).count() as u32;
    let evidence = Evidence::Unfinished { open, is_over };
    let subject = Subject { status: Some(run.tasks.status[first.index()]), ..Subject::default() };
    Some(Finding::new(severity, evidence, 0, subject.task(Some(first))).about(left))
}

/// Totals that the file states disagree with those computed from its tasks; see [differences](crate::differences()).
fn stored_total_differs(facts: &Facts) -> Option<Finding> {
    let all = facts.differences();
    (!all.is_empty()).then(|| {
        let evidence = Evidence::StoredTotalDiffers(all.to_vec());
        Finding::new(Severity::Warning, evidence, 0, Subject::default())
    })
}
