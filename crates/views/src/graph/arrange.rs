//! Positions of the nodes: expanded groups are laid out from the innermost outwards, each as one box for its
//! surroundings.
//!
//! Expanding a group changes the size of one box and no dependency around it, so everything else keeps its layer and
//! its order.

use std::cmp::Reverse;

use makespan_layout::{Direction, Layout, Point, Request, Route, Size, layout};
use makespan_model::{NONE, Order as _};
use makespan_scene::TimeScale;

use super::node::{AIR, Node, TITLE};
use super::nodes::Graph;

/// Length of the page to which a layout is folded, px at zoom 1: what a window of 1,200 px shows at [`READABLE`].
pub const PAGE: f32 = 1_440.0;
/// Height of that page, px at zoom 1.
const PAGE_HEIGHT: f32 = 816.0;

/// Page widths are multiples of this, px, so that resizing a window does not change the layout with every pixel.
const STEP: f32 = 120.0;

/// Returns the page for a picture that is `width` px wide: what it shows at [`READABLE`], at most [`PAGE`].
pub fn page_for(width: f32) -> f32 {
    let fits = (width / READABLE / STEP).ceil() * STEP;
    if fits.is_finite() && fits >= 1.0 { fits.clamp(3.0 * STEP, PAGE) } else { PAGE }
}

/// The minimum zoom at which names have 10 px.
pub const READABLE: f32 = 10.0 / 12.0;

/// First and last time of the axis, ns since the epoch, and its length, px at zoom 1.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Axis {
    pub(super) times: (i64, i64),
    pub(super) length: f32,
}

impl Axis {
    /// Returns the scale from times to the plane.
    pub(super) fn scale(&self) -> TimeScale<'static> {
        TimeScale { t0: self.times.0, t1: self.times.1, x0: 0.0, x1: f64::from(self.length), folds: &[] }
    }
}

/// A graph with the positions of its nodes.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Drawn {
    /// Nodes and edges.
    pub graph: Graph,
    /// Their positions, in the same order: lines to contained tasks come after the edges.
    pub layout: Layout,
    /// The axis along which nodes stand, if they do.
    pub(crate) axis: Option<Axis>,
}

impl Drawn {
    /// Lays out a graph; the boxes of expanded groups get their sizes. O((n + e) log (n + e)) plus a bounded search.
    pub fn new(graph: Graph) -> Drawn {
        Drawn::on(graph, PAGE)
    }

    /// Does the same on a page of this width, px at zoom 1.
    pub fn on(mut graph: Graph, page: f32) -> Drawn {
        // Boxes of groups that were laid out before start from their titles again.
        graph.nodes.iter_mut().filter(|node| node.is_open).for_each(Node::fit_words);
        let n = graph.nodes.len();
        let mut whole = Layout {
            nodes: vec![Point::default(); n],
            layer: vec![0; n],
            routes: vec![Route::default(); graph.line_count()],
            reversed: vec![false; graph.line_count()],
            ..Layout::default()
        };
        let plane = n as u32;
        let slot = |parent: u32| if parent == NONE { plane } else { parent };
        let mut inside = vec![Vec::new(); n + 1];
        let mut links = vec![Vec::new(); n + 1];
        graph
            .nodes
            .iter()
            .enumerate()
            .for_each(|(i, node)| inside[slot(node.parent) as usize].push(i as u32));
        for (e, &(a, _)) in graph.edges.iter().chain(&graph.within).enumerate() {
            links[slot(graph.nodes[a as usize].parent) as usize].push(e as u32);
        }
        // The deepest groups first, the plane itself last.
        let mut order: Vec<(u32, u32)> = Vec::new();
        for (i, node) in graph.nodes.iter().enumerate().filter(|(_, node)| node.is_open) {
            let (mut depth, mut at) = (1, node.parent);
            while at != NONE {
                (depth, at) = (depth + 1, graph.nodes[at as usize].parent);
            }
            order.push((depth, i as u32));
        }
        order.push((0, plane));
        order.order_by_numbers(|&(depth, node)| (Reverse(depth), node));
        for &(_, border) in &order {
            let size = place(&graph, page, &inside[border as usize], &links[border as usize], &mut whole);
            match graph.nodes.get_mut(border as usize) {
                None => (whole.width, whole.height) = (size.w, size.h),
                Some(node) => {
                    let (w, h) = (size.w + 2.0 * AIR, size.h + TITLE + AIR);
                    node.size = Size { w: node.size.w.max(w), h };
                }
            }
        }
        // Converts positions within a group to positions on the plane, the outermost groups first.
        for &(_, border) in order.iter().rev() {
            let Some(node) = graph.nodes.get(border as usize) else { continue };
            let at = whole.nodes[border as usize];
            let (dx, dy) = (at.x - node.size.w / 2.0 + AIR, at.y - node.size.h / 2.0 + TITLE);
            let shift = |p: &mut Point| (p.x, p.y) = (p.x + dx, p.y + dy);
            inside[border as usize].iter().for_each(|&i| shift(&mut whole.nodes[i as usize]));
            let routes = links[border as usize].iter();
            routes.for_each(|&e| whole.routes[e as usize].points.iter_mut().for_each(shift));
        }
        Drawn { graph, layout: whole, axis: None }
    }

    /// Returns whether all of it is readable on one page.
    pub fn is_readable(&self) -> bool {
        self.layout.width <= PAGE && self.layout.height <= PAGE_HEIGHT
    }
}

/// Lays out the nodes within one group. Returns the total size.
fn place(graph: &Graph, page: f32, inside: &[u32], links: &[u32], whole: &mut Layout) -> Size {
    let local = |n: u32| inside.binary_search(&n).unwrap_or_default() as u32;
    let lines = links.iter().filter_map(|&e| graph.line(e as usize));
    let edges = lines.map(|(a, b)| (local(a), local(b))).collect();
    let placed = layout(&Request {
        nodes: inside.iter().map(|&n| graph.nodes[n as usize].size).collect(),
        edges,
        direction: Direction::LeftRight,
        layer_gap: 56.0,
        node_gap: 16.0,
        page,
    });
    for ((&n, at), layer) in inside.iter().zip(placed.nodes).zip(placed.layer) {
        (whole.nodes[n as usize], whole.layer[n as usize]) = (at, layer);
    }
    for ((&e, route), reversed) in links.iter().zip(placed.routes).zip(placed.reversed) {
        (whole.routes[e as usize], whole.reversed[e as usize]) = (route, reversed);
    }
    Size { w: placed.width, h: placed.height }
}
