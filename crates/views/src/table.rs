//! A table as a value: the other thing that leaves the core, beside the scene.

use std::borrow::Cow;

use makespan_scene::Role;
use serde::{Deserialize, Serialize};

/// How a column is set.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Align {
    /// Text.
    #[default]
    Left,
    /// Numbers.
    Right,
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

    /// The same column under a title that is made.
    pub fn titled(self, title: impl Into<String>) -> Column {
        Column { title: Cow::Owned(title.into()), ..self }
    }
}

/// One cell.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Cell {
    /// What is shown; empty where nothing is known.
    pub text: String,
    /// Words that say more exactly what is shown (an exact duration, a full name); may be empty.
    pub exact: String,
    /// The status it tells of, for its colour and its sign.
    pub status: Option<Role>,
    /// The task it leads to.
    pub task: Option<u32>,
}

impl Cell {
    /// Plain text.
    pub fn new(text: impl Into<String>) -> Cell {
        Cell { text: text.into(), ..Cell::default() }
    }

    /// The same, with the exact value.
    pub fn exact(mut self, exact: impl Into<String>) -> Cell {
        self.exact = exact.into();
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

    /// Whether there are no rows.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }
}
