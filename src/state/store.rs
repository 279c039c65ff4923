//! The state as signals, and the one way to change it.

use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;

use leptos::prelude::*;
use makespan_engine::{Answer, Format, Opened, Question, Shell, Touch};
use makespan_import::Unit;
use makespan_scene::{Theme, counted};
use makespan_views::gesture::Frame;
use makespan_views::{TimeMode, ViewState, decode, encode};

use super::actions::{Action, Setting};
use super::alerts::AlertList;
use super::phase::{Failure, Loading, Phase};
use super::settings::Settings;
use super::update::{Effect as Outside, State, update};
use crate::platform::files::Given;
use crate::platform::{boot, dom, export, prefs};
use crate::surface::shown;
use crate::worker::{self, Followed, Listener};

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
    followed: StoredValue<Option<u32>>,
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
    given: StoredValue<Rc<RefCell<Vec<Given>>>, LocalStorage>,
    /// Files given last that contained no run; a mapping may read them.
    rejected: StoredValue<Rc<RefCell<Vec<Given>>>, LocalStorage>,
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
        }
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
    fn link_soon(&self) {
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
            Outside::FocusFilter => dom::focus("makespan-filter"),
            Outside::AskFiles => dom::click("makespan-open"),
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
            Outside::Save(format) => {
                let store = *self;
                let view = self.state.with_untracked(|s| s.view.clone());
                let theme = Theme::all()[self.theme.get_untracked()].name.to_owned();
                let question = Question::Export { format, view, size: self.size.get_value(), theme };
                worker::ask(&question, move |answer| {
                    let saved = matches!(answer, Answer::Exported(file) if export::save(&file.name, &file.kind, &file.text).is_ok());
                    let word = match (saved, format) {
                        (true, _) => format!("Saved as {}.", format.title()),
                        (false, Format::Svg) => "This view has no picture.".to_owned(),
                        (false, _) => "The run could not be saved.".to_owned(),
                    };
                    store.said.set(word);
                });
            }
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

    /// Opens the files without a run again, with the current settings for numbers and tables; if there are none, all
    /// files.
    fn read_again(&self) {
        let rejected = self.rejected.with_value(|r| std::mem::take(&mut *r.borrow_mut()));
        if rejected.is_empty() { self.read_as(self.unit.get_untracked()) } else { self.open(rejected) }
    }

    /// Opens everything again, with numeric times in this unit.
    fn read_as(&self, unit: Option<Unit>) {
        let given = self.given.with_value(|g| std::mem::take(&mut *g.borrow_mut()));
        if given.is_empty() {
            self.said.set("There is no file to read again.".to_owned());
            return;
        }
        self.unit.set(unit);
        worker::restart();
        self.generation.update(|g| *g += 1);
        self.open(given);
    }

    /// Returns whether the unit of numeric times is uncertain, or was chosen.
    pub(crate) fn may_choose_unit(&self) -> bool {
        self.unit.get().is_some() || self.shell.with(|s| s.unit_in_doubt)
    }

    /// Opens files in addition to the open ones.
    pub(crate) fn open(&self, given: Vec<Given>) {
        if given.is_empty() {
            return;
        }
        // A run about which the server answers is not in the browser, so it cannot be shown beside files.
        if self.is_remote.get_untracked() {
            self.dispatch(Action::Close);
        }
        let store = *self;
        let what = match given.as_slice() {
            [one] => one.name().to_owned(),
            more => counted(more.len(), "file"),
        };
        let loading = Loading::of(what);
        store.phase.set(Phase::Loading(loading.clone()));
        let total: f64 = given.iter().map(Given::size).sum();
        let progress = move |progress| {
            store.phase.update(|phase| {
                if let Phase::Loading(loading) = phase {
                    loading.at(&progress, total);
                }
            });
        };
        let kept = given.clone();
        let done = move |opened| {
            let (gave, gave_none) = match &opened {
                Ok(Opened { added: 1.., .. }) => (kept, Vec::new()),
                Ok(Opened { found: 0, .. }) => (Vec::new(), kept),
                _ => Default::default(),
            };
            store.given.with_value(|g| g.borrow_mut().extend(gave));
            store.rejected.with_value(|r| *r.borrow_mut() = gave_none);
            store.take(opened, &loading.what);
        };
        worker::open(
            &given,
            self.unit.get_untracked(),
            &self.state.with_untracked(|s| s.view.mapping.clone()),
            Listener { progress: Box::new(progress), done: Box::new(done) },
        );
    }

    /// Cancels opening files.
    pub(crate) fn cancel(&self) {
        let open = self.shell.with_untracked(|s| !s.runs.is_empty());
        if open {
            worker::cancel();
            self.phase.set(Phase::Ready);
        } else {
            // A new engine starts at once, whatever the old one is doing.
            worker::restart();
            self.generation.update(|g| *g += 1);
            self.phase.set(Phase::Empty);
        }
    }

    /// Shows what was opened.
    fn take(&self, opened: Result<Opened, String>, what: &str) {
        let opened = match opened {
            Ok(opened) => opened,
            Err(why) => {
                let title = format!("{what} could not be opened: {why}.");
                self.phase.set(Phase::Failed(Failure { title, files: Vec::new() }));
                return;
            }
        };
        dom::mark("makespan:parsed", &[]);
        self.offer_mapping(&opened);
        if opened.found == 0 {
            let title = format!("No run found in {what}.");
            self.phase.set(Phase::Failed(Failure { title, files: opened.files }));
            return;
        }
        // A link contains which of its runs it shows; a run opened in addition to others is shown.
        let is_first = opened.runs == opened.added;
        let linked = self.state.with_untracked(|s| s.view.run).min(opened.runs - 1);
        let wanted = if is_first { linked } else { opened.first };
        dom::set_title(&format!("{} · Makespan", opened.title));
        if !is_first {
            self.said.set(match opened.added {
                0 => "Already open.".to_owned(),
                _ => format!("{} open. Press 5 to compare them.", counted(opened.runs, "run")),
            });
        }
        self.state.update(|s| {
            if s.view.run != wanted {
                s.view.show_run(wanted);
            }
        });
        self.link_soon();
        self.generation.update(|g| *g += 1);
        self.phase.set(Phase::Ready);
    }

    /// Opens the sheet that maps columns if a table looks like tasks and has no mapping.
    fn offer_mapping(&self, opened: &Opened) {
        if let Some(why) = &opened.bad_mapping {
            self.said.set(format!("The mapping in this link was not used: {why}."));
        }
        let is_named =
            self.state.with_untracked(|s| !s.view.mapping.is_empty()) && opened.bad_mapping.is_none();
        let doubtful = opened.files.iter().find(|file| file.is_doubtful).and_then(|file| file.table);
        if let Some(table) = doubtful.filter(|_| !is_named && opened.found.min(1) == opened.added.min(1)) {
            self.dispatch(Action::Columns(Some(table)));
        }
    }

    /// Opens what the page came with: the run of a report, or the files that the server was started with.
    pub(crate) fn open_what_came(&self) {
        let store = *self;
        leptos::task::spawn_local(async move {
            if let Some(data) = boot::embedded(boot::DATA).await {
                match data {
                    Ok(bytes) => store.open(vec![Given::Bytes("this report".to_owned(), bytes)]),
                    Err(why) => store.phase.set(Phase::Failed(Failure {
                        title: format!("The run in this report cannot be unpacked: {why}."),
                        files: Vec::new(),
                    })),
                }
                return;
            }
            if let (Some(server), Some(run)) = (boot::server(), dom::linked_run()) {
                store.follow_run(&server, &run);
                return;
            }
            if store.open_linked() {
                return;
            }
            let files = boot::served_files();
            store.open_addresses(files.iter().map(|f| (f.name.clone(), f.url.clone())).collect()).await;
            // One file that grows is followed; of several that are compared, what was opened is shown.
            if let [file] = files.as_slice()
                && file.is_live
            {
                let live = boot::absolute(&format!("{}/live", file.url));
                store.follow(Followed::File(file.name.clone(), boot::absolute(&file.url), live));
            }
        });
    }

    /// Follows what grows, and nothing else.
    pub(super) fn follow(&self, followed: Followed) {
        self.leave_followed();
        let store = *self;
        let id = worker::follow(&followed, move |mut grown| {
            // The first state of it is opened as a file would be.
            if let Some(opened) = grown.opened.take_if(|_| store.phase.with_untracked(|p| *p != Phase::Ready))
            {
                let what = opened.title.clone();
                store.take(Ok(opened), &what);
            }
            // Nothing arrived: the run does not exist, or the server is gone.
            if grown.is_lost && store.phase.with_untracked(|p| matches!(p, Phase::Loading(_))) {
                store.leave_followed();
                let title = "This run cannot be fetched from the server.".to_owned();
                store.phase.set(Phase::Failed(Failure { title, files: Vec::new() }));
                return;
            }
            store.dispatch(Action::Grew(Box::new(grown)));
        });
        self.followed.set_value(Some(id));
    }

    /// Stops following; what is open stays as it is.
    pub(super) fn leave_followed(&self) {
        if let Some(id) = self.followed.get_value() {
            self.followed.set_value(None);
            worker::unfollow(id);
        }
        self.followed_run.set_value(None);
        self.is_remote.set(false);
        self.state.update(|s| s.growth = None);
    }

    /// Opens files from addresses of the same origin.
    pub(crate) async fn open_addresses(&self, files: Vec<(String, String)>) {
        let mut given = Vec::new();
        for (name, url) in files {
            let stage = "Fetching".to_owned();
            self.phase.set(Phase::Loading(Loading { what: name.clone(), stage, ..Loading::default() }));
            match boot::fetch(&url).await {
                Ok(bytes) => given.push(Given::Bytes(name, bytes)),
                Err(why) => {
                    let title = format!("{name} could not be fetched: {why}.");
                    self.phase.set(Phase::Failed(Failure { title, files: Vec::new() }));
                    return;
                }
            }
        }
        self.open(given);
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
