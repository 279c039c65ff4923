//! The view that a report opens with: a link that its author chose, without secrets, and the markers in it.

use std::borrow::Cow;

use makespan_model::Run;
use makespan_redact::Redactor;
use makespan_views::{Look, Markers, ViewState, decode, with_texts};

use crate::html::Html;

/// The name of the place of these texts in the redactor's notice.
const PLACE: &str = "the view of the report";

/// Parses a link, or its hash, and removes its secrets. `None` if it has another version.
pub(crate) fn view(link: &str, redactor: Option<&mut Redactor>) -> Option<ViewState> {
    let hash = link.split_once('#').map_or(link, |(_, hash)| hash);
    let Some(redactor) = redactor else { return decode(hash).ok() };
    let clean = |key: &str, text: &str| match key {
        // Ids are redacted as in the events, so that the selection is still found.
        "task" => redactor.name(PLACE, Cow::Borrowed(text)).into_owned(),
        _ => redactor.text(PLACE, Cow::Borrowed(text)).into_owned(),
    };
    decode(&with_texts(hash, clean)).ok()
}

/// Writes the markers of a run: their times and notes.
pub(crate) fn markers(page: &mut Html, number: usize, run: &Run, markers: &Markers) {
    let all = markers.words(number, run, &Look::PLAIN);
    if all.is_empty() {
        return;
    }
    page.element("h3", "Markers");
    page.open("table", &[]).open("thead", &[]).row();
    page.open("th", &[("scope", "col")]).text("Time").open("th", &[("scope", "col")]).text("Note");
    page.close("thead").open("tbody", &[]);
    for (_, when, note) in &all {
        page.row().number_cell(when).name_cell(note);
    }
    page.end_table();
}
