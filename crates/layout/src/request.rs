//! What goes into a layout and what comes out: plain values, comparable and hashable, so that a caller can keep a
//! layout for as long as its request stays the same.

use std::hash::{Hash, Hasher};

/// Width and height of a node's box, px. Negative and non-finite lengths count as 0.
#[derive(Clone, Copy, Debug, Default)]
pub struct Size {
    /// Width, px.
    pub w: f32,
    /// Height, px.
    pub h: f32,
}

/// A place in the drawing, px, from its top left corner; x grows to the right and y down.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Point {
    /// Distance from the left edge, px.
    pub x: f32,
    /// Distance from the top edge, px.
    pub y: f32,
}

/// Which way the edges flow.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Direction {
    /// Sources on the left, layers are columns.
    #[default]
    LeftRight,
    /// Sources at the top, layers are rows.
    TopDown,
}

/// A graph to be drawn. Two requests are equal if all their numbers are equal bit by bit.
#[derive(Clone, Debug)]
pub struct Request {
    /// One box per node.
    pub nodes: Vec<Size>,
    /// Edges as (from, to) indices into `nodes`. Self-loops, duplicates, cycles and indices out of range are allowed.
    pub edges: Vec<(u32, u32)>,
    /// Which way the edges flow.
    pub direction: Direction,
    /// Free space between two layers, px.
    pub layer_gap: f32,
    /// Free space between two neighbours in a layer, px.
    pub node_gap: f32,
    /// Length of a page along the flow, px: a component that is longer, and much longer than high, is folded into bands
    /// below each other (beside each other where the flow goes down), and of one that is much higher than long the nodes
    /// of a layer stand in rows. 0 does neither.
    pub page: f32,
}

/// The drawing of a [`Request`].
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Layout {
    /// Width of all that is drawn, px.
    pub width: f32,
    /// Height of all that is drawn, px.
    pub height: f32,
    /// Centre of each node, in the order of `Request::nodes`.
    pub nodes: Vec<Point>,
    /// Layer of each node, from 0, counted within its connected component.
    pub layer: Vec<u32>,
    /// One route per edge, in the order of `Request::edges`.
    pub routes: Vec<Route>,
    /// Whether an edge was drawn against the flow to break a cycle, in the order of `Request::edges`.
    pub reversed: Vec<bool>,
}

/// The line of one edge: cubic Bézier control points `start, (c1, c2, end)*`, so the length is 1 + 3k. It starts on
/// the border of the edge's first node and ends on the border of its second; a self-loop is a small loop beside its
/// node. Empty if the edge names a node that is not there.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Route {
    /// Control points.
    pub points: Vec<Point>,
}

impl Size {
    fn bits(self) -> (u32, u32) {
        (self.w.to_bits(), self.h.to_bits())
    }
}

impl PartialEq for Size {
    fn eq(&self, other: &Self) -> bool {
        self.bits() == other.bits()
    }
}

impl Eq for Size {}

impl Hash for Size {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.bits().hash(state);
    }
}

impl Default for Request {
    fn default() -> Self {
        Request {
            nodes: Vec::new(),
            edges: Vec::new(),
            direction: Direction::LeftRight,
            layer_gap: 48.0,
            node_gap: 16.0,
            page: 0.0,
        }
    }
}

impl PartialEq for Request {
    fn eq(&self, other: &Self) -> bool {
        self.nodes == other.nodes
            && self.edges == other.edges
            && self.direction == other.direction
            && self.layer_gap.to_bits() == other.layer_gap.to_bits()
            && self.node_gap.to_bits() == other.node_gap.to_bits()
            && self.page.to_bits() == other.page.to_bits()
    }
}

impl Eq for Request {}

impl Hash for Request {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.nodes.hash(state);
        self.edges.hash(state);
        self.direction.hash(state);
        self.layer_gap.to_bits().hash(state);
        self.node_gap.to_bits().hash(state);
        self.page.to_bits().hash(state);
    }
}
