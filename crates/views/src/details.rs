//! Everything known about one task, in sections.

use makespan_analysis::{Facts, downstream, upstream};
use makespan_format::clip_chars;
use makespan_format::{Event, EventSink, write_line};
use makespan_model::{Direction, Order as _, Run, StrId, TaskId, UNKNOWN};
use makespan_scene::{Role, bytes, count, counted, visible};

use crate::amount::Unit;
use crate::look::Look;
use crate::moment::Moments;
use crate::rerun::{Again, rerun};
use crate::section::{Block, Section};
use crate::table::{Cell, Column, Table, duration_cell};
use crate::value::Value;

/// Maximum length of a text in the panel; the raw record below it, and every export, contain the whole text.
const LONGEST_TEXT: usize = 64 * 1024;
const MOST_ROWS: usize = 200;

fn clipped(text: &str) -> String {
    let kept = clip_chars(text, LONGEST_TEXT);
    match text.len() - kept.len() {
        0 => text.to_owned(),
        more => format!("{kept}\n… ({})", counted(more, "more byte")),
    }
}

/// Returns the members of a JSON object as pairs; a text that is not an object is shown as it is.
pub(crate) fn members(text: &str) -> Vec<(String, Cell)> {
    match serde_json::from_str::<serde_json::Map<String, serde_json::Value>>(text) {
        Ok(map) => map
            .into_iter()
            .map(|(key, value)| {
                let shown = match value {
                    serde_json::Value::String(s) => s,
                    other => other.to_string(),
                };
                (visible(&key).into_owned(), Cell::new(clipped(&shown)))
            })
            .collect(),
        Err(_) => vec![("(as recorded)".to_owned(), Cell::new(clipped(text)))],
    }
}

fn rows_of(column: &[u32], task: u32) -> std::ops::Range<usize> {
    column.partition_point(|t| *t < task)..column.partition_point(|t| *t <= task)
}

/// Returns what the details panel shows about a task. Sections without content are omitted.
pub fn details(facts: &Facts, task: TaskId, look: &Look) -> Vec<Section> {
    let run = facts.run();
    let moments = &Moments::new(run, look);
    let mut sections = vec![summary(facts, task, moments), waiting(facts, task, look)];
    sections.extend(errors(run, task));
    sections.extend(rerun(run, &Again::Tasks(vec![task.0])));
    sections.push(attempts(run, task, moments));
    sections.push(neighbours(run, task));
    let i = task.index();
    for (id, title, text) in
        [("params", "Parameters", run.tasks.params[i]), ("labels", "Labels", run.tasks.labels[i])]
    {
        if !text.is_empty() {
            sections.push(Section::new(id, title, vec![Block::Pairs(members(run.text(text)))]));
        }
    }
    sections.extend(metrics(run, task, moments));
    sections.extend(artifacts(run, task, Direction::Input, "inputs", "Inputs"));
    sections.extend(artifacts(run, task, Direction::Output, "outputs", "Outputs"));
    sections.extend(logs(run, task, moments));
    sections.push(record(run, task));
    sections
}

fn summary(facts: &Facts, task: TaskId, moments: &Moments) -> Section {
    let run = facts.run();
    let i = task.index();
    let status = run.tasks.status[i];
    let mut pairs = vec![("Status".to_owned(), Cell::of_status(status))];
    let mut text = |label: &str, value: &str| {
        if !value.is_empty() {
            pairs.push((label.to_owned(), Cell::new(clipped(value))));
        }
    };
    text("Id", run.task_id(task));
    text("Step", run.task_step(task));
    text("Kind", run.text(run.tasks.kind[i]));
    text("Group", run.text(run.tasks.group[i]));
    if let Some(parent) = run.parent(task) {
        pairs.push(("Parent".to_owned(), Cell::new(run.task_name(parent)).task(parent.0)));
    }
    let interval = run.task_interval(task);
    pairs.push(("Start".to_owned(), moments.cell(crate::tasks::start_of(run, task))));
    pairs.push(("End".to_owned(), moments.cell(interval.map_or(UNKNOWN, |t| t.1))));
    pairs
        .push(("Duration".to_owned(), duration_cell(interval.map_or(UNKNOWN, |(s, e)| e.saturating_sub(s)))));
    if let Some(slack) = facts.slack().total[i] {
        let critical = facts.critical_path().is_some_and(|p| p.on_path[i]);
        let mut cell = duration_cell(slack);
        if critical {
            cell.value = Value::Text("on the critical path".to_owned());
        }
        pairs.push(("Slack".to_owned(), cell));
    }
    Section::new("summary", "Summary", vec![Block::Pairs(pairs)])
}

fn waiting(facts: &Facts, task: TaskId, look: &Look) -> Section {
    let run = facts.run();
    let w = facts.waiting();
    let i = task.index();
    let mut pairs = vec![("Wait since ready".to_owned(), duration_cell(w.wait[i]))];
    if w.blocker[i] != makespan_model::NONE {
        let blocker = TaskId(w.blocker[i]);
        let label = if run.edges_inferred { "Probable blocker" } else { "Longest blocker" };
        pairs.push((label.to_owned(), Cell::new(run.task_name(blocker)).task(blocker.0)));
    }
    if w.queue[i] != UNKNOWN {
        pairs.push(("Time in the queue".to_owned(), duration_cell(w.queue[i])));
    }
    if w.backoff[i] != UNKNOWN && w.backoff[i] > 0 {
        pairs.push(("Time between attempts".to_owned(), duration_cell(w.backoff[i])));
    }
    let mut blocks = vec![Block::Pairs(pairs)];
    blocks.extend(crate::timeline::waits_table(facts, task, look).map(Block::Table));
    Section::new("waiting", "Waiting", blocks)
}

fn attempts(run: &Run, task: TaskId, moments: &Moments) -> Section {
    let columns = vec![
        Column::number("try", "Attempt"),
        Column::text("status", "Status"),
        Column::number("start", "Start"),
        Column::number("duration", "Duration"),
        Column::text("worker", "Worker"),
    ];
    let mut table = Table::new("Attempts", columns);
    for a in run.attempts_of(task).take(MOST_ROWS) {
        let i = a.index();
        let status = run.attempts.status[i];
        let length = run.interval(a).map_or(UNKNOWN, |(s, e)| e.saturating_sub(s));
        table.push(vec![
            Cell::new(run.attempts.number[i]),
            Cell::of_status(status),
            moments.short(run.attempts.started[i]),
            duration_cell(length),
            Cell::new(run.text(run.attempts.worker[i])),
        ]);
    }
    table.left_out = run.attempts_of(task).len() - table.rows.len();
    let block = if table.is_empty() {
        Block::Note("No attempt was recorded.".to_owned())
    } else {
        Block::Table(table)
    };
    Section::new("attempts", "Attempts", vec![block])
}

fn errors(run: &Run, task: TaskId) -> Option<Section> {
    let mut blocks = Vec::new();
    for a in run.attempts_of(task).rev().take(20) {
        let i = a.index();
        let text = |id: StrId| clipped(run.text(id));
        let (message, kind, trace) =
            (run.attempts.error[i], run.attempts.error_kind[i], run.attempts.trace[i]);
        if message.is_empty() && trace.is_empty() {
            continue;
        }
        let kind = if kind.is_empty() { String::new() } else { format!(" · {}", text(kind)) };
        blocks.push(Block::Note(format!("Attempt {}{kind}", run.attempts.number[i])));
        blocks.push(Block::Text(text(if trace.is_empty() { message } else { trace })));
        if !trace.is_empty() && !run.text(trace).contains(run.text(message)) {
            blocks.push(Block::Text(text(message)));
        }
    }
    (!blocks.is_empty()).then(|| Section::new("errors", "Error", blocks))
}

fn neighbours(run: &Run, task: TaskId) -> Section {
    let i = task.index();
    let count_of = |mask: Vec<bool>| mask.into_iter().filter(|b| *b).count() as u64;
    let mut blocks = Vec::new();
    let (up, down) = (count_of(upstream(run, task)), count_of(downstream(run, task)));
    if run.edges_inferred {
        blocks.push(Block::Note("Inferred from times: the file records no dependencies.".to_owned()));
    }
    let mut table = Table::new(
        "Dependencies",
        vec![Column::text("way", "Relation"), Column::text("name", "Task"), Column::text("status", "Status")],
    );
    let lists = [("needs", run.predecessors.row(i)), ("needed by", run.successors.row(i))];
    for (way, tasks) in lists {
        for &t in tasks.iter().take(MOST_ROWS / 2) {
            let status = run.tasks.status[t as usize];
            let name = Cell::new(run.task_name(TaskId(t))).task(t);
            table.push(vec![Cell::new(way), name, Cell::of_status(status)]);
        }
        table.left_out += tasks.len().saturating_sub(MOST_ROWS / 2);
    }
    blocks.push(Block::Note(format!("{} upstream, {} downstream.", count(up), count(down))));
    if !table.is_empty() {
        blocks.push(Block::Table(table));
    }
    Section::new("dependencies", "Dependencies", blocks)
}

fn metrics(run: &Run, task: TaskId, moments: &Moments) -> Option<Section> {
    let s = &run.samples;
    let range = rows_of(&s.task, task.0);
    let columns =
        vec![Column::text("name", "Metric"), Column::number("value", "Value"), Column::number("t", "Time")];
    let mut table = Table::new("Metrics", columns);
    for i in range.clone().take(MOST_ROWS) {
        let (unit, factor) = Unit::named(run.text(s.unit[i]));
        table.push(vec![
            Cell::new(run.text(s.name[i])),
            Cell::new(unit.value(s.value[i] * factor)),
            moments.short(s.t[i]),
        ]);
    }
    table.left_out = range.len() - table.rows.len();
    Section::of_table("metrics", table)
}

fn artifacts(
    run: &Run,
    task: TaskId,
    direction: Direction,
    id: &'static str,
    title: &str,
) -> Option<Section> {
    let a = &run.artifacts;
    let mut pairs = Vec::new();
    for i in rows_of(&a.task, task.0).filter(|&i| a.direction[i] == direction).take(MOST_ROWS) {
        let mut parts = Vec::new();
        if !a.uri[i].is_empty() {
            parts.push(run.text(a.uri[i]).to_owned());
        }
        if a.size[i] >= 0 {
            parts.push(bytes(a.size[i] as f64));
        }
        if !a.value[i].is_empty() {
            parts.push(clipped(run.text(a.value[i])));
        }
        pairs.push((visible(run.text(a.name[i])).into_owned(), Cell::new(parts.join(" · "))));
    }
    (!pairs.is_empty()).then(|| Section::new(id, title, vec![Block::Pairs(pairs)]))
}

/// An alert or a log line, by its index in the columns of the run.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Entry {
    Alert(usize),
    Line(usize),
}

fn logs(run: &Run, task: TaskId, moments: &Moments) -> Option<Section> {
    let (l, a) = (&run.logs, &run.alerts);
    let columns =
        vec![Column::number("t", "Time"), Column::text("level", "Level"), Column::text("text", "Text")];
    let mut table = Table::new("Logs and alerts", columns);
    let (lines, alerts) = (rows_of(&l.task, task.0), rows_of(&a.task, task.0));
    let mut entries: Vec<(i64, Entry)> = alerts.map(|i| (a.t[i], Entry::Alert(i))).collect();
    entries.extend(lines.map(|i| (l.t[i], Entry::Line(i))));
    let count = entries.len();
    // Entries without a time come first, in the order of the file.
    entries.order_by_key(|(t, entry)| (if *t == UNKNOWN { i64::MIN } else { *t }, *entry));
    for (t, entry) in entries.into_iter().take(MOST_ROWS) {
        let (level, text) = match entry {
            Entry::Alert(i) => (Cell::new(run.text(a.severity[i])).status(Role::Retrying), a.text[i]),
            Entry::Line(i) => (Cell::new(run.text(l.level[i])), l.text[i]),
        };
        table.push(vec![moments.short(t), level, Cell::new(clipped(run.text(text)))]);
    }
    table.left_out = count - table.rows.len();
    Section::of_table("logs", table)
}

fn record(run: &Run, task: TaskId) -> Section {
    struct Lines(String);
    impl EventSink for Lines {
        fn event(&mut self, event: Event<'_>) {
            if self.0.len() < LONGEST_TEXT {
                write_line(&event, &mut self.0);
            }
        }
    }
    let mut lines = Lines(String::new());
    run.events_of(task, &mut lines);
    Section::new("record", "Raw record", vec![Block::Text(clipped(&lines.0))])
}
