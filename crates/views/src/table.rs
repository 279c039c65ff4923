//! Tables as values, which besides scenes are the output of the core.

use std::borrow::Cow;

use makespan_model::{Status, UNKNOWN};
use makespan_scene::{Role, shown_string};
use serde::{Deserialize, Serialize};

use crate::roles::status_role;
use crate::tasks::Spread;
use crate::value::Value;

/// The layout of a column.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Align {
    /// Text.
    #[default]
    Left,
    /// Numbers.
    Right,
    /// Text that is never cut: ids, which people copy.
    Whole,
    /// Drawings of the numbers beside them, for painters of text.
    Plot,
}

/// A column.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Column {
    /// Stable name, for links and programs.
    pub key: Cow<'static, str>,
    /// Title; that of a metric comes from the run.
    pub title: Cow<'static, str>,
    /// Its layout.
    pub align: Align,
    /// The distribution of its numbers over all rows, if a page shows it.
    pub spread: Option<Spread>,
}

impl Column {
    /// Creates a column of text.
    pub const fn text(key: &'static str, title: &'static str) -> Column {
        Column { key: Cow::Borrowed(key), title: Cow::Borrowed(title), align: Align::Left, spread: None }
    }

    /// Creates a column of numbers.
    pub const fn number(key: &'static str, title: &'static str) -> Column {
        Column { key: Cow::Borrowed(key), title: Cow::Borrowed(title), align: Align::Right, spread: None }
    }

    /// Creates a column of ids.
    pub const fn whole(key: &'static str, title: &'static str) -> Column {
        Column { key: Cow::Borrowed(key), title: Cow::Borrowed(title), align: Align::Whole, spread: None }
    }

    /// Creates a column of drawings, without a title.
    pub const fn plot(key: &'static str) -> Column {
        Column { key: Cow::Borrowed(key), title: Cow::Borrowed(""), align: Align::Plot, spread: None }
    }

    /// Sets the distribution of its numbers.
    pub fn spread(self, spread: Option<Spread>) -> Column {
        Column { spread, ..self }
    }

    /// Returns the column with another title.
    pub fn titled(self, title: impl Into<String>) -> Column {
        Column { title: Cow::Owned(title.into()), ..self }
    }
}

/// One cell.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Cell {
    /// Its value.
    pub value: Value,
    /// More exact text (a full name, the basis of a number); if empty, that of the value is used.
    pub exact: String,
    /// The colour of its status or its difference.
    pub status: Option<Role>,
    /// The task that it links to.
    pub task: Option<u32>,
}

impl Cell {
    /// Creates a cell with a value.
    pub fn new(value: impl Into<Value>) -> Cell {
        Cell { value: value.into(), ..Cell::default() }
    }

    /// Creates the cell of a status, in its colour.
    pub fn of_status(status: Status) -> Cell {
        Cell::new(status).status(status_role(status))
    }

    /// Sets the exact text; a long text is cut.
    pub fn exact(mut self, exact: impl Into<String>) -> Cell {
        self.exact = shown_string(exact.into());
        self
    }

    /// Links the cell to a task.
    pub fn task(mut self, task: u32) -> Cell {
        self.task = Some(task);
        self
    }

    /// Sets the colour.
    pub fn status(mut self, role: Role) -> Cell {
        self.status = Some(role);
        self
    }

    /// Returns the shown text.
    pub fn text(&self) -> Cow<'_, str> {
        self.value.text()
    }

    /// Returns the exact text; may be empty.
    pub fn precise(&self) -> Cow<'_, str> {
        if self.exact.is_empty() { Cow::Owned(self.value.precise()) } else { Cow::Borrowed(&self.exact) }
    }
}

/// Returns the cell of a duration, which says so if it is unknown.
pub(crate) fn duration_cell(ns: i64) -> Cell {
    if ns == UNKNOWN { Cell::default().exact("unknown") } else { Cell::new(Value::Duration(ns)) }
}

/// Rows under columns.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Table {
    /// Title.
    pub title: String,
    /// The columns.
    pub columns: Vec<Column>,
    /// The rows, each as long as `columns`.
    pub rows: Vec<Vec<Cell>>,
    /// Number of rows that were omitted because there are too many.
    pub left_out: usize,
}

impl Table {
    /// Creates an empty table.
    pub fn new(title: impl Into<String>, columns: Vec<Column>) -> Table {
        Table { title: title.into(), columns, rows: Vec::new(), left_out: 0 }
    }

    /// Adds a row.
    pub fn push(&mut self, row: Vec<Cell>) {
        self.rows.push(row);
    }

    /// Limits the number of rows; omitted ones are counted.
    pub fn first(mut self, rows: usize) -> Table {
        self.left_out += self.rows.len().saturating_sub(rows);
        self.rows.truncate(rows);
        self
    }

    /// Returns whether there are no rows.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }
}
