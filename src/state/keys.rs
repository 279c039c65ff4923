//! The keys of actions: those of the table, and the reader's own.

use makespan_views::View;

use super::actions::{ACTIONS, Action, Bound};
use super::combo::Combo;

/// The reader's own keys, by index of the action in [`ACTIONS`]; `None` for no key.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct KeyMap(Vec<(usize, Option<Combo>)>);

/// Returns the default key of an action.
fn usual(bound: &Bound) -> Combo {
    Combo { code: bound.code.to_owned(), shift: bound.shift, ctrl: bound.ctrl }
}

/// Returns the name of an action in the browser's storage: its default key, and the view in which it applies.
fn name(bound: &Bound) -> String {
    let view = bound.only.map_or_else(String::new, |view| format!("@{}", view.name()));
    format!("{}{view}", bound.keys)
}

impl KeyMap {
    /// Reads what [`KeyMap::stored`] writes; entries that are unknown or invalid are ignored.
    pub(crate) fn read(text: &str) -> KeyMap {
        let mut map = KeyMap::default();
        for (action, key) in text.split(';').filter_map(|entry| entry.split_once('>')) {
            if let Some(at) = ACTIONS.iter().position(|b| name(b) == action) {
                map.0.retain(|(other, _)| *other != at);
                map.0.push((at, Combo::read(key)));
            }
        }
        map
    }

    /// Returns the map as text for the browser's storage.
    pub(crate) fn stored(&self) -> String {
        let entry = |(at, key): &(usize, Option<Combo>)| {
            let key = key.as_ref().map_or_else(String::new, Combo::stored);
            Some(format!("{}>{key}", name(ACTIONS.get(*at)?)))
        };
        self.0.iter().filter_map(entry).collect::<Vec<_>>().join(";")
    }

    /// Returns whether all actions have their default keys.
    pub(crate) fn is_default(&self) -> bool {
        self.0.is_empty()
    }

    /// Returns the key of an action, by its index.
    pub(crate) fn key(&self, at: usize) -> Option<Combo> {
        match self.0.iter().find(|(own, _)| *own == at) {
            Some((_, key)) => key.clone(),
            None => ACTIONS.get(at).map(usual),
        }
    }

    /// Returns the label of the key of an action; empty without one.
    pub(crate) fn label(&self, at: usize) -> String {
        let is_own = self.0.iter().any(|(own, _)| *own == at);
        match ACTIONS.get(at) {
            Some(bound) if !is_own => bound.keys.to_owned(),
            _ => self.key(at).map_or_else(String::new, |key| key.label()),
        }
    }

    /// Returns a remark with the current key of the action that has these keys by default: "Theme (Shift T)".
    pub(crate) fn hint(&self, about: &str, keys: &str) -> String {
        let label = ACTIONS.iter().position(|b| b.keys == keys).map(|at| self.label(at));
        match label.unwrap_or_else(|| keys.to_owned()) {
            none if none.is_empty() => about.to_owned(),
            label => format!("{about} ({label})"),
        }
    }

    /// Gives a key to an action, or takes it away. An action of the same view that has this key loses it and is
    /// returned.
    pub(crate) fn set(&mut self, at: usize, key: Option<Combo>) -> Option<usize> {
        let only = ACTIONS.get(at)?.only;
        let other = key.as_ref().and_then(|key| {
            let is_same =
                |i: &usize| *i != at && ACTIONS[*i].only == only && self.key(*i).as_ref() == Some(key);
            (0..ACTIONS.len()).find(is_same)
        });
        self.put(at, key);
        if let Some(other) = other {
            self.put(other, None);
        }
        other
    }

    fn put(&mut self, at: usize, key: Option<Combo>) {
        self.0.retain(|(own, _)| *own != at);
        if key != ACTIONS.get(at).map(usual) {
            self.0.push((at, key));
        }
    }

    /// Returns the action of a key in a view.
    pub(crate) fn find(&self, view: View, code: &str, key: &str, shift: bool, ctrl: bool) -> Option<Action> {
        // `?` and `/` are on other keys in other layouts, so their label counts.
        let (code, shift) = match key {
            "?" => ("Slash", true),
            "/" => ("Slash", false),
            "[" => ("BracketLeft", false),
            "]" => ("BracketRight", false),
            _ => (code, shift),
        };
        let has_key = |at: &usize| match self.0.iter().find(|(own, _)| own == at) {
            Some((_, own)) => {
                own.as_ref().is_some_and(|k| k.code == code && k.shift == shift && k.ctrl == ctrl)
            }
            None => ACTIONS[*at].code == code && ACTIONS[*at].shift == shift && ACTIONS[*at].ctrl == ctrl,
        };
        let here = |at: &usize| ACTIONS[*at].only.is_none_or(|only| only == view);
        let bound = (0..ACTIONS.len()).filter(here).filter(has_key);
        bound.max_by_key(|at| ACTIONS[*at].only.is_some()).map(|at| ACTIONS[at].action.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(keys: &str, only: Option<View>) -> usize {
        ACTIONS.iter().position(|b| b.keys == keys && b.only == only).unwrap_or(usize::MAX)
    }

    #[test]
    fn every_key_has_one_meaning() {
        for (i, a) in ACTIONS.iter().enumerate() {
            for b in &ACTIONS[i + 1..] {
                assert!((usual(a), a.only) != (usual(b), b.only), "{} is bound twice", a.keys);
                assert!(name(a) != name(b), "{} is the name of two actions", name(a));
            }
        }
        let keys = KeyMap::default();
        let find = |code, key, shift, ctrl| keys.find(View::Graph, code, key, shift, ctrl);
        assert_eq!(find("Minus", "?", true, false), Some(Action::Help));
        assert_eq!(find("KeyC", "c", false, false), Some(Action::Critical));
        assert_eq!(find("KeyC", "c", false, true), None);
        assert_eq!(find("KeyM", "m", false, false), Some(Action::Matrix));
        assert_eq!(keys.find(View::Timeline, "KeyM", "m", false, false), Some(Action::Mark));
    }

    #[test]
    fn an_own_key_replaces_the_default_and_takes_it_from_others() {
        let mut keys = KeyMap::default();
        let (critical, theme) = (at("C", None), at("Shift T", None));
        assert_eq!(keys.set(critical, Combo::pressed("KeyT", true, false)), Some(theme));
        assert_eq!(keys.find(View::Graph, "KeyT", "T", true, false), Some(Action::Critical));
        assert_eq!(keys.find(View::Graph, "KeyC", "c", false, false), None);
        assert_eq!((keys.label(critical), keys.label(theme)), ("Shift T".to_owned(), String::new()));
        assert_eq!(keys.hint("Theme", "Shift T"), "Theme");
        assert_eq!(keys.hint("Critical path", "C"), "Critical path (Shift T)");
        assert_eq!(KeyMap::read(&keys.stored()), keys);
        let back = |keys: &mut KeyMap, i: usize| keys.set(i, ACTIONS.get(i).map(usual));
        back(&mut keys, critical);
        back(&mut keys, theme);
        assert!(keys.is_default());
    }

    #[test]
    fn keys_of_one_view_do_not_take_those_of_others() {
        let mut keys = KeyMap::default();
        let mark = at("M", Some(View::Timeline));
        assert_eq!(keys.set(mark, Combo::pressed("KeyC", false, false)), None);
        assert_eq!(keys.find(View::Timeline, "KeyC", "c", false, false), Some(Action::Mark));
        assert_eq!(keys.find(View::Timeline, "KeyM", "m", false, false), Some(Action::Matrix));
        assert_eq!(keys.find(View::Graph, "KeyC", "c", false, false), Some(Action::Critical));
    }

    #[test]
    fn invalid_stored_keys_are_ignored() {
        for text in ["", "C", "C>", "nothing>:KeyQ", "C>x", "C>:Tab;C>:Escape", ">;>", "C>s:ShiftLeft"] {
            let keys = KeyMap::read(text);
            let is_off = text.starts_with("C>");
            assert_eq!(keys.label(at("C", None)).is_empty(), is_off, "{text}");
            assert_eq!(KeyMap::read(&keys.stored()), keys);
        }
    }
}
