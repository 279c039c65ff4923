//! Foreign text into XML.

use makespan_scene::visible;

/// Text for an element of XML 1.0 or for an attribute in double quotes: hidden and illegal characters become visible
/// escapes or are left out.
pub fn xml(text: &str) -> String {
    visible(text).chars().filter(|c| !matches!(c, '\u{fffe}' | '\u{ffff}')).fold(
        String::new(),
        |mut out, c| {
            match c {
                '&' => out.push_str("&amp;"),
                '<' => out.push_str("&lt;"),
                '>' => out.push_str("&gt;"),
                '"' => out.push_str("&quot;"),
                c => out.push(c),
            }
            out
        },
    )
}
