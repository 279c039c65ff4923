//! The graph as it is used: presses and keys select groups, expand them and walk the critical path.

#![allow(clippy::unwrap_used, clippy::panic)]

use std::fmt::Write as _;
use std::rc::Rc;

use makespan_engine::{Answer, Neighbour, Press, Question, Session, Touch, Turn};
use makespan_views::graph::{Focus, Graphing, Grouping};
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
fn a_press_selects_the_group_and_none_of_its_members() {
    let (session, mut view) = (session(), graph());
    turn(&session, &view, press(Target::Group(1), false)).apply(&mut view);
    assert_eq!((view.selected.as_deref(), view.graph.group.as_deref()), (None, Some("s:map")));
    assert_eq!(title(&session, &view), Some(("map".to_owned(), "300 tasks".to_owned())));
    turn(&session, &view, press(Target::Task(0), false)).apply(&mut view);
    assert_eq!((view.selected.as_deref(), view.graph.group.as_deref()), (Some("first"), None));
}

#[test]
fn a_second_press_expands_the_group_where_it_is_and_again_collapses_it() {
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
