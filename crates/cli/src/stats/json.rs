//! The statistics for programs; `docs/stats.md` describes every member. Members may be added, none is ever renamed.

use makespan_analysis::{Distribution, Facts, RunStatistics, errors_of_runs, steps_of_runs};
use makespan_format::time::format_rfc3339;
use makespan_server::documents::{Moment, Statuses};
use schemars::JsonSchema;
use serde::Serialize;

use super::run_json::{RunStats, run};
use super::statistics::Statistics;
use super::step_json::{STEPS, Step, ns, step};

/// The document of `makespan stats --json`.
#[derive(Serialize, JsonSchema)]
pub(crate) struct StatsDocument<'a> {
    range: Range,
    all: Runs,
    workflows: Vec<Workflow<'a>>,
    steps: Vec<Step>,
    steps_left_out: usize,
    errors: Vec<SharedError>,
    runs: Vec<RunStats<'a>>,
}

#[derive(Serialize, JsonSchema)]
struct Range {
    #[schemars(with = "Option<Moment>")]
    from: Option<String>,
    #[schemars(with = "Option<Moment>")]
    to: Option<String>,
    outside: u32,
    undated: u32,
}

#[derive(Serialize, JsonSchema)]
struct Workflow<'a> {
    workflow: &'a str,
    #[serde(flatten)]
    runs: Runs,
}

#[derive(Serialize, JsonSchema)]
struct Runs {
    runs: u32,
    statuses: Statuses,
    status_unknown: u32,
    success_rate: Option<f64>,
    succeeded: Spread,
    failed: Spread,
    ended: Spread,
    #[schemars(with = "Option<Moment>")]
    first_started: Option<String>,
    #[schemars(with = "Option<Moment>")]
    last_started: Option<String>,
}

#[derive(Serialize, JsonSchema)]
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

#[derive(Serialize, JsonSchema)]
struct SharedError {
    kind: String,
    fingerprint: String,
    message: String,
    attempts: u32,
    tasks: u32,
    runs: u32,
}

/// The statistics of all runs as JSON on several lines.
pub(super) fn document(statistics: &Statistics<'_>) -> String {
    let facts: Vec<&Facts> = statistics.runs.iter().map(|r| &r.facts).collect();
    let workflows = statistics.overview.workflows.iter();
    let all = steps_of_runs(&facts);
    let errors = errors_of_runs(&facts).into_iter().map(|e| SharedError {
        kind: e.kind,
        fingerprint: e.fingerprint,
        message: e.message,
        attempts: e.attempts,
        tasks: e.tasks,
        runs: e.runs,
    });
    let document = StatsDocument {
        range: Range {
            from: statistics.range.from.map(format_rfc3339),
            to: statistics.range.to.map(format_rfc3339),
            outside: statistics.overview.outside,
            undated: statistics.overview.undated,
        },
        all: runs(&statistics.overview.all),
        workflows: workflows.map(|(workflow, s)| Workflow { workflow, runs: runs(s) }).collect(),
        steps: all.iter().take(STEPS).map(step).collect(),
        steps_left_out: all.len().saturating_sub(STEPS),
        errors: errors.collect(),
        runs: statistics.runs.iter().map(|counted| run(counted, statistics.args)).collect(),
    };
    // Plain values serialise into a string without fail.
    serde_json::to_string_pretty(&document).unwrap_or_default()
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
        statuses: Statuses(s.statuses.map(u64::from)),
        status_unknown: s.unknown,
        success_rate: s.success_rate(),
        succeeded: spread(&s.succeeded),
        failed: spread(&s.failed),
        ended: spread(&s.ended),
        first_started: s.between.map(|b| format_rfc3339(b.0)),
        last_started: s.between.map(|b| format_rfc3339(b.1)),
    }
}
