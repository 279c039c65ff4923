//! A lane, and the attempts that it is made from.

use makespan_model::{Run, UNKNOWN};
use makespan_scene::Weight;

/// How far a lane is set in behind the one that contains it, px.
const INDENT: f32 = 12.0;

/// Lanes deeper than this are set in no further.
const DEEPEST: u8 = 8;

/// Room for the sign of a lane that contains others, px.
pub(super) const SIGN: f32 = 14.0;

/// One lane: `rows` rows from `first_row` on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lane {
    /// What people read.
    pub name: String,
    /// First row.
    pub first_row: u32,
    /// How many rows its overlapping attempts need.
    pub rows: u32,
    /// How many attempts it holds, without those that have lanes of their own.
    pub attempts: u32,
    /// Its place among nested lanes.
    pub head: Option<Head>,
}

/// The place of a lane among nested ones.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Head {
    /// Names it in links.
    pub key: String,
    /// How many lanes contain it.
    pub depth: u8,
    /// Whether it is expanded; `None` where it contains no lanes.
    pub is_open: Option<bool>,
}

/// Whether a lane sums up attempts that overlap in one row.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Sums {
    /// It has a bar for each.
    #[default]
    No,
    /// It sums up those that it holds.
    Own,
    /// It sums up those of the lanes within it.
    Others,
}

impl Lane {
    /// How thick its name is written: those of lanes that contain others are bold.
    pub(super) fn weight(&self) -> Weight {
        let is_group = self.head.as_ref().is_some_and(|h| h.is_open.is_some());
        if is_group { Weight::Bold } else { Weight::Regular }
    }

    /// Where its name begins, px.
    pub(super) fn begin(&self) -> f32 {
        self.head.as_ref().map_or(10.0, |h| 10.0 + SIGN + f32::from(h.depth.min(DEEPEST)) * INDENT)
    }
}

/// A lane whose attempts have their rows.
pub(crate) struct PlacedLane {
    /// What people read.
    pub(crate) name: String,
    /// Start, end and index of its attempts, as [`timed`] gives them.
    pub(crate) timed: Vec<(i64, i64, u32)>,
    /// The row of each within the lane; those of one row must not overlap.
    pub(crate) rows: Vec<u32>,
    /// How many rows the lane has.
    pub(crate) count: u32,
    /// Its place among nested lanes.
    pub(crate) head: Option<Head>,
    /// Whether it sums up its attempts.
    pub(crate) sums: Sums,
}

/// Start, end and index of those attempts that have times, in the order of their starts; an open end reaches to the
/// last moment known. The longer of two that start together comes first, so that a containing slice lies above its
/// contents.
pub(crate) fn timed(run: &Run, attempts: &[u32], extent: (i64, i64)) -> Vec<(i64, i64, u32)> {
    let mut timed: Vec<(i64, i64, u32)> =
        attempts.iter().filter_map(|&a| interval(run, a as usize, extent).map(|(s, e)| (s, e, a))).collect();
    timed.sort_unstable_by_key(|&(s, e, a)| (s, std::cmp::Reverse(e), a));
    timed
}

/// Start and end of an attempt on the axis: an open end reaches to the last moment known.
pub(super) fn interval(run: &Run, a: usize, extent: (i64, i64)) -> Option<(i64, i64)> {
    let (queued, started, ended) = (run.attempts.queued[a], run.attempts.started[a], run.attempts.ended[a]);
    let from = if started != UNKNOWN { started } else { queued };
    let to = if ended != UNKNOWN { ended } else { extent.1 };
    (from != UNKNOWN).then_some((from, to.max(from)))
}
