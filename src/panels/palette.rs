//! The palette: finds commands, tasks, steps, runs and queries by a few letters.

use std::rc::Rc;

use leptos::prelude::*;
use makespan_engine::{Answer, FoundItem, Leads, Question};
use makespan_scene::visible;

use crate::asking::asked;
use crate::platform::dom;
use crate::state::actions::{ACTIONS, Action, Setting};
use crate::state::markers::MarkerAct;
use crate::state::phase::Phase;
use crate::state::store::Store;
use crate::widgets::Dialog;

/// Maximum number of commands listed beside the contents of the run.
const COMMANDS: usize = 8;

/// An entry of the palette.
#[derive(Clone, Debug, PartialEq)]
struct Item {
    title: String,
    about: String,
    action: Action,
}

/// Returns the commands that contain all words of a text; after `>` all of them, otherwise the first few.
fn commands(text: &str) -> Vec<Item> {
    let (text, most) = match text.trim_start().strip_prefix('>') {
        Some(rest) => (rest, usize::MAX),
        None if text.trim().is_empty() => (text, usize::MAX),
        None => (text, COMMANDS),
    };
    let words: Vec<String> = text.split_whitespace().map(str::to_lowercase).collect();
    let mut seen: Vec<&str> = Vec::new();
    let mut out = Vec::new();
    for bound in ACTIONS {
        let line = format!("{} {}", bound.group, bound.about).to_lowercase();
        if words.iter().all(|w| line.contains(w)) && !seen.contains(&bound.about) {
            seen.push(bound.about);
            let title = format!("{}: {}", bound.group, bound.about);
            out.push(Item { title, about: bound.keys.to_owned(), action: bound.action.clone() });
        }
    }
    out.truncate(most);
    out
}

/// Returns the markers of the run whose time or note contains all words of a text.
fn markers(all: &[(usize, String, String)], text: &str) -> Vec<Item> {
    let words: Vec<String> = text.split_whitespace().map(str::to_lowercase).collect();
    let is_meant = |line: &str| !words.is_empty() && words.iter().all(|w| line.contains(w));
    all.iter()
        .filter(|(_, when, note)| is_meant(&format!("marker {when} {note}").to_lowercase()))
        .map(|(place, when, note)| Item {
            title: if note.is_empty() { "Marker".to_owned() } else { note.clone() },
            about: format!("marker · {when}"),
            action: Action::Marker(MarkerAct::Open(*place)),
        })
        .collect()
}

fn item(store: Store, found: &FoundItem) -> Item {
    let action = match &found.leads {
        Leads::Task(row) => Action::Select(Some(*row)),
        Leads::Query(text) => {
            Action::Set(Setting::Filter(store.view.with_untracked(|v| v.filter.with_text(text.clone()))))
        }
        Leads::Run(number) => Action::ShowRun(*number),
    };
    Item { title: visible(&found.title).into_owned(), about: found.about.clone(), action }
}

/// The sheet.
#[component]
pub(crate) fn Palette(store: Store) -> impl IntoView {
    let text = RwSignal::new(String::new());
    let at = RwSignal::new(0usize);
    let ready = move || store.phase.with(|p| *p == Phase::Ready);
    let found = asked(
        store,
        move || {
            let text = text.get();
            let asks = ready() && !text.trim().is_empty() && !text.starts_with('>');
            asks.then(|| Question::Find { view: store.view.get_untracked(), text })
        },
        |answer| if let Answer::Found(all) = answer { Some(all) } else { None },
    );
    let items = Memo::new(move |_| {
        let text = text.get();
        let is_of_run = text.starts_with(['#', '@', ':']);
        let mut all = Vec::new();
        if !text.trim().is_empty() && !text.starts_with('>') {
            let found = found.get().unwrap_or_else(|| Rc::new(Vec::new()));
            all.extend(found.iter().map(|f| item(store, f)));
        }
        if !is_of_run {
            all.extend(store.shell.with(|s| markers(&s.markers, &text)));
            all.extend(commands(&text));
        }
        all
    });
    Effect::new(move |_| {
        items.track();
        at.set(0);
    });
    let close = move || store.dispatch(Action::Palette);
    let take = move |i: usize| {
        if let Some(item) = items.with_untracked(|all| all.get(i).cloned()) {
            close();
            store.dispatch(item.action);
        }
    };
    let go = move |to: usize| {
        at.set(to);
        dom::bring_into_view(&format!("makespan-found-{to}"));
    };
    let keys = move |e: leptos::ev::KeyboardEvent| {
        let (count, now) = (items.with_untracked(Vec::len), at.get_untracked());
        match e.key().as_str() {
            "ArrowDown" if count > 0 => go((now + 1) % count),
            "ArrowUp" if count > 0 => go((now + count - 1) % count),
            "Enter" => take(now),
            _ => return,
        }
        e.prevent_default();
        e.stop_propagation();
    };
    let options = move || {
        let all = items.get().into_iter().enumerate();
        all.map(|(i, item)| {
            let on = move || at.get() == i;
            let press = move |e: leptos::ev::PointerEvent| {
                e.prevent_default();
                take(i);
            };
            view! { <li role="option" id=format!("makespan-found-{i}") class:on=on aria-selected=move || on().to_string() on:pointerdown=press><b><bdi>{item.title}</bdi></b><span>{item.about}</span></li> }
        })
        .collect::<Vec<_>>()
    };
    let count = move || makespan_scene::counted(items.with(Vec::len), "result");
    view! {
        <Dialog label="Commands and search" class="sheet palette" close=close>
            <input type="text" class="filter" autofocus role="combobox" aria-expanded="true" aria-controls="makespan-found" aria-autocomplete="list"
                aria-label="Commands, tasks, steps, runs" autocomplete="off" spellcheck="false"
                placeholder="Commands, tasks, steps, runs ( > commands, # tasks, @ runs, : query )"
                aria-activedescendant=move || items.with(|all| !all.is_empty()).then(|| format!("makespan-found-{}", at.get()))
                on:input=move |e| text.set(event_target_value(&e)) on:keydown=keys/>
            <ul id="makespan-found" class="found" role="listbox" aria-label="Results">{options}</ul>
            <p class="hidden" role="status">{count}</p>
        </Dialog>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_are_found_by_their_words() {
        let first = |text: &str| commands(text).into_iter().next().map(|i| i.action);
        assert_eq!(first("link copy"), Some(Action::CopyLink));
        assert_eq!(first(">theme"), Some(Action::Theme));
        let noted =
            [(3, "+5 s".to_owned(), "Deploy <began>".to_owned()), (0, "+9 s".to_owned(), String::new())];
        let of = |text: &str| markers(&noted, text).into_iter().map(|i| i.title).collect::<Vec<_>>();
        assert_eq!(of("deploy"), ["Deploy <began>"]);
        assert_eq!((of("marker").len(), of("").len(), of(">marker").len()), (2, 0, 0));
        assert_eq!(first("nothing of the kind"), None);
        assert!(commands("e").len() <= COMMANDS && commands("").len() > 30);
    }
}
