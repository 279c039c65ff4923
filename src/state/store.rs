//! The state as signals, and the one way to change it.

use std::rc::Rc;
use std::time::Duration;

use leptos::prelude::*;
use makespan_model::TaskId;
use makespan_scene::Theme;
use makespan_views::timeline::Lanes;
use makespan_views::{Look, Marks, View, ViewState, decode, encode};

use super::actions::Action;
use super::session::{Loaded, Session};
use super::update::{Effect as Outside, Move, State, update};
use super::versus::{Sides, Versus};
use crate::platform::files::Given;
use crate::platform::{boot, clock, dom, frame, prefs};
use crate::surface::shown;
use crate::worker::{self, Progress, Stage, job::FileReport, job::Opened};

/// What the page is busy with.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) enum Phase {
    /// Nothing is open.
    #[default]
    Empty,
    /// Files are being opened.
    Loading(Loading),
    /// A run is shown.
    Ready,
    /// Nothing of what was given could be read.
    Failed(Failure),
}

/// How far loading got.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Loading {
    /// What is being opened.
    pub(crate) what: String,
    /// Name of the stage.
    pub(crate) stage: String,
    /// 0 to 1, where it can be told.
    pub(crate) part: Option<f64>,
}

/// Why nothing is shown.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Failure {
    /// In plain words.
    pub(crate) title: String,
    /// File by file.
    pub(crate) files: Vec<FileReport>,
}

/// A request to the surface, numbered so that the same one twice is two.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Ask {
    /// Move or zoom.
    Camera(Move),
    /// Bring the selected task into view.
    Reveal,
}

/// The signals of the page.
#[derive(Clone, Copy)]
pub(crate) struct Store {
    /// View and panels.
    pub(crate) state: RwSignal<State>,
    /// The open runs.
    pub(crate) session: RwSignal<Session, LocalStorage>,
    /// What the page is busy with.
    pub(crate) phase: RwSignal<Phase>,
    /// The task under the pointer.
    pub(crate) hover: RwSignal<Option<u32>>,
    /// Requests to the surface that is shown.
    pub(crate) ask: RwSignal<Option<(u32, Ask)>>,
    /// Counts layouts that came, so that the graph is drawn again.
    pub(crate) laid_out: RwSignal<u32>,
    /// The two runs that were compared last.
    versus: StoredValue<Option<Rc<Versus>>, LocalStorage>,
    /// Counts changes by hand, so that only the last of a gesture writes the link.
    changes: StoredValue<u32>,
    /// Something to say for a moment.
    pub(crate) said: RwSignal<String>,
    /// The view state, apart from panels.
    pub(crate) view: Memo<ViewState>,
    /// Index of the selected task.
    pub(crate) selected: Memo<Option<u32>>,
    /// Which of the themes.
    pub(crate) theme: Memo<usize>,
}

impl Store {
    /// A store with what the address and the preferences say.
    pub(crate) fn new() -> Store {
        let mut first = State::default();
        let mut said = String::new();
        match decode(&dom::hash()) {
            Ok(view) => first.view = view,
            Err(e) => said = e.to_string(),
        }
        let state = RwSignal::new(first);
        let session = RwSignal::new_local(Session::default());
        let view = Memo::new(move |_| state.with(|s| s.view.clone()));
        let id = Memo::new(move |_| state.with(|s| (s.view.run, s.view.selected.clone())));
        let opened = RwSignal::new(0u32);
        let selected = Memo::new(move |_| {
            opened.track();
            let (run, id) = id.get();
            session.with(|s| s.run(run).and_then(|r| r.find(id.as_deref())).map(|t| t.0))
        });
        let usual = prefs::theme().and_then(|name| theme_named(&name));
        let theme = Memo::new(move |_| {
            let linked = state.with(|s| s.view.theme.as_deref().and_then(theme_named));
            linked.or(usual).unwrap_or_else(system_theme)
        });
        Store {
            state,
            session,
            phase: RwSignal::new(if boot::brings_a_run() {
                Phase::Loading(Loading::default())
            } else {
                Phase::Empty
            }),
            hover: RwSignal::new(None),
            ask: RwSignal::new(None),
            laid_out: opened,
            versus: StoredValue::new_local(None),
            changes: StoredValue::new(0),
            said: RwSignal::new(said),
            view,
            selected,
            theme,
        }
    }

    /// The run that is shown. Tracks the session and which run is chosen.
    pub(crate) fn run(&self) -> Option<Rc<Loaded>> {
        let number = self.view.with(|v| v.run);
        self.session.with(|s| s.run(number))
    }

    fn run_now(&self) -> Option<Rc<Loaded>> {
        let number = self.state.with_untracked(|s| s.view.run);
        self.session.with_untracked(|s| s.run(number))
    }

    /// Which runs are compared. Tracks the session and the choice.
    pub(crate) fn sides(&self) -> Sides {
        self.session.with(|s| self.view.with(|v| Sides::new(s, v)))
    }

    /// The two runs that are compared; none where there are not two.
    pub(crate) fn versus(&self) -> Option<Rc<Versus>> {
        let (a, b) = self.sides().pair()?;
        let run = |i: usize| self.session.with(|s| s.runs.get(i).cloned());
        let (of_a, of_b) = (run(a)?, run(b)?);
        if let Some(kept) = self.versus.get_value().filter(|v| v.is_of(&of_a, &of_b)) {
            return Some(kept);
        }
        let made = Rc::new(Versus::new((a, of_a), (b, of_b)));
        self.versus.set_value(Some(Rc::clone(&made)));
        Some(made)
    }

    /// Does what an action says.
    pub(crate) fn dispatch(&self, action: Action) {
        let run = self.run_now();
        let mut next = self.state.get_untracked();
        let effects = update(&mut next, run.as_deref(), &action);
        if self.state.with_untracked(|s| *s != next) {
            self.state.set(next);
        }
        effects.into_iter().for_each(|e| self.perform(e));
    }

    /// Changes the view by hand: a gesture, a box that was typed into.
    pub(crate) fn change(&self, f: impl FnOnce(&mut ViewState)) {
        let mut next = self.state.get_untracked();
        f(&mut next.view);
        if self.state.with_untracked(|s| *s != next) {
            self.state.set(next);
            self.link_soon();
        }
    }

    /// Writes the link when the gesture has come to rest: browsers refuse a page that changes its address sixty times
    /// a second.
    fn link_soon(&self) {
        let store = *self;
        let mine = self.changes.with_value(|n| n.wrapping_add(1));
        self.changes.set_value(mine);
        let write = move || {
            if store.changes.with_value(|n| *n == mine) {
                store.link(false);
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

    /// Follows the address after it changed from outside.
    pub(crate) fn follow_address(&self) {
        match decode(&dom::hash()) {
            Ok(view) => self.state.update(|s| s.view = view),
            Err(e) => self.said.set(e.to_string()),
        }
    }

    fn perform(&self, effect: Outside) {
        match effect {
            Outside::Link(step) => self.link(step),
            Outside::Camera(by) => self.ask_surface(Ask::Camera(by)),
            Outside::Reveal => self.ask_surface(Ask::Reveal),
            Outside::FocusFilter => dom::focus("makespan-filter"),
            Outside::AskFiles => dom::click("makespan-open"),
            Outside::CopyLink => {
                dom::copy(&dom::address());
                self.said.set("The link to this view is on the clipboard.".to_owned());
            }
            Outside::SelectIn(task) => self.dispatch(Action::Select(Some(task))),
            Outside::Swap => {
                let sides = untrack(|| self.sides());
                self.change(|v| {
                    (v.compare.baseline, v.compare.candidate) = (sides.candidate, sides.baseline)
                });
            }
            Outside::Baseline => {
                let now = self.state.with_untracked(|s| s.view.run);
                let sides = untrack(|| self.sides());
                let mut rest: Vec<usize> = sides.candidate;
                rest.retain(|i| *i != now);
                if rest.is_empty() {
                    rest = sides.baseline.into_iter().filter(|i| *i != now).collect();
                }
                if rest.is_empty() {
                    self.said.set("Open another run to compare this one with.".to_owned());
                } else {
                    self.change(|v| (v.compare.baseline, v.compare.candidate) = (vec![now], rest));
                    self.said.set("This run is the baseline.".to_owned());
                }
            }
            Outside::CopyPicture => {
                let store = *self;
                let theme = &Theme::all()[self.theme.get_untracked()];
                if !shown::copy(theme, move |word| store.said.set(word.to_owned())) {
                    self.said.set("There is no picture in this view.".to_owned());
                }
            }
            Outside::SavePicture => {
                let saved = shown::save(&Theme::all()[self.theme.get_untracked()]);
                let word =
                    if saved { "The picture was saved as SVG." } else { "There is no picture in this view." };
                self.said.set(word.to_owned());
            }
            Outside::Theme => {
                let themes = Theme::all();
                let next = themes[(self.theme.get_untracked() + 1) % themes.len()].name;
                prefs::set_theme(next);
                self.change(|v| v.theme = Some(next.to_owned()));
            }
            Outside::Close => {
                self.versus.set_value(None);
                self.session.set(Session::default());
                self.phase.set(Phase::Empty);
            }
            Outside::CloseRun(number) => {
                let rest = self.session.with_untracked(|s| s.without(number));
                self.session.set(rest);
                self.laid_out.update(|n| *n += 1);
            }
        }
    }

    fn ask_surface(&self, ask: Ask) {
        self.ask.update(|a| *a = Some((a.map_or(0, |(n, _)| n.wrapping_add(1)), ask)));
    }

    /// How the pictures look now, without what the pointer does.
    pub(crate) fn look(&self, loaded: &Loaded) -> Look {
        let view = self.view.get();
        let selected = self.selected.get();
        let run = &loaded.run;
        let mask = loaded.mask(&view.filter);
        let dim = mask.iter().map(|passes| !passes).collect();
        // Asked for only where it is shown: on a large run it is the dearest of the facts.
        let path = view.critical.then(|| loaded.facts.critical_path()).flatten();
        let critical = path.map_or_else(Vec::new, |p| p.on_path.clone());
        let related = selected.map_or(Vec::new(), |t| {
            let up = loaded.facts.upstream(TaskId(t));
            let down = loaded.facts.downstream(TaskId(t));
            up.iter().zip(&down).map(|(a, b)| *a || *b).collect()
        });
        let offset = run.span().map_or(0, |(start, _)| clock::offset_at(start));
        Look { marks: Marks { dim, critical, related }, time: view.time, offset, selected, hover: None }
    }

    /// Opens what was given.
    pub(crate) fn open(&self, given: Vec<Given>) {
        if given.is_empty() {
            return;
        }
        let store = *self;
        let what = match given.as_slice() {
            [Given::File(name, _) | Given::Bytes(name, _)] => name.clone(),
            more => format!("{} files", more.len()),
        };
        let loading = Loading { what, stage: "Reading".to_owned(), part: None };
        store.phase.set(Phase::Loading(loading.clone()));
        let was_read = Rc::new(std::cell::Cell::new(false));
        let progress = move |p: Progress| {
            let (stage, part) = match p.stage {
                Stage::Read if p.total > 0.0 => {
                    let mb = |n: f64| format!("{:.1}", n / 1e6);
                    (format!("Reading {} of {} MB", mb(p.done), mb(p.total)), Some(p.done / p.total))
                }
                Stage::Read => ("Reading".to_owned(), None),
                Stage::Parse => {
                    (format!("Understanding: {} tasks", makespan_scene::count(p.done as u64)), None)
                }
            };
            if p.stage == Stage::Parse && !was_read.replace(true) {
                dom::mark("makespan:read", &[]);
            }
            store.phase.update(|phase| {
                if let Phase::Loading(l) = phase {
                    (l.stage, l.part) = (stage, part);
                }
            });
        };
        worker::open(given, Rc::new(progress), move |result| {
            leptos::task::spawn_local(async move { store.take(result, loading).await });
        });
    }

    /// Takes what was opened, a piece a turn, so that the page never stands still.
    async fn take(&self, result: Result<Opened, String>, mut loading: Loading) {
        let opened = match result {
            Ok(opened) => opened,
            Err(why) => {
                let title = format!("{} could not be opened: {why}.", loading.what);
                self.phase.set(Phase::Failed(Failure { title, files: Vec::new() }));
                return;
            }
        };
        dom::mark("makespan:parsed", &[]);
        if opened.runs.is_empty() {
            let title = format!("There is no run in {}.", loading.what);
            self.phase.set(Phase::Failed(Failure { title, files: opened.files }));
            return;
        }
        loading.stage = "Counting and comparing".to_owned();
        self.phase.set(Phase::Loading(loading));
        let runs: Vec<Rc<Loaded>> = opened.runs.into_iter().map(|run| Rc::new(Loaded::new(run))).collect();
        let before = self.session.get_untracked();
        let (session, added) = before.with(runs, opened.files);
        // A link says which of its runs it shows; what is opened beside others is shown.
        let linked = self.state.with_untracked(|s| s.view.run).min(session.runs.len() - 1);
        let wanted = if before.runs.is_empty() { linked } else { added };
        let first = Rc::clone(&session.runs[wanted]);
        let lanes = self.state.with_untracked(|s| s.view.lanes);
        let view = self.state.with_untracked(|s| s.view.view);
        warm(&first, first_pieces(view), lanes).await;
        dom::set_title(&format!("{} · Makespan", first.run.title()));
        if !before.runs.is_empty() {
            self.said.set(format!("{} runs are open; 5 compares them.", session.runs.len()));
        }
        self.session.set(session);
        self.change(|v| {
            if v.run != wanted {
                v.show_run(wanted);
            }
        });
        self.laid_out.update(|n| *n += 1);
        self.phase.set(Phase::Ready);
        // The rest is computed once the picture stands, so that no later view has to wait for it.
        warm(&first, &PIECES, lanes).await;
    }

    /// Opens what the page came with: the run of a report, or the files that the server was started with.
    pub(crate) fn open_what_came(&self) {
        let store = *self;
        worker::prepare();
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
            store.open_addresses(boot::served_files()).await;
        });
    }

    /// Opens files from addresses of the same origin.
    pub(crate) async fn open_addresses(&self, files: Vec<(String, String)>) {
        let mut given = Vec::new();
        for (name, url) in files {
            let stage = "Fetching".to_owned();
            self.phase.set(Phase::Loading(Loading { what: name.clone(), stage, part: None }));
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

/// One thing to compute ahead: small enough for a turn of the browser's loop.
type Piece = fn(&Loaded, Lanes) -> usize;

static PIECES: [Piece; 10] = [
    |l, lanes| l.index(lanes).lanes.len(),
    |l, _| l.facts.busy().len(),
    |l, _| l.facts.totals().tasks,
    |l, _| l.facts.concurrency().t.len(),
    |l, _| l.facts.critical_path().map_or(0, |p| p.tasks.len()),
    |l, _| l.facts.waiting().wait.len(),
    |l, _| l.facts.errors().groups.len(),
    |l, _| l.facts.steps().len(),
    |l, _| l.facts.workers().len(),
    |l, _| l.facts.slack().total.len(),
];

/// What the first picture of a view needs.
fn first_pieces(view: View) -> &'static [Piece] {
    match view {
        View::Timeline => &PIECES[..4],
        View::Graph => &PIECES[1..5],
        View::Table | View::Charts => &PIECES[1..6],
        View::Overview | View::Compare | View::Heatmap => &PIECES[1..9],
    }
}

/// Computes pieces, one a turn, so that the page never stands still.
async fn warm(loaded: &Loaded, pieces: &[Piece], lanes: Lanes) {
    for piece in pieces {
        frame::breathe().await;
        piece(loaded, lanes);
    }
}

/// Place of a theme in the list of themes.
fn theme_named(name: &str) -> Option<usize> {
    Theme::all().iter().position(|t| t.name == name)
}

/// The theme that suits the system: its scheme, and its wish for contrast.
fn system_theme() -> usize {
    let dark = dom::media("(prefers-color-scheme: dark)");
    let contrast = dom::media("(prefers-contrast: more)");
    usize::from(dark) + 2 * usize::from(contrast)
}
