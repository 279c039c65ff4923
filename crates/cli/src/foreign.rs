//! Foreign text, made fit for a terminal.

use makespan_scene::visible;
pub(crate) use makespan_server::documents::inert_json;

/// The longest foreign text in a line for people, in characters.
const SHOWN: usize = 300;

/// Foreign text for a terminal: hidden characters (escape sequences, direction overrides) as visible escapes, and not
/// endlessly long.
pub(crate) fn clean(text: &str) -> String {
    let text = visible(text);
    match text.char_indices().nth(SHOWN) {
        None => text.into_owned(),
        Some((at, _)) => format!("{}…", &text[..at]),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn terminals_obey_nothing_of_it() {
        assert_eq!(clean("a\u{1b}]52;c;x\u{7}\u{202e}"), "a\\u{1b}]52;c;x\\u{7}\\u{202e}");
        assert_eq!(clean(&"x".repeat(1000)).chars().count(), SHOWN + 1);
        let json = serde_json::to_string_pretty(&["\u{9b}2J", "\u{202e}\u{e0001}", "plain ü\n"]).unwrap();
        let inert = inert_json(&json);
        assert!(!inert.contains(['\u{9b}', '\u{202e}', '\u{e0001}']));
        let (before, after): (Vec<String>, Vec<String>) =
            (serde_json::from_str(&json).unwrap(), serde_json::from_str(&inert).unwrap());
        assert_eq!(before, after);
    }
}
