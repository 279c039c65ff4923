//! What is going on, what went wrong, and the line at the foot.

use leptos::prelude::*;
use makespan_model::Status;
use makespan_scene::{count, visible};

use crate::state::actions::Action;
use crate::state::store::{Failure, Loading, Phase, Store};
use crate::worker;

/// Loading: the stage by its name, how far it got, and a way out.
#[component]
pub(crate) fn Busy(store: Store, loading: Loading) -> impl IntoView {
    let cancel = move |_| {
        worker::cancel();
        let open = store.session.with_untracked(|s| !s.runs.is_empty());
        store.phase.set(if open { Phase::Ready } else { Phase::Empty });
    };
    view! {
        <main class="busy" role="status" aria-live="polite">
            <h1>{visible(&loading.what).into_owned()}</h1>
            <p>{loading.stage}</p>
            <progress max="1" prop:value=loading.part></progress>
            <button type="button" on:click=cancel>"Cancel"</button>
        </main>
    }
}

/// Nothing could be read: what was tried, file by file.
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
            let tried = (!tried.is_empty()).then(|| view! { <details open><summary>"What was tried"</summary><ul class="tried">{tried}</ul></details> });
            view! {
                <li>
                    <b><bdi>{visible(&f.name).into_owned()}</bdi></b>", "{what}": "{visible(&f.error).into_owned()}{place}
                    {tried}
                </li>
            }
        })
        .collect();
    let open = store.session.with_untracked(|s| !s.runs.is_empty());
    view! {
        <main class="failed" role="alert">
            <h1>{visible(&failure.title).into_owned()}</h1>
            <ul>{files}</ul>
            {(more > 0).then(|| view! { <p>{format!("and {more} more files")}</p> })}
            <p>"What to do: check that the file is complete and of a format listed on the first page; "<code>"makespan formats"</code>" tells how to get each."</p>
            <div class="buttons">
                <button type="button" class="main" on:click=move |_| store.dispatch(Action::Open)>"Open other files"</button>
                <Show when=move || open><button type="button" on:click=move |_| store.phase.set(Phase::Ready)>"Back to the open run"</button></Show>
                <button type="button" on:click=move |_| store.dispatch(Action::Close)>"First page"</button>
            </div>
        </main>
    }
}

/// The line at the foot: counts, the selection, what was wrong with the input.
#[component]
pub(crate) fn Foot(store: Store) -> impl IntoView {
    let line = move || {
        let Some(loaded) = store.run() else { return String::new() };
        let t = loaded.facts.totals();
        let mut parts =
            vec![format!("{} {}", count(t.tasks as u64), if t.tasks == 1 { "task" } else { "tasks" })];
        let failed = t.statuses[Status::Failed as usize];
        if failed > 0 {
            parts.push(format!("{} failed", count(u64::from(failed))));
        }
        let mask = store.view.with(|v| loaded.mask(&v.filter));
        if !mask.is_empty() {
            parts.push(format!("{} pass the filter", count(mask.iter().filter(|m| **m).count() as u64)));
        }
        if t.edges_inferred > 0 {
            parts.push("dependencies inferred from times, drawn dotted".to_owned());
        }
        let source = loaded.run.text(loaded.run.source);
        if !source.is_empty() {
            parts.push(visible(&source.chars().take(60).collect::<String>()).into_owned());
        }
        parts.join(" · ")
    };
    let unread = move || store.session.with(|s| s.files.iter().filter(|f| !f.error.is_empty()).count());
    let findings = move || {
        let run = store.run();
        run.map_or(0, |l| {
            l.run.diagnostics.iter().filter(|d| d.severity != makespan_model::Severity::Info).count()
        })
    };
    view! {
        <footer class="foot">
            <span>{line}</span>
            <Show when=move || findings() != 0><span class="warn">{move || format!("{} findings about this file: see the overview", findings())}</span></Show>
            <Show when=move || unread() != 0><span class="warn">{move || format!("{} files were not read", unread())}</span></Show>
            <span class="grow"></span>
            <span role="status" aria-live="polite">{move || store.said.get()}</span>
            <span class="local">"everything stays in this browser"</span>
        </footer>
    }
}
