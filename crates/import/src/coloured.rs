//! Text as programs print it to terminals.

use std::borrow::Cow;

/// Returns the text without the escape sequences that colour it.
pub(crate) fn plain(text: &str) -> Cow<'_, str> {
    if !text.contains('\u{1b}') {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('\u{1b}') {
        out.push_str(before);
        let end = after.find(|c: char| c.is_ascii_alphabetic()).map_or(after.len(), |i| i + 1);
        rest = &after[end..];
    }
    out.push_str(rest);
    Cow::Owned(out)
}

/// Returns the text of a file without the escape sequences that colour it.
pub(crate) fn plain_of(text: Cow<'_, str>) -> Cow<'_, str> {
    match text {
        Cow::Borrowed(text) => plain(text),
        Cow::Owned(text) if text.contains('\u{1b}') => Cow::Owned(plain(&text).into_owned()),
        Cow::Owned(text) => Cow::Owned(text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_are_removed_from_text() {
        assert_eq!(plain("\u{1b}[31mred\u{1b}[39m text"), "red text");
        assert_eq!(plain("cut \u{1b}[3"), "cut ");
        assert!(matches!(plain("bare"), Cow::Borrowed("bare")));
        assert_eq!(plain_of(Cow::Owned("\u{1b}[1mbold".to_owned())), "bold");
    }
}
