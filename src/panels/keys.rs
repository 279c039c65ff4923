//! The sheet of keys: each action with its key, which can be changed.

use leptos::ev::{KeyboardEvent, MouseEvent};
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;

use crate::state::actions::{ACTIONS, Action};
use crate::state::combo::Combo;
use crate::state::store::Store;
use crate::widgets::Dialog;

/// The sheet.
#[component]
pub(crate) fn KeySheet(store: Store) -> impl IntoView {
    let close = move || store.dispatch(Action::KeySheet);
    // The action that takes the next key.
    let waiting = RwSignal::new(None::<usize>);
    let pressed = move |e: KeyboardEvent| {
        let Some(at) = waiting.get_untracked() else { return };
        e.prevent_default();
        e.stop_propagation();
        if e.code() == "Escape" {
            waiting.set(None);
        } else if let Some(key) = Combo::pressed(&e.code(), e.shift_key(), e.ctrl_key() || e.meta_key()) {
            waiting.set(None);
            store.dispatch(Action::Key(at, Some(key)));
        }
    };
    // Not every browser focuses a button that is clicked, but the key must arrive here.
    let wait = move |e: &MouseEvent, at: usize| {
        if let Some(button) = e.current_target().and_then(|t| t.dyn_into::<HtmlElement>().ok()) {
            let _ = button.focus();
        }
        waiting.set(Some(at));
    };
    let row = move |at: usize| {
        let bound = &ACTIONS[at];
        let label = move || {
            if waiting.get() == Some(at) {
                return "Press a key…".to_owned();
            }
            let label = store.keys.with(|map| map.label(at));
            if label.is_empty() { "none".to_owned() } else { label }
        };
        let has_key = move || store.keys.with(|map| map.key(at).is_some());
        view! {
            <tr>
                <th scope="row">{bound.about}</th>
                <td>
                    <button type="button" class="key" class:on=move || waiting.get() == Some(at) aria-label=move || format!("Key of {}: {}", bound.about, label())
                        on:click=move |e| wait(&e, at) on:blur=move |_| waiting.set(None)>{label}</button>
                    <button type="button" aria-label=format!("Remove the key of {}", bound.about) title="Remove" disabled=move || !has_key()
                        on:click=move |_| store.dispatch(Action::Key(at, None))>"×"</button>
                </td>
            </tr>
        }
    };
    let mut groups: Vec<&str> = ACTIONS.iter().map(|b| b.group).collect();
    groups.dedup();
    let mut seen: Vec<&str> = Vec::new();
    groups.retain(|group| {
        !seen.contains(group) && {
            seen.push(group);
            true
        }
    });
    let group = |group: &'static str| {
        let rows: Vec<_> = (0..ACTIONS.len()).filter(|at| ACTIONS[*at].group == group).map(row).collect();
        view! { <section><h3>{group}</h3><table class="rows"><caption class="hidden">{group}</caption><tbody>{rows}</tbody></table></section> }
    };
    let sections: Vec<_> = groups.into_iter().map(group).collect();
    view! {
        <Dialog label="Change keys" class="sheet keys" close=close>
            <div class="sheet-head"><h2>"Change keys"</h2>
                <button type="button" disabled=move || store.keys.with(|map| map.is_default()) on:click=move |_| store.dispatch(Action::DefaultKeys)>"Default keys"</button>
                <button type="button" autofocus on:click=move |_| close()>"Close"</button>
            </div>
            <p class="note" role="status" aria-live="polite">{move || store.said.get()}</p>
            <div class="sheet-body" on:keydown=pressed>{sections}</div>
            <p class="note">"Select a key, then press another one; Esc keeps it. Keys are stored in this browser, if it allows that."</p>
        </Dialog>
    }
}
