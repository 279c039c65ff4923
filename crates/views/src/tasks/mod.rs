//! The table of all tasks: sorted, filtered and grouped as indices; only visible rows are built.

mod field;
mod listing;
mod spread;
mod tabling;

use makespan_analysis::{Facts, natural_cmp};
use makespan_model::{Order as _, Run, TaskId, UNKNOWN};

pub use field::Field;
use field::Values;
pub use listing::{Listing, OpenGroup};
pub use spread::Spread;
pub use tabling::{ColumnAct, Shown, Tabling};

use crate::look::Look;
use crate::moment::Moments;
use crate::table::{Column, Table};

/// Order of the table.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
pub struct Sort {
    /// The field.
    pub key: Field,
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

/// Returns the time from the first start to the last end of a task, ns; [`UNKNOWN`] if either is unknown.
pub(crate) fn length_of(run: &Run, t: TaskId) -> i64 {
    run.task_interval(t).map_or(UNKNOWN, |(s, e)| e.saturating_sub(s))
}

/// Returns the tasks in `mask`, sorted. Unknown values come last in either direction. O(n log n).
pub fn order(facts: &Facts, mask: Option<&[bool]>, sort: &Sort) -> Vec<u32> {
    sorted(facts, &Values::new(facts, &sort.key), mask, sort)
}

/// Does the same with the values of the sort field.
fn sorted(facts: &Facts, values: &Values, mask: Option<&[bool]>, sort: &Sort) -> Vec<u32> {
    let run = facts.run();
    let passes = |t: &TaskId| mask.is_none_or(|m| m.get(t.index()).copied().unwrap_or(true));
    let mut tasks: Vec<u32> = run.task_ids().filter(passes).map(|t| t.0).collect();
    let turned = |v: i64| if sort.descending { v.saturating_neg() } else { v };
    match values {
        Values::Own if sort.key == Field::Status => {
            tasks.order_by_numbers(|&t| turned(run.tasks.status[t as usize] as i64));
        }
        Values::Own | Values::Texts(_) => {
            let text = |t: &u32| values.text(run, &sort.key, TaskId(*t));
            tasks.order_by(|a, b| {
                let (a, b) = (text(a), text(b));
                let order = natural_cmp(a, b);
                a.is_empty().cmp(&b.is_empty()).then(if sort.descending { order.reverse() } else { order })
            });
        }
        Values::Moments(all) | Values::Lengths(all) => {
            tasks.order_by_numbers(|&t| {
                let v = all.get(t as usize).copied().unwrap_or(UNKNOWN);
                (v == UNKNOWN, turned(v))
            });
        }
        Values::Numbers(all, _) => tasks.order_by(|a, b| {
            let (a, b) = (all[*a as usize], all[*b as usize]);
            let order = a.total_cmp(&b);
            a.is_nan().cmp(&b.is_nan()).then(if sort.descending { order.reverse() } else { order })
        }),
    }
    tasks
}

/// Returns the default columns.
pub fn columns() -> Vec<Column> {
    Field::USUAL.iter().map(Field::column).collect()
}

/// Returns rows `from..to` of an order as a table with the default columns.
pub fn table(facts: &Facts, order: &[u32], range: std::ops::Range<usize>, look: &Look) -> Table {
    let run = facts.run();
    let mut table = Table::new("Tasks", columns());
    let moments = Moments::new(run, look);
    let end = range.end.min(order.len());
    let values = Field::USUAL.map(|field| (Values::new(facts, &field), field));
    for &t in &order[range.start.min(end)..end] {
        table.push(values.iter().map(|(v, field)| v.cell(run, field, TaskId(t), &moments)).collect());
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
        let facts = Facts::new(std::sync::Arc::new(run));
        let check = |key, descending| -> Vec<&str> {
            let order = order(&facts, None, &Sort { key, descending });
            order.into_iter().map(|t| facts.run().task_id(TaskId(t))).collect()
        };
        assert_eq!(check(Field::Name, false), ["later", "t1", "t2", "t10"]);
        assert_eq!(check(Field::Duration, true), ["t2", "t10", "t1", "later"]);
        assert_eq!(check(Field::Duration, false), ["t10", "t1", "t2", "later"]);
        assert_eq!(check(Field::Work, true), ["t2", "t10", "t1", "later"]);
        assert_eq!(check(Field::Start, true)[3], "later");
        assert_eq!(check(Field::End, false), ["t10", "t1", "t2", "later"]);
    }
}
