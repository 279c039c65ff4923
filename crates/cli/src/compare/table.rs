//! Columns of text that fit the terminal.

use makespan_scene::Role;

use crate::terminal::{Terminal, clipped, columns, fitted, right};

/// How a column is set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Set {
    /// Names: on the left, cut where there is no room.
    Name,
    /// Numbers: on the right, never cut.
    Number,
    /// Characters that are a picture: on the left, never cut.
    Picture,
    /// Words at the end of a line, one such column at most: cut where there is no room.
    Words,
}

/// A cell and its colour.
#[derive(Clone, Debug)]
pub(super) struct Cell {
    text: String,
    role: Role,
}

impl Cell {
    pub(super) fn new(text: impl Into<String>) -> Cell {
        Cell { text: text.into(), role: Role::Surface }
    }

    pub(super) fn role(mut self, role: Role) -> Cell {
        self.role = role;
        self
    }
}

/// Rows under headings, indented by four.
pub(super) struct Table {
    columns: Vec<(&'static str, Set)>,
    rows: Vec<Vec<Cell>>,
}

const INDENT: usize = 4;
const GAP: usize = 2;
/// The least that is left of a name.
const SHORTEST_NAME: usize = 12;

impl Table {
    pub(super) fn new(columns: &[(&'static str, Set)]) -> Table {
        Table { columns: columns.to_vec(), rows: Vec::new() }
    }

    pub(super) fn push(&mut self, row: Vec<Cell>) {
        self.rows.push(row);
    }

    /// Appends the table. Columns without content are left out; names and words share what numbers and pictures
    /// leave of the line.
    pub(super) fn write(&self, terminal: Terminal, out: &mut String) {
        let broad = |c: usize| {
            let cells = self.rows.iter().filter_map(|row| row.get(c)).map(|cell| columns(&cell.text));
            match cells.max().unwrap_or(0) {
                0 => 0,
                most => most.max(columns(self.columns[c].0)),
            }
        };
        let mut widths: Vec<usize> = (0..self.columns.len()).map(broad).collect();
        let is = |c: usize, set: Set| self.columns[c].1 == set;
        let sum =
            |widths: &[usize], set: Set| (0..widths.len()).filter(|&c| is(c, set)).map(|c| widths[c]).sum();
        let shown = widths.iter().filter(|w| **w > 0).count();
        let fixed: usize = sum(&widths, Set::Number) + sum(&widths, Set::Picture);
        let room = terminal.width.saturating_sub(INDENT + shown.saturating_sub(1) * GAP + fixed);
        let (names, words): (usize, usize) = (sum(&widths, Set::Name), sum(&widths, Set::Words));
        let words = words.min(room.saturating_sub(names).max(room / 3));
        // The widest name gives first.
        let mut over = (names + words).saturating_sub(room);
        while over > 0 {
            let Some(widest) = (0..widths.len()).filter(|&c| is(c, Set::Name)).max_by_key(|&c| widths[c])
            else {
                break;
            };
            if widths[widest] <= SHORTEST_NAME {
                break;
            }
            widths[widest] -= 1;
            over -= 1;
        }
        if let Some(c) = (0..widths.len()).find(|&c| is(c, Set::Words)) {
            widths[c] = words;
        }
        let line = |cells: &mut dyn Iterator<Item = (String, Role)>| {
            let mut text = " ".repeat(INDENT);
            for ((cell, role), (c, width)) in cells.zip(widths.iter().enumerate()) {
                if *width == 0 {
                    continue;
                }
                let set = match self.columns[c].1 {
                    Set::Name | Set::Picture => fitted(&cell, *width),
                    Set::Number => right(&cell, *width),
                    Set::Words => clipped(&cell, *width),
                };
                text.push_str(&terminal.paint(role, &set));
                text.push_str("  ");
            }
            text.truncate(text.trim_end().len());
            text.push('\n');
            text
        };
        if self.columns.iter().any(|c| !c.0.is_empty()) {
            out.push_str(&line(&mut self.columns.iter().map(|c| (c.0.to_owned(), Role::TextMuted))));
        }
        for row in &self.rows {
            out.push_str(&line(&mut row.iter().map(|cell| (cell.text.clone(), cell.role))));
        }
    }
}
