//! Opening files and followed runs.

use leptos::prelude::*;
use makespan_engine::Opened;
use makespan_import::Unit;
use makespan_scene::counted;

use super::actions::Action;
use super::phase::{Failure, Loading, Phase};
use super::store::Store;
use crate::platform::files::Given;
use crate::platform::{boot, dom};
use crate::worker::{self, Followed, Listener};

impl Store {
    /// Opens the files without a run again, with the current settings for numbers and tables; if there are none, all
    /// files.
    pub(super) fn read_again(&self) {
        let rejected = self.rejected.with_value(|r| std::mem::take(&mut *r.borrow_mut()));
        if rejected.is_empty() { self.read_as(self.unit.get_untracked()) } else { self.open(rejected) }
    }

    /// Opens everything again, with numeric times in this unit.
    pub(super) fn read_as(&self, unit: Option<Unit>) {
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
            let is_new = !gave.is_empty();
            store.given.with_value(|g| g.borrow_mut().extend(gave));
            if is_new {
                store.keep_open();
            }
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
            if files.is_empty() && boot::server().is_none() {
                store.open_after_reload().await;
            }
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
