//! The effect of each action on the state, as a plain function: no signal, no browser, no run. What only the engine
//! knows is requested from it ([`Effect::Touch`]) and returns as an action.

use makespan_engine::{Format, Touch, Turn};
use makespan_import::Unit;
use makespan_scene::Theme;
use makespan_views::compare::{self, Mode};
use makespan_views::gesture::Frame;
use makespan_views::graph::{Centre, Drawing, Focus};
use makespan_views::tasks::{Sort, SortKey};
use makespan_views::timeline::{Arrangement, DrawnArea};
use makespan_views::{Align, TimeMode, View, ViewState};

use super::actions::{Action, Narrowing, Setting};
use super::history::History;
use super::markers;
use super::settings::Settings;

/// A sheet over the page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sheet {
    /// Keys, the syntax of the filter, the glossary.
    Help,
    /// Commands, and the contents of the run.
    Palette,
    /// Settings.
    Settings,
    /// Alerts of the server.
    Alerts,
    /// The columns of a table, by its index among the given files.
    Columns(usize),
}

/// The state of the page besides the view.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Panels {
    /// The open sheet.
    pub(crate) sheet: Option<Sheet>,
    /// The area of the timeline that is being drawn.
    pub(crate) picking: Option<DrawnArea>,
    /// Whether the details are closed although a task is selected.
    pub(crate) no_details: bool,
    /// The menu of a lane: its number, and its position on the picture, px.
    pub(crate) lane_menu: Option<(u32, f64, f64)>,
    /// The marker whose note is shown, by its index in the view.
    pub(crate) marker: Option<usize>,
    /// The focused cell of a matrix.
    pub(crate) focus: Option<(usize, usize)>,
}

/// Everything that actions change.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct State {
    /// The view; a link contains all of it.
    pub(crate) view: ViewState,
    /// Open panels.
    pub(crate) panels: Panels,
    /// The state of the growing run; `None` if no run grows.
    pub(crate) growth: Option<Growth>,
    /// Earlier views.
    pub(crate) history: History,
    /// The reader's settings.
    pub(crate) settings: Settings,
}

/// The state of a growing run.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Growth {
    /// Number of events so far; 0 if only the size of the file is known.
    pub(crate) events: u64,
    /// Time of the last event, ms since the epoch; 0 before the first.
    pub(crate) heard: f64,
    /// Whether the connection to the server is lost.
    pub(crate) is_lost: bool,
    /// Whether the run has finished.
    pub(crate) is_over: bool,
}

/// Effects outside the state.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Effect {
    /// The link has changed; the flag is whether this is an undo step.
    Link(bool),
    /// The link has changed and may change further: it is written when the gesture has ended.
    LinkSoon,
    /// Send an interaction to the engine.
    Touch(Touch),
    /// Mark the moment under the pointer.
    Mark,
    /// Show a short message.
    Say(String),
    /// Store a choice for the next visit: its name and value.
    Remember(&'static str, &'static str),
    /// Focus the filter.
    FocusFilter,
    /// Choose and remember the next theme.
    Theme,
    /// Open the file dialog.
    AskFiles,
    /// Copy the address.
    CopyLink,
    /// Copy a text.
    Copy(String),
    /// Copy the picture.
    CopyPicture,
    /// Save the run, or its picture, as a file.
    Save(Format),
    /// Write a report of the current run, or of all, and save it.
    SaveReport(bool),
    /// Copy a link that contains the current run.
    LinkRun,
    /// Request the shown parts again, because the run has new events.
    Refresh,
    /// Open the files again with numeric times in this unit.
    ReadAs(Option<Unit>),
    /// Open the files again with the view's mapping for tables.
    ReadBy,
    /// Close all runs.
    Close,
    /// Close one run.
    CloseRun(usize),
}

/// Applies an action to the state and records the step. `frame` is the visible part of the picture.
pub(crate) fn update(state: &mut State, frame: &Frame, action: &Action) -> Vec<Effect> {
    match action {
        Action::Undo | Action::Redo => {
            let is_back = *action == Action::Undo;
            let (history, view) = (&mut state.history, &mut state.view);
            let moved = if is_back { history.undo(view) } else { history.redo(view) };
            let word = if is_back { "Nothing to undo." } else { "Nothing to redo." };
            return vec![if moved { Effect::Link(false) } else { Effect::Say(word.to_owned()) }];
        }
        Action::Settled => {
            state.history.settle();
            return Vec::new();
        }
        _ => {}
    }
    let before = state.view.clone();
    let effects = apply(state, frame, action);
    if matches!(action, Action::Close | Action::CloseRun | Action::ReadBy(_)) {
        // Some of the runs in the history are closed, and others have other numbers.
        state.history = History::default();
    } else {
        let is_gradual = match action {
            Action::Marker(what) => what.is_gradual(),
            _ => matches!(action, Action::Move(_) | Action::Set(Setting::Filter(_))),
        };
        state.history.note(before, &state.view, is_gradual);
    }
    effects
}

fn apply(state: &mut State, frame: &Frame, action: &Action) -> Vec<Effect> {
    let view = &mut state.view;
    match action {
        Action::Show(to) => {
            let other = view.view != *to;
            view.view = *to;
            state.panels.focus = None;
            vec![Effect::Link(other)]
        }
        Action::Set(setting) => {
            set(view, setting);
            let mut effects = vec![Effect::LinkSoon];
            match setting {
                Setting::Heat(_) => state.panels.focus = None,
                Setting::Time(mode) => effects.push(Effect::Remember("time", mode.name())),
                Setting::Drag(drag) => {
                    state.settings.drag = *drag;
                    effects.push(Effect::Remember("drag", drag.name()));
                }
                Setting::Keys(on) => {
                    state.settings.keys = *on;
                    effects.push(Effect::Remember("keys", if *on { "on" } else { "off" }));
                }
                Setting::Map(on) => effects.push(map(&mut state.settings, *on)),
                Setting::Theme(name) => {
                    effects.extend(Theme::named(name).map(|theme| Effect::Remember("theme", theme.name)));
                }
                _ => {}
            }
            effects
        }
        Action::FocusArea => {
            view.selected = None;
            vec![Effect::Touch(Touch::Fit)]
        }
        Action::Pick(drawn) => {
            state.panels.picking = *drawn;
            Vec::new()
        }
        // It stays until the engine has answered which lanes it covers.
        Action::SelectArea(drawn) => {
            state.panels.picking = Some(*drawn);
            vec![Effect::Touch(Touch::Area(*drawn))]
        }
        Action::Follow(to) => {
            view.clone_from(to);
            Vec::new()
        }
        Action::Move(movement) => {
            frame.moved(view, *movement);
            vec![Effect::LinkSoon]
        }
        Action::Focus => vec![Effect::Touch(Touch::Fit)],
        Action::Select(None) => {
            (view.selected, view.graph.group) = (None, None);
            vec![Effect::Link(false)]
        }
        Action::Select(Some(row)) => {
            state.panels.no_details = false;
            vec![Effect::Touch(Touch::Row(*row))]
        }
        Action::Next(way) => vec![Effect::Touch(Touch::Next(*way))],
        Action::Expand(is_open) => vec![Effect::Touch(Touch::Expand(*is_open))],
        Action::Narrow(how) => narrow(view, *how),
        Action::Turned(turn) => turned(state, frame, turn),
        Action::Critical => {
            view.critical = !view.critical;
            vec![Effect::Link(false)]
        }
        Action::Before => {
            view.before = !view.before;
            vec![Effect::Link(false)]
        }
        Action::Counters => {
            view.counters = !view.counters;
            vec![Effect::Link(false)]
        }
        Action::ReadAs(unit) => vec![Effect::ReadAs(*unit)],
        Action::Columns(table) => {
            state.panels.sheet = table.map(Sheet::Columns);
            Vec::new()
        }
        Action::ReadBy(mapping) => {
            view.mapping.clone_from(mapping);
            // Other tasks are shown then.
            view.show_run(view.run);
            state.panels.sheet = None;
            vec![Effect::ReadBy, Effect::Link(true)]
        }
        Action::Lanes => vec![Effect::Touch(Touch::NextLanes)],
        Action::Lane(lane, act) => {
            state.panels.lane_menu = None;
            vec![Effect::Touch(Touch::Lane(*lane, *act))]
        }
        Action::LaneMenu(menu) => {
            state.panels.lane_menu = *menu;
            Vec::new()
        }
        Action::Mark => vec![Effect::Mark],
        Action::Marker(what) => {
            let said = markers::act(view, &mut state.panels.marker, frame, what);
            said.map(Effect::Say).into_iter().chain([Effect::LinkSoon]).collect()
        }
        Action::Gaps => vec![Effect::Touch(Touch::Gaps)],
        Action::Time => {
            let at = TimeMode::ALL.iter().position(|t| *t == view.time).unwrap_or(0);
            view.time = TimeMode::ALL[(at + 1) % TimeMode::ALL.len()];
            vec![Effect::Link(false), Effect::Remember("time", view.time.name())]
        }
        Action::Twin => {
            view.twin = !view.twin;
            vec![Effect::Link(false)]
        }
        Action::Grew(grown) => {
            state.growth = Some(Growth {
                events: grown.events,
                heard: grown.heard,
                is_lost: grown.is_lost,
                is_over: grown.is_over,
            });
            if grown.opened.is_some() { vec![Effect::Refresh] } else { Vec::new() }
        }
        Action::Theme => vec![Effect::Theme],
        Action::Search => vec![Effect::FocusFilter],
        Action::Details => {
            state.panels.no_details = !state.panels.no_details;
            Vec::new()
        }
        Action::Matrix => {
            let is_matrix = view.graph.drawing == Drawing::Matrix;
            view.graph.drawing = if is_matrix { Drawing::Layers } else { Drawing::Matrix };
            (view.view, view.camera) = (View::Graph, None);
            vec![Effect::Link(true)]
        }
        Action::Map => {
            let on = !state.settings.map;
            vec![map(&mut state.settings, on)]
        }
        Action::Help => toggle(&mut state.panels, Sheet::Help),
        Action::Palette => toggle(&mut state.panels, Sheet::Palette),
        Action::Settings => toggle(&mut state.panels, Sheet::Settings),
        Action::Alerts => toggle(&mut state.panels, Sheet::Alerts),
        // These were handled above; they are not steps themselves.
        Action::Undo | Action::Redo | Action::Settled => Vec::new(),
        Action::Back => {
            back(state);
            vec![Effect::Link(false)]
        }
        Action::Go(to) => {
            (view.view, view.lanes, view.critical) = (to.view, to.lanes, to.critical);
            (view.filter, view.selected) = (to.filter.clone(), to.selected.clone());
            (view.window, view.camera, view.scroll) = (to.window, None, 0);
            state.panels.no_details = false;
            vec![Effect::Link(true)]
        }
        Action::Mode => {
            let at = Mode::ALL.iter().position(|m| *m == view.compare.mode).unwrap_or(0);
            view.compare.mode = Mode::ALL[(at + 1) % Mode::ALL.len()];
            vec![Effect::Link(false)]
        }
        Action::Swap => vec![Effect::Touch(Touch::Swap)],
        Action::Baseline => vec![Effect::Touch(Touch::Baseline)],
        Action::ShowRun(number) => {
            state.panels.marker = None;
            view.show_run(*number);
            vec![Effect::Link(true)]
        }
        Action::CloseRun => {
            let number = view.run;
            view.forget_run(number);
            vec![Effect::CloseRun(number), Effect::Link(true)]
        }
        Action::Open => vec![Effect::AskFiles],
        Action::CopyLink => vec![Effect::CopyLink],
        Action::CopyRerun => vec![Effect::Touch(Touch::Rerun)],
        Action::CopyPicture => vec![Effect::CopyPicture],
        Action::SavePicture => vec![Effect::Save(Format::Svg)],
        Action::Save(format) => vec![Effect::Save(*format)],
        Action::LinkRun => vec![Effect::LinkRun],
        Action::SaveReport { all } => vec![Effect::SaveReport(*all)],
        Action::Close => {
            *view = ViewState { time: view.time, theme: view.theme.take(), ..ViewState::default() };
            vec![Effect::Close, Effect::Link(true)]
        }
    }
}

/// Shows or hides the small map of the graph, now and at the next visit.
fn map(settings: &mut Settings, on: bool) -> Effect {
    settings.map = on;
    Effect::Remember("graph-map", if on { "on" } else { "off" })
}

fn toggle(panels: &mut Panels, sheet: Sheet) -> Vec<Effect> {
    panels.sheet = (panels.sheet != Some(sheet)).then_some(sheet);
    Vec::new()
}

/// Applies the engine's response to an interaction.
fn turned(state: &mut State, frame: &Frame, turn: &Turn) -> Vec<Effect> {
    turn.apply(&mut state.view);
    if turn.focus.is_some() {
        state.panels.focus = turn.focus;
    }
    let (old, new) = (&turn.before, &turn.after);
    if new.filter.area.is_some() {
        state.panels.picking = None;
    }
    if (new.selected.is_some() && new.selected != old.selected)
        || (new.graph.group.is_some() && new.graph.group != old.graph.group)
    {
        state.panels.no_details = false;
    }
    markers::set_by_engine(&mut state.panels.marker, old, new);
    if let Some(movement) = turn.movement {
        frame.moved(&mut state.view, movement);
    }
    let said = turn.said.clone().map(Effect::Say);
    let copied = turn.copied.clone().map(Effect::Copy);
    copied.into_iter().chain(said).chain([Effect::Link(turn.is_step)]).collect()
}

/// Closes what was opened last.
fn back(state: &mut State) {
    let view = &mut state.view;
    if state.panels.sheet.take().is_some()
        || state.panels.picking.take().is_some()
        || state.panels.lane_menu.take().is_some()
        || state.panels.marker.take().is_some()
    {
        // One thing at a time.
    } else if view.view == View::Timeline && view.rows.focus.is_some() {
        view.rows.focus = None;
    } else if view.selected.is_some() || view.graph.group.is_some() {
        (view.selected, view.graph.group) = (None, None);
    } else if view.filter.area.is_some() {
        view.filter.area = None;
    } else if view.view == View::Graph && view.graph.focus != Focus::Everything {
        (view.graph.focus, view.graph.from, view.camera) = (Focus::Everything, None, None);
    } else if !view.filter.is_empty() {
        view.filter = Default::default();
    } else if view.twin {
        view.twin = false;
    }
}

/// Changes the focus of the graph.
fn narrow(view: &mut ViewState, how: Narrowing) -> Vec<Effect> {
    let selected = match (&view.selected, &view.graph.group) {
        (Some(task), _) => Some(Centre::Task(task.clone())),
        (None, group) => group.clone().map(Centre::Group),
    };
    let focus = match how {
        Narrowing::Hop { before, all } => view.graph.focus.with_hop(selected, before, all),
        Narrowing::Isolate => selected.map(|centre| Focus::Around { centre, up: 0, down: 0 }),
        Narrowing::Failed => Some(Focus::Failed { hops: 1 }),
        Narrowing::Clear => Some(Focus::Everything),
        Narrowing::Between => match (&view.selected, &view.graph.from) {
            (None, _) => return vec![Effect::Say("Select the first of the two tasks.".to_owned())],
            (Some(task), Some(from)) if from != task => Some(Focus::Between(from.clone(), task.clone())),
            (Some(task), _) => {
                view.graph.from = Some(task.clone());
                return vec![Effect::Say(
                    "Now select the second task, then choose this focus again.".to_owned(),
                )];
            }
        },
    };
    let Some(focus) = focus else {
        return vec![Effect::Say("Select a task or a group of the graph first.".to_owned())];
    };
    view.view = View::Graph;
    (view.graph.focus, view.graph.from, view.camera) = (focus, None, None);
    vec![Effect::Link(true)]
}

fn set(view: &mut ViewState, setting: &Setting) {
    match setting {
        Setting::Filter(filter) => view.filter.clone_from(filter),
        Setting::Colours(by) => view.colours = *by,
        Setting::Drawing(drawing) => (view.graph.drawing, view.camera) = (*drawing, None),
        Setting::Nodes(by) => {
            (view.graph.by, view.graph.group, view.camera) = (*by, None, None);
            view.graph.open.clear();
        }
        Setting::Lanes(lanes) => {
            (view.lanes, view.scroll, view.rows) = (*lanes, 0, Arrangement::default());
        }
        Setting::Sort(key) if view.view == View::Compare => {
            let sort = view.compare.sort;
            if let Some(key) = compare::tasks::SortKey::ALL.into_iter().find(|k| k.name() == key) {
                let largest_first = key.column().align == Align::Right;
                let descending = if sort.key == key { !sort.descending } else { largest_first };
                view.compare.sort = compare::tasks::Sort { key, descending };
            }
        }
        Setting::Sort(key) => {
            if let Some(key) = SortKey::ALL.into_iter().find(|k| k.name() == key) {
                let ascends = matches!(key, SortKey::Name | SortKey::Step | SortKey::Start);
                let descending = if view.sort.key == key { !view.sort.descending } else { !ascends };
                view.sort = Sort { key, descending };
            }
        }
        Setting::Chart(choice) => view.chart.clone_from(choice),
        Setting::Heat(heat) => {
            view.heat.clone_from(heat);
            (view.heat.row, view.heat.across) = (0, None);
        }
        Setting::Part(part) => (view.compare.part, view.compare.scroll) = (*part, 0),
        Setting::Mode(mode) => view.compare.mode = *mode,
        Setting::Alignment(alignment) => view.compare.alignment = *alignment,
        Setting::Measure(measure) => view.compare.measure.clone_from(measure),
        Setting::Theme(theme) => view.theme = Some(theme.clone()),
        Setting::Time(time) => view.time = *time,
        Setting::Drag(_) | Setting::Keys(_) | Setting::Map(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use makespan_engine::Neighbour;
    use makespan_views::Area;
    use makespan_views::filter::Filter;
    use makespan_views::timeline::Lanes;

    use super::*;

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
    fn clicking_a_column_again_reverses_its_order() {
        let mut state = State::default();
        let mut press = |key: &str| {
            update(&mut state, &Frame::Still, &Action::Set(Setting::Sort(key.to_owned())));
            state.view.sort
        };
        assert_eq!(press("duration"), Sort { key: SortKey::Duration, descending: true });
        assert_eq!(press("duration"), Sort { key: SortKey::Duration, descending: false });
        assert_eq!(press("name"), Sort { key: SortKey::Name, descending: false });
        assert_eq!(press("nothing").key, SortKey::Name);
    }
}
