//! The line above a growing run: its progress, and the state of the connection.

use leptos::prelude::*;
use makespan_scene::{counted, timestamp};

use crate::platform::clock;
use crate::state::serving::Answering;
use crate::state::store::Store;

/// Formats the time of the last event as the reader's time of day.
fn time_of_day(ms: f64) -> String {
    let ns = (ms * 1e6) as i64;
    let text = timestamp(ns, clock::offset_at(ns));
    text.split([' ', 'T']).nth(1).map_or_else(|| text.clone(), |time| time.chars().take(8).collect())
}

/// The line; empty if the run is not followed.
#[component]
pub(crate) fn LiveLine(store: Store) -> impl IntoView {
    let growth = Memo::new(move |_| store.state.with(|s| s.growth.clone()));
    move || {
        let growth = growth.get()?;
        let last = match growth.heard {
            0.0 => String::new(),
            heard => format!(" Last event received at {}.", time_of_day(heard)),
        };
        let (class, text) = if growth.is_lost {
            ("live-line lost", format!("Connection to the server lost; reconnecting.{last}"))
        } else if growth.is_over {
            ("live-line", "This run is finished.".to_owned())
        } else {
            let events = match growth.events {
                0 => String::new(),
                n => format!(" {}.", counted(n as usize, "event")),
            };
            ("live-line on", format!("Live.{events}{last}"))
        };
        let by = store.followed_run().map(|_| {
            let (said, other, word) = if store.is_remote.get() {
                (" Computed on the server. ", Answering::Browser, "Load in the browser")
            } else {
                (" ", Answering::Server, "Compute on the server")
            };
            view! {
                <span>{said}<button type="button" class="link" data-testid="answer-by"
                    on:click=move |_| store.answer_by(other)>{word}</button></span>
            }
        });
        Some(view! { <div class=class role="status" data-testid="live">{text}{by}</div> })
    }
}
