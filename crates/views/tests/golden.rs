//! The views as pictures: each is drawn from a run in the text notation and compared with an SVG file that people can
//! look at. `MAKESPAN_BLESS=1 cargo test -p makespan-views` rewrites them.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::path::Path;
use std::sync::Arc;

use makespan_analysis::Facts;
use makespan_model::notation;
use makespan_scene::{Scene, Theme, svg};
use makespan_views::details::details;
use makespan_views::graph::{self, Graphing};
use makespan_views::overview::overview;
use makespan_views::timeline::{self, Index, Lanes};
use makespan_views::{Block, Look, Marks, Subject, TimeMode, chart, heatmap};

const PIPELINE: &str = "
    run nightly
    fetch-a     0..4       w1
    fetch-b     0|1..6     w2
    align-a     4..9       w1    fetch-a          step=align
    align-b     6..7       w2    fetch-b          step=align failed error=no_space_left
    align-b     8..12      w2                     try=2
    call        12..17     w1    align-a align-b  kind=python
    lint        4..5       w3    fetch-a          skipped
    publish     -          -     call lint        pending
    watch       2..        w3                     running";

fn facts() -> Facts {
    Facts::new(Arc::new(notation::run(PIPELINE).unwrap()))
}

fn check(name: &str, scene: &Scene) {
    let drawn = svg(scene, &Theme::light());
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden").join(format!("{name}.svg"));
    if std::env::var_os("MAKESPAN_BLESS").is_some() {
        std::fs::write(&path, &drawn).unwrap();
    }
    let kept = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(kept == drawn, "{name} has changed: review it, then run with MAKESPAN_BLESS=1");
}

#[test]
fn the_timeline_by_worker_and_by_step() {
    let facts = facts();
    let run = facts.run();
    let critical = facts.critical_path().unwrap().on_path.clone();
    for lanes in [Lanes::Worker, Lanes::Step] {
        let index = Index::new(run, lanes.clone());
        let frame = timeline::Frame::whole(&index, 700.0);
        let look =
            Look { marks: Marks { critical: critical.clone(), ..Marks::default() }, ..Look::default() };
        check(&format!("timeline-{}", lanes.name()), &timeline::scene(run, &index, &look, &frame));
    }
    let index = Index::new(run, Lanes::Worker);
    let narrow =
        timeline::Frame { window: (5_000_000_000, 13_000_000_000), ..timeline::Frame::whole(&index, 500.0) };
    let look = Look { time: TimeMode::Utc, selected: Some(3), hover: Some(0), ..Look::default() };
    check("timeline-zoomed", &timeline::scene(run, &index, &look, &narrow));
    check("timeline-overlay", &timeline::overlay(run, &index, &look, &narrow, Some(7_000_000_000)));
    let mut strip = timeline::minimap(run, &index, facts.concurrency(), &[], &narrow, 34.0);
    timeline::mark_seen(&mut strip, &narrow, timeline::Frame::whole(&index, 600.0).window);
    check("minimap", &strip);
}

#[test]
fn the_timeline_with_markers() {
    let facts = facts();
    let run = facts.run();
    let index = Index::new(run, Lanes::Worker);
    let frame = timeline::Frame::whole(&index, 700.0).with_markers();
    let mut markers = makespan_views::Markers::default();
    for (t, note) in [(3, "deploy <began>"), (4, "a long note beside another flag"), (9, "cache & disk full")]
    {
        let place = markers.add(0, t * 1_000_000_000).unwrap();
        markers.write(place, note);
    }
    let mut scene = timeline::scene(run, &index, &Look::default(), &frame);
    timeline::draw_markers(&mut scene, &markers, 0, &frame);
    check("timeline-markers", &scene);
}

#[test]
fn the_graph_with_its_critical_path() {
    let facts = facts();
    let run = facts.run();
    let drawn = graph::drawn(&facts, &Graphing::default(), None);
    let placed = &drawn.layout;
    let (width, height) = (placed.width + 24.0, placed.height + 24.0);
    let frame = graph::Frame { width, height, camera: graph::fit(placed, width, height) };
    let critical = facts.critical_path().unwrap().on_path.clone();
    let look = Look { marks: Marks { critical, ..Marks::default() }, ..Look::default() };
    check("graph", &graph::scene(run, &drawn, &look, &frame));
}

#[test]
fn the_overview_and_the_details() {
    let facts = facts();
    let page = overview(&facts, &Look::default(), 700.0);
    let shown = format!("{page:?}");
    for words in [
        "no space left",
        "nightly",
        "critical-path",
        "1 retry among them",
        "attempts with a start and no end",
    ] {
        assert!(shown.contains(words), "{words} is missing");
    }
    let strip = page.sections.into_iter().find(|s| s.id == "critical-path").unwrap();
    let Some(Block::Picture(strip)) = strip.blocks.into_iter().next() else { panic!("no strip") };
    check("critical-path", &strip);
    let task = facts.run().find_task("align-b").unwrap();
    let sections = details(&facts, task, &Look::default());
    let ids: Vec<&str> = sections.iter().map(|s| &*s.id).collect();
    assert_eq!(ids, ["summary", "waiting", "errors", "attempts", "dependencies", "record"]);
    assert!(format!("{sections:?}").contains("fetch-b"));
}

#[test]
fn charts_over_time_between_axes_and_around_a_point() {
    let facts = facts();
    let subject = Subject::of(&facts);
    use chart::Kind;
    for (kind, of) in [
        (Kind::Concurrency, ""),
        (Kind::Tasks, "duration"),
        (Kind::Distribution, "duration"),
        (Kind::Steps, ""),
    ] {
        let choice = chart::Choice { kind, of: of.to_owned(), ..chart::Choice::default() };
        let made = chart::picture(&subject, &choice).unwrap();
        check(&format!("chart-{}", kind.name()), &made.scene(560.0, made.height(560.0)));
    }
}

#[test]
fn matrices_of_tasks_and_of_workers() {
    let facts = facts();
    let look = Look { time: TimeMode::Utc, ..Look::PLAIN };
    let tasks = heatmap::Tasks::new(&Subject::of(&facts), &heatmap::TasksOptions::default()).unwrap();
    check("matrix-tasks", &heatmap::scene(&tasks, &heatmap::Frame::fit(&tasks, 560.0, 400.0)));
    let span = facts.run().span().unwrap();
    let workers = heatmap::Workers::new(&facts, &look, span, 40, heatmap::WorkerOrder::Busiest).unwrap();
    check("matrix-workers", &heatmap::scene(&workers, &heatmap::Frame::fit(&workers, 560.0, 400.0)));
}
