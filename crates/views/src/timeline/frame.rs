//! Which part of the timeline is seen, and where on the screen.

use makespan_model::{AttemptId, Run};
use makespan_scene::{Face, Folds, Rect, TimeScale, width};
use serde::{Deserialize, Serialize};

use super::{Gaps, Index, Lanes};
use crate::area::Area;

/// Height of the axis above the rows, px.
pub const AXIS_HEIGHT: f32 = 30.0;

/// Height of the lane of alerts and log lines, and of that of markers, px.
pub(super) const MARKS_HEIGHT: f32 = 18.0;

/// Which part of the timeline is drawn, and how large.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Frame {
    /// px.
    pub width: f32,
    /// px, with the axis.
    pub height: f32,
    /// Height of what stands above the rows, px: the axis, and the lanes of alerts and log lines and of markers where
    /// there are any.
    pub top: f32,
    /// Room for the names of lanes, px.
    pub gutter: f32,
    /// px.
    pub row_height: f32,
    /// The window of time, ns since the epoch.
    pub window: (i64, i64),
    /// First row shown.
    pub first_row: u32,
    /// Stretches of time that are folded.
    pub folds: Folds,
}

impl Frame {
    /// Room for lane names that suits a width.
    pub fn gutter_for(index: &Index, width_px: f32) -> f32 {
        let longest = index
            .lanes
            .iter()
            .take(200)
            .map(|l| l.begin() - 10.0 + width(&l.name, 12.0, l.weight(), Face::Sans))
            .fold(0.0, f32::max);
        // Names within others begin further right.
        let is_nested = index.lanes.iter().any(|l| l.head.is_some());
        let most = if is_nested { width_px * 0.36 } else { width_px * 0.24 };
        (longest + 22.0).clamp(84.0, most.clamp(88.0, 220.0))
    }

    /// The whole run at a width, as tall as its rows need up to 60 of them; gaps are folded where they are most of it.
    pub fn whole(index: &Index, width_px: f32) -> Frame {
        Frame::with_gaps(index, width_px, Gaps::Auto)
    }

    /// The same with gaps folded or not.
    pub fn with_gaps(index: &Index, width_px: f32, gaps: Gaps) -> Frame {
        let folds = index.folds(gaps);
        let row_height = 20.0;
        let rows = index.row_count().clamp(1, 60) as f32;
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

    /// The same with room for a lane of markers above the rows.
    #[must_use]
    pub fn with_markers(self) -> Frame {
        Frame { top: self.top + MARKS_HEIGHT, height: self.height + MARKS_HEIGHT, ..self }
    }

    /// Time to pixels.
    pub fn scale(&self) -> TimeScale<'_> {
        TimeScale {
            t0: self.window.0,
            t1: self.window.1,
            x0: f64::from(self.gutter),
            x1: f64::from(self.width - 10.0),
            folds: self.folds.list(),
        }
    }

    /// Bars shorter than this are merged where they touch, ns: under four px they are hard to tell apart and to hit.
    pub(super) fn resolution(&self) -> f64 {
        self.scale().resolution() * 4.0
    }

    /// How many whole rows fit.
    pub fn visible_rows(&self) -> u32 {
        ((self.height - self.top) / self.row_height).floor().max(1.0) as u32
    }

    /// Top of a row, px; may lie outside the picture.
    pub fn row_top(&self, row: u32) -> f32 {
        self.top + (f64::from(row) - f64::from(self.first_row)) as f32 * self.row_height
    }

    /// The row under a height, px.
    pub fn row_at(&self, y: f32) -> Option<u32> {
        (y >= self.top).then(|| self.first_row + ((y - self.top) / self.row_height) as u32)
    }

    /// The area between two corners of the picture, px, in rows of `lanes`: all rows where it begins above them. None
    /// where it is narrower than a pixel.
    pub fn area(&self, from: (f64, f64), to: (f64, f64), lanes: Lanes, rows: u32) -> Option<Area> {
        let scale = self.scale();
        let at = |x: f64| scale.t(x.clamp(scale.x0, scale.x1));
        let (t0, t1) = (at(from.0.min(to.0)), at(from.0.max(to.0)));
        let last = rows.checked_sub(1)?;
        let row = |y: f64| self.row_at((y as f32).clamp(self.top, self.height)).unwrap_or(0).min(last);
        let rows = (from.1 >= f64::from(self.top)).then(|| (row(from.1.min(to.1)), row(from.1.max(to.1))));
        (t1 > t0 && (from.0 - to.0).abs() >= 1.0).then_some(Area { from: t0, to: t1, lanes, rows })
    }

    /// The box of an area, px, as far as it lies in the picture; over all rows where its rows are those of other lanes.
    pub fn place_area(&self, area: &Area, lanes: Lanes) -> Option<Rect> {
        let (left, right) = (self.gutter, self.width - 10.0);
        let scale = self.scale();
        let x = |t: i64| (scale.x(t) as f32).clamp(left, right);
        let rows = area.rows.filter(|_| area.lanes == lanes);
        let y = |row: u32| self.row_top(row).clamp(self.top, self.height);
        let (top, bottom) = rows.map_or((self.top, self.height), |(a, b)| (y(a), y(b.saturating_add(1))));
        let (x0, x1) = (x(area.from), x(area.to));
        (x1 > x0 && bottom > top).then(|| Rect::new(x0, top, x1 - x0, bottom - top))
    }

    /// The box of an attempt, px; `None` where it has no times or its row is not shown.
    pub fn place(&self, run: &Run, index: &Index, attempt: AttemptId) -> Option<Rect> {
        let row = index.row_of(attempt)?;
        let (from, to) = index.span_of(run, attempt);
        let shown = row >= self.first_row && self.row_top(row) < self.height;
        shown.then(|| self.bar(from, to, row))
    }

    /// The box of a bar, px.
    pub(super) fn bar(&self, from: i64, to: i64, row: u32) -> Rect {
        let scale = self.scale();
        let (x0, x1) = (scale.x(from).clamp(-1e5, 1e5) as f32, scale.x(to).clamp(-1e5, 1e5) as f32);
        let inset = if self.row_height >= 14.0 { 2.0 } else { 0.5 };
        Rect::new(x0, self.row_top(row) + inset, (x1 - x0).max(1.0), self.row_height - 2.0 * inset)
    }
}

/// The window that holds everything, with a little air at both ends as long as it is on the folded axis.
pub(super) fn whole_window(index: &Index, folds: &Folds) -> (i64, i64) {
    folded_window(index.extent, folds)
}

/// The same for a first and a last moment.
pub(crate) fn folded_window(extent: (i64, i64), folds: &Folds) -> (i64, i64) {
    let (from, to) = padded((folds.fold(extent.0), folds.fold(extent.1)));
    (folds.unfold(from), folds.unfold(to))
}

/// A window with a little air at both ends, and never empty.
fn padded(extent: (i64, i64)) -> (i64, i64) {
    let air = (extent.1.saturating_sub(extent.0) / 100).max(1);
    (extent.0.saturating_sub(air / 4), extent.1.saturating_add(air))
}
