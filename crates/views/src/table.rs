//! A table as a value: the other thing that leaves the core, beside the scene.

use std::borrow::Cow;

use makespan_model::{Status, UNKNOWN};
use makespan_scene::{Role, shown_string};
use serde::{Deserialize, Serialize};

use crate::roles::status_role;
use crate::value::Value;

/// How a column is set.
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
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Column {
    /// Stable name, for links and machines.
    pub key: Cow<'static, str>,
    /// What people read; that of a metric comes from the run.
    pub title: Cow<'static, str>,
    /// How it is set.
    pub align: Align,
}

impl Column {
    /// A column of text.
    pub const fn text(key: &'static str, title: &'static str) -> Column {
        Column { key: Cow::Borrowed(key), title: Cow::Borrowed(title), align: Align::Left }
    }

    /// A column of numbers.
    pub const fn number(key: &'static str, title: &'static str) -> Column {
        Column { key: Cow::Borrowed(key), title: Cow::Borrowed(title), align: Align::Right }
    }

    /// A column of ids.
    pub const fn whole(key: &'static str, title: &'static str) -> Column {
        Column { key: Cow::Borrowed(key), title: Cow::Borrowed(title), align: Align::Whole }
    }

    /// A column of drawings, without a title.
    pub const fn plot(key: &'static str) -> Column {
        Column { key: Cow::Borrowed(key), title: Cow::Borrowed(""), align: Align::Plot }
    }

    /// The same column under a title that is made.
    pub fn titled(self, title: impl Into<String>) -> Column {
        Column { title: Cow::Owned(title.into()), ..self }
    }
}

/// One cell.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Cell {
    /// What it holds.
    pub value: Value,
    /// Words that say more exactly what is shown (a full name, what a number rests on); where there are none, those of
    /// the value stand in.
    pub exact: String,
    /// The colour of its status or of its difference.
    pub status: Option<Role>,
    /// The task it leads to.
    pub task: Option<u32>,
}

impl Cell {
    /// A cell that holds a value.
    pub fn new(value: impl Into<Value>) -> Cell {
        Cell { value: value.into(), ..Cell::default() }
    }

    /// A status, in its colour.
    pub fn of_status(status: Status) -> Cell {
        Cell::new(status).status(status_role(status))
    }

    /// The same, with the exact value; of a long text the beginning.
    pub fn exact(mut self, exact: impl Into<String>) -> Cell {
        self.exact = shown_string(exact.into());
        self
    }

    /// The same, leading to a task.
    pub fn task(mut self, task: u32) -> Cell {
        self.task = Some(task);
        self
    }

    /// The same, in the colour of a status.
    pub fn status(mut self, role: Role) -> Cell {
        self.status = Some(role);
        self
    }

    /// What is shown.
    pub fn text(&self) -> Cow<'_, str> {
        self.value.text()
    }

    /// Words that say more exactly what is shown; may be empty.
    pub fn precise(&self) -> Cow<'_, str> {
        if self.exact.is_empty() { Cow::Owned(self.value.precise()) } else { Cow::Borrowed(&self.exact) }
    }
}

/// A duration in a cell, which says so where it is not known.
pub(crate) fn duration_cell(ns: i64) -> Cell {
    if ns == UNKNOWN { Cell::default().exact("unknown") } else { Cell::new(Value::Duration(ns)) }
}

/// Rows under columns.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Table {
    /// What it holds, in a few words.
    pub title: String,
    /// The columns.
    pub columns: Vec<Column>,
    /// The rows, each as long as `columns`.
    pub rows: Vec<Vec<Cell>>,
    /// How many rows were left out, where there are too many to show.
    pub left_out: usize,
}

impl Table {
    /// An empty table.
    pub fn new(title: impl Into<String>, columns: Vec<Column>) -> Table {
        Table { title: title.into(), columns, rows: Vec::new(), left_out: 0 }
    }

    /// Adds a row.
    pub fn push(&mut self, row: Vec<Cell>) {
        self.rows.push(row);
    }

    /// The same with at most so many rows; those left out are counted.
    pub fn first(mut self, rows: usize) -> Table {
        self.left_out += self.rows.len().saturating_sub(rows);
        self.rows.truncate(rows);
        self
    }

    /// Whether there are no rows.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }
}
