//! Waits of tasks, and the tasks that delayed others.

use makespan_analysis::{Cause, CauseSums, Facts};
use makespan_model::Order as _;
use makespan_model::TaskId;
use makespan_scene::duration;

use super::{breakdown, named, parts};
use crate::section::{Block, Section, note};
use crate::table::{Cell, Column, Table, duration_cell};
use crate::value::Value;

/// Returns waiting by cause, the longest waits, and the tasks that delayed others; the time before tasks were ready is
/// separate. `None` if nothing waited, and for a trace.
pub fn waiting(facts: &Facts, rows: usize) -> Option<Section> {
    let (run, causes) = (facts.run(), facts.causes());
    // Spans of a trace are not scheduled and do not wait.
    if facts.is_trace() {
        return None;
    }
    let CauseSums { dependency, slot, queue, backoff, unknown } = causes.sums;
    let mut by_cause = Table::new("Waiting by cause", breakdown("Cause", "Time, all tasks"));
    by_cause.rows = parts(&[
        ("no free slot", slot),
        ("queue or scheduler", queue),
        ("between attempts", backoff),
        ("unknown", unknown),
    ]);
    if by_cause.is_empty() && dependency <= 0 {
        return None;
    }
    let mut blocks = Vec::new();
    if !by_cause.is_empty() {
        blocks.push(Block::Table(by_cause));
    }
    let longest = longest_waits(facts, rows);
    if !longest.is_empty() {
        blocks.push(Block::Table(longest));
    }
    if !causes.culprits.is_empty() {
        let columns = vec![
            Column::text("task", "Task"),
            Column::number("dependency", "Wait of dependents"),
            Column::number("slot", "Wait for its slot"),
        ];
        let mut table = Table::new("Tasks that delayed others", columns);
        for c in causes.culprits.iter().take(rows) {
            table.push(vec![named(run, c.task), duration_cell(c.dependency), duration_cell(c.slot)]);
        }
        table.left_out = causes.culprits.len() - table.rows.len();
        blocks.push(Block::Table(table));
    }
    if dependency > 0 {
        blocks.push(note(format!(
            "Not included: {} during which tasks were not ready because a dependency had not finished.",
            duration(dependency)
        )));
    }
    blocks.push(note(
        "Times are summed over tasks: ten tasks that wait one minute count as ten minutes. They are not parts of the makespan.",
    ));
    if run.edges_inferred {
        blocks.push(note("Dependencies are inferred from times."));
    }
    Some(Section::new("waiting", "Waiting", blocks))
}

/// Returns the tasks that waited longest after they were ready, and the main cause.
pub fn longest_waits(facts: &Facts, rows: usize) -> Table {
    let (run, waits) = (facts.run(), &facts.waiting().wait);
    let mut order: Vec<TaskId> = run.task_ids().filter(|t| waits[t.index()] > 0).collect();
    order.order_by_key(|t| (std::cmp::Reverse(waits[t.index()]), *t));
    let columns = vec![
        Column::text("task", "Task"),
        Column::number("wait", "Wait"),
        Column::number("most", "Main part"),
        Column::text("cause", "Cause"),
        Column::text("blocker", "Blocker"),
    ];
    let mut table = Table::new("Longest waits of ready tasks", columns);
    for &t in order.iter().take(rows) {
        let ready = facts.wait_pieces(t).into_iter().filter(|p| !matches!(p.cause, Cause::Dependency(_)));
        let Some(most) = ready.max_by_key(|p| (p.to.saturating_sub(p.from), -p.from)) else { continue };
        let (cause, blocker) = match most.cause {
            Cause::Slot(holder) => ("no free slot", named(run, TaskId(run.attempts.task[holder.index()]))),
            Cause::Queue => ("queue or scheduler", Cell::default()),
            Cause::Backoff => ("between attempts", Cell::default()),
            Cause::Dependency(_) | Cause::Unknown => ("unknown", Cell::default()),
        };
        table.push(vec![
            named(run, t),
            duration_cell(waits[t.index()]),
            Cell::new(Value::Duration(most.to.saturating_sub(most.from))),
            Cell::new(cause),
            blocker,
        ]);
    }
    table.left_out = order.len() - table.rows.len();
    table
}
