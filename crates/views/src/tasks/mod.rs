//! The table of all tasks: sorted, filtered and grouped as indices; only visible rows are built.

mod basic;
mod field;
mod listing;
mod order;
mod spread;
mod tabling;

use makespan_analysis::Facts;
use makespan_model::TaskId;

pub(crate) use basic::length_of;
pub use basic::{start_of, worker_of};
pub use field::Field;
use field::Values;
pub use listing::{Listing, OpenGroup};
pub use order::{Sort, order};
pub use spread::Spread;
pub use tabling::{ColumnAct, Shown, Tabling};

use crate::look::Look;
use crate::moment::Moments;
use crate::table::{Column, Table};

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
