//! Positions of the bars of both runs.

use makespan_analysis::compare::MatchedTask;
use makespan_model::{AttemptId, Run, UNKNOWN};
use makespan_scene::Rect;

use super::Aligned;
use crate::timeline::{AXIS_HEIGHT, Frame, Gaps};

/// Height of the two bars of the whole runs, below the rows, px.
pub const FOOT_HEIGHT: f32 = 44.0;

/// Returns the frame of both whole runs at a width, as high as the rows need up to 48 of them; gaps are folded if they
/// make up most of the span. The window is in ns since the zero of [`Aligned`].
pub fn frame(aligned: &Aligned, width_px: f32) -> Frame {
    frame_with_gaps(aligned, width_px, Gaps::Auto)
}

/// Returns the same with gaps folded or not.
pub fn frame_with_gaps(aligned: &Aligned, width_px: f32, gaps: Gaps) -> Frame {
    let folds = aligned.folds(gaps);
    let row_height = 26.0;
    let rows = aligned.row_count().clamp(1, 48) as f32;
    Frame {
        width: width_px,
        height: AXIS_HEIGHT + rows * row_height + FOOT_HEIGHT,
        top: AXIS_HEIGHT,
        gutter: Frame::gutter_for(&aligned.b, width_px),
        row_height,
        window: aligned.whole(&folds),
        first_row: 0,
        folds,
    }
}

/// The run of a bar.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Side {
    /// The baseline.
    A,
    /// The candidate.
    B,
}

/// Returns the box of a bar in its row: ghosts are in the upper part, bars of B in the lower.
pub(super) fn place(frame: &Frame, row: u32, side: Side, from: i64, to: i64) -> Rect {
    let scale = frame.scale();
    let (x0, x1) = (scale.x(from).clamp(-1e5, 1e5) as f32, scale.x(to).clamp(-1e5, 1e5) as f32);
    let (top, high) = (frame.row_top(row), frame.row_height);
    let (y, h) = match side {
        Side::A => (top + high * 0.08, high * 0.28),
        Side::B => (top + high * 0.4, high * 0.54),
    };
    Rect::new(x0, y, (x1 - x0).max(1.0), h)
}

/// Returns the part of the picture that contains bars.
pub(super) fn body(frame: &Frame) -> Rect {
    let height = (frame.height - AXIS_HEIGHT - FOOT_HEIGHT).max(0.0);
    Rect::new(frame.gutter, AXIS_HEIGHT, (frame.width - frame.gutter).max(0.0), height)
}

/// Returns the boxes of a task in one run, as far as their rows are visible.
pub(super) fn boxes(
    run: &Run,
    aligned: &Aligned,
    side: Side,
    task: &MatchedTask,
    frame: &Frame,
) -> Vec<Rect> {
    const MOST: usize = 60;
    let (id, index, zero) = match side {
        Side::A => (task.a, &aligned.a, aligned.zero.0),
        Side::B => (task.b, &aligned.b, aligned.zero.1),
    };
    let Some(id) = id else { return Vec::new() };
    let bottom = body(frame).bottom();
    let one = |attempt: AttemptId| {
        let row = index.row_of(attempt).filter(|r| *r >= frame.first_row && frame.row_top(*r) < bottom)?;
        let i = attempt.index();
        let times = &run.attempts;
        let from = if times.started[i] == UNKNOWN { times.queued[i] } else { times.started[i] };
        let to = if times.ended[i] == UNKNOWN { index.extent.1 } else { times.ended[i] };
        Some(place(frame, row, side, from.saturating_sub(zero), to.saturating_sub(zero)))
    };
    run.attempts_of(id).take(MOST).filter_map(one).collect()
}
