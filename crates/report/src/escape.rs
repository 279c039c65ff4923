//! Escapes foreign text for HTML: one function for each context.
//!
//! Every invisible character (controls, direction overrides, zero-width characters) is written as a visible escape first,
//! so that no name can imitate another or reorder the text around it (Unicode Technical Report 36). To keep line breaks, use
//! [`lines`].

use makespan_scene::visible;

/// Appends text for the content of an element.
pub fn text(text: &str, out: &mut String) {
    for c in visible(text).chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            c => out.push(c),
        }
    }
}

/// Appends text for the content of an element that keeps white space (`pre`): line breaks and tabs stay.
pub fn lines(content: &str, out: &mut String) {
    for (i, line) in content.split('\n').enumerate() {
        if i > 0 {
            out.push('\n');
        }
        let line = line.strip_suffix('\r').unwrap_or(line);
        for (j, cell) in line.split('\t').enumerate() {
            if j > 0 {
                out.push('\t');
            }
            text(cell, out);
        }
    }
}

/// Appends text for an attribute value in double quotes.
pub fn attribute(text: &str, out: &mut String) {
    for c in visible(text).chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            '`' => out.push_str("&#96;"),
            c => out.push(c),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;
    use proptest::prelude::*;

    fn unescaped(html: &str) -> String {
        html.replace("&lt;", "<")
            .replace("&gt;", ">")
            .replace("&quot;", "\"")
            .replace("&#39;", "'")
            .replace("&#96;", "`")
            .replace("&amp;", "&")
    }

    proptest! {
        #[test]
        fn no_context_can_be_left(input in "\\PC*|[<>&\"'`/!\\-a-z=\\s\u{0}-\u{20}\u{202a}-\u{202e}]*") {
            let (mut content, mut value, mut block) = (String::new(), String::new(), String::new());
            text(&input, &mut content);
            attribute(&input, &mut value);
            lines(&input, &mut block);
            for out in [&content, &value, &block] {
                prop_assert!(!out.contains(['<', '>', '\u{0}', '\u{202e}']), "{out}");
                let bare = out.match_indices('&').all(|(i, _)| {
                    ["&amp;", "&lt;", "&gt;", "&quot;", "&#39;", "&#96;"].iter().any(|e| out[i..].starts_with(e))
                });
                prop_assert!(bare, "{out}");
            }
            prop_assert!(!value.contains(['"', '\'', '`', '\n']), "{value}");
            prop_assert_eq!(unescaped(&content), visible(&input).into_owned());
            prop_assert_eq!(unescaped(&value), visible(&input).into_owned());
        }
    }

    #[test]
    fn line_breaks_stay_only_where_they_are_wanted() {
        let (mut content, mut block) = (String::new(), String::new());
        text("a\nb\t<", &mut content);
        lines("a\r\nb\t<\u{1b}[2J", &mut block);
        assert_eq!(content, "a\\nb\\t&lt;");
        assert_eq!(block, "a\nb\t&lt;\\u{1b}[2J");
    }
}
