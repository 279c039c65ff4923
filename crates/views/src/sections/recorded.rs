//! Alerts and log lines.

use makespan_model::{Order as _, Run};

use super::named;
use crate::clip::in_a_line;
use crate::look::Look;
use crate::moment::Moments;
use crate::recorded::Recorded;
use crate::section::Section;
use crate::table::{Cell, Column, Table};

/// Maximum length of a text in the table, in characters.
const LONGEST: usize = 1_000;

/// Returns alerts and log lines ([`Recorded::of`]) in order of time; if there are more than `rows`, the most severe
/// ones. `None` if there are none.
pub fn recorded(run: &Run, look: &Look, rows: usize) -> Option<Section> {
    let columns = vec![
        Column::number("t", "Time"),
        Column::text("severity", "Severity"),
        Column::text("task", "Task"),
        Column::text("text", "Text"),
    ];
    let mut table = Table::new("Events", columns);
    let all = Recorded::of(run);
    let mut order: Vec<usize> = (0..all.len()).collect();
    order.order_by_key(|&i| (all[i].is_over(run), std::cmp::Reverse(all[i].severity), i));
    table.left_out = all.len().saturating_sub(rows);
    order.truncate(rows);
    order.order();
    let moments = Moments::new(run, look);
    for entry in order.into_iter().map(|i| &all[i]) {
        table.push(vec![
            moments.cell(entry.t),
            Cell::new(entry.level(run)).status(entry.role(run)),
            entry.task(run).map_or_else(Cell::default, |t| named(run, makespan_model::TaskId(t))),
            Cell::new(in_a_line(entry.text(run), LONGEST)).exact(entry.text(run)),
        ]);
    }
    Section::of_table("recorded", table)
}
