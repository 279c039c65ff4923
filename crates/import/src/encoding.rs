//! The character encoding of a text. Files in UTF-16 are decoded when they are opened (`files.rs`), so importers read
//! UTF-8 only.

use std::borrow::Cow;

/// The bytes without a UTF-8 byte order mark.
pub(crate) fn without_bom(bytes: &[u8]) -> &[u8] {
    bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes)
}

/// Returns a file as text without its byte order mark, after UTF-16 was decoded; invalid bytes become U+FFFD.
pub(crate) fn text_of(bytes: &[u8]) -> Cow<'_, str> {
    String::from_utf8_lossy(without_bom(bytes))
}

/// Whether a text is UTF-16: by its byte order mark, or by zeros where ASCII text has them. `Some(true)` is
/// big-endian.
pub(crate) fn looks_utf16(bytes: &[u8]) -> Option<bool> {
    match bytes {
        [0xff, 0xfe, ..] => Some(false),
        [0xfe, 0xff, ..] => Some(true),
        [b'{' | b'[' | b'<', 0, c, 0, ..] if *c != 0 => Some(false),
        [0, b'{' | b'[' | b'<', 0, c, ..] if *c != 0 => Some(true),
        _ => None,
    }
}

/// UTF-16 to UTF-8, half surrogate pairs and an odd last byte as U+FFFD; the byte order mark is left out.
pub(crate) fn decode_utf16(bytes: &[u8], big_endian: bool) -> String {
    let units = bytes.chunks(2).map(|pair| match *pair {
        [a, b] if big_endian => u16::from_be_bytes([a, b]),
        [a, b] => u16::from_le_bytes([a, b]),
        _ => 0xfffd,
    });
    char::decode_utf16(units.skip_while(|u| *u == 0xfeff)).map(|c| c.unwrap_or('\u{fffd}')).collect()
}
