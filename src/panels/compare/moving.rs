//! The parts of the comparison that are pictures, each with its choices.

use std::rc::Rc;

use leptos::prelude::*;
use makespan_scene::Scene;
use makespan_views::compare::{Alignment, Mode, Part};
use makespan_views::gesture::Movement;

use crate::asking::{LanesBy, PictureView, Twin};
use crate::state::actions::{Action, Setting};
use crate::state::store::Store;
use crate::surface::Still;
use crate::widgets::{Choice, Options, Tools};

/// Returns the names of the picture and of its table, for tests and for saving the picture.
fn names(part: Part) -> (&'static str, &'static str) {
    match part {
        Part::Graph => ("compare-graph", "compare-graph-twin"),
        Part::Timeline => ("compare-timeline", "compare-timeline-twin"),
        Part::Statistics => ("compare-statistics", "compare-statistics-twin"),
        _ => ("compare-trend", "compare-trend-twin"),
    }
}

/// The picture and its controls.
#[component]
pub(super) fn Moving(store: Store, part: Part, painted: Rc<dyn Fn(usize)>) -> impl IntoView {
    let twin = Twin::new(store);
    let (name, table) = names(part);
    let set = move |setting| store.dispatch(Action::Set(setting));
    let measures = Signal::derive(move || store.shell.with(|s| s.measures.clone()));
    let measure = Signal::derive(move || store.view.with(|v| v.compare.measure().to_owned()));
    let modes: Vec<_> = Mode::ALL.into_iter().map(|m| (m, m.title())).collect();
    let alignments: Vec<_> = Alignment::ALL.into_iter().map(|a| (a, a.title())).collect();
    let choices = match part {
        Part::Graph => view! {
            <Choice label="Show" all=modes now=Signal::derive(move || store.view.with(|v| v.compare.mode)) choose=move |m| set(Setting::Mode(m))/>
        }
        .into_any(),
        Part::Timeline => view! {
            <LanesBy store=store/>
            <Choice label="Align at" all=alignments now=Signal::derive(move || store.view.with(|v| v.compare.alignment)) choose=move |a| set(Setting::Alignment(a))/>
        }
        .into_any(),
        _ => view! {
            <Options label="Measure" all=measures now=measure
                choose=move |key: String| set(Setting::Measure(if key == "duration" { String::new() } else { key }))/>
        }
        .into_any(),
    };
    let head = move || {
        let (title, notes) = twin.picture.with(|p| p.as_ref().and_then(|p| p.head.clone()))?;
        let notes: Vec<_> = notes.into_iter().map(|n| view! { <li>{n}</li> }).collect();
        Some(
            view! { <div class="answer"><h2>{title}</h2><details><summary>"Reading notes"</summary><ul class="note">{notes}</ul></details></div> },
        )
    };
    let has_legend =
        Memo::new(move |_| twin.picture.with(|p| p.as_ref().is_some_and(|p| p.legend.is_some())));
    let legend: Rc<dyn Fn(f32) -> Scene> = Rc::new(move |_| {
        twin.picture.with(|p| p.as_ref().and_then(|p| p.legend.clone())).unwrap_or_default()
    });
    let legend = StoredValue::new_local(legend);
    let has_gaps = Memo::new(move |_| twin.picture.with(|p| p.as_ref().is_some_and(|p| p.gaps > 0)));
    let is_folded = Memo::new(move |_| twin.folds());
    let missing = move || twin.text(|p| p.missing.clone().unwrap_or_default());
    view! {
        {head}
        <Tools name=part.title()>
            {choices}
            <button type="button" title=store.hint("Show everything", "0") on:click=move |_| store.dispatch(Action::Move(Movement::Fit))>"Fit"</button>
            <button type="button" title=store.hint("As a table", "V") class:on=move || store.view.with(|v| v.twin) on:click=move |_| store.dispatch(Action::Twin)>"As a table"</button>
            <button type="button" title="Save the picture as SVG" on:click=move |_| store.dispatch(Action::SavePicture)>"Save SVG"</button>
            <Show when=move || has_gaps.get()>
                <button type="button" title=store.hint("Fold gaps in which nothing runs", "H") class:on=move || is_folded.get()
                    aria-pressed=move || is_folded.get().to_string() on:click=move |_| store.dispatch(Action::Gaps)>"Fold gaps"</button>
            </Show>
            <span class="hovered">{move || twin.about()}</span>
        </Tools>
        <Show when=move || !missing().is_empty()><p class="note empty">{missing}</p></Show>
        <Show when=move || has_legend.get() && !store.view.with(|v| v.twin)>
            <Still theme=store.theme scene=legend.get_value()/>
        </Show>
        <PictureView store=store twin=twin name=name table=table painted=painted/>
    }
}
