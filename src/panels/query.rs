//! The filter box, and suggestions for the text at its cursor.

use leptos::html::Input;
use leptos::prelude::*;
use makespan_engine::{Answer, Completion, Neighbour, Question};
use makespan_scene::visible;

use crate::state::actions::{Action, Setting};
use crate::state::store::Store;
use crate::worker::Line;

/// Maximum number of suggestions shown.
const MOST: usize = 9;

/// Returns the byte offset of the `units`-th UTF-16 unit of a text; browsers count in UTF-16 units.
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
    // `None` until the reader enters the list: Enter must not accept what was not chosen.
    let chosen = RwSignal::new(None::<usize>);
    let offered = RwSignal::new(Vec::<Completion>::new());
    let wrong = move || store.shell.with(|s| s.filter_error.is_some());
    let line = StoredValue::new_local(Line::default());
    let set = move |text: String| {
        let filter = store.view.with_untracked(|v| v.filter.with_text(text));
        store.dispatch(Action::Set(Setting::Filter(filter)));
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
                    chosen.set(None);
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
        // After the name of a field, its values are suggested; a complete text has no suggestions until more is typed.
        if c.insert.ends_with([':', '(']) {
            look();
        } else {
            open.set(false);
            offered.set(Vec::new());
        }
    };
    let keys = move |e: leptos::ev::KeyboardEvent| {
        let count = if open.get_untracked() { offered.with_untracked(Vec::len) } else { 0 };
        let at = chosen.get_untracked();
        let proposal = |i: usize| offered.with_untracked(|all| all.get(i).cloned());
        match e.key().as_str() {
            "ArrowDown" if count > 0 => chosen.set(Some(at.map_or(0, |c| (c + 1) % count))),
            "ArrowUp" if count > 0 => chosen.set(Some(at.map_or(count - 1, |c| (c + count - 1) % count))),
            "Tab" if count > 0 && !e.shift_key() => {
                if let Some(c) = proposal(at.unwrap_or(0)) {
                    take(&c);
                }
            }
            "Enter" => match at.filter(|_| count > 0).and_then(proposal) {
                Some(c) => take(&c),
                None => {
                    open.set(false);
                    let way = if e.shift_key() { Neighbour::PreviousMatch } else { Neighbour::NextMatch };
                    store.dispatch(Action::Next(way));
                }
            },
            "Escape" if count > 0 => open.set(false),
            "Escape" if store.view.with_untracked(|v| !v.filter.text.is_empty()) => set(String::new()),
            _ => return,
        }
        e.prevent_default();
        e.stop_propagation();
    };
    let items = move || {
        offered
            .get()
            .into_iter()
            .enumerate()
            .map(|(i, c)| {
                let (word, about) = (visible(&c.insert).into_owned(), c.about.clone());
                let on = move || chosen.get() == Some(i);
                // Before the box loses the focus, and the list with it.
                let press = move |e: leptos::ev::PointerEvent| {
                    e.prevent_default();
                    take(&c);
                };
                view! { <li role="option" id=format!("makespan-proposal-{i}") class:on=on aria-selected=move || on().to_string() on:pointerdown=press><b><bdi>{word}</bdi></b><span>{about}</span></li> }
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
                type="text"
                enterkeyhint="search"
                role="combobox"
                placeholder="Filter: name, step:align, dur>p95, up(publish)  ( / )"
                aria-label="Filter tasks"
                aria-invalid=move || wrong().to_string()
                aria-expanded=move || shown().to_string()
                aria-controls="makespan-proposals"
                aria-autocomplete="list"
                aria-activedescendant=move || chosen.get().filter(|_| shown()).map(|i| format!("makespan-proposal-{i}"))
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
    fn offsets_are_converted_from_utf_16_units() {
        assert_eq!(byte_at("aé😀b", 2), 3);
        assert_eq!(byte_at("aé😀b", 4), 7);
        assert_eq!(byte_at("ab", 9), 2);
    }
}
