//! Emits results as tasks and attempts, with outcome and times.

use std::borrow::Cow;

use makespan_format::{Alert, Attempt, ErrorInfo, Event, EventSink, Fields, Sample, Status, Task};
use makespan_model::HashMap;

use super::files::{Catalog, Manifest, Node, Results, Row};
use crate::json::tape::Value;
use crate::outcome::read;
use crate::times::Clock;

/// The status of each node after all of its attempts; what was skipped behind a failure is upstream-failed.
pub(super) fn statuses<'r>(
    all: &'r [Results<'_, '_>],
    manifest: Option<&'r Manifest<'_, '_>>,
    clock: &mut Clock<'_>,
) -> HashMap<&'r str, Status> {
    let mut of: HashMap<&str, Status> = HashMap::default();
    for row in all.iter().flat_map(|r| &r.rows) {
        of.insert(&row.id, status(row, clock));
    }
    let Some(manifest) = manifest else { return of };
    let mut children: HashMap<&str, Vec<&str>> = HashMap::default();
    for node in &manifest.nodes.list {
        for parent in &node.after {
            children.entry(parent).or_default().push(&node.id);
        }
    }
    let is_test = |id: &str| id.starts_with("test.") || id.starts_with("unit_test.");
    let mut open: Vec<&str> = Vec::new();
    // A failed test keeps back what depends on what it tested, but not the other tests of that.
    let mut kept_back: Vec<(&str, bool)> = Vec::new();
    for node in manifest.nodes.list.iter().filter(|n| of.get(&*n.id) == Some(&Status::Failed)) {
        if is_test(&node.id) {
            kept_back.extend(node.after.iter().map(|tested| (&**tested, false)));
        } else {
            kept_back.push((&node.id, true));
        }
    }
    let mut seen: makespan_model::HashSet<(&str, bool)> = kept_back.iter().copied().collect();
    while let Some((id, also_tests)) = kept_back.pop().or_else(|| open.pop().map(|id| (id, true))) {
        for child in children.get(id).into_iter().flatten() {
            if is_test(child) && !also_tests {
                continue;
            }
            match of.get_mut(child) {
                Some(status @ Status::Skipped) => *status = Status::UpstreamFailed,
                // An ephemeral model is not run, but passes it on.
                None => {}
                Some(_) => continue,
            }
            if seen.insert((child, true)) {
                open.push(child);
            }
        }
    }
    of
}

/// What a row says of its node; a word that is not understood is counted.
pub(super) fn status(row: &Row<'_, '_>, clock: &mut Clock<'_>) -> Status {
    clock.status(row.value.text_at("status").as_deref(), false).unwrap_or(Status::Unknown)
}

/// A node as a task, with what the database answered.
pub(super) fn task<'a>(
    id: &'a str,
    node: Option<&Node<'_, 'a>>,
    message: Option<&str>,
    after: Vec<Cow<'a, str>>,
) -> Task<'a> {
    let mut labels = Fields::new();
    let mut kind = id.split('.').next().map(|kind| Cow::Owned(kind.to_owned()));
    let mut name = None;
    if let Some(value) = node.map(|n| n.value) {
        name = value.text_at("name");
        let materialized = value.at("config").and_then(|c| c.text_at("materialized"));
        if let (Some(materialized), Some("model")) = (materialized, kind.as_deref()) {
            kind = Some(Cow::Owned(format!("model ({materialized})")));
        }
        for key in ["package_name", "schema", "original_file_path", "tags", "group", "description"] {
            if let Some(value) = value.at(key).filter(|v| !matches!(v.get(), "\"\"" | "[]")) {
                labels.raw(key, value.get());
            }
        }
    }
    if let Some(message) = message {
        labels.str("message", message);
    }
    // `model.project.name`, `test.project.name.hash`, `model.project.name.v2`
    let of_id = || id.split('.').nth(2).map(Cow::Borrowed);
    Task {
        id: id.into(),
        name: name.or_else(of_id),
        step: Some(id.into()),
        kind,
        after,
        labels: labels.finish(),
        ..Task::default()
    }
}

pub(super) fn emit_task<'a>(
    row: &'a Row<'_, 'a>,
    last: &'a Row<'_, 'a>,
    manifest: Option<&Manifest<'_, 'a>>,
    after: Vec<Cow<'a, str>>,
    status: Option<Status>,
    sink: &mut dyn EventSink,
) {
    let mut params = Fields::new();
    for key in ["compiled_code", "compiled_sql", "relation_name"] {
        if let Some(value) = row.value.at(key) {
            params.raw(key, value.get());
        }
    }
    let node = manifest.and_then(|m| m.nodes.get(&row.id));
    // Of its last try; a failure and a warning have places of their own.
    let message = last.value.text_at("message").filter(|_| {
        let word = last.value.text_at("status").unwrap_or_default();
        !word.eq_ignore_ascii_case("warn") && read(&word) != Some(Status::Failed)
    });
    let own = task(&row.id, node, message.as_deref(), after);
    sink.event(Event::Task(Task { status, params: params.finish(), ..own }));
}

/// Emits the sizes of the table of a node. Returns whether there are any.
pub(super) fn emit_statistics(id: &str, catalog: &Catalog<'_, '_>, sink: &mut dyn EventSink) -> bool {
    let mut is_any = false;
    for (name, value) in catalog.statistics(id) {
        is_any = true;
        let unit = if name.contains("bytes") { Some(Cow::Borrowed("B")) } else { None };
        sink.event(Event::Sample(Sample { task: Some(id.into()), name, value, unit, ..Sample::default() }));
    }
    is_any
}

/// Emits a try of a node; one that was skipped is none.
pub(super) fn emit_attempt(row: &Row<'_, '_>, number: u32, clock: &mut Clock<'_>, sink: &mut dyn EventSink) {
    let value = row.value;
    let id = &*row.id;
    // Words that are not understood were counted with the status of the node.
    let status = value.text_at("status").map(|word| read(&word).unwrap_or(Status::Unknown));
    let mut attempt = Attempt { task: id.into(), number, status, ..Attempt::default() };
    attempt.worker = value.text_at("thread_id");
    let mut phases = Vec::new();
    for phase in value.list("timing") {
        let started = phase.at("started_at").and_then(|t| clock.value(t));
        let ended = phase.at("completed_at").and_then(|t| clock.value(t));
        attempt.started = attempt.started.or(started);
        attempt.ended = ended.or(attempt.ended);
        if let (Some(name), Some(from), Some(to)) = (phase.text_at("name"), started, ended) {
            phases.push((name, to.saturating_sub(from) as f64 / 1e9));
        }
    }
    let message = value.text_at("message");
    if status == Some(Status::Failed) {
        attempt.error = message.clone().map(|message| ErrorInfo { message, ..ErrorInfo::default() });
    }
    let is_warning = value.text_at("status").is_some_and(|s| s.eq_ignore_ascii_case("warn"));
    let (is_skipped, ended) = (status == Some(Status::Skipped), attempt.ended);
    if !is_skipped || attempt.started.is_some() {
        clock.settle(&mut attempt);
        sink.event(Event::Attempt(attempt));
    }
    if let Some(text) = message.filter(|_| is_warning) {
        sink.event(Event::Alert(Alert {
            task: Some(id.into()),
            t: ended,
            severity: Some("warning".into()),
            text,
            resolved: None,
        }));
    }
    if is_skipped {
        return;
    }
    let mut sample = |name: &str, unit: Option<&'static str>, value: f64| {
        sink.event(Event::Sample(Sample {
            task: Some(id.into()),
            number: Some(number),
            name: name.into(),
            value,
            unit: unit.map(Cow::Borrowed),
            t: None,
        }));
    };
    for (name, seconds) in phases {
        sample(&name, Some("s"), seconds);
    }
    for (key, unit) in [("execution_time", Some("s")), ("failures", None)] {
        if let Some(number) = value.number_at(key) {
            sample(key, unit, number);
        }
    }
    for (key, stat) in value.at("adapter_response").into_iter().flat_map(Value::members) {
        let unit = if key.ends_with("_ms") { Some("ms") } else { None };
        if !stat.get().starts_with('"')
            && let Some(number) = stat.number()
        {
            sample(&key, if key.contains("bytes") { Some("B") } else { unit }, number);
        }
    }
}
