//! Actions, and what they change.

use makespan_engine::{Neighbour, Touch, Turn};
use makespan_views::filter::Filter;
use makespan_views::gesture::Frame;
use makespan_views::graph::{Centre, Drawing, Focus};
use makespan_views::tasks::{Field, Sort};
use makespan_views::timeline::{DrawnArea, Lanes};
use makespan_views::{Area, View, ViewState};

use super::actions::{Action, Narrowing, Setting};
use super::effect::Effect;
use super::panels::Sheet;
use super::update::{State, update};

#[test]
fn questions_about_the_run_go_to_the_engine() {
    let mut state = State::default();
    let asked = update(&mut state, &Frame::Still, &Action::Next(Neighbour::Cause));
    assert_eq!(asked, [Effect::Touch(Touch::Next(Neighbour::Cause))]);
    let after = ViewState { selected: Some("a".to_owned()), ..ViewState::default() };
    let turn = Turn { after, said: Some("said".to_owned()), ..Turn::default() };
    state.panels.no_details = true;
    let then = update(&mut state, &Frame::Still, &Action::Turned(Box::new(turn)));
    assert_eq!(then, [Effect::Say("said".to_owned()), Effect::Link(false)]);
    assert_eq!((state.view.selected.as_deref(), state.panels.no_details), (Some("a"), false));
}

#[test]
fn the_map_of_the_graph_is_a_setting_and_its_drawing_a_part_of_the_link() {
    let mut state = State::default();
    let before = state.view.clone();
    let hidden = update(&mut state, &Frame::Still, &Action::Map);
    assert_eq!(hidden, [Effect::Remember("graph-map", "off")]);
    assert!(!state.settings.map && state.view == before);
    update(&mut state, &Frame::Still, &Action::Set(Setting::Map(true)));
    assert!(state.settings.map);
    assert_eq!(update(&mut state, &Frame::Still, &Action::Matrix), [Effect::Link(true)]);
    assert_eq!(state.view.graph.drawing, Drawing::Matrix);
    update(&mut state, &Frame::Still, &Action::Undo);
    assert_eq!(state.view.graph.drawing, Drawing::Layers);
}

#[test]
fn a_copied_command_goes_to_the_clipboard() {
    let mut state = State::default();
    let asked = update(&mut state, &Frame::Still, &Action::CopyRerun);
    assert_eq!(asked, [Effect::Touch(Touch::Rerun)]);
    let turn = Turn { copied: Some("dbt retry".to_owned()), ..Turn::default() };
    let then = update(&mut state, &Frame::Still, &Action::Turned(Box::new(turn)));
    assert_eq!(then, [Effect::Copy("dbt retry".to_owned()), Effect::Link(false)]);
}

#[test]
fn a_mapping_is_part_of_the_view_and_clears_the_history() {
    let mut state = State::default();
    state.view.selected = Some("a".to_owned());
    update(&mut state, &Frame::Still, &Action::Show(View::Table));
    update(&mut state, &Frame::Still, &Action::Columns(Some(1)));
    assert_eq!(state.panels.sheet, Some(Sheet::Columns(1)));
    let asked = update(&mut state, &Frame::Still, &Action::ReadBy("[columns]".to_owned()));
    assert_eq!(asked, [Effect::ReadBy, Effect::Link(true)]);
    assert_eq!((state.view.mapping.as_str(), &state.view.selected), ("[columns]", &None));
    assert!(state.panels.sheet.is_none());
    let undone = update(&mut state, &Frame::Still, &Action::Undo);
    assert!(matches!(undone[..], [Effect::Say(_)]) && !state.view.mapping.is_empty());
    update(&mut state, &Frame::Still, &Action::Columns(Some(0)));
    update(&mut state, &Frame::Still, &Action::Back);
    assert!(state.panels.sheet.is_none());
    update(&mut state, &Frame::Still, &Action::Close);
    assert!(state.view.mapping.is_empty());
}

#[test]
fn escape_steps_out_one_thing_at_a_time() {
    let mut state = State::default();
    state.view.filter = Filter::word("x");
    state.view.selected = Some("a".to_owned());
    let mut press = |action| drop(update(&mut state, &Frame::Still, &action));
    let drawn = DrawnArea { from: 0, to: 9, rows: None };
    let area = Area { from: 0, to: 9, lanes: Lanes::Task, rows: None };
    let mut turn = Turn::default();
    turn.after.filter.area = Some(area.clone());
    press(Action::SelectArea(drawn));
    press(Action::Turned(Box::new(turn)));
    press(Action::Help);
    press(Action::Back);
    press(Action::Back);
    assert!(state.panels.sheet.is_none() && state.view.selected.is_none());
    assert_eq!(state.view.filter.area, Some(area));
    update(&mut state, &Frame::Still, &Action::Back);
    assert!(state.view.filter.area.is_none() && !state.view.filter.is_empty());
    update(&mut state, &Frame::Still, &Action::Back);
    assert!(state.view.filter.is_empty());
    for _ in 0..4 {
        update(&mut state, &Frame::Still, &Action::Undo);
    }
    assert_eq!(state.view.filter, Filter::word("x"), "each step was one to go back from");
}

#[test]
fn the_focus_of_the_graph_follows_the_selection_and_ends_with_escape() {
    let mut state = State::default();
    let press = |state: &mut State, how| update(state, &Frame::Still, &Action::Narrow(how));
    let hop = Narrowing::Hop { before: true, all: false };
    assert!(matches!(press(&mut state, hop)[..], [Effect::Say(_)]));
    state.view.selected = Some("a".to_owned());
    assert!(matches!(press(&mut state, Narrowing::Between)[..], [Effect::Say(_)]));
    state.view.selected = Some("b".to_owned());
    press(&mut state, Narrowing::Between);
    assert_eq!(state.view.graph.focus, Focus::Between("a".to_owned(), "b".to_owned()));
    press(&mut state, hop);
    let centre = Centre::Task("b".to_owned());
    assert_eq!(state.view.graph.focus, Focus::Around { centre, up: 1, down: 0 });
    update(&mut state, &Frame::Still, &Action::Back);
    assert!(state.view.selected.is_none() && state.view.graph.focus != Focus::Everything);
    update(&mut state, &Frame::Still, &Action::Back);
    assert_eq!(state.view.graph.focus, Focus::Everything);
}

#[test]
fn clicking_a_column_again_reverses_its_order() {
    let mut state = State::default();
    let mut press = |key: &str| {
        update(&mut state, &Frame::Still, &Action::Set(Setting::Sort(key.to_owned())));
        state.view.table.sort.clone()
    };
    assert_eq!(press("duration"), Sort { key: Field::Duration, descending: true });
    assert_eq!(press("duration"), Sort { key: Field::Duration, descending: false });
    assert_eq!(press("name"), Sort { key: Field::Name, descending: false });
    assert_eq!(press("nothing").key, Field::Name);
}
