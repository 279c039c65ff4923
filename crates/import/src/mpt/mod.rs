//! MoneyPrinterTurbo's workflow monitor: its SQLite database, JSON responses of its API, and its log.
//!
//! All of these describe workflows by id, so they are collected in one model first. Rows of the database become
//! outdated (a row is written only at start and at completion, and not at all when the run gives up); a response of the
//! API contains what the process knew. If both describe the same thing, the database counts; if only one knows an end,
//! that one counts.

mod api;
mod database;
mod log;
mod model;
pub(crate) mod samples;

use makespan_model::Order as _;
use std::borrow::Cow;
use std::rc::Rc;

use makespan_format::EventSink;

use crate::importer::{Claim, ClaimedFile, Importer, Options, ReadError, Source, claim, whole};
use crate::json;
use crate::pairs::{Record, folder, info, items, warn};
use crate::sniff::{Head, JsonKind, Member};
use crate::sqlite::Database;
use crate::times::Clock;
use model::{Model, Workflow};
use samples::Notes;

const DATABASE: &str = "database";
const MEMORY: &str = "memory database";
const EXECUTION: &str = "execution";
const STATUS: &str = "status";
const HISTORY: &str = "history";
const ALERTS: &str = "alerts";
const SUMMARY: &str = "metric summary";
const LOG: &str = "log";
const REPORT: &str = "text report";
const DUMP: &str = "database dump";

/// Reads the files of MoneyPrinterTurbo's workflow monitor.
pub const IMPORTER: Importer = Importer {
    id: "mpt",
    title: "MoneyPrinterTurbo workflow monitor",
    parts: &[DATABASE, MEMORY, EXECUTION, STATUS, HISTORY, ALERTS, SUMMARY, LOG, REPORT, DUMP],
    how: "Take workflow_monitor.db from the folder the program was started in; its log beside it adds the earlier attempts.",
    lossy: "times of earlier attempts, the end of a run that gave up (it is recorded as running)",
    sniff,
    read,
    stream: whole,
};

fn sniff(head: &Head<'_>) -> Option<Claim> {
    let has = |needle: &str| memchr::memmem::find(head.bytes, needle.as_bytes()).is_some();
    if Database::is_sqlite(head.bytes) {
        return if has("workflow_steps") && has("workflow_alerts") {
            claim(95, DATABASE, "SQLite with the tables workflow_steps and workflow_alerts")
        } else if has("CREATE TABLE hive_memory") {
            claim(90, MEMORY, "SQLite with the table hive_memory")
        } else if head.name.ends_with("hive_memory.db") && (has("workflow_") || has("alert_")) {
            // Its schema lies behind what is looked at, its keys do not.
            claim(60, MEMORY, "SQLite with keys of workflows, named hive_memory.db")
        } else {
            None
        };
    }
    let shape = &head.shape;
    match shape.root {
        JsonKind::Object if shape.has("workflow_id") && shape.kind("steps") == Some(JsonKind::Object) => {
            if shape.has("alerts") || shape.has("metrics") {
                claim(95, EXECUTION, "an object with workflow_id, steps and alerts or metrics")
            } else {
                claim(90, STATUS, "an object with workflow_id and steps")
            }
        }
        JsonKind::Object => {
            let figures = |key: &Member| {
                ["count", "min", "max", "mean", "latest"].iter().all(|f| key.inner.iter().any(|k| k == f))
            };
            if !shape.keys.is_empty() && shape.keys.iter().all(figures) {
                claim(85, SUMMARY, "metrics with count, min, max, mean and latest")
            } else if shape.keys.is_empty() && head.name.contains("performance_summary") {
                claim(40, SUMMARY, "an empty object named performance_summary")
            } else {
                None
            }
        }
        JsonKind::Array => {
            let all = |keys: &[&str]| keys.iter().all(|key| shape.first.iter().any(|k| k == key));
            if all(&["workflow_id", "total_steps", "steps", "alerts"]) {
                claim(92, EXECUTION, "an array of executions with steps and alerts")
            } else if all(&["workflow_id", "total_steps", "completed_steps"]) {
                claim(92, HISTORY, "an array of rows with workflow_id and totals of steps")
            } else if all(&["alert_id", "workflow_id", "message"]) {
                claim(92, ALERTS, "an array of objects with alert_id and workflow_id")
            } else {
                None
            }
        }
        _ if !head.text => None,
        _ if has("app.services.workflow_monitor:") => {
            let text = String::from_utf8_lossy(&head.bytes[..head.bytes.len().min(4096)]);
            if text.lines().any(log::is_line) {
                claim(85, LOG, "lines of app.services.workflow_monitor")
            } else {
                None
            }
        }
        _ if has("WORKFLOW PROGRESS REPORT") => claim(80, REPORT, "the heading of the monitor's report"),
        _ if has("CREATE TABLE workflow_steps") && has("CREATE TABLE workflow_alerts") => {
            claim(80, DUMP, "SQL that creates the monitor's tables")
        }
        _ => None,
    }
}

/// A JSON part, parsed: an object, or the elements of an array.
struct Answer<'a> {
    file: &'a str,
    part: &'static str,
    records: Vec<Record<'a>>,
}

fn read(parts: &[ClaimedFile<'_>], options: &Options<'_>, sink: &mut dyn EventSink) -> Result<(), ReadError> {
    let mut model = Model::default();
    let mut clock = Clock::new(Rc::new(options.zone));
    let mut databases = Vec::new();
    let mut failures = Vec::new();
    for part in parts.iter().filter(|p| p.part == DATABASE) {
        match Database::open(&part.source.bytes, journal(parts, &part.source.name)) {
            Ok(db) => databases.push((db, part.source.name.as_str())),
            Err(e) => failures.push(format!("{}: {e}", part.source.name)),
        }
    }
    for (db, file) in &databases {
        database::read_steps(db, file, &mut model, &mut clock, sink);
    }
    let mut scratch: Vec<Vec<u8>> = parts.iter().map(|_| Vec::new()).collect();
    let mut answers = answers(parts, &mut scratch, &mut failures, sink);
    // What an execution says counts before what get_status says, and that before the history.
    answers.order_by_key(|a| [EXECUTION, STATUS, HISTORY].iter().position(|p| *p == a.part).unwrap_or(3));
    for answer in answers.iter().filter(|a| [EXECUTION, STATUS, HISTORY].contains(&a.part)) {
        for record in &answer.records {
            api::workflow(record, answer.file, &mut model, &mut clock, sink);
        }
    }
    let logs: Vec<(&ClaimedFile<'_>, Cow<'_, str>)> = parts
        .iter()
        .filter(|p| p.part == LOG)
        .map(|p| (p, String::from_utf8_lossy(&p.source.bytes)))
        .collect();
    let logs: Vec<_> = logs.iter().map(|(p, text)| (*p, log::lines(text, &mut clock))).collect();
    for (part, lines) in &logs {
        log::learn(lines, &part.source.name, &mut model);
    }
    for answer in &answers {
        attach(answer, &mut model, sink);
    }
    for workflow in &model.list {
        workflow.emit(sink);
    }
    // A database cannot hold one id twice, answers can.
    let several =
        databases.len() > 1 || answers.iter().any(|a| [EXECUTION, STATUS, ALERTS].contains(&a.part));
    let mut notes = Notes::new(&model, sink, several);
    let mut torn = Vec::new();
    for (db, file) in &databases {
        if !database::read_notes(db, &mut notes, &mut clock) {
            torn.push(*file);
        }
    }
    for answer in &answers {
        for record in &answer.records {
            match answer.part {
                // An execution is taken for a status where its alerts lie behind what was looked at.
                EXECUTION | STATUS => api::notes_of(record, &mut notes, &mut clock),
                ALERTS => api::emit_alert(record, "", &mut notes, &mut clock),
                _ => {}
            }
        }
    }
    notes.finish();
    for file in torn {
        warn(
            sink,
            "broken-table",
            format!("{file}: alerts or metrics are missing or cannot be read to their end"),
        );
    }
    for (db, file) in &databases {
        database::report(db, file, sink);
    }
    for (_, lines) in &logs {
        log::emit(lines, &model, sink);
    }
    for part in parts {
        passed_over(part.source, part.part, sink);
    }
    let file = parts.first().map_or("", |p| p.source.name.as_str());
    clock.report(file, sink);
    match failures.pop() {
        Some(message) if model.list.is_empty() => Err(ReadError::Broken { message, offset: None }),
        last => {
            for message in failures.into_iter().chain(last) {
                warn(sink, "unreadable", message);
            }
            Ok(())
        }
    }
}

/// The write-ahead log that belongs to a database, by name.
fn journal<'a>(parts: &[ClaimedFile<'a>], name: &str) -> Option<&'a [u8]> {
    let mine = |p: &&ClaimedFile<'a>| p.part == "wal" && p.source.name.strip_suffix("-wal") == Some(name);
    parts.iter().find(mine).map(|p| &*p.source.bytes)
}

fn answers<'a>(
    parts: &[ClaimedFile<'a>],
    scratch: &'a mut [Vec<u8>],
    failures: &mut Vec<String>,
    sink: &mut dyn EventSink,
) -> Vec<Answer<'a>> {
    let mut all = Vec::new();
    for (part, scratch) in parts.iter().zip(scratch) {
        if ![EXECUTION, STATUS, HISTORY, ALERTS, SUMMARY].contains(&part.part) {
            continue;
        }
        let file = part.source.name.as_str();
        match json::parse::<&serde_json::value::RawValue>(&part.source.bytes, scratch) {
            Ok((raw, mended)) => {
                mended.report(file, sink);
                let raw = raw.get();
                let records: Vec<Record<'a>> = if raw.starts_with('[') {
                    items(raw).into_iter().filter_map(|r| Record::parse(r.get())).collect()
                } else {
                    Record::parse(raw).into_iter().collect()
                };
                all.push(Answer { file, part: part.part, records });
            }
            Err(e) => failures.push(format!("{file}: {e}")),
        }
    }
    all
}

/// Gives alerts and summaries, which name a run at best by its id, a run to belong to.
fn attach(answer: &Answer<'_>, model: &mut Model, sink: &mut dyn EventSink) {
    let file = answer.file;
    match answer.part {
        ALERTS => {
            for id in answer.records.iter().filter_map(|r| r.filled("workflow_id")) {
                if model.find(&id).is_none() {
                    model.workflow(Workflow { files: vec![file.to_owned()], ..Workflow::new(&id) });
                    info(sink, "no-steps", format!("{file}: of workflow {id} only alerts are here"));
                }
            }
        }
        SUMMARY => {
            let summary = answer.records.first().map(api::summary).unwrap_or_default();
            if summary.is_empty() {
                info(sink, "empty-summary", format!("{file}: the summary holds no metric"));
                return;
            }
            // The program names such a file after the first eight digits of the id.
            let stem = file.rsplit('/').next().unwrap_or(file).trim_end_matches(".json");
            let prefix = stem.rsplit('_').next().unwrap_or(stem);
            let same_folder = |w: &Workflow| w.files.iter().any(|f| folder(f) == folder(file));
            let at = model.find_prefix(prefix).or_else(|| {
                let mut near = model.list.iter().enumerate().filter(|(_, w)| same_folder(w));
                let first = near.next()?.0;
                near.next().is_none().then_some(first)
            });
            let at = at.unwrap_or_else(|| {
                info(
                    sink,
                    "no-run",
                    format!("{file}: the summary names no run, it is shown as one of its own"),
                );
                let id = format!("metric summary {stem}");
                model.workflow(Workflow { name: Some(id.clone()), ..Workflow::new(&id) })
            });
            let workflow = &mut model.list[at];
            workflow.summary = summary;
            workflow.files.push(file.to_owned());
        }
        _ => {}
    }
}

/// Says why a file that belongs to this program adds nothing.
fn passed_over(source: &Source, part: &str, sink: &mut dyn EventSink) {
    let name = &source.name;
    match part {
        MEMORY => info(
            sink,
            "unreliable-copy",
            format!(
                "{name}: key and value copies of the monitor's records, of which the program loses all but the \
                 first of a second; they are not used"
            ),
        ),
        REPORT => info(
            sink,
            "derived-file",
            format!("{name}: a report in words, it holds nothing that the database does not"),
        ),
        DUMP => {
            info(
                sink,
                "derived-file",
                format!("{name}: an SQL dump is not supported; open the database itself"),
            );
        }
        _ => {}
    }
}
