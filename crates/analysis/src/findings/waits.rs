//! Rules about waiting and about workers.

use makespan_model::{HashMap, NONE, Order as _, Severity, StrId, TaskId, UNKNOWN};

use super::evidence::Evidence;
use super::finding::{Finding, Subject, share, span, warning_from};
use crate::Facts;
use crate::waiting::first_starts;

pub(super) fn find(facts: &Facts, out: &mut Vec<Finding>) {
    // Spans of a trace were not scheduled: they do not wait for slots, and a thread is not an idle worker.
    if !facts.is_trace() {
        out.extend(slot_starved(facts));
        out.extend(long_queue(facts));
        out.extend(single_worker(facts));
    }
}

/// The tasks that waited for one cause, longest first, with the sum and the most.
fn waited(column: &[i64]) -> Option<(Vec<TaskId>, i64, i64)> {
    let some = column.iter().enumerate().filter(|(_, ns)| **ns > 0);
    let mut tasks: Vec<(i64, TaskId)> = some.map(|(t, ns)| (-*ns, TaskId(t as u32))).collect();
    tasks.order();
    let total = tasks.iter().fold(0i64, |sum, t| sum.saturating_sub(t.0));
    let longest = -tasks.first()?.0;
    Some((tasks.into_iter().map(|t| t.1).collect(), total, longest))
}

/// The interval in which a task waited: from ready to its start.
fn while_waiting(facts: &Facts, task: Option<TaskId>) -> Subject {
    let subject = Subject::default().task(task);
    let Some(t) = task else { return subject };
    let ready = facts.waiting().ready[t.index()];
    let starts = facts.run().attempts_of(t).map(|a| facts.run().attempts.started[a.index()]);
    match starts.filter(|s| *s != UNKNOWN).min() {
        Some(start) if ready != UNKNOWN => subject.window(ready, start),
        _ => subject,
    }
}

/// Share of the makespan from which on the critical path is all of it: no slots shorten it.
const ALL_OF_IT: f64 = 0.95;

/// Waiting for slots adds up to at least 10 % of the work, and one task waited for at least 1 % of the makespan. A
/// warning if more than 80 % of the slots were in use and the critical path is shorter than 95 % of the makespan: then
/// only more slots help.
fn slot_starved(facts: &Facts) -> Option<Finding> {
    let (_, _, makespan) = span(facts.run())?;
    let (tasks, total, longest) = waited(&facts.causes().slot)?;
    if share(total, facts.totals().work) < 0.1 || share(longest, makespan) < 0.01 {
        return None;
    }
    let efficiency = facts.bounds().map(|b| b.efficiency);
    let path = facts.critical_path().map(|p| share(p.length, makespan));
    let critical = path.filter(|share| *share >= ALL_OF_IT);
    let used = if critical.is_some() { 0.0 } else { efficiency.unwrap_or(0.0) };
    let severity = warning_from(0.8, used);
    let subject = while_waiting(facts, tasks.first().copied());
    let evidence = Evidence::SlotStarved { total, longest, efficiency, critical };
    Some(Finding::new(severity, evidence, longest, subject).about(tasks))
}

/// Waiting in queues or for the scheduler, although slots were free, adds up to at least 10 % of the work, and one task
/// waited for at least 5 % of the makespan. A warning if one waited for a quarter of it.
fn long_queue(facts: &Facts) -> Option<Finding> {
    let (_, _, makespan) = span(facts.run())?;
    let (tasks, total, longest) = waited(&facts.causes().queue)?;
    let most = share(longest, makespan);
    if share(total, facts.totals().work) < 0.1 || most < 0.05 {
        return None;
    }
    let subject = while_waiting(facts, tasks.first().copied());
    let evidence = Evidence::LongQueue { total, longest };
    Some(Finding::new(warning_from(0.25, most), evidence, longest, subject).about(tasks))
}

/// For at least 10 % of the makespan, only one of several workers was busy while a task waited whose recorded dependencies
/// had ended. Not reported if an attempt has no end.
fn single_worker(facts: &Facts) -> Option<Finding> {
    let run = facts.run();
    let (_, _, makespan) = span(run)?;
    if run.edges_inferred || facts.utilisation().workers < 2 || facts.totals().open > 0 {
        return None;
    }
    // Most runs have no such time at all, waiting or not, and that is quickly seen.
    let use_of = facts.utilisation();
    let spells = use_of.t.windows(2).zip(&use_of.busy).filter(|(_, busy)| **busy == 1);
    let alone = spells.fold(0i64, |sum, (t, _)| sum.saturating_add(t[1].saturating_sub(t[0])));
    if share(alone, makespan) < 0.1 {
        return None;
    }
    // (time, busy, waiting, sum of the numbers of busy workers): of one busy worker that sum is its number.
    let mut changes: Vec<(i64, i64, i64, i64)> = Vec::new();
    let mut names: Vec<StrId> = Vec::new();
    let mut place: HashMap<StrId, usize> = HashMap::default();
    let mut reach: Vec<i64> = Vec::new();
    let busy = facts.busy();
    for (k, &attempt) in busy.attempt.iter().enumerate() {
        let name = run.attempts.worker[attempt as usize];
        if name.is_empty() {
            // Without known workers, no worker can be the only one.
            changes.extend([(busy.start[k], 2, 0, 0), (busy.end[k], -2, 0, 0)]);
            continue;
        }
        let at = *place.entry(name).or_insert_with(|| {
            names.push(name);
            reach.push(UNKNOWN);
            names.len() - 1
        });
        let from = busy.start[k].max(reach[at]);
        if from < busy.end[k] {
            changes.extend([(from, 1, 0, at as i64), (busy.end[k], -1, 0, -(at as i64))]);
            reach[at] = busy.end[k];
        }
    }
    let (waiting, first) = (facts.waiting(), first_starts(run));
    for t in (0..first.len()).filter(|&t| waiting.blocker[t] != NONE && waiting.wait[t] > 0) {
        changes.extend([(waiting.ready[t], 0, 1, 0), (first[t], 0, -1, 0)]);
    }
    changes.order();
    let mut alone = vec![0i64; names.len()];
    let (mut now, mut state) = (UNKNOWN, (0, 0, 0));
    let mut longest = (0, 0, 0);
    for change in changes {
        if state.0 == 1 && state.1 > 0 && change.0 > now {
            let length = change.0.saturating_sub(now);
            alone[state.2 as usize] = alone[state.2 as usize].saturating_add(length);
            longest = longest.max((length, now, change.0));
        }
        now = change.0;
        state = (state.0 + change.1, state.1 + change.2, state.2 + change.3);
    }
    let total = alone.iter().fold(0i64, |sum, a| sum.saturating_add(*a));
    if share(total, makespan) < 0.1 {
        return None;
    }
    let most = (0..alone.len()).max_by_key(|&w| (alone[w], std::cmp::Reverse(w)))?;
    let evidence = Evidence::SingleWorker {
        worker: run.text(names[most]).to_owned(),
        workers: facts.utilisation().workers as u32,
        total,
    };
    let subject = Subject::default().window(longest.1, longest.2);
    Some(Finding::new(Severity::Warning, evidence, total, subject))
}
