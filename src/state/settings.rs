//! Settings of the reader for all runs, stored in the browser, not in links.

use super::drag::Drag;
use super::keys::KeyMap;

/// Settings of the reader.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Settings {
    /// The effect of a drag.
    pub(crate) drag: Drag,
    /// Whether single-character keys are active. People who dictate text, or use other programs with such keys, may
    /// want them off (WCAG 2.1.4).
    pub(crate) keys: bool,
    /// The keys of actions.
    pub(crate) key_map: KeyMap,
    /// Whether open files are kept in the browser for a reload.
    pub(crate) keep: bool,
    /// Whether a graph larger than its window has a small map in the corner.
    pub(crate) map: bool,
}

impl Default for Settings {
    fn default() -> Settings {
        Settings { drag: Drag::default(), keys: true, key_map: KeyMap::default(), keep: true, map: true }
    }
}

impl Settings {
    /// Reads the settings from the browser's storage; invalid values count as not set.
    pub(crate) fn read(stored: impl Fn(&str) -> Option<String>) -> Settings {
        let drag = stored("drag").and_then(|name| Drag::ALL.into_iter().find(|d| d.0.name() == name));
        Settings {
            drag: drag.map_or_else(Drag::default, |d| d.0),
            keys: stored("keys").as_deref() != Some("off"),
            key_map: stored("key-map").map_or_else(KeyMap::default, |text| KeyMap::read(&text)),
            keep: stored("keep").as_deref() != Some("off"),
            map: stored("graph-map").as_deref() != Some("off"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stored_settings_are_read_and_invalid_ones_ignored() {
        let read = |drag: &'static str, switch: &'static str| {
            Settings::read(move |name| Some(if name == "drag" { drag } else { switch }.to_owned()))
        };
        assert_eq!(
            read("moves", "off"),
            Settings { drag: Drag::Moves, keys: false, keep: false, map: false, ..Settings::default() }
        );
        assert_eq!(read("?", "?"), Settings::default());
        assert_eq!(Settings::read(|_| None), Settings::default());
    }
}
