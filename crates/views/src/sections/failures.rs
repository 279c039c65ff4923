//! Failures with their errors, and findings.

use makespan_analysis::Facts;
use makespan_model::{AttemptId, Run, TaskId, UNKNOWN};
use makespan_scene::counted;

use super::named;
use crate::clip::{beginning, in_a_line, shortened};
use crate::look::Look;
use crate::moment::Moments;
use crate::section::{Block, Found, Section, note};
use crate::table::{Cell, Column, Table};

/// Maximum length of a traceback, in characters; its end is shown.
const TRACE: usize = 3_000;

/// Returns the first failure with its error, and all errors in groups.
pub fn failures(facts: &Facts, look: &Look, rows: usize) -> Option<Section> {
    let (run, errors) = (facts.run(), facts.errors());
    let mut blocks = Vec::new();
    let message = run.text(run.error[0]);
    if !message.is_empty() {
        blocks.push(note("The run as a whole ended with this error:"));
        blocks.push(Block::Text(beginning(message, 600)));
    }
    if let Some(first) = errors.first {
        let failed = run.attempts_of(first).find(|a| run.attempts.status[a.index()].is_failure());
        let at = failed.map_or(UNKNOWN, |a| run.attempts.ended[a.index()]);
        let mut pairs = vec![
            ("First failure".to_owned(), named(run, first)),
            ("Time of failure".to_owned(), Moments::new(run, look).cell(at)),
        ];
        let error = failed.map_or("", |a| run.text(run.attempts.error[a.index()]));
        if !error.is_empty() {
            pairs.push(("Error".to_owned(), Cell::new(in_a_line(error, 300)).exact(shortened(error, 2_000))));
        }
        blocks.push(Block::Pairs(pairs));
        let trace = failed.map_or("", |a| run.text(run.attempts.trace[a.index()]));
        if !trace.is_empty() {
            blocks.push(Block::Text(tail(trace)));
        }
    }
    if !errors.groups.is_empty() {
        blocks.push(Block::Table(groups(facts, rows)));
    }
    if !blocks.is_empty() {
        blocks.extend(crate::rerun::blocks(run, &crate::rerun::Again::Failed));
    }
    (!blocks.is_empty()).then(|| Section::new("failures", "Failures", blocks))
}

fn groups(facts: &Facts, rows: usize) -> Table {
    let run = facts.run();
    let columns = vec![
        Column::number("attempts", "Attempts"),
        Column::number("tasks", "Tasks"),
        Column::text("error", "Error"),
        Column::text("example", "First in"),
    ];
    let mut table = Table::new("Errors by message", columns);
    let groups = &facts.errors().groups;
    for group in groups.iter().take(rows) {
        table.push(vec![
            Cell::new(group.attempts),
            Cell::new(group.tasks.len()),
            error_cell(&group.kind, &group.message),
            group.tasks.first().map_or_else(Cell::default, |t| named(run, *t)),
        ]);
    }
    table.left_out = groups.len() - table.rows.len();
    table
}

/// Returns an error: its class and its message.
pub(super) fn error_cell(kind: &str, message: &str) -> Cell {
    let kind = if kind.is_empty() { String::new() } else { format!("{kind}: ") };
    let text = if message.is_empty() { "(no message)" } else { message };
    Cell::new(in_a_line(&format!("{kind}{text}"), 220)).exact(shortened(message, 2_000))
}

/// Returns every task that did not recover, with its error.
pub fn failed_tasks(facts: &Facts, rows: usize) -> Option<Section> {
    let run = facts.run();
    let failed: Vec<TaskId> = run.task_ids().filter(|t| run.tasks.status[t.index()].is_failure()).collect();
    let columns =
        vec![Column::text("name", "Task"), Column::text("status", "Status"), Column::text("error", "Error")];
    let mut table = Table::new("Failed tasks", columns);
    for &t in failed.iter().take(rows) {
        let error = last_failure(run, t).map_or("", |a| run.text(run.attempts.error[a.index()]));
        let line = error.lines().map(str::trim).find(|l| !l.is_empty()).unwrap_or("");
        table.push(vec![
            named(run, t),
            Cell::of_status(run.tasks.status[t.index()]),
            Cell::new(shortened(line, 220)).exact(shortened(error, 2_000)),
        ]);
    }
    table.left_out = failed.len() - table.rows.len();
    Section::of_table("failed-tasks", table)
}

/// Returns the last attempt of a task with an error.
fn last_failure(run: &Run, task: TaskId) -> Option<AttemptId> {
    run.attempts_of(task).rev().find(|a| !run.attempts.error[a.index()].is_empty())
}

/// Returns findings as text, worst first.
pub fn found(facts: &Facts, rows: usize) -> Option<Section> {
    let all = facts.findings();
    let shown: Vec<Found> = all.iter().take(rows).map(|f| Found::new(facts.run(), f)).collect();
    if shown.is_empty() {
        return None;
    }
    let more = all.len() - shown.len();
    let mut blocks = vec![Block::Found(shown)];
    if more > 0 {
        let more = counted(more, "less important finding");
        blocks.push(note(format!("{more} not shown; `makespan stats` prints all of them.")));
    }
    Some(Section::new("findings", "Findings", blocks))
}

/// Returns the end of a long text.
fn tail(text: &str) -> String {
    let all = text.chars().count();
    if all <= TRACE {
        return text.to_owned();
    }
    let from = text.char_indices().nth(all - TRACE).map_or(0, |(at, _)| at);
    format!("… ({} before)\n{}", counted(all - TRACE, "character"), &text[from..])
}
