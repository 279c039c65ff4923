//! Rules about single tasks and steps.

use std::cmp::Reverse;

use makespan_model::{HashMap, Order as _, Severity, Status, StrId, TaskId};

use super::evidence::Evidence;
use super::finding::{Finding, Subject, share, span, warning_from};
use crate::slots::containers;
use crate::steps::step_of_task;
use crate::{Facts, Straggler, is_profile};

/// Maximum number of findings of one rule: the largest ones.
const MOST: usize = 3;

pub(super) fn find(facts: &Facts, out: &mut Vec<Finding>) {
    stragglers(facts, out);
    skewed_steps(facts, out);
    bottlenecks(facts, out);
    duplicated_work(facts, out);
    out.extend(retry_waste(facts));
    repeated_errors(facts, out);
}

/// A task took much longer than the other tasks of its step (see [straggler](crate::stragglers())), and longer than their
/// median by at least 1 % of the makespan. One finding per step, for the three steps with the largest excess. A warning if
/// a straggler of the step is on the observed path.
fn stragglers(facts: &Facts, out: &mut Vec<Finding>) {
    let run = facts.run();
    let Some((_, _, makespan)) = span(run) else { return };
    let mut on_path = vec![false; run.task_count()];
    for segment in facts.observed_path().iter().flat_map(|p| &p.segments) {
        on_path[segment.task.index()] = true;
    }
    let mut place: HashMap<StrId, usize> = HashMap::default();
    let mut steps: Vec<Vec<Straggler>> = Vec::new();
    // They come by excess: the first of a step is its worst.
    for straggler in facts.stragglers() {
        let at = *place.entry(step_of_task(run, straggler.task)).or_insert_with(|| {
            steps.push(Vec::new());
            steps.len() - 1
        });
        steps[at].push(*straggler);
    }
    for step in steps.iter().take(MOST) {
        let worst = step[0];
        if share(worst.excess(), makespan) < 0.01 {
            break;
        }
        let name = run.task_step(worst.task);
        let on_path = step.iter().any(|s| on_path[s.task.index()]);
        let evidence = Evidence::Straggler {
            step: name.to_owned(),
            duration: worst.duration,
            median: worst.median,
            peers: worst.peers,
            on_path,
        };
        // Calls of one name may do anything: that one takes longer is not a fault.
        let is_warning = on_path && !facts.is_trace();
        let severity = if is_warning { Severity::Warning } else { Severity::Info };
        let subject = Subject::default().step(name).task(Some(worst.task));
        out.push(
            Finding::new(severity, evidence, worst.excess(), subject).about(step.iter().map(|s| s.task)),
        );
    }
}

/// In a step of at least ten tasks with known times, the 90th percentile of the durations is at least four times their
/// median, and the step is at least 5 % of the work.
fn skewed_steps(facts: &Facts, out: &mut Vec<Finding>) {
    let run = facts.run();
    let Some((_, _, makespan)) = span(run) else { return };
    let work = facts.totals().work;
    let mut skewed: Vec<_> = facts
        .steps()
        .iter()
        .filter(|s| s.tasks >= 10 && s.median > 0 && share(s.work, work) >= 0.05)
        .filter(|s| s.p90 as f64 >= 4.0 * s.median as f64 && share(s.p90, makespan) >= 0.01)
        .collect();
    skewed.order_by_key(|s| Reverse(s.p90.saturating_sub(s.median)));
    for s in skewed.into_iter().take(MOST) {
        let (step, peers) = (s.step.clone(), s.tasks);
        let evidence = Evidence::SkewedStep { step, median: s.median, p90: s.p90, peers };
        let subject = Subject::default().step(&s.step);
        let mut finding = Finding::new(Severity::Info, evidence, s.p90.saturating_sub(s.median), subject);
        finding.concerned = peers;
        out.push(finding);
    }
}

/// The work of one task is at least 40 % of the critical path, and the task has no slack. A warning from 60 %, unless
/// dependencies are inferred. Only for runs of at least three tasks. Pauses between attempts do not count as work, because
/// a faster task does not shorten them. A slice of a profile that spans almost the whole run only marks the
/// recording and does not count.
fn bottlenecks(facts: &Facts, out: &mut Vec<Finding>) {
    let run = facts.run();
    let Some(path) = facts.critical_path().filter(|p| p.length > 0 && run.task_count() > 2) else { return };
    let slack = facts.slack();
    let makespan = facts.totals().makespan.filter(|_| is_profile(run));
    let is_frame = |t: TaskId| {
        let length = run.task_interval(t).map(|(from, to)| to.saturating_sub(from));
        makespan.zip(length).is_some_and(|(makespan, length)| share(length, makespan) >= 0.95)
    };
    let mut large: Vec<(i64, TaskId)> = path
        .tasks
        .iter()
        .zip(&path.weights)
        .map(|(t, weight)| (weight.saturating_sub(facts.waiting().backoff[t.index()].max(0)), *t))
        .filter(|(weight, t)| share(*weight, path.length) >= 0.4 && slack.total[t.index()] == Some(0))
        .filter(|(_, t)| !is_frame(*t))
        .collect();
    large.order_by_key(|l| (Reverse(l.0), l.1));
    for (weight, task) in large {
        let part = share(weight, path.length);
        let evidence = Evidence::Bottleneck { weight, share: part, inferred: path.inferred };
        let subject = Subject::default().task(Some(task));
        let severity = if path.inferred { Severity::Info } else { warning_from(0.6, part) };
        out.push(Finding::new(severity, evidence, weight, subject).about([task]));
    }
}

/// Several tasks of one step succeeded with the same name, the same labels and the same parameters (at least one), and all
/// but the first of them are at least 1 % of the work. Containers do not count.
fn duplicated_work(facts: &Facts, out: &mut Vec<Finding>) {
    type Alike = ((StrId, [StrId; 3]), TaskId);
    let run = facts.run();
    let mut alike: Vec<Alike> = run
        .task_ids()
        .filter(|t| run.tasks.status[t.index()] == Status::Succeeded)
        .filter(|t| run.text(run.tasks.params[t.index()]).len() > 2)
        .map(|t| {
            let i = t.index();
            let told = [run.tasks.name[i], run.tasks.params[i], run.tasks.labels[i]];
            ((step_of_task(run, t), told), t)
        })
        .collect();
    if alike.is_empty() {
        return;
    }
    let contains = containers(run);
    alike.retain(|(_, t)| contains.get(t.index()) != Some(&true));
    let mut work = vec![0i64; run.task_count()];
    for (&a, length) in facts.busy().attempt.iter().zip(facts.busy().lengths()) {
        let slot = &mut work[run.attempts.task[a as usize] as usize];
        *slot = slot.saturating_add(length);
    }
    alike.order();
    let mut found: Vec<(i64, &[Alike])> = alike
        .chunk_by(|a, b| a.0 == b.0)
        .map(|same| (same.iter().skip(1).fold(0i64, |sum, s| sum.saturating_add(work[s.1.index()])), same))
        .filter(|(again, _)| share(*again, facts.totals().work) >= 0.01)
        .collect();
    found.order_by_key(|(again, same)| (Reverse(*again), same[0].1));
    for (again, same) in found.into_iter().take(MOST) {
        let step = run.task_step(same[0].1);
        let evidence =
            Evidence::DuplicatedWork { step: step.to_owned(), times: same.len() as u32, work: again };
        let subject = Subject::default().step(step).task(Some(same[0].1));
        out.push(Finding::new(Severity::Info, evidence, again, subject).about(same.iter().map(|s| s.1)));
    }
}

/// Failed attempts took at least 1 % of the work, or pauses between attempts at least 1 % of the makespan. A warning from
/// 10 % of either.
fn retry_waste(facts: &Facts) -> Option<Finding> {
    let (_, _, makespan) = span(facts.run())?;
    let retries = facts.retries();
    let lost = share(retries.lost, facts.totals().work);
    let longest = retries.tasks.iter().map(|r| r.backoff).max().unwrap_or(0).max(0);
    let most = lost.max(share(longest, makespan));
    if most < 0.01 {
        return None;
    }
    let evidence = Evidence::RetryWaste {
        lost: retries.lost,
        share: lost,
        backoff: retries.backoff,
        retried: retries.retried,
        recovered: retries.recovered,
    };
    let subject = Subject::default().task(retries.tasks.first().map(|r| r.task));
    let finding = Finding::new(warning_from(0.1, most), evidence, retries.lost.max(longest), subject);
    Some(finding.about(retries.tasks.iter().map(|r| r.task)))
}

/// The same error ended at least three attempts, or attempts of at least two tasks. An error if a task did not recover
/// from it, otherwise a warning.
fn repeated_errors(facts: &Facts, out: &mut Vec<Finding>) {
    let run = facts.run();
    let groups = facts.errors().groups.iter();
    for group in
        groups.filter(|g| (g.attempts >= 3 || g.tasks.len() >= 2) && !g.message.is_empty()).take(MOST)
    {
        let is_final = group.tasks.iter().any(|t| run.tasks.status[t.index()].is_failure());
        let evidence = Evidence::RepeatedError {
            message: if group.is_same { &group.message } else { &group.fingerprint }.clone(),
            kind: group.kind.clone(),
            attempts: group.attempts,
            is_final,
        };
        let severity = if is_final { Severity::Error } else { Severity::Warning };
        let subject = Subject {
            status: is_final.then_some(Status::Failed),
            ..Subject::default().task(group.tasks.first().copied())
        };
        out.push(Finding::new(severity, evidence, 0, subject).about(group.tasks.iter().copied()));
    }
}
