//! What must hold for every drawing, whatever the graph.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use makespan_layout::{Direction, Layout, Point, Request, Size, layout};
use proptest::prelude::*;

/// How exact coordinates are, for f32 at the size of the drawing.
fn tolerance(drawing: &Layout) -> f32 {
    0.01 + drawing.width.max(drawing.height) * 1e-6
}

fn check(request: &Request) -> Layout {
    let drawing = layout(request);
    assert_eq!(drawing, layout(request), "the same request gives the same drawing");
    check_nodes(request, &drawing);
    check_layers(request, &drawing);
    check_routes(request, &drawing);
    drawing
}

fn check_nodes(request: &Request, drawing: &Layout) {
    let near = tolerance(drawing);
    assert_eq!(drawing.nodes.len(), request.nodes.len());
    assert!(drawing.width.is_finite() && drawing.height.is_finite());
    for (at, size) in drawing.nodes.iter().zip(&request.nodes) {
        assert!(at.x.is_finite() && at.y.is_finite());
        assert!(at.x - size.w / 2.0 >= -near && at.x + size.w / 2.0 <= drawing.width + near);
        assert!(at.y - size.h / 2.0 >= -near && at.y + size.h / 2.0 <= drawing.height + near);
    }
    let mut by_y: Vec<usize> = (0..request.nodes.len()).collect();
    by_y.sort_by(|&a, &b| top(request, drawing, a).total_cmp(&top(request, drawing, b)));
    for (i, &a) in by_y.iter().enumerate() {
        for &b in &by_y[i + 1..] {
            if top(request, drawing, b) + near >= drawing.nodes[a].y + request.nodes[a].h / 2.0 {
                break;
            }
            let apart = (drawing.nodes[a].x - drawing.nodes[b].x).abs();
            let beside = apart >= (request.nodes[a].w + request.nodes[b].w) / 2.0 - near;
            let flat = request.nodes[a].h.min(request.nodes[b].h) <= near;
            assert!(beside || flat, "boxes of {a} and {b} overlap");
        }
    }
}

fn top(request: &Request, drawing: &Layout, node: usize) -> f32 {
    drawing.nodes[node].y - request.nodes[node].h / 2.0
}

fn check_layers(request: &Request, drawing: &Layout) {
    assert_eq!(drawing.reversed.len(), request.edges.len());
    for (&(u, v), &reversed) in request.edges.iter().zip(&drawing.reversed) {
        let (Some(&from), Some(&to)) = (drawing.layer.get(u as usize), drawing.layer.get(v as usize)) else {
            assert!(!reversed);
            continue;
        };
        let (a, b) = (drawing.nodes[u as usize], drawing.nodes[v as usize]);
        let flows = match request.direction {
            Direction::LeftRight => b.x >= a.x,
            Direction::TopDown => b.y >= a.y,
        };
        if u == v {
            assert!(!reversed);
        } else if reversed {
            assert!(from > to);
        } else {
            assert!(from < to && flows);
        }
    }
}

fn check_routes(request: &Request, drawing: &Layout) {
    assert_eq!(drawing.routes.len(), request.edges.len());
    for (&(u, v), route) in request.edges.iter().zip(&drawing.routes) {
        let points = &route.points;
        if u as usize >= request.nodes.len() || v as usize >= request.nodes.len() {
            assert!(points.is_empty());
            continue;
        }
        assert!(points.len() >= 4 && points.len() % 3 == 1);
        assert!(points.iter().all(|p| p.x.is_finite() && p.y.is_finite()));
        assert!(on_border(request, drawing, u as usize, points[0]), "start of {u} → {v}");
        assert!(on_border(request, drawing, v as usize, *points.last().unwrap()), "end of {u} → {v}");
    }
}

fn on_border(request: &Request, drawing: &Layout, node: usize, p: Point) -> bool {
    let near = tolerance(drawing);
    let (at, size) = (drawing.nodes[node], request.nodes[node]);
    let (dx, dy) = ((p.x - at.x).abs() - size.w / 2.0, (p.y - at.y).abs() - size.h / 2.0);
    dx <= near && dy <= near && (dx.abs() <= near || dy.abs() <= near)
}

/// Points along a route, `steps` per piece.
fn flatten(points: &[Point], steps: usize) -> Vec<Point> {
    let mut line = vec![points[0]];
    for piece in points.windows(4).step_by(3) {
        for step in 1..=steps {
            let t = step as f32 / steps as f32;
            let s = 1.0 - t;
            let (a, b, c, d) = (s * s * s, 3.0 * s * s * t, 3.0 * s * t * t, t * t * t);
            line.push(Point {
                x: a * piece[0].x + b * piece[1].x + c * piece[2].x + d * piece[3].x,
                y: a * piece[0].y + b * piece[1].y + c * piece[2].y + d * piece[3].y,
            });
        }
    }
    line
}

fn check_routes_avoid_boxes(request: &Request, drawing: &Layout) {
    let near = tolerance(drawing);
    for (&(u, v), route) in request.edges.iter().zip(&drawing.routes) {
        for p in flatten(&route.points, 12) {
            for (node, (at, size)) in drawing.nodes.iter().zip(&request.nodes).enumerate() {
                let inside =
                    (p.x - at.x).abs() < size.w / 2.0 - near && (p.y - at.y).abs() < size.h / 2.0 - near;
                assert!(!inside || node == u as usize || node == v as usize, "{u} → {v} runs through {node}");
            }
        }
    }
}

fn sizes() -> impl Strategy<Value = Vec<Size>> {
    prop::collection::vec((0u8..200, 0u8..80), 1..36)
        .prop_map(|raw| raw.into_iter().map(|(w, h)| Size { w: f32::from(w), h: f32::from(h) }).collect())
}

fn requests() -> impl Strategy<Value = Request> {
    let edges = prop::collection::vec((0u32..38, 0u32..38), 0..90);
    (sizes(), edges, any::<bool>(), 0u8..60, 0u8..40).prop_map(|(nodes, edges, down, layer_gap, node_gap)| {
        Request {
            nodes,
            edges,
            direction: if down { Direction::TopDown } else { Direction::LeftRight },
            layer_gap: f32::from(layer_gap),
            node_gap: f32::from(node_gap),
            page: 0.0,
        }
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(80))]
    #[test]
    fn any_request_gets_a_sound_drawing(request in requests()) {
        check(&request);
    }

    #[test]
    fn routes_keep_off_foreign_boxes(mut request in requests()) {
        request.node_gap += 8.0;
        request.edges.retain(|&(u, v)| u != v && (u.max(v) as usize) < request.nodes.len());
        check_routes_avoid_boxes(&request, &layout(&request));
    }

    #[test]
    fn any_floats_are_survived(
        lengths in prop::collection::vec((any::<f32>(), any::<f32>()), 0..12),
        edges in prop::collection::vec((any::<u32>().prop_map(|v| v % 16), 0u32..16), 0..30),
        gaps in (any::<f32>(), any::<f32>()),
    ) {
        let nodes = lengths.into_iter().map(|(w, h)| Size { w, h }).collect();
        let request = Request { nodes, edges, layer_gap: gaps.0, node_gap: gaps.1, ..Request::default() };
        let drawing = layout(&request);
        prop_assert!(drawing.nodes.iter().all(|p| p.x.is_finite() && p.y.is_finite()));
        prop_assert!(drawing.routes.iter().flat_map(|r| &r.points).all(|p| p.x.is_finite() && p.y.is_finite()));
    }
}

fn boxes(nodes: u32, edges: Vec<(u32, u32)>) -> Request {
    Request { nodes: vec![Size { w: 100.0, h: 30.0 }; nodes as usize], edges, ..Request::default() }
}

#[test]
fn an_empty_request_gives_an_empty_layout() {
    assert_eq!(layout(&Request::default()), Layout::default());
    let dangling = layout(&boxes(0, vec![(0, 1)]));
    assert!(dangling.routes[0].points.is_empty());
}

#[test]
fn a_chain_is_a_straight_row() {
    let drawing = check(&boxes(4, vec![(0, 1), (1, 2), (2, 3)]));
    assert_eq!(drawing.layer, [0, 1, 2, 3]);
    assert!(drawing.nodes.iter().all(|p| p.y == 15.0));
    assert_eq!((drawing.width, drawing.height), (4.0 * 100.0 + 3.0 * 48.0, 30.0));
    assert!(drawing.routes.iter().all(|r| r.points.len() == 4 && r.points.iter().all(|p| p.y == 15.0)));
}

#[test]
fn a_fork_is_centred_on_its_branches() {
    let drawing = check(&boxes(4, vec![(0, 1), (0, 2), (1, 3), (2, 3)]));
    assert!((drawing.nodes[0].y - drawing.height / 2.0).abs() < 0.5);
    assert!((drawing.nodes[3].y - drawing.height / 2.0).abs() < 0.5);
    assert_ne!(drawing.nodes[1].y, drawing.nodes[2].y);
}

#[test]
fn a_cycle_turns_one_edge() {
    let drawing = check(&boxes(3, vec![(0, 1), (1, 2), (2, 0), (1, 1)]));
    assert_eq!(drawing.reversed, [false, false, true, false]);
    assert_eq!(drawing.layer, [0, 1, 2]);
}

#[test]
fn nodes_without_edges_make_a_compact_block() {
    let drawing = check(&boxes(400, vec![(7, 7)]));
    assert!(drawing.width < 3.0 * drawing.height && drawing.height < 3.0 * drawing.width);
    assert_eq!(drawing.routes[0].points.len(), 4);
}

#[test]
fn components_do_not_mix() {
    let drawing = check(&boxes(7, vec![(0, 1), (1, 2), (3, 4), (4, 5)]));
    let rows: Vec<f32> = [0, 3, 6].iter().map(|&v| drawing.nodes[v].y).collect();
    assert!(rows[0] < rows[1] && rows[1] < rows[2]);
}

#[test]
fn equal_requests_are_equal_bit_by_bit() {
    use std::hash::{BuildHasher, BuildHasherDefault, DefaultHasher};
    let hash = |r: &Request| BuildHasherDefault::<DefaultHasher>::default().hash_one(r);
    let (a, mut b) = (boxes(3, vec![(0, 1)]), boxes(3, vec![(0, 1)]));
    assert!(a == b && hash(&a) == hash(&b));
    b.nodes[2].h = 30.5;
    assert!(a != b && hash(&a) != hash(&b));
}
