//! Metadata of Cromwell: calls with their shards and attempts, sub-workflows nested in them.

use std::borrow::Cow;
use std::rc::Rc;

use makespan_format::{Attempt, ErrorInfo, Event, EventSink, Fields, Json, RunInfo, Status, Task};

use crate::gather::{Named, lacks};
use crate::ids::{Ids, Row};
use crate::importer::{Claim, ClaimedFile, Importer, Options, ReadError, claim, whole};
use crate::json::pages::{read_all, report_all};
use crate::json::tape::Value;
use crate::outcome::Outcome;
use crate::sniff::{Head, JsonKind};
use crate::tally::Tally;
use crate::times::Clock;

/// Reads Cromwell's metadata.
pub const IMPORTER: Importer = Importer {
    id: "cromwell",
    title: "Cromwell",
    parts: &["metadata"],
    how: "`GET /api/workflows/v1/ID/metadata?expandSubWorkflows=true`, or `cromwell run --metadata-output FILE`",
    lossy: "dependencies between calls (they are in the WDL; the order is inferred from the times), metrics, logs",
    sniff,
    read,
    stream: whole,
};

/// Sub-workflows below this depth are counted and left out.
const DEEPEST: usize = 32;

fn sniff(head: &Head<'_>) -> Option<Claim> {
    let shape = &head.shape;
    let is_it = shape.root == JsonKind::Object
        && shape.kind("calls") == Some(JsonKind::Object)
        && (shape.has("workflowName") || shape.has("workflowRoot") || shape.has("actualWorkflowLanguage"));
    if is_it { claim(94, "metadata", "an object with calls and workflowName") } else { None }
}

fn read(parts: &[ClaimedFile<'_>], options: &Options<'_>, sink: &mut dyn EventSink) -> Result<(), ReadError> {
    let pages = read_all(parts);
    for (part, file) in parts.iter().zip(&pages) {
        for root in file.roots() {
            emit(root, &part.source.name, options, sink);
        }
    }
    report_all(parts, &pages, sink)
}

fn emit(root: Value<'_, '_>, file: &str, options: &Options<'_>, sink: &mut dyn EventSink) {
    let mut clock = Clock::new(Rc::new(options.zone));
    let mut tally = Tally::new();
    let mut labels = Fields::new();
    for key in ["labels", "workflowRoot", "actualWorkflowLanguage", "submission"] {
        if let Some(value) = root.at(key) {
            labels.raw(key, value.get());
        }
    }
    let outcome = outcome(root, "status");
    sink.event(Event::Run(RunInfo {
        id: root.text_at("id").unwrap_or(Cow::Borrowed(file)),
        workflow: root.text_at("workflowName"),
        source: Some("Cromwell".into()),
        status: outcome.settle(&mut clock.unread),
        error: outcome.into_error(),
        started: root.at("start").and_then(|t| clock.value(t)),
        ended: root.at("end").and_then(|t| clock.value(t)),
        labels: labels.finish(),
        params: root.at("inputs").filter(|i| i.is_object()).map(|i| Json::from_raw(i.get())),
        ..RunInfo::default()
    }));
    lacks(&IMPORTER, sink);
    let mut ids = Ids::default();
    // Workflows whose calls are to be emitted: within which task, how deep.
    let mut open: Vec<(Value<'_, '_>, Option<String>, usize)> = vec![(root, None, 0)];
    while let Some((workflow, within, depth)) = open.pop() {
        let mut tasks: Named<(String, Cow<'_, str>, Vec<Value<'_, '_>>)> = Named::default();
        for (name, tries) in workflow.at("calls").into_iter().flat_map(Value::members) {
            for call in tries.elements() {
                let shard = call.at("shardIndex").and_then(Value::whole).filter(|shard| *shard >= 0);
                let mut id =
                    within.as_ref().map_or_else(|| name.clone().into_owned(), |w| format!("{w}/{name}"));
                if let Some(shard) = shard {
                    id.push_str(&format!("[{shard}]"));
                }
                tasks.entry(&id.clone(), || (id, name.clone(), Vec::new())).2.push(call);
            }
        }
        for (id, name, calls) in tasks.list {
            let rows: Vec<Row<'_, Value<'_, '_>>> = calls
                .iter()
                .map(|call| Row { attempt: attempt(*call, &mut clock), print: 0, of: *call })
                .collect();
            for (place, tries) in (1..).zip(ids.tries(&id, rows)) {
                let id = if place == 1 { id.clone() } else { format!("{id} #{place}") };
                emit_call(&id, name.clone(), within.as_deref(), &tries, sink);
                for inner in tries.iter().filter_map(|row| row.of.at("subWorkflowMetadata")) {
                    if depth < DEEPEST {
                        open.push((inner, Some(id.clone()), depth + 1));
                    } else {
                        let what = "sub-workflows that are nested too deeply were ignored";
                        tally.warn("too-deep", what, || &*id);
                    }
                }
            }
        }
    }
    ids.add_to(&mut tally);
    clock.add_to(&mut tally);
    tally.report(file, sink);
}

fn outcome<'a>(record: Value<'_, 'a>, status: &str) -> Outcome<'a> {
    let mut outcome = Outcome::default();
    if let Some(word) = record.text_at(status) {
        outcome.word(word);
    }
    for failure in record.list("failures") {
        if let Some(message) = failure.text_at("message") {
            outcome.error(ErrorInfo { message, ..ErrorInfo::default() });
        }
    }
    outcome
}

fn emit_call<'a>(
    id: &str,
    name: Cow<'a, str>,
    within: Option<&str>,
    tries: &[Row<'a, Value<'_, 'a>>],
    sink: &mut dyn EventSink,
) {
    let Some(last) = tries.last().map(|row| row.of) else { return };
    let (mut labels, mut params) = (Fields::new(), Fields::new());
    for key in
        ["backend", "jobId", "dockerImageUsed", "stdout", "stderr", "callRoot", "returnCode", "callCaching"]
    {
        if let Some(value) = last.at(key) {
            labels.raw(key, value.get());
        }
    }
    for key in ["commandLine", "inputs", "runtimeAttributes"] {
        if let Some(value) = last.at(key) {
            params.raw(key, value.get());
        }
    }
    let is_hit = last.at("callCaching").and_then(|c| c.at("hit")).is_some_and(|hit| hit.get() == "true");
    let short = name.rsplit('.').next().unwrap_or(&name).to_owned();
    let shard = id.rfind('[').filter(|_| id.ends_with(']')).map_or("", |at| &id[at..]);
    sink.event(Event::Task(Task {
        id: id.into(),
        name: Some(Cow::Owned(format!("{short}{shard}"))),
        step: Some(name),
        kind: Some(if last.at("subWorkflowMetadata").is_some() { "sub-workflow" } else { "call" }.into()),
        parent: within.map(Cow::Borrowed),
        status: is_hit.then_some(Status::Cached),
        labels: labels.finish(),
        params: params.finish(),
        ..Task::default()
    }));
    for (place, row) in (1..).zip(tries) {
        let number = if row.attempt.number == 0 { place } else { row.attempt.number };
        sink.event(Event::Attempt(Attempt { task: id.into(), number, ..row.attempt.clone() }));
    }
}

/// What a call says of its try; the number is 0 where it gives none.
fn attempt<'a>(call: Value<'_, 'a>, clock: &mut Clock<'_>) -> Attempt<'a> {
    let number = call.at("attempt").and_then(Value::whole).and_then(|n| u32::try_from(n).ok());
    let outcome = outcome(call, "executionStatus");
    let mut attempt = Attempt {
        number: number.unwrap_or(0),
        started: call.at("start").and_then(|t| clock.value(t)),
        ended: call.at("end").and_then(|t| clock.value(t)),
        status: outcome.settle(&mut clock.unread),
        error: outcome.into_error(),
        ..Attempt::default()
    };
    // A call without a recorded outcome is not known to have succeeded.
    if attempt.status.is_none() && attempt.ended.is_some() {
        attempt.status = Some(Status::Unknown);
    }
    clock.settle(&mut attempt);
    attempt
}
