//! The timeline with and without folded gaps: what is drawn is hit, what is drawn as an area lies where it was drawn.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::fmt::Write as _;

use makespan_model::{Run, notation};
use makespan_scene::{Item, Role, hit, svg};
use makespan_views::gesture::{self, Movement};
use makespan_views::timeline::{self, Arrangement, Frame, Gaps, Index, LaneOrder, Lanes};
use makespan_views::{Look, Target, ViewState};
use proptest::prelude::*;

const DAY: i64 = 86_400;

/// Bursts of tasks, each days after the one before.
fn bursts(of: &[(i64, u8)]) -> Run {
    let (mut text, mut at) = (String::new(), 0);
    for (i, (days, tasks)) in of.iter().enumerate() {
        at += days * DAY;
        for k in 0..i64::from(*tasks) {
            let _ = writeln!(text, "t{i}-{k} {}..{} w{}", at + 7 * k, at + 7 * k + 5, k % 3);
        }
        at += 7 * i64::from(*tasks);
    }
    notation::run(&text).unwrap()
}

#[test]
fn idle_days_are_folded_unless_requested() {
    let run = bursts(&[(0, 12), (3, 12)]);
    let index = Index::new(&run, Lanes::Worker);
    let widths = |gaps| {
        let frame = Frame::with_gaps(&index, 900.0, gaps);
        let first = run.attempts_of(run.find_task("t0-0").unwrap()).next().unwrap();
        (frame.folds.list().len(), frame.place(&run, &index, first).unwrap().w)
    };
    assert_eq!(index.gap_count(), 1);
    let ((folded, wide), (shown, hairline)) = (widths(Gaps::Auto), widths(Gaps::Shown));
    assert_eq!((folded, shown), (1, 0));
    assert!(wide > 20.0 && hairline <= 1.0, "{wide} {hairline}");
    let scene = timeline::scene(&run, &index, &Look::default(), &Frame::whole(&index, 900.0));
    let drawn = svg(&scene, &makespan_scene::Theme::light());
    let length = makespan_scene::duration(index.folds(Gaps::Auto).length());
    assert!(drawn.contains(&format!(">{length}<")), "the break names its length, {length}");
    let busy = notation::run("a 0..50 w1\nb 52..100 w1").unwrap();
    assert_eq!(Index::new(&busy, Lanes::Worker).gap_count(), 0);
}

#[test]
fn long_names_of_lanes_that_differ_at_their_ends_stay_different() {
    let name =
        |sample: &str| format!("NFCORE_CHIPSEQ:ALIGN_BWA_MEM:BAM_SORT_SAMTOOLS:SAMTOOLS_INDEX_{sample}");
    let run = notation::run(&format!("{} 0..5\n{} 5..9", name("T0_R1"), name("T15_R2"))).unwrap();
    let index = Index::new(&run, Lanes::Task);
    let scene = timeline::scene(&run, &index, &Look::default(), &Frame::whole(&index, 700.0));
    let drawn = svg(&scene, &makespan_scene::Theme::light());
    assert!(drawn.contains("…") && drawn.contains("T0_R1<") && drawn.contains("T15_R2<"), "{drawn}");
}

#[test]
fn moving_on_a_folded_axis_skips_what_is_folded() {
    let run = bursts(&[(0, 12), (3, 12)]);
    let index = Index::new(&run, Lanes::Worker);
    let frame = Frame::whole(&index, 900.0);
    let whole = frame.window;
    let moving = gesture::Frame::Time { frame, whole, rows: index.row_count(), compared: false };
    let mut view = ViewState::default();
    moving.moved(&mut view, Movement::ZoomMiddle(4.0));
    let (from, to) = view.window.unwrap();
    let fold = index.folds(Gaps::Auto).list()[0];
    assert!(from < fold.from && to > fold.to, "the middle of the axis is the break");
    moving.moved(&mut view, Movement::Pan(1.0, 0.0));
    assert!(view.window.unwrap().0 > fold.from);
    moving.moved(&mut view, Movement::Pan(-1.0, 0.0));
    assert_eq!(view.window, Some((from, to)));
    moving.moved(&mut view, Movement::Pan(0.5, 0.0));
    let (a, b) = (moving.following(&ViewState::default()), moving.following(&view));
    assert!(a.onto(&b).is_some_and(|by| by.sx > 3.9 && by.sx < 4.1), "what is painted moves as on one axis");
    moving.moved(&mut view, Movement::ZoomMiddle(0.2));
    assert_eq!(view.window, None, "back where everything is seen");
}

const NESTED: &str = "
    fetch   0..4   w1
    etl     4..20  w1
    load-a  4..9   w1 fetch in=etl step=load
    load-b  5..12  w2 fetch in=etl step=load failed
    load-b  13..15 w2       in=etl step=load try=2
    clean   15..20 w1 load-a load-b in=etl
    report  20..22 w1 clean";

fn lanes(run: &Run, arrangement: &Arrangement) -> Vec<String> {
    let index = Index::arranged(run, Lanes::Nested, arrangement);
    let line = |l: &timeline::Lane| {
        let head = l.head.as_ref().unwrap();
        let sign = head.is_open.map_or("", |open| if open { "- " } else { "+ " });
        format!("{}{sign}{}", "  ".repeat(head.depth.into()), l.name)
    };
    index.lanes.iter().map(line).collect()
}

#[test]
fn nested_lanes_expand_and_collapse() {
    let run = notation::run(NESTED).unwrap();
    let mut arrangement = Arrangement::default();
    let open = lanes(&run, &arrangement);
    assert_eq!(
        open,
        ["fetch", "- etl · 4 tasks", "  - load · 2 tasks", "    load-a", "    + load-b", "  clean", "report"]
    );
    arrangement.flip("t:load-b");
    let tries = lanes(&run, &arrangement);
    assert_eq!(tries[4..7], ["    - load-b", "      attempt 1", "      attempt 2"]);
    arrangement.flip("i:etl");
    assert_eq!(lanes(&run, &arrangement), ["fetch", "+ etl · 4 tasks", "report"]);
    arrangement.pin("t:report");
    arrangement.hide("t:fetch");
    assert_eq!(lanes(&run, &arrangement), ["report", "+ etl · 4 tasks"]);
    let odd = Arrangement { pinned: vec!["t:no".to_owned(), "p:no".to_owned()], ..Arrangement::default() };
    assert_eq!(lanes(&run, &odd), open);
}

#[test]
fn lanes_are_sorted_by_name_start_work_and_failures_and_pinned_ones_stay_on_top() {
    let run = notation::run(
        "b 0..2 w2 step=x\nb2 3..4 w2 step=x failed\na10 1..9 w10 step=y\nc 5..6 w1 step=z failed\nd 6..7 w1 step=z failed",
    )
    .unwrap();
    let check = |lanes: Lanes, order: LaneOrder, pinned: &[&str], expected: &str| {
        let pinned = pinned.iter().map(|key| (*key).to_owned()).collect();
        let arrangement = Arrangement { order, pinned, ..Arrangement::default() };
        let index = Index::arranged(&run, lanes.clone(), &arrangement);
        let heads = index.lanes.iter().filter(|l| l.head.as_ref().is_none_or(|h| h.depth == 0));
        let names: Vec<&str> = heads.map(|l| l.name.split(' ').next().unwrap()).collect();
        assert_eq!(names.join(" "), expected, "{lanes:?} {order:?}");
    };
    check(Lanes::Worker, LaneOrder::Usual, &[], "w1 w2 w10");
    check(Lanes::Worker, LaneOrder::Start, &[], "w2 w10 w1");
    check(Lanes::Worker, LaneOrder::Work, &[], "w10 w2 w1");
    check(Lanes::Worker, LaneOrder::Failures, &[], "w1 w2 w10");
    check(Lanes::Worker, LaneOrder::Start, &["w1"], "w1 w2 w10");
    check(Lanes::Task, LaneOrder::Name, &[], "a10 b b2 c d");
    check(Lanes::Nested, LaneOrder::Usual, &[], "x a10 z");
    check(Lanes::Nested, LaneOrder::Name, &[], "a10 x z");
    check(Lanes::Nested, LaneOrder::Work, &[], "a10 x z");
    check(Lanes::Nested, LaneOrder::Failures, &[], "z x a10");
}

#[test]
fn a_failure_among_many_is_marked_where_it_is_and_in_proportion() {
    let mut text = "g 0..10000 w\n".to_owned();
    for i in 0..1000 {
        let failed = if i == 500 { " failed" } else { "" };
        let _ = writeln!(text, "t{i} {}..{} w{} in=g{failed}", 10 * i, 10 * i + 15, i % 2);
    }
    let run = notation::run(&text).unwrap();
    let mut arrangement = Arrangement::default();
    arrangement.flip("i:g");
    for (lanes, arrangement) in [(Lanes::Nested, arrangement), (Lanes::Worker, Arrangement::default())] {
        let index = Index::arranged(&run, lanes.clone(), &arrangement);
        let frame = Frame::whole(&index, 1000.0);
        let scene = timeline::scene(&run, &index, &Look::default(), &frame);
        let failed: Vec<_> = scene
            .items
            .iter()
            .filter_map(|item| if let Item::Group(group) = item { Some(&group.items) } else { None })
            .flatten()
            .filter_map(|item| if let Item::Bars(bars) = item { Some(bars) } else { None })
            .flat_map(|bars| bars.iter())
            .filter(|(_, paint, _)| paint.role == Role::Failed)
            .map(|(rect, ..)| rect)
            .collect();
        assert_eq!(failed.len(), 1, "{lanes:?}");
        let (x, area) = (frame.scale().x(5_000_000_000_000) as f32, failed[0].w * failed[0].h);
        assert!(failed[0].x <= x + 1.0 && x <= failed[0].right() + 1.0, "{:?} at {x}", failed[0]);
        assert!(area < 40.0, "{:?}", failed[0]);
    }
}

#[test]
fn a_collapsed_lane_sums_up_every_attempt_within() {
    let run = notation::run(NESTED).unwrap();
    let mut arrangement = Arrangement::default();
    arrangement.flip("i:etl");
    let index = Index::arranged(&run, Lanes::Nested, &arrangement);
    let bars: Vec<_> = index.slices(1, index.extent, 1.0).collect();
    assert_eq!(bars.iter().map(|b| b.count).sum::<u32>(), 5);
    assert_eq!((bars[0].start, bars.last().unwrap().end), (4_000_000_000, 20_000_000_000));
    assert_eq!(bars[0].status, makespan_model::Status::Failed);
    assert_eq!(index.lanes[1].attempts, 5);
    assert_eq!(index.attempts(&index.lanes[1]).count(), 5);
    assert_eq!(index.lanes.iter().map(|l| l.attempts).sum::<u32>() as usize, run.attempt_count());
    let load = run.find_task("load-b").unwrap();
    assert_eq!(index.row_of_task(&run, load), Some(1));
    let open = Index::new(&run, Lanes::Nested);
    assert_eq!(open.lanes.iter().map(|l| l.attempts).sum::<u32>() as usize, run.attempt_count());
}

#[test]
fn workers_are_pinned_and_hidden_too() {
    let run = notation::run("a 0..1 w1\nb 0..1 w2\nc 0..1 w3").unwrap();
    let mut arrangement = Arrangement::default();
    arrangement.pin("w3");
    arrangement.hide("w1");
    let index = Index::arranged(&run, Lanes::Worker, &arrangement);
    assert_eq!(index.lanes.iter().map(|l| l.name.as_str()).collect::<Vec<_>>(), ["w3", "w2"]);
    assert_eq!((index.hidden, index.untimed), (1, 0));
    assert_eq!(index.lane_of_key(&run, "w2"), Some(1));
}

proptest! {
    #[test]
    fn every_attempt_has_one_lane_however_lanes_are_collapsed(
        tasks in proptest::collection::vec((0usize..12, 0u8..4, 0u32..50, 1u32..20), 1..40), flips in proptest::collection::vec(0usize..60, 0..8),
    ) {
        let mut text = String::new();
        for (i, (parent, step, start, length)) in tasks.iter().enumerate() {
            let parent = if *parent < i { format!("in=t{parent}") } else { String::new() };
            let _ = writeln!(text, "t{i} {start}..{} w step=s{step} {parent}", start + length);
        }
        let run = notation::run(&text).unwrap();
        let mut arrangement = Arrangement::default();
        for flip in flips {
            let index = Index::arranged(&run, Lanes::Nested, &arrangement);
            if let Some(key) = index.key(&run, flip % index.lanes.len()) {
                arrangement.flip(&key);
            }
        }
        let index = Index::arranged(&run, Lanes::Nested, &arrangement);
        prop_assert_eq!(index.lanes.iter().map(|l| l.attempts).sum::<u32>() as usize, run.attempt_count());
        for a in (0..run.attempt_count() as u32).map(makespan_model::AttemptId) {
            let row = index.row_of(a).unwrap();
            let lane = index.lane_of_row(row).unwrap();
            prop_assert!(index.attempts(lane).any(|b| b == a));
        }
    }

    #[test]
    fn everything_drawn_can_be_hit_folded_or_not(
        of in proptest::collection::vec((0i64..9, 1u8..9), 1..6), width in 300f32..1500.0, zoom in 1f64..6.0, at in 0f64..1.0,
    ) {
        let run = bursts(&of);
        let index = Index::new(&run, Lanes::Worker);
        for gaps in [Gaps::Folded, Gaps::Shown] {
            let whole = Frame::with_gaps(&index, width, gaps);
            let scale = whole.scale();
            let near = scale.zoom(scale.x0 + (scale.x1 - scale.x0) * at, zoom, whole.window, 1_000);
            let frame = Frame { window: (near.t0, near.t1), ..whole.clone() };
            let scene = timeline::scene(&run, &index, &Look::default(), &frame);
            for a in (0..run.attempt_count() as u32).map(makespan_model::AttemptId) {
                let rect = frame.place(&run, &index, a).unwrap();
                let (x, y) = (rect.x + rect.w / 2.0, rect.y + rect.h / 2.0);
                if x < frame.gutter + 1.0 || x > frame.width - 11.0 {
                    continue;
                }
                let under = Target::of(hit(&scene, x, y, 1.0));
                prop_assert!(
                    matches!(under, Some(Target::Attempt(b)) if b == a.0) || matches!(under, Some(Target::Merged(_))) || rect.w < 4.0,
                    "{under:?} at {x}, not {a:?} of {} px", rect.w
                );
                prop_assert!(under.is_some());
            }
            let corners = ((f64::from(frame.gutter) + 20.0, 0.0), (f64::from(width) * 0.8, 0.0));
            let drawn = frame.drawn(corners.0, corners.1, index.row_count()).unwrap();
            let drawn = frame.place_area(&index, &index.area(&drawn))[0];
            prop_assert!((f64::from(drawn.x) - corners.0.0).abs() < 0.5, "{drawn:?}");
            prop_assert!((f64::from(drawn.right()) - corners.1.0).abs() < 0.5, "{drawn:?}");
        }
    }
}
