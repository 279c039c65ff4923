//! The comparison of runs as pictures and tables.
#![cfg(not(target_family = "wasm"))]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod bounds;
mod hostile;
mod pictures;
mod properties;
mod words;

use std::sync::Arc;

use makespan_analysis::Facts;
use makespan_analysis::compare::{explain, matching, step_deltas, trends, verdicts};
use makespan_layout::{Direction, layout};
use makespan_model::notation;
use makespan_scene::{Item, Rect, Scene, Seg};
use makespan_views::Look;
use makespan_views::compare::{
    Legend, Mode, Pair, figures, graph, parameters, statistics, steps, tasks, timeline, trend, waterfall,
};
use makespan_views::graph::{Frame, fit};
use makespan_views::timeline::Lanes;

fn facts(text: &str) -> Facts {
    Facts::new(Arc::new(notation::run(text).unwrap()))
}

/// Every picture of two runs, at a width, with its name.
fn pictures(a: &Facts, b: &Facts, width: f32) -> Vec<(String, Scene)> {
    let matching = matching(a, b);
    let pair = Pair::new(a, b, &matching);
    let row = (!pair.rows().is_empty()).then_some(0);
    let look = Look { selected: row, hover: row, ..Look::default() };
    let mut all = Vec::new();
    let mut put = |name: &str, scene: Scene| all.push((format!("{name} {width}"), scene));
    if let Some(explanation) = explain(a, b, &matching) {
        let bars = waterfall::bars(&pair, &explanation, 8);
        put("waterfall", waterfall::scene(&pair, &bars, width));
    }
    let union = graph::Graph::new(&pair, None);
    let placed = layout(&union.request(Direction::LeftRight));
    let frame = Frame { width, height: 400.0, camera: fit(&placed, width, 400.0) };
    for mode in Mode::ALL {
        put("graph", graph::scene(&pair, &union, &placed, &look, mode, &frame));
    }
    put("graph overlay", graph::overlay(&union, &placed, &look, &frame));
    for (lanes, at) in [(Lanes::Step, None), (Lanes::Worker, row), (Lanes::Status, None)] {
        let aligned = timeline::Aligned::new(&pair, lanes, at);
        let frame = timeline::frame(&aligned, width);
        put("timeline", timeline::scene(&pair, &aligned, &look, &frame));
        put("timeline overlay", timeline::overlay(&pair, &aligned, &look, &frame, Some(0)));
    }
    put("steps", steps::scene(&pair, &step_deltas(a, b), 10, width));
    for legend in [Legend::Graph, Legend::Timeline] {
        put("legend", legend.scene(width));
    }
    if let Some(found) = verdicts(&[a, a, b], &[b, b, a], "duration") {
        let frame = statistics::frame(&found, width, 30);
        put("statistics", statistics::scene(&found, &look, &frame));
    }
    if let Some(found) = trends(&[a, b, a, a, b], "duration") {
        let order = trend::order(&found, None);
        let frame = trend::frame(&found, &order, width, 20);
        put("trend", trend::scene(&found, &order, &look, Some(1), &frame));
        let index = makespan_views::timeline::Index::new(b.run(), Lanes::Worker);
        let frame = makespan_views::timeline::Frame::whole(&index, width);
        let rows = found.lineup.rows_of(4, b.run().task_count());
        let (below, over) = trend::behind(b.run(), &index, &found, &rows, &frame);
        let mut scene = Scene::new(frame.width, frame.height, "");
        scene.push(below);
        scene.push(over);
        put("ghosts", scene);
    }
    all
}

/// Every table of two runs, whole.
fn tables(a: &Facts, b: &Facts) -> Vec<makespan_views::Table> {
    let matching = matching(a, b);
    let pair = Pair::new(a, b, &matching);
    let union = graph::Graph::new(&pair, None);
    let aligned = timeline::Aligned::new(&pair, Lanes::Step, None);
    let explanation = explain(a, b, &matching);
    let contributions = explanation.as_ref().map(|e| waterfall::contributions(&pair, e)).unwrap_or_default();
    let order = tasks::order(&pair, &contributions, None, tasks::Sort::default());
    let all = 0..usize::MAX;
    let mut out = vec![
        graph::twin(&pair, &union, all.clone()),
        timeline::twin(&pair, &aligned, all.clone()),
        steps::twin(&pair, &step_deltas(a, b), all.clone()),
        tasks::table(&pair, &contributions, &order, all.clone()),
        figures(&pair),
    ];
    out.extend(explanation.map(|e| waterfall::table(&pair, &e, all.clone())));
    out.extend(verdicts(&[a, a, b], &[b, b, a], "duration").map(|v| statistics::table(&v, all.clone())));
    out.extend(
        trends(&[a, b, a], "duration").map(|t| trend::table(&t, &trend::order(&t, None), all.clone())),
    );
    for block in parameters(&pair).blocks {
        if let makespan_views::Block::Table(table) = block {
            out.push(table);
        }
    }
    out
}

/// Asserts that every number of a picture is one, and that no text is longer than a line can show.
fn is_sound(name: &str, scene: &Scene) {
    assert!(scene.width.is_finite() && scene.height.is_finite() && scene.height < 1e6, "{name}");
    let mut open: Vec<&[Item]> = vec![&scene.items];
    let rect = |r: Rect| assert!(r.is_finite() && r.w >= 0.0 && r.h >= 0.0, "{name}: {r:?}");
    while let Some(items) = open.pop() {
        for item in items {
            match item {
                Item::Group(g) => {
                    assert!([g.dx, g.dy, g.scale].iter().all(|v| v.is_finite()), "{name}");
                    g.clip.into_iter().for_each(rect);
                    open.push(&g.items);
                }
                Item::Bars(bars) => bars.iter().for_each(|(r, ..)| rect(r)),
                Item::Path(path) => {
                    for seg in &path.segs {
                        let numbers = match *seg {
                            Seg::Move(x, y) | Seg::Line(x, y) => vec![x, y],
                            Seg::Cubic(a, b, c, d, e, f) => vec![a, b, c, d, e, f],
                            Seg::Close => vec![],
                        };
                        assert!(numbers.iter().all(|v| v.is_finite()), "{name}: {seg:?}");
                    }
                }
                Item::Text(text) => {
                    assert!(text.x.is_finite() && text.y.is_finite(), "{name}: {}", text.text);
                    assert!(text.text.len() < 2_000, "{name}: a text of {} bytes", text.text.len());
                }
                Item::Link(_) => {}
            }
        }
    }
}
