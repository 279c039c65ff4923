//! Fields that never make their record unreadable.

use std::borrow::Cow;
use std::fmt;

use serde::de::{Deserialize, Deserializer, Visitor};
use serde_json::value::RawValue;

/// A member's key, borrowed where it has no escapes.
pub(crate) struct MemberName<'a>(pub(crate) Cow<'a, str>);

impl<'de> Deserialize<'de> for MemberName<'de> {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<MemberName<'de>, D::Error> {
        struct KeyVisitor;
        impl<'de> Visitor<'de> for KeyVisitor {
            type Value = MemberName<'de>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a key")
            }
            fn visit_borrowed_bytes<E>(self, v: &'de [u8]) -> Result<MemberName<'de>, E> {
                Ok(MemberName(String::from_utf8_lossy(v)))
            }
            fn visit_bytes<E>(self, v: &[u8]) -> Result<MemberName<'de>, E> {
                Ok(MemberName(Cow::Owned(String::from_utf8_lossy(v).into_owned())))
            }
        }
        // As bytes, since as a string a key with half a surrogate pair would cost the whole object.
        d.deserialize_bytes(KeyVisitor)
    }
}

fn any<'de, D: Deserializer<'de>>(d: D) -> Result<&'de str, D::Error> {
    <&RawValue>::deserialize(d).map(RawValue::get)
}

/// A field with text: strings as they are, numbers and booleans as they are written, `None` for `null`, arrays and
/// objects. Borrows if the string has no escapes.
pub fn text<'de, D: Deserializer<'de>>(d: D) -> Result<Option<Cow<'de, str>>, D::Error> {
    any(d).map(text_of_str)
}

/// A field with a number, or a string that contains one; `None` for anything else, and for values that are not finite.
pub fn number<'de, D: Deserializer<'de>>(d: D) -> Result<Option<f64>, D::Error> {
    any(d).map(number_of_str)
}

/// A field with an integer, or a string that contains one; `None` for anything else, and for values outside the range
/// of `i64`.
pub fn whole<'de, D: Deserializer<'de>>(d: D) -> Result<Option<i64>, D::Error> {
    any(d).map(whole_of_str)
}

/// A field with a boolean: as such, as 0 or 1, or as a word (`true`, `yes` …); `None` for anything else.
pub fn flag<'de, D: Deserializer<'de>>(d: D) -> Result<Option<bool>, D::Error> {
    any(d).map(flag_of_str)
}

/// A field with any JSON; `None` for `null`.
pub fn raw<'de, D: Deserializer<'de>>(d: D) -> Result<Option<&'de RawValue>, D::Error> {
    <&RawValue>::deserialize(d).map(|r| Some(r).filter(|r| r.get() != "null"))
}

/// Does the same as [`text()`] for a parsed value.
pub fn text_of(value: &RawValue) -> Option<Cow<'_, str>> {
    text_of_str(value.get())
}

/// Does the same as [`number()`] for a parsed value.
pub fn number_of(value: &RawValue) -> Option<f64> {
    number_of_str(value.get())
}

/// Does the same as [`whole()`] for a parsed value.
pub fn whole_of(value: &RawValue) -> Option<i64> {
    whole_of_str(value.get())
}

/// Does the same as [`flag()`] for a parsed value.
pub fn flag_of(value: &RawValue) -> Option<bool> {
    flag_of_str(value.get())
}

fn text_of_str(json: &str) -> Option<Cow<'_, str>> {
    match json.as_bytes().first()? {
        b'"' => {
            let inner = json.get(1..json.len().checked_sub(1)?)?;
            Some(if memchr::memchr(b'\\', inner.as_bytes()).is_none() {
                Cow::Borrowed(inner)
            } else {
                Cow::Owned(unescape(inner))
            })
        }
        b'[' | b'{' | b'n' => None,
        _ => Some(Cow::Borrowed(json)),
    }
}

pub(super) fn number_of_str(json: &str) -> Option<f64> {
    let text = match json.as_bytes().first()? {
        b'"' => json.trim_matches('"').trim(),
        b'-' | b'0'..=b'9' => json,
        _ => return None,
    };
    if let Some(plain) = plain_decimal(text) {
        return Some(plain);
    }
    // Rust reads "inf" and "nan" as numbers.
    if text.bytes().any(|b| b.is_ascii_alphabetic() && !matches!(b, b'e' | b'E')) {
        return None;
    }
    text.parse().ok().filter(|n: &f64| n.is_finite())
}

/// A decimal of at most 15 digits: both its digits and the power of ten are exact as `f64`, and so is their quotient
/// but for one rounding (Clinger, "How to read floating point numbers accurately", 1990). `None` for any other text.
fn plain_decimal(text: &str) -> Option<f64> {
    let bytes = text.as_bytes();
    let negative = bytes.first() == Some(&b'-');
    let (mut digits, mut count, mut fraction) = (0u64, 0, None);
    for byte in &bytes[usize::from(negative)..] {
        match byte {
            b'0'..=b'9' if count < 15 => {
                digits = digits * 10 + u64::from(byte - b'0');
                count += 1;
            }
            b'.' if fraction.is_none() && count > 0 => fraction = Some(count),
            _ => return None,
        }
    }
    const POWERS: [f64; 16] =
        [1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15];
    if count == 0 {
        return None;
    }
    let value = digits as f64 / POWERS.get(count - fraction.unwrap_or(count))?;
    Some(if negative { -value } else { value })
}

pub(super) fn whole_of_str(json: &str) -> Option<i64> {
    let text = json.trim_matches('"').trim();
    match text.parse::<i64>() {
        Ok(n) => Some(n),
        Err(_) => number_of_str(json).filter(|n| n.fract() == 0.0 && n.abs() < 9.2e18).map(|n| n as i64),
    }
}

fn flag_of_str(json: &str) -> Option<bool> {
    match json.trim_matches('"') {
        "true" | "True" | "TRUE" | "yes" | "1" => Some(true),
        "false" | "False" | "FALSE" | "no" | "0" => Some(false),
        _ => None,
    }
}

/// The text of a string's escapes, half a surrogate pair as U+FFFD.
pub(super) fn unescape(inner: &str) -> String {
    let mut out = String::with_capacity(inner.len());
    let mut rest = inner;
    while let Some(at) = memchr::memchr(b'\\', rest.as_bytes()) {
        out.push_str(&rest[..at]);
        let code = rest.as_bytes().get(at + 1).copied().unwrap_or(b'\\');
        let mut used = at + 2;
        match code {
            b'n' => out.push('\n'),
            b't' => out.push('\t'),
            b'r' => out.push('\r'),
            b'b' => out.push('\u{8}'),
            b'f' => out.push('\u{c}'),
            b'u' => {
                let unit =
                    |from: usize| rest.get(from..from + 4).and_then(|h| u16::from_str_radix(h, 16).ok());
                let first = unit(used).unwrap_or(0xfffd);
                used += 4;
                let second = if rest.get(used..used + 2) == Some("\\u") { unit(used + 2) } else { None };
                match (first, second) {
                    (0xd800..=0xdbff, Some(low @ 0xdc00..=0xdfff)) => {
                        let high = u32::from(first) - 0xd800;
                        let c = 0x10000 + (high << 10) + (u32::from(low) - 0xdc00);
                        out.push(char::from_u32(c).unwrap_or('\u{fffd}'));
                        used += 6;
                    }
                    _ => out.push(char::from_u32(u32::from(first)).unwrap_or('\u{fffd}')),
                }
            }
            other => out.push(char::from(other)),
        }
        rest = rest.get(used..).unwrap_or_default();
    }
    out.push_str(rest);
    out
}
