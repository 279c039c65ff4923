//! The table of all tasks: sorted and filtered as indices; only visible rows are built.

use makespan_analysis::natural_cmp;
use makespan_model::{Order as _, Run, TaskId, UNKNOWN};

use crate::look::Look;
use crate::moment::Moments;
use crate::table::{Cell, Column, Table, duration_cell};

/// The sort key of the table.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
pub enum SortKey {
    /// First start.
    #[default]
    Start,
    /// Name, numbers in it by value.
    Name,
    /// Step.
    Step,
    /// Status.
    Status,
    /// First start to last end.
    Duration,
    /// Time between being ready and starting.
    Wait,
    /// Number of attempts.
    Attempts,
    /// Worker of the last attempt.
    Worker,
}

impl SortKey {
    /// All keys, in the order of the columns.
    pub const ALL: [SortKey; 8] = [
        SortKey::Status,
        SortKey::Name,
        SortKey::Step,
        SortKey::Start,
        SortKey::Duration,
        SortKey::Wait,
        SortKey::Attempts,
        SortKey::Worker,
    ];

    /// Returns the name in links and of the column.
    pub fn name(self) -> &'static str {
        match self {
            SortKey::Status => "status",
            SortKey::Name => "name",
            SortKey::Step => "step",
            SortKey::Start => "start",
            SortKey::Duration => "duration",
            SortKey::Wait => "wait",
            SortKey::Attempts => "attempts",
            SortKey::Worker => "worker",
        }
    }

    /// Returns its title.
    pub fn title(self) -> &'static str {
        match self {
            SortKey::Status => "Status",
            SortKey::Name => "Task",
            SortKey::Step => "Step",
            SortKey::Start => "Start",
            SortKey::Duration => "Duration",
            SortKey::Wait => "Wait",
            SortKey::Attempts => "Attempts",
            SortKey::Worker => "Worker",
        }
    }

    /// Returns its column.
    pub fn column(self) -> Column {
        match self {
            SortKey::Status | SortKey::Name | SortKey::Step | SortKey::Worker => {
                Column::text(self.name(), self.title())
            }
            _ => Column::number(self.name(), self.title()),
        }
    }
}

/// Order of the table.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
pub struct Sort {
    /// The key.
    pub key: SortKey,
    /// Whether the largest come first.
    pub descending: bool,
}

/// Returns the first known start of a task, or [`UNKNOWN`].
pub fn start_of(run: &Run, t: TaskId) -> i64 {
    let starts = run.attempts_of(t).map(|a| run.attempts.started[a.index()]);
    starts.filter(|s| *s != UNKNOWN).min().unwrap_or(UNKNOWN)
}

/// Returns the worker of the last attempt of a task; empty if unknown.
pub fn worker_of(run: &Run, t: TaskId) -> &str {
    run.attempts_of(t).next_back().map_or("", |a| run.text(run.attempts.worker[a.index()]))
}

/// Returns the tasks in `mask`, sorted. Unknown values come last in either direction. O(n log n).
pub fn order(run: &Run, wait: &[i64], mask: Option<&[bool]>, sort: Sort) -> Vec<u32> {
    let passes = |t: &TaskId| mask.is_none_or(|m| m.get(t.index()).copied().unwrap_or(true));
    let mut tasks: Vec<u32> = run.task_ids().filter(passes).map(|t| t.0).collect();
    let by_number = |value: Vec<i64>, tasks: &mut Vec<u32>| {
        tasks.order_by_numbers(|&t| {
            let v = value[t as usize];
            (v == UNKNOWN, if sort.descending { v.saturating_neg() } else { v })
        });
    };
    let all = |f: &dyn Fn(TaskId) -> i64| run.task_ids().map(f).collect::<Vec<i64>>();
    let mut by_text = |f: &dyn Fn(TaskId) -> String| {
        let names: Vec<String> = run.task_ids().map(f).collect();
        tasks.order_by(|&a, &b| {
            let (a, b) = (&names[a as usize], &names[b as usize]);
            let order = natural_cmp(a, b);
            a.is_empty().cmp(&b.is_empty()).then(if sort.descending { order.reverse() } else { order })
        });
    };
    match sort.key {
        SortKey::Name => by_text(&|t| run.task_name(t).to_owned()),
        SortKey::Step => by_text(&|t| run.task_step(t).to_owned()),
        SortKey::Worker => by_text(&|t| worker_of(run, t).to_owned()),
        SortKey::Start => by_number(all(&|t| start_of(run, t)), &mut tasks),
        SortKey::Status => by_number(all(&|t| run.tasks.status[t.index()] as i64), &mut tasks),
        SortKey::Attempts => by_number(all(&|t| run.attempts_of(t).len() as i64), &mut tasks),
        SortKey::Wait => by_number(wait.to_vec(), &mut tasks),
        SortKey::Duration => {
            by_number(all(&|t| length_of(run, t)), &mut tasks);
        }
    }
    tasks
}

/// Returns the time from the first start to the last end of a task, ns; [`UNKNOWN`] if either is unknown.
pub(crate) fn length_of(run: &Run, t: TaskId) -> i64 {
    run.task_interval(t).map_or(UNKNOWN, |(s, e)| e.saturating_sub(s))
}

/// Returns the columns.
pub fn columns() -> Vec<Column> {
    SortKey::ALL.into_iter().map(SortKey::column).collect()
}

/// Returns the cells of one task, as many as [`columns`].
fn row(run: &Run, wait: &[i64], t: TaskId, moments: &Moments) -> Vec<Cell> {
    let start = start_of(run, t);
    let start_cell = match start {
        UNKNOWN => Cell::default().exact("no start in this file"),
        _ => moments.cell(start),
    };
    vec![
        Cell::of_status(run.tasks.status[t.index()]),
        Cell::new(run.task_name(t)).exact(run.task_id(t)).task(t.0),
        Cell::new(run.task_step(t)),
        start_cell,
        duration_cell(length_of(run, t)),
        duration_cell(wait.get(t.index()).copied().unwrap_or(UNKNOWN)),
        Cell::new(run.attempts_of(t).len()),
        Cell::new(worker_of(run, t)),
    ]
}

/// Returns rows `from..to` of an order as a table.
pub fn table(run: &Run, wait: &[i64], order: &[u32], range: std::ops::Range<usize>, look: &Look) -> Table {
    let mut table = Table::new("Tasks", columns());
    let moments = Moments::new(run, look);
    let end = range.end.min(order.len());
    for &t in &order[range.start.min(end)..end] {
        table.push(row(run, wait, TaskId(t), &moments));
    }
    table.left_out = order.len() - table.rows.len();
    table
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn order_is_natural_and_unknown_comes_last() {
        let run = makespan_model::notation::run("t10 0..1 w\nt2 3..9 w\nt1 5..6 w\nlater - -").unwrap();
        let check = |key, descending| -> Vec<&str> {
            let order = order(&run, &[UNKNOWN; 4], None, Sort { key, descending });
            order.into_iter().map(|t| run.task_id(TaskId(t))).collect()
        };
        assert_eq!(check(SortKey::Name, false), ["later", "t1", "t2", "t10"]);
        assert_eq!(check(SortKey::Duration, true), ["t2", "t10", "t1", "later"]);
        assert_eq!(check(SortKey::Duration, false), ["t10", "t1", "t2", "later"]);
        assert_eq!(check(SortKey::Start, true)[3], "later");
    }
}
