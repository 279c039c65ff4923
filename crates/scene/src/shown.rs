//! Limits how much of a text is shown.

use std::borrow::Cow;

use crate::scale::counted;

/// Longest text that is shown, bytes. Names of a file may have megabytes, which no one reads and every layer would copy.
const LONGEST_SHOWN: usize = 4096;

/// Returns the text to show: the first 4 KiB, then the total length if there is more.
pub fn shown(text: &str) -> Cow<'_, str> {
    if text.len() <= LONGEST_SHOWN {
        return Cow::Borrowed(text);
    }
    let kept = &text[..text.floor_char_boundary(LONGEST_SHOWN)];
    Cow::Owned(format!("{kept}… ({} in all)", counted(text.len(), "byte")))
}

/// The same of a string, which stays as it is where all of it is shown.
pub fn shown_string(text: String) -> String {
    if text.len() <= LONGEST_SHOWN { text } else { shown(&text).into_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_text_is_shown_by_its_beginning_and_its_length() {
        assert_eq!(shown("short"), "short");
        let long = "é".repeat(4000);
        let text = shown(&long);
        assert!(text.starts_with("éé") && text.ends_with("é… (8,000 bytes in all)"), "{text}");
        assert!(text.len() < LONGEST_SHOWN + 40);
    }
}
