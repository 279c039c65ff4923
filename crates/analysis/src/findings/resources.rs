//! Rules about what tasks asked for.

use makespan_model::Order as _;
use makespan_model::{Severity, TaskId};

use super::evidence::Evidence;
use super::finding::{Finding, Subject};
use crate::{Demand, Facts, Waste};

pub(super) fn find(facts: &Facts, out: &mut Vec<Finding>) {
    let requests = facts.requests();
    let cpus = |d: &Demand| (d.cpus, d.cpus_used);
    let memory = |d: &Demand| (d.memory, d.memory_used);
    out.extend(requests.cpus.and_then(|w| over(&requests.tasks, w, cpus, Evidence::OverRequestedCpu)));
    out.extend(requests.memory.and_then(|w| over(&requests.tasks, w, memory, Evidence::OverRequestedMemory)));
    out.extend(near_limit(&requests.tasks));
}

/// Tasks used less than half of the resource that they requested: summed over all tasks for which both amounts are known,
/// weighted by their durations. The tasks with the largest unused amounts come first.
fn over(
    tasks: &[Demand],
    waste: Waste,
    side: fn(&Demand) -> (f64, f64),
    evidence: fn(Waste) -> Evidence,
) -> Option<Finding> {
    waste.share().filter(|share| *share < 0.5)?;
    let unused = |d: &Demand| {
        let (requested, used) = side(d);
        (requested - used) * d.held as f64
    };
    let mut found: Vec<(f64, TaskId)> =
        tasks.iter().map(|d| (unused(d), d.task)).filter(|(unused, _)| *unused > 0.0).collect();
    found.order_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
    let subject = Subject::default().task(found.first().map(|f| f.1));
    Some(Finding::new(Severity::Info, evidence(waste), 0, subject).about(found.into_iter().map(|f| f.1)))
}

/// A task used at least 90 % of the memory that it requested.
fn near_limit(tasks: &[Demand]) -> Option<Finding> {
    let part = |d: &Demand| d.memory_used / d.memory;
    let mut near: Vec<&Demand> = tasks.iter().filter(|d| part(d) >= 0.9).collect();
    near.order_by(|a, b| part(b).total_cmp(&part(a)).then(a.task.cmp(&b.task)));
    let worst = near.first()?;
    let evidence =
        Evidence::NearMemoryLimit { share: part(worst), used: worst.memory_used, requested: worst.memory };
    let subject = Subject::default().task(Some(worst.task));
    Some(Finding::new(Severity::Warning, evidence, 0, subject).about(near.iter().map(|d| d.task)))
}
