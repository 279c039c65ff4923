//! The members of the document, in the order in which they stand in it.

use makespan_server::documents::{Moment, StatusName};
use schemars::JsonSchema;
use serde::Serialize;

/// A number that may not be known.
pub(super) type Number = Option<f64>;

#[derive(Default, Serialize, JsonSchema)]
pub(crate) struct ComparisonDocument {
    pub(super) comparison: &'static str,
    pub(super) measure: String,
    pub(super) unit: String,
    pub(super) runs: Vec<RunEntry>,
    pub(super) comparable: Option<bool>,
    pub(super) notes: Vec<Note>,
    pub(super) makespan_delta_ns: Option<i64>,
    pub(super) explained: Option<Vec<Explained>>,
    pub(super) path: Option<PathEntry>,
    pub(super) counts: Option<Counts>,
    pub(super) tasks: Option<Vec<TaskEntry>>,
    pub(super) parameters: Option<Vec<ParameterEntry>>,
    pub(super) steps: Option<Vec<StepEntry>>,
    pub(super) measures: Option<Vec<MeasureEntry>>,
    pub(super) verdicts: Option<VerdictsEntry>,
    pub(super) trends: Option<TrendsEntry>,
}

#[derive(Serialize, JsonSchema)]
pub(super) struct RunEntry {
    pub(super) set: &'static str,
    pub(super) id: String,
    pub(super) name: String,
    pub(super) workflow: Option<String>,
    pub(super) format: &'static str,
    #[schemars(with = "Option<StatusName>")]
    pub(super) status: Option<&'static str>,
    #[schemars(with = "Option<Moment>")]
    pub(super) started: Option<String>,
    pub(super) makespan_ns: Option<i64>,
    pub(super) tasks: usize,
}

#[derive(Serialize, JsonSchema)]
pub(super) struct Note {
    pub(super) code: &'static str,
    pub(super) run: Option<&'static str>,
    pub(super) forbids: bool,
    pub(super) tasks: Option<u32>,
    /// Of sets only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) runs: Option<u32>,
}

#[derive(Serialize, JsonSchema)]
pub(super) struct Explained {
    pub(super) part: &'static str,
    pub(super) task: Option<String>,
    pub(super) a_id: Option<String>,
    pub(super) b_id: Option<String>,
    pub(super) delta_ns: i64,
}

#[derive(Serialize, JsonSchema)]
pub(super) struct PathEntry {
    pub(super) entered: Vec<String>,
    pub(super) left: Vec<String>,
    pub(super) inferred: bool,
}

#[derive(Serialize, JsonSchema)]
pub(super) struct Counts {
    pub(super) same: usize,
    pub(super) changed: usize,
    pub(super) added: usize,
    pub(super) removed: usize,
    pub(super) renamed: usize,
}

#[derive(Serialize, JsonSchema)]
pub(super) struct TaskEntry {
    pub(super) key: String,
    #[serde(rename = "match")]
    pub(super) how: &'static str,
    pub(super) by: Option<&'static str>,
    pub(super) changes: Vec<&'static str>,
    pub(super) a_id: Option<String>,
    pub(super) b_id: Option<String>,
    pub(super) name: String,
    pub(super) step: String,
    #[schemars(with = "Option<StatusName>")]
    pub(super) a_status: Option<&'static str>,
    #[schemars(with = "Option<StatusName>")]
    pub(super) b_status: Option<&'static str>,
    pub(super) a_ns: Option<i64>,
    pub(super) b_ns: Option<i64>,
    pub(super) delta_ns: Option<i64>,
    pub(super) explained_ns: i64,
    pub(super) delta: Number,
    pub(super) parameters: Vec<ParameterEntry>,
}

#[derive(Serialize, JsonSchema)]
pub(super) struct ParameterEntry {
    pub(super) of: &'static str,
    pub(super) name: String,
    pub(super) a: Option<String>,
    pub(super) b: Option<String>,
}

#[derive(Serialize, JsonSchema)]
pub(super) struct StepEntry {
    pub(super) step: String,
    pub(super) a_tasks: u32,
    pub(super) b_tasks: u32,
    pub(super) a_work_ns: i64,
    pub(super) b_work_ns: i64,
    pub(super) delta_work_ns: i64,
}

#[derive(Serialize, JsonSchema)]
pub(super) struct MeasureEntry {
    pub(super) key: String,
    pub(super) unit: String,
    pub(super) pairs: usize,
    pub(super) rose: usize,
    pub(super) fell: usize,
    pub(super) a_median: f64,
    pub(super) b_median: f64,
    pub(super) delta_median: f64,
}

#[derive(Serialize, JsonSchema)]
pub(super) struct VerdictsEntry {
    pub(super) tested_on_path: usize,
    pub(super) tested_others: usize,
    pub(super) margin_share: f64,
    pub(super) margin_least: f64,
    pub(super) makespan: Option<SamplesEntry>,
    pub(super) tasks: Vec<VerdictEntry>,
}

#[derive(Serialize, JsonSchema)]
pub(super) struct SamplesEntry {
    pub(super) verdict: &'static str,
    pub(super) baseline: Vec<Number>,
    pub(super) candidate: Vec<Number>,
    pub(super) baseline_median: Number,
    pub(super) candidate_median: Number,
    pub(super) shift: Number,
    pub(super) low: Number,
    pub(super) high: Number,
    pub(super) p: Number,
    pub(super) exact: bool,
    pub(super) adjusted_p: Number,
    pub(super) margin: Number,
    pub(super) detectable: Number,
    pub(super) baseline_failed: u32,
    pub(super) candidate_failed: u32,
}

#[derive(Serialize, JsonSchema)]
pub(super) struct VerdictEntry {
    pub(super) key: String,
    pub(super) name: String,
    pub(super) ids: Vec<Option<String>>,
    #[serde(flatten)]
    pub(super) samples: SamplesEntry,
    pub(super) on_path: Number,
    pub(super) contribution: Number,
}

#[derive(Serialize, JsonSchema)]
pub(super) struct TrendsEntry {
    pub(super) makespan: Option<SeriesEntry>,
    pub(super) tasks: Vec<TrendEntry>,
}

#[derive(Serialize, JsonSchema)]
pub(super) struct TrendEntry {
    pub(super) key: String,
    pub(super) name: String,
    pub(super) ids: Vec<Option<String>>,
    #[serde(flatten)]
    pub(super) series: SeriesEntry,
}

#[derive(Serialize, JsonSchema)]
pub(super) struct SeriesEntry {
    pub(super) values: Vec<Number>,
    pub(super) counts: Vec<bool>,
    #[schemars(with = "Vec<Option<StatusName>>")]
    pub(super) statuses: Vec<Option<&'static str>>,
    pub(super) levels: Vec<LevelEntry>,
    pub(super) slope: Number,
    pub(super) slope_p: Number,
    pub(super) before: Option<SpreadEntry>,
}

#[derive(Serialize, JsonSchema)]
pub(super) struct LevelEntry {
    pub(super) first: usize,
    pub(super) last: usize,
    pub(super) values: usize,
    pub(super) median: f64,
}

#[derive(Serialize, JsonSchema)]
pub(super) struct SpreadEntry {
    pub(super) values: usize,
    pub(super) min: f64,
    pub(super) p10: f64,
    pub(super) median: f64,
    pub(super) p90: f64,
    pub(super) max: f64,
}
