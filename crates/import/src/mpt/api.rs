//! Responses of the monitor's own API as JSON: executions (`asdict`), `get_status`, the history of workflows, alerts,
//! and the summary of metrics.

use makespan_format::EventSink;

use super::database::dependencies;
use super::model::{Model, Step, Workflow, retries};
use super::samples::{Note, Notes, What};
use crate::pairs::{Labels, Record, items, warn};
use crate::times::Clock;

/// Members of an execution that have their place; what else there is becomes labels.
const WORKFLOW: [&str; 15] = [
    "workflow_id",
    "name",
    "status",
    "start_time",
    "end_time",
    "duration",
    "total_steps",
    "completed_steps",
    "failed_steps",
    "progress",
    "metadata",
    "steps",
    "alerts",
    "metrics",
    "step_names",
];

const STEP: [&str; 12] = [
    "step_id",
    "name",
    "status",
    "start_time",
    "end_time",
    "duration",
    "progress",
    "dependencies",
    "metadata",
    "error_message",
    "retry_count",
    "result",
];

/// Reads an execution, an answer of `get_status` or a row of the history into the model.
pub(super) fn workflow(
    record: &Record<'_>,
    file: &str,
    model: &mut Model,
    clock: &mut Clock<'_>,
    sink: &mut dyn EventSink,
) {
    let Some(id) = record.filled("workflow_id") else {
        warn(sink, "no-id", format!("{file}: a workflow without an id is left out"));
        return;
    };
    let steps = record.record("steps");
    // Only get_status has steps without their own ids; its duration goes on after the end.
    let growing =
        steps.as_ref().is_some_and(|_| record.raw("alerts").is_none() && record.raw("metrics").is_none());
    let mut labels = Labels::default();
    for (key, json) in record.members().filter(|(key, _)| !WORKFLOW.contains(key)) {
        labels.raw(key, json);
    }
    if let Some(metadata) = record.raw("metadata") {
        // The history gives the text of the column, an execution the object itself.
        let text = record.text("metadata");
        labels.object("metadata", text.as_deref().unwrap_or(metadata), &[]);
    }
    if let (Some(names), None) = (record.raw("step_names"), &steps) {
        labels.raw("step_names", names);
    }
    if let (Some(duration), true) = (record.raw("duration"), growing) {
        labels.raw("duration_until_asked_s", duration);
    }
    let at = model.workflow(Workflow {
        name: record.text("name").map(Into::into),
        word: record.text("status").unwrap_or_default().into_owned(),
        started: clock.epoch_of(record, "start_time"),
        ended: clock.epoch_of(record, "end_time"),
        duration: record.number("duration").filter(|_| !growing),
        total: record.number("total_steps"),
        completed: record.number("completed_steps"),
        failed: record.number("failed_steps"),
        progress: record.number("progress"),
        labels,
        files: vec![file.to_owned()],
        ..Workflow::new(&id)
    });
    let mut bad = 0u64;
    for (id, raw) in steps.iter().flat_map(Record::members) {
        match Record::parse(raw) {
            Some(record) => model.step(at, step(id, &record, clock)),
            None => bad += 1,
        }
    }
    if bad > 0 {
        warn(sink, "bad-record", format!("{file}: {bad} steps are not objects and are ignored"));
    }
}

fn step(id: &str, record: &Record<'_>, clock: &mut Clock<'_>) -> Step {
    let mut labels = Labels::default();
    for (key, json) in record.members().filter(|(key, _)| !STEP.contains(key)) {
        labels.raw(key, json);
    }
    let tried_again = record.number("retry_count").and_then(retries);
    let unreadable = record.raw("retry_count").filter(|_| tried_again.is_none());
    if let Some(json) = unreadable {
        // The value remains visible.
        labels.raw("retry_count", json);
    }
    let mut step = Step {
        id: id.to_owned(),
        name: record.text("name").map(Into::into),
        word: record.text("status").unwrap_or_default().into_owned(),
        started: clock.epoch_of(record, "start_time"),
        ended: clock.epoch_of(record, "end_time"),
        duration: record.number("duration"),
        progress: record.number("progress"),
        after: record.raw("dependencies").map(dependencies).unwrap_or_default(),
        error: record.filled("error_message").map(Into::into),
        retries: tried_again.unwrap_or(0),
        bad_retries: unreadable.is_some(),
        labels,
        ..Step::default()
    };
    if let Some(metadata) = record.raw("metadata") {
        step.metadata(metadata);
    }
    step
}

/// Emits the alerts and metrics that an execution carries.
pub(super) fn notes_of(record: &Record<'_>, notes: &mut Notes<'_, '_>, clock: &mut Clock<'_>) {
    let owner = record.text("workflow_id").unwrap_or_default();
    for raw in record.raw("alerts").map(items).unwrap_or_default() {
        if let Some(alert) = Record::parse(raw.get()) {
            emit_alert(&alert, &owner, notes, clock);
        }
    }
    for raw in record.raw("metrics").map(items).unwrap_or_default() {
        if let Some(metric) = Record::parse(raw.get()) {
            let (id, step) = (metric.text("metric_id"), metric.text("step_id"));
            let (name, unit) = (metric.filled("metric_name"), metric.text("unit"));
            let what = What::Metric {
                name: name.as_deref().unwrap_or("unnamed"),
                value: metric.number("value"),
                unit: unit.as_deref().unwrap_or_default(),
                tags: metric.raw("tags").unwrap_or_default(),
            };
            let note = Note {
                id: id.as_deref().unwrap_or_default(),
                workflow: &owner,
                step: step.as_deref(),
                timestamp: metric.number("timestamp"),
                what,
            };
            notes.add(&note, clock);
        }
    }
}

/// Emits an alert as the API gives it.
pub(super) fn emit_alert(alert: &Record<'_>, owner: &str, notes: &mut Notes<'_, '_>, clock: &mut Clock<'_>) {
    let workflow = alert.filled("workflow_id");
    let (id, step) = (alert.text("alert_id"), alert.text("step_id"));
    let (severity, message) = (alert.filled("severity"), alert.text("message"));
    let resolved = alert.raw("resolved").map(|raw| matches!(raw, "true" | "1"));
    let note = Note {
        id: id.as_deref().unwrap_or_default(),
        workflow: workflow.as_deref().unwrap_or(owner),
        step: step.as_deref(),
        timestamp: alert.number("timestamp"),
        what: What::Alert {
            severity: severity.as_deref().unwrap_or("info"),
            message: message.as_deref().unwrap_or_default(),
            resolved,
            metadata: alert.raw("metadata").unwrap_or_default(),
        },
    };
    notes.add(&note, clock);
}

/// The statistics of a summary of metrics, named `metric.statistic`.
pub(super) fn summary(record: &Record<'_>) -> Vec<(String, f64)> {
    let mut all = Vec::new();
    for (metric, raw) in record.members() {
        let Some(figures) = Record::parse(raw) else { continue };
        for (name, _) in figures.members() {
            all.extend(figures.number(name).map(|value| (format!("{metric}.{name}"), value)));
        }
    }
    all
}
