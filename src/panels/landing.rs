//! The first page: what Makespan is, and all ways to open a run.

use leptos::prelude::*;
use makespan_engine::{Answer, Question};
use makespan_scene::{Theme, bytes, counted, timestamp, visible};
use makespan_views::View;
use serde::Deserialize;
use wasm_bindgen::JsCast;

use crate::asking::asked;
use crate::platform::files::{self, Given};
use crate::platform::kept::{self, Recent};
use crate::platform::{boot, clock, dom};
use crate::state::actions::Action;
use crate::state::store::Store;

#[derive(Clone, Debug, Deserialize)]
struct Sample {
    file: String,
    /// A second run, to compare the first one with.
    #[serde(default)]
    also: Option<String>,
    title: String,
    about: String,
    /// The name of its picture, without the theme.
    #[serde(default)]
    picture: Option<String>,
}

/// The page.
#[component]
pub(crate) fn Landing(store: Store) -> impl IntoView {
    let samples = RwSignal::new(Vec::<Sample>::new());
    leptos::task::spawn_local(async move {
        // A page without samples beside it (a copy of three files, for example) offers none.
        if let Ok(bytes) = boot::fetch("./samples/index.json").await {
            samples.set(serde_json::from_slice(&bytes).unwrap_or_default());
        }
    });
    let open_sample = move |sample: Sample| {
        if sample.also.is_some() {
            store.dispatch(Action::Show(View::Compare));
        }
        let at = |file: String| {
            let url = format!("./samples/{file}");
            (file, url)
        };
        let files: Vec<_> = std::iter::once(sample.file).chain(sample.also).map(at).collect();
        leptos::task::spawn_local(async move { store.open_addresses(files).await });
    };
    let recent = RwSignal::new_local(Vec::<Recent>::new());
    leptos::task::spawn_local(async move { recent.set(kept::recent().await) });
    let recent_files = move || {
        let all = recent.get();
        let row = |one: Recent| {
            let when = timestamp((one.at * 1e6) as i64, clock::offset_at((one.at * 1e6) as i64));
            let about =
                format!("{} · {}", bytes(one.bytes), when.get(..16).unwrap_or(&when).replace('T', " "));
            let name = match &one.names[..] {
                [name] => name.clone(),
                names => format!(
                    "{} and {}",
                    names.first().cloned().unwrap_or_default(),
                    counted(names.len() - 1, "more file")
                ),
            };
            view! {
                <li>
                    <button type="button" class="name" title=one.names.join("\n") on:click=move |_| store.reopen(one.clone())><bdi>{visible(&name).into_owned()}</bdi></button>
                    <span>{about}</span>
                </li>
            }
        };
        let forget = move |_| {
            leptos::task::spawn_local(async move {
                kept::forget_recent().await;
                recent.set(kept::recent().await);
            });
        };
        (!all.is_empty()).then(|| view! {
            <section aria-label="Recent files">
                <h2>"Recent files"</h2>
                <ul class="recent">{all.into_iter().filter(|one| !one.names.is_empty()).map(row).collect::<Vec<_>>()}</ul>
                <button type="button" on:click=forget>"Forget these"</button>
            </section>
        })
    };
    let has_picture = RwSignal::new(true);
    let picture = move || {
        let (sample, name) = samples
            .with(|all| all.iter().find_map(|s| s.picture.clone().map(|name| (s.clone(), name))))
            .filter(|_| has_picture.get())?;
        let theme = move || if Theme::all()[store.theme.get()].dark { "dark" } else { "light" };
        Some(view! {
            <button type="button" class="pictured" title="Open this sample" on:click=move |_| open_sample(sample.clone())>
                <img src=move || format!("./samples/{name}-{}.svg", theme()) alt="Timeline of a pipeline: 48 tasks on four workers, failed attempts in red, the critical path outlined" on:error=move |_| has_picture.set(false)/>
            </button>
        })
    };
    let pasted = RwSignal::new(String::new());
    let pasting = RwSignal::new(false);
    let open_pasted = move |_| {
        let text = pasted.get_untracked();
        if !text.trim().is_empty() {
            store.open(vec![Given::Bytes("pasted text".to_owned(), text.into_bytes())]);
        }
    };
    let folder = move |e: leptos::ev::Event| {
        let input: Option<web_sys::HtmlInputElement> = e.target().and_then(|t| t.dyn_into().ok());
        if let Some(list) = input.and_then(|i| i.files()) {
            store.open_own(files::of_list(&list), Vec::new());
        }
    };
    let formats = asked(
        store,
        || Some(Question::Formats),
        |answer| if let Answer::Formats(all) = answer { Some(all) } else { None },
    );
    let formats = move || {
        let all = formats.get()?;
        let row = |(title, how): &(String, String)| {
            view! { <tr><th scope="row">{title.clone()}</th><td>{with_code(how)}</td></tr> }
        };
        Some(all.iter().map(row).collect::<Vec<_>>())
    };
    let cards = move || {
        samples
            .get()
            .into_iter()
            .map(|s| {
                let mine = s.clone();
                view! {
                    <button type="button" class="sample" data-sample=s.file on:click=move |_| open_sample(mine.clone())>
                        <b>{s.title}</b><span>{s.about}</span>
                    </button>
                }
            })
            .collect::<Vec<_>>()
    };
    view! {
        <main class="landing">
            <div class="drop">
                <h1>"See where a run's time went"</h1>
                <p class="lead">"Drop run files or a folder anywhere on this page. "<b>"Everything stays in this browser:"</b>" nothing is uploaded."</p>
                <div class="buttons">
                    <button type="button" class="main" on:click=move |_| store.dispatch(Action::Open)>"Open files"</button>
                    <button type="button" on:click=move |_| dom::click("makespan-folder")>"Open a folder"</button>
                    <button type="button" aria-expanded=move || pasting.get().to_string() on:click=move |_| pasting.update(|p| *p = !*p)>"Paste"</button>
                    <input id="makespan-folder" class="hidden" type="file" prop:webkitdirectory=true aria-label="Open a folder" tabindex="-1" on:change=folder/>
                </div>
                <Show when=move || pasting.get()>
                    <div class="paste">
                        <textarea rows="8" spellcheck="false" aria-label="Text of a run"
                            placeholder="fetch  0..4  w1\nalign  4..9  w1  fetch\n\n(or JSON of any format below)"
                            prop:value=move || pasted.get() on:input=move |e| pasted.set(event_target_value(&e))></textarea>
                        <button type="button" class="main" on:click=open_pasted>"Open pasted text"</button>
                    </div>
                </Show>
            </div>
            {recent_files}
            {picture}
            <section aria-label="Samples">
                <h2>"Or look at a sample"</h2>
                <div class="samples">{cards}</div>
            </section>
            <section>
                <h2>"Supported formats"</h2>
                <table class="rows formats"><tbody>{formats}</tbody></table>
            </section>
            <p class="keys-line">"Keys: "<kbd>"1"</kbd>" to "<kbd>"7"</kbd>" views, "<kbd>"W"</kbd><kbd>"A"</kbd><kbd>"S"</kbd><kbd>"D"</kbd>" zoom and move, "<kbd>"/"</kbd>" filter, "<kbd>"?"</kbd>" all keys"</p>
        </main>
    }
}

/// Formats a text in which backticks mark code.
fn with_code(text: &str) -> Vec<AnyView> {
    let part = |(i, part): (usize, &str)| match i % 2 {
        0 => part.to_owned().into_any(),
        _ => view! { <code>{part.to_owned()}</code> }.into_any(),
    };
    text.split('`').enumerate().map(part).collect()
}
