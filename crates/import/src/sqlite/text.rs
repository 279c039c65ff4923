//! Text in the encoding of a database.

use std::borrow::Cow;

/// The encoding all texts of one database share.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Encoding {
    #[default]
    Utf8,
    Utf16Le,
    Utf16Be,
}

impl Encoding {
    /// The text, and whether any of it was invalid and is U+FFFD now.
    pub(super) fn decode(self, bytes: &[u8]) -> (Cow<'_, str>, bool) {
        let unit = match self {
            Encoding::Utf8 => {
                let text = String::from_utf8_lossy(bytes);
                let replaced = matches!(text, Cow::Owned(_));
                return (text, replaced);
            }
            Encoding::Utf16Le => u16::from_le_bytes,
            Encoding::Utf16Be => u16::from_be_bytes,
        };
        let mut pairs = bytes.chunks_exact(2);
        let odd = !pairs.remainder().is_empty();
        let units = pairs.by_ref().filter_map(|pair| pair.try_into().ok()).map(unit);
        let mut text = String::with_capacity(bytes.len() / 2);
        let mut replaced = odd;
        for decoded in char::decode_utf16(units) {
            replaced |= decoded.is_err();
            text.push(decoded.unwrap_or(char::REPLACEMENT_CHARACTER));
        }
        if odd {
            text.push(char::REPLACEMENT_CHARACTER);
        }
        (Cow::Owned(text), replaced)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;

    #[test]
    fn invalid_text_is_replaced_and_reported() {
        assert_eq!(Encoding::Utf8.decode(b"a\xffb"), ("a\u{fffd}b".into(), true));
        assert_eq!(Encoding::Utf8.decode("é".as_bytes()), ("é".into(), false));
        assert_eq!(Encoding::Utf16Le.decode(&[0x3d, 0xd8, 0x00, 0xde]), ("😀".into(), false));
        assert_eq!(Encoding::Utf16Be.decode(&[0xd8, 0x3d, 0xde, 0x00]), ("😀".into(), false));
        assert_eq!(Encoding::Utf16Be.decode(&[0xd8, 0x3d, 0x00, 0x41]), ("\u{fffd}A".into(), true));
        assert_eq!(Encoding::Utf16Le.decode(&[0x41, 0x00, 0x42]), ("A\u{fffd}".into(), true));
    }
}
