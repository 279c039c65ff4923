//! The state of a comparison that a link contains.

use super::marks::{Alignment, Mode, Part};
use super::tasks::Sort;
use crate::look::Camera;
use serde::{Deserialize, Serialize};

/// The compared runs, and the visible part of the comparison.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Comparing {
    /// Indices of the runs of the baseline; if empty, all runs before the newest.
    pub baseline: Vec<usize>,
    /// Indices of the runs of the candidate; if empty, the newest.
    pub candidate: Vec<usize>,
    /// The part shown.
    pub part: Part,
    /// Both runs, or only one.
    pub mode: Mode,
    /// Alignment of timelines.
    pub alignment: Alignment,
    /// Order of the tasks.
    pub sort: Sort,
    /// The measure of statistics and trends; if empty, the duration.
    pub measure: String,
    /// The visible part of the graph; `None` for the whole graph.
    pub camera: Option<Camera>,
    /// The visible time span, ns since zero; `None` for the whole span.
    pub window: Option<(i64, i64)>,
    /// First visible row of a table or timeline.
    pub scroll: u32,
}

impl Comparing {
    /// Removes a closed run; the indices of later runs decrease.
    pub fn forget_run(&mut self, number: usize) {
        for side in [&mut self.baseline, &mut self.candidate] {
            side.retain(|i| *i != number);
            side.iter_mut().filter(|i| **i > number).for_each(|i| *i -= 1);
        }
    }

    /// Encodes the runs of a side for a link: `0,3,4`.
    pub(crate) fn places(side: &[usize]) -> String {
        side.iter().map(usize::to_string).collect::<Vec<_>>().join(",")
    }

    /// Parses the runs of a side; indices above a thousand are ignored.
    pub(crate) fn from_places(text: &str) -> Vec<usize> {
        text.split(',').filter_map(|n| n.parse().ok()).take(1000).collect()
    }

    /// Returns the measure.
    pub fn measure(&self) -> &str {
        if self.measure.is_empty() { "duration" } else { &self.measure }
    }
}
