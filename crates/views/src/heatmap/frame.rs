//! The visible part of a matrix, and the positions of its cells.

use makespan_scene::Rect;
use serde::{Deserialize, Serialize};

use super::legend;
use super::{Columns, Matrix};
use crate::chart::{SMALL, wide, wrapped};

pub(super) const PAD: f32 = 8.0;
const TITLE: f32 = 22.0;
/// Maximum length of a column header, px.
const LONGEST_HEAD: f32 = 130.0;
/// Minimum width and height of a cell, px.
const LEAST: f32 = 2.0;
/// Maximum number of headers that are measured to determine their room.
const PROBED: usize = 300;

/// The size of the picture, the size of its cells, and the scroll position.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Frame {
    /// Width, px.
    pub width: f32,
    /// Height including title, legend, headers and notes, px.
    pub height: f32,
    /// Width of the row headers, px.
    pub gutter: f32,
    /// Height of the column headers, px.
    pub head: f32,
    /// Height of title and legend, px.
    pub above: f32,
    /// Height of the notes below the cells, px.
    pub below: f32,
    /// Height of a row, px.
    pub row_height: f32,
    /// Width of a column, px.
    pub column_width: f32,
    /// Horizontal scroll position of the cells, px.
    pub scroll_x: f64,
    /// Vertical scroll position of the cells, px.
    pub scroll_y: f64,
}

/// Minimum width at which headers in two lines are better than vertical ones, px.
const BROAD: f32 = 60.0;

/// How column headers are written: in one line, in two, or vertically.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Heads {
    Line,
    Lines,
    Upright,
}

pub(super) fn heads(matrix: &dyn Matrix, column_width: f32) -> Heads {
    if widest_head(matrix) + 6.0 <= column_width {
        Heads::Line
    } else if column_width >= BROAD {
        Heads::Lines
    } else {
        Heads::Upright
    }
}

/// Splits a name into two lines of similar length, between its parts if it has any.
pub(super) fn halves(name: &str) -> (&str, &str) {
    let middle = name.len() / 2;
    let cuts = name.char_indices().filter(|(_, c)| "_.- /,:".contains(*c)).map(|(i, c)| i + c.len_utf8());
    let cut = cuts.filter(|i| *i < name.len()).min_by_key(|i| i.abs_diff(middle));
    match cut {
        Some(cut) => (name[..cut].trim_end(), &name[cut..]),
        None => (name, ""),
    }
}

fn widest_head(matrix: &dyn Matrix) -> f32 {
    (0..matrix.columns().min(PROBED)).map(|c| wide(&matrix.column(c).text, SMALL)).fold(0.0, f32::max)
}

impl Frame {
    /// Returns a frame that shows the matrix from its beginning at a width, with cells of a readable size; as high as
    /// all rows need, but at most `most` px.
    pub fn fit(matrix: &dyn Matrix, width: f32, most: f32) -> Frame {
        let width = width.max(120.0);
        let rows = matrix.rows().min(PROBED);
        let signs = (0..rows.min(20)).any(|r| matrix.row(r).status.is_some());
        let widest =
            (0..rows).map(|r| wide(&matrix.row(r).text, SMALL)).fold(wide(matrix.corner(), SMALL), f32::max);
        let gutter =
            (widest + 10.0 + if signs { 16.0 } else { 0.0 }).clamp(30.0, (width * 0.34).min(280.0)) + PAD;
        let room = (width - gutter - PAD).max(20.0);
        let share = room / matrix.columns().max(1) as f32;
        // Few columns need not fill the picture; many get a minimum width and are scrolled.
        let column_width = matrix.column_width().unwrap_or_else(|| share.clamp(18.0, 110.0));
        let column_width =
            if matches!(matrix.column_labels(), Columns::Marks(_)) && matrix.column_width().is_none() {
                share.max(LEAST)
            } else {
                column_width
            };
        let mut frame = Frame {
            width,
            height: 0.0,
            gutter,
            head: 0.0,
            above: PAD + TITLE + legend::draw(&matrix.legend(), (0.0, 0.0), width - 2.0 * PAD, None) + 4.0,
            below: PAD,
            row_height: matrix.column_width().unwrap_or(18.0),
            column_width,
            scroll_x: 0.0,
            scroll_y: 0.0,
        };
        frame.head = match matrix.column_labels() {
            Columns::Marks(_) => 18.0,
            Columns::Heads => match heads(matrix, column_width) {
                Heads::Line => 18.0,
                Heads::Lines => 32.0,
                Heads::Upright => widest_head(matrix).min(LONGEST_HEAD) + 22.0,
            },
        };
        let notes = frame.notes(matrix);
        frame.below = notes.len() as f32 * 14.0 + PAD + 4.0;
        // Whole rows only.
        let fitting = ((most - frame.top() - frame.below) / frame.row_height).floor().max(3.0);
        let rows = fitting.min(matrix.rows() as f32);
        frame.height = (frame.top() + rows * frame.row_height + frame.below).ceil();
        // If columns have a given width, the last ones are the latest.
        let scroll_x = if matrix.column_width().is_some() { f64::MAX } else { 0.0 };
        Frame { scroll_x, ..frame }.bounded(matrix)
    }

    pub(super) fn notes(&self, matrix: &dyn Matrix) -> Vec<String> {
        let notes = matrix.notes();
        notes.iter().flat_map(|note| wrapped(note, self.width - 2.0 * PAD, SMALL, 4)).take(8).collect()
    }

    /// Returns the left edge of the first column, px.
    pub fn left(&self) -> f32 {
        self.gutter
    }

    /// Returns the top of the first row, px.
    pub fn top(&self) -> f32 {
        self.above + self.head
    }

    /// Returns the part of the picture that contains cells, px.
    pub fn inner(&self) -> Rect {
        let (w, h) = (self.width - self.gutter - PAD, self.height - self.top() - self.below);
        Rect::new(self.left(), self.top(), w.max(0.0), h.max(0.0))
    }

    /// Returns the frame with cells of at least the minimum size, and not scrolled beyond the ends.
    pub fn bounded(self, matrix: &dyn Matrix) -> Frame {
        self.within(matrix.rows(), matrix.columns())
    }

    /// Does the same for a matrix with these numbers of rows and columns.
    pub fn within(self, rows: usize, columns: usize) -> Frame {
        let size = |v: f32| if v.is_finite() { v.max(LEAST) } else { LEAST };
        let mut frame =
            Frame { row_height: size(self.row_height), column_width: size(self.column_width), ..self };
        let inner = frame.inner();
        let most =
            |count: usize, size: f32, room: f32| (count as f64 * f64::from(size) - f64::from(room)).max(0.0);
        let within = |v: f64, most: f64| if v.is_finite() { v.clamp(0.0, most) } else { 0.0 };
        frame.scroll_x = within(self.scroll_x, most(columns, frame.column_width, inner.w));
        frame.scroll_y = within(self.scroll_y, most(rows, frame.row_height, inner.h));
        frame
    }

    /// Returns the rows that are visible, at least in part.
    pub fn rows(&self, matrix: &dyn Matrix) -> std::ops::Range<usize> {
        seen(self.scroll_y, self.row_height, self.inner().h, matrix.rows())
    }

    /// Returns the columns that are visible, at least in part.
    pub fn columns(&self, matrix: &dyn Matrix) -> std::ops::Range<usize> {
        seen(self.scroll_x, self.column_width, self.inner().w, matrix.columns())
    }

    /// Returns the top of a row, px; may be outside the picture.
    pub fn row_top(&self, row: usize) -> f32 {
        self.top() + (row as f64 * f64::from(self.row_height) - self.scroll_y) as f32
    }

    /// Returns the left edge of a column (with fractions), px; may be outside the picture.
    pub fn column_left(&self, column: f64) -> f32 {
        self.left() + (column * f64::from(self.column_width) - self.scroll_x) as f32
    }

    /// Returns the box of a cell, px; may be outside the picture. Cells that are large enough have a gap between them.
    pub fn place(&self, row: usize, column: usize) -> Rect {
        let gap = if self.row_height.min(self.column_width) >= 6.0 { 1.0 } else { 0.0 };
        let (x, y) = (self.column_left(column as f64), self.row_top(row));
        Rect::new(x, y, self.column_width - gap, self.row_height - gap)
    }

    /// Scrolls the frame just enough to show a cell.
    pub fn showing(self, matrix: &dyn Matrix, row: usize, column: usize) -> Frame {
        let inner = self.inner();
        let into = |scroll: f64, at: usize, size: f32, room: f32| {
            let (from, to) = (at as f64 * f64::from(size), (at + 1) as f64 * f64::from(size));
            scroll.max(to - f64::from(room)).min(from)
        };
        let scroll_x = into(self.scroll_x, column, self.column_width, inner.w);
        let scroll_y = into(self.scroll_y, row, self.row_height, inner.h);
        Frame { scroll_x, scroll_y, ..self }.bounded(matrix)
    }
}

fn seen(scroll: f64, size: f32, room: f32, count: usize) -> std::ops::Range<usize> {
    let size = f64::from(size.max(LEAST));
    let from = ((scroll / size).floor().max(0.0) as usize).min(count);
    let to = (((scroll + f64::from(room.max(0.0))) / size).ceil().max(0.0) as usize).min(count);
    from..to.max(from)
}

/// Returns the cell (row, column) at a point, px.
pub fn cell_at(matrix: &dyn Matrix, frame: &Frame, x: f32, y: f32) -> Option<(usize, usize)> {
    if !frame.inner().contains(x, y) {
        return None;
    }
    let at = |offset: f32, scroll: f64, size: f32| {
        ((f64::from(offset) + scroll) / f64::from(size)).max(0.0) as usize
    };
    let row = at(y - frame.top(), frame.scroll_y, frame.row_height);
    let column = at(x - frame.left(), frame.scroll_x, frame.column_width);
    (row < matrix.rows() && column < matrix.columns()).then_some((row, column))
}

/// The direction in which a key moves the focus.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Way {
    /// One column to the left.
    Left,
    /// One column to the right.
    Right,
    /// One row up.
    Up,
    /// One row down.
    Down,
    /// Up by the number of visible rows.
    PageUp,
    /// Down by the number of visible rows.
    PageDown,
    /// The first column of the row.
    First,
    /// The last column of the row.
    Last,
}

/// Returns the neighbour of a cell (row, column) in a direction; the cell itself if there is none.
pub fn neighbour(
    matrix: &dyn Matrix,
    frame: &Frame,
    (row, column): (usize, usize),
    way: Way,
) -> (usize, usize) {
    let (rows, columns) = (matrix.rows().saturating_sub(1), matrix.columns().saturating_sub(1));
    let page = frame.rows(matrix).len().saturating_sub(1).max(1);
    let (row, column) = match way {
        Way::Left => (row, column.saturating_sub(1)),
        Way::Right => (row, column.saturating_add(1)),
        Way::Up => (row.saturating_sub(1), column),
        Way::Down => (row.saturating_add(1), column),
        Way::PageUp => (row.saturating_sub(page), column),
        Way::PageDown => (row.saturating_add(page), column),
        Way::First => (row, 0),
        Way::Last => (row, columns),
    };
    (row.min(rows), column.min(columns))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_halved_between_their_parts() {
        assert_eq!(halves("context_switches_process_total"), ("context_switches_", "process_total"));
        assert_eq!(halves("io read"), ("io", "read"));
        assert_eq!(halves("duration"), ("duration", ""));
        assert_eq!(halves("größe_é"), ("größe_", "é"));
        assert_eq!(halves("_"), ("_", ""));
        assert_eq!(halves(""), ("", ""));
    }
}
