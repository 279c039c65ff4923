//! The event tracking of a mixture-of-experts framework: executions, an event list, training records and graph exports,
//! all of them JSON files in one folder.

mod events;
mod execution;
mod graph;
mod runs;
mod series;
mod training;
mod workflow;

use makespan_format::{Diagnostic, EventSink, Severity};
use serde_json::value::RawValue;

use self::runs::Runs;
use crate::importer::{Claim, ClaimedFile, Importer, Options, ReadError, claim, whole};
use crate::json;
use crate::sniff::{Head, JsonKind};

const EXECUTION: &str = "execution";
const EVENTS: &str = "event list";
const TRAINING: &str = "training record";
const GRAPH: &str = "graph export";

/// Reads files of the event tracking of the mixture-of-experts framework.
pub const IMPORTER: Importer = Importer {
    id: "moe",
    title: "MoE event tracking",
    parts: &[EXECUTION, EVENTS, TRAINING, GRAPH],
    how: "The files <workflow id>.json in the tracker's folder (./.workflow_tracking), written when a workflow completes.",
    lossy: "dependencies, ids of components, containment, running workflows",
    sniff,
    read,
    stream: whole,
};

fn sniff(head: &Head<'_>) -> Option<Claim> {
    let shape = &head.shape;
    let is = |key: &str, kind: JsonKind| shape.kind(key) == Some(kind);
    match shape.root {
        JsonKind::Object if !shape.has("workflow_id") => None,
        JsonKind::Object
            if is("components", JsonKind::Array) && (shape.has("events") || shape.has("start_time")) =>
        {
            claim(95, EXECUTION, "an object with workflow_id, components and events")
        }
        JsonKind::Object if is("nodes", JsonKind::Array) && is("links", JsonKind::Array) => {
            claim(92, GRAPH, "an object with workflow_id, nodes and links")
        }
        JsonKind::Object if is("metrics", JsonKind::Object) && shape.has("optimizer") => {
            claim(92, TRAINING, "an object with workflow_id, optimizer and metrics")
        }
        // An execution that was cut off before its components.
        JsonKind::Object
            if shape.has("start_time") && shape.has("success") && is("events", JsonKind::Array) =>
        {
            claim(80, EXECUTION, "an object with workflow_id, start_time, success and events")
        }
        JsonKind::Array if ["type", "timestamp", "data"].iter().all(|k| shape.first_has(k)) => {
            let stage = ["_STARTED", "_COMPLETED", "_FAILED", "PIPELINE_", "_LOADED"];
            let mine = stage.iter().any(|s| memchr::memmem::find(head.bytes, s.as_bytes()).is_some());
            claim(if mine { 85 } else { 40 }, EVENTS, "an array of objects with type, timestamp and data")
        }
        _ => None,
    }
}

fn read(parts: &[ClaimedFile<'_>], options: &Options<'_>, sink: &mut dyn EventSink) -> Result<(), ReadError> {
    let mut runs = Runs::new(options.zone);
    let mut failures = Vec::new();
    let mut read = 0;
    // A graph export repeats an execution without its times, so executions come first.
    for kind in [EXECUTION, TRAINING, EVENTS, GRAPH] {
        for part in parts.iter().filter(|p| p.part == kind) {
            let (file, mut scratch) = (part.source.name.as_str(), Vec::new());
            let (root, mended) = match json::parse::<&RawValue>(&part.source.bytes, &mut scratch) {
                Ok(parsed) => parsed,
                Err(e) => {
                    failures.push((format!("{file}: {}", e.message), e.offset));
                    continue;
                }
            };
            read += 1;
            match kind {
                EXECUTION => execution::emit(root, file, &mut runs, sink),
                TRAINING => training::emit(root, file, &mut runs, sink),
                EVENTS => events::emit(root, file, &mut runs, sink),
                _ => graph::emit(root, file, &mut runs, sink),
            }
            mended.report(file, sink);
        }
    }
    if runs.inferred > 0 {
        let message = "the workflow of an execution is its id without the numbers at the end".to_owned();
        sink.diagnostic(Diagnostic::new(Severity::Info, "workflow-inferred", message).times(runs.inferred));
    }
    if read == 0 {
        let first = failures.into_iter().next();
        let (message, offset) = first.unwrap_or_else(|| ("nothing to read".to_owned(), None));
        return Err(ReadError::Broken { message, offset });
    }
    for (message, offset) in failures {
        let mut found = Diagnostic::new(Severity::Error, "unreadable", message);
        found.offset = offset;
        sink.diagnostic(found);
    }
    Ok(())
}
