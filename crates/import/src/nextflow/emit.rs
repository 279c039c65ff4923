//! Emits rows as tasks and attempts.

use std::borrow::Cow;
use std::rc::Rc;

use makespan_format::{
    Alert, Attempt, Diagnostic, Event, EventSink, Fields, Json, RunInfo, Sample, Severity, Status, Task,
};
use makespan_model::{HashMap, Order as _};

use super::dag::Dag;
use super::page::Page;
use super::rows::{Row as CellRow, RowSet};
use super::units::{bytes, duration, number};
use crate::gather::{Named, lacks};
use crate::ids::{Ids, Row};
use crate::importer::{Importer, Options};
use crate::outcome::Outcome;
use crate::tally::Tally;
use crate::times::Clock;

/// The columns with the resources that were requested, and how their cells are read: a number, and bytes.
const REQUESTS: [(&str, Amount); 3] = [("cpus", number), ("memory", bytes), ("disk", bytes)];

/// Reads a cell as an amount.
type Amount = fn(&str) -> Option<f64>;

/// A task and the rows of its tries.
struct Tried<'s, 'a> {
    id: String,
    name: &'s str,
    process: &'s str,
    rows: Vec<&'s CellRow<'a>>,
    submitted: Option<i64>,
    ended: Option<i64>,
}

/// A row that is a try, and its place in the order of submission.
type TriedRow<'s, 'a> = Row<'a, (usize, &'s CellRow<'a>)>;

pub(super) fn emit(
    set: &RowSet<'_>,
    dags: &[Dag<'_>],
    importer: &Importer,
    options: &Options<'_>,
    sink: &mut dyn EventSink,
) {
    let mut clock = Clock::new(Rc::new(options.zone));
    let mut tally = Tally::new();
    let ended = set.page.and_then(|page| page.succeeded);
    sink.event(Event::Run(RunInfo {
        id: set.run.as_deref().unwrap_or(set.file).into(),
        workflow: set.page.and_then(Page::pipeline).map(Cow::Owned),
        status: ended.map(|success| if success { Status::Succeeded } else { Status::Failed }),
        source: Some(match &set.version {
            Some(version) => format!("Nextflow {version}").into(),
            None => "Nextflow".into(),
        }),
        labels: set.page.and_then(labels),
        ..RunInfo::default()
    }));
    lacks(importer, sink);
    if let Some(error) = set.page.and_then(|page| page.error.as_deref()) {
        sink.event(Event::Alert(Alert {
            task: None,
            t: None,
            severity: Some("error".into()),
            text: error.into(),
            resolved: None,
        }));
    }
    tally.count(
        Severity::Warning,
        "uneven-rows",
        "rows with more or fewer cells than the header",
        set.uneven,
    );
    let mut ids = Ids::default();
    let tasks = tasks(set, &mut clock, &mut ids);
    ids.add_to(&mut tally);
    let is_shown = |dag: &&Dag<'_>| tasks.iter().any(|t| dag.find(t.process).is_some());
    let dag = dags.iter().find(is_shown);
    let after = dag.map(|dag| edges(&tasks, dag)).unwrap_or_default();
    for (at, task) in tasks.iter().enumerate() {
        let before = after.get(at).into_iter().flatten().map(|b| Cow::Borrowed(&*tasks[*b].id));
        emit_task(set, task, before.collect(), sink);
        for (n, row) in (1..).zip(&task.rows) {
            emit_row(set, task, n, row, &mut clock, &mut tally, sink);
        }
    }
    clock.add_to(&mut tally);
    tally.report(set.file, sink);
}

/// Returns the facts of a report's summary as labels, without the version, which is part of the source.
fn labels(page: &Page) -> Option<Json<'static>> {
    let mut labels = Fields::new();
    for (name, text) in page.facts.iter().filter(|(name, _)| name != "Nextflow version") {
        labels.str(name, text);
    }
    labels.finish()
}

/// Tries by task: a row behind a failed one of the same name is its next try, any other one is a task of its own.
fn tasks<'s, 'a>(set: &'s RowSet<'a>, clock: &mut Clock<'_>, ids: &mut Ids) -> Vec<Tried<'s, 'a>> {
    // Times are read again when they are emitted, and counted then.
    let mut quiet = clock.clone();
    let mut rows: Vec<(Option<i64>, usize)> = Vec::new();
    for (at, row) in set.rows.iter().enumerate() {
        let is_cached = set.get(row, "status") == Some("CACHED");
        let submitted =
            set.any(row, &["submit", "start"]).filter(|_| !is_cached).and_then(|t| time(t, &mut quiet));
        rows.push((submitted, at));
    }
    rows.order_by_key(|(submitted, at)| (submitted.unwrap_or(i64::MAX), *at));
    let mut names: Named<(&'s str, Vec<TriedRow<'s, 'a>>)> = Named::default();
    for (place, (submitted, at)) in rows.into_iter().enumerate() {
        let row = &set.rows[at];
        let name = set.any(row, &["name", "process", "hash", "task_id"]).unwrap_or("(no name)");
        let (_, started, ended) =
            if submitted.is_some() { times(set, row, &mut quiet) } else { (None, None, None) };
        let failed = matches!(set.get(row, "status"), Some("FAILED" | "ABORTED"));
        let status = if failed { Some(Status::Failed) } else { outcome(set, row).status() };
        let number = set.get(row, "attempt").and_then(|n| n.parse().ok()).unwrap_or(0);
        let attempt = Attempt { queued: submitted, started, ended, status, number, ..Attempt::default() };
        let print = ids.print(["task_id", "hash", "native_id"].map(|column| set.get(row, column)));
        names.entry(name, || (name, Vec::new())).1.push(Row { attempt, print, of: (place, row) });
    }
    // In the order of their first rows.
    let mut all: Vec<(usize, Tried<'s, 'a>)> = Vec::new();
    for (name, rows) in names.list {
        for (n, tries) in (1..).zip(ids.tries(name, rows)) {
            let (Some(first), Some(last)) = (tries.first(), tries.last()) else { continue };
            let process = set.get(first.of.1, "process").unwrap_or(name.split(" (").next().unwrap_or(name));
            let tried = Tried {
                id: if n == 1 { name.to_owned() } else { format!("{name} #{n}") },
                name,
                process,
                submitted: first.attempt.queued,
                ended: last.attempt.ended,
                rows: tries.iter().map(|tried| tried.of.1).collect(),
            };
            all.push((first.of.0, tried));
        }
    }
    all.order_by_key(|(place, _)| *place);
    all.into_iter().map(|(_, tried)| tried).collect()
}

/// For each task, those before it by the graph of processes.
fn edges(tasks: &[Tried<'_, '_>], dag: &Dag<'_>) -> Vec<Vec<usize>> {
    let tag = |task: &Tried<'_, '_>| task.name.split_once(" (").map(|(_, tag)| tag.to_owned());
    let mut of: Vec<Vec<usize>> = vec![Vec::new(); dag.processes.len()];
    let mut by_tag: HashMap<(usize, String), Vec<usize>> = HashMap::default();
    for (at, task) in tasks.iter().enumerate() {
        let Some(process) = dag.find(task.process) else { continue };
        of[process].push(at);
        if let Some(tag) = tag(task) {
            by_tag.entry((process, tag)).or_default().push(at);
        }
    }
    for list in &mut of {
        list.order_by_key(|at| tasks[*at].ended.unwrap_or(i64::MAX));
    }
    let before = |task: &Tried<'_, '_>| {
        let mut found = Vec::new();
        for process in dag.find(task.process).into_iter().flat_map(|p| &dag.before[p]) {
            let same = tag(task).and_then(|tag| by_tag.get(&(*process, tag)));
            if let Some(same) = same {
                found.extend(same);
                continue;
            }
            let until = task.submitted.unwrap_or(i64::MAX);
            let ended = of[*process].partition_point(|at| tasks[*at].ended.is_some_and(|e| e <= until));
            found.extend(ended.checked_sub(1).map(|at| of[*process][at]));
        }
        found
    };
    tasks.iter().map(before).collect()
}

/// A time as text without a zone, or as milliseconds since the epoch.
fn time(text: &str, clock: &mut Clock<'_>) -> Option<i64> {
    match text.parse::<i64>() {
        Ok(ms) => ms.checked_mul(1_000_000).filter(|t| *t > 0),
        Err(_) => clock.iso(text),
    }
}

/// When a row was submitted, started and ended. A trace has by default no start and no end: the end is then the
/// submission and the duration, the start that less the time at work.
fn times(
    set: &RowSet<'_>,
    row: &CellRow<'_>,
    clock: &mut Clock<'_>,
) -> (Option<i64>, Option<i64>, Option<i64>) {
    let mut read = |column: &str| set.get(row, column).and_then(|t| time(t, clock));
    let (submitted, started, ended) = (read("submit"), read("start"), read("complete"));
    let span = |column: &str| set.get(row, column).and_then(duration);
    let ended = ended.or_else(|| submitted?.checked_add(span("duration")?));
    let ended = ended.or_else(|| started?.checked_add(span("realtime")?));
    let at_work = || {
        let start = ended?.checked_sub(span("realtime")?)?;
        Some(submitted.map_or(start, |submitted| start.max(submitted)))
    };
    (submitted, started.or_else(at_work), ended)
}

/// Returns how a row ended, by its word and its exit code; Nextflow writes the largest 32-bit integer for no code.
fn outcome<'a>(set: &'a RowSet<'_>, row: &'a CellRow<'_>) -> Outcome<'a> {
    let mut outcome = Outcome::default();
    if let Some(word) = set.get(row, "status") {
        outcome.word(word);
    }
    let status = outcome.status();
    let exit = set.get(row, "exit").and_then(|e| e.parse::<i64>().ok()).filter(|e| *e != i64::from(i32::MAX));
    // What was cancelled or taken from the cache has the exit code of something else, or none.
    if let Some(exit) = exit.filter(|_| matches!(status, Some(Status::Failed | Status::Succeeded) | None)) {
        outcome.exit_code(exit);
    }
    outcome
}

fn emit_task(set: &RowSet<'_>, task: &Tried<'_, '_>, after: Vec<Cow<'_, str>>, sink: &mut dyn EventSink) {
    let (mut labels, mut params) = (Fields::new(), Fields::new());
    if let Some(row) = task.rows.last() {
        for key in ["hash", "native_id", "tag", "container", "queue", "workdir", "module", "error_action"] {
            if let Some(value) = set.get(row, key) {
                labels.str(key, value);
            }
        }
        if let Some(script) = set.get(row, "script") {
            params.str("script", script);
        }
        if let Some(limit) = set.get(row, "time") {
            params.str("time", limit);
        }
        // What was requested: a parameter, and not a measurement.
        for (key, read) in REQUESTS {
            let Some(cell) = set.get(row, key) else { continue };
            match read(cell) {
                Some(amount) => params.num(key, amount),
                None => params.str(key, cell),
            };
        }
    }
    sink.event(Event::Task(Task {
        id: Cow::Borrowed(&task.id),
        name: Some(task.name.into()),
        step: Some(task.process.into()),
        kind: Some("process".into()),
        parent: task.process.rsplit_once(':').map(|(scope, _)| Cow::Borrowed(scope)),
        after,
        status: None,
        labels: labels.finish(),
        params: params.finish(),
    }));
}

fn emit_row(
    set: &RowSet<'_>,
    task: &Tried<'_, '_>,
    number_of_try: u32,
    row: &CellRow<'_>,
    clock: &mut Clock<'_>,
    tally: &mut Tally,
    sink: &mut dyn EventSink,
) {
    let outcome = outcome(set, row);
    if set.get(row, "status") == Some("COMPLETED") && outcome.status() == Some(Status::Failed) {
        tally.warn(
            "exit-code-disagrees",
            "tasks are called COMPLETED and have an exit code other than 0, which `validExitStatus` of old versions allows; they \
             are shown as failed",
            || format!("{}, exit code {}", task.name, set.get(row, "exit").unwrap_or_default()),
        );
    }
    let is_cached = outcome.status() == Some(Status::Cached);
    let (queued, started, ended) = if is_cached {
        tally.info(
            "cached-times",
            "cached tasks are shown without times, because the times in the file are those of the run that executed them",
            || task.name,
        );
        (None, None, None)
    } else {
        let (queued, started, ended) = times(set, row, clock);
        if started.is_none() && queued.is_some() && ended.is_some() {
            tally.info(
                "start-assumed",
                "attempts without a start and a duration are shown from their submission on",
                || task.name,
            );
        }
        (queued, started.or(queued.filter(|_| ended.is_some())), ended)
    };
    let mut attempt = Attempt {
        task: Cow::Borrowed(&task.id),
        number: number_of_try,
        queued,
        started,
        ended,
        worker: set.get(row, "hostname").map(Cow::Borrowed),
        status: outcome.settle(&mut clock.unread),
        error: outcome.into_error(),
        ..Attempt::default()
    };
    clock.settle(&mut attempt);
    sink.event(Event::Attempt(attempt));
    for (column, cell) in set.cells(row) {
        let (value, unit) = match column {
            "realtime" => (duration(cell).map(|ns| ns as f64 / 1e9), Some("s")),
            "%cpu" | "%mem" => (number(cell), Some("%")),
            "rss" | "vmem" | "peak_rss" | "peak_vmem" | "rchar" | "wchar" | "read_bytes" | "write_bytes" => {
                (bytes(cell), Some("B"))
            }
            "syscr" | "syscw" | "vol_ctxt" | "inv_ctxt" => (number(cell), None),
            _ => continue,
        };
        let Some(value) = value else {
            tally.warn(
                "bad-number",
                "cells that are not a number, a size or a duration were ignored",
                || cell,
            );
            continue;
        };
        sink.event(Event::Sample(Sample {
            task: Some(Cow::Borrowed(&task.id)),
            number: Some(number_of_try),
            name: column.into(),
            value,
            unit: unit.map(Cow::Borrowed),
            t: None,
        }));
    }
}

/// Shows the processes of a graph of which no tasks are there.
pub(super) fn emit_dag(dag: &Dag<'_>, sink: &mut dyn EventSink) {
    sink.event(Event::Run(RunInfo {
        id: dag.file.into(),
        source: Some("Nextflow".into()),
        infer_edges: Some(false),
        ..RunInfo::default()
    }));
    let message =
        format!("{}: the graph of a pipeline without a trace; the tasks were not executed", dag.file);
    sink.diagnostic(Diagnostic::new(Severity::Info, "no-results", message));
    for (name, before) in dag.processes.iter().zip(&dag.before) {
        sink.event(Event::Task(Task {
            id: Cow::Borrowed(name),
            kind: Some("process".into()),
            after: before.iter().map(|b| Cow::Borrowed(dag.processes[*b])).collect(),
            status: Some(Status::Pending),
            ..Task::default()
        }));
    }
}
