//! The first page of an app served with a store: its runs.

use std::time::Duration;

use leptos::prelude::*;
use makespan_model::Status;
use makespan_scene::{count, duration, visible};
use makespan_views::status_role;
use serde::Deserialize;

use crate::platform::{boot, dom, prefs};
use crate::state::serving::Answering;
use crate::state::store::Store;
use crate::widgets::Badge;

/// Interval at which the list is requested.
const OFTEN: Duration = Duration::from_secs(2);
/// Maximum number of runs in the list.
const LISTED: u32 = 200;

#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
struct Listed {
    runs: Vec<ListedRun>,
    total: Option<u64>,
    next: Option<String>,
}

#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
struct ListedRun {
    run: String,
    name: Option<String>,
    workflow: Option<String>,
    status: Option<String>,
    started: Option<String>,
    makespan_ns: Option<i64>,
    tasks: u64,
}

/// The list, with a search and a filter by status.
#[component]
pub(crate) fn RunsPage(store: Store, server: String) -> impl IntoView {
    let server = StoredValue::new(server);
    let (text, status) = (RwSignal::new(String::new()), RwSignal::new(String::new()));
    let listed = RwSignal::new(None::<Result<Listed, String>>);
    let address = move || {
        let part = |name: &str, value: &str| match value {
            "" => String::new(),
            value => format!("&{name}={}", String::from(js_sys::encode_uri_component(value))),
        };
        let (text, status) = (text.get(), status.get());
        format!("{}runs?limit={LISTED}{}{}", server.get_value(), part("q", &text), part("status", &status))
    };
    let ask = move |url: String| {
        leptos::task::spawn_local(async move {
            let asked = url.clone();
            let answer = boot::fetch(&url).await.and_then(|bytes| {
                serde_json::from_slice(&bytes).map_err(|_| "the list cannot be read".to_owned())
            });
            // An answer to an earlier text must not replace a newer one; the page may be gone.
            let is_current = text.try_get_untracked().is_some() && untrack(address) == asked;
            let _ = listed.try_update(|now| {
                if is_current && now.as_ref() != Some(&answer) {
                    *now = Some(answer);
                }
            });
        });
    };
    Effect::new(move |_| ask(address()));
    if let Ok(timer) = set_interval_with_handle(move || ask(untrack(address)), OFTEN) {
        on_cleanup(move || timer.clear());
    }
    let row = move |run: &ListedRun| {
        let id = run.run.clone();
        let known = run.status.as_deref().and_then(|name| Status::ALL.into_iter().find(|s| s.name() == name));
        let word = run.status.clone().unwrap_or_else(|| "unknown".to_owned());
        let badge = known.map(|s| view! { <Badge role=status_role(s) word=word.clone()/> });
        let plain = known.is_none().then_some(word);
        let shown = |text: &Option<String>| visible(text.as_deref().unwrap_or_default()).into_owned();
        let title = run.name.clone().unwrap_or_else(|| run.run.clone());
        let open = move |_| {
            dom::link_run(Some(&id), None);
            store.follow_run(&server.get_value(), &id);
        };
        let started =
            run.started.as_deref().unwrap_or("–").replace('T', " ").chars().take(19).collect::<String>();
        view! {
            <tr>
                <th scope="row"><button type="button" class="link" data-run=run.run.clone() on:click=open>
                    <bdi>{visible(&title).into_owned()}</bdi></button></th>
                <td><bdi>{shown(&run.workflow)}</bdi></td>
                <td>{badge}{plain}</td>
                <td class="time">{started}</td>
                <td class="number">{run.makespan_ns.map_or_else(|| "–".to_owned(), duration)}</td>
                <td class="number">{count(run.tasks)}</td>
            </tr>
        }
    };
    let body = move || match listed.get() {
        None => view! { <p role="status">"Loading runs"</p> }.into_any(),
        Some(Err(why)) => {
            view! { <p class="warn" role="alert">{format!("The runs cannot be listed: {why}.")}</p> }
                .into_any()
        }
        Some(Ok(list)) if list.runs.is_empty() => {
            view! { <p role="status">"No matching runs."</p> }.into_any()
        }
        Some(Ok(list)) => {
            let rows: Vec<_> = list.runs.iter().map(row).collect();
            let more = list.next.is_some().then(|| {
                let shown = list.runs.len();
                let of = list.total.map_or_else(String::new, |total| format!(" of {}", count(total)));
                view! { <p>{format!("The newest {shown}{of} are listed; search to find others.")}</p> }
            });
            view! {
                <div class="scroll-x"><table class="rows runs" data-testid="runs">
                    <thead><tr><th scope="col">"Run"</th><th scope="col">"Workflow"</th><th scope="col">"Status"</th>
                        <th scope="col">"Started, UTC"</th><th scope="col" class="number">"Makespan"</th><th scope="col" class="number">"Tasks"</th></tr></thead>
                    <tbody>{rows}</tbody>
                </table></div>
                {more}
            }
            .into_any()
        }
    };
    let options: Vec<_> =
        Status::ALL.into_iter().map(|s| view! { <option value=s.name()>{s.name()}</option> }).collect();
    let usual = Answering::usual();
    let choices: Vec<_> = Answering::ALL
        .into_iter()
        .map(|one| view! { <option value=one.name() selected=one == usual>{one.title()}</option> })
        .collect();
    view! {
        <main class="landing runs-page">
            <h1>"Runs"</h1>
            <div class="runs-filter">
                <input type="search" placeholder="Search name, id, workflow or label" aria-label="Search runs"
                    on:input=move |e| text.set(event_target_value(&e))/>
                <select aria-label="Status" on:change=move |e| status.set(event_target_value(&e))>
                    <option value="">"any status"</option>{options}
                </select>
                <select aria-label="Who computes the views of a run" data-testid="answers"
                    on:change=move |e| prefs::set("answers", &event_target_value(&e))>{choices}</select>
            </div>
            {body}
        </main>
    }
}
