//! Pictures beside files that people can look at. `MAKESPAN_BLESS=1 cargo test -p makespan-views` rewrites them.

use std::path::Path;

use makespan_analysis::Facts;
use makespan_analysis::compare::{explain, matching, step_deltas, trends, verdicts};
use makespan_layout::{Direction, layout};
use makespan_scene::{Scene, Theme, svg};
use makespan_views::Look;
use makespan_views::compare::{Legend, Mode, Pair, graph, statistics, steps, timeline, trend, waterfall};
use makespan_views::graph::{Frame, fit};
use makespan_views::timeline::Lanes;

const A: &str = "
    run monday
    fetch-a     0..40        w1
    fetch-b     0|10..60     w2
    align-a     40..90       w1    fetch-a          step=align
    align-b     62..118      w2    fetch-b          step=align
    lint        41..53       w3    fetch-a
    call        118..170     w1    align-a align-b
    report      170..184     w1    call";

const B: &str = "
    run tuesday
    fetch-a     0..41        w1
    fetch-b     0|10..48     w2
    align-a     41..130      w1    fetch-a          step=align
    align-b     50..80       w2    fetch-b          step=align failed error=no_space_left
    align-b     84..150      w2                     try=2
    scan        42..66       w3    fetch-a
    call        150..203     w1    align-a align-b scan
    report      205..219     w1    call";

fn check(name: &str, scene: &Scene) {
    let drawn = svg(scene, &Theme::light());
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden").join(format!("compare-{name}.svg"));
    if std::env::var_os("MAKESPAN_BLESS").is_some() {
        std::fs::write(&path, &drawn).unwrap();
    }
    let kept = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(kept == drawn, "{name} has changed: review it, then run with MAKESPAN_BLESS=1");
}

fn both() -> (Facts, Facts) {
    (super::facts(A), super::facts(B))
}

#[test]
fn the_waterfall_and_the_steps() {
    let (a, b) = both();
    let matching = matching(&a, &b);
    let pair = Pair::new(&a, &b, &matching);
    let explanation = explain(&a, &b, &matching).unwrap();
    let bars = waterfall::bars(&pair, &explanation, 4);
    for width in [800.0, 340.0] {
        check(&format!("waterfall-{width}"), &waterfall::scene(&pair, &bars, width));
    }
    check("steps", &steps::scene(&pair, &step_deltas(&a, &b), 5, 600.0));
}

#[test]
fn the_combined_graph_in_all_modes() {
    let (a, b) = both();
    let matching = matching(&a, &b);
    let pair = Pair::new(&a, &b, &matching);
    let union = graph::Graph::new(&pair, None);
    let placed = layout(&union.request(Direction::LeftRight));
    let (width, height) = (placed.width + 24.0, placed.height + 24.0);
    let frame = Frame { width, height, camera: fit(&placed, width, height) };
    for mode in Mode::ALL {
        let scene = graph::scene(&pair, &union, &placed, &Look::default(), mode, &frame);
        check(&format!("graph-{}", mode.name()), &scene);
    }
    check("legend-graph", &Legend::Graph.scene(600.0));
}

#[test]
fn the_timelines_with_their_ghosts() {
    let (a, b) = both();
    let matching = matching(&a, &b);
    let pair = Pair::new(&a, &b, &matching);
    let aligned = timeline::Aligned::new(&pair, Lanes::Step, None);
    let frame = timeline::frame(&aligned, 800.0);
    check("timeline-step", &timeline::scene(&pair, &aligned, &Look::default(), &frame));
    let key = |x: f32, y: f32| {
        let row = timeline::row_at(&pair, &aligned, &frame, x, y)?;
        pair.row(row).map(|t| t.key.as_str())
    };
    // The third lane has two rows: align-a in both runs, then align-b.
    let top = frame.row_top(3);
    assert_eq!([key(400.0, top + 5.0), key(400.0, top + 15.0)], [Some("align-b"), Some("align-b")]);
    assert_eq!([key(300.0, frame.row_top(2) + 15.0), key(20.0, top + 5.0)], [Some("align-a"), None]);
    let call = matching.tasks.iter().position(|t| t.key == "call").unwrap() as u32;
    let aligned = timeline::Aligned::new(&pair, Lanes::Worker, Some(call));
    let frame = timeline::frame(&aligned, 500.0);
    check("timeline-at-a-task", &timeline::scene(&pair, &aligned, &Look::default(), &frame));
    let align = matching.tasks.iter().position(|t| t.key == "align-b").map(|r| r as u32);
    let look = Look { hover: align, selected: Some(call), ..Look::default() };
    check("timeline-overlay", &timeline::overlay(&pair, &aligned, &look, &frame, Some(-20_000_000_000)));
}

#[test]
fn days_in_which_neither_run_works_are_folded_and_no_bar_is_lost() {
    const DAY: u64 = 86_400;
    let text = |shift: u64| {
        format!(
            "a 0..60 w1\nb 60..{} w1 a\nc {}..{} w1 b",
            120 + shift,
            3 * DAY + shift,
            3 * DAY + 90 + 2 * shift
        )
    };
    let (a, b) = (super::facts(&text(0)), super::facts(&text(20)));
    let matching = matching(&a, &b);
    let pair = Pair::new(&a, &b, &matching);
    let aligned = timeline::Aligned::new(&pair, Lanes::Worker, None);
    let frame = timeline::frame(&aligned, 800.0);
    assert_eq!((aligned.gap_count(), frame.folds.list().len()), (1, 1));
    let fold = frame.folds.list()[0];
    let second = 1_000_000_000;
    assert_eq!(
        (fold.from, fold.to),
        (140 * second, 3 * DAY as i64 * second),
        "both runs are idle only there"
    );
    let width =
        |frame: &makespan_views::timeline::Frame| (frame.scale().x(60 * second) - frame.scale().x(0)).abs();
    let long = timeline::frame_with_gaps(&aligned, 800.0, makespan_views::timeline::Gaps::Shown);
    assert!(long.folds.is_empty() && width(&long) < 1.0 && width(&frame) > 80.0, "{}", width(&frame));
    check("timeline-folded", &timeline::scene(&pair, &aligned, &Look::default(), &frame));
}

/// The `i`-th of several runs: from the fifth on aligning takes longer, the third failed.
fn nightly(i: u64) -> Facts {
    let jitter = |k: u64| (i * 7 + k * 13) % 9;
    let slower = if i >= 4 { 30 } else { 0 };
    let fetched = 40 + jitter(1);
    let aligned = fetched + 60 + slower + jitter(2);
    let failed = if i == 2 { "failed" } else { "" };
    super::facts(&format!(
        "run night-{i}\nfetch 0..{fetched} w1\nalign {fetched}..{aligned} w1 fetch {failed}\ncheck {aligned}..{} w2 align",
        aligned + 20 + jitter(3) % 3
    ))
}

#[test]
fn many_runs_against_many_and_in_a_row() {
    let runs: Vec<Facts> = (0..9).map(nightly).collect();
    let all: Vec<&Facts> = runs.iter().collect();
    let found = verdicts(&all[..4], &all[4..], "duration").unwrap();
    for width in [900.0, 340.0] {
        let frame = statistics::frame(&found, width, 10);
        check(&format!("statistics-{width}"), &statistics::scene(&found, &Look::default(), &frame));
    }
    let found = trends(&all, "duration").unwrap();
    let order = trend::order(&found, None);
    for width in [800.0, 340.0] {
        let frame = trend::frame(&found, &order, width, 10);
        check(&format!("trend-{width}"), &trend::scene(&found, &order, &Look::default(), Some(4), &frame));
    }
    let newest = &runs[8];
    let index = makespan_views::timeline::Index::new(newest.run(), Lanes::Worker);
    let frame = makespan_views::timeline::Frame::whole(&index, 600.0);
    let mut scene = makespan_views::timeline::scene(newest.run(), &index, &Look::default(), &frame);
    trend::with_before(&mut scene, newest.run(), &index, &found, &frame);
    check("ghosts", &scene);
}
