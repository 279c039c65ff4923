//! The arguments of the tools. What stands here in comments is what an assistant reads of them.

use schemars::generate::SchemaSettings;
use schemars::{JsonSchema, Schema};
use serde::Deserialize;
use serde_json::{Map, Value};

/// The schema of the arguments of a tool.
pub(super) fn input_schema<T: JsonSchema>() -> Map<String, Value> {
    let settings = SchemaSettings::draft2020_12().with(|settings| {
        settings.inline_subschemas = true;
        settings.meta_schema = None;
    });
    let mut schema: Schema = settings.into_generator().into_root_schema_for::<T>();
    schema.remove("title");
    schema.remove("description");
    schema.ensure_object().clone()
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct FilesInput {
    /// Folder to list, below the folders of this server [default: all of them]
    pub(super) folder: Option<String>,
    /// List only files whose path contains this text
    pub(super) contains: Option<String>,
    /// List the files that were modified last first [default: by path]
    #[serde(default)]
    pub(super) newest: bool,
    /// Maximum number of files [default: 200]
    pub(super) limit: Option<usize>,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct StoredInput {
    /// List only runs of this workflow
    pub(super) workflow: Option<String>,
    /// List only runs with this status: succeeded, failed, running, cancelled, or another status
    pub(super) status: Option<String>,
    /// List only runs that started at or after this time: a date, or a length such as 7d before now
    pub(super) since: Option<String>,
    /// List only runs that may still change
    #[serde(default)]
    pub(super) active: bool,
    /// Maximum number of runs [default: 50]
    pub(super) limit: Option<u32>,
    /// Continue a list: `next` of its last page
    pub(super) after: Option<String>,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct RunsInput {
    /// Files or folders below the folders of this server, or runs of the store as run:ID
    pub(super) runs: Vec<String>,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct StatsInput {
    /// Files or folders below the folders of this server, or runs of the store as run:ID
    pub(super) runs: Vec<String>,
    /// Rules to judge, such as `failed = 0`, `makespan <= 10 min` or `p95 duration <= 30 s`
    #[serde(default)]
    pub(super) rules: Vec<String>,
    /// Names of recorded metrics to show over time
    #[serde(default)]
    pub(super) metrics: Vec<String>,
    /// Include only runs that started at or after this date, such as 2026-01-05
    pub(super) from: Option<String>,
    /// Include only runs that started before this date; a date without a time includes that day
    pub(super) to: Option<String>,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct QueryInput {
    /// Files or folders below the folders of this server, or runs of the store as run:ID
    pub(super) runs: Vec<String>,
    /// Which tasks, such as `status:failed`, `step:align dur>p95`, `critical wait>1m`, `up(report)` or `id:*` for all
    pub(super) expression: String,
    /// Search only the Nth run of several, counted from 1
    pub(super) run: Option<u32>,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct CompareInput {
    /// Runs to compare in this order, the baseline first: two are compared task by task, three or more as a series. Give
    /// either this, or baseline and candidate
    #[serde(default)]
    pub(super) runs: Vec<String>,
    /// Runs of the baseline set, to be tested against the candidate set
    #[serde(default)]
    pub(super) baseline: Vec<String>,
    /// Runs of the candidate set
    #[serde(default)]
    pub(super) candidate: Vec<String>,
    /// Measure of tasks to compare: duration, work, wait, queue, or the name of a recorded metric [default: duration]
    pub(super) metric: Option<String>,
}

/// What a picture shows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub(super) enum PictureView {
    /// Tasks and their dependencies
    Graph,
    /// Attempts over time
    #[default]
    Timeline,
}

impl PictureView {
    /// The name of the view as an option of `makespan export`.
    pub(super) fn name(self) -> &'static str {
        match self {
            PictureView::Graph => "graph",
            PictureView::Timeline => "timeline",
        }
    }
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct PictureInput {
    /// A file or folder below the folders of this server, or a run of the store as run:ID
    pub(super) run: String,
    /// What to draw [default: timeline]
    #[serde(default)]
    pub(super) view: PictureView,
    /// Draw the Nth run of several, counted from 1
    pub(super) number: Option<u32>,
}
