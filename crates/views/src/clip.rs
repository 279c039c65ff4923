//! Beginnings of foreign texts, which may be megabytes long.

use makespan_format::clip_chars;
use makespan_scene::visible;

/// Longest name within a picture, a table or a sentence, characters.
const LONGEST_NAME: usize = 120;

/// At most `most` characters of a text, and `…` where that is not all of it.
pub(crate) fn beginning(text: &str, most: usize) -> String {
    let kept = clip_chars(text, most);
    format!("{kept}{}", if kept.len() < text.len() { "…" } else { "" })
}

/// The same with hidden characters made visible: within a line, where a text must not pose as another.
pub(crate) fn shortened(text: &str, most: usize) -> String {
    visible(&beginning(text, most)).into_owned()
}

/// The beginning of a name.
pub(crate) fn shortened_name(name: &str) -> String {
    shortened(name, LONGEST_NAME)
}
