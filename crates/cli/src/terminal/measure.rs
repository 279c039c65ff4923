//! How many columns a text takes in a terminal, and texts made to fit.

use unicode_width::{UnicodeWidthChar as _, UnicodeWidthStr as _};

/// How many columns a text takes: two for what terminals draw wide, none for combining marks (Unicode Standard Annex 11).
pub(crate) fn columns(text: &str) -> usize {
    text.width()
}

/// The text in exactly that many columns: filled with spaces, or cut in its middle.
pub(crate) fn fitted(text: &str, width: usize) -> String {
    let broad = columns(text);
    if broad <= width {
        return format!("{text}{}", " ".repeat(width - broad));
    }
    let room = width.saturating_sub(1);
    let head = taken(text.chars(), room.div_ceil(2));
    let tail: String = taken(text.chars().rev(), room / 2).chars().rev().collect();
    filled(&format!("{head}…{tail}"), width)
}

/// The text in at most that many columns: cut at its end.
pub(crate) fn clipped(text: &str, width: usize) -> String {
    if columns(text) <= width {
        return text.to_owned();
    }
    format!("{}…", taken(text.chars(), width.saturating_sub(1)).trim_end())
}

/// The text at the left end of that many columns.
pub(super) fn filled(text: &str, width: usize) -> String {
    format!("{text}{}", " ".repeat(width.saturating_sub(columns(text))))
}

/// The text at the right end of that many columns.
pub(super) fn right(text: &str, width: usize) -> String {
    format!("{}{text}", " ".repeat(width.saturating_sub(columns(text))))
}

/// The first characters that fit into so many columns.
fn taken(chars: impl Iterator<Item = char>, width: usize) -> String {
    let mut left = width;
    chars
        .take_while(|c| {
            let rest = left.checked_sub(c.width().unwrap_or(0));
            left = rest.unwrap_or(0);
            rest.is_some()
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_fit_their_columns() {
        assert_eq!(fitted("abc", 5), "abc  ");
        assert_eq!(fitted("abcdefgh", 5), "ab…gh");
        assert_eq!(fitted("清洗数据步骤", 6), "清…骤 ");
        assert_eq!(columns("e\u{301} 🚀"), 4);
        assert_eq!(right("abc", 5), "  abc");
        assert_eq!((clipped("ab cd", 4), clipped("ab cd", 5)), ("ab…".to_owned(), "ab cd".to_owned()));
        for width in 1..12 {
            assert_eq!(columns(&fitted("clean_α 🚀 数据 and more", width)), width);
            assert!(columns(&clipped("数据 🚀 and more", width)) <= width);
        }
    }
}
