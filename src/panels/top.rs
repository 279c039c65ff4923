//! The top bar, the rail of views, and the row of filters.

use leptos::prelude::*;
use makespan_engine::Format;
use makespan_model::Status;
use makespan_scene::{Theme, count, glyph_char};
use makespan_views::filter::Filter;
use makespan_views::{View, status_role};
use wasm_bindgen::JsCast;

use crate::platform::{boot, embed, files};
use crate::state::actions::{Action, Setting};
use crate::state::phase::Phase;
use crate::state::store::Store;
use crate::widgets::run_options;

/// The formats in the Save menu, in order.
const SAVED: [Format; 13] = [
    Format::Svg,
    Format::Csv,
    Format::Markdown,
    Format::Mermaid,
    Format::Dot,
    Format::GraphMl,
    Format::Positions,
    Format::Gantt,
    Format::ChromeTrace,
    Format::Otlp,
    Format::Json,
    Format::Jsonl,
    Format::Text,
];

/// The entry of the Save menu that writes a report.
const REPORT: &str = "report";
const REPORT_OF_ALL: &str = "report-of-all";
/// The entry that saves the picture as pixels.
const PIXELS: &str = "png";
/// The entry that creates a link with the run.
const LINK: &str = "link";

/// Returns the menu title of a format, with what it contains.
fn saved_title(format: Format) -> String {
    match format {
        Format::Svg => "Picture (SVG)".to_owned(),
        Format::Csv => "Tasks (CSV)".to_owned(),
        Format::Markdown => "Summary (Markdown)".to_owned(),
        Format::Json | Format::Jsonl => format!("Events ({})", format.title()),
        Format::Gantt => format!("Timeline ({})", format.title()),
        Format::ChromeTrace | Format::Otlp | Format::Text => format.title().to_owned(),
        Format::Mermaid | Format::Dot | Format::GraphMl | Format::Positions => {
            format!("Graph ({})", format.title())
        }
    }
}

/// Name, run, filter, and the buttons that are always visible.
#[component]
pub(crate) fn Top(store: Store, #[prop(into)] badge: ViewFn, children: ChildrenFn) -> impl IntoView {
    let ready = move || store.phase.with(|p| *p == Phase::Ready);
    let chosen = move |e: leptos::ev::Event| {
        store.dispatch(Action::ShowRun(event_target_value(&e).parse().unwrap_or(0)));
    };
    let picked = move |e: leptos::ev::Event| {
        let input: Option<web_sys::HtmlInputElement> = e.target().and_then(|t| t.dyn_into().ok());
        if let Some(input) = input {
            if let Some(list) = input.files() {
                store.open_own(files::of_list(&list), Vec::new());
            }
            // The same file may be chosen again.
            input.set_value("");
        }
    };
    let save = move |e: leptos::ev::Event| {
        let name = event_target_value(&e);
        if name == REPORT || name == REPORT_OF_ALL {
            store.dispatch(Action::SaveReport { all: name == REPORT_OF_ALL });
        }
        if name == PIXELS {
            store.dispatch(Action::SavePixels);
        }
        if name == LINK {
            store.dispatch(Action::LinkRun);
        }
        if let Some(format) = SAVED.into_iter().find(|f| f.name() == name) {
            store.dispatch(Action::Save(format));
        }
        // The same format may be chosen again.
        if let Some(select) = e.target().and_then(|t| t.dyn_into::<web_sys::HtmlSelectElement>().ok()) {
            select.set_value("");
        }
    };
    // A page that was served with its run has nothing to return to when the run is closed.
    let brings_a_run = boot::brings_a_run();
    // In another page, the run is all there is: it is not exchanged, and its address is the frame's.
    let is_embedded = embed::is_embedded();
    let can_close = move || !is_embedded && (!brings_a_run || store.shell.with(|s| s.run_count > 1));
    let close = move |_| {
        let is_last = store.shell.with_untracked(|s| s.run_count <= 1);
        store.dispatch(if is_last { Action::Close } else { Action::CloseRun });
    };
    let themes = Theme::all();
    let theme_name = move || themes[store.theme.get()].name.replace('-', " ");
    view! {
        <header class="top">
            {(!is_embedded).then(|| view! {
                <button type="button" class="logo" title=store.hint("Overview", "1") on:click=move |_| store.dispatch(Action::Show(View::Overview))>
                    <span class="mark" aria-hidden="true"><i></i><i></i><i></i></span>
                    <span class="word">"Makespan"</span>
                </button>
            })}
            <Show when=move || ready() && store.shell.with(|s| s.run_count > 1)>
                <select class="run" aria-label="Run" on:change=chosen>
                    {move || store.shell.with(|s| run_options(s, Some(store.view.with(|v| v.run))))}
                </select>
            </Show>
            <Show when=move || ready() && can_close()>
                <button type="button" class="wide" title="Close this run" aria-label="Close this run" on:click=close>"✗"</button>
            </Show>
            {move || ready().then(|| children())}
            <span class="grow"></span>
            <Show when=ready>
                <button type="button" class="wide" title=store.hint("Time format", "T") on:click=move |_| store.dispatch(Action::Time)>
                    <span class="prefix">"Time: "</span>{move || store.view.with(|v| v.time.label())}
                </button>
                <select class="wide save" aria-label="Save as" title="Save the run, or its picture, as a file" on:change=save>
                    <option value="" selected>"Save"</option>
                    {(!boot::is_report()).then(|| view! { <option value=REPORT>"Report (HTML)"</option> })}
                    <Show when=move || !boot::is_report() && store.shell.with(|s| s.run_count > 1)>
                        <option value=REPORT_OF_ALL>"Report of all runs (HTML)"</option>
                    </Show>
                    {(!boot::is_report()).then(|| view! { <option value=LINK>"Link that contains the run"</option> })}
                    <option value=PIXELS>"Picture (PNG, double size)"</option>
                    {SAVED.map(|f| view! { <option value=f.name()>{saved_title(f)}</option> }).into_iter().collect::<Vec<_>>()}
                </select>
                {(!is_embedded).then(|| view! {
                    <button type="button" title=store.hint("Copy the link to this view", "Y") class="wide" on:click=move |_| store.dispatch(Action::CopyLink)>"Link"</button>
                })}
            </Show>
            {badge.run()}
            <button type="button" title=store.hint("Commands, tasks, steps, runs", "Ctrl K") aria-label="Commands and search" on:click=move |_| store.dispatch(Action::Palette)>"☰"</button>
            <button type="button" class="wide" title=store.hint("Theme", "Shift T") on:click=move |_| store.dispatch(Action::Theme)><span class="prefix">"Theme: "</span>{theme_name}</button>
            {(!is_embedded).then(|| view! {
                <button type="button" title=store.hint("Open files", "Ctrl O") on:click=move |_| store.dispatch(Action::Open)>"Open"</button>
            })}
            <button type="button" title=store.hint("Keys", "?") aria-label="Keys" on:click=move |_| store.dispatch(Action::Help)>"?"</button>
            <input id="makespan-open" class="hidden" type="file" multiple aria-label="Open files" tabindex="-1" on:change=picked/>
        </header>
    }
}

/// The views, one below the other; side by side at the bottom of a narrow page.
#[component]
pub(crate) fn Rail(store: Store) -> impl IntoView {
    let items: Vec<_> = View::ALL
        .into_iter()
        .map(|v| {
            let here = move || store.view.with(|s| s.view == v);
            let key = match v {
                View::Overview => "1",
                View::Graph => "2",
                View::Timeline => "3",
                View::Heatmap => "4",
                View::Compare => "5",
                View::Table => "6",
                View::Charts => "7",
            };
            let class = format!("rail-sign rail-{}", v.name());
            view! {
                <button type="button" class:here=here aria-current=move || if here() { "page" } else { "false" }
                    title=format!("{} ({key})", v.title()) data-view=v.name() on:click=move |_| store.dispatch(Action::Show(v))>
                    <span class=class aria-hidden="true"><i></i><i></i><i></i></span>
                    <span>{v.title()}</span>
                </button>
            }
        })
        .collect();
    view! { <nav class="rail" aria-label="Views">{items}</nav> }
}

/// Returns the action that toggles a status in the filter.
fn filtered_by(store: Store, status: Status) -> Action {
    Action::Set(Setting::Filter(store.view.with_untracked(|v| v.filter.clone().toggled(status))))
}

/// Statuses with their counts, each a toggle of the filter.
#[component]
pub(crate) fn Chips(store: Store) -> impl IntoView {
    let chips = move || {
        let statuses = store.shell.with(|s| s.statuses);
        Status::ALL
            .into_iter()
            .filter(|s| statuses[*s as usize] > 0)
            .map(|s| {
                let on = move || store.view.with(|v| v.filter.statuses & (1 << s as u16) != 0);
                let role = status_role(s);
                let class = format!("chip role-{}", role.name());
                let n = count(u64::from(statuses[s as usize]));
                view! {
                    <button type="button" class=class class:on=on aria-pressed=move || on().to_string()
                        on:click=move |_| store.dispatch(filtered_by(store, s))>
                        <span class="badge-sign" aria-hidden="true">{glyph_char(role)}</span>{s.name()}" "<b>{n}</b>
                    </button>
                }
            })
            .collect::<Vec<_>>()
    };
    let critical = move || store.view.with(|v| v.critical);
    let filtered = move || store.view.with(|v| !v.filter.is_empty());
    let wrong = move || store.shell.with(|s| s.filter_error.clone());
    let area = move || store.shell.with(|s| s.area.clone());
    let nothing = move || store.shell.with(|s| s.passing == Some(0));
    view! {
        <div class="chips" role="toolbar" aria-label="Filter by status">
            {chips}
            <button type="button" class="chip plain" class:on=critical aria-pressed=move || critical().to_string()
                title=store.hint("Mark the critical path", "C") on:click=move |_| store.dispatch(Action::Critical)>"critical path"</button>
            {move || area().map(|words| {
                let clear = move |_| {
                    let filter = store.view.with_untracked(|v| v.filter.without_area());
                    store.dispatch(Action::Set(Setting::Filter(filter)));
                };
                view! { <button type="button" class="chip plain on" title=store.hint("Clear the selected area", "Esc") on:click=clear>{format!("area {words} ✗")}</button> }
            })}
            <Show when=filtered>
                <button type="button" class="chip plain" on:click=move |_| store.dispatch(Action::Set(Setting::Filter(Filter::default())))>"clear filter"</button>
            </Show>
            {move || nothing().then(|| view! { <span class="query-error" role="status">"No task matches the filter"</span> })}
            {move || wrong().map(|e| view! { <span class="query-error" role="status">{format!("Filter ignored: {e}")}</span> })}
        </div>
    }
}
