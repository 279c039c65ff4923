//! The sheet of keys, made from the table of actions.

use leptos::prelude::*;

use crate::state::actions::{ACTIONS, Action};
use crate::state::store::Store;

/// The sheet.
#[component]
pub(crate) fn Help(store: Store) -> impl IntoView {
    let mut groups: Vec<&str> = Vec::new();
    for bound in ACTIONS {
        if !groups.contains(&bound.group) {
            groups.push(bound.group);
        }
    }
    let lists: Vec<_> = groups
        .into_iter()
        .map(|group| {
            let keys: Vec<_> = ACTIONS
                .iter()
                .filter(|b| b.group == group)
                .map(|b| view! { <div><dt><kbd>{b.keys}</kbd></dt><dd>{b.about}</dd></div> })
                .collect();
            view! { <section><h3>{group}</h3><dl>{keys}</dl></section> }
        })
        .collect();
    let lists = StoredValue::new_local(Some(lists));
    view! {
        <div class="sheet" role="dialog" aria-modal="true" aria-label="Keys">
            <div class="sheet-page">
                <header><h2>"Keys"</h2><button type="button" id="makespan-help-close" on:click=move |_| store.dispatch(Action::Help)>"Close"</button></header>
                <div class="sheet-body">{lists.try_update_value(Option::take)}</div>
                <p class="note">"Mouse: drag moves, Shift and drag picks a range of time, Ctrl and the wheel zoom, the wheel scrolls, a double click shows a task in full."</p>
            </div>
        </div>
    }
}
