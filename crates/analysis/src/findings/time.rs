//! Rules about the run as a whole and its time.

use std::cmp::Reverse;

use makespan_model::Order as _;
use makespan_model::{Severity, TaskId};

use super::evidence::Evidence;
use super::finding::{Finding, Subject, known_until, share, span, warning_from};
use crate::{Facts, Segment, SegmentKind};

pub(super) fn find(facts: &Facts, out: &mut Vec<Finding>) {
    out.extend(idle_gaps(facts));
    out.extend(serial_tail(facts));
    out.extend(low_parallelism(facts));
    out.extend(path_waits(facts));
}

/// No attempt was running for at least 2 % of the makespan, summed over all gaps between the first start and the last
/// end. A warning from 10 %. Time after the start of an attempt without an end does not count, because what ran then is
/// not known.
fn idle_gaps(facts: &Facts) -> Option<Finding> {
    let run = facts.run();
    let (start, end, makespan) = span(run)?;
    let until = known_until(run).min(end);
    let curve = facts.concurrency();
    let mut idle = Vec::new();
    let mut from = Some(start);
    for (&t, &running) in curve.t.iter().zip(&curve.running) {
        match (running, from) {
            (0, None) => from = Some(t),
            (1.., Some(since)) => {
                idle.push((since, t.min(until)));
                from = None;
            }
            _ => {}
        }
    }
    if curve.t.is_empty() {
        return None;
    }
    idle.extend(from.map(|since| (since, until)));
    idle.retain(|g| g.0 < g.1);
    let length = |gap: &(i64, i64)| gap.1.saturating_sub(gap.0);
    let total = idle.iter().fold(0i64, |sum, g| sum.saturating_add(length(g)));
    idle.order_by_key(|g| (Reverse(length(g)), g.0));
    let longest = *idle.first()?;
    let part = share(total, makespan);
    if part < 0.02 {
        return None;
    }
    let evidence = Evidence::IdleGaps { gaps: idle.len() as u32, total, longest };
    let subject = Subject::default().window(longest.0, longest.1);
    let next =
        run.task_ids().filter(|t| run.attempts_of(*t).any(|a| run.attempts.started[a.index()] == longest.1));
    Some(Finding::new(warning_from(0.1, part), evidence, total, subject).about(next))
}

/// After the last moment at which two or more attempts were running, at least 10 % of the makespan passed. A warning from
/// 25 %. Only for runs in which two attempts were ever running at the same time. Not reported if an attempt has no end, or
/// if nothing ran for more than half of that time: then it is a pause, not work that can be split.
fn serial_tail(facts: &Facts) -> Option<Finding> {
    let run = facts.run();
    let (_, end, makespan) = span(run)?;
    let curve = facts.concurrency();
    let last = curve.running.iter().rposition(|running| *running >= 2)?;
    let from = *curve.t.get(last + 1)?;
    let length = end.saturating_sub(from);
    let part = share(length, makespan);
    if part < 0.1 || known_until(run) < end {
        return None;
    }
    let busy = facts.busy();
    let mut within: Vec<(TaskId, i64)> = (0..busy.len())
        .filter(|&k| busy.end[k] > from)
        .map(|k| {
            let task = run.attempts.task[busy.attempt[k] as usize];
            (TaskId(task), busy.end[k].saturating_sub(busy.start[k].max(from)))
        })
        .collect();
    let at_work = within.iter().fold(0i64, |sum, w| sum.saturating_add(w.1));
    if share(at_work, length) < 0.5 {
        return None;
    }
    within.order_by(Ord::cmp);
    within.dedup_by(|later, kept| {
        let same = later.0 == kept.0;
        kept.1 = if same { kept.1.saturating_add(later.1) } else { kept.1 };
        same
    });
    within.order_by_key(|w| (Reverse(w.1), w.0));
    let tasks: Vec<TaskId> = within.into_iter().map(|w| w.0).collect();
    let subject = Subject::default().window(from, end).task(tasks.first().copied());
    let evidence = Evidence::SerialTail { length, share: part };
    Some(Finding::new(warning_from(0.25, part), evidence, length, subject).about(tasks))
}

/// On average less than half of at least two slots were in use, and the lower bound is at least a tenth below the
/// makespan. A warning below a quarter. If dependencies are inferred the bound is a guess, and is left out. Not reported if
/// an attempt has no end, because its work is not known.
fn low_parallelism(facts: &Facts) -> Option<Finding> {
    let bounds = facts.bounds().filter(|b| b.slots >= 2 && b.efficiency < 0.5)?;
    let gain = bounds.makespan.saturating_sub(bounds.at_least);
    if share(gain, bounds.makespan) < 0.1 || facts.totals().open > 0 {
        return None;
    }
    let evidence = Evidence::LowParallelism {
        parallelism: bounds.parallelism,
        slots: bounds.slots,
        at_least: (!bounds.inferred).then_some(bounds.at_least),
    };
    let severity = if bounds.efficiency < 0.25 { Severity::Warning } else { Severity::Info };
    let cost = if bounds.inferred { 0 } else { gain };
    Some(Finding::new(severity, evidence, cost, Subject::default()))
}

/// At least 20 % of the observed path is waiting. A warning from 50 %. Waits after the start of an attempt without an end
/// do not count.
fn path_waits(facts: &Facts) -> Option<Finding> {
    let (_, _, makespan) = span(facts.run())?;
    let (path, until) = (facts.observed_path()?, known_until(facts.run()));
    let counts = |s: &&Segment| s.kind != SegmentKind::Run && s.to <= until;
    let mut waits: Vec<&Segment> = path.segments.iter().filter(counts).collect();
    let total = waits.iter().fold(0i64, |sum, s| sum.saturating_add(s.length()));
    let part = share(total, makespan);
    if part < 0.2 {
        return None;
    }
    waits.order_by_key(|s| (-s.length(), s.from));
    let first = waits.first()?;
    let evidence = Evidence::PathWaits { total, share: part, longest: (first.from, first.to) };
    let subject = Subject::default().window(first.from, first.to).task(Some(first.task));
    let finding = Finding::new(warning_from(0.5, part), evidence, total, subject);
    Some(finding.about(waits.iter().map(|s| s.task)))
}
