//! Graph exports: `<workflow id>_export.json`, `…_data.json`.

use std::rc::Rc;

use std::borrow::Cow;

use makespan_format::{Diagnostic, Event, EventSink, Fields, Log, RunInfo, Severity, Status, Task};
use serde_json::value::RawValue;

use super::runs::{Runs, recorded_twice};
use crate::json;
use crate::kailash::Slots;
use crate::times::Clock;

const EXPORT: [&str; 6] = ["workflow_id", "start_time", "end_time", "success", "nodes", "links"];

/// Emits a graph export: tasks without times; the links are left out, since the exporter drew them from the order
/// of the starts and recorded no dependency.
pub(super) fn emit(root: &RawValue, file: &str, runs: &mut Runs<'_>, sink: &mut dyn EventSink) {
    let Some(s) = Slots::read(root, &EXPORT) else { return };
    let text = |i: usize| s.text(i).map(Cow::into_owned).unwrap_or_default();
    let links = s.raw(5).map_or(0, |l| json::elements(l).len()) as u64;
    let id = match runs.id(&text(0), file, format!("{} {}", text(1), text(2)), sink) {
        Ok(id) => id,
        Err(known) => {
            recorded_twice(file, &known, sink);
            return edges_not_real(links, file, sink);
        }
    };
    let mut clock = Clock::new(Rc::new(runs.zone));
    let success = s.raw(3).and_then(json::flag_of);
    let status_of =
        |success: Option<bool>| success.map(|ok| if ok { Status::Succeeded } else { Status::Failed });
    let status =
        if s.raw(2).is_some() { status_of(success).or(Some(Status::Unknown)) } else { Some(Status::Running) };
    let mut labels = Fields::new();
    s.rest.iter().for_each(|(key, value)| {
        labels.raw(key, value.get());
    });
    sink.event(Event::Run(RunInfo {
        id: id.as_str().into(),
        workflow: runs.workflow(&text(0)),
        status,
        started: clock.maybe(s.text(1).as_ref()),
        ended: clock.maybe(s.text(2).as_ref()),
        source: Some("MoE graph export".into()),
        labels: labels.finish(),
        ..RunInfo::default()
    }));
    let mut bad = 0;
    for node in s.raw(4).map(json::elements).unwrap_or_default() {
        let names = ["id", "type", "label", "success", "component", "event_type", "color"];
        let Some((n, id)) = Slots::read(node, &names).and_then(|n| n.text(0).map(|id| (n, id))) else {
            bad += 1;
            continue;
        };
        let ok = n.raw(3).and_then(json::flag_of);
        if n.text(1).as_deref() == Some("event") {
            let level = Some(if ok == Some(false) { "error" } else { "info" }.into());
            let text = n.text(5).or_else(|| n.text(2)).unwrap_or(id);
            sink.event(Event::Log(Log { level, text, ..Log::default() }));
            continue;
        }
        let mut labels = Fields::new();
        if let Some(color) = n.text(6) {
            labels.str("color", &color);
        }
        n.rest.iter().for_each(|(key, value)| {
            labels.raw(key, value.get());
        });
        sink.event(Event::Task(Task {
            id,
            name: n.text(2),
            step: n.text(4),
            status: status_of(ok),
            labels: labels.finish(),
            ..Task::default()
        }));
    }
    let mut say = |count: u64, severity, code, what: &str| {
        if count > 0 {
            sink.diagnostic(Diagnostic::new(severity, code, format!("{file}: {what}")).times(count));
        }
    };
    say(bad, Severity::Warning, "bad-record", "nodes without an id are left out");
    say(
        1,
        Severity::Info,
        "no-times",
        "a graph export holds no times of its components; the execution it was made from does",
    );
    edges_not_real(links, file, sink);
    clock.report(file, sink);
}

/// Reports why the links are left out, also those of an export whose run comes from its execution.
fn edges_not_real(links: u64, file: &str, sink: &mut dyn EventSink) {
    if links > 0 {
        let message = format!(
            "{file}: the links were drawn by the exporter from the order in which components started, also between \
             parallel ones; they are not dependencies and are ignored"
        );
        sink.diagnostic(Diagnostic::new(Severity::Info, "edges-not-real", message).times(links));
    }
}
