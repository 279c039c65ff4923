//! The palette: finds commands, tasks, steps, runs and queries by a few letters.

use std::rc::Rc;

use leptos::prelude::*;
use makespan_engine::{Answer, FoundItem, Leads, Question};
use makespan_scene::visible;

use crate::asking::asked;
use crate::state::actions::{ACTIONS, Action, Setting};
use crate::state::keys::KeyMap;
use crate::state::markers::MarkerAct;
use crate::state::phase::Phase;
use crate::state::store::Store;
use crate::widgets::{Dialog, Finder};

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
fn commands(text: &str, keys: &KeyMap) -> Vec<Item> {
    let (text, most) = match text.trim_start().strip_prefix('>') {
        Some(rest) => (rest, usize::MAX),
        None if text.trim().is_empty() => (text, usize::MAX),
        None => (text, COMMANDS),
    };
    let words: Vec<String> = text.split_whitespace().map(str::to_lowercase).collect();
    let mut seen: Vec<&str> = Vec::new();
    let mut out = Vec::new();
    for (at, bound) in ACTIONS.iter().enumerate() {
        let line = format!("{} {}", bound.group, bound.about).to_lowercase();
        if words.iter().all(|w| line.contains(w)) && !seen.contains(&bound.about) {
            seen.push(bound.about);
            let title = format!("{}: {}", bound.group, bound.about);
            out.push(Item { title, about: keys.label(at), action: bound.action.clone() });
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
            all.extend(store.keys.with(|keys| commands(&text, keys)));
        }
        all
    });
    let close = move || store.dispatch(Action::Palette);
    let take = move |i: usize| {
        if let Some(item) = items.with_untracked(|all| all.get(i).cloned()) {
            close();
            store.dispatch(item.action);
        }
    };
    let listed = Signal::derive(move || {
        items.with(|all| all.iter().map(|i| (i.title.clone(), i.about.clone())).collect())
    });
    view! {
        <Dialog label="Commands and search" class="sheet palette" close=close>
            <Finder label="Commands, tasks, steps, runs" placeholder="Commands, tasks, steps, runs ( > commands, # tasks, @ runs, : query )"
                text=text items=listed take=take/>
        </Dialog>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_are_found_by_their_words() {
        let keys = KeyMap::default();
        let first = |text: &str| commands(text, &keys).into_iter().next().map(|i| i.action);
        assert_eq!(first("link copy"), Some(Action::CopyLink));
        assert_eq!(first(">theme"), Some(Action::Theme));
        let noted =
            [(3, "+5 s".to_owned(), "Deploy <began>".to_owned()), (0, "+9 s".to_owned(), String::new())];
        let of = |text: &str| markers(&noted, text).into_iter().map(|i| i.title).collect::<Vec<_>>();
        assert_eq!(of("deploy"), ["Deploy <began>"]);
        assert_eq!((of("marker").len(), of("").len(), of(">marker").len()), (2, 0, 0));
        assert_eq!(first("nothing of the kind"), None);
        assert!(commands("e", &keys).len() <= COMMANDS && commands("", &keys).len() > 30);
    }
}
