//! The graph opens readable whatever its shape, its groups expand in place, and everything drawn is hit.

#![allow(clippy::unwrap_used, clippy::panic)]

use std::fmt::Write as _;
use std::sync::Arc;

use makespan_analysis::Facts;
use makespan_layout::{Layout, Point};
use makespan_model::{Status, notation};
use makespan_scene::{Item, Scene, hit};
use makespan_views::graph::{
    Drawn, Focus, Frame, Graphing, Grouping, Node, PAGE, READABLE, drawn, fit, group_details, opening, scene,
};
use makespan_views::{Block, Look, Marks, Target};

const SIZE: (f32, f32) = (1_200.0, 680.0);

fn facts(text: &str) -> Facts {
    Facts::new(Arc::new(notation::run(text).unwrap()))
}

fn by(by: Grouping) -> Graphing {
    Graphing { by, ..Graphing::default() }
}

fn picture(facts: &Facts, drawn: &Drawn, look: &Look) -> Scene {
    let camera = opening(&drawn.layout, SIZE.0, SIZE.1);
    scene(facts.run(), drawn, look, &Frame { width: SIZE.0, height: SIZE.1, camera })
}

/// Each text of a scene with its size on the screen, px.
fn texts(scene: &Scene) -> Vec<(String, f32)> {
    fn walk(items: &[Item], scale: f32, out: &mut Vec<(String, f32)>) {
        for item in items {
            match item {
                Item::Group(group) => walk(&group.items, scale * group.scale, out),
                Item::Text(text) => out.push((text.text.to_string(), text.size * scale)),
                _ => {}
            }
        }
    }
    let mut out = Vec::new();
    walk(&scene.items, 1.0, &mut out);
    out
}

fn chain(n: usize) -> String {
    let mut text = String::new();
    for i in 0..n {
        let after = if i == 0 { String::new() } else { format!("t{}", i - 1) };
        let _ = writeln!(text, "t{i} {i}..{} w1 {after}", i + 1);
    }
    text
}

/// One task before `n` and one after them; each has the step that `step` names.
fn fan(n: usize, step: impl Fn(usize) -> String, failed: impl Fn(usize) -> bool) -> String {
    let mut text = "first 0..1 w1\n".to_owned();
    let mut all = String::new();
    for i in 0..n {
        let flag = if failed(i) { " failed" } else { "" };
        let _ = writeln!(text, "m{i} 1..{} w{} first step={}{flag}", 2 + i % 7, i % 50, step(i));
        let _ = write!(all, " m{i}");
    }
    let _ = writeln!(text, "last 9..10 w1{all}");
    text
}

/// `n` tasks in layers, each after two of the layer before.
fn layered(n: usize, wide: usize) -> String {
    let mut text = String::new();
    for i in 0..n {
        let after = if i < wide {
            String::new()
        } else {
            let start = (i / wide - 1) * wide;
            format!("t{} t{}", start + (i * 7) % wide, start + (i * 11 + 3) % wide)
        };
        let _ = writeln!(text, "t{i} {}..{} w{} {after}", i / wide, i / wide + 1, i % wide);
    }
    text
}

#[test]
fn any_graph_opens_readable() {
    for (name, text) in [
        ("a long chain", chain(150)),
        ("a fan of one step", fan(800, |_| "map".to_owned(), |i| i == 77)),
        ("a fan of as many steps", fan(120, |i| format!("step{i}"), |_| false)),
        ("a grid", layered(400, 20)),
        ("tasks without dependencies", (0..300).map(|i| format!("t{i} 0..1 w{i} step=s{i}\n")).collect()),
    ] {
        let facts = facts(&text);
        let drawn = drawn(&facts, &Graphing::default(), None);
        let (w, h) = (drawn.layout.width, drawn.layout.height);
        assert!((w <= PAGE && h <= 600.0) || (1.0 / 3.0..=4.0).contains(&(w / h)), "{name}: {w} x {h}");
        let scene = picture(&facts, &drawn, &Look::default());
        let texts = texts(&scene);
        assert!(texts.len() > 2, "{name}");
        texts.iter().for_each(|(words, size)| assert!(*size >= 9.99, "{name}: {words} has {size} px"));
        assert_eq!(scene, picture(&facts, &drawn, &Look::default()));
    }
}

#[test]
fn names_are_never_smaller_than_can_be_read_at_any_zoom() {
    let facts = facts(&layered(200, 10));
    let drawn = drawn(&facts, &by(Grouping::Tasks), None);
    for zoom in [0.01, 0.1, 0.34, 0.36, 0.5, 0.79, 0.81, 1.0, 3.0] {
        let camera = makespan_views::Camera { x: 500.0, y: 300.0, zoom };
        let scene =
            scene(facts.run(), &drawn, &Look::default(), &Frame { width: 900.0, height: 500.0, camera });
        texts(&scene).iter().for_each(|(words, size)| assert!(*size >= 9.99, "{words} at {zoom}: {size} px"));
    }
}

#[test]
fn one_failure_is_shown_beside_its_group_without_colouring_it() {
    let facts = facts(&fan(16_169, |_| "map".to_owned(), |i| i == 5_000));
    let drawn = drawn(&facts, &Graphing::default(), None);
    let nodes = &drawn.graph.nodes;
    assert_eq!(nodes.len(), 4);
    let group: &Node = nodes.iter().find(|n| n.group.is_some()).unwrap();
    assert_eq!((group.tasks.len(), group.common_status()), (16_168, Some(Status::Succeeded)));
    let failed = nodes.iter().find(|n| n.status() == Status::Failed).unwrap();
    assert_eq!((failed.label.as_str(), failed.task().is_some()), ("m5000", true));
    let words: Vec<String> =
        texts(&picture(&facts, &drawn, &Look::default())).into_iter().map(|t| t.0).collect();
    assert!(words.iter().any(|w| w == "×16,168"), "{words:?}");
    assert!(words.iter().any(|w| w.starts_with("median 4 s (1 s to 7 s)")), "{words:?}");
}

#[test]
fn many_failures_are_a_group_of_their_own() {
    let facts = facts(&fan(900, |_| "map".to_owned(), |i| i % 9 == 0));
    let drawn = drawn(&facts, &by(Grouping::Steps), None);
    let keys: Vec<(&str, usize)> =
        drawn.graph.nodes.iter().filter_map(|n| Some((n.group.as_deref()?, n.tasks.len()))).collect();
    assert_eq!(keys, [("s:map", 800), ("!s:map", 100)]);
}

#[test]
fn a_group_expands_in_place_and_the_rest_keeps_its_order() {
    let mut text = String::new();
    for i in 0..9 {
        let _ = writeln!(text, "a{i} 0..1 w step=a\nb{i} 1..2 w a{i} step=b\nc{i} 2..3 w b{i} step=c");
        let _ = writeln!(text, "d{i} 1..4 w a{i} step=d\ne{i} 4..5 w c{i} d{i} step=e");
    }
    let facts = facts(&text);
    let before = drawn(&facts, &by(Grouping::Steps), None);
    let mut choice = by(Grouping::Steps);
    choice.expand("s:b", true);
    let after = drawn(&facts, &choice, None);
    assert_eq!(after.graph.count(), before.graph.count() - 1 + 9);
    let border = after.graph.node_of_group("s:b").unwrap();
    let (at, size) = (after.layout.nodes[border as usize], after.graph.nodes[border as usize].size);
    for (n, node) in after.graph.nodes.iter().enumerate() {
        let p = after.layout.nodes[n];
        if node.parent == border {
            assert!((p.x - at.x).abs() + node.size.w / 2.0 <= size.w / 2.0 + 0.1);
            assert!((p.y - at.y).abs() + node.size.h / 2.0 <= size.h / 2.0 + 0.1);
        }
    }
    let keyed = |of: &Drawn| {
        let mut all: Vec<(u32, String)> = (0..of.graph.nodes.len())
            .filter_map(|n| Some((of.layout.layer[n], of.graph.nodes[n].group.clone()?)))
            .collect();
        all.sort();
        all
    };
    assert_eq!(keyed(&before), keyed(&after), "every step keeps its layer");
    let edges = |of: &Drawn| of.graph.edges.len();
    assert_eq!(edges(&before), edges(&after));
}

#[test]
fn everything_drawn_can_be_hit() {
    let text = fan(40, |i| format!("s{}", i % 3), |i| i == 4);
    let facts = facts(&text);
    let mut choice = by(Grouping::Steps);
    choice.expand("s:s1", true);
    let drawn = drawn(&facts, &choice, None);
    let camera = fit(&drawn.layout, 1_600.0, 1_200.0);
    let frame = Frame { width: 1_600.0, height: 1_200.0, camera };
    let scene = scene(facts.run(), &drawn, &Look::default(), &frame);
    for (n, node) in drawn.graph.nodes.iter().enumerate() {
        let at = drawn.layout.nodes[n];
        // Of a border the title is its own, the rest is covered by its members.
        let y = if node.is_open { at.y - node.size.h / 2.0 + 8.0 } else { at.y };
        let place = |v: f32, middle: f32, half: f32| half + (v - middle) * camera.zoom;
        let found = hit(&scene, place(at.x, camera.x, 800.0), place(y, camera.y, 600.0), 2.0);
        let expected = node.task().map_or(Target::Group(n as u32), Target::Task);
        assert_eq!(Target::of(found), Some(expected), "{}", node.label);
    }
}

#[test]
fn the_critical_path_is_lit_through_groups() {
    let facts = facts(&fan(30, |_| "map".to_owned(), |_| false));
    let drawn = drawn(&facts, &by(Grouping::Steps), None);
    assert_eq!(drawn.graph.critical, [true, true]);
    let critical = facts.critical_path().unwrap().on_path.clone();
    let look = Look { marks: Marks { critical, ..Marks::default() }, ..Look::default() };
    assert_ne!(picture(&facts, &drawn, &look), picture(&facts, &drawn, &Look::default()));
}

#[test]
fn gates_are_marked() {
    let text = "a 0..1 w\nb 0..1 w\nc 0..1 w\nm 1..2 w a b c\nd 2..3 w m\ne 2..3 w m\nf 2..3 w m";
    let drawn = drawn(&facts(text), &Graphing::default(), None);
    let gates: Vec<&str> = drawn.graph.nodes.iter().filter(|n| n.is_gate).map(|n| n.label.as_str()).collect();
    assert_eq!(gates, ["m"]);
    let none = makespan_views::graph::drawn(&facts(&chain(5)), &Graphing::default(), None);
    assert!(none.graph.nodes.iter().all(|n| !n.is_gate), "of a chain every task is one");
}

#[test]
fn a_focus_shows_only_its_tasks() {
    let facts = facts(&fan(30, |i| format!("s{i}"), |i| i == 3));
    let choice = Graphing { focus: Focus::Failed { hops: 1 }, ..Graphing::default() };
    let drawn = drawn(&facts, &choice, None);
    let names: Vec<&str> = drawn.graph.nodes.iter().map(|n| n.label.as_str()).collect();
    assert_eq!(names, ["first", "m3", "last"]);
    let nothing = Graphing { focus: Focus::Between("x".to_owned(), "y".to_owned()), ..Graphing::default() };
    assert_eq!(makespan_views::graph::drawn(&facts, &nothing, None).graph.nodes.len(), 32);
}

#[test]
fn a_group_is_described_by_its_members() {
    let facts = facts(&fan(300, |_| "map".to_owned(), |i| i == 7));
    let tasks = makespan_views::graph::group_members(facts.run(), "s:map");
    let sections = group_details(&facts, &tasks, &Look::default());
    let words = format!("{sections:?}");
    for part in ["299 (99.7 %)", "1 (0.3 %)", "Median", "90th percentile"] {
        assert!(words.contains(part), "{part}");
    }
    let Some(Block::Table(members)) = sections[1].blocks.first() else { panic!("no members") };
    assert_eq!((members.rows.len(), members.left_out), (200, 100));
    assert_eq!(members.rows[0][0].exact, "m7");
}

#[test]
fn a_graph_opens_with_its_beginning_unless_that_is_nearly_empty() {
    let of = |nodes: Vec<(f32, f32)>| Layout {
        width: 20_000.0,
        height: 9_000.0,
        nodes: nodes.into_iter().map(|(x, y)| Point { x, y }).collect(),
        ..Layout::default()
    };
    let row = || (0..40u8).map(|i| (100.0 + 300.0 * f32::from(i), 40.0));
    let corner = |nodes: Vec<(f32, f32)>| {
        let camera = opening(&of(nodes), SIZE.0, SIZE.1);
        (camera.x < SIZE.0 / camera.zoom, camera.y < SIZE.1 / camera.zoom)
    };
    assert_eq!(corner(row().collect()), (true, true));
    let block = (0..90u8).map(|i| (9_000.0 + 160.0 * f32::from(i % 9), 7_000.0 + 60.0 * f32::from(i / 9)));
    assert_eq!(corner(row().chain(block).collect()), (false, false));
}

#[test]
fn a_large_run_stays_as_small_as_the_page() {
    let facts = facts(&fan(100_000, |i| format!("s{}", i % 40), |i| i % 1_000 == 0));
    let drawn = drawn(&facts, &Graphing::default(), None);
    assert!(drawn.graph.nodes.len() <= 160 && drawn.is_readable());
    let mut choice = by(Grouping::Steps);
    choice.expand("s:s1", true);
    let open = makespan_views::graph::drawn(&facts, &choice, None);
    assert!(open.graph.nodes.len() < 400, "{}", open.graph.nodes.len());
    assert!(picture(&facts, &open, &Look::default()).item_count() < 3_000);
    assert!(opening(&open.layout, SIZE.0, SIZE.1).zoom >= READABLE);
}
