//! Buttons and lists to choose from.

use leptos::prelude::*;
use makespan_engine::Shell;
use makespan_scene::{counted, visible};

/// A choice of one among a few, as buttons side by side.
#[component]
pub(crate) fn Choice<T: Clone + PartialEq + Send + Sync + 'static>(
    label: &'static str,
    all: Vec<(T, &'static str)>,
    now: Signal<T>,
    choose: impl Fn(T) + Copy + Send + 'static,
) -> impl IntoView {
    let buttons: Vec<_> = all
        .into_iter()
        .map(|(value, title)| {
            let chosen = value.clone();
            let on = Signal::derive(move || now.get() == value);
            view! { <button type="button" class:on=on aria-pressed=move || on.get().to_string() on:click=move |_| choose(chosen.clone())>{title}</button> }
        })
        .collect();
    view! { <span class="group" role="group" aria-label=label>{label}" "{buttons}</span> }
}

/// A choice of one among several, as a drop-down list: each has a key and a title.
#[component]
pub(crate) fn Options(
    label: &'static str,
    all: Signal<Vec<(String, String)>>,
    now: Signal<String>,
    choose: impl Fn(String) + Copy + 'static,
) -> impl IntoView {
    let options = move || {
        let now = now.get();
        all.get()
            .into_iter()
            .map(|(key, title)| {
                let on = key == now;
                view! { <option value=key selected=on>{visible(&title).into_owned()}</option> }
            })
            .collect::<Vec<_>>()
    };
    let about = if label.is_empty() { "Measure" } else { label };
    view! { <label class="group">{label}" "<select aria-label=about on:change=move |e| choose(event_target_value(&e))>{options}</select></label> }
}

/// Returns the runs to choose from: those that are listed, and for each gap in the list an entry that leads into it.
pub(crate) fn run_options(shell: &Shell, now: Option<usize>) -> Vec<AnyView> {
    let option = |number: usize, name: String| {
        view! { <option value=number.to_string() selected=now == Some(number)>{name}</option> }.into_any()
    };
    let mut all = Vec::with_capacity(shell.runs.len() + 2);
    let mut next = 0;
    let gap = |all: &mut Vec<AnyView>, next: usize, end: usize| {
        if next < end {
            // From the start of the list, the nearest run is the last of the gap.
            let into = if next == 0 { end - 1 } else { next };
            all.push(option(into, format!("… {}", counted(end - next, "more run"))));
        }
    };
    for run in &shell.runs {
        gap(&mut all, next, run.number);
        all.push(option(run.number, run.name.clone()));
        next = run.number + 1;
    }
    gap(&mut all, next, shell.run_count);
    all
}

/// A toggle button.
#[component]
pub(crate) fn Toggle(
    word: &'static str,
    about: &'static str,
    on: Signal<bool>,
    press: impl Fn() + Copy + 'static,
) -> impl IntoView {
    view! { <button type="button" title=about class:on=move || on.get() aria-pressed=move || on.get().to_string() on:click=move |_| press()>{word}</button> }
}

/// Buttons that zoom a picture and show all of it.
#[component]
pub(crate) fn Zooming(by: impl Fn(f64) + Copy + 'static, fit: impl Fn() + Copy + 'static) -> impl IntoView {
    view! {
        <button type="button" title="Zoom in (W)" aria-label="Zoom in" on:click=move |_| by(1.5)>"+"</button>
        <button type="button" title="Zoom out (S)" aria-label="Zoom out" on:click=move |_| by(1.0 / 1.5)>"−"</button>
        <button type="button" title="Show everything (0)" on:click=move |_| fit()>"Fit"</button>
    }
}
