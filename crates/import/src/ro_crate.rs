//! RO-Crates of workflow runs (Workflow Run RO-Crate): actions with their instrument, what they read and what they made.
//!
//! An action of a tool becomes a task; the action of the workflow itself is the run when others ran within it. A task depends
//! on the one that made what it reads.

use std::borrow::Cow;

use makespan_format::{Artifact, Attempt, Direction, ErrorInfo, EventSink, Status};
use makespan_model::{HashMap, HashSet};

use crate::draft::{Draft, Piece, labels};
use crate::importer::{Claim, ClaimedFile, Importer, Options, ReadError, Unit, claim, whole};
use crate::json::pages::{read_all, report_all};
use crate::json::tape::Value;
use crate::sniff::{Head, JsonKind};

/// Reads RO-Crates of runs.
pub const IMPORTER: Importer = Importer {
    id: "ro-crate",
    title: "Workflow Run RO-Crate",
    parts: &["crate"],
    how: "`ro-crate-metadata.json` of a crate written by runcrate, StreamFlow, Galaxy, WfExS, nf-prov or another tool",
    lossy: "retries, queue times, workers; in Workflow Run Crates: everything inside the run",
    sniff,
    read,
    stream: whole,
};

fn sniff(head: &Head<'_>) -> Option<Claim> {
    let shape = &head.shape;
    let has = |needle: &str| memchr::memmem::find(head.bytes, needle.as_bytes()).is_some();
    if shape.root == JsonKind::Object
        && shape.has("@graph")
        && (has("ro-crate-metadata.json") || has("w3id.org/ro/"))
    {
        claim(92, "crate", "a JSON-LD graph with ro-crate-metadata.json")
    } else {
        None
    }
}

fn read(parts: &[ClaimedFile<'_>], options: &Options<'_>, sink: &mut dyn EventSink) -> Result<(), ReadError> {
    let pages = read_all(parts);
    for (part, file) in parts.iter().zip(&pages) {
        for root in file.roots().filter(|root| root.is_object()) {
            emit(root, &part.source.name, options, sink);
        }
    }
    report_all(parts, &pages, sink)
}

/// The texts of a member that is one or several strings or references.
fn ids<'a>(record: Value<'_, 'a>, key: &str) -> Vec<Cow<'a, str>> {
    let Some(value) = record.at(key) else { return Vec::new() };
    let one = (!value.is_array()).then_some(value);
    value.elements().chain(one).filter_map(|v| v.text().or_else(|| v.text_at("@id"))).collect()
}

fn is_a(record: Value<'_, '_>, kind: &str) -> bool {
    ids(record, "@type").iter().any(|t| t == kind)
}

fn emit(root: Value<'_, '_>, file: &str, options: &Options<'_>, sink: &mut dyn EventSink) {
    let mut draft = Draft::new(Cow::Borrowed(file), "RO-Crate", options);
    let entities: HashMap<Cow<'_, str>, Value<'_, '_>> =
        root.list("@graph").filter_map(|e| Some((e.text_at("@id")?, e))).collect();
    let actions: Vec<Value<'_, '_>> = root.list("@graph").filter(|e| is_a(*e, "CreateAction")).collect();
    // What orchestrates an action names the step of the workflow that it was.
    let mut step_of: HashMap<Cow<'_, str>, Cow<'_, str>> = HashMap::default();
    for control in root.list("@graph").filter(|e| is_a(*e, "ControlAction")) {
        if let Some(step) = ids(control, "instrument").into_iter().next() {
            step_of.extend(ids(control, "object").into_iter().map(|action| (action, step.clone())));
        }
    }
    let is_workflow = |action: Value<'_, '_>| {
        ids(action, "instrument")
            .iter()
            .filter_map(|id| entities.get(id))
            .any(|i| is_a(*i, "ComputationalWorkflow"))
    };
    // The run is the action of the workflow, where there is one and steps beside it.
    let mut of_workflow = actions.iter().filter(|a| is_workflow(**a));
    let outer = match (of_workflow.next(), of_workflow.next()) {
        (Some(one), None) if actions.len() > 1 && !step_of.is_empty() => Some(*one),
        _ => None,
    };
    if let Some(run) = outer {
        draft.run.name = run.text_at("name");
        draft.run.workflow = ids(run, "instrument").into_iter().next();
        draft.run.started = draft.clock.moment(run.at("startTime"), Unit::Seconds);
        draft.run.ended = draft.clock.moment(run.at("endTime"), Unit::Seconds);
        draft.run.status = status_of(run, &mut draft);
    }
    let outer_id = outer.and_then(|o| o.text_at("@id"));
    let tasks: Vec<_> =
        actions.into_iter().filter(|a| outer_id.is_none() || a.text_at("@id") != outer_id).collect();
    let mut makers: HashMap<Cow<'_, str>, Cow<'_, str>> = HashMap::default();
    for action in &tasks {
        let id = action.text_at("@id").unwrap_or_default();
        for made in ids(*action, "result") {
            makers.entry(made).or_insert_with(|| id.clone());
        }
    }
    for action in tasks {
        let id = action.text_at("@id").unwrap_or_default();
        let instrument = ids(action, "instrument").into_iter().next();
        let step = step_of.get(&id).cloned().or_else(|| instrument.clone());
        // The step is the same in the next run, the id of the action is not.
        let key = step.as_ref().map(|s| s.rsplit(['#', '/']).next().unwrap_or(s).to_owned());
        let mut piece = Piece::new(id.clone(), key.map_or_else(|| id.clone(), Cow::Owned));
        piece.task.step = step;
        piece.task.kind = Some("action".into());
        // `Run of WORKFLOW#main/STEP` repeats in front of every step what the run is called.
        let name = action.text_at("name").filter(|name| {
            let key = &*piece.task.id;
            !(name.starts_with("Run of ") && name.ends_with(key) && name.len() > key.len() + 7)
        });
        if let Some(name) = name {
            piece.task.name = Some(name);
        }
        piece.task.labels = labels(action, &["@id", "description", "containerImage"]);
        let read = ids(action, "object");
        let mut before = HashSet::default();
        let made = read.iter().filter_map(|data| makers.get(data)).filter(|maker| **maker != id);
        piece.task.after = made.filter(|maker| before.insert((*maker).clone())).cloned().collect();
        for (list, direction) in [(read, Direction::Input), (ids(action, "result"), Direction::Output)] {
            for data in list {
                let entity = entities.get(&data);
                let name = entity.and_then(|e| e.text_at("name")).unwrap_or_else(|| data.clone());
                let size = entity.and_then(|e| e.at("contentSize")).and_then(Value::whole);
                piece.artifacts.push(Artifact {
                    name,
                    direction,
                    uri: Some(data),
                    size,
                    ..Artifact::default()
                });
            }
        }
        let status = status_of(action, &mut draft);
        piece.task.status = status;
        let started = draft.clock.moment(action.at("startTime"), Unit::Seconds);
        let ended = draft.clock.moment(action.at("endTime"), Unit::Seconds);
        let error = action.text_at("error").filter(|_| status == Some(Status::Failed));
        let error = error.map(|message| ErrorInfo { message, ..ErrorInfo::default() });
        piece.tried(Attempt { started, ended, status, error, ..Attempt::default() });
        draft.pieces.push(piece);
    }
    draft.run.infer_edges = draft.pieces.iter().any(|p| !p.task.after.is_empty()).then_some(false);
    draft.emit(&IMPORTER, sink);
}

/// `CompletedActionStatus`, `FailedActionStatus`, `ActiveActionStatus`, `PotentialActionStatus`, with or without
/// `http://schema.org/`. The profile of these crates lets what has no status count as completed; here it also has to have
/// ended, and without an error.
fn status_of(action: Value<'_, '_>, draft: &mut Draft<'_, '_>) -> Option<Status> {
    let word = ids(action, "actionStatus").into_iter().next();
    let Some(word) = word else {
        let has = |key: &str| action.text_at(key).is_some_and(|text| !text.is_empty());
        return Some(match (has("error"), has("endTime")) {
            (true, _) => Status::Failed,
            (false, true) => Status::Succeeded,
            (false, false) => Status::Unknown,
        });
    };
    let short = word.rsplit(['/', '#']).next().unwrap_or(&word);
    match short.strip_suffix("ActionStatus").unwrap_or(short) {
        "Potential" => Some(Status::Pending),
        word => draft.clock.status(Some(word), false),
    }
}
