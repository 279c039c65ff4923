//! The statistics for programs; `docs/stats.md` describes every member. Members may be added, none is ever renamed.

use makespan_analysis::{Distribution, Facts, RunStatistics, StepStat, errors_of_runs, steps_of_runs};
use makespan_format::time::format_rfc3339;
use makespan_model::{Status, UNKNOWN};
use serde::{Serialize, Serializer};

use super::Told;
use super::run_json::{RunStats, run};

/// How many steps are told: where every task is a step of its own, the list would be as long as the run.
pub(super) const STEPS: usize = 1000;

#[derive(Serialize)]
struct Document<'a> {
    range: Range,
    all: Runs,
    workflows: Vec<Workflow<'a>>,
    steps: Vec<Step>,
    steps_left_out: usize,
    errors: Vec<SharedError>,
    runs: Vec<RunStats<'a>>,
}

#[derive(Serialize)]
struct Range {
    from: Option<String>,
    to: Option<String>,
    outside: u32,
    undated: u32,
}

#[derive(Serialize)]
struct Workflow<'a> {
    workflow: &'a str,
    #[serde(flatten)]
    runs: Runs,
}

#[derive(Serialize)]
struct Runs {
    runs: u32,
    statuses: Statuses,
    status_unknown: u32,
    success_rate: Option<f64>,
    succeeded: Spread,
    failed: Spread,
    ended: Spread,
    first_started: Option<String>,
    last_started: Option<String>,
}

/// All ten statuses in the order of the vocabulary.
struct Statuses([u32; 10]);

impl Serialize for Statuses {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(Status::ALL.into_iter().map(|s| (s.name(), self.0[s as usize])))
    }
}

#[derive(Serialize)]
struct Spread {
    count: usize,
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

#[derive(Serialize)]
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

#[derive(Serialize)]
struct SharedError {
    kind: String,
    fingerprint: String,
    message: String,
    attempts: u32,
    tasks: u32,
    runs: u32,
}

/// The statistics of all runs as JSON on several lines.
pub(super) fn document(told: &Told<'_>) -> String {
    let facts: Vec<&Facts> = told.runs.iter().map(|r| &r.facts).collect();
    let workflows = told.overview.workflows.iter();
    let all = steps_of_runs(&facts);
    let errors = errors_of_runs(&facts).into_iter().map(|e| SharedError {
        kind: e.kind,
        fingerprint: e.fingerprint,
        message: e.message,
        attempts: e.attempts,
        tasks: e.tasks,
        runs: e.runs,
    });
    let document = Document {
        range: Range {
            from: told.range.from.map(format_rfc3339),
            to: told.range.to.map(format_rfc3339),
            outside: told.overview.outside,
            undated: told.overview.undated,
        },
        all: runs(&told.overview.all),
        workflows: workflows.map(|(workflow, s)| Workflow { workflow, runs: runs(s) }).collect(),
        steps: all.iter().take(STEPS).map(step).collect(),
        steps_left_out: all.len().saturating_sub(STEPS),
        errors: errors.collect(),
        runs: told.runs.iter().map(|counted| run(counted, told.args)).collect(),
    };
    // Plain values serialise into a string without fail.
    serde_json::to_string_pretty(&document).unwrap_or_default()
}

/// A time or duration, absent where not known.
pub(super) fn ns(value: i64) -> Option<i64> {
    (value != UNKNOWN).then_some(value)
}

fn spread(d: &Distribution) -> Spread {
    Spread {
        count: d.count,
        mean_ns: ns(d.mean),
        deviation_ns: ns(d.deviation),
        min_ns: ns(d.min),
        median_ns: ns(d.median),
        p75_ns: ns(d.p75),
        p90_ns: ns(d.p90),
        p95_ns: ns(d.p95),
        p99_ns: ns(d.p99),
        max_ns: ns(d.max),
    }
}

fn runs(s: &RunStatistics) -> Runs {
    Runs {
        runs: s.runs,
        statuses: Statuses(s.statuses),
        status_unknown: s.unknown,
        success_rate: s.success_rate(),
        succeeded: spread(&s.succeeded),
        failed: spread(&s.failed),
        ended: spread(&s.ended),
        first_started: s.between.map(|b| format_rfc3339(b.0)),
        last_started: s.between.map(|b| format_rfc3339(b.1)),
    }
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
