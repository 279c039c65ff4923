//! The graph as it is used: presses and keys select groups, expand them and walk the critical path.

#![allow(clippy::unwrap_used, clippy::panic)]

use std::fmt::Write as _;
use std::rc::Rc;

use makespan_engine::{Answer, Neighbour, Press, Question, Session, Touch, Turn};
use makespan_views::gesture::Frame;
use makespan_views::graph::{Centre, Drawing, Focus, Graphing, Grouping};
use makespan_views::{Target, View, ViewState};

const SIZE: (f32, f32) = (900.0, 500.0);

/// A run of 300 equal tasks between two others.
fn session() -> Session {
    let mut text = "first 0..1 w1\n".to_owned();
    let mut all = String::new();
    for i in 0..300 {
        let _ = writeln!(text, "m{i} 1..{} w{} first step=map", 2 + i % 7, i % 50);
        let _ = write!(all, " m{i}");
    }
    let _ = writeln!(text, "last 9..10 w1{all}");
    let mut session = Session::new(Rc::new(makespan_import::Utc));
    session.open(vec![("run.txt".to_owned(), text.into_bytes())]);
    session
}

fn graph() -> ViewState {
    let graph = Graphing { by: Grouping::Steps, ..Graphing::default() };
    ViewState { view: View::Graph, graph, ..ViewState::default() }
}

fn turn(session: &Session, view: &ViewState, touch: Touch) -> Turn {
    match session.answer(&Question::Touch { view: view.clone(), size: SIZE, touch }) {
        Answer::Turn(turn) => turn,
        other => panic!("{other:?}"),
    }
}

fn press(target: Target, double: bool) -> Touch {
    Touch::Press(Press { x: 400.0, y: 200.0, hit: target.hit(), double })
}

fn title(session: &Session, view: &ViewState) -> Option<(String, String)> {
    match session.answer(&Question::Details { view: view.clone() }) {
        Answer::Page(page) => Some((page.title, page.subtitle)),
        _ => None,
    }
}

#[test]
fn a_click_selects_the_group_and_none_of_its_members() {
    let (session, mut view) = (session(), graph());
    turn(&session, &view, press(Target::Group(1), false)).apply(&mut view);
    assert_eq!((view.selected.as_deref(), view.graph.group.as_deref()), (None, Some("s:map")));
    assert_eq!(title(&session, &view), Some(("map".to_owned(), "300 tasks".to_owned())));
    turn(&session, &view, press(Target::Task(0), false)).apply(&mut view);
    assert_eq!((view.selected.as_deref(), view.graph.group.as_deref()), (Some("first"), None));
}

#[test]
fn a_second_click_expands_the_group_in_place_and_another_collapses_it() {
    let (session, mut view) = (session(), graph());
    let before = view.clone();
    let expanded = turn(&session, &view, press(Target::Group(1), true));
    assert!(expanded.is_step);
    expanded.apply(&mut view);
    assert_eq!(view.graph.open, ["s:map"]);
    let rows = |view: &ViewState| match session.answer(&Question::Rows { view: view.clone(), range: 0..9 }) {
        Answer::Rows(rows) => rows.count,
        other => panic!("{other:?}"),
    };
    assert_eq!((rows(&before), rows(&view)), (3, 2 + 1 + 120 + 1));
    turn(&session, &view, Touch::Expand(false)).apply(&mut view);
    assert!(view.graph.open.is_empty());
    assert_eq!(rows(&view), 3);
    let said = turn(&session, &before, Touch::Expand(true)).said;
    assert!(said.is_some_and(|s| s.contains("Select a group")));
}

#[test]
fn keys_walk_from_node_to_node_and_along_the_critical_path() {
    let (session, mut view) = (session(), graph());
    let go = |view: &mut ViewState, way| {
        turn(&session, view, Touch::Next(way)).apply(view);
        (view.selected.clone(), view.graph.group.clone().filter(|_| view.selected.is_none()))
    };
    let task = |id: &str| (Some(id.to_owned()), None);
    assert_eq!(go(&mut view, Neighbour::Later), task("first"));
    assert_eq!(go(&mut view, Neighbour::Later), (None, Some("s:map".to_owned())));
    assert_eq!(go(&mut view, Neighbour::Later), task("last"));
    view.selected = None;
    view.graph.group = None;
    assert_eq!(go(&mut view, Neighbour::NextCritical), task("first"));
    assert!(view.critical);
    assert_eq!(go(&mut view, Neighbour::NextCritical), task("m6"));
    assert_eq!(go(&mut view, Neighbour::NextCritical), task("last"));
    assert_eq!(go(&mut view, Neighbour::NextCritical), task("first"));
}

#[test]
fn the_choice_and_the_focus_are_named_beside_the_picture() {
    let session = session();
    let about = |view: &ViewState| match session.answer(&Question::Picture { view: view.clone(), size: SIZE })
    {
        Answer::Picture(picture) => picture.about,
        other => panic!("{other:?}"),
    };
    let mut view = ViewState { view: View::Graph, ..ViewState::default() };
    assert!(
        about(&view).starts_with("302 tasks as 3 nodes: equal tasks are stacked to fit the page"),
        "{}",
        about(&view)
    );
    view.graph.focus = Focus::Between("first".to_owned(), "m3".to_owned());
    assert!(about(&view).contains("2 of 302 tasks in focus"), "{}", about(&view));
}

/// A picture of a view at a width.
fn picture(session: &Session, view: &ViewState, width: f32) -> makespan_engine::Picture {
    match session.answer(&Question::Picture { view: view.clone(), size: (width, 500.0) }) {
        Answer::Picture(picture) => picture,
        other => panic!("{other:?}"),
    }
}

fn layout_size(picture: &makespan_engine::Picture) -> (f32, f32) {
    if let Frame::Plane { size, .. } = picture.frame { size } else { panic!("no plane") }
}

#[test]
fn a_narrow_picture_is_folded_for_its_width_and_its_map_shows_the_same() {
    let chain: String = (0..24).map(|i| format!("t{i} {i}..{} w t{}\n", i + 1, i - 1)).collect();
    let mut session = Session::new(Rc::new(makespan_import::Utc));
    session.open(vec![("run.txt".to_owned(), chain.replace(" t-1", "").into_bytes())]);
    let view = ViewState { view: View::Graph, ..ViewState::default() };
    let (wide, narrow) = (picture(&session, &view, 1_300.0), picture(&session, &view, 390.0));
    let (w, n) = (layout_size(&wide), layout_size(&narrow));
    assert!(n.0 < w.0 && n.0 < 620.0, "{w:?} {n:?}");
    assert_eq!(wide.rows, narrow.rows);
    let Answer::Map(map) = session.answer(&Question::Map { view, size: (390.0, 500.0) }) else {
        panic!("no map")
    };
    assert!(map.height > map.width, "a high layout has a high map");
}

#[test]
fn a_matrix_has_a_row_of_its_table_for_each_dependency_and_a_press_leads_to_what_depends() {
    let session = session();
    let mut view = graph();
    view.graph.drawing = Drawing::Matrix;
    let shown = picture(&session, &view, 900.0);
    assert_eq!(shown.rows, 2, "first to map, map to last");
    let layout = layout_size(&shown);
    assert!(layout.0 > layout.1);
    turn(&session, &view, press(Target::Edge(0), false)).apply(&mut view);
    assert_eq!(view.graph.group.as_deref(), Some("s:map"));
}

#[test]
fn the_command_for_the_focus_is_copied_or_reported_missing() {
    let events = concat!(
        r#"{"event":"run","makespan":1,"run":"i","source":"dbt 1.9.0"}"#,
        "\n",
        r#"{"event":"task","task":"model.s.a","name":"a","kind":"model"}"#,
        "\n",
        r#"{"event":"task","task":"model.s.b","name":"b","kind":"model","after":["model.s.a"]}"#,
    );
    let mut session = Session::new(Rc::new(makespan_import::Utc));
    session.open(vec![("run.jsonl".to_owned(), events.as_bytes().to_vec())]);
    let mut view = graph();
    view.graph.focus = Focus::Around { centre: Centre::Task("model.s.b".to_owned()), up: 1, down: 0 };
    let copied = turn(&session, &view, Touch::Rerun).copied;
    assert_eq!(copied.as_deref(), Some("# Builds the nodes in focus.\ndbt build --select 1+b\n"));
    let (unknown, view) = (self::session(), graph());
    let nothing = turn(&unknown, &view, Touch::Rerun);
    assert!(nothing.copied.is_none() && nothing.said.is_some());
}
