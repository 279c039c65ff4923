//! The entry of a run in a store.

use std::collections::BTreeMap;

use makespan_format::Status;
use makespan_format::time::format_rfc3339;
use makespan_store::RunState;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

use super::schema::{Moment, StatusName, Statuses};

/// A run as `makespan list --json` lists it; `docs/cli.md` describes every member.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Run")]
pub struct RunDocument<'a> {
    run: &'a str,
    name: Option<&'a str>,
    workflow: Option<&'a str>,
    source: Option<&'a str>,
    #[schemars(with = "Option<StatusName>")]
    status: Option<&'static str>,
    active: bool,
    #[schemars(with = "Option<Moment>")]
    started: Option<String>,
    #[schemars(with = "Option<Moment>")]
    ended: Option<String>,
    makespan_ns: Option<i64>,
    error: Option<&'a str>,
    tasks: u64,
    statuses: Statuses,
    labels: BTreeMap<&'a str, &'a str>,
    events: u64,
    bytes: u64,
    #[schemars(with = "Moment")]
    created: String,
    #[schemars(with = "Moment")]
    updated: String,
    pinned: bool,
    #[schemars(with = "Option<Moment>")]
    trashed: Option<String>,
}

impl<'a> RunDocument<'a> {
    /// The document of a run.
    pub fn new(run: &'a RunState) -> RunDocument<'a> {
        let time = |ns: Option<i64>| ns.map(format_rfc3339);
        RunDocument {
            run: &run.id,
            name: run.name.as_deref(),
            workflow: run.workflow.as_deref(),
            source: run.source.as_deref(),
            status: run.status().map(Status::name),
            active: run.is_active(),
            started: time(run.started()),
            ended: time(run.ended()),
            makespan_ns: run.makespan(),
            error: run.error.as_deref(),
            tasks: run.tasks.total(),
            statuses: Statuses(Status::ALL.map(|status| run.tasks.of(status))),
            labels: run.all_labels().into_iter().collect(),
            events: run.events,
            bytes: run.bytes,
            created: format_rfc3339(run.created),
            updated: format_rfc3339(run.updated),
            pinned: run.pinned,
            trashed: time(run.trashed),
        }
    }
}

/// The document of a run ([`RunDocument`]) as a value.
pub fn run(run: &RunState) -> Value {
    // Serialising plain values cannot fail.
    serde_json::to_value(RunDocument::new(run)).unwrap_or_default()
}
