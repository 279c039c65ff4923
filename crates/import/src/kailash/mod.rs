//! Kailash (Python SDK, versions 0.3 to 2.x): exports, tracking directories and databases, workflow definitions,
//! reports, and responses of its dashboard.
//!
//! A run is spread over many files, so the facts of all runs are collected first, then tasks are emitted file by file,
//! and finally what is only known at the end: dependencies on later tasks, and the edges of definitions.

mod api;
mod book;
mod database;
mod emit;
mod export;
mod joining;
mod metrics;
mod parts;
mod plan;
mod record;
mod run;
mod sniff;

use std::borrow::Cow;
use std::rc::Rc;

use makespan_format::{Diagnostic, EventSink, Severity};
use makespan_model::{HashMap, Order as _};
use serde_json::value::RawValue;

use crate::importer::{ClaimedFile, Importer, Options, ReadError};
use crate::json;
use crate::sqlite::Database;
use api::{Live, Report, member, records};
use book::Book;
use database::Tracking;
use metrics::Metrics;
use parts::{
    DATABASE, DEFINITION, DUMP, EXPORT, INDEX, LIVE, MONITOR, NO_RUN, REPORT, RUN_FILE, RUN_LIST, TASK_FILE,
    TASK_LIST, TASK_METRICS, bad_record,
};
use plan::Plan;
use record::{RunFacts, TaskRow};
pub(crate) use record::{Slots, error_info};

/// Reads files of Kailash.
pub const IMPORTER: Importer = Importer {
    id: "kailash",
    title: "Kailash",
    parts: &[
        EXPORT,
        RUN_FILE,
        TASK_FILE,
        TASK_METRICS,
        INDEX,
        DEFINITION,
        REPORT,
        LIVE,
        RUN_LIST,
        TASK_LIST,
        MONITOR,
        NO_RUN,
        DATABASE,
        DUMP,
    ],
    how: "TaskManager.export_run(run_id, \"run.json\"), or the tracking folder or tracking.db itself; add Workflow.to_dict() as JSON for the edges.",
    lossy: "workers; dependencies, unless the tasks were created with them or the workflow definition is given; resources per task (those of the whole process are shown)",
    sniff: sniff::sniff,
    read,
    stream: export::stream,
};

/// A JSON file, parsed.
struct Doc<'a> {
    file: &'a str,
    part: &'static str,
    root: &'a RawValue,
}

fn read(parts: &[ClaimedFile<'_>], options: &Options<'_>, sink: &mut dyn EventSink) -> Result<(), ReadError> {
    let mut failures = Vec::new();
    let mut scratch: Vec<Vec<u8>> = parts.iter().map(|_| Vec::new()).collect();
    let docs = parse_all(parts, &mut scratch, &mut failures, sink);
    let mut databases = open_all(parts, &mut failures);
    let readable = parts.iter().any(|p| matches!(p.part, NO_RUN | DUMP | MONITOR));
    if docs.is_empty() && databases.is_empty() && !readable {
        let message = failures.into_iter().next().unwrap_or_else(|| ("nothing to read".to_owned(), None));
        return Err(ReadError::Broken { message: message.0, offset: message.1 });
    }
    for (message, offset) in failures {
        let found = Diagnostic::new(Severity::Error, "unreadable", message);
        sink.diagnostic(match offset {
            Some(offset) => found.at(offset),
            None => found,
        });
    }
    for part in parts {
        let what = match part.part {
            NO_RUN => "a response of the dashboard without a run",
            DUMP => "an SQL dump is not supported; open the database itself",
            _ => continue,
        };
        let message = format!("{}: {what}", part.source.name);
        sink.diagnostic(Diagnostic::new(Severity::Info, "no-run-inside", message));
    }
    let mut book = Book::new(Rc::new(options.zone));
    let (exports, reports) = learn(&docs, &mut databases, &mut book, sink);
    emit(&docs, &exports, options, &mut book, sink);
    for database in databases {
        database.emit(&mut book, sink);
    }
    emit_leftovers(&docs, reports, &mut book, sink);
    book.finish(sink);
    if book.runs.is_empty() {
        for doc in docs {
            let message = format!("{}: no run is in it", doc.file);
            sink.diagnostic(Diagnostic::new(Severity::Info, "no-run-inside", message));
        }
    }
    Ok(())
}

fn parse_all<'a>(
    parts: &[ClaimedFile<'a>],
    scratch: &'a mut [Vec<u8>],
    failures: &mut Vec<(String, Option<u64>)>,
    sink: &mut dyn EventSink,
) -> Vec<Doc<'a>> {
    let mut docs = Vec::new();
    for (part, scratch) in parts.iter().zip(scratch) {
        if matches!(part.part, DATABASE | DUMP | NO_RUN | "wal") {
            continue;
        }
        let file = part.source.name.as_str();
        match json::parse::<&RawValue>(&part.source.bytes, scratch) {
            Ok((root, mended)) => {
                mended.report(file, sink);
                docs.push(Doc { file, part: part.part, root });
            }
            Err(e) => failures.push((format!("{file}: {}", e.message), e.offset)),
        }
    }
    docs
}

fn open_all<'a>(parts: &[ClaimedFile<'a>], failures: &mut Vec<(String, Option<u64>)>) -> Vec<Tracking<'a>> {
    let mut databases = Vec::new();
    for part in parts.iter().filter(|p| p.part == DATABASE) {
        let file = part.source.name.as_str();
        let log = parts.iter().find(|p| p.part == "wal" && p.source.name.strip_suffix("-wal") == Some(file));
        let log = log.map(|p| &p.source.bytes[..]).filter(|b| !b.is_empty());
        match Database::open(&part.source.bytes, log) {
            Ok(db) => databases.push(Tracking::new(db, file)),
            Err(e) => failures.push((format!("{file}: {}", e.message), Some(e.offset))),
        }
    }
    databases
}

/// An export: its run, and the list of its tasks. A large file is walked once for both.
struct Export<'a> {
    file: &'a str,
    run: String,
    tasks: Option<&'a RawValue>,
}

/// Gathers the facts of all runs, and the definitions.
fn learn<'a>(
    docs: &[Doc<'a>],
    databases: &mut [Tracking<'_>],
    book: &mut Book<'_>,
    sink: &mut dyn EventSink,
) -> (Vec<Export<'a>>, Vec<Report<'a>>) {
    let of = |part: &'static str| docs.iter().filter(move |d| d.part == part);
    for doc in of(DEFINITION) {
        match Plan::from_json(doc.root, doc.file) {
            Some(plan) => book.plans.push(Rc::new(plan)),
            None => bad_record(doc.file, 1, "a definition", sink),
        }
    }
    let mut exports = Vec::new();
    for doc in of(EXPORT) {
        let parts = Slots::read(doc.root, &["run", "tasks"]);
        let part = |i: usize| parts.as_ref().and_then(|p| p.raw(i));
        let facts = part(0).and_then(|run| RunFacts::from_json(run, doc.file));
        let facts = facts.unwrap_or_else(|| RunFacts::named(doc.file, doc.file));
        exports.push(Export { file: doc.file, run: facts.id.clone(), tasks: part(1) });
        book.learn(facts);
    }
    for doc in of(RUN_FILE) {
        match RunFacts::from_json(doc.root, doc.file) {
            Some(facts) => {
                book.learn(facts);
            }
            None => bad_record(doc.file, 1, "a run", sink),
        }
    }
    for database in databases {
        database.learn(book, sink);
    }
    for doc in of(RUN_LIST) {
        let mut bad = 0;
        for record in records(doc.root) {
            match RunFacts::from_json(record, doc.file) {
                Some(facts) => {
                    book.learn(facts);
                }
                None => bad += 1,
            }
        }
        bad_record(doc.file, bad, "a run", sink);
    }
    let mut reports = Vec::new();
    for doc in of(REPORT) {
        match Report::read(doc.root, doc.file, book) {
            Some(report) => reports.push(report),
            None => bad_record(doc.file, 1, "a report", sink),
        }
    }
    (exports, reports)
}

/// Emits the tasks of exports, task files, lists and the index.
fn emit(
    docs: &[Doc<'_>],
    exports: &[Export<'_>],
    options: &Options<'_>,
    book: &mut Book<'_>,
    sink: &mut dyn EventSink,
) {
    let of = |part: &'static str| docs.iter().filter(move |d| d.part == part);
    let mut metrics: HashMap<&str, &RawValue> = of(TASK_METRICS).map(|d| (stem(d.file), d.root)).collect();
    for export in exports {
        let at = book.run_of_task(&export.run, export.file);
        book.turn_to(at, sink);
        let Some(tasks) = export.tasks else { continue };
        let (mut bad, mut waiting) = (0, Vec::new());
        json::each_element(tasks, |record| match TaskRow::from_json(record) {
            Some(row) => {
                let known = |p: &Cow<'_, str>| book.runs[at].knows(p);
                if row.previous.as_ref().is_none_or(known) {
                    book.task(at, &row, sink);
                } else {
                    waiting.push((at, row));
                }
            }
            None => bad += 1,
        });
        book.tasks_in_order(waiting, sink);
        bad_record(export.file, bad, "a task", sink);
    }
    let mut rows: Vec<(usize, TaskRow<'_>)> = Vec::new();
    for doc in docs.iter().filter(|d| matches!(d.part, TASK_FILE | RUN_FILE | TASK_LIST)) {
        let list = match doc.part {
            TASK_FILE => vec![doc.root],
            RUN_FILE => records(doc.root).into_iter().filter(|r| !std::ptr::eq(*r, doc.root)).collect(),
            _ => records(doc.root),
        };
        let (mut bad, mut nameless) = (0, Vec::new());
        for record in list {
            let Some(mut row) = TaskRow::from_json(record) else {
                bad += 1;
                continue;
            };
            if let (Some(id), None) = (row.id.as_deref(), &row.metrics) {
                row.metrics = metrics.remove(id).map(Metrics::read);
            }
            let run = row.run.clone().or_else(|| run_from_path(doc));
            match run {
                Some(run) => rows.push((book.run_of_task(&run, doc.file), row)),
                None => nameless.push(row),
            }
        }
        bad_record(doc.file, bad, "a task", sink);
        if !nameless.is_empty() {
            api::emit_nameless(&nameless, doc.file, options.zone, book, sink);
        }
    }
    // The files are named after random ids; the run file lists them in the order of their creation.
    let mut order: HashMap<(usize, &str), usize> = HashMap::default();
    let listed: Vec<(usize, Vec<String>)> =
        book.runs.iter().enumerate().map(|(at, run)| (at, run.facts.listed.clone())).collect();
    for (at, ids) in &listed {
        order.extend(ids.iter().enumerate().map(|(i, id)| ((*at, id.as_str()), i)));
    }
    rows.order_by_cached_key(|(at, row)| {
        let place = row.id.as_deref().and_then(|id| order.get(&(*at, id)));
        let when = row.created.as_ref().or(row.started.as_ref()).map(|t| t.clone().into_owned());
        (*at, place.copied().unwrap_or(usize::MAX), when)
    });
    book.tasks_in_order(rows, sink);
    for doc in of(INDEX) {
        emit_index(doc, &mut metrics, book, sink);
    }
    // A metrics file repeats what is in the file of its task.
    for id in book.runs.iter().flat_map(|run| run.ids()) {
        metrics.remove(id);
    }
    if !metrics.is_empty() {
        let first = metrics.keys().min().copied().unwrap_or_default();
        let message = format!("metrics files of tasks that are not here are left out (first: {first})");
        let found = Diagnostic::new(Severity::Warning, "stray-metrics", message).times(metrics.len() as u64);
        sink.diagnostic(found);
    }
}

/// Emits the tasks that only the index knows.
fn emit_index<'a>(
    doc: &Doc<'a>,
    metrics: &mut HashMap<&str, &'a RawValue>,
    book: &mut Book<'_>,
    sink: &mut dyn EventSink,
) {
    let Some(tasks) = member(doc.root, "tasks") else { return };
    let mut bad = 0;
    json::each_member(tasks, |id, entry| {
        let row = TaskRow::from_json(entry);
        let Some((mut row, run)) = row.and_then(|r| r.run.clone().map(|run| (r, run))) else {
            bad += 1;
            return;
        };
        let at = book.run_of_task(&run, doc.file);
        if book.runs[at].knows(&id) {
            return;
        }
        row.metrics = metrics.remove(&*id).map(Metrics::read);
        row.id = Some(id);
        book.runs[at].counts.from_index += 1;
        book.task(at, &row, sink);
    });
    bad_record(doc.file, bad, "an entry of the index", sink);
}

/// Emits what belongs to runs once their tasks are known: reports and live metrics.
fn emit_leftovers(docs: &[Doc<'_>], reports: Vec<Report<'_>>, book: &mut Book<'_>, sink: &mut dyn EventSink) {
    for report in reports {
        report.emit(book, sink);
    }
    let mut live = Live::default();
    for doc in docs.iter().filter(|d| d.part == MONITOR) {
        if !live.take_status(doc.root, doc.file) {
            let message = format!("{}: a response of the dashboard without a run", doc.file);
            sink.diagnostic(Diagnostic::new(Severity::Info, "no-run-inside", message));
        }
    }
    for doc in docs.iter().filter(|d| d.part == LIVE) {
        live.take(doc.root, doc.file);
    }
    live.emit(book, sink);
}

/// The run that the path of a task file names: `tasks/<run id>/<task id>.json`.
fn run_from_path<'a>(doc: &Doc<'a>) -> Option<Cow<'a, str>> {
    let mut parts = doc.file.rsplit('/').skip(1);
    let run = parts.next().filter(|_| doc.part == TASK_FILE)?;
    (parts.next() == Some("tasks")).then_some(Cow::Borrowed(run))
}

/// The name of a file without folders and extension.
fn stem(file: &str) -> &str {
    let name = file.rsplit('/').next().unwrap_or(file);
    name.rsplit_once('.').map_or(name, |(stem, _)| stem)
}
