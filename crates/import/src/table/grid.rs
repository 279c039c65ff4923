//! The first rows of a table, as whoever maps its columns sees them.

use makespan_model::Order as _;
use std::borrow::Cow;

use makespan_format::clip_chars;

use super::csv::Csv;
use super::rows::Cell;
use super::{at_path, text_of};
use crate::encoding::without_bom;
use crate::json::pages::Pages;
use crate::json::tape::Value;

/// So many rows are enough to judge a column by.
const MOST_ROWS: usize = 200;

/// Columns beyond these are not offered.
const MOST_COLUMNS: usize = 200;

/// How deep in a JSON text rows, and values within a row, are looked for.
const DEEPEST: usize = 3;

/// So many characters of a cell are kept.
const LONGEST_CELL: usize = 200;

/// The first rows of a table.
#[derive(Debug, Default)]
pub(super) struct Grid {
    /// JSON: the path of the list of rows; empty if the text is the list.
    pub(super) rows_at: String,
    /// The names of the columns; in JSON paths.
    pub(super) names: Vec<String>,
    /// The cells of each row, as many as there are names; empty if a row has none.
    pub(super) rows: Vec<Vec<String>>,
}

impl Grid {
    /// Reads the table at the beginning of a file; `None` if it is not a table: most lines of one have as many cells as the
    /// first. `is_whole` says that the file ends here.
    pub(super) fn of(bytes: &[u8], is_whole: bool) -> Option<Grid> {
        let grid = match without_bom(bytes).trim_ascii_start().first() {
            Some(b'{' | b'[') => Grid::of_json(bytes)?,
            _ => Grid::of_text(bytes, is_whole)?,
        };
        (grid.names.len() > 1 && !grid.rows.is_empty()).then_some(grid)
    }

    fn of_text(bytes: &[u8], is_whole: bool) -> Option<Grid> {
        let text = text_of(bytes);
        // The last line of a beginning may be cut.
        let text = if is_whole { &*text } else { text.rsplit_once('\n')?.0 };
        let mut csv = Csv::new(text, None)?;
        let names = std::mem::take(&mut csv.header);
        let mut sorted: Vec<&str> = names.iter().map(String::as_str).collect();
        sorted.order_by(Ord::cmp);
        sorted.dedup();
        if names.len() > MOST_COLUMNS || sorted.len() < names.len() || sorted.first() == Some(&"") {
            return None;
        }
        let (mut rows, mut odd) = (Vec::new(), 0);
        while rows.len() < MOST_ROWS
            && let Some(row) = csv.row()
        {
            odd += usize::from(row.len() != names.len());
            let cell = |at: usize| {
                row.get(at).map_or_else(String::new, |cell| clip_chars(cell, LONGEST_CELL).to_owned())
            };
            rows.push((0..names.len()).map(cell).collect());
        }
        (odd * 5 <= rows.len()).then_some(Grid { rows_at: String::new(), names, rows })
    }

    fn of_json(bytes: &[u8]) -> Option<Grid> {
        let pages = Pages::read(bytes);
        let roots: Vec<Value<'_, '_>> = pages.roots().take(MOST_ROWS).collect();
        let first = *roots.first()?;
        let rows_at = if first.is_object() && roots.len() == 1 { longest_list(first) } else { String::new() };
        let rows: Vec<Value<'_, '_>> = if rows_at.is_empty() && !first.is_array() {
            // A single object is a document, not a row.
            if roots.len() == 1 {
                return None;
            }
            roots
        } else {
            let list = if rows_at.is_empty() { first } else { at_path(first, &rows_at)? };
            list.elements().take(MOST_ROWS).collect()
        };
        let mut grid = Grid { rows_at, ..Grid::default() };
        let mut places = makespan_model::HashMap::<String, usize>::default();
        for row in rows.into_iter().filter(|row| row.is_object()) {
            let mut cells = vec![String::new(); grid.names.len()];
            flat(row, "", DEEPEST, &mut |path, text| {
                let at = match places.get(&path) {
                    Some(at) => *at,
                    None if grid.names.len() == MOST_COLUMNS => return,
                    None => {
                        places.insert(path.clone(), grid.names.len());
                        grid.names.push(path);
                        cells.push(String::new());
                        cells.len() - 1
                    }
                };
                clip_chars(text, LONGEST_CELL).clone_into(&mut cells[at]);
            });
            grid.rows.push(cells);
        }
        let width = grid.names.len();
        grid.rows.iter_mut().for_each(|row| row.resize(width, String::new()));
        Some(grid)
    }

    /// The cells of a column that are not empty.
    pub(super) fn cells(&self, column: usize) -> impl Iterator<Item = &str> {
        let all = self.rows.iter().filter_map(move |row| row.get(column)).map(|cell| cell.trim());
        all.filter(|cell| !Cell::Text(Cow::Borrowed(*cell)).is_empty())
    }

    /// The place of a column.
    pub(super) fn place(&self, name: &str) -> Option<usize> {
        self.names.iter().position(|n| n == name)
    }
}

/// Calls with the path and the text of each value of a row that is not an object.
fn flat(row: Value<'_, '_>, before: &str, depth: usize, each: &mut dyn FnMut(String, &str)) {
    for (name, value) in row.members() {
        let path = joined(before, &name);
        if value.is_object() && depth > 1 {
            flat(value, &path, depth - 1, each);
        } else {
            each(path, Cell::of_json(value).text());
        }
    }
}

fn joined(before: &str, name: &str) -> String {
    if before.is_empty() { name.to_owned() } else { format!("{before}.{name}") }
}

/// The path of the longest list of objects within an object; empty if there is none.
fn longest_list(root: Value<'_, '_>) -> String {
    let mut level = vec![(String::new(), root)];
    let mut best = (0, String::new());
    for _ in 0..DEEPEST {
        let mut next = Vec::new();
        for (before, object) in level {
            for (name, value) in object.members().take(MOST_COLUMNS) {
                let path = joined(&before, &name);
                let length = value.elements().take(MOST_ROWS).filter(|row| row.is_object()).count();
                if length > best.0 {
                    best = (length, path);
                } else if value.is_object() && next.len() < MOST_COLUMNS {
                    next.push((path, value));
                }
            }
        }
        level = next;
    }
    best.1
}
