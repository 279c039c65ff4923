//! Every question has an answer, whatever is asked, and survives the way through a message.

#![allow(clippy::unwrap_used, clippy::panic)]

use std::rc::Rc;

use makespan_engine::{
    Answer, Format, Leads, Neighbour, Pointer, Press, Question, Session, Touch, Turn, decode, encode,
};
use makespan_scene::Hit;
use makespan_views::compare::Part;
use makespan_views::gesture::Frame;
use makespan_views::heatmap::Which;
use makespan_views::timeline::{DrawnArea, Gaps, LaneAct, Lanes};
use makespan_views::{Area, Target, View, ViewState};

const SIZE: (f32, f32) = (900.0, 500.0);

fn session() -> Session {
    let mut session = Session::new(Rc::new(makespan_import::Utc));
    let runs = [
        "a 0..1 w1\nb 1..3 w1 a failed\nc 1..2 w2 a\nd 3..4 w2 b c failed\ne - - d",
        "a 10..12 w1\nb 12..13 w1 a\nc 12..15 w2 a\nd 15..16 w2 b c",
        "a 20..23 w1\nb 23..24 w1 a\nc 23..26 w2 a\nd 26..27 w2 b c",
    ];
    let files = runs.iter().enumerate().map(|(i, text)| (format!("{i}.txt"), text.as_bytes().to_vec()));
    let opened = session.open(files.collect());
    assert_eq!((opened.runs, opened.first, opened.added), (3, 0, 3));
    session
}

/// All views with a picture or a page, and all parts of the comparison.
fn views() -> Vec<ViewState> {
    let of = |view| ViewState { view, ..ViewState::default() };
    let mut all: Vec<ViewState> = View::ALL.into_iter().map(of).collect();
    for part in Part::ALL {
        let mut view = of(View::Compare);
        view.compare.part = part;
        all.push(view);
    }
    for which in Which::ALL {
        let mut view = of(View::Heatmap);
        view.heat.which = which;
        all.push(view);
    }
    all
}

fn through_a_message(session: &Session, question: &Question) -> Answer {
    let asked: Question = decode(&encode(question)).unwrap();
    assert_eq!(asked, *question);
    let answer = session.answer(&asked);
    let heard: Answer = decode(&encode(&answer)).unwrap();
    assert_eq!(heard, answer);
    heard
}

fn turn(session: &Session, view: &ViewState, touch: Touch) -> Turn {
    let question = Question::Touch { view: view.clone(), size: SIZE, touch };
    let Answer::Turn(turn) = through_a_message(session, &question) else { panic!("no turn") };
    turn
}

#[test]
fn every_question_about_every_view_is_answered() {
    let session = session();
    let pointer = Pointer { at: Some((450.0, 120.0)), hit: Target::Task(0).hit(), ..Pointer::default() };
    for view in views() {
        for view in [view.clone(), ViewState { selected: Some("b".to_owned()), twin: true, ..view }] {
            let about = || view.clone();
            for question in [
                Question::Shell { view: about() },
                Question::Picture { view: about(), size: SIZE },
                Question::Map { view: about(), size: (SIZE.0, 34.0) },
                Question::Counters { view: about(), width: SIZE.0 },
                Question::Overlay { view: about(), size: SIZE, pointer },
                Question::Rows { view: about(), range: 1..3 },
                Question::Page { view: about(), width: 800.0 },
                Question::Details { view: about() },
                Question::Charts { view: about() },
                Question::Area { view: about(), drawn: None },
                Question::Find { view: about(), text: "a".to_owned() },
                Question::Export { format: Format::Svg, view: about(), size: SIZE, theme: "dark".to_owned() },
                Question::Complete { run: 0, text: "st".to_owned(), cursor: 2 },
            ] {
                through_a_message(&session, &question);
            }
        }
    }
    let formats = through_a_message(&session, &Question::Formats);
    assert!(matches!(formats, Answer::Formats(all) if all.iter().any(|f| f.0 == "Kailash")));
    let empty = Session::new(Rc::new(makespan_import::Utc));
    for view in views() {
        assert_eq!(empty.answer(&Question::Picture { view: view.clone(), size: SIZE }), Answer::Nothing);
        assert_eq!(empty.answer(&Question::Page { view, width: 800.0 }), Answer::Nothing);
    }
}

#[test]
fn a_press_selects_what_it_hits_and_a_double_one_shows_it_in_full() {
    let session = session();
    let view = ViewState { view: View::Timeline, ..ViewState::default() };
    let press = |hit: Hit, double| Touch::Press(Press { x: 400.0, y: 60.0, hit, double });
    let on = turn(&session, &view, press(Target::Attempt(1).hit(), false));
    assert_eq!(on.after.selected.as_deref(), Some("b"));
    let on = turn(&session, &view, press(Target::Attempt(1).hit(), true));
    assert_eq!(on.after.selected.as_deref(), Some("b"));
    assert!(on.after.window.is_some());
    let beside = turn(&session, &view, press(Hit::NONE, true));
    assert!(beside.movement.is_some() && beside.after == view);
}

#[test]
fn the_selection_goes_along_rows_dependencies_and_failures() {
    let session = session();
    let mut view = ViewState { view: View::Timeline, ..ViewState::default() };
    let mut go = |way| {
        turn(&session, &view, Touch::Next(way)).apply(&mut view);
        view.selected.clone().unwrap()
    };
    assert_eq!(go(Neighbour::Later), "a");
    assert_eq!(go(Neighbour::Later), "b");
    assert_eq!(go(Neighbour::Below), "c");
    assert_eq!(go(Neighbour::Effect), "d");
    assert_eq!(go(Neighbour::Cause), "b");
    assert_eq!(go(Neighbour::NextFailure), "d");
    assert_eq!(go(Neighbour::NextFailure), "b");
    assert_eq!(go(Neighbour::PreviousFailure), "d");
    // A task that never ran stands on no row; the selection does not stop dead on it.
    assert_eq!(go(Neighbour::Effect), "e");
    assert_eq!(go(Neighbour::Earlier), "d");
}

#[test]
fn the_newest_run_is_compared_with_earlier_ones_by_default() {
    let session = session();
    let mut view = ViewState { view: View::Compare, ..ViewState::default() };
    let sides = |view: &ViewState| {
        let Answer::Shell(shell) = session.answer(&Question::Shell { view: view.clone() }) else { panic!() };
        (shell.sides.baseline, shell.sides.candidate)
    };
    assert_eq!(sides(&view), (vec![0, 1], vec![2]));
    turn(&session, &view, Touch::Swap).apply(&mut view);
    assert_eq!(sides(&view), (vec![2], vec![0, 1]));
    (view.compare.baseline, view.compare.candidate) = (vec![2], vec![2, 1, 7]);
    assert_eq!(sides(&view), (vec![2], vec![1]));
    view.run = 1;
    let made = turn(&session, &view, Touch::Baseline);
    made.apply(&mut view);
    assert_eq!(sides(&view), (vec![1], vec![2]));
    let refused = turn(&session, &view, Touch::NextSide(2));
    assert!(refused.said.is_some() && refused.after == view);
}

#[test]
fn rows_are_requested_when_they_become_visible() {
    let session = session();
    let view = ViewState { view: View::Table, selected: Some("c".to_owned()), ..ViewState::default() };
    let Answer::Rows(rows) = session.answer(&Question::Rows { view, range: 1..3 }) else { panic!() };
    assert_eq!((rows.range(), rows.count, rows.table.rows.len()), (1..3, 5, 2));
    assert_eq!(rows.place, Some(2));
    let view = ViewState { view: View::Table, ..ViewState::default() };
    let Answer::Rows(rows) = session.answer(&Question::Rows { view, range: 90..usize::MAX }) else {
        panic!()
    };
    assert!(rows.table.is_empty());
}

#[test]
fn a_picture_states_the_part_it_shows() {
    let session = session();
    for (view, matches) in [(View::Timeline, "Time"), (View::Graph, "Plane"), (View::Heatmap, "Cells")] {
        let question = Question::Picture { view: ViewState { view, ..ViewState::default() }, size: SIZE };
        let Answer::Picture(picture) = session.answer(&question) else { panic!("{view:?}") };
        assert!(format!("{:?}", picture.frame).starts_with(matches), "{:?}", picture.frame);
        assert_ne!(picture.frame, Frame::Still);
        assert!(picture.scene.item_count() > 0 && picture.rows > 0 && !picture.label.is_empty());
    }
}

#[test]
fn gaps_are_folded_if_they_are_most_of_the_run_and_a_click_shows_them() {
    let mut session = Session::new(Rc::new(makespan_import::Utc));
    let text = "a 0..60 w1\nb 60..120 w1 a\nc 300000..300060 w1 b\nd 300060..300100 w2 c";
    session.open(vec![("gap.txt".to_owned(), text.as_bytes().to_vec())]);
    let view = ViewState { view: View::Timeline, ..ViewState::default() };
    let picture = |view: &ViewState| {
        let question = Question::Picture { view: view.clone(), size: SIZE };
        let Answer::Picture(picture) = through_a_message(&session, &question) else { panic!("no picture") };
        let Frame::Time { frame, .. } = &picture.frame else { panic!("no time") };
        (frame.folds.list().len(), picture.gaps, picture.about)
    };
    assert_eq!(picture(&view), (1, 1, "1 gap folded: 3 d 11 h".to_owned()));
    let shown = turn(&session, &view, Touch::Gaps).after;
    assert_eq!((shown.gaps, picture(&shown).0), (Gaps::Shown, 0));
    let folded = turn(&session, &shown, Touch::Gaps);
    assert_eq!(
        (folded.after.gaps, folded.said.as_deref()),
        (Gaps::Folded, Some("1 gap folded: 3 d 11 h in which nothing ran."))
    );
    // Over the fold the pointer reads what is missing.
    let Answer::Picture(drawn) = session.answer(&Question::Picture { view: view.clone(), size: SIZE }) else {
        panic!()
    };
    let Frame::Time { frame, .. } = &drawn.frame else { panic!("no time") };
    let over = frame.scale().breaks().next().unwrap();
    let pointer =
        Pointer { at: Some((f64::midpoint(over.left, over.right) as f32, 300.0)), ..Pointer::default() };
    let question = Question::Overlay { view: view.clone(), size: SIZE, pointer };
    let Answer::Overlay(overlay) = through_a_message(&session, &question) else { panic!("no overlay") };
    assert!(overlay.tip.is_some_and(|tip| tip.text.starts_with("nothing ran for 3 d 11 h")));
    // The last task is brought into view across the fold, in a window of the same width on the axis.
    let near = ViewState { window: Some((0, 50_000_000_000)), selected: Some("a".to_owned()), ..view };
    let after = turn(&session, &near, Touch::Row(3)).after;
    let seen = after.window.unwrap();
    assert!(seen.0 <= 300_060_000_000_000 && seen.1 >= 300_100_000_000_000, "{seen:?}");
    let scale = frame.scale().over(seen);
    assert!((scale.span() - 50e9).abs() < 10.0, "{}", scale.span());
    let whole = session.answer(&Question::Map { view: after, size: (900.0, 34.0) });
    assert!(matches!(whole, Answer::Map(_)));
    let none =
        turn(&self::session(), &ViewState { view: View::Timeline, ..ViewState::default() }, Touch::Gaps);
    assert_eq!(none.after.gaps, Gaps::Auto);
    assert!(none.said.is_some_and(|said| said.contains("No gap")));
}

#[test]
fn the_timelines_of_two_runs_fold_the_gaps_that_both_have() {
    let mut session = Session::new(Rc::new(makespan_import::Utc));
    let run = |last: u32| format!("a 0..60 w1\nb 60..120 w1 a\nc 300000..{last} w1 b").into_bytes();
    session.open(vec![("one.txt".to_owned(), run(300_060)), ("two.txt".to_owned(), run(300_090))]);
    let mut view = ViewState { view: View::Compare, ..ViewState::default() };
    view.compare.part = Part::Timeline;
    let folded = |view: &ViewState| {
        let question = Question::Picture { view: view.clone(), size: SIZE };
        let Answer::Picture(picture) = through_a_message(&session, &question) else { panic!("no picture") };
        let Frame::Time { frame, whole, .. } = &picture.frame else { panic!("no time") };
        assert_eq!(frame.window, *whole);
        (frame.folds.list().len(), picture.gaps, picture.about)
    };
    assert_eq!(folded(&view), (1, 1, "1 gap folded: 3 d 11 h".to_owned()));
    let shown = turn(&session, &view, Touch::Gaps).after;
    assert_eq!((shown.gaps, folded(&shown).0), (Gaps::Shown, 0));
}

#[test]
fn nested_lanes_are_collapsed_by_press_and_keys_and_pinned_lanes_stay_in_the_view() {
    let mut session = Session::new(Rc::new(makespan_import::Utc));
    let text = "a 0..4 w1\ng 4..20 w1\nb 4..9 w1 in=g step=s\nc 9..12 w2 in=g step=s\nd 20..22 w1";
    session.open(vec![("nested.txt".to_owned(), text.as_bytes().to_vec())]);
    let start = ViewState { view: View::Timeline, lanes: Lanes::Nested, ..ViewState::default() };
    let rows = |view: &ViewState| {
        let question = Question::Picture { view: view.clone(), size: SIZE };
        let Answer::Picture(picture) = through_a_message(&session, &question) else { panic!("no picture") };
        let Frame::Time { rows, .. } = picture.frame else { panic!("no time") };
        rows
    };
    let press = |view: &ViewState, lane: u32| {
        let hit = Target::Lane(lane).hit();
        turn(&session, view, Touch::Press(Press { x: 10.0, y: 60.0, hit, double: false })).after
    };
    // a, g as the head of its lanes, s with b and c, d.
    assert_eq!(rows(&start), 6);
    let collapsed = press(&start, 1);
    assert_eq!((rows(&collapsed), collapsed.rows.focus.as_deref()), (3, Some("i:g")));
    assert_eq!(rows(&press(&collapsed, 1)), 6);
    let go = |view: &ViewState, way| turn(&session, view, Touch::Next(way)).after;
    let open = go(&collapsed, Neighbour::Later);
    assert_eq!(rows(&open), 6);
    let inside = go(&open, Neighbour::Later);
    assert_eq!(inside.rows.focus.as_deref(), Some("i:g|s"), "what is expanded leads to what it contains");
    let folded = go(&inside, Neighbour::Earlier);
    assert_eq!((rows(&folded), folded.rows.focus.as_deref()), (4, Some("i:g|s")));
    assert_eq!(go(&folded, Neighbour::Earlier).rows.focus.as_deref(), Some("i:g"));
    assert_eq!(go(&go(&open, Neighbour::Above), Neighbour::Above).rows.focus.as_deref(), Some("t:a"));
    // From a selected task: its group is collapsed, and then in focus.
    let selected = ViewState { selected: Some("b".to_owned()), ..start.clone() };
    let up = turn(&session, &selected, Touch::Expand(false)).after;
    let closed = turn(&session, &up, Touch::Expand(false)).after;
    assert_eq!(rows(&closed), 4, "{:?}", closed.rows);
    let hidden = turn(&session, &press(&start, 0), Touch::Lane(None, LaneAct::Hide)).after;
    let pinned = turn(&session, &hidden, Touch::Lane(Some(4), LaneAct::Pin)).after;
    assert_eq!((rows(&pinned), pinned.rows.pinned.join(" ")), (5, "t:d".to_owned()));
    let said = turn(&session, &start, Touch::Lane(None, LaneAct::Hide)).said;
    assert!(said.is_some_and(|said| said.starts_with("Select a task or a lane")));
    assert_eq!(rows(&turn(&session, &pinned, Touch::Lane(None, LaneAct::ShowAll)).after), 6);
    // An area keeps its lanes when others are pinned above them.
    let drawn = DrawnArea { from: 0, to: 9, rows: Some((0, 0)) };
    let by_worker = ViewState { lanes: Lanes::Worker, ..start };
    let with_area = turn(&session, &by_worker, Touch::Area(drawn)).after;
    let area = Area { from: 0, to: 9, lanes: Lanes::Worker, rows: Some(vec![(0, 0)]) };
    assert_eq!(with_area.filter.area, Some(area.clone()));
    let after = turn(&session, &with_area, Touch::Lane(Some(1), LaneAct::Pin)).after;
    assert_eq!(after.filter.area, Some(area));
    let again = turn(&session, &after, Touch::Area(drawn)).after.filter.area.and_then(|a| a.rows);
    assert_eq!(again, Some(vec![(2, 2)]), "the lane that was pinned is drawn first");
}

#[test]
fn a_picture_is_exported_in_the_colours_of_a_theme() {
    let session = session();
    let export = |view, theme: &str| {
        let view = ViewState { view, ..ViewState::default() };
        session.answer(&Question::Export { format: Format::Svg, view, size: SIZE, theme: theme.to_owned() })
    };
    let Answer::Exported(light) = export(View::Timeline, "light") else { panic!("no file") };
    let Answer::Exported(dark) = export(View::Timeline, "dark") else { panic!("no file") };
    assert!(light.text.starts_with("<svg") && light.text.contains("w1") && light.text != dark.text);
    assert_eq!((light.name.as_str(), light.kind.as_str()), ("makespan-timeline.svg", "image/svg+xml"));
    assert!(
        matches!(export(View::Charts, "light"), Answer::Exported(chart) if chart.text.starts_with("<svg"))
    );
    assert_eq!(export(View::Overview, "light"), Answer::Nothing);
}

#[test]
fn the_run_of_a_view_is_exported_in_every_format() {
    let session = session();
    for format in Format::ALL {
        let view = ViewState { view: View::Timeline, run: 1, ..ViewState::default() };
        let question = Question::Export { format, view, size: SIZE, theme: "light".to_owned() };
        let Answer::Exported(file) = session.answer(&question) else { panic!("{format:?}: no file") };
        assert!(file.name.ends_with(format.ending()) && file.kind == format.media_type(), "{file:?}");
        let has_content = ["w2", "0 -> 1", "n0 --> r0n1", "\"from\":0,\"to\":1"]
            .iter()
            .any(|part| file.text.contains(part));
        assert!(has_content, "{file:?}");
        let empty = Session::new(Rc::new(makespan_import::Utc));
        assert_eq!(empty.answer(&question), Answer::Nothing, "{format:?}");
    }
}

#[test]
fn a_preview_is_shown_before_the_file_is_complete() {
    let mut session = Session::new(Rc::new(makespan_import::Utc));
    let line = |i: u32| {
        format!(
            "{{\"event\":\"attempt\",\"task\":\"t{i}\",\"started\":{i}000000,\"ended\":{i}900000,\"worker\":\"w\"}}\n"
        )
    };
    let head = "{\"event\":\"run\",\"makespan\":1,\"run\":\"r\"}\n".to_owned();
    let text = (1..20_000).map(line).fold(head, |all, l| all + &l);
    session.begin(Some(1));
    session.begin_file("r.jsonl", Some(text.len() as u64));
    let half = session.push(&text.as_bytes()[..text.len() / 2]);
    assert!(half.tasks > 5_000 && half.bytes == text.len() as u64 / 2, "{half:?}");
    let Answer::Preview(scene) = session.answer(&Question::Preview { size: SIZE }) else {
        panic!("no preview")
    };
    assert!(scene.item_count() > 5);
    session.push(&text.as_bytes()[text.len() / 2..]);
    session.end_file();
    assert_eq!(session.finish().added, 1);
    assert_eq!(session.answer(&Question::Preview { size: SIZE }), Answer::Nothing);
}

#[test]
fn closing_a_run_moves_those_behind_it_up() {
    let mut session = session();
    session.close(0);
    let Answer::Shell(shell) = session.answer(&Question::Shell { view: ViewState::default() }) else {
        panic!()
    };
    assert_eq!((shell.runs.len(), shell.tasks), (2, 4));
    // The same file again: a run that is open already is not opened twice.
    let again = session.open(vec![(
        "1.txt".to_owned(),
        b"a 10..12 w1\nb 12..13 w1 a\nc 12..15 w2 a\nd 15..16 w2 b c".to_vec(),
    )]);
    assert_eq!((again.runs, again.added, again.first), (2, 0, 0));
    session.close_all();
    assert_eq!(session.answer(&Question::Charts { view: ViewState::default() }), Answer::Nothing);
}

#[test]
fn arrows_reach_tasks_that_never_ran_and_come_back() {
    let mut session = Session::new(Rc::new(makespan_import::Utc));
    session.open(vec![("x.txt".to_owned(), b"a 0..1 w1\na2 1..2 w1\nb 0..1 w2\nc - -\nd - -".to_vec())]);
    let mut view =
        ViewState { view: View::Timeline, selected: Some("a2".to_owned()), ..ViewState::default() };
    let mut go = |way| {
        turn(&session, &view.clone(), Touch::Next(way)).apply(&mut view);
        view.selected.clone().unwrap()
    };
    let down: Vec<String> = (0..4).map(|_| go(Neighbour::Below)).collect();
    assert_eq!(down, ["b", "c", "d", "d"]);
    let up: Vec<String> = (0..4).map(|_| go(Neighbour::Above)).collect();
    assert_eq!(up, ["c", "b", "a", "a"]);
}

#[test]
fn an_area_filters_every_view_and_is_summed_up() {
    let session = session();
    let area =
        Area { from: 1_500_000_000, to: 2_500_000_000, lanes: Lanes::Worker, rows: Some(vec![(0, 0)]) };
    let mut view = ViewState { view: View::Table, ..ViewState::default() };
    view.filter.area = Some(area);
    let Answer::Rows(rows) = through_a_message(&session, &Question::Rows { view: view.clone(), range: 0..9 })
    else {
        panic!("no rows")
    };
    assert_eq!((rows.count, rows.table.rows[0].iter().any(|c| c.text() == "b")), (1, true));
    let Answer::Page(page) = session.answer(&Question::Area { view: view.clone(), drawn: None }) else {
        panic!("no page")
    };
    assert_eq!((page.title.as_str(), page.sections.len()), ("+1.5 s to +2.5 s · 1 s · 1 lane", 4));
    let Answer::Shell(shell) = session.answer(&Question::Shell { view: view.clone() }) else {
        panic!("no shell")
    };
    assert_eq!((shell.passing, shell.area.is_some()), (Some(1), true));
    view.show_run(1);
    assert!(view.filter.is_empty(), "an area of one run means nothing to another");
}

#[test]
fn a_marker_keeps_to_the_end_of_a_bar_and_is_named_around_the_view() {
    const S: i64 = 1_000_000_000;
    let session = session();
    let view = ViewState { view: View::Timeline, lanes: Lanes::Worker, ..ViewState::default() };
    let Answer::Picture(picture) = session.answer(&Question::Picture { view: view.clone(), size: SIZE })
    else {
        panic!("no picture")
    };
    let Frame::Time { frame, .. } = picture.frame else { panic!("no window of time") };
    let at = |t: i64, right: f32| {
        Some((frame.scale().x(t) as f32 + right, frame.row_top(0) + frame.row_height / 2.0))
    };
    let moment = |view: &ViewState, at| {
        let turn = turn(&session, view, Touch::Mark(at));
        turn.after.markers.get(0).map(|m| m.t)
    };
    assert_eq!(moment(&view, at(3 * S, -3.0)), Some(3 * S), "near the end of a bar it is that end");
    assert_ne!(moment(&view, at(2 * S, 0.0)), Some(3 * S), "elsewhere it is the moment under the pointer");
    let selected = ViewState { selected: Some("c".to_owned()), ..view.clone() };
    assert_eq!(moment(&selected, None), Some(S), "without a pointer it is the start of the selected task");

    let mut marked = turn(&session, &view, Touch::Mark(at(3 * S, 0.0))).after;
    marked.markers.write(0, "b <failed>");
    let Answer::Shell(shell) = through_a_message(&session, &Question::Shell { view: marked.clone() }) else {
        panic!("no shell")
    };
    assert_eq!(shell.markers, [(0, "+3 s".to_owned(), "b <failed>".to_owned())]);
    let pointer = Pointer { at: at(3 * S, 2.0), hit: Target::Marker(0).hit(), ..Pointer::default() };
    let overlay = Question::Overlay { view: marked.clone(), size: SIZE, pointer };
    let Answer::Overlay(overlay) = through_a_message(&session, &overlay) else { panic!("no overlay") };
    assert_eq!(overlay.about, "marker at +3 s: b <failed>");
    while marked.markers.add(0, marked.markers.len() as i64).is_some_and(|p| p + 1 < 40) {}
    let full = turn(&session, &marked, Touch::Mark(at(2 * S, 0.0)));
    assert!(
        full.said.is_some() && full.after.markers == marked.markers,
        "one too many is refused with a word"
    );
}

#[test]
fn the_palette_finds_tasks_runs_and_queries() {
    let session = session();
    let found = |text: &str| -> Vec<Leads> {
        let question = Question::Find { view: ViewState::default(), text: text.to_owned() };
        let Answer::Found(all) = through_a_message(&session, &question) else { panic!("nothing") };
        all.into_iter().map(|item| item.leads).collect()
    };
    assert_eq!(found("#b"), [Leads::Task(1)]);
    assert_eq!(found(":status:failed"), [Leads::Query("status:failed".to_owned())]);
    assert_eq!(found("@").len(), 2, "the run that is shown is not among them");
    assert!(found("#").is_empty());
    assert!(found(&"x".repeat(100_000)).is_empty());
}

#[test]
fn numbers_in_another_unit_are_in_doubt_until_the_reader_names_the_unit() {
    // Seconds since 1970, in a format that has microseconds.
    let slice = |name: &str, ts: u64| {
        format!("{{\"ph\":\"X\",\"name\":\"{name}\",\"pid\":1,\"tid\":1,\"ts\":{ts},\"dur\":5}}")
    };
    let trace = format!("[{},{}]", slice("a", 1_767_600_000), slice("b", 1_767_600_010));
    let opened = |unit| {
        let mut session = Session::new(Rc::new(makespan_import::Utc));
        session.read_numbers_as(unit);
        session.open(vec![("trace.json".to_owned(), trace.clone().into_bytes())]);
        let Answer::Shell(shell) =
            through_a_message(&session, &Question::Shell { view: ViewState::default() })
        else {
            panic!("no shell")
        };
        let page = Question::Page { view: ViewState::default(), width: 800.0 };
        (shell.unit_in_doubt, format!("{:?}", through_a_message(&session, &page)))
    };
    let (in_doubt, page) = opened(None);
    assert!(in_doubt && page.contains("15 µs"), "{page}");
    let (in_doubt, page) = opened(Some(makespan_import::Unit::Seconds));
    assert!(!in_doubt && page.contains("15 s"), "{page}");
}
