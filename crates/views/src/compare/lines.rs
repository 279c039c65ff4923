//! Pictures made of lines, of which only the visible ones are drawn.

use makespan_scene::Rect;
use serde::{Deserialize, Serialize};

/// The visible lines of a picture, and its size.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Lines {
    /// Width, px.
    pub width: f32,
    /// Height including the head, px.
    pub height: f32,
    /// Height of the part above the lines, px.
    pub head: f32,
    /// Height of a line, px.
    pub row_height: f32,
    /// First line shown.
    pub first_row: u32,
}

impl Lines {
    /// Returns whether labels are above the plot because there is no room beside it.
    pub fn is_narrow(&self) -> bool {
        self.width < 640.0
    }

    /// Returns the number of visible lines, including a partly visible last one.
    pub fn visible_rows(&self) -> u32 {
        ((self.height - self.head) / self.row_height.max(1.0)).ceil().clamp(1.0, 10_000.0) as u32
    }

    /// Returns the visible lines, of `count`.
    pub fn shown(&self, count: u32) -> std::ops::Range<u32> {
        self.first_row.min(count)..self.first_row.saturating_add(self.visible_rows()).min(count)
    }

    /// Returns the box of a line, px.
    pub fn row(&self, row: u32) -> Rect {
        let top = self.head + (f64::from(row) - f64::from(self.first_row)) as f32 * self.row_height;
        Rect::new(0.0, top, self.width, self.row_height)
    }

    /// Returns the line at a height, px.
    pub fn row_at(&self, y: f32, count: u32) -> Option<u32> {
        let row = self.first_row.saturating_add(((y - self.head) / self.row_height.max(1.0)).max(0.0) as u32);
        (y >= self.head && row < count).then_some(row)
    }

    /// Returns the area below the head.
    pub(super) fn body(&self) -> Rect {
        Rect::new(0.0, self.head, self.width, (self.height - self.head).max(0.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_found_where_they_are_drawn() {
        let lines = Lines { width: 700.0, height: 130.0, head: 30.0, row_height: 28.0, first_row: 5 };
        assert_eq!((lines.visible_rows(), lines.shown(7), lines.shown(3)), (4, 5..7, 3..3));
        assert_eq!(lines.row(6).y, 58.0);
        assert_eq!([29.0, 30.0, 58.0, 120.0].map(|y| lines.row_at(y, 7)), [None, Some(5), Some(6), None]);
    }
}
