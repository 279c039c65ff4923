//! A table as it is shown, as text for spreadsheets: its own columns, with numbers as numbers.

use std::borrow::Cow;

use makespan_views::{Align, Cell, Column, Table, Value};

use crate::csv::Csv;
use crate::rows::Rows as _;

/// A table that grows by parts, each with the same columns.
pub struct ShownTable {
    csv: Csv,
    rows: usize,
}

impl ShownTable {
    /// Creates a table; its columns come with the first part. With `tabs`, cells are separated by tabs, as programs
    /// expect it from the clipboard, otherwise by commas.
    pub fn new(tabs: bool) -> ShownTable {
        ShownTable { csv: Csv::separated(if tabs { '\t' } else { ',' }), rows: 0 }
    }

    /// Adds rows.
    pub fn add(&mut self, table: &Table) {
        let columns: Vec<(usize, &Column)> =
            table.columns.iter().enumerate().filter(|(_, c)| c.align != Align::Plot).collect();
        if self.csv.is_empty() {
            for (at, column) in &columns {
                let unit = table.rows.iter().find_map(|row| unit(&row.get(*at)?.value));
                let title = &column.title;
                self.csv.text(&unit.map_or_else(|| title.to_string(), |unit| format!("{title} ({unit})")));
            }
            self.csv.end();
        }
        for row in &table.rows {
            columns.iter().for_each(|(at, _)| self.cell(row.get(*at)));
            self.csv.end();
        }
        self.rows += table.rows.len();
    }

    fn cell(&mut self, cell: Option<&Cell>) {
        let Some(cell) = cell else { return self.csv.word("") };
        match cell.value {
            Value::Count(n) => self.csv.word(&n.to_string()),
            Value::Number(n) | Value::Measured { value: n, .. } | Value::Share(n) | Value::Bytes(n) => {
                self.csv.value(n);
            }
            Value::Difference(n) => self.csv.value(n),
            Value::Duration(ns) | Value::Delta(ns) => self.csv.seconds(ns),
            Value::Time { t, .. } | Value::Clock { t, .. } => self.csv.time(t),
            _ => self.csv.text(&cell.text()),
        }
    }

    /// Returns the number of rows.
    pub fn len(&self) -> usize {
        self.rows
    }

    /// Returns whether there are no rows.
    pub fn is_empty(&self) -> bool {
        self.rows == 0
    }

    /// Returns the text.
    pub fn finish(self) -> String {
        self.csv.finish()
    }
}

/// Returns the unit of a number as [`ShownTable`] writes it.
fn unit(value: &Value) -> Option<Cow<'_, str>> {
    match value {
        Value::Duration(_) | Value::Delta(_) => Some(Cow::Borrowed("s")),
        Value::Bytes(_) => Some(Cow::Borrowed("bytes")),
        Value::Measured { unit, .. } => Some(Cow::Borrowed(unit)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_stay_numbers_and_formulas_are_text() {
        let columns = vec![Column::text("name", "Task"), Column::number("d", "Duration"), Column::plot("p")];
        let mut table = Table::new("Tasks", columns);
        table.push(vec![Cell::new("=1+1"), Cell::new(Value::Duration(1_500_000_000)), Cell::default()]);
        table.push(vec![Cell::new("a,\tb"), Cell::default(), Cell::default()]);
        let text = |tabs| {
            let mut shown = ShownTable::new(tabs);
            shown.add(&table);
            shown.add(&table);
            assert_eq!(shown.len(), 4);
            shown.finish()
        };
        let rows = "'=1+1,1.5\r\n\"a,\tb\",\r\n";
        assert_eq!(text(false), format!("Task,Duration (s)\r\n{rows}{rows}"));
        assert!(text(true).starts_with("Task\tDuration (s)\r\n'=1+1\t1.5\r\n\"a,\tb\"\t\r\n"));
    }
}
