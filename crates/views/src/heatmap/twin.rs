//! A matrix as text and as a table.

use makespan_scene::counted;

use super::{Fill, Lead, Matrix};
use crate::chart::said;
use crate::table::{Cell, Column, Table};

/// Maximum number of columns in the table.
const MOST_COLUMNS: usize = 64;

/// Returns the text of a cell: its row, its column, its exact value.
pub fn tip(matrix: &dyn Matrix, row: usize, column: usize) -> String {
    if row >= matrix.rows() || column >= matrix.columns() {
        return String::new();
    }
    let full = |head: super::Head| if head.exact.is_empty() { head.text } else { head.exact };
    let value = matrix.entries(row, column..column + 1).pop().map(|entry| entry.exact).unwrap_or_default();
    said(&format!("{}\n{}\n{value}", full(matrix.row(row)), full(matrix.column(column))))
}

/// Returns rows of the matrix as a table, in the same order.
pub fn twin(matrix: &dyn Matrix, rows: std::ops::Range<usize>) -> Table {
    let shown = matrix.columns().min(MOST_COLUMNS);
    let more = matrix.columns() - shown;
    let title = if more > 0 {
        format!("{}; {}", matrix.title(), counted(more, "more column"))
    } else {
        matrix.title().to_owned()
    };
    let mut columns = vec![Column::text("row", "").titled(matrix.corner())];
    columns.extend((0..shown).map(|c| Column::number("value", "").titled(matrix.column(c).text)));
    let mut table = Table::new(title, columns);
    let to = rows.end.min(matrix.rows());
    for row in rows.start.min(to)..to {
        let head = matrix.row(row);
        let mut first = Cell::new(head.text).exact(head.exact);
        first.status = head.status;
        if let Some(Lead::Task(task)) = matrix.lead(row, 0) {
            first.task = Some(task.0);
        }
        let cells = matrix.entries(row, 0..shown).into_iter().map(|entry| {
            let text = match entry.fill {
                Fill::Value(_) if entry.text.is_empty() => entry.exact.clone(),
                Fill::Value(_) => entry.text,
                Fill::Unknown | Fill::Nothing => String::new(),
            };
            Cell { status: entry.sign, ..Cell::new(text).exact(entry.exact) }
        });
        table.push(std::iter::once(first).chain(cells).collect());
    }
    table.left_out = matrix.rows() - table.rows.len();
    table
}
