//! Drawings longer than a page become bands, high ones get rows, and both stay sound.

use makespan_layout::{Layout, Request, Size, layout};
use proptest::prelude::*;

const PAGE: f32 = 1_400.0;

fn ladder(length: u32, extra: &[(u32, u32)]) -> Request {
    let mut edges: Vec<(u32, u32)> = (1..length).map(|i| (i - 1, i)).collect();
    edges.extend(extra.iter().map(|&(a, b)| (a % length, b % length)).filter(|(a, b)| a != b));
    Request {
        nodes: vec![Size { w: 120.0, h: 40.0 }; length as usize],
        edges,
        page: PAGE,
        ..Request::default()
    }
}

fn point(points: &[makespan_layout::Point], t: f32) -> (f32, f32) {
    let s = 1.0 - t;
    let (a, b, c, d) = (s * s * s, 3.0 * s * s * t, 3.0 * s * t * t, t * t * t);
    (
        a * points[0].x + b * points[1].x + c * points[2].x + d * points[3].x,
        a * points[0].y + b * points[1].y + c * points[2].y + d * points[3].y,
    )
}

/// Boxes keep apart, routes are whole, start and end at their nodes and keep off all others.
fn check(request: &Request) -> Layout {
    let drawing = layout(request);
    let size = request.nodes[0];
    let inside = |node: usize, x: f32, y: f32, by: f32| {
        let at = drawing.nodes[node];
        (x - at.x).abs() < size.w / 2.0 - by && (y - at.y).abs() < size.h / 2.0 - by
    };
    for a in 0..drawing.nodes.len() {
        for b in 0..a {
            let (p, q) = (drawing.nodes[a], drawing.nodes[b]);
            assert!(
                (p.x - q.x).abs() >= size.w - 0.1 || (p.y - q.y).abs() >= size.h - 0.1,
                "{a} lies on {b}"
            );
        }
    }
    for (&(a, b), route) in request.edges.iter().zip(&drawing.routes) {
        assert!(route.points.len() >= 4 && route.points.len() % 3 == 1);
        let (start, end) = (route.points[0], route.points[route.points.len() - 1]);
        assert!(inside(a as usize, start.x, start.y, -0.1) && inside(b as usize, end.x, end.y, -0.1));
        for piece in route.points.windows(4).step_by(3) {
            for step in 0..=12 {
                let (x, y) = point(piece, step as f32 / 12.0);
                assert!(x >= -0.1 && y >= -0.1 && x <= drawing.width + 0.1 && y <= drawing.height + 0.1);
                for node in 0..drawing.nodes.len() {
                    let own = node == a as usize || node == b as usize;
                    assert!(own || !inside(node, x, y, 0.1), "{a} to {b} runs through {node}");
                }
            }
        }
    }
    drawing
}

#[test]
fn a_chain_of_a_hundred_becomes_a_page() {
    let drawing = check(&ladder(100, &[]));
    let aspect = drawing.width / drawing.height;
    assert!((1.0 / 3.0..=4.0).contains(&aspect), "{} x {}", drawing.width, drawing.height);
    assert!(drawing.nodes.windows(2).all(|two| two[1].x > two[0].x || two[1].y > two[0].y + 40.0));
    let whole = layout(&Request { page: 0.0, ..ladder(100, &[]) });
    assert!(whole.width / whole.height > 100.0);
}

#[test]
fn a_chain_is_folded_for_the_page_it_is_asked_for() {
    for page in [400.0, 500.0, 700.0] {
        let drawing = check(&Request { page, ..ladder(24, &[]) });
        assert!(drawing.width <= page * 1.2, "{} on a page of {page}", drawing.width);
        // Lines that go on in the next band stay on the page as well.
        for route in &drawing.routes {
            assert!(route.points.iter().all(|p| p.x >= -0.1 && p.x <= drawing.width + 0.1));
        }
    }
}

#[test]
fn what_fits_on_a_page_stays_in_one_row() {
    let drawing = layout(&ladder(8, &[]));
    assert!(drawing.nodes.iter().all(|at| at.y == drawing.nodes[0].y));
}

/// One node before `wide` and one after them, in `layers` layers where each node follows one of the layer before.
fn fan(wide: u32, layers: u32, leaps: &[(u32, u32)]) -> Request {
    let inner = wide * layers;
    let mut edges: Vec<(u32, u32)> = (0..inner)
        .map(|i| if i < wide { (inner, i) } else { (i - wide + (i * 7) % 3, i) })
        .chain((0..wide).map(|i| (inner - wide + i, inner + 1)))
        .collect();
    edges.extend(leaps.iter().map(|&(a, b)| (a % inner, b % inner)).filter(|(a, b)| a != b));
    let nodes = vec![Size { w: 120.0, h: 40.0 }; inner as usize + 2];
    Request { nodes, edges, layer_gap: 56.0, page: PAGE, ..Request::default() }
}

#[test]
fn a_layer_of_two_hundred_nodes_is_split_into_rows() {
    let drawing = check(&fan(200, 1, &[(3, 3)]));
    let aspect = drawing.width / drawing.height;
    assert!((1.0 / 3.0..=4.0).contains(&aspect), "{} x {}", drawing.width, drawing.height);
    let rows = |layer| drawing.layer.iter().filter(|l| **l == layer).count();
    assert_eq!((rows(0), rows(1), rows(2)), (1, 200, 1), "a layer stays one");
    let whole = layout(&Request { page: 0.0, ..fan(200, 1, &[]) });
    assert!(whole.height / whole.width > 20.0);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]
    #[test]
    fn folded_drawings_are_sound(length in 20u32..70, extra in prop::collection::vec((0u32..70, 0u32..70), 0..14)) {
        // Short leaps, as in real runs: leaps over half the graph make it as high as long.
        let extra: Vec<_> = extra.iter().map(|&(a, b)| (a, a.saturating_add(b % 12))).collect();
        let drawing = check(&ladder(length, &extra));
        prop_assert!(drawing.width / drawing.height < 4.5);
    }

    #[test]
    fn high_drawings_are_sound(
        wide in 30u32..70,
        layers in 1u32..4,
        leaps in prop::collection::vec((0u32..210, 0u32..210), 0..10),
    ) {
        let drawing = check(&fan(wide, layers, &leaps));
        prop_assert!(drawing.height / drawing.width < 3.0);
    }
}
