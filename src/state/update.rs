//! The effect of each action on the state, as a plain function: no signal, no browser, no run. What only the engine
//! knows is requested from it ([`Effect::Touch`]) and returns as an action.

use makespan_engine::{Format, Touch, Turn};
use makespan_scene::Theme;
use makespan_views::compare::Mode;
use makespan_views::gesture::Frame;
use makespan_views::graph::{Drawing, Focus};
use makespan_views::{TimeMode, View, ViewState};

use super::actions::{ACTIONS, Action, Setting};
use super::choices::{narrow, set};
use super::effect::Effect;
use super::history::History;
use super::keys::KeyMap;
use super::markers;
use super::panels::{Growth, Panels, Sheet};
use super::settings::Settings;

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
                Setting::Keep(on) => {
                    state.settings.keep = *on;
                    effects.push(Effect::Remember("keep", if *on { "on" } else { "off" }));
                    effects.push(Effect::KeepOpen(*on));
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
        Action::Properties(chosen) => {
            state.panels.sheet = chosen.map(Sheet::Properties);
            Vec::new()
        }
        Action::ReadBy(mapping) => {
            view.mapping.clone_from(mapping);
            // Other tasks are shown then.
            view.show_run(view.run);
            state.panels.sheet = None;
            vec![Effect::ReadBy, Effect::Link(true)]
        }
        Action::KeySheet => toggle(&mut state.panels, Sheet::Keys),
        Action::DefaultKeys => {
            state.settings.key_map = KeyMap::default();
            vec![Effect::RememberKeys(String::new())]
        }
        Action::Key(at, key) => {
            let taken = state.settings.key_map.set(*at, key.clone());
            let said = taken.and_then(|other| ACTIONS.get(other));
            let said = said.map(|b| Effect::Say(format!("No key any more: {}.", b.about)));
            let keys = Effect::RememberKeys(state.settings.key_map.stored());
            std::iter::once(keys).chain(said).collect()
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
        Action::TableColumns => toggle(&mut state.panels, Sheet::TableColumns),
        Action::Alerts => toggle(&mut state.panels, Sheet::Alerts),
        // These were handled above; they are not steps themselves.
        Action::Undo | Action::Redo | Action::Settled => Vec::new(),
        Action::Back => {
            back(state);
            vec![Effect::Link(false)]
        }
        Action::Go(to) => {
            (view.view, view.lanes, view.critical) = (to.view, to.lanes.clone(), to.critical);
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
        Action::SavePixels => vec![Effect::SavePixels],
        Action::Save(format) => vec![Effect::Save(*format)],
        Action::TableText { copied } => vec![Effect::TableText { copied: *copied }],
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
