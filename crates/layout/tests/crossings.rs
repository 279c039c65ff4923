//! Few edges cross on random layered graphs made from a seed.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use makespan_layout::{Direction, Request, Size, layout, quality};

/// `layers` rows of `width / 2` to `width * 3 / 2` nodes, each of which has one to three edges from the row before or,
/// rarely, from the one before that.
fn random_layered(layers: usize, width: u64, seed: u64) -> Request {
    let mut state = seed;
    let mut next = move || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        state >> 33
    };
    let (mut edges, mut rows, mut nodes) = (Vec::new(), Vec::<Vec<u32>>::new(), 0u32);
    for _ in 0..layers {
        let count = (width / 2 + next() % width) as u32;
        let row: Vec<u32> = (nodes..nodes + count).collect();
        nodes += count;
        if let Some(last) = rows.last() {
            for &node in &row {
                for _ in 0..1 + next() % 3 {
                    let far = next() % 16 == 0 && rows.len() > 1;
                    let from = if far { &rows[rows.len() - 2] } else { last };
                    edges.push((from[next() as usize % from.len()], node));
                }
            }
        }
        rows.push(row);
    }
    Request {
        nodes: vec![Size { w: 120.0, h: 36.0 }; nodes as usize],
        edges,
        direction: Direction::TopDown,
        layer_gap: 40.0,
        node_gap: 20.0,
        page: 0.0,
    }
}

/// Layers, width and seed; crossings that must not be exceeded, drawn straight from centre to centre; those of Graphviz'
/// `dot` 2.43 with equal boxes and gaps, for comparison.
const MADE: [((usize, u64, u64), u64, u64); 3] =
    [((9, 11, 1), 188, 202), ((9, 11, 2), 299, 300), ((20, 25, 3), 3_450, 3_947)];

#[test]
fn random_graphs_have_few_crossings() {
    for ((layers, width, seed), most, dot) in MADE {
        let request = random_layered(layers, width, seed);
        let drawing = layout(&request);
        let straight = quality::straight_crossings(&drawing.nodes, &request.edges);
        assert!(most < dot && straight <= most, "seed {seed}: {straight} crossings");
        let drawn = quality::drawn_crossings(&drawing.routes, &request.edges);
        assert!(drawn <= most, "seed {seed}: {drawn} crossings of the lines as drawn");
    }
}
