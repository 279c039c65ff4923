//! Lost time and resources: slow tasks, failed attempts, unused requests.

use makespan_analysis::Facts;
use makespan_scene::{count, counted, duration};

use super::{bar, maybe_share, named};
use crate::section::{Block, Section, note};
use crate::table::{Cell, Column, Table, duration_cell};
use crate::value::Value;

/// Returns tasks that took much longer than the others of their step.
pub fn stragglers(facts: &Facts, rows: usize) -> Option<Section> {
    let run = facts.run();
    let columns = vec![
        Column::text("task", "Task"),
        Column::text("step", "Step"),
        Column::number("duration", "Duration"),
        Column::number("median", "Median of step"),
        Column::number("peers", "Tasks of step"),
    ];
    let mut table = Table::new("Tasks slow for their step", columns);
    for s in facts.stragglers() {
        table.push(vec![
            named(run, s.task),
            Cell::new(run.task_step(s.task)),
            Cell::new(Value::Duration(s.duration)),
            Cell::new(Value::Duration(s.median)),
            Cell::new(s.peers),
        ]);
    }
    Section::of_table("stragglers", table.first(rows))
}

/// Returns the cost of failed attempts and the pauses after them.
pub fn retries(facts: &Facts, rows: usize) -> Option<Section> {
    let r = facts.retries();
    let columns = vec![
        Column::text("task", "Task"),
        Column::number("attempts", "Attempts"),
        Column::number("lost", "Work lost"),
        Column::number("backoff", "Between attempts"),
        Column::number("delay", "Delay"),
    ];
    let mut table = Table::new("Failed attempts", columns);
    for t in &r.tasks {
        let mut row = vec![named(facts.run(), t.task), Cell::new(t.attempts)];
        row.extend([t.lost, t.backoff, t.delay].map(duration_cell));
        table.push(row);
    }
    if table.is_empty() {
        return None;
    }
    let retried = match r.retried {
        0 => String::new(),
        n => format!(
            ", {} passed between attempts; {} of {} succeeded",
            duration(r.backoff),
            count(u64::from(r.recovered)),
            counted(n, "retried task")
        ),
    };
    let again = match r.repeated {
        0 => String::new(),
        ns => format!(" {} of work succeeded and was done again.", duration(ns)),
    };
    let sum = note(format!("{} of work was lost{retried}.{again}", duration(r.lost)));
    Some(Section::new("retries", "Failed attempts", vec![Block::Table(table.first(rows)), sum]))
}

/// Returns how much of the requested resources was used, over the time for which they were held.
pub fn requests(facts: &Facts) -> Option<Section> {
    let columns = vec![
        Column::text("what", "Resource"),
        Column::plot("bar"),
        Column::number("used", "Used"),
        Column::number("tasks", "Tasks"),
    ];
    let mut table = Table::new("Use of requested resources", columns);
    let requests = facts.requests();
    for (what, waste) in [("processors", requests.cpus), ("memory", requests.memory)] {
        if let Some(waste) = waste {
            table.push(vec![
                Cell::new(what),
                Cell::new(bar(waste.share().unwrap_or(0.0), 1.0)),
                Cell::new(maybe_share(waste.share())),
                Cell::new(waste.tasks),
            ]);
        }
    }
    Section::of_table("requests", table)
}
