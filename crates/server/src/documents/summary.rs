//! The summary of runs; `docs/summary.md` describes every member.

use std::sync::Arc;

use makespan_analysis::Facts;
use makespan_format::time::format_rfc3339;
use makespan_model::{Run, Status, UNKNOWN};
use schemars::JsonSchema;
use serde::Serialize;

use super::schema::{Moment, StatusName, Statuses};

/// A run to summarise.
#[derive(Clone, Debug)]
pub struct Summarised<'a> {
    /// The run.
    pub run: Arc<Run>,
    /// Id of the importer that read it.
    pub format: &'a str,
}

/// The document of [`summary`].
#[derive(Serialize, JsonSchema)]
pub struct SummaryDocument<'a> {
    runs: Vec<RunSummary<'a>>,
}

#[derive(Serialize, JsonSchema)]
struct RunSummary<'a> {
    id: String,
    name: String,
    workflow: Option<String>,
    format: &'a str,
    source: Option<String>,
    #[schemars(with = "Option<StatusName>")]
    status: Option<&'static str>,
    #[schemars(with = "Option<Moment>")]
    started: Option<String>,
    #[schemars(with = "Option<Moment>")]
    ended: Option<String>,
    makespan_ns: Option<i64>,
    work_ns: i64,
    at_least: bool,
    tasks: usize,
    attempts: usize,
    retries: usize,
    edges: usize,
    edges_inferred: usize,
    statuses: Statuses,
    critical_path: Vec<String>,
    critical_path_ns: Option<i64>,
    critical_path_parts_ns: Vec<i64>,
    max_concurrency: u32,
    recorded: Recorded,
    differences: Vec<Difference>,
    diagnostics: Vec<Finding>,
}

#[derive(Serialize, JsonSchema)]
struct Recorded {
    #[schemars(with = "Option<StatusName>")]
    status: Option<&'static str>,
    #[schemars(with = "Option<Moment>")]
    started: Option<String>,
    #[schemars(with = "Option<Moment>")]
    ended: Option<String>,
    wall_ns: Option<i64>,
}

#[derive(Serialize, JsonSchema)]
struct Difference {
    what: String,
    ours: String,
    stored: String,
}

#[derive(Serialize, JsonSchema)]
struct Finding {
    code: String,
    severity: &'static str,
    count: u64,
    message: String,
    line: Option<u64>,
    offset: Option<u64>,
}

/// The summary of all runs as JSON on several lines, as `makespan summary --json` prints it.
pub fn summary(runs: &[Summarised<'_>]) -> String {
    let document = SummaryDocument { runs: runs.iter().map(one).collect() };
    // Serialising plain values into a string cannot fail.
    serde_json::to_string_pretty(&document).unwrap_or_default()
}

fn one<'a>(summarised: &Summarised<'a>) -> RunSummary<'a> {
    let facts = Facts::new(Arc::clone(&summarised.run));
    let (run, totals) = (facts.run(), facts.totals());
    let path = facts.critical_path();
    let maybe = |id| Some(run.text(id)).filter(|t| !t.is_empty()).map(str::to_owned);
    RunSummary {
        id: run.id.clone(),
        name: run.title().to_owned(),
        workflow: maybe(run.workflow),
        format: summarised.format,
        source: maybe(run.source),
        status: totals.status.map(Status::name),
        started: totals.started.map(format_rfc3339),
        ended: totals.ended.map(format_rfc3339),
        makespan_ns: totals.makespan,
        work_ns: totals.work,
        at_least: totals.going_on > 0,
        tasks: totals.tasks,
        attempts: totals.attempts,
        retries: totals.retries,
        edges: totals.edges,
        edges_inferred: totals.edges_inferred,
        statuses: Statuses(totals.statuses.map(u64::from)),
        critical_path: path
            .map(|p| p.tasks.iter().map(|t| run.task_id(*t).to_owned()).collect())
            .unwrap_or_default(),
        critical_path_ns: path.map(|p| p.length),
        critical_path_parts_ns: path.map(|p| p.weights.clone()).unwrap_or_default(),
        max_concurrency: facts.concurrency().max_running,
        recorded: recorded(run, totals.recorded_wall),
        differences: facts
            .differences()
            .iter()
            .map(|d| Difference { what: d.what.clone(), ours: d.ours.clone(), stored: d.stored.clone() })
            .collect(),
        diagnostics: run
            .diagnostics
            .iter()
            .map(|d| Finding {
                code: d.code.to_string(),
                severity: d.severity.name(),
                count: d.count,
                message: d.message.clone(),
                line: d.line,
                offset: d.offset,
            })
            .collect(),
    }
}

fn recorded(run: &Run, wall_ns: Option<i64>) -> Recorded {
    let moment = |t: i64| (t != UNKNOWN).then(|| format_rfc3339(t));
    Recorded {
        status: run.recorded_status.map(Status::name),
        started: moment(run.recorded_start),
        ended: moment(run.recorded_end),
        wall_ns,
    }
}
