//! The timeline as a table: the same attempts, and tasks without bars, in the same order, for reading without the
//! picture.

use makespan_model::{AttemptId, Run, TaskId, UNKNOWN};

use super::{Index, Lane, axis};
use crate::look::Look;
use crate::roles::status_role;
use crate::table::{Cell, Column, Table, duration_cell};

/// Returns the attempts `range` of the timeline, lane by lane.
pub fn twin(run: &Run, index: &Index, look: &Look, range: std::ops::Range<usize>) -> Table {
    let columns = vec![
        Column::text("lane", "Lane"),
        Column::text("name", "Task"),
        Column::number("try", "Try"),
        Column::text("status", "Status"),
        Column::number("queued", "Queued for"),
        Column::number("start", "Start"),
        Column::number("duration", "Duration"),
    ];
    let mut table = Table::new("Attempts by lane", columns);
    let total: usize = index.lanes.iter().map(Lane::listed).sum();
    let mut at = 0;
    for lane in &index.lanes {
        let next = at + lane.listed();
        if next > range.start && at < range.end {
            let within = range.start.saturating_sub(at)..range.end.min(next) - at;
            if let Some(task) = lane.idle {
                table.push(idle(run, lane, TaskId(task)));
            }
            let rows = index.attempts(lane).skip(within.start).take(within.len());
            rows.for_each(|a| table.push(row(run, lane, a, look)));
        }
        at = next;
    }
    table.left_out = total - table.rows.len();
    table
}

fn row(run: &Run, lane: &Lane, attempt: AttemptId, look: &Look) -> Vec<Cell> {
    let i = attempt.index();
    let a = &run.attempts;
    let task = TaskId(a.task[i]);
    let known = |t: i64| if t == UNKNOWN { Cell::new("") } else { Cell::new(axis::moment(run, t, look)) };
    let between =
        |from: i64, to: i64| if from == UNKNOWN || to == UNKNOWN { UNKNOWN } else { to.saturating_sub(from) };
    vec![
        Cell::new(lane.name.clone()),
        Cell::new(run.task_name(task)).exact(run.task_id(task)).task(task.0),
        Cell::new(a.number[i].to_string()),
        Cell::new(a.status[i].name()).status(status_role(a.status[i])),
        duration_cell(between(a.queued[i], a.started[i])),
        known(a.started[i]),
        duration_cell(between(a.started[i], a.ended[i])),
    ]
}

fn idle(run: &Run, lane: &Lane, task: TaskId) -> Vec<Cell> {
    let status = run.tasks.status[task.index()];
    let mut cells = vec![
        Cell::new(lane.name.clone()),
        Cell::new(run.task_name(task)).exact(run.task_id(task)).task(task.0),
        Cell::new(""),
        Cell::new(status.name()).status(status_role(status)),
    ];
    cells.resize_with(7, || Cell::new(""));
    cells
}
