//! What only shows in wasm: its stack is a mebibyte, and no walk may need more however deep a run is.
#![cfg(target_family = "wasm")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::fmt::Write as _;
use std::sync::Arc;

use makespan_analysis::Facts;
use makespan_layout::{Direction, Request, Size, layout};
use makespan_model::{Run, TaskId, notation};
use makespan_views::timeline::{Frame, Index, Lanes, scene};
use makespan_views::{
    Look,
    graph::{Graph, Graphing},
};
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};

wasm_bindgen_test_configure!(run_in_browser);

/// A chain of `n` tasks, each after the one before and contained in the one after.
fn chain(n: usize) -> Run {
    let mut text = String::new();
    for i in 0..n {
        let after = if i == 0 { String::new() } else { format!("t{}", i - 1) };
        let _ = writeln!(text, "t{i} {i}..{} w{} {after}", i + 1, i % 8);
    }
    notation::run(&text).unwrap()
}

#[wasm_bindgen_test]
fn a_chain_of_a_hundred_thousand_is_folded_counted_and_drawn() {
    let facts = Facts::new(Arc::new(chain(100_000)));
    assert_eq!(facts.critical_path().unwrap().tasks.len(), 100_000);
    assert_eq!(facts.upstream(TaskId(99_999)).iter().filter(|u| **u).count(), 99_999);
    let index = Index::new(facts.run(), Lanes::Worker);
    let drawn = scene(facts.run(), &index, &Look::default(), &Frame::whole(&index, 800.0));
    assert!(drawn.item_count() > 8 && drawn.item_count() < 20_000);
    assert!(Graph::new(&facts, &Graphing::default(), None).left_out > 0);
}

#[wasm_bindgen_test]
fn a_chain_of_a_hundred_thousand_is_laid_out() {
    let n = 100_000u32;
    let request = Request {
        nodes: vec![Size { w: 10.0, h: 10.0 }; n as usize],
        edges: (1..n).map(|i| (i - 1, i)).collect(),
        direction: Direction::LeftRight,
        layer_gap: 10.0,
        node_gap: 4.0,
        page: 0.0,
    };
    assert_eq!(layout(&request).nodes.len(), n as usize);
}

#[wasm_bindgen_test]
fn parameters_nested_beyond_any_stack_are_shown_as_they_are() {
    let deep = format!("{}1{}", "{\"a\":".repeat(50_000), "}".repeat(50_000));
    let line = format!("{{\"event\":\"task\",\"task\":\"t\",\"params\":{deep}}}");
    let mut runs = makespan_model::RunsBuilder::new();
    runs.apply(&makespan_format::read_line(line.as_bytes()).unwrap().event);
    let facts = Facts::new(Arc::new(runs.finish().0.remove(0)));
    let shown = makespan_views::details::details(&facts, TaskId(0), &Look::default());
    assert!(shown.iter().any(|s| s.id == "params"));
}
