//! Saves reports and tables, and creates links that contain a run.

use makespan_engine::{Answer, Exported, Format, Question};
use makespan_scene::{Role, Theme, bytes};
use makespan_views::{ViewState, encode};

use super::store::Store;
use crate::platform::files::Given;
use crate::platform::{boot, dom, export};
use crate::worker;
use leptos::prelude::*;

/// Maximum length of a link in bytes; longer ones are cut by programs that transmit them.
const MOST_LINK_BYTES: usize = 100_000;

impl Store {
    /// Writes a report of the current run, or of all open ones, and offers it as a file.
    pub(super) fn save_report(&self, all: bool) {
        let store = *self;
        if boot::is_report() {
            store.said.set("This page is a report: save it with the browser.".to_owned());
            return;
        }
        let shown = self.state.with_untracked(|s| s.view.run);
        let runs = if all { (0..self.shell.with_untracked(|s| s.run_count)).collect() } else { vec![shown] };
        // If the reader set markers, the report opens with the current view.
        let view = self.state.with_untracked(|s| {
            let markers = s.view.markers.among(&runs);
            let run = runs.iter().position(|run| *run == shown).unwrap_or(0);
            let link = || encode(&ViewState { markers: markers.clone(), run, ..s.view.clone() });
            if markers.is_empty() { String::new() } else { link() }
        });
        store.said.set("Writing the report …".to_owned());
        leptos::task::spawn_local(async move {
            let parts = match boot::report_parts().await {
                Ok(parts) => parts,
                Err(why) => {
                    store.said.set(format!("The report cannot be written: {why}."));
                    return;
                }
            };
            worker::report(&runs, &view, parts, move |written| {
                store.said.set(match written {
                    Err(why) => format!("The report cannot be written: {why}."),
                    Ok(report)
                        if export::save("makespan-report.html", "text/html", &report.text).is_err() =>
                    {
                        "The browser did not save the report.".to_owned()
                    }
                    Ok(worker::Written { redacted: None, .. }) => "Report saved.".to_owned(),
                    Ok(worker::Written { redacted: Some(what), .. }) => format!("Report saved; {what}."),
                });
            });
        });
    }

    /// Saves the current run, or its picture, as a file.
    pub(super) fn save(&self, format: Format) {
        let store = *self;
        self.exported(format, move |file| {
            let is_saved = file.is_some_and(|file| export::save(&file.name, &file.kind, &file.text).is_ok());
            store.said.set(match (is_saved, format) {
                (true, _) => format!("Saved as {}.", format.title()),
                (false, Format::Svg) => "This view has no picture.".to_owned(),
                (false, _) => "The run could not be saved.".to_owned(),
            });
        });
    }

    /// Saves the current picture as PNG, from the same shapes as the SVG.
    pub(super) fn save_pixels(&self) {
        let store = *self;
        let ground = Theme::all()[self.theme.get_untracked()].colour(Role::Surface).hex();
        self.exported(Format::Svg, move |file| {
            let Some(file) = file else {
                store.said.set("This view has no picture.".to_owned());
                return;
            };
            leptos::task::spawn_local(async move {
                let name = format!("{}.png", file.name.trim_end_matches(".svg"));
                let is_saved = export::save_pixels(&name, &file.text, &ground).await.is_ok();
                let word = if is_saved {
                    "Saved as PNG."
                } else {
                    "The picture could not be drawn: it may be too large for this browser."
                };
                store.said.set(word.to_owned());
            });
        });
    }

    /// Asks the engine for a file; `None` if there is none in this view.
    fn exported(&self, format: Format, take: impl FnOnce(Option<Exported>) + 'static) {
        let view = self.state.with_untracked(|s| s.view.clone());
        let theme = Theme::all()[self.theme.get_untracked()].name.to_owned();
        let question = Question::Export { format, view, size: self.size.get_value(), theme };
        worker::ask(&question, move |answer| {
            take(if let Answer::Exported(file) = answer { Some(file) } else { None });
        });
    }

    /// Saves the table of the view as CSV, or copies it.
    pub(super) fn table_text(&self, copied: bool) {
        let (store, view) = (*self, self.state.with_untracked(|s| s.view.clone()));
        worker::ask(&Question::TableText { view, copied }, move |answer| {
            let Answer::Exported(file) = answer else { return };
            store.said.set(if copied {
                dom::copy(&file.text);
                format!("Copied {}.", file.about)
            } else if export::save(&file.name, &file.kind, &file.text).is_ok() {
                format!("Saved {} as {}.", file.about, file.name)
            } else {
                "The browser did not save the table.".to_owned()
            });
        });
    }

    /// Copies a link that contains the current run.
    pub(super) fn link_run(&self) {
        let store = *self;
        let shown = self.state.with_untracked(|s| s.view.run);
        worker::packed(shown, move |packed| {
            store.said.set(match packed {
                Err(why) => format!("This run cannot be put into a link: {why}."),
                Ok(packed) if packed.text.len() > MOST_LINK_BYTES => format!(
                    "This run is too large for a link ({}, at most {}). Save a report instead.",
                    bytes(packed.text.len() as f64),
                    bytes(MOST_LINK_BYTES as f64)
                ),
                Ok(packed) => {
                    dom::set_linked_data(Some(&packed.text));
                    dom::copy(&dom::address());
                    let size = bytes(packed.text.len() as f64);
                    store.linked.set_value(Some(packed.text));
                    let redacted = packed.redacted.map(|what| format!("; {what}")).unwrap_or_default();
                    format!("Copied a link that contains the run ({size}){redacted}.")
                }
            });
        });
    }

    /// Opens the run in the address, unless it is open. Returns whether there was one.
    pub(super) fn open_linked(&self) -> bool {
        let Some(data) =
            dom::linked_data().filter(|data| self.linked.with_value(|l| l.as_ref() != Some(data)))
        else {
            return false;
        };
        let bytes = dom::from_base64url(&data).unwrap_or_default();
        self.linked.set_value(Some(data));
        self.open(vec![Given::Bytes("this link".to_owned(), bytes)]);
        true
    }
}
