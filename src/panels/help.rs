//! The sheet of keys, made from the table of actions.

use leptos::prelude::*;

use crate::state::actions::{ACTIONS, Action};
use crate::state::store::Store;

/// What the filter reads, by examples: each parses (`every_example_is_a_query`).
const SYNTAX: &[(&str, &str)] = &[
    ("align", "name or id contains this"),
    (
        "step:align",
        "step, worker, status, kind or error begins with this; label.team:search, param.threads>4",
    ),
    ("status in (failed, cancelled)", "one of several values"),
    ("dur>p95", "longer than 95 % of tasks; also 90s, 1m30s, mem>2GB"),
    ("up(publish)", "everything that publish depends on; down(…) the other way"),
    ("critical and not retried", "and, or, not, parentheses"),
];

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
    let syntax: Vec<_> = SYNTAX
        .iter()
        .map(|(text, about)| view! { <div><dt><code>{*text}</code></dt><dd>{*about}</dd></div> })
        .collect();
    let lists = StoredValue::new_local(Some(lists));
    view! {
        <div class="sheet" role="dialog" aria-modal="true" aria-label="Keys">
            <div class="sheet-page">
                <header><h2>"Keys"</h2><button type="button" id="makespan-help-close" on:click=move |_| store.dispatch(Action::Help)>"Close"</button></header>
                <div class="sheet-body">{lists.try_update_value(Option::take)}</div>
                <section class="syntax"><h3>"Filter"</h3><dl>{syntax}</dl></section>
                <p class="note">"Mouse: drag moves, Shift and drag picks a range of time, Ctrl and the wheel zoom, the wheel scrolls, a double click shows a task in full."</p>
            </div>
        </div>
    }
}

#[cfg(test)]
mod tests {
    use makespan_analysis::query::Query;

    #[test]
    fn every_example_is_a_query() {
        for (text, _) in super::SYNTAX {
            assert!(Query::parse(text).is_ok(), "{text}");
        }
    }
}
