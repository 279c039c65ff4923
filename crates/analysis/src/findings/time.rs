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

/// Moments at concurrency 0 within the span, from 2 % of the makespan on; a warning from 10 %. Behind the start of an
/// attempt that has no end nothing is known to be idle.
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

/// The time after the last moment at concurrency 2 or more, where at least two ever ran at once and it is from 10 % of
/// the makespan on; a warning from 25 %. Silent where an attempt has no end, and where nothing was executing for more than
/// half of it: that is a pause, and no work to be split.
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

/// Less than half of at least two slots in use on average, where the bounds leave at least a tenth of the makespan to
/// gain; a warning below a quarter. With inferred dependencies the bound is a guess: the rule speaks, and leaves it out.
/// Silent where an attempt has no end, since its work is not known.
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

/// Waits on the observed path from 20 % of the makespan on; a warning from 50 %. Those after the start of an attempt that
/// has no end do not count.
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
