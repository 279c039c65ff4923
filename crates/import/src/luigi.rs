//! Luigi: the tasks of a scheduler in responses of its API, with or without their dependencies.

use std::borrow::Cow;

use makespan_format::{Attempt, EventSink, Status};

use crate::draft::{Draft, Piece, labels};
use crate::importer::{Claim, ClaimedFile, Importer, Options, ReadError, Unit, claim, whole};
use crate::json::pages::{read_all, report_all};
use crate::json::tape::Value;
use crate::sniff::{Head, JsonKind};

/// Reads responses of Luigi's scheduler.
pub const IMPORTER: Importer = Importer {
    id: "luigi",
    title: "Luigi",
    parts: &["tasks"],
    how: "`curl 'http://localhost:8082/api/graph' > graph.json` (with dependencies), or `/api/task_list?data={\"status\":\"\"}`",
    lossy: "earlier attempts, the end of a task (its last update is used); dependencies, unless a graph is given",
    sniff,
    read,
    stream: whole,
};

fn sniff(head: &Head<'_>) -> Option<Claim> {
    let shape = &head.shape;
    let has = |needle: &str| memchr::memmem::find(head.bytes, needle.as_bytes()).is_some();
    let is_task = has("\"time_running\"") && has("\"worker_running\"") && has("\"start_time\"");
    if shape.root == JsonKind::Object && shape.kind("response") == Some(JsonKind::Object) && is_task {
        claim(92, "tasks", "a response with tasks that have time_running and worker_running")
    } else {
        None
    }
}

fn read(parts: &[ClaimedFile<'_>], options: &Options<'_>, sink: &mut dyn EventSink) -> Result<(), ReadError> {
    let pages = read_all(parts);
    for (part, file) in parts.iter().zip(&pages) {
        let mut draft = Draft::new(Cow::Borrowed(part.source.name.as_str()), "Luigi", options);
        let mut has_deps = false;
        for (id, task) in file.roots().filter_map(|root| root.at("response")).flat_map(Value::members) {
            has_deps |= task.at("deps").is_some();
            draft_task(id, task, &mut draft);
        }
        draft.run.infer_edges = has_deps.then_some(false);
        draft.emit(&IMPORTER, sink);
    }
    report_all(parts, &pages, sink)
}

fn draft_task<'a>(id: Cow<'a, str>, task: Value<'_, 'a>, draft: &mut Draft<'_, 'a>) {
    // The id is made of the name, the parameters and their hash: the same in the next run.
    let mut piece = Piece::new(id.clone(), id);
    if let Some(name) = task.text_at("display_name") {
        piece.task.name = Some(name);
    }
    piece.task.step = task.text_at("name");
    piece.task.after = task.list("deps").filter_map(Value::text).collect();
    piece.task.params = labels(task, &["params"]);
    piece.task.labels = labels(task, &["priority", "resources", "tracking_url", "status_message", "workers"]);
    let status = match task.text_at("status").as_deref() {
        // Done before: in a later run too.
        Some("UPSTREAM_DISABLED" | "UPSTREAM_FAILED" | "UPSTREAM_MISSING_INPUT") => {
            Some(Status::UpstreamFailed)
        }
        Some("DISABLED") => Some(Status::Skipped),
        Some("BATCH_RUNNING") => Some(Status::Running),
        word => draft.clock.status(word, false),
    };
    // `start_time` is when it was put into the schedule, `time_running` when it began.
    let queued = draft.clock.moment(task.at("start_time"), Unit::Seconds);
    let started = draft.clock.moment(task.at("time_running"), Unit::Seconds);
    let updated = draft.clock.moment(task.at("last_updated"), Unit::Seconds);
    let is_over = matches!(status, Some(Status::Succeeded | Status::Failed));
    piece.task.status = status;
    match started {
        // What is pending again has failed before; when that attempt ended nobody recorded.
        Some(_) => piece.tries.push(Attempt {
            queued,
            started,
            ended: updated.filter(|_| is_over),
            status: status.filter(|s| *s != Status::Pending).or(Some(Status::Unknown)),
            worker: task.text_at("worker_running").or_else(|| task.list("workers").find_map(Value::text)),
            ..Attempt::default()
        }),
        // Done without a start: its output was there already.
        None if status == Some(Status::Succeeded) => piece.task.status = Some(Status::Cached),
        None => {}
    }
    draft.pieces.push(piece);
}
