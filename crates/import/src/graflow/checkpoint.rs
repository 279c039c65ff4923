//! Checkpoints: the tasks that were done and those that were waiting when the checkpoint was written. They contain no
//! times of tasks, except when waiting ones were queued.

use makespan_format::{Attempt, ErrorInfo, Event, EventSink, Fields, RunInfo, Status, Task};
use makespan_model::Order as _;
use std::rc::Rc;

use super::runs::{RecordedRun, Runs, beside, step_of};
use crate::importer::{Source, Zone};
use crate::json;
use crate::pairs::{Labels, Record, info, items, scalar, warn};
use crate::times::Clock;

const STATE: [&str; 8] = [
    "session_id",
    "trace_id",
    "start_node",
    "steps",
    "completed_tasks",
    "cycle_counts",
    "pending_tasks",
    "resuming_task_id",
];

struct State<'a> {
    file: &'a str,
    record: Record<'a>,
    session: String,
    steps: f64,
}

/// Reads checkpoints: of several of one session the one of most steps counts. Gives what could not be read.
pub(super) fn read(
    states: &[&Source],
    metas: &[&Source],
    zone: &dyn Zone,
    runs: &mut Runs,
    sink: &mut dyn EventSink,
) -> Vec<String> {
    let mut failures = Vec::new();
    let mut scratch: Vec<Vec<u8>> = vec![Vec::new(); states.len() + metas.len()];
    let (first, second) = scratch.split_at_mut(states.len());
    let mut all: Vec<State<'_>> = Vec::new();
    for (file, record) in records(states, first, &mut failures, sink) {
        let text = |key: &str| record.filled(key).map(|t| t.into_owned());
        let session = text("session_id").or_else(|| text("trace_id")).unwrap_or_else(|| file.to_owned());
        let steps = record.number("steps").unwrap_or_default();
        all.push(State { file, record, session, steps });
    }
    let metas = records(metas, second, &mut failures, sink);
    all.order_by(|a, b| a.session.cmp(&b.session).then(b.steps.total_cmp(&a.steps)).then(a.file.cmp(b.file)));
    let mut before: Option<&State<'_>> = None;
    for state in &all {
        match before.filter(|b| b.session == state.session) {
            Some(later) => info(
                sink,
                "earlier-checkpoint",
                format!(
                    "{}: {} is a later checkpoint of the same session and counts",
                    state.file, later.file
                ),
            ),
            None => {
                emit(state, &metas, zone, runs, sink);
                before = Some(state);
            }
        }
    }
    for (file, meta) in &metas {
        let session = meta.text("session_id").unwrap_or_default();
        if !all.iter().any(|s| s.session == session) {
            alone(file, meta, &session, zone, runs, sink);
        }
    }
    failures
}

fn records<'a>(
    sources: &[&'a Source],
    scratch: &'a mut [Vec<u8>],
    failures: &mut Vec<String>,
    sink: &mut dyn EventSink,
) -> Vec<(&'a str, Record<'a>)> {
    let mut all = Vec::new();
    for (source, scratch) in sources.iter().zip(scratch) {
        match json::parse::<Record<'a>>(&source.bytes, scratch) {
            Ok((record, mended)) => {
                mended.report(&source.name, sink);
                all.push((source.name.as_str(), record));
            }
            Err(e) => failures.push(format!("{}: {e}", source.name)),
        }
    }
    all
}

fn emit(
    state: &State<'_>,
    metas: &[(&str, Record<'_>)],
    zone: &dyn Zone,
    runs: &mut Runs,
    sink: &mut dyn EventSink,
) {
    let record = &state.record;
    let mut clock = Clock::new(Rc::new(zone));
    let ids: Vec<_> = ["trace_id", "session_id"].iter().filter_map(|k| record.filled(k)).collect();
    let known = runs.list.iter().position(|run| run.trace.iter().any(|t| ids.iter().any(|id| *id == **t)));
    let id = match known {
        Some(at) => runs.list[at].run.clone(),
        None => runs.fresh(format!("checkpoint {}", state.session)),
    };
    let at = runs.open(&id, state.file);
    let recorded = &mut runs.list[at];
    for (key, raw) in record.members().filter(|(key, _)| !STATE.contains(key)) {
        recorded.labels.raw(key, raw);
    }
    for key in ["session_id", "trace_id", "cycle_counts", "resuming_task_id"] {
        recorded.labels.raw(key, record.raw(key).unwrap_or("null"));
    }
    let meta = metas.iter().find(|(_, m)| m.text("session_id").as_deref() == Some(state.session.as_str()));
    if let Some((_, meta)) = meta {
        add(meta, &mut recorded.labels);
    }
    recorded.params.raw("start_node", record.raw("start_node").unwrap_or("null"));
    recorded.stored.raw("checkpoint_steps", record.raw("steps").unwrap_or("null"));
    emit_run(recorded, known.is_none(), sink);
    for raw in record.raw("completed_tasks").map(items).unwrap_or_default() {
        let Some(task) = scalar(raw.get()) else { continue };
        if runs.list[at].tasks.insert(task.clone().into_owned()) {
            sink.event(Event::Task(Task {
                step: Some(step_of(&task).to_owned().into()),
                id: task,
                status: Some(Status::Succeeded),
                ..Task::default()
            }));
        }
    }
    let mut odd = 0;
    for raw in record.raw("pending_tasks").map(items).unwrap_or_default() {
        match Record::parse(raw.get()).filter(|r| r.filled("task_id").is_some()) {
            Some(task) => waiting(&task, &mut runs.list[at].tasks, &mut clock, sink),
            None => odd += 1,
        }
    }
    if odd > 0 {
        warn(sink, "bad-record", format!("{}: {odd} waiting tasks have no id and are left out", state.file));
    }
    if known.is_none() {
        let message = format!(
            "{}: a checkpoint says which tasks were done and which waited, not when the done ones ran",
            state.file
        );
        info(sink, "no-times", message);
    }
    clock.report(state.file, sink);
}

fn waiting(
    task: &Record<'_>,
    known: &mut makespan_model::HashSet<String>,
    clock: &mut Clock<'_>,
    sink: &mut dyn EventSink,
) {
    let Some(id) = task.filled("task_id") else { return };
    if !known.insert(id.clone().into_owned()) {
        return;
    }
    let mut labels = Fields::new();
    task.rest(&["task_id", "status", "created_at", "retry_count", "last_error"], &mut labels);
    let status = clock.status_of(task, "status", false);
    sink.event(Event::Task(Task {
        id: id.clone(),
        step: Some(step_of(&id).to_owned().into()),
        labels: labels.finish(),
        ..Task::default()
    }));
    let tried = task.number("retry_count").map_or(0, |n| n.clamp(0.0, 1e6) as u32);
    if let Some(message) = task.filled("last_error").filter(|_| tried > 0) {
        sink.event(Event::Attempt(Attempt {
            task: id.clone(),
            number: tried,
            status: Some(Status::Failed),
            error: Some(ErrorInfo { message, kind: None, trace: None }),
            ..Attempt::default()
        }));
    }
    sink.event(Event::Attempt(Attempt {
        task: id,
        number: tried + 1,
        queued: clock.epoch_of(task, "created_at"),
        status,
        ..Attempt::default()
    }));
}

/// Metadata without their state: the run they name is all that can be shown.
fn alone(
    file: &str,
    meta: &Record<'_>,
    session: &str,
    zone: &dyn Zone,
    runs: &mut Runs,
    sink: &mut dyn EventSink,
) {
    let mut clock = Clock::new(Rc::new(zone));
    let known = runs.list.iter().position(|r| r.trace.iter().any(|t| t == session) && beside(&r.file, file));
    let at = known.unwrap_or_else(|| {
        let id = runs.fresh(format!("checkpoint {session}"));
        runs.open(&id, file)
    });
    add(meta, &mut runs.list[at].labels);
    emit_run(&runs.list[at], known.is_none(), sink);
    if known.is_none() {
        clock.iso_of(meta, "created_at");
        clock.report(file, sink);
        info(
            sink,
            "no-steps",
            format!("{file}: only the metadata of a checkpoint are here, its .state.json is not"),
        );
    }
}

/// Takes over what metadata say and their state does not.
fn add(meta: &Record<'_>, labels: &mut Labels) {
    const SAID: [&str; 4] = ["session_id", "steps", "start_node", "backend"];
    for (key, raw) in meta.members().filter(|(key, _)| !SAID.contains(key)) {
        labels.raw(key, raw);
    }
}

fn emit_run(recorded: &RecordedRun, fresh: bool, sink: &mut dyn EventSink) {
    sink.event(Event::Run(RunInfo {
        id: recorded.run.as_str().into(),
        source: fresh.then(|| "Graflow checkpoint".into()),
        labels: recorded.labels.fields().finish(),
        params: recorded.params.fields().finish(),
        stored: recorded.stored.fields().finish(),
        ..RunInfo::default()
    }));
}
