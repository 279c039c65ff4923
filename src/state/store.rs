//! The state as signals, and the one way to change it.

use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;

use leptos::prelude::*;
use makespan_engine::{Answer, Question, Shell, Touch};
use makespan_import::Unit;
use makespan_scene::Theme;
use makespan_views::gesture::Frame;
use makespan_views::{TimeMode, ViewState, decode, encode};

use super::actions::{Action, Setting};
use super::alerts::AlertList;
use super::effect::Effect as Outside;
use super::keys::KeyMap;
use super::phase::{Failure, Loading, Phase};
use super::settings::Settings;
use super::update::{State, update};
use crate::platform::files::Given;
use crate::platform::{boot, dom, prefs};
use crate::surface::shown;
use crate::worker;

/// The signals of the page.
#[derive(Clone, Copy)]
pub(crate) struct Store {
    /// View and panels.
    pub(crate) state: RwSignal<State>,
    /// What the page is busy with.
    pub(crate) phase: RwSignal<Phase>,
    /// Changes whenever the set of open runs changes, which invalidates all earlier answers.
    pub(crate) generation: RwSignal<u32>,
    /// Changes whenever an open run has new events: what is shown is requested again, and stays until then.
    pub(crate) freshness: RwSignal<u32>,
    /// Number of the followed run.
    pub(super) followed: StoredValue<Option<u32>>,
    /// Whether the server answers about the followed run.
    pub(crate) is_remote: RwSignal<bool>,
    /// The followed run of the server.
    pub(super) followed_run: StoredValue<Option<String>>,
    /// The run in the link that is open, as in the link.
    pub(super) linked: StoredValue<Option<String>>,
    /// The parts around the views.
    pub(crate) shell: RwSignal<Rc<Shell>, LocalStorage>,
    /// The visible part of the picture, and its size; set by the current picture.
    pub(crate) frame: StoredValue<Frame>,
    /// Whether the space bar is pressed, so that a drag moves the picture.
    pub(crate) space: StoredValue<bool>,
    /// Position of the pointer on the current picture, px.
    pub(crate) pointer: StoredValue<Option<(f32, f32)>>,
    /// Width and height of the current picture, px.
    pub(crate) size: StoredValue<(f32, f32)>,
    /// Everything that has been opened, to open it again if the engine stops.
    pub(super) given: StoredValue<Rc<RefCell<Vec<Given>>>, LocalStorage>,
    /// Files given last that contained no run; a mapping may read them.
    pub(super) rejected: StoredValue<Rc<RefCell<Vec<Given>>>, LocalStorage>,
    /// The unit of numeric times, if the reader chose it.
    pub(crate) unit: RwSignal<Option<Unit>>,
    /// Number of changes of the link, so that only the last one of a gesture is written.
    changes: StoredValue<u32>,
    /// A short message.
    pub(crate) said: RwSignal<String>,
    /// The firing alerts of the server.
    pub(crate) firing: RwSignal<AlertList>,
    /// The view state, without panels.
    pub(crate) view: Memo<ViewState>,
    /// Index of the selected task.
    pub(crate) selected: Memo<Option<u32>>,
    /// Index of the theme.
    pub(crate) theme: Memo<usize>,
    /// The keys of actions.
    pub(crate) keys: Memo<KeyMap>,
}

impl Store {
    /// Creates a store from the address and the preferences.
    pub(crate) fn new() -> Store {
        let mut first = State::default();
        let mut said = String::new();
        first.settings = Settings::read(prefs::get);
        // A report may have a view of its own; an address that contains another takes precedence.
        let hash = Some(dom::hash()).filter(|hash| !hash.is_empty()).or_else(boot::seen);
        match decode(&hash.unwrap_or_default()) {
            Ok(view) => first.view = view,
            Err(e) => said = e.to_string(),
        }
        // A link contains the time format only if it is not the default.
        let usual = prefs::get("time").and_then(|name| TimeMode::ALL.into_iter().find(|t| t.name() == name));
        if first.view.time == TimeMode::default() {
            first.view.time = usual.unwrap_or_default();
        }
        let state = RwSignal::new(first);
        let view = Memo::new(move |_| state.with(|s| s.view.clone()));
        let usual = prefs::get("theme").and_then(|name| theme_named(&name));
        let theme = Memo::new(move |_| {
            let linked = state.with(|s| s.view.theme.as_deref().and_then(theme_named));
            linked.or(usual).unwrap_or_else(system_theme)
        });
        let shell: RwSignal<Rc<Shell>, LocalStorage> = RwSignal::new_local(Rc::default());
        let selected = Memo::new(move |_| shell.with(|s| s.selected));
        Store {
            state,
            phase: RwSignal::new(if boot::brings_a_run() {
                Phase::Loading(Loading::default())
            } else {
                Phase::Empty
            }),
            generation: RwSignal::new(0),
            freshness: RwSignal::new(0),
            followed: StoredValue::new(None),
            is_remote: RwSignal::new(false),
            followed_run: StoredValue::new(None),
            linked: StoredValue::new(None),
            shell,
            frame: StoredValue::new(Frame::Still),
            space: StoredValue::new(false),
            pointer: StoredValue::new(None),
            size: StoredValue::new((0.0, 0.0)),
            given: StoredValue::new_local(Rc::default()),
            rejected: StoredValue::new_local(Rc::default()),
            unit: RwSignal::new(None),
            changes: StoredValue::new(0),
            said: RwSignal::new(said),
            firing: RwSignal::new(AlertList::default()),
            view,
            selected,
            theme,
            keys: Memo::new(move |_| state.with(|s| s.settings.key_map.clone())),
        }
    }

    /// Returns a title with the current key of the action that has these keys by default.
    pub(crate) fn hint(self, about: &'static str, keys: &'static str) -> impl Fn() -> String + Copy + Send {
        move || self.keys.with(|map| map.hint(about, keys))
    }

    /// Starts the engine, and opens everything again if the engine stops.
    pub(crate) fn start_engine(&self) {
        let store = *self;
        let lost = move |why| {
            let given = store.given.with_value(|g| g.borrow().clone());
            worker::restart();
            store.generation.update(|g| *g += 1);
            store.said.set(format!("The engine stopped ({why}). Its files are being opened again."));
            if given.is_empty() {
                let title = format!(
                    "The engine stopped ({why}). Nothing else was open; open the file again, or another one."
                );
                store.phase.set(Phase::Failed(Failure { title, files: Vec::new() }));
            } else {
                store.given.with_value(|g| g.borrow_mut().clear());
                store.open(given);
            }
        };
        worker::start(lost, move |why| store.hear_trouble(&why));
    }

    /// Executes an action.
    pub(crate) fn dispatch(&self, action: Action) {
        let mut next = self.state.get_untracked();
        let effects = self.frame.with_value(|frame| update(&mut next, frame, &action));
        if self.state.with_untracked(|s| *s != next) {
            self.state.set(next);
        }
        effects.into_iter().for_each(|e| self.perform(e));
    }

    /// Sends an interaction to the engine.
    pub(crate) fn touch(&self, touch: Touch) {
        let store = *self;
        let (view, size) = (self.state.with_untracked(|s| s.view.clone()), self.size.get_value());
        worker::ask(&Question::Touch { view, size, touch }, move |answer| {
            if let Answer::Turn(turn) = answer {
                store.dispatch(Action::Turned(Box::new(turn)));
            }
        });
    }

    /// Writes the link when the gesture has ended, because browsers refuse a page that changes its address sixty times
    /// a second.
    pub(super) fn link_soon(&self) {
        let store = *self;
        let mine = self.changes.with_value(|n| n.wrapping_add(1));
        self.changes.set_value(mine);
        let write = move || {
            if store.changes.with_value(|n| *n == mine) {
                store.link(false);
                store.dispatch(Action::Settled);
            }
        };
        set_timeout(write, Duration::from_millis(150));
    }

    fn link(&self, step: bool) {
        let hash = self.state.with_untracked(|s| encode(&s.view));
        if hash != dom::hash() {
            dom::set_hash(&hash, !step);
        }
    }

    /// Applies an address that was changed from outside.
    pub(crate) fn follow_address(&self) {
        let run = dom::linked_run();
        if let Some(server) = boot::server()
            && run != self.followed_run.get_value()
        {
            match &run {
                Some(run) => self.follow_run(&server, run),
                None => self.dispatch(Action::Close),
            }
        }
        self.open_linked();
        match decode(&dom::hash()) {
            Ok(view) => self.dispatch(Action::Follow(Box::new(view))),
            Err(e) => self.said.set(e.to_string()),
        }
    }

    fn perform(&self, effect: Outside) {
        match effect {
            Outside::Link(step) => self.link(step),
            Outside::LinkSoon => self.link_soon(),
            Outside::Touch(touch) => self.touch(touch),
            Outside::Mark => self.touch(Touch::Mark(self.pointer.get_value())),
            Outside::Say(said) => self.said.set(said),
            Outside::Remember(name, value) => prefs::set(name, value),
            Outside::RememberKeys(keys) => prefs::set("key-map", &keys),
            Outside::FocusFilter => dom::focus("makespan-filter"),
            Outside::KeepOpen(true) => self.keep_open(),
            Outside::KeepOpen(false) => self.forget_open(),
            Outside::AskFiles => self.ask_files(),
            Outside::CopyLink => {
                dom::copy(&dom::address());
                self.said.set("Link copied.".to_owned());
            }
            Outside::Copy(text) => dom::copy(&text),
            Outside::CopyPicture => {
                let store = *self;
                let theme = &Theme::all()[self.theme.get_untracked()];
                if !shown::copy(theme, move |word| store.said.set(word.to_owned())) {
                    self.said.set("This view has no picture.".to_owned());
                }
            }
            Outside::Save(format) => self.save(format),
            Outside::SavePixels => self.save_pixels(),
            Outside::TableText { copied } => self.table_text(copied),
            Outside::SaveReport(all) => self.save_report(all),
            Outside::LinkRun => self.link_run(),
            Outside::Theme => {
                let themes = Theme::all();
                let next = themes[(self.theme.get_untracked() + 1) % themes.len()].name;
                self.dispatch(Action::Set(Setting::Theme(next.to_owned())));
            }
            Outside::ReadAs(unit) => self.read_as(unit),
            Outside::ReadBy => self.read_again(),
            Outside::Refresh => self.freshness.update(|n| *n = n.wrapping_add(1)),
            Outside::Close => {
                self.leave_followed();
                if dom::linked_run().is_some() {
                    dom::link_run(None, None);
                }
                self.linked.set_value(None);
                dom::set_linked_data(None);
                worker::close_all();
                self.forget_open();
                self.given.with_value(|g| g.borrow_mut().clear());
                self.unit.set(None);
                self.generation.update(|g| *g += 1);
                self.phase.set(Phase::Empty);
            }
            Outside::CloseRun(number) => {
                worker::close(number);
                self.generation.update(|g| *g += 1);
            }
        }
    }
}

/// Returns the index of a theme in the list of themes.
fn theme_named(name: &str) -> Option<usize> {
    Theme::all().iter().position(|t| t.name == name)
}

/// Returns the theme that matches the system's colour scheme and contrast preference.
fn system_theme() -> usize {
    let dark = dom::media("(prefers-color-scheme: dark)");
    let contrast = dom::media("(prefers-contrast: more)");
    usize::from(dark) + 2 * usize::from(contrast)
}
