//! Responses of the REST interface for lineage: executions, one execution with its task executions, the current graph,
//! the history of a task, and a summary. Saved responses are snapshots; one run may be in many of them.

use makespan_format::EventSink;
use makespan_model::Order as _;

use super::claim;
use crate::importer::{Claim, ClaimedFile, Importer, Options, ReadError, whole};
use crate::json;
use crate::pairs::{Record, info, items, warn};
use crate::sniff::{Head, JsonKind};

mod model;
use model::{Lineage, Try, owner};

const DETAIL: &str = "execution";
const LIST: &str = "executions";
const GRAPH: &str = "current graph";
const HISTORY: &str = "task history";
const SUMMARY: &str = "summary";
const OTHER: &str = "other answer";

/// Reads saved responses of Graflow's lineage interface.
pub const IMPORTER: Importer = Importer {
    id: "graflow-lineage",
    title: "Graflow lineage",
    parts: &[DETAIL, LIST, GRAPH, HISTORY, SUMMARY, OTHER],
    how: "Save GET /api/executions/{id} and, before the next run begins, GET /api/graph/current.",
    lossy: "the status and end of a run (they are derived from its tasks), graphs of earlier runs",
    sniff,
    read,
    stream: whole,
};

fn sniff(head: &Head<'_>) -> Option<Claim> {
    let has = |needle: &str| memchr::memmem::find(head.bytes, needle.as_bytes()).is_some();
    let shape = &head.shape;
    let inner = |key: &str, all: &[&str]| all.iter().all(|k| shape.inner_has(key, k));
    let keys = |all: &[&str]| all.iter().all(|k| shape.has(k));
    match shape.root {
        JsonKind::Object if keys(&["execution", "task_executions"]) => {
            claim(95, DETAIL, "an object with execution and task_executions")
        }
        JsonKind::Object if keys(&["task_id", "executions"]) => {
            claim(93, HISTORY, "an object with task_id and executions")
        }
        JsonKind::Object
            if shape.keys.len() == 1 && inner("executions", &["execution_id", "workflow_name"]) =>
        {
            claim(93, LIST, "executions with execution_id and workflow_name")
        }
        JsonKind::Object
            if inner("nodes", &["id", "data"])
                && (shape.has("edges") || !shape.complete)
                && !shape.has("execution_order") =>
        {
            claim(80, GRAPH, "nodes with data, and edges")
        }
        JsonKind::Object if keys(&["total_executions", "success_rate", "average_task_duration"]) => {
            claim(93, SUMMARY, "totals of executions and tasks with a rate of success")
        }
        JsonKind::Object if keys(&["openapi", "paths"]) && has("Graflow Lineage API") => {
            claim(70, OTHER, "the description of this interface")
        }
        JsonKind::Object
            if head.len < 200 && shape.keys.len() == 1 && shape.has("status") && has("\"healthy\"") =>
        {
            claim(30, OTHER, "an answer about health")
        }
        JsonKind::Array if head.len < 200 && shape.first == ["error"] && has("Execution not found") => {
            claim(70, OTHER, "an error in place of an execution")
        }
        _ => None,
    }
}

fn read(parts: &[ClaimedFile<'_>], options: &Options<'_>, sink: &mut dyn EventSink) -> Result<(), ReadError> {
    let mut lineage = Lineage::new(options.zone);
    let mut failures = Vec::new();
    // Later snapshots are named so that they sort behind, and what they say counts.
    let mut sorted: Vec<&ClaimedFile<'_>> = parts.iter().collect();
    sorted.order_by_key(|p| (rank(p.part), p.source.name.as_str()));
    for part in sorted {
        let file = part.source.name.as_str();
        if part.part == OTHER {
            info(sink, "derived-file", format!("{file}: an API response without a run"));
            continue;
        }
        let mut scratch = Vec::new();
        match json::parse::<Record<'_>>(&part.source.bytes, &mut scratch) {
            Ok((record, mended)) => {
                mended.report(file, sink);
                answer(part.part, &record, file, &mut lineage, sink);
            }
            Err(e) => failures.push(format!("{file}: {e}")),
        }
    }
    let found = lineage.emit(sink);
    match failures.pop() {
        Some(message) if !found => Err(ReadError::Broken { message, offset: None }),
        last => {
            for message in failures.into_iter().chain(last) {
                warn(sink, "unreadable", message);
            }
            Ok(())
        }
    }
}

/// Runs come before what is joined to them.
fn rank(part: &str) -> usize {
    [LIST, DETAIL, HISTORY, GRAPH, SUMMARY].iter().position(|p| *p == part).unwrap_or(9)
}

fn answer(part: &str, root: &Record<'_>, file: &str, lineage: &mut Lineage<'_>, sink: &mut dyn EventSink) {
    let mut odd = 0u64;
    match part {
        LIST => {
            for raw in root.raw("executions").map(items).unwrap_or_default() {
                match Record::parse(raw.get()) {
                    Some(execution) => lineage.execution(&execution, file),
                    None => odd += 1,
                }
            }
        }
        DETAIL => {
            let execution = root.record("execution").unwrap_or_default();
            lineage.execution(&execution, file);
            let run = execution.filled("execution_id");
            for raw in root.raw("task_executions").map(items).unwrap_or_default() {
                odd += u64::from(!task_execution(raw.get(), run.as_deref(), lineage, file));
            }
        }
        HISTORY => {
            for raw in root.raw("executions").map(items).unwrap_or_default() {
                odd += u64::from(!task_execution(raw.get(), None, lineage, file));
            }
        }
        GRAPH => lineage.graph(root, file),
        _ => lineage.summary(root, file),
    }
    if odd > 0 {
        warn(sink, "bad-record", format!("{file}: {odd} executions cannot be read and are left out"));
    }
}

fn task_execution(raw: &str, run: Option<&str>, lineage: &mut Lineage<'_>, file: &str) -> bool {
    let Some(record) = Record::parse(raw) else { return false };
    let Some(task) = record.filled("task_id") else { return false };
    let id = record.filled("execution_id").unwrap_or_default();
    let Some(owner) = run.or_else(|| owner(&id, &task)) else { return false };
    let entry = Try::read(&record, &id, lineage.clock());
    lineage.attempt(owner, &task, entry, file);
    true
}
