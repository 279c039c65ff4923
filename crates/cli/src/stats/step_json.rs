//! A step for programs, as a member of all runs and of each.

use makespan_analysis::StepStat;
use makespan_model::UNKNOWN;
use schemars::JsonSchema;
use serde::Serialize;

/// How many steps are listed: where every task is a step of its own, the list would be as long as the run.
pub(super) const STEPS: usize = 1000;

#[derive(Serialize, JsonSchema)]
pub(super) struct Step {
    step: String,
    tasks: u32,
    succeeded: u32,
    failed: u32,
    retried: u32,
    failure_rate: Option<f64>,
    work_ns: i64,
    critical_ns: i64,
    mean_ns: Option<i64>,
    deviation_ns: Option<i64>,
    min_ns: Option<i64>,
    median_ns: Option<i64>,
    p75_ns: Option<i64>,
    p90_ns: Option<i64>,
    p95_ns: Option<i64>,
    p99_ns: Option<i64>,
    max_ns: Option<i64>,
}

/// A time or duration, absent where not known.
pub(super) fn ns(value: i64) -> Option<i64> {
    (value != UNKNOWN).then_some(value)
}

pub(super) fn step(s: &StepStat) -> Step {
    Step {
        step: s.step.clone(),
        tasks: s.tasks,
        succeeded: s.succeeded,
        failed: s.failed,
        retried: s.retried,
        failure_rate: s.failure_rate(),
        work_ns: s.work,
        critical_ns: s.critical,
        mean_ns: ns(s.mean),
        deviation_ns: ns(s.deviation),
        min_ns: ns(s.min),
        median_ns: ns(s.median),
        p75_ns: ns(s.p75),
        p90_ns: ns(s.p90),
        p95_ns: ns(s.p95),
        p99_ns: ns(s.p99),
        max_ns: ns(s.max),
    }
}
