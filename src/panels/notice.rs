//! Progress, failures, and the status line.

use leptos::prelude::*;
use makespan_scene::{count, counted, visible};

use crate::platform::boot;
use crate::state::actions::Action;
use crate::state::phase::{Failure, Loading, Phase};
use crate::state::store::Store;

/// Loading: the name of the stage, its progress, and a button to cancel.
#[component]
pub(crate) fn Busy(store: Store, loading: Loading) -> impl IntoView {
    let cancel = move |_| store.cancel();
    view! {
        <main class="busy" role="status" aria-live="polite">
            <h1>{visible(&loading.what).into_owned()}</h1>
            <p>{loading.stage}</p>
            <progress max="1" prop:value=loading.part></progress>
            <button type="button" on:click=cancel>"Cancel"</button>
            {loading.warning.map(|w| view! { <p class="warn">{w}</p> })}
        </main>
    }
}

/// Nothing could be read: what was tried for each file.
#[component]
pub(crate) fn Failed(store: Store, failure: Failure) -> impl IntoView {
    const MOST: usize = 50;
    let more = failure.files.len().saturating_sub(MOST);
    let files: Vec<_> = failure
        .files
        .into_iter()
        .take(MOST)
        .map(|f| {
            let place = f.offset.map_or(String::new(), |o| format!(" (at byte {})", count(o)));
            let what = f.format.map_or("not recognised".to_owned(), |id| format!("recognised as {id}"));
            let tried: Vec<_> = f.tried.into_iter().map(|(id, why)| view! { <li><b>{id}</b>": "{visible(&why).into_owned()}</li> }).collect();
            let tried = (!tried.is_empty()).then(|| view! { <details open><summary>"Formats tried"</summary><ul class="tried">{tried}</ul></details> });
            let map = f.table.map(|table| view! { <button type="button" aria-haspopup="dialog" on:click=move |_| store.dispatch(Action::Columns(Some(table)))>"Map columns"</button> });
            view! {
                <li>
                    <b><bdi>{visible(&f.name).into_owned()}</bdi></b>", "{what}": "{visible(&f.error).into_owned()}{place}" "{map}
                    {tried}
                </li>
            }
        })
        .collect();
    let open = store.shell.with_untracked(|s| !s.runs.is_empty());
    view! {
        <main class="failed" role="alert">
            <h1>{visible(&failure.title).into_owned()}</h1>
            <ul>{files}</ul>
            {(more > 0).then(|| view! { <p>{format!("and {}", counted(more, "more file"))}</p> })}
            <p>"Check that the file is complete and its format is listed on the first page; "<code>"makespan formats"</code>" shows how to get each."</p>
            <div class="buttons">
                <button type="button" class="main" on:click=move |_| store.dispatch(Action::Open)>"Open other files"</button>
                <Show when=move || open><button type="button" on:click=move |_| store.phase.set(Phase::Ready)>"Back to the open run"</button></Show>
                <button type="button" on:click=move |_| store.dispatch(Action::Close)>"First page"</button>
            </div>
        </main>
    }
}

/// The status line: counts, the selection, problems of the input.
#[component]
pub(crate) fn Foot(store: Store) -> impl IntoView {
    let line = move || store.shell.with(|s| s.line.clone());
    let diagnostics = move || store.shell.with(|s| s.diagnostics);
    let unread = move || store.shell.with(|s| s.unread);
    // Runs of a server do not stay in the browser.
    let local = boot::server()
        .is_none()
        .then(|| view! { <span class="local">"everything stays in this browser"</span> });
    view! {
        <footer class="foot">
            <span>{line}</span>
            <Show when=move || diagnostics() != 0><span class="warn">{move || format!("{} in this file: see the overview", counted(diagnostics(), "problem"))}</span></Show>
            <Show when=move || unread() != 0><span class="warn">{move || format!("{} not read", counted(unread(), "file"))}</span></Show>
            <span class="grow"></span>
            <span role="status" aria-live="polite">{move || store.said.get()}</span>
            {local}
        </footer>
    }
}
