//! What a link holds of a comparison.

use super::marks::{Alignment, Mode, Part};
use super::tasks::Sort;
use crate::look::Camera;
use serde::{Deserialize, Serialize};

/// Which runs are compared, and what of it is seen.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Comparing {
    /// The runs of the baseline, by place; without any the runs before the newest.
    pub baseline: Vec<usize>,
    /// The runs of the candidate; without any the newest.
    pub candidate: Vec<usize>,
    /// The part shown.
    pub part: Part,
    /// Both runs, or one alone.
    pub mode: Mode,
    /// What is laid over each other.
    pub alignment: Alignment,
    /// Order of the tasks.
    pub sort: Sort,
    /// The measure that statistics and trends are of; the duration where empty.
    pub measure: String,
    /// The part of the graph that is seen; all of it where absent.
    pub camera: Option<Camera>,
    /// The part of time that is seen, ns since zero; all of it where absent.
    pub window: Option<(i64, i64)>,
    /// First row seen, of whatever has rows.
    pub scroll: u32,
}

impl Comparing {
    /// The run of that place is gone: those behind it move up.
    pub fn forget_run(&mut self, number: usize) {
        for side in [&mut self.baseline, &mut self.candidate] {
            side.retain(|i| *i != number);
            side.iter_mut().filter(|i| **i > number).for_each(|i| *i -= 1);
        }
    }

    /// The runs of a side as a link writes them: `0,3,4`.
    pub(crate) fn places(side: &[usize]) -> String {
        side.iter().map(usize::to_string).collect::<Vec<_>>().join(",")
    }

    /// Back from a link; more than a thousand runs are none of ours.
    pub(crate) fn from_places(text: &str) -> Vec<usize> {
        text.split(',').filter_map(|n| n.parse().ok()).take(1000).collect()
    }

    /// The measure.
    pub fn measure(&self) -> &str {
        if self.measure.is_empty() { "duration" } else { &self.measure }
    }
}
