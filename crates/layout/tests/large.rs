//! Large and hostile graphs on a small stack, and real graphs of other programs' benchmarks where they are at hand.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stderr, clippy::print_stdout)]

use makespan_layout::{Direction, Layout, Request, Size, layout, quality};

const NODES: u32 = 100_000;

fn on_a_small_stack(edges: Vec<(u32, u32)>) -> Layout {
    let request =
        Request { nodes: vec![Size { w: 120.0, h: 36.0 }; NODES as usize], edges, ..Request::default() };
    let thread = std::thread::Builder::new().stack_size(512 * 1024).spawn(move || layout(&request)).unwrap();
    let drawing = thread.join().expect("the stack is enough");
    assert!(drawing.nodes.iter().all(|p| p.x.is_finite() && p.y.is_finite()));
    drawing
}

#[test]
fn a_long_chain() {
    let drawing = on_a_small_stack((1..NODES).map(|v| (v - 1, v)).collect());
    assert_eq!(drawing.layer[NODES as usize - 1], NODES - 1);
    assert!(drawing.nodes.windows(2).all(|pair| pair[1].x > pair[0].x + 120.0));
}

#[test]
fn a_long_chain_under_many_long_edges() {
    let skips = (2..NODES).step_by(11).map(|v| (0, v));
    let drawing = on_a_small_stack((1..NODES).map(|v| (v - 1, v)).chain(skips).collect());
    assert_eq!(drawing.layer[NODES as usize - 1], NODES - 1);
    assert!(drawing.routes.iter().all(|route| route.points.len() >= 4));
}

#[test]
fn a_wide_fan_out_and_in() {
    let leaves = 1..NODES - 1;
    let drawing = on_a_small_stack(leaves.clone().flat_map(|v| [(0, v), (v, NODES - 1)]).collect());
    assert!(leaves.into_iter().all(|v| drawing.layer[v as usize] == 1));
}

#[test]
fn one_great_cycle() {
    let drawing = on_a_small_stack((0..NODES).map(|v| (v, (v + 1) % NODES)).collect());
    assert_eq!(drawing.reversed.iter().filter(|&&r| r).count(), 1);
}

/// Crossings that this crate must not exceed; those of Graphviz' `dot` with equal boxes and gaps are 312, 3802, 13065 and
/// 24917, and 0 and 1520 for the workflows.
const BENCH: [(&str, u64); 6] = [
    ("rnd100", 305),
    ("rnd500", 3_350),
    ("rnd1000", 13_100),
    ("run1000", 24_900),
    ("wf_epigenomics-ilmn-6seq-50k-001", 0),
    ("wf_cycles-10l-1c-9p-001", 1_520),
];

#[test]
fn few_crossings_on_the_bench_graphs() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/bench/dag");
    for (name, most) in BENCH {
        let Ok(text) = std::fs::read_to_string(format!("{folder}/{name}.txt")) else {
            println!("skipped: {name} is not at hand");
            continue;
        };
        let mut numbers = text.split_ascii_whitespace().map(|word| word.parse::<u32>().unwrap());
        let (nodes, count) = (numbers.next().unwrap(), numbers.next().unwrap());
        let edges: Vec<(u32, u32)> =
            (0..count).map(|_| (numbers.next().unwrap(), numbers.next().unwrap())).collect();
        let drawing = layout(&Request {
            nodes: vec![Size { w: 120.0, h: 36.0 }; nodes as usize],
            edges: edges.clone(),
            direction: Direction::TopDown,
            layer_gap: 40.0,
            node_gap: 20.0,
            page: 0.0,
        });
        let crossings = quality::straight_crossings(&drawing.nodes, &edges);
        assert!(crossings <= most, "{name}: {crossings} crossings");
    }
}
