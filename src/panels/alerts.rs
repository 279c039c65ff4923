//! Alerts of the server that serves the page: the number of firing ones, and the list.

use std::time::Duration;

use leptos::prelude::*;
use makespan_scene::{count, counted, visible};

use crate::platform::{boot, dom};
use crate::state::actions::Action;
use crate::state::alerts::{AlertList, ListedAlert, listed, moment};
use crate::state::store::Store;
use crate::widgets::{Badge, Dialog};

/// Interval at which firing alerts are requested.
const OFTEN: Duration = Duration::from_secs(5);
/// Maximum number of alerts in the list.
const LISTED: u32 = 100;
/// Lengths of a snooze, s, and their labels.
const LENGTHS: [(u64, &str); 4] = [(3_600, "1 h"), (28_800, "8 h"), (86_400, "1 day"), (604_800, "7 days")];

/// Requests a page of alerts.
fn ask(server: String, parameters: &'static str, answered: impl FnOnce(Result<AlertList, String>) + 'static) {
    leptos::task::spawn_local(async move {
        let url = format!("{server}alerts?limit={LISTED}{parameters}");
        answered(boot::fetch(&url).await.and_then(|bytes| {
            serde_json::from_slice(&bytes).map_err(|_| "the list cannot be read".to_owned())
        }));
    });
}

/// The button that opens the list, with the number of firing alerts; nothing without a server.
#[component]
pub(crate) fn AlertBadge(store: Store) -> impl IntoView {
    boot::server().map(|server| badge(store, server))
}

fn badge(store: Store, server: String) -> impl IntoView {
    let look = move || {
        let firing = store.firing;
        // A hidden page requests nothing.
        if !dom::is_hidden() {
            ask(server.clone(), "&state=firing", move |answer| {
                let _ = firing.try_update(|now| {
                    if let Ok(list) = answer
                        && *now != list
                    {
                        *now = list;
                    }
                });
            });
        }
    };
    look();
    if let Ok(timer) = set_interval_with_handle(look, OFTEN) {
        on_cleanup(move || timer.clear());
    }
    let total = Memo::new(move |_| store.firing.with(|list| list.total));
    let worst = move || {
        let role = |word: &str| {
            store
                .firing
                .with(|list| list.alerts.iter().find(|alert| alert.word() == word).map(ListedAlert::role))
        };
        ["critical", "error", "warning", "info"].into_iter().find_map(role)
    };
    let class = move || {
        worst().map_or_else(|| "alerts-open".to_owned(), |r| format!("alerts-open on role-{}", r.name()))
    };
    let label = move || match total.get() {
        0 => "Alerts: none firing (L)".to_owned(),
        n => format!("Alerts: {} firing (L)", count(n)),
    };
    view! {
        <button type="button" class=class title=label aria-label=label data-testid="alerts-open"
            on:click=move |_| store.dispatch(Action::Alerts)>
            <span aria-hidden="true">"!"</span>
            {move || (total.get() > 0).then(|| view! { <b>{count(total.get())}</b> })}
        </button>
    }
}

/// The list.
#[component]
pub(crate) fn AlertSheet(store: Store) -> impl IntoView {
    let close = move || store.dispatch(Action::Alerts);
    let server = StoredValue::new(boot::server());
    let newest = RwSignal::new(None::<Result<AlertList, String>>);
    let look = move || {
        let Some(server) = server.get_value() else { return };
        ask(server, "", move |answer| {
            let _ = newest.try_update(|now| {
                if now.as_ref() != Some(&answer) {
                    *now = Some(answer);
                }
            });
        });
    };
    look();
    if let Ok(timer) = set_interval_with_handle(look, OFTEN) {
        on_cleanup(move || timer.clear());
    }
    let snooze = move |rule: String, run: String, seconds: u64| {
        let Some(server) = server.get_value() else { return };
        leptos::task::spawn_local(async move {
            let body = serde_json::json!({ "rule": rule, "run": run, "seconds": seconds }).to_string();
            if let Err(why) = boot::post(&format!("{server}alerts/snooze"), &body).await {
                store.said.set(format!("The rule could not be snoozed: {why}."));
            }
            let firing = store.firing;
            ask(server, "&state=firing", move |answer| {
                if let Ok(list) = answer {
                    firing.set(list);
                }
            });
        });
    };
    let entry = move |alert: ListedAlert, can_snooze: bool| {
        let (rule, run) = (alert.rule.clone(), alert.run.clone());
        let show = move |run: &str, task: Option<&str>| {
            if let Some(server) = server.get_value() {
                close();
                store.show_of_server(&server, run, task);
            }
        };
        let tasks: Vec<_> = alert
            .tasks
            .iter()
            .map(|task| {
                let (run, id) = (alert.run.clone(), task.clone());
                let open = move |_| show(&run, Some(&id));
                view! { <li><button type="button" class="link" on:click=open><bdi>{visible(task).into_owned()}</bdi></button></li> }
            })
            .collect();
        let open_run = {
            let run = run.clone();
            move |_| show(&run, None)
        };
        let resolved = alert.resolved.as_deref().map(|at| {
            let by = alert
                .resolved_by
                .as_deref()
                .map_or_else(String::new, |run| format!(" by run {}", visible(run)));
            let text = alert.resolved_text.as_deref().unwrap_or_default();
            let text = if text.is_empty() { String::new() } else { format!(": {}", visible(text)) };
            view! { <p>{format!("Resolved {} UTC{by}{text}", moment(at))}</p> }
        });
        let until =
            alert.snoozed_until.as_deref().map(|until| format!("Snoozed until {} UTC", moment(until)));
        let is_snoozed = until.is_some();
        let choose = (can_snooze && alert.is_firing()).then(|| {
            if is_snoozed {
                let end = move |_| snooze(rule.clone(), run.clone(), 0);
                view! { <button type="button" on:click=end>"End snooze"</button> }.into_any()
            } else {
                let lengths = LENGTHS.map(|(s, name)| view! { <option value=s.to_string()>{name}</option> });
                let chosen = move |e: leptos::ev::Event| {
                    if let Ok(seconds) = event_target_value(&e).parse() {
                        snooze(rule.clone(), run.clone(), seconds);
                    }
                };
                let label = format!("Snooze {} for this run", visible(&alert.rule));
                view! {
                    <select aria-label=label on:change=chosen>
                        <option value="" selected>"Snooze"</option>{lengths.into_iter().collect::<Vec<_>>()}
                    </select>
                }
                .into_any()
            }
        });
        let role = alert.role();
        let (word, name) = (alert.word().to_owned(), visible(&alert.rule).into_owned());
        let workflow = alert.workflow.as_deref().map(|w| format!("workflow {}", visible(w)));
        view! {
            <li class="alert" data-alert=alert.id.to_string()>
                <div class="alert-head"><Badge role=role word=word/><b><bdi>{name}</bdi></b>
                    <span class="note">{format!("{} UTC", moment(&alert.fired))}</span><span class="grow"></span>{choose}</div>
                <p>{visible(&alert.text).into_owned()}</p>
                {resolved}
                {until.map(|text| view! { <p class="note">{text}</p> })}
                <p class="note">"Run "<button type="button" class="link" on:click=open_run><bdi>{visible(&alert.run).into_owned()}</bdi></button>
                    {workflow.map(|w| format!(" · {w}"))}</p>
                {(!tasks.is_empty()).then(|| view! { <ul class="alert-tasks" aria-label="Tasks">{tasks}</ul> })}
            </li>
        }
    };
    let body = move || {
        if server.with_value(Option::is_none) {
            let text = "This page has no server that applies rules. Alerts recorded in a run are on its overview, under Events.";
            return view! { <p>{text}</p> }.into_any();
        }
        match newest.get() {
            None => view! { <p role="status">"Loading alerts"</p> }.into_any(),
            Some(Err(why)) => {
                view! { <p class="warn" role="alert">{format!("The alerts cannot be listed: {why}.")}</p> }
                    .into_any()
            }
            Some(Ok(newest)) => {
                let firing = store.firing.get();
                let all = listed(&firing, &newest);
                if all.is_empty() {
                    return view! { <p role="status">"No alert has fired."</p> }.into_any();
                }
                let older = (newest.total as usize).saturating_sub(newest.alerts.len());
                let more = (older > 0).then(|| {
                    let text = format!("{} not listed; see makespan alerts.", counted(older, "older alert"));
                    view! { <p class="note">{text}</p> }
                });
                let can_snooze = newest.can_snooze;
                let entries: Vec<_> = all.into_iter().map(|alert| entry(alert, can_snooze)).collect();
                view! { <ul class="alerts" data-testid="alerts">{entries}</ul>{more} }.into_any()
            }
        }
    };
    view! {
        <Dialog label="Alerts" close=close>
            <div class="sheet-head"><h2>"Alerts"</h2><button type="button" autofocus on:click=move |_| close()>"Close"</button></div>
            {body}
        </Dialog>
    }
}
