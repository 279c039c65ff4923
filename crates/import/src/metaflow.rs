//! Metaflow: a run as written by a program with its client (one object with `tasks`), and tasks in responses of the
//! service of its UI.

use makespan_model::Order as _;
use std::borrow::Cow;

use makespan_format::{Attempt, EventSink, Status};

use crate::draft::{Draft, Piece, labels, records};
use crate::gather::Named;
use crate::importer::{Claim, ClaimedFile, Importer, Options, ReadError, Unit, claim, whole};
use crate::json::pages::{read_all, report_all};
use crate::json::tape::Value;
use crate::sniff::{Head, JsonKind};

/// Reads runs of Metaflow.
pub const IMPORTER: Importer = Importer {
    id: "metaflow",
    title: "Metaflow",
    parts: &["run", "tasks"],
    how: "`curl SERVICE/flows/FLOW/runs/RUN/tasks > tasks.json`, or write this with the client: `{\"run\": run.pathspec, \"tasks\": \
          [{step, task, created_at, finished_at, successful, parent: task.parent_task_pathspecs, metadata: \
          task.metadata_dict}]}`",
    lossy: "earlier attempts, queue times, workers; in responses of the service: dependencies",
    sniff,
    read,
    stream: whole,
};

fn sniff(head: &Head<'_>) -> Option<Claim> {
    let shape = &head.shape;
    let inner = |key: &str| shape.inner_has("tasks", key);
    if shape.root == JsonKind::Object
        && shape.has("run")
        && inner("step")
        && inner("task")
        && inner("created_at")
    {
        return claim(90, "run", "a run whose tasks have step, task and created_at");
    }
    let keys = ["flow_id", "run_number", "step_name"];
    let wrapped = keys.iter().all(|key| shape.inner_has("data", key)) && shape.inner_has("data", "task_id");
    if wrapped || shape.record_has(&keys) && shape.record_has(&["task_id"]) {
        return claim(92, "tasks", "tasks with flow_id, run_number and step_name");
    }
    None
}

fn read(parts: &[ClaimedFile<'_>], options: &Options<'_>, sink: &mut dyn EventSink) -> Result<(), ReadError> {
    let pages = read_all(parts);
    let mut runs: Named<(String, Option<Value<'_, '_>>, Vec<Value<'_, '_>>)> = Named::default();
    for (part, file) in parts.iter().zip(&pages) {
        for root in file.roots() {
            if part.part == "run" {
                let id = root.text_at("run").unwrap_or(Cow::Borrowed(&part.source.name));
                let run = runs.entry(&id, || (id.clone().into_owned(), Some(root), Vec::new()));
                run.2.extend(root.list("tasks"));
                continue;
            }
            for task in records(root, &["data"]) {
                let of = |key: &str| task.text_at(key).unwrap_or_default();
                let id = format!("{}/{}", of("flow_id"), of("run_number"));
                runs.entry(&id, || (id.clone(), None, Vec::new())).2.push(task);
            }
        }
    }
    for (id, facts, tasks) in &runs.list {
        emit(id, *facts, tasks, options, sink);
    }
    report_all(parts, &pages, sink)
}

fn emit(
    id: &str,
    facts: Option<Value<'_, '_>>,
    tasks: &[Value<'_, '_>],
    options: &Options<'_>,
    sink: &mut dyn EventSink,
) {
    let mut draft = Draft::new(Cow::Borrowed(id), "Metaflow", options);
    draft.run.workflow = id.split_once('/').map(|(flow, _)| Cow::Borrowed(flow));
    if let Some(facts) = facts {
        draft.run.started = facts.at("created_at").and_then(|t| draft.clock.value(t));
        draft.run.ended = facts.at("finished_at").and_then(|t| draft.clock.value(t));
        draft.run.status = status_of(facts, &mut draft);
        draft.run.infer_edges = Some(false);
    }
    // The number of a task is the order in which tasks were made.
    let mut tasks = tasks.to_vec();
    tasks.order_by_numbers(|t| {
        let number = t.any(&["task", "task_id"]).and_then(Value::whole).unwrap_or(i64::MAX);
        (number, t.at("attempt_id").and_then(Value::whole).unwrap_or(0))
    });
    let mut seen: Named<Piece<'_>> = Named::default();
    for task in tasks {
        let step = task.text_of(&["step", "step_name"]).unwrap_or_default();
        let number = task.text_of(&["task", "task_id"]).unwrap_or_default();
        let native = format!("{id}/{step}/{number}");
        // The service answers a row for each attempt.
        let piece = seen.entry(&native, || Piece::new(native.clone(), step.clone()));
        piece.task.step = Some(step);
        piece.task.after = task.list("parent").filter_map(Value::text).collect();
        piece.task.labels = labels(task, &["task", "task_id", "metadata", "tags", "system_tags"]);
        let meta = task.at("metadata");
        // The place of a task in its `foreach` distinguishes it: `items=0`.
        let place: Vec<_> =
            meta.into_iter().flat_map(|m| m.list("foreach-stack")).filter_map(Value::text).collect();
        if let (false, Some(name)) = (place.is_empty(), &piece.task.name) {
            piece.task.name = Some(format!("{name} ({})", place.join(", ")).into());
        }
        if draft.run.labels.is_none() {
            draft.run.labels =
                meta.and_then(|m| labels(m, &["user", "metaflow_version", "runtime", "script-name"]));
        }
        let attempt = task.at("attempt_id").and_then(Value::whole);
        let attempt = attempt.or_else(|| meta.and_then(|m| m.at("attempt")).and_then(Value::whole));
        let status = status_of(task, &mut draft);
        let started = moment(task.any(&["started_at", "created_at", "ts_epoch"]), &mut draft);
        let ended = moment(task.at("finished_at"), &mut draft);
        piece.task.status = status;
        piece.tried(Attempt {
            number: attempt.and_then(|n| u32::try_from(n + 1).ok()).unwrap_or(0),
            started,
            ended,
            status,
            worker: meta.and_then(|m| m.text_at("host")),
            ..Attempt::default()
        });
    }
    draft.pieces = seen.list;
    draft.emit(&IMPORTER, sink);
}

/// The client writes text without a zone, the service milliseconds.
fn moment(value: Option<Value<'_, '_>>, draft: &mut Draft<'_, '_>) -> Option<i64> {
    draft.clock.moment(value, Unit::Milliseconds)
}

fn status_of(record: Value<'_, '_>, draft: &mut Draft<'_, '_>) -> Option<Status> {
    if let Some(word) = record.text_at("status") {
        return draft.clock.status(Some(&word), false);
    }
    let is_over = record.at("finished_at").is_some();
    match record.text_at("successful").as_deref() {
        Some("true") => Some(Status::Succeeded),
        Some("false") if is_over => Some(Status::Failed),
        // The client says `false` of what has not ended, too.
        Some("false") => Some(Status::Running),
        Some(word) => draft.clock.status(Some(word), false),
        None => Some(Status::Unknown),
    }
}
