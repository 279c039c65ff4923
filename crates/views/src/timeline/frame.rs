//! The visible part of the timeline, and its position on the screen.

use makespan_model::{AttemptId, Run, TaskId};
use makespan_scene::{Face, Folds, Rect, TimeScale, width};
use serde::{Deserialize, Serialize};

use super::{Gaps, Index};
use crate::area::Area;

/// Maximum number of rows in the height that a frame has by itself.
pub const MOST_ROWS: u32 = 60;

/// Height of the axis above the rows, px.
pub const AXIS_HEIGHT: f32 = 30.0;

/// Height of the lane of alerts and log lines, and of that of markers, px.
pub(super) const MARKS_HEIGHT: f32 = 18.0;

/// Width of the status of a task without bars, px.
const IDLE_WIDTH: f32 = 160.0;

/// A span of time over some rows of a picture; [`Index::area`] makes an [`Area`] of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DrawnArea {
    /// Start, ns since the epoch.
    pub from: i64,
    /// End, ns since the epoch; after the start.
    pub to: i64,
    /// First and last row of the picture; `None` for all rows.
    pub rows: Option<(u32, u32)>,
}

/// The visible part of the timeline, and its size.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Frame {
    /// Width, px.
    pub width: f32,
    /// Height including the axis, px.
    pub height: f32,
    /// Height of the part above the rows, px: the axis, and the lanes of alerts, log lines and markers, if there are
    /// any.
    pub top: f32,
    /// Width of the lane names, px.
    pub gutter: f32,
    /// Height of a row, px.
    pub row_height: f32,
    /// The time window, ns since the epoch.
    pub window: (i64, i64),
    /// First visible row.
    pub first_row: u32,
    /// Folded gaps.
    pub folds: Folds,
}

impl Frame {
    /// Returns the width of lane names for a picture width.
    pub fn gutter_for(index: &Index, width_px: f32) -> f32 {
        let longest = index
            .lanes
            .iter()
            .take(200)
            .map(|l| l.begin() - 10.0 + width(&l.name, 12.0, l.weight(), Face::Sans))
            .fold(0.0, f32::max);
        // Nested names are indented.
        let is_nested = index.lanes.iter().any(|l| l.head.is_some());
        let most = if is_nested { width_px * 0.36 } else { width_px * 0.24 };
        (longest + 22.0).clamp(84.0, most.clamp(88.0, 300.0))
    }

    /// Returns the frame of the whole run at a width, as high as at most [`MOST_ROWS`] rows need; gaps are folded if
    /// they make up most of the run.
    pub fn whole(index: &Index, width_px: f32) -> Frame {
        Frame::with_gaps(index, width_px, Gaps::Auto)
    }

    /// Does the same with gaps folded or not.
    pub fn with_gaps(index: &Index, width_px: f32, gaps: Gaps) -> Frame {
        let folds = index.folds(gaps);
        let row_height = 20.0;
        let rows = index.row_count().clamp(1, MOST_ROWS) as f32;
        let top = AXIS_HEIGHT + if index.marks.is_empty() { 0.0 } else { MARKS_HEIGHT };
        Frame {
            width: width_px,
            height: top + rows * row_height + 4.0,
            top,
            gutter: Frame::gutter_for(index, width_px),
            row_height,
            window: whole_window(index, &folds),
            first_row: 0,
            folds,
        }
    }

    /// Adds room for a lane of markers above the rows.
    #[must_use]
    pub fn with_markers(self) -> Frame {
        Frame { top: self.top + MARKS_HEIGHT, height: self.height + MARKS_HEIGHT, ..self }
    }

    /// Returns the conversion of times to pixels.
    pub fn scale(&self) -> TimeScale<'_> {
        TimeScale {
            t0: self.window.0,
            t1: self.window.1,
            x0: f64::from(self.gutter),
            x1: f64::from(self.width - 10.0),
            folds: self.folds.list(),
        }
    }

    /// Returns the length below which adjacent bars are merged, ns: under four px they are hard to distinguish and to
    /// hit.
    pub(super) fn resolution(&self) -> f64 {
        self.scale().resolution() * 4.0
    }

    /// Returns the number of whole rows that fit.
    pub fn visible_rows(&self) -> u32 {
        ((self.height - self.top) / self.row_height).floor().max(1.0) as u32
    }

    /// Returns the top of a row, px; may be outside the picture.
    pub fn row_top(&self, row: u32) -> f32 {
        self.top + (f64::from(row) - f64::from(self.first_row)) as f32 * self.row_height
    }

    /// Returns the row at a height, px.
    pub fn row_at(&self, y: f32) -> Option<u32> {
        (y >= self.top).then(|| self.first_row + ((y - self.top) / self.row_height) as u32)
    }

    /// Returns what is drawn between two corners of the picture, px, which has this number of rows; over all rows if it
    /// begins above them. `None` if it is narrower than a pixel.
    pub fn drawn(&self, from: (f64, f64), to: (f64, f64), rows: u32) -> Option<DrawnArea> {
        let scale = self.scale();
        let at = |x: f64| scale.t(x.clamp(scale.x0, scale.x1));
        let (t0, t1) = (at(from.0.min(to.0)), at(from.0.max(to.0)));
        let last = rows.checked_sub(1)?;
        let row = |y: f64| self.row_at((y as f32).clamp(self.top, self.height)).unwrap_or(0).min(last);
        let rows = (from.1 >= f64::from(self.top)).then(|| (row(from.1.min(to.1)), row(from.1.max(to.1))));
        (t1 > t0 && (from.0 - to.0).abs() >= 1.0).then_some(DrawnArea { from: t0, to: t1, rows })
    }

    /// Returns the visible boxes of an area, px, from top to bottom; one over all rows if its rows are of other lanes.
    pub fn place_area(&self, index: &Index, area: &Area) -> Vec<Rect> {
        let scale = self.scale();
        let x = |t: i64| (scale.x(t) as f32).clamp(self.gutter, self.width - 10.0);
        let (x0, x1) = (x(area.from), x(area.to));
        let end = index.row_count().saturating_sub(1);
        let last = self.row_at(self.height).map_or(end, |row| row.min(end));
        let is_whole = area.rows.is_none() || area.lanes != index.kind;
        let stretches = match is_whole {
            true => vec![(self.top, self.height)],
            false => {
                let y = |row: u32| self.row_top(row).clamp(self.top, self.height);
                let rows = index.covered(area, (self.first_row, last));
                rows.into_iter().map(|(a, b)| (y(a), y(b.saturating_add(1)))).collect()
            }
        };
        let shown = stretches.into_iter().filter(|(top, bottom)| x1 > x0 && bottom > top);
        shown.map(|(top, bottom)| Rect::new(x0, top, x1 - x0, bottom - top)).collect()
    }

    /// Returns the box of an attempt, px; `None` if it has no times or its row is not visible.
    pub fn place(&self, run: &Run, index: &Index, attempt: AttemptId) -> Option<Rect> {
        let row = index.row_of(attempt)?;
        let (from, to) = index.span_of(run, attempt);
        let shown = row >= self.first_row && self.row_top(row) < self.height;
        shown.then(|| self.bar(from, to, row))
    }

    /// Returns the box of the status of a task without bars, px; `None` if it has no row or that is not visible.
    pub fn place_idle(&self, index: &Index, task: TaskId) -> Option<Rect> {
        let row = index.idle_row(task)?;
        let shown = row >= self.first_row && self.row_top(row) < self.height;
        let wide = IDLE_WIDTH.min(self.width - self.gutter - 10.0);
        let inset = if self.row_height >= 14.0 { 2.0 } else { 0.5 };
        let (top, high) = (self.row_top(row) + inset, self.row_height - 2.0 * inset);
        shown.then(|| Rect::new(self.gutter + 4.0, top, wide, high))
    }

    /// Returns the box of a bar, px.
    pub(super) fn bar(&self, from: i64, to: i64, row: u32) -> Rect {
        let scale = self.scale();
        let (x0, x1) = (scale.x(from).clamp(-1e5, 1e5) as f32, scale.x(to).clamp(-1e5, 1e5) as f32);
        let inset = if self.row_height >= 14.0 { 2.0 } else { 0.5 };
        Rect::new(x0, self.row_top(row) + inset, (x1 - x0).max(1.0), self.row_height - 2.0 * inset)
    }
}

/// Returns the window that shows everything, with equal padding at both ends of the folded axis.
pub(super) fn whole_window(index: &Index, folds: &Folds) -> (i64, i64) {
    folded_window(index.extent, folds)
}

/// Does the same for a first and a last time.
pub(crate) fn folded_window(extent: (i64, i64), folds: &Folds) -> (i64, i64) {
    let (from, to) = padded((folds.fold(extent.0), folds.fold(extent.1)));
    (folds.unfold(from), folds.unfold(to))
}

/// Returns a window with padding at both ends, never empty.
fn padded(extent: (i64, i64)) -> (i64, i64) {
    let air = (extent.1.saturating_sub(extent.0) / 100).max(1);
    (extent.0.saturating_sub(air / 4), extent.1.saturating_add(air))
}
