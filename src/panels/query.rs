//! The box for the query, and what could stand at its cursor.

use leptos::html::Input;
use leptos::prelude::*;
use makespan_engine::{Answer, Completion, Question};
use makespan_scene::visible;
use makespan_views::filter::Filter;

use crate::state::actions::{Action, Setting};
use crate::state::store::Store;
use crate::worker::Line;

/// Proposals that are shown at once.
const MOST: usize = 9;

/// The byte of a text at which its `units`-th UTF-16 unit begins, as browsers count.
fn byte_at(text: &str, units: usize) -> usize {
    let mut seen = 0;
    for (at, c) in text.char_indices() {
        if seen >= units {
            return at;
        }
        seen += c.len_utf16();
    }
    text.len()
}

/// The box.
#[component]
pub(crate) fn QueryBox(store: Store) -> impl IntoView {
    let input = NodeRef::<Input>::new();
    let open = RwSignal::new(false);
    let chosen = RwSignal::new(0usize);
    let offered = RwSignal::new(Vec::<Completion>::new());
    let wrong = move || store.shell.with(|s| s.filter_error.is_some());
    let line = StoredValue::new_local(Line::default());
    let set = move |text: String| {
        let statuses = store.view.with_untracked(|v| v.filter.statuses);
        store.dispatch(Action::Set(Setting::Filter(Filter { text, statuses })));
    };
    let look = move || {
        let Some(element) = input.get_untracked() else { return };
        let text = element.value();
        let units = element.selection_start().ok().flatten().unwrap_or(0) as usize;
        let (cursor, run) = (byte_at(&text, units), store.view.with_untracked(|v| v.run));
        let question = Question::Complete { run, text, cursor };
        line.with_value(|line| {
            line.ask(store.generation.get_untracked(), question, move |answer| {
                if let Answer::Completions(mut all) = answer {
                    all.truncate(MOST);
                    chosen.set(0);
                    offered.set(all);
                }
            });
        });
    };
    let take = move |c: &Completion| {
        let text = store.view.with_untracked(|v| v.filter.text.clone());
        let Some((head, tail)) = text.get(..c.replace.start).zip(text.get(c.replace.end..)) else { return };
        let next = format!("{head}{}{tail}", c.insert);
        let cursor = head.encode_utf16().count() + c.insert.encode_utf16().count();
        set(next.clone());
        if let Some(element) = input.get_untracked() {
            element.set_value(&next);
            let _ = element.focus();
            let _ = element.set_selection_range(cursor as u32, cursor as u32);
        }
        look();
    };
    let keys = move |e: leptos::ev::KeyboardEvent| {
        let count = offered.with_untracked(Vec::len);
        if !open.get_untracked() || count == 0 {
            return;
        }
        match e.key().as_str() {
            "ArrowDown" => chosen.update(|c| *c = (*c + 1) % count),
            "ArrowUp" => chosen.update(|c| *c = (*c + count - 1) % count),
            "Tab" if !e.shift_key() => {
                if let Some(c) = offered.with_untracked(|all| all.get(chosen.get_untracked()).cloned()) {
                    take(&c);
                }
            }
            "Enter" | "Escape" => {
                open.set(false);
                return;
            }
            _ => return,
        }
        e.prevent_default();
    };
    let items = move || {
        offered
            .get()
            .into_iter()
            .enumerate()
            .map(|(i, c)| {
                let (word, about) = (visible(&c.insert).into_owned(), c.about.clone());
                let on = move || chosen.get() == i;
                // Before the box loses the keyboard, and the list with it.
                let press = move |e: leptos::ev::PointerEvent| {
                    e.prevent_default();
                    take(&c);
                };
                view! { <li role="option" class:on=on aria-selected=move || on().to_string() on:pointerdown=press><b><bdi>{word}</bdi></b><span>{about}</span></li> }
            })
            .collect::<Vec<_>>()
    };
    let shown = move || open.get() && offered.with(|all| !all.is_empty());
    let typed = move |e: leptos::ev::Event| {
        set(event_target_value(&e));
        open.set(true);
        look();
    };
    view! {
        <div class="query">
            <input
                id="makespan-filter"
                class="filter"
                type="search"
                role="combobox"
                placeholder="Filter: name, step:align, dur>p95, up(publish)  ( / )"
                aria-label="Filter tasks"
                aria-invalid=move || wrong().to_string()
                aria-expanded=move || shown().to_string()
                aria-controls="makespan-proposals"
                autocomplete="off"
                spellcheck="false"
                node_ref=input
                prop:value=move || store.view.with(|v| v.filter.text.clone())
                on:input=typed
                on:keydown=keys
                on:blur=move |_| open.set(false)
            />
            <Show when=shown><ul id="makespan-proposals" class="proposals" role="listbox" aria-label="Suggestions (Tab to accept)">{items}</ul></Show>
        </div>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn browsers_count_in_other_units() {
        assert_eq!(byte_at("aé😀b", 2), 3);
        assert_eq!(byte_at("aé😀b", 4), 7);
        assert_eq!(byte_at("ab", 9), 2);
    }
}
