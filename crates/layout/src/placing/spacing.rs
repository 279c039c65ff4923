//! Lengths, and distances between nodes.

use crate::proper::Proper;

/// A pair of lengths or coordinates, px: along the flow and across it.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Axes {
    pub(crate) along: f64,
    pub(crate) across: f64,
}

/// Free space, px.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Gaps {
    /// Between two layers.
    pub(crate) layer: f64,
    /// Between two nodes of a layer.
    pub(crate) node: f64,
}

/// Distance of dummies as a fraction of the distance of nodes.
const DUMMY_GAP: f64 = 0.5;

/// How far the centres of neighbours in a layer must be apart.
pub(crate) struct Spacing<'a> {
    pub(crate) proper: &'a Proper,
    pub(crate) sizes: &'a [Axes],
    pub(crate) gap: f64,
}

impl Spacing<'_> {
    /// Half of what a node takes up, with its share of the gap.
    pub(super) fn half(&self, node: u32) -> f64 {
        if self.proper.dummy(node) {
            self.gap * DUMMY_GAP / 2.0
        } else {
            (self.sizes[node as usize].across + self.gap) / 2.0
        }
    }

    /// Least distance between the centres of two neighbours.
    pub(crate) fn apart(&self, left: u32, right: u32) -> f64 {
        self.half(left) + self.half(right)
    }
}
