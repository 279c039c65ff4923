//! Files of the reader: opened, kept for a reload, and listed as recent.

use leptos::prelude::*;
use wasm_bindgen::JsValue;

use super::phase::{Loading, Phase};
use super::store::Store;
use crate::platform::files::{self, Given};
use crate::platform::kept::{self, Recent};
use crate::platform::{boot, dom};

impl Store {
    /// Opens files that the reader gave, with the handles that open them again, and lists them as recent.
    pub(crate) fn open_own(&self, given: Vec<Given>, handles: Vec<JsValue>) {
        let are_files = given.iter().all(|one| matches!(one, Given::File(..)));
        if are_files && !given.is_empty() && !boot::is_report() {
            let all = given.clone();
            leptos::task::spawn_local(async move {
                kept::remember(&all, &handles).await;
            });
        }
        self.open(given);
    }

    /// Shows the dialog of the browser that chooses files.
    pub(super) fn ask_files(&self) {
        let store = *self;
        let Some(chosen) = files::choose() else {
            dom::click("makespan-open");
            return;
        };
        leptos::task::spawn_local(async move {
            if let Some((given, handles)) = chosen.await {
                store.open_own(given, handles);
            }
        });
    }

    /// Opens recent files again; where the browser cannot, the reader chooses them.
    pub(crate) fn reopen(&self, recent: Recent) {
        let store = *self;
        if !recent.reopens() {
            store
                .said
                .set(format!("Choose {} again: this browser cannot reopen files.", recent.names.join(", ")));
            store.ask_files();
            return;
        }
        leptos::task::spawn_local(async move {
            match recent.files().await {
                Some(given) => store.open_own(given, recent.handles()),
                None => store.said.set(format!(
                    "{} cannot be opened again: it is gone, or access was refused.",
                    recent.names.join(", ")
                )),
            }
        });
    }

    /// Keeps what is open for a reload of this tab, unless the page brings its runs itself or the reader does not want it.
    pub(super) fn keep_open(&self) {
        let wants = self.state.with_untracked(|s| s.settings.keep);
        if !wants || boot::brings_a_run() || boot::server().is_some() {
            return;
        }
        let given = self.given.with_value(|g| g.borrow().clone());
        leptos::task::spawn_local(async move {
            kept::keep_open(&given).await;
        });
    }

    /// Forgets what was kept for a reload.
    pub(super) fn forget_open(&self) {
        leptos::task::spawn_local(async move {
            kept::forget_open().await;
        });
    }

    /// Opens what this tab had open before it was reloaded.
    pub(super) async fn open_after_reload(&self) {
        if !kept::was_reloaded() {
            self.forget_open();
            return;
        }
        self.phase.set(Phase::Loading(Loading::of("the files of this tab".to_owned())));
        match kept::opened().await {
            Some(given) => self.open(given),
            None => self.phase.set(Phase::Empty),
        }
    }
}
