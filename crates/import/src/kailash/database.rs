//! Tracking databases: SQLite files of the versions 0.3 (tables `task_runs`, `metrics`) and 2.x (`audit_events`).

use std::borrow::Cow;

use makespan_format::{Diagnostic, Event, EventSink, Fields, Log, Severity, Status, time};
use makespan_model::HashMap;
use serde_json::value::RawValue;

use super::api::member;
use super::book::Book;
use super::metrics::Metrics;
use super::record::{Raw, RunFacts, TaskRow, nanos};
use crate::json;
use crate::outcome;
use crate::sqlite::{Database, Row, Value};

/// A tracking database and what was mended while it was read.
pub(super) struct Tracking<'a> {
    db: Database<'a>,
    file: &'a str,
    /// The runs it holds, as places in the book.
    runs: Vec<usize>,
    nan: u64,
    bad_json: u64,
}

fn text<'r>(row: &Row<'r>, column: &str) -> Option<String> {
    match row.by_name(column) {
        Value::Text(text) if !text.is_empty() => Some(text.into_owned()),
        Value::Int(n) => Some(n.to_string()),
        Value::Real(n) => Some(n.to_string()),
        _ => None,
    }
}

impl<'a> Tracking<'a> {
    /// A database that was opened.
    pub(super) fn new(db: Database<'a>, file: &'a str) -> Tracking<'a> {
        Tracking { db, file, runs: Vec::new(), nan: 0, bad_json: 0 }
    }

    /// Calls `f` with every row of a table; a table that is not there or cannot be read has none.
    fn each(&mut self, table: &str, f: &mut dyn FnMut(&mut Mend<'_>, &Row<'_>)) -> Option<String> {
        let table = self.db.table(table)?;
        let mut mend = Mend { nan: &mut self.nan, bad_json: &mut self.bad_json };
        let read = self.db.rows(table, &mut |_, row| {
            f(&mut mend, row);
            true
        });
        read.err().map(|e| e.to_string())
    }

    /// Lets the book know the runs.
    pub(super) fn learn(&mut self, book: &mut Book<'_>, sink: &mut dyn EventSink) {
        let file = self.file;
        let mut runs = Vec::new();
        let failed = self.each("workflow_runs", &mut |mend, row| {
            let Some(id) = text(row, "run_id") else { return };
            let mut facts = RunFacts {
                workflow: text(row, "workflow_name"),
                status: text(row, "status"),
                started: text(row, "started_at"),
                ended: text(row, "ended_at"),
                error: text(row, "error"),
                ..RunFacts::named(&id, file)
            };
            if let Some(metadata) = mend.json(text(row, "metadata")) {
                facts.metadata(&metadata);
            }
            runs.push(book.learn(facts));
        });
        self.runs = runs;
        self.report_failure(failed, sink);
        let failed = self.each("workflow_search_attributes", &mut |_, row| {
            let (Some(id), Some(name)) = (text(row, "run_id"), text(row, "attr_name")) else { return };
            let columns = ["text_value", "int_value", "float_value", "dt_value"];
            let Some(value) = columns.into_iter().find_map(|c| text(row, c)) else { return };
            let mut one = Fields::new();
            one.str("v", &value);
            let quoted = one.finish().map(|j| j.as_str()[5..j.as_str().len() - 1].to_owned());
            if let (Some(at), Some(quoted)) = (book.find(&id), quoted) {
                book.runs[at].facts.label(&name, &quoted);
            }
        });
        self.report_failure(failed, sink);
        let failed = self.each("audit_events", &mut |mend, row| {
            let at = text(row, "trace_id").and_then(|id| book.find(&id));
            let (Some(at), None) = (at, text(row, "node_id")) else { return };
            let facts = &mut book.runs[at].facts;
            if let Some(workflow) = text(row, "workflow_id").filter(|w| !w.contains(['"', '\\'])) {
                facts.label("workflow_id", &format!("\"{workflow}\""));
            }
            let Some(context) = mend.json(text(row, "context")) else { return };
            for name in ["node_count", "nodes_executed", "nodes_skipped", "total_duration_ms"] {
                let Some(n) = member(&context, name).and_then(json::number_of) else { continue };
                match name {
                    "total_duration_ms" => facts.store("makespan_ns", nanos(n / 1e3).to_string()),
                    _ => facts.store(name, n.to_string()),
                }
            }
        });
        self.report_failure(failed, sink);
    }

    /// Emits the tasks.
    pub(super) fn emit(mut self, book: &mut Book<'_>, sink: &mut dyn EventSink) {
        let mut metrics: HashMap<String, Box<RawValue>> = HashMap::default();
        let failed = self.each("metrics", &mut |mend, row| {
            let custom = mend.json(text(row, "custom_metrics"));
            let columns = [
                ("duration", "duration"),
                ("memory_usage_mb", "memory_usage_mb"),
                ("cpu_usage", "cpu_usage"),
            ];
            if let (Some(id), Some(all)) = (text(row, "task_id"), measured(row, columns, custom)) {
                metrics.insert(id, all);
            }
        });
        self.report_failure(failed, sink);
        let file = self.file;
        for table in ["tasks", "task_runs"] {
            let failed = self.each(table, &mut |mend, row| {
                let Some(run) = text(row, "run_id") else { return };
                let at = book.run_of_task(&run, file);
                let mut one = task_row(row, mend);
                let id = one.id.as_deref().unwrap_or_default();
                // The second table repeats the first.
                if table == "task_runs" && book.runs[at].knows(id) {
                    return;
                }
                if one.metrics.is_none() {
                    one.metrics = metrics.remove(id).map(|raw| Metrics::read(&raw).into_owned());
                }
                book.task(at, &one, sink);
            });
            self.report_failure(failed, sink);
        }
        self.emit_audit(book, sink);
        for warning in self.db.warnings() {
            let message = format!("{file}: {}", warning.message);
            sink.diagnostic(
                Diagnostic::new(Severity::Warning, "database-damage", message).at(warning.offset),
            );
        }
        let mut say = |count: u64, code, what: &str| {
            if count > 0 {
                let message = format!("{file}: {what}");
                sink.diagnostic(Diagnostic::new(Severity::Warning, code, message).times(count));
            }
        };
        say(self.nan, "not-a-number", "NaN or Infinity was read as absent; neither is valid JSON");
        say(self.bad_json, "bad-json", "columns that should hold JSON do not and are left out");
        say(self.db.replaced_texts(), "bad-utf8", "texts that are not valid had U+FFFD put in");
    }

    /// Emits the audit trail: as the executions of runs that have no task rows left, else as a log.
    fn emit_audit(&mut self, book: &mut Book<'_>, sink: &mut dyn EventSink) {
        let file = self.file;
        let bare: Vec<bool> = book.runs.iter().map(|r| r.tasks.is_empty()).collect();
        let mut rebuilt = vec![0u64; book.runs.len()];
        let failed = self.each("audit_events", &mut |mend, row| {
            let Some(run) = text(row, "trace_id") else { return };
            let at = book.run_of_task(&run, file);
            let kind = text(row, "event_type").unwrap_or_default();
            let context = mend.json(text(row, "context"));
            let stamp = text(row, "timestamp");
            let node = text(row, "node_id");
            let is_bare = bare.get(at).copied().unwrap_or(true);
            if let (Some(node), true) = (&node, is_bare && kind.starts_with("NODE_")) {
                let failure = text(row, "result").is_some_and(|r| r != "success");
                let one = execution(node, &kind, failure, stamp, context.as_deref());
                book.task(at, &one, sink);
                if let Some(count) = rebuilt.get_mut(at) {
                    *count += 1;
                }
                return;
            }
            book.turn_to(at, sink);
            let t = book.runs[at].clock.maybe(stamp.as_ref());
            let context = context.as_deref().map_or("", RawValue::get);
            let about = node.map(|n| format!(" {n}")).unwrap_or_default();
            sink.event(Event::Log(Log {
                t,
                level: text(row, "result").map(Into::into),
                text: format!("{kind}{about} {context}").trim_end().to_owned().into(),
                ..Log::default()
            }));
        });
        self.report_failure(failed, sink);
        for (at, count) in rebuilt.into_iter().enumerate() {
            let is_mine = self.runs.contains(&at);
            let (code, what) = if count > 0 {
                (
                    "rebuilt-from-audit",
                    "the database holds no task rows of this run (this version of Kailash deletes them when it updates the run); the executions are rebuilt from its audit events, an end and a duration each",
                )
            } else if is_mine && bare[at] {
                book.runs[at].lost = true;
                (
                    "tasks-lost",
                    "the database holds neither task rows nor audit events of this run's nodes: this version of Kailash deletes task rows when it updates the run",
                )
            } else {
                continue;
            };
            book.turn_to(at, sink);
            let message = format!("{}: {what}", book.runs[at].place());
            sink.diagnostic(Diagnostic::new(Severity::Warning, code, message).times(count));
        }
    }

    fn report_failure(&self, failed: Option<String>, sink: &mut dyn EventSink) {
        if let Some(message) = failed {
            let message = format!("{}: {message}", self.file);
            sink.diagnostic(Diagnostic::new(Severity::Error, "database-damage", message));
        }
    }
}

/// Makes JSON of what a text column holds.
struct Mend<'c> {
    nan: &'c mut u64,
    bad_json: &'c mut u64,
}

impl Mend<'_> {
    fn json(&mut self, text: Option<String>) -> Option<Box<RawValue>> {
        let text = text.filter(|t| t != "null")?;
        let mut scratch = Vec::new();
        match json::parse::<&RawValue>(text.as_bytes(), &mut scratch) {
            Ok((raw, mended)) => {
                *self.nan += mended.nan;
                Some(raw.to_owned())
            }
            Err(_) => {
                *self.bad_json += 1;
                None
            }
        }
    }
}

/// A metrics object of columns and of custom metrics.
fn measured(
    row: &Row<'_>,
    columns: [(&str, &str); 3],
    custom: Option<Box<RawValue>>,
) -> Option<Box<RawValue>> {
    let mut fields = Fields::new();
    for (name, column) in columns {
        if let Some(value) = row.by_name(column).as_f64() {
            fields.num(name, value);
        }
    }
    if let Some(custom) = custom {
        fields.raw("custom_metrics", custom.get());
    }
    RawValue::from_string(fields.finish()?.as_str().to_owned()).ok()
}

fn task_row(row: &Row<'_>, mend: &mut Mend<'_>) -> TaskRow<'static> {
    let keep = |column: &str| text(row, column).map(Cow::Owned);
    let mut json = |column: &str| mend.json(text(row, column)).map(|raw| -> Raw<'static> { Cow::Owned(raw) });
    let metrics_columns = [
        ("duration", "metrics_duration"),
        ("memory_usage_mb", "metrics_memory_usage_mb"),
        ("cpu_usage", "metrics_cpu_usage"),
    ];
    let custom = json("metrics_custom").map(Cow::into_owned);
    let mut one = TaskRow {
        id: keep("task_id"),
        node: keep("node_id"),
        kind: keep("node_type"),
        status: keep("status"),
        started: keep("started_at"),
        ended: keep("ended_at"),
        error: keep("error"),
        result: json("result"),
        input: json("input_data"),
        output: json("output_data"),
        metadata: json("metadata"),
        metrics: measured(row, metrics_columns, custom).map(|raw| Metrics::read(&raw).into_owned()),
        ..TaskRow::default()
    };
    // Whole seconds, so no measure of waiting: a label.
    let mut created = Fields::new();
    if let Some(text) = keep("created_at") {
        created.str("v", &text);
    }
    let quoted = created.finish().map(|j| j.as_str()[5..j.as_str().len() - 1].to_owned());
    let quoted = quoted.and_then(|q| RawValue::from_string(q).ok());
    one.rest.extend(quoted.map(|raw| (Cow::Borrowed("created_at"), Cow::Owned(raw))));
    one
}

/// The execution that an audit event of a node records.
fn execution<'c>(
    node: &'c str,
    kind: &str,
    failure: bool,
    stamp: Option<String>,
    context: Option<&'c RawValue>,
) -> TaskRow<'c> {
    let of = |name: &str| context.and_then(|c| member(c, name));
    let value = |name: &str| of(name).filter(|v| v.get() != "{}").map(Cow::Borrowed);
    let status =
        if failure { Status::Failed } else { outcome::status_of(kind.strip_prefix("NODE_").unwrap_or(kind)) };
    let ended = stamp.as_deref().and_then(time::parse_civil).and_then(|c| c.to_ns(0));
    let took = of("duration_ms").and_then(json::number_of);
    let started = ended.zip(took).map(|(end, ms)| time::format_rfc3339(end.saturating_sub(nanos(ms / 1e3))));
    TaskRow {
        node: Some(node.into()),
        kind: of("node_type").and_then(json::text_of),
        status: Some(status.name().into()),
        started: started.map(Cow::Owned),
        ended: stamp.map(Cow::Owned),
        error: of("error").or_else(|| of("error_message")).and_then(json::text_of),
        input: value("inputs"),
        result: value("outputs"),
        ..TaskRow::default()
    }
}
