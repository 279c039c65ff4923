//! Which part of a matrix is seen, and where its cells lie.

use makespan_scene::Rect;
use serde::{Deserialize, Serialize};

use super::legend;
use super::{Columns, Matrix};
use crate::chart::{SMALL, wide, wrapped};

pub(super) const PAD: f32 = 8.0;
const TITLE: f32 = 22.0;
/// The longest words above a column, px.
const LONGEST_HEAD: f32 = 130.0;
/// The narrowest and the lowest cell, px: what is smaller is seen neither.
const LEAST: f32 = 2.0;
/// Of how many heads the room that they need is taken.
const PROBED: usize = 300;

/// A size, the size of cells, and how far is scrolled.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Frame {
    /// px.
    pub width: f32,
    /// px, with title, legend, heads and notes.
    pub height: f32,
    /// Room for the heads of rows, px.
    pub gutter: f32,
    /// Room for the heads of columns, px.
    pub head: f32,
    /// Height of what stands above the heads: title and legend, px.
    pub above: f32,
    /// Height of what stands below the cells: the notes, px.
    pub below: f32,
    /// px.
    pub row_height: f32,
    /// px.
    pub column_width: f32,
    /// How far the cells are scrolled to the right, px.
    pub scroll_x: f64,
    /// How far the cells are scrolled down, px.
    pub scroll_y: f64,
}

/// From this width on words in two lines say more than words turned upright, px.
const BROAD: f32 = 60.0;

/// How the heads of columns are written: in one line, in two, or turned upright.
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

/// A name in two lines that are about as long, cut between its parts where it has any.
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
    /// A frame that shows the matrix from its beginning at a width, with cells of a size that is read well; as high as
    /// all rows need, but `most` px at most.
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
        // Few columns need not fill the picture, many get a width below which they are scrolled.
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
        // Of columns of a given width the last ones are the latest.
        let scroll_x = if matrix.column_width().is_some() { f64::MAX } else { 0.0 };
        Frame { scroll_x, ..frame }.bounded(matrix)
    }

    pub(super) fn notes(&self, matrix: &dyn Matrix) -> Vec<String> {
        let notes = matrix.notes();
        notes.iter().flat_map(|note| wrapped(note, self.width - 2.0 * PAD, SMALL, 4)).take(8).collect()
    }

    /// Where the first column begins, px.
    pub fn left(&self) -> f32 {
        self.gutter
    }

    /// Where the first row begins, px.
    pub fn top(&self) -> f32 {
        self.above + self.head
    }

    /// The part of the picture that holds cells, px.
    pub fn inner(&self) -> Rect {
        let (w, h) = (self.width - self.gutter - PAD, self.height - self.top() - self.below);
        Rect::new(self.left(), self.top(), w.max(0.0), h.max(0.0))
    }

    /// The same frame with cells no smaller than can be seen, and not scrolled beyond the ends.
    pub fn bounded(self, matrix: &dyn Matrix) -> Frame {
        self.within(matrix.rows(), matrix.columns())
    }

    /// The same of a matrix of that many rows and columns.
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

    /// The rows that are seen, wholly or in part.
    pub fn rows(&self, matrix: &dyn Matrix) -> std::ops::Range<usize> {
        seen(self.scroll_y, self.row_height, self.inner().h, matrix.rows())
    }

    /// The columns that are seen, wholly or in part.
    pub fn columns(&self, matrix: &dyn Matrix) -> std::ops::Range<usize> {
        seen(self.scroll_x, self.column_width, self.inner().w, matrix.columns())
    }

    /// The top of a row, px; may lie outside the picture.
    pub fn row_top(&self, row: usize) -> f32 {
        self.top() + (row as f64 * f64::from(self.row_height) - self.scroll_y) as f32
    }

    /// The left side of a column (with fractions), px; may lie outside the picture.
    pub fn column_left(&self, column: f64) -> f32 {
        self.left() + (column * f64::from(self.column_width) - self.scroll_x) as f32
    }

    /// The box of a cell, px; may lie outside the picture. Cells of some size have a gap between them.
    pub fn place(&self, row: usize, column: usize) -> Rect {
        let gap = if self.row_height.min(self.column_width) >= 6.0 { 1.0 } else { 0.0 };
        let (x, y) = (self.column_left(column as f64), self.row_top(row));
        Rect::new(x, y, self.column_width - gap, self.row_height - gap)
    }

    /// The frame scrolled as little as brings a cell into sight.
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

/// The cell (row, column) under a point, px.
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

/// Where a key moves the focus.
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
    /// As many rows up as are seen.
    PageUp,
    /// As many rows down as are seen.
    PageDown,
    /// The first column of the row.
    First,
    /// The last column of the row.
    Last,
}

/// The cell (row, column) that lies that way from another, which stays where there is none.
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
