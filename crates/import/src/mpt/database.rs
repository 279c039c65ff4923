//! The monitor's SQLite database: `workflows`, `workflow_steps`, `workflow_alerts`, `workflow_metrics`.

use makespan_format::{Diagnostic, EventSink, Severity};

use super::model::{Model, Step, Workflow, retries};
use super::samples::{Note, Notes, What};
use crate::pairs::{Labels, items, scalar, warn};
use crate::sqlite::{Database, Row, Value};
use crate::times::Clock;

/// Reads workflows and their steps into the model.
pub(super) fn read_steps(
    db: &Database<'_>,
    file: &str,
    model: &mut Model,
    clock: &mut Clock<'_>,
    sink: &mut dyn EventSink,
) {
    each(db, "workflows", file, sink, &mut |row| {
        let id = row.text_of("workflow_id").unwrap_or_default();
        let mut labels = Labels::default();
        let tried_again = number(row, "retry_count").and_then(retries);
        let unreadable = row.text_of("retry_count").filter(|_| tried_again.is_none());
        labels.text("retry_count", unreadable.as_deref());
        labels.text("description", row.text_of("description").as_deref());
        if let Some(metadata) = row.text_of("metadata") {
            labels.object("metadata", &metadata, &[]);
        }
        for key in ["created_at", "updated_at"] {
            labels.text(key, row.text_of(key).as_deref());
        }
        model.workflow(Workflow {
            name: row.text_of("name"),
            word: row.text_of("status").unwrap_or_default(),
            started: number(row, "start_time").and_then(|s| clock.epoch(s)),
            ended: number(row, "end_time").and_then(|s| clock.epoch(s)),
            duration: number(row, "duration"),
            total: number(row, "total_steps"),
            completed: number(row, "completed_steps"),
            failed: number(row, "failed_steps"),
            progress: number(row, "progress"),
            labels,
            files: vec![file.to_owned()],
            ..Workflow::new(&id)
        });
    });
    each(db, "workflow_steps", file, sink, &mut |row| {
        let owner = row.text_of("workflow_id").unwrap_or_default();
        let at = model.find(&owner).unwrap_or_else(|| {
            let files = vec![file.to_owned()];
            model.workflow(Workflow { orphan: true, files, ..Workflow::new(&owner) })
        });
        let mut labels = Labels::default();
        let tried_again = number(row, "retry_count").and_then(retries);
        let unreadable = row.text_of("retry_count").filter(|_| tried_again.is_none());
        labels.text("retry_count", unreadable.as_deref());
        labels.text("description", row.text_of("description").as_deref());
        for key in ["created_at", "updated_at"] {
            labels.text(key, row.text_of(key).as_deref());
        }
        let mut step = Step {
            id: row.text_of("step_id").unwrap_or_default(),
            name: row.text_of("name"),
            word: row.text_of("status").unwrap_or_default(),
            started: number(row, "start_time").and_then(|s| clock.epoch(s)),
            ended: number(row, "end_time").and_then(|s| clock.epoch(s)),
            duration: number(row, "duration"),
            progress: number(row, "progress"),
            after: row.text_of("dependencies").map(|d| dependencies(&d)).unwrap_or_default(),
            error: row.text_of("error_message").filter(|e| !e.is_empty()),
            retries: tried_again.unwrap_or(0),
            bad_retries: unreadable.is_some(),
            labels,
            ..Step::default()
        };
        if let Some(metadata) = row.text_of("metadata") {
            step.metadata(&metadata);
        }
        model.step(at, step);
    });
}

/// Emits alerts and metrics straight from their rows.
pub(super) fn read_notes(db: &Database<'_>, notes: &mut Notes<'_, '_>, clock: &mut Clock<'_>) -> bool {
    let alerts = visit(db, "workflow_alerts", &mut |row| {
        let (id, workflow) = (row.text_of("alert_id"), row.text_of("workflow_id"));
        let (severity, message, metadata) =
            (row.text_of("severity"), row.text_of("message"), row.text_of("metadata"));
        notes.add(
            &Note {
                id: id.as_deref().unwrap_or_default(),
                workflow: workflow.as_deref().unwrap_or_default(),
                step: row.text_of("step_id").as_deref(),
                timestamp: number(row, "timestamp"),
                what: What::Alert {
                    severity: severity.as_deref().unwrap_or("info"),
                    message: message.as_deref().unwrap_or_default(),
                    resolved: number(row, "resolved").map(|n| n != 0.0),
                    metadata: metadata.as_deref().unwrap_or_default(),
                },
            },
            clock,
        );
    });
    let metrics = visit(db, "workflow_metrics", &mut |row| {
        let (id, workflow) = (row.text_of("metric_id"), row.text_of("workflow_id"));
        let (name, unit, tags) = (row.text_of("metric_name"), row.text_of("unit"), row.text_of("tags"));
        notes.add(
            &Note {
                id: id.as_deref().unwrap_or_default(),
                workflow: workflow.as_deref().unwrap_or_default(),
                step: row.text_of("step_id").as_deref(),
                timestamp: number(row, "timestamp"),
                what: What::Metric {
                    name: name.as_deref().unwrap_or("unnamed"),
                    value: number(row, "value"),
                    unit: unit.as_deref().unwrap_or_default(),
                    tags: tags.as_deref().unwrap_or_default(),
                },
            },
            clock,
        );
    });
    alerts && metrics
}

/// Says what is damaged in a database.
pub(super) fn report(db: &Database<'_>, file: &str, sink: &mut dyn EventSink) {
    for error in db.warnings().into_iter().take(5) {
        let message = format!("{file}: {}; what it held is left out", error.message);
        sink.diagnostic(Diagnostic::new(Severity::Warning, "broken-database", message).at(error.offset));
    }
    if db.replaced_texts() > 0 {
        let message = format!("{file}: texts that are not UTF-8 have U+FFFD in their place");
        sink.diagnostic(Diagnostic::new(Severity::Warning, "bad-utf8", message).times(db.replaced_texts()));
    }
}

/// The step ids in the JSON text of a `dependencies` column.
pub(super) fn dependencies(json: &str) -> Vec<String> {
    items(json).into_iter().filter_map(|raw| scalar(raw.get())).map(Into::into).collect()
}

impl Step {
    /// Takes over what the metadata of a step hold: its last message, its result, and what the program added.
    pub(super) fn metadata(&mut self, json: &str) {
        if let Some(record) = crate::pairs::Record::parse(json) {
            self.message = record.filled("last_message").map(Into::into);
            self.result = record.raw("result").map(Into::into);
        }
        self.labels.object("metadata", json, &["last_message", "result"]);
    }
}

fn each(
    db: &Database<'_>,
    table: &str,
    file: &str,
    sink: &mut dyn EventSink,
    take: &mut dyn FnMut(&Row<'_>),
) {
    if !visit(db, table, take) {
        warn(
            sink,
            "broken-table",
            format!("{file}: the table {table} is missing or cannot be read to its end"),
        );
    }
}

/// Visits the rows of a table in the order of their row ids; false where it is missing or damaged.
fn visit(db: &Database<'_>, table: &str, take: &mut dyn FnMut(&Row<'_>)) -> bool {
    let Some(table) = db.table(table) else { return false };
    db.rows(table, &mut |_, row| {
        take(row);
        true
    })
    .is_ok()
}

fn number(row: &Row<'_>, column: &str) -> Option<f64> {
    match row.by_name(column) {
        Value::Int(n) => Some(n as f64),
        Value::Real(x) => Some(x).filter(|x| x.is_finite()),
        Value::Text(text) => text.trim().parse().ok().filter(|x: &f64| x.is_finite()),
        Value::Null | Value::Blob(_) => None,
    }
}
