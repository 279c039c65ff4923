//! The nodes of a graph along an axis of time: the left side of each is where its first task started.
//!
//! Each node stands as near as possible to what it depends on, but never on another one. Expanded groups are placed like
//! nodes, with their contents within.

use std::cmp::Reverse;

use makespan_layout::{Layout, Point, Route, Size};
use makespan_model::{NONE, Order as _, Run};
use makespan_scene::{Group, Path, Role, Scene};

use super::arrange::{Axis, Drawn};
use super::node::{AIR, Node, TITLE};
use super::nodes::Graph;
use super::plane::Frame;
use crate::look::Look;
use crate::timeline::{axis_on, standing};

/// Height of the axis, px at zoom 1.
const AXIS: f32 = 30.0;
/// Distance between nodes, px at zoom 1.
const GAP: f32 = 14.0;
/// Width of the axis for few nodes, and for many, px at zoom 1.
const SHORTEST: f32 = 1_150.0;
const LONGEST: f32 = 24_000.0;
/// Length of the curve at both ends of a line, px at zoom 1.
const BEND: (f32, f32) = (24.0, 90.0);

/// Distance of a line from the corner of a box, px at zoom 1.
const EDGE: f32 = 8.0;

/// Places the nodes of a graph along the axis; without any times, all at its beginning. O(n² log n) for nodes that overlap
/// in time, of which there are at most a few thousand.
pub fn in_time(run: &Run, mut graph: Graph) -> Drawn {
    // Boxes of groups that were laid out before start from their titles again.
    graph.nodes.iter_mut().filter(|node| node.is_open).for_each(Node::fit_words);
    let n = graph.nodes.len();
    let extent = run.extent().unwrap_or((0, 0));
    let standing = standing(run, extent);
    let starts: Vec<i64> = graph
        .nodes
        .iter()
        .map(|node| {
            node.tasks.iter().map(|t| standing[*t as usize].0).min().unwrap_or(extent.0).min(extent.1)
        })
        .collect();
    let shown = graph.nodes.iter().filter(|node| !node.is_open).count() as f32;
    let length = (shown.sqrt() * 200.0).clamp(SHORTEST, LONGEST);
    let axis = Axis { times: (extent.0, extent.1.max(extent.0.saturating_add(1))), length };
    let scale = axis.scale();
    let mut left: Vec<f32> = starts.iter().map(|t| scale.x(*t) as f32).collect();

    let mut inside = vec![Vec::new(); n + 1];
    let slot = |parent: u32| if parent == NONE { n } else { parent as usize };
    let mut before = vec![Vec::new(); n];
    graph.nodes.iter().enumerate().for_each(|(i, node)| inside[slot(node.parent)].push(i as u32));
    graph.edges.iter().chain(&graph.within).for_each(|&(a, b)| before[b as usize].push(a));
    let mut order: Vec<(u32, usize)> = vec![(0, n)];
    for (i, node) in graph.nodes.iter().enumerate().filter(|(_, node)| node.is_open) {
        let (mut depth, mut at) = (1, node.parent);
        while at != NONE {
            (depth, at) = (depth + 1, graph.nodes[at as usize].parent);
        }
        order.push((depth, i));
    }
    // The deepest groups first, the plane itself last.
    order.order_by_numbers(|&(depth, node)| (Reverse(depth), node));
    let mut top = vec![0.0f32; n];
    let mut whole = Size::default();
    for &(_, border) in &order {
        let bottom = stack(&graph, &mut inside[border], &left, &before, &mut top);
        let right = inside[border].iter().map(|i| left[*i as usize] + graph.nodes[*i as usize].size.w);
        let right = right.fold(0.0, f32::max);
        match graph.nodes.get_mut(border) {
            None => whole = Size { w: right.max(length), h: bottom + AXIS },
            Some(node) => {
                let first = inside[border].iter().map(|i| left[*i as usize]).fold(f32::MAX, f32::min);
                left[border] = first.min(left[border]) - AIR;
                node.size = Size { w: node.size.w.max(right - left[border] + AIR), h: bottom + TITLE + AIR };
            }
        }
    }
    // From positions within groups to the plane, the outermost groups first.
    for &(_, border) in order.iter().rev() {
        let shift = if border == n { AXIS } else { top[border] + TITLE };
        inside[border].iter().for_each(|i| top[*i as usize] += shift);
    }
    let nodes: Vec<Point> = (0..n)
        .map(|i| Point { x: left[i] + graph.nodes[i].size.w / 2.0, y: top[i] + graph.nodes[i].size.h / 2.0 })
        .collect();
    let size = |i: u32| graph.nodes[i as usize].size;
    let route = |&(a, b): &(u32, u32)| line((nodes[a as usize], size(a)), (nodes[b as usize], size(b)));
    let routes: Vec<Route> = graph.edges.iter().chain(&graph.within).map(route).collect();
    let layout = Layout {
        width: whole.w,
        height: whole.h,
        layer: vec![0; n],
        reversed: vec![false; routes.len()],
        nodes,
        routes,
    };
    Drawn { graph, layout, axis: Some(axis) }
}

/// Returns the line between two nodes, given by centre and size: from the right side of the first to the left side of the
/// second; if that begins before the first box ends, from below or above, where it passes no text.
fn line((a, of_a): (Point, Size), (b, of_b): (Point, Size)) -> Route {
    let (from, to) = (Point { x: a.x + of_a.w / 2.0, ..a }, Point { x: b.x - of_b.w / 2.0, ..b });
    if to.x >= from.x + BEND.0 / 2.0 || (a.y - b.y).abs() < of_a.h / 2.0 {
        let bend = ((to.x - from.x).abs() / 2.0).clamp(BEND.0, BEND.1);
        let points = vec![from, Point { x: from.x + bend, ..from }, Point { x: to.x - bend, ..to }, to];
        return Route { points };
    }
    let (begin, end) = (a.x - of_a.w / 2.0 + EDGE, from.x - EDGE);
    let side = if b.y > a.y { a.y + of_a.h / 2.0 } else { a.y - of_a.h / 2.0 };
    let from = Point { x: (to.x - BEND.0).clamp(begin, end.max(begin)), y: side };
    Route {
        points: vec![from, Point { y: (side + to.y) / 2.0, ..from }, Point { x: to.x - BEND.0, ..to }, to],
    }
}

/// Finds the top of each of some nodes, so that none overlaps another. Returns the bottom of the lowest.
fn stack(graph: &Graph, nodes: &mut [u32], left: &[f32], before: &[Vec<u32>], top: &mut [f32]) -> f32 {
    nodes.order_by(|a, b| left[*a as usize].total_cmp(&left[*b as usize]).then(a.cmp(b)));
    let size = |i: u32| graph.nodes[i as usize].size;
    let mut placed: Vec<u32> = Vec::new();
    let mut is_placed = vec![false; top.len()];
    let mut bottom = 0.0f32;
    for &node in nodes.iter() {
        let (at, own) = (left[node as usize], size(node));
        // Nodes come from left to right, so a placed one overlaps if it reaches this far.
        placed.retain(|i| left[*i as usize] + size(*i).w + GAP > at);
        let mut taken: Vec<(f32, f32)> =
            placed.iter().map(|i| (top[*i as usize], top[*i as usize] + size(*i).h + GAP)).collect();
        taken.order_by(|a, b| a.0.total_cmp(&b.0));
        let middles = before[node as usize].iter().filter(|i| is_placed[**i as usize]);
        let middles: Vec<f32> = middles.map(|i| top[*i as usize] + size(*i).h / 2.0).collect();
        let wanted = match middles.len() {
            0 => 0.0,
            count => (middles.iter().sum::<f32>() / count as f32 - own.h / 2.0).max(0.0),
        };
        let (mut best, mut free) = (f32::MAX, 0.0f32);
        let needed = own.h + GAP;
        for (from, to) in taken.into_iter().chain([(f32::MAX, f32::MAX)]) {
            if from - free >= needed {
                let here = wanted.clamp(free, (from - needed).max(free));
                if (here - wanted).abs() < (best - wanted).abs() {
                    best = here;
                }
            }
            free = free.max(to);
        }
        top[node as usize] = best;
        is_placed[node as usize] = true;
        bottom = bottom.max(best + own.h);
        placed.push(node);
    }
    bottom
}

/// Draws the axis behind the nodes, if they stand along one.
pub(super) fn axis(run: &Run, drawn: &Drawn, look: &Look, frame: &Frame, body: &mut Group) {
    let Some(axis) = &drawn.axis else { return };
    let mut scene = Scene::new(drawn.layout.width, drawn.layout.height, "");
    axis_on(&mut scene, run, &axis.scale(), look, AXIS - 8.0, drawn.layout.height);
    // Lines are as thin at any zoom.
    let zoom = frame.camera.zoom.max(0.01);
    body.items.extend(scene.items);
    let (x, bottom) = (axis.length, drawn.layout.height);
    let stroke = makespan_scene::Stroke::new(Role::Grid, 1.0 / zoom);
    body.push(Path::line((x, AXIS - 8.0), (x, bottom), stroke));
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use makespan_analysis::Facts;
    use proptest::prelude::*;

    use super::*;
    use crate::graph::{Drawing, Graphing, Grouping};

    fn drawn(text: &str, open: &[&str]) -> Drawn {
        let facts = Facts::new(std::sync::Arc::new(makespan_model::notation::run(text).unwrap()));
        let by = if open.is_empty() { Grouping::Tasks } else { Grouping::Groups };
        let mut choice = Graphing { by, drawing: Drawing::Time, ..Graphing::default() };
        open.iter().for_each(|key| choice.expand(key, true));
        in_time(facts.run(), Graph::new(&facts, &choice, None))
    }

    fn boxes(drawn: &Drawn) -> Vec<(f32, f32, f32, f32)> {
        let at = |(node, p): (&crate::graph::Node, &Point)| {
            (p.x - node.size.w / 2.0, p.y - node.size.h / 2.0, node.size.w, node.size.h)
        };
        drawn.graph.nodes.iter().zip(&drawn.layout.nodes).map(at).collect()
    }

    #[test]
    fn nodes_begin_where_their_tasks_started() {
        let all = drawn("a 0..10 w\nb 50..60 w a\nc 100..100 w b\nnever - - c skipped", &[]);
        let left: Vec<i32> = boxes(&all).iter().map(|b| b.0.round() as i32).collect();
        assert_eq!(left, [0, 575, 1150, 1150]);
        // A chain is a line as long as nothing is in its way.
        let top: Vec<i32> = boxes(&all).iter().map(|b| b.1.round() as i32).collect();
        assert_eq!((top[0], top[1], top[2]), (30, 30, 30));
        assert!(top[3] > 70);
    }

    #[test]
    fn an_expanded_group_surrounds_its_tasks() {
        let all = drawn("a 0..10 w in=g\nb 20..40 w a in=g\nc 100..110 w b", &["p:g"]);
        let boxes = boxes(&all);
        let border = all.graph.nodes.iter().position(|n| n.is_open).unwrap();
        let (x, y, w, h) = boxes[border];
        for (i, node) in all.graph.nodes.iter().enumerate().filter(|(_, n)| n.parent == border as u32) {
            let inner = boxes[i];
            assert!(inner.0 >= x && inner.1 >= y + TITLE, "{}", node.label);
            assert!(inner.0 + inner.2 <= x + w && inner.1 + inner.3 <= y + h, "{}", node.label);
        }
    }

    proptest! {
        #[test]
        fn no_node_lies_on_another(starts in proptest::collection::vec((0u32..60, any::<prop::sample::Index>()), 1..60)) {
            let mut text = String::new();
            for (i, (start, on)) in starts.iter().enumerate() {
                let on = if i > 0 { format!("t{}", on.index(i)) } else { String::new() };
                text.push_str(&format!("t{i} {start}..{} w {on}\n", start + 1));
            }
            let boxes = boxes(&drawn(&text, &[]));
            for (i, a) in boxes.iter().enumerate() {
                for b in &boxes[i + 1..] {
                    let apart = a.0 + a.2 <= b.0 || b.0 + b.2 <= a.0 || a.1 + a.3 <= b.1 || b.1 + b.3 <= a.1;
                    prop_assert!(apart, "{a:?} {b:?}");
                }
            }
        }
    }
}
