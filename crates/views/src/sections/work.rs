//! Distribution of work over tasks, steps and workers.

use makespan_analysis::{Facts, StepStat, slowest as slowest_tasks};
use makespan_model::UNKNOWN;

use super::{bar, maybe_share, named};
use crate::look::Look;
use crate::moment::Moments;
use crate::section::{Block, Section};
use crate::table::{Cell, Column, Table, duration_cell};
use crate::tasks::length_of;
use crate::value::Value;

/// Returns the tasks that took longest.
pub fn slowest(facts: &Facts, look: &Look, rows: usize) -> Option<Section> {
    let run = facts.run();
    let own = facts.own_times();
    let mut columns = vec![
        Column::text("name", "Task"),
        Column::text("step", "Step"),
        Column::text("status", "Status"),
        Column::number("start", "Start"),
        Column::number("duration", "Duration"),
    ];
    // Containers are ranked by, and shown with, their own time.
    columns.extend(own.iter().map(|_| Column::number("self", "Self time")));
    columns.extend([Column::number("wait", "Wait"), Column::number("attempts", "Attempts")]);
    let mut table = Table::new("Slowest tasks", columns);
    let moments = Moments::new(run, look);
    for t in slowest_tasks(run, rows) {
        let Some((start, _)) = run.task_interval(t) else { continue };
        let step = run.task_step(t);
        let mut row = vec![
            named(run, t),
            Cell::new(if step == run.task_name(t) { "" } else { step }),
            Cell::of_status(run.tasks.status[t.index()]),
            Cell::new(moments.value(start)),
            duration_cell(length_of(run, t)),
        ];
        row.extend(own.iter().map(|own| duration_cell(own[t.index()])));
        let wait = facts.waiting().wait.get(t.index()).copied().filter(|_| !facts.is_trace());
        row.push(duration_cell(wait.unwrap_or(UNKNOWN)));
        row.push(Cell::new(run.attempts_of(t).len()));
        table.push(row);
    }
    Section::of_table("slowest", table)
}

/// Returns the durations of each step, most work first; `work` is the total of all steps, ns.
pub fn steps(all: &[StepStat], work: i64, rows: usize) -> Option<Section> {
    let columns = vec![
        Column::text("step", "Step"),
        Column::number("tasks", "Tasks"),
        Column::number("failed", "Failed"),
        Column::number("work", "Work"),
        Column::plot("share"),
        Column::number("mean", "Mean"),
        Column::number("median", "Median"),
        Column::number("p95", "P95"),
        Column::number("max", "Longest"),
    ];
    let mut table = Table::new("Work by step", columns);
    for s in all.iter().take(rows) {
        let mut row = vec![
            Cell::new(&s.step),
            Cell::new(s.tasks),
            Cell::new(s.failed),
            Cell::new(Value::Duration(s.work)),
            Cell::new(bar(s.work as f64, work as f64)),
        ];
        row.extend([s.mean, s.median, s.p95, s.max].map(duration_cell));
        table.push(row);
    }
    table.left_out = all.len() - table.rows.len();
    Section::of_table("steps", table)
}

/// Returns the spread of task durations per step, and its part of the critical path.
pub fn step_spread(all: &[StepStat]) -> Option<Section> {
    let columns = vec![
        Column::text("step", "Step"),
        Column::number("deviation", "Std dev"),
        Column::number("min", "Shortest"),
        Column::number("p75", "P75"),
        Column::number("p90", "P90"),
        Column::number("p99", "P99"),
        Column::number("rate", "Failures"),
        Column::number("retried", "Retried"),
        Column::number("critical", "Critical"),
    ];
    let mut table = Table::new("Spread of durations by step", columns);
    for s in all {
        let mut row = vec![Cell::new(&s.step)];
        row.extend([s.deviation, s.min, s.p75, s.p90, s.p99].map(duration_cell));
        row.push(Cell::new(maybe_share(s.failure_rate())));
        row.push(Cell::new(s.retried));
        row.push(Cell::new(Value::Duration(s.critical)));
        table.push(row);
    }
    Section::of_table("step-spread", table)
}

/// Returns the use of each worker. `None` with fewer than two.
pub fn workers(facts: &Facts, rows: usize) -> Option<Section> {
    let all = facts.workers();
    if all.len() < 2 {
        return None;
    }
    let columns = vec![
        Column::text("worker", "Worker"),
        Column::number("attempts", "Attempts"),
        Column::number("busy", "Busy"),
        Column::number("utilisation", "Share of makespan"),
    ];
    let mut table = Table::new("Workers", columns);
    for w in all.iter().take(rows) {
        let name = if w.worker.is_empty() { "(unnamed)" } else { &w.worker };
        table.push(vec![
            Cell::new(name),
            Cell::new(w.attempts),
            duration_cell(w.busy),
            Cell::new(maybe_share(w.utilisation)),
        ]);
    }
    table.left_out = all.len() - table.rows.len();
    Some(Section::new("workers", "Workers", vec![Block::Table(table)]))
}
