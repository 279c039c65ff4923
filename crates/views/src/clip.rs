//! Prefixes of foreign texts, which may be megabytes long.

use makespan_format::clip_chars;
use makespan_scene::visible;

/// Maximum length of a name in a picture, a table or a sentence, in characters.
const LONGEST_NAME: usize = 120;

/// Returns at most `most` characters of a text, with `…` if it was cut.
pub(crate) fn beginning(text: &str, most: usize) -> String {
    let kept = clip_chars(text, most);
    format!("{kept}{}", if kept.len() < text.len() { "…" } else { "" })
}

/// Does the same and makes hidden characters visible, for texts within a line, where one text must not imitate another.
pub(crate) fn shortened(text: &str, most: usize) -> String {
    visible(&beginning(text, most)).into_owned()
}

/// Does the same for messages, which have several lines: a blank takes the place of each line break.
pub(crate) fn in_a_line(text: &str, most: usize) -> String {
    let text = beginning(text, most);
    let lines = text.split(['\n', '\r', '\t']).map(str::trim).filter(|line| !line.is_empty());
    visible(&lines.collect::<Vec<_>>().join(" ")).into_owned()
}

/// Shortens a name.
pub(crate) fn shortened_name(name: &str) -> String {
    shortened(name, LONGEST_NAME)
}
