//! Luigi: the tasks of a scheduler in responses of its API, with or without their dependencies.

use std::borrow::Cow;

use makespan_format::{Attempt, Diagnostic, ErrorInfo, EventSink, Severity, Status};
use makespan_model::HashMap;

use crate::draft::{Draft, Piece, labels};
use crate::gather::{Named, Ordinals};
use crate::importer::{Claim, ClaimedFile, Importer, Options, ReadError, Unit, claim, whole};
use crate::json::pages::{read_all, report_all};
use crate::json::tape::Value;
use crate::sniff::{Head, JsonKind};

/// Reads responses of Luigi's scheduler.
pub const IMPORTER: Importer = Importer {
    id: "luigi",
    title: "Luigi",
    parts: &["tasks", "error"],
    how: "`curl 'http://localhost:8082/api/graph' > graph.json` (with dependencies), or `/api/task_list?data={\"status\":\"\"}`; \
          `/api/fetch_error?data={\"task_id\":\"ID\"}` has the error of a task",
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
    } else if ["taskId", "error", "displayName"].iter().all(|key| shape.inner_has("response", key)) {
        claim(92, "error", "a response with a taskId and its error")
    } else {
        None
    }
}

/// Tasks of one scheduler, from one response or several.
#[derive(Default)]
struct Group<'t, 'a> {
    file: &'a str,
    tasks: Named<(Cow<'a, str>, Value<'t, 'a>)>,
    after: HashMap<Cow<'a, str>, Value<'t, 'a>>,
    errors: HashMap<Cow<'a, str>, Cow<'a, str>>,
    /// Older records of tasks that had failed.
    failed: HashMap<Cow<'a, str>, Value<'t, 'a>>,
}

fn read(parts: &[ClaimedFile<'_>], options: &Options<'_>, sink: &mut dyn EventSink) -> Result<(), ReadError> {
    let pages = read_all(parts);
    let files = || parts.iter().zip(&pages);
    let mut groups: Vec<Group<'_, '_>> = Vec::new();
    for (part, file) in files().filter(|(part, _)| part.part == "tasks") {
        let tasks: Vec<_> =
            file.roots().filter_map(|root| root.at("response")).flat_map(Value::members).collect();
        // Responses of the same scheduler have tasks in common.
        let same = groups.iter().position(|g| tasks.iter().any(|(id, _)| g.tasks.get(id).is_some()));
        let at = same.unwrap_or_else(|| {
            groups.push(Group { file: &part.source.name, ..Group::default() });
            groups.len() - 1
        });
        tasks.into_iter().for_each(|(id, task)| groups[at].take(id, task));
    }
    for (part, file) in files().filter(|(part, _)| part.part == "error") {
        for answer in file.roots().filter_map(|root| root.at("response")) {
            let (Some(id), Some(text)) = (answer.text_at("taskId"), answer.text_at("error")) else {
                continue;
            };
            match groups.iter_mut().find(|g| g.tasks.get(&id).is_some()) {
                Some(group) => {
                    group.errors.insert(id, text);
                }
                None => {
                    let message = format!("{}: the task of this error is not in the files", part.source.name);
                    sink.diagnostic(Diagnostic::new(Severity::Info, "not-used", message));
                }
            }
        }
    }
    // Files of several schedulers may have one name.
    let mut names = Ordinals::default();
    for group in groups {
        let mut draft = Draft::new(Cow::Owned(names.next(group.file)), "Luigi", options);
        draft.run.infer_edges = (!group.after.is_empty()).then_some(false);
        for (id, task) in &group.tasks.list {
            let after =
                group.after.get(id).into_iter().flat_map(|deps| deps.elements()).filter_map(Value::text);
            let failed = group.failed.get(id).copied();
            draft_task(id.clone(), *task, failed, after.collect(), group.errors.get(id).cloned(), &mut draft);
        }
        draft.emit(&IMPORTER, sink);
    }
    report_all(parts, &pages, sink)
}

impl<'t, 'a> Group<'t, 'a> {
    /// Adds a task; of several records of a task, the one that was updated last counts.
    fn take(&mut self, id: Cow<'a, str>, task: Value<'t, 'a>) {
        if let Some(deps) = task.at("deps") {
            self.after.entry(id.clone()).or_insert(deps);
        }
        let known = self.tasks.entry(&id.clone(), || (id, task));
        let updated = |task: Value<'t, 'a>| task.number_at("last_updated").unwrap_or(0.0);
        let older =
            if updated(task) > updated(known.1) { std::mem::replace(&mut known.1, task) } else { task };
        if older.text_at("status").as_deref() == Some("FAILED") {
            self.failed.insert(known.0.clone(), older);
        }
    }
}

/// Host and process of a worker with the name that Luigi makes up: `Worker(salt=…, workers=3, host=vm, username=x, pid=7)`.
fn short(worker: &str) -> Option<String> {
    let inner = worker.strip_prefix("Worker(")?.strip_suffix(')')?;
    let of = |key: &str| inner.split(", ").find_map(|part| part.strip_prefix(key)?.strip_prefix('='));
    Some(format!("{} (pid {})", of("host")?, of("pid")?))
}

/// The error of a task as it is answered: a text within a text, of which the last line is the exception.
fn error_of<'a>(text: &str) -> ErrorInfo<'a> {
    let text = serde_json::from_str::<String>(text).unwrap_or_else(|_| text.to_owned());
    let last = text.trim_end().lines().next_back().unwrap_or_default().trim().to_owned();
    let (kind, message) = match last.split_once(": ") {
        Some((kind, message)) if !kind.contains(' ') => (Some(kind.to_owned().into()), message.to_owned()),
        _ => (None, last),
    };
    ErrorInfo { message: message.into(), kind, trace: Some(text.into()) }
}

fn draft_task<'a>(
    id: Cow<'a, str>,
    task: Value<'_, 'a>,
    failed: Option<Value<'_, 'a>>,
    after: Vec<Cow<'a, str>>,
    error: Option<Cow<'a, str>>,
    draft: &mut Draft<'_, 'a>,
) {
    // The id is made of the name, the parameters and their hash: the same in the next run.
    let mut piece = Piece::new(id.clone(), id);
    if let Some(name) = task.text_at("display_name") {
        piece.task.name = Some(name);
    }
    piece.task.step = task.text_at("name");
    piece.task.after = after;
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
    // What is pending again has failed before, at the end that an older record has.
    let failed = failed.filter(|failed| failed.number_at("time_running") == task.number_at("time_running"));
    let failed_at = failed.and_then(|failed| draft.clock.moment(failed.at("last_updated"), Unit::Seconds));
    piece.task.status = status;
    match started {
        // Without such a record, its end and its outcome are unknown.
        Some(_) => piece.tries.push(Attempt {
            queued,
            started,
            ended: updated.filter(|_| is_over).or(failed_at),
            status: match status.filter(|s| *s != Status::Pending) {
                None if error.is_some() || failed.is_some() => Some(Status::Failed),
                status => status.or(Some(Status::Unknown)),
            },
            error: error.filter(|_| status != Some(Status::Succeeded)).map(|text| error_of(&text)),
            worker: task
                .text_at("worker_running")
                .or_else(|| task.list("workers").find_map(Value::text))
                .map(|name| short(&name).map_or(name, Cow::Owned)),
            ..Attempt::default()
        }),
        // Done without a start: its output was there already.
        None if status == Some(Status::Succeeded) => piece.task.status = Some(Status::Cached),
        None => {}
    }
    draft.pieces.push(piece);
}
