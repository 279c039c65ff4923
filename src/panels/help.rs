//! The help sheet, generated from the table of actions.

use leptos::prelude::*;

use crate::state::actions::{ACTIONS, Action};
use crate::state::store::Store;
use crate::widgets::Dialog;

/// The syntax of the filter, as examples, each of which is parsed by a test (`every_example_is_a_query`).
const SYNTAX: &[(&str, &str)] = &[
    ("align", "name, step or id contains this"),
    (
        "step:align",
        "step, worker, kind or error contains this; also status:fail, label.team:search, param.threads>4",
    ),
    ("status in (failed, cancelled)", "one of several values"),
    ("dur>p95", "longer than 95 % of the tasks; also 90s, 1m30s, mem>2GB"),
    ("up(publish)", "publish and all tasks it depends on; down(…) for all tasks that depend on it"),
    ("critical and not retried", "and, or, not, parentheses"),
];

/// The page that explains the terms. It is part of the app, so that a report has it without a network.
const GLOSSARY: &str = include_str!("../../docs/glossary.md");

/// Returns the terms of the glossary and their meanings, from the rows of its tables.
fn terms() -> impl Iterator<Item = (String, String)> {
    let plain = |text: &str| text.trim().replace(['*', '`'], "");
    GLOSSARY.lines().filter(|line| line.starts_with("| **")).filter_map(move |row| {
        let (term, meaning) = row.trim_matches('|').split_once('|')?;
        Some((plain(term), plain(meaning)))
    })
}

/// The sheet.
#[component]
pub(crate) fn Help(store: Store) -> impl IntoView {
    let labels: Vec<String> =
        store.keys.with_untracked(|map| (0..ACTIONS.len()).map(|at| map.label(at)).collect());
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
                .enumerate()
                .filter(|(at, b)| b.group == group && !labels[*at].is_empty())
                .map(
                    |(at, b)| view! { <div><dt><kbd>{labels[at].clone()}</kbd></dt><dd>{b.about}</dd></div> },
                )
                .collect();
            view! { <section><h3>{group}</h3><dl>{keys}</dl></section> }
        })
        .collect();
    let syntax: Vec<_> = SYNTAX
        .iter()
        .map(|(text, about)| view! { <div><dt><code>{*text}</code></dt><dd>{*about}</dd></div> })
        .collect();
    let terms: Vec<_> =
        terms().map(|(term, meaning)| view! { <div><dt>{term}</dt><dd>{meaning}</dd></div> }).collect();
    let lists = StoredValue::new_local(Some(lists));
    view! {
        <Dialog label="Keys" close=move || store.dispatch(Action::Help)>
                <div class="sheet-head"><h2>"Keys"</h2><button type="button" on:click=move |_| store.dispatch(Action::KeySheet)>"Change keys…"</button><button type="button" autofocus id="makespan-help-close" on:click=move |_| store.dispatch(Action::Help)>"Close"</button></div>
                <div class="sheet-body">{lists.try_update_value(Option::take)}</div>
                <section class="syntax"><h3>"Filter"</h3><dl>{syntax}</dl></section>
                <details class="syntax" id="makespan-glossary"><summary>"Glossary"</summary><dl>{terms}</dl></details>
                <p class="note">"Mouse: on the timeline drag to select an area, Shift and drag to move (the settings swap the two); in other pictures drag to move. Scroll with the wheel, hold Ctrl to zoom with it, double-click to fit a task."</p>
        </Dialog>
    }
}

#[cfg(test)]
mod tests {
    use makespan_analysis::query::Query;

    #[test]
    fn the_glossary_has_a_meaning_for_every_term() {
        let terms: Vec<_> = super::terms().collect();
        assert!(terms.len() > 40, "{}", terms.len());
        assert!(terms.contains(&(
            "ready".to_owned(),
            "all dependencies of a task have ended, so that it could start".to_owned()
        )));
        for (term, meaning) in terms {
            assert!(!term.is_empty() && meaning.len() > 10 && !meaning.contains('|'), "{term}: {meaning}");
        }
    }

    #[test]
    fn every_example_is_a_query() {
        for (text, _) in super::SYNTAX {
            assert!(Query::parse(text).is_ok(), "{text}");
        }
    }
}
