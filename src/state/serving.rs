//! Runs of the server that serves the page: either their events are fetched and the engine in the browser answers, or,
//! if a run is too large for a page, the server answers.

use leptos::prelude::*;
use makespan_views::filter::Filter;
use makespan_views::{View, ViewState};

use super::actions::Action;
use super::phase::{Failure, Loading, Phase};
use super::store::Store;
use crate::platform::{boot, dom, prefs};
use crate::worker::Followed;

/// Minimum number of tasks of a run about which the server answers, unless the reader chose otherwise. A server sends
/// at most 20,000 events per second, so the first picture of such a run would take several seconds, and memory that a
/// page may not have.
const MANY: u64 = 100_000;

/// Who answers questions about a run of the server.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Answering {
    /// The browser for small runs, the server for large ones.
    #[default]
    Automatic,
    /// The browser, which fetches all events.
    Browser,
    /// The server.
    Server,
}

impl Answering {
    /// All of them.
    pub(crate) const ALL: [Answering; 3] = [Answering::Automatic, Answering::Browser, Answering::Server];

    /// Returns its name in the address and in the preferences.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Answering::Automatic => "auto",
            Answering::Browser => "browser",
            Answering::Server => "server",
        }
    }

    /// Returns its title.
    pub(crate) fn title(self) -> &'static str {
        match self {
            Answering::Automatic => "Large runs: compute on the server",
            Answering::Browser => "All runs: load in the browser",
            Answering::Server => "All runs: compute on the server",
        }
    }

    /// Returns the choice with this name.
    pub(crate) fn named(name: &str) -> Option<Answering> {
        Answering::ALL.into_iter().find(|one| one.name() == name)
    }

    /// Returns the reader's choice for all runs.
    pub(crate) fn usual() -> Answering {
        prefs::get("answers").and_then(|name| Answering::named(&name)).unwrap_or_default()
    }

    /// Returns whether the server answers for a run with this many tasks.
    fn is_remote(self, tasks: u64) -> bool {
        match self {
            Answering::Automatic => tasks >= MANY,
            Answering::Browser => false,
            Answering::Server => true,
        }
    }
}

impl Store {
    /// Opens a run of the server and follows it. The address may set who answers.
    pub(crate) fn follow_run(&self, server: &str, run: &str) {
        let stage = "Fetching".to_owned();
        self.phase.set(Phase::Loading(Loading { what: run.to_owned(), stage, ..Loading::default() }));
        self.leave_followed();
        self.followed_run.set_value(Some(run.to_owned()));
        let linked = dom::search_parameter("answers").and_then(|name| Answering::named(&name));
        let answering = linked.unwrap_or_else(Answering::usual);
        let place = format!("{server}runs/{}", String::from(js_sys::encode_uri_component(run)));
        if answering != Answering::Automatic {
            self.follow_at(&place, run, answering.is_remote(0));
            return;
        }
        let (store, run) = (*self, run.to_owned());
        leptos::task::spawn_local(async move {
            let found = boot::fetch(&place).await;
            // Another run was opened meanwhile, or this one was closed.
            if store.followed_run.try_get_value().flatten().as_deref() != Some(run.as_str()) {
                return;
            }
            match found {
                Ok(bytes) => {
                    let entry = serde_json::from_slice::<serde_json::Value>(&bytes).unwrap_or_default();
                    let tasks = entry["tasks"].as_u64().unwrap_or(0);
                    store.follow_at(&place, &run, answering.is_remote(tasks));
                }
                Err(why) => store.fail_to_follow(&why),
            }
        });
    }

    fn follow_at(&self, place: &str, run: &str, is_remote: bool) {
        let stream = format!("{place}/live");
        self.follow(if is_remote {
            Followed::Remote(run.to_owned(), stream, format!("{place}/answers"))
        } else {
            Followed::Run(run.to_owned(), stream)
        });
        self.followed_run.set_value(Some(run.to_owned()));
        self.is_remote.set(is_remote);
    }

    fn fail_to_follow(&self, why: &str) {
        self.leave_followed();
        let title = format!("This run cannot be fetched from the server: {why}.");
        self.phase.set(Phase::Failed(Failure { title, files: Vec::new() }));
    }

    /// Reports that the server does not answer.
    pub(super) fn hear_trouble(&self, why: &str) {
        if self.phase.with_untracked(|p| matches!(p, Phase::Loading(_))) {
            self.fail_to_follow(why);
        } else {
            self.said.set(format!("The server did not answer: {why}."));
        }
    }

    /// Returns the followed run of the server.
    pub(crate) fn followed_run(&self) -> Option<String> {
        self.followed_run.get_value()
    }

    /// Opens the followed run again, answered by the server or by the browser.
    pub(crate) fn answer_by(&self, answering: Answering) {
        let (Some(server), Some(run)) = (boot::server(), self.followed_run.get_value()) else { return };
        let view = self.state.with_untracked(|s| s.view.clone());
        self.dispatch(Action::Close);
        dom::link_run(Some(&run), Some(answering.name()));
        self.dispatch(Action::Go(Box::new(view)));
        self.follow_run(&server, &run);
    }

    /// Shows a run of the server; if a task is given, on the timeline with the task selected.
    pub(crate) fn show_of_server(&self, server: &str, run: &str, task: Option<&str>) {
        let is_shown = self.followed_run.with_value(|shown| shown.as_deref() == Some(run))
            && self.phase.with_untracked(|p| *p == Phase::Ready);
        if !is_shown {
            self.dispatch(Action::Close);
            dom::link_run(Some(run), None);
        }
        if let Some(task) = task {
            let view = self.state.with_untracked(|s| s.view.clone());
            let (selected, filter) = (Some(task.to_owned()), Filter::default());
            let to = ViewState { view: View::Timeline, selected, filter, window: None, ..view };
            self.dispatch(Action::Go(Box::new(to)));
        }
        if !is_shown {
            self.follow_run(server, run);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn large_runs_are_answered_by_the_server_unless_the_reader_chose() {
        assert!(!Answering::Automatic.is_remote(MANY - 1) && Answering::Automatic.is_remote(MANY));
        assert!(Answering::Server.is_remote(1) && !Answering::Browser.is_remote(u64::MAX));
        assert!(Answering::ALL.into_iter().all(|one| Answering::named(one.name()) == Some(one)));
        assert_eq!(Answering::named("other"), None);
    }
}
