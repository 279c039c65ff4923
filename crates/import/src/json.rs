//! JSON as foreign programs write it: parsed strictly first, then with common errors repaired and reported.
//!
//! Records are read lazily: an array of records is walked element by element as text ([`each_element`]), and each
//! element is parsed into its struct, so that a bad record affects only itself. The fields of such structs use
//! [`text`], [`number`] and similar functions (`#[serde(default, borrow, deserialize_with = "json::text")]`), so that a
//! field of an unexpected kind affects only itself.

pub(crate) mod document;
mod fault;
mod lenient;
mod mend;
mod mended;
pub(crate) mod pages;
pub(crate) mod python;
mod recover;
pub(crate) mod tape;
mod wrong;

use std::borrow::Cow;
use std::fmt;
use std::ops::Range;

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

use crate::encoding::without_bom;
use tape::{Stop, Tape};

pub(crate) use fault::preamble;
pub(crate) use lenient::MemberName;
pub use lenient::{flag, flag_of, number, number_of, raw, text, text_of, whole, whole_of};
pub use mended::{Mended, Place};
pub use wrong::JsonError;

/// Parses a JSON text into `T`: unchanged if it is valid JSON, otherwise from a copy in `scratch` that is repaired as
/// [`Mended`] describes, without the records that cannot be repaired. `T` borrows from `bytes` or from `scratch`.
/// Linear in the length of the text, times the few records that may be left out; does not recurse.
pub fn parse<'a, T: Deserialize<'a>>(
    bytes: &'a [u8],
    scratch: &'a mut Vec<u8>,
) -> Result<(T, Mended), JsonError> {
    let plain = without_bom(bytes);
    let skipped = (bytes.len() - plain.len()) as u64;
    let strict = match serde_json::from_slice::<T>(plain) {
        Ok(value) => return Ok((value, Mended::default())),
        Err(e) => e,
    };
    let logged = preamble(plain).unwrap_or_default();
    let blank: Vec<u8>;
    let plain = if logged > 0 {
        // The lines before the text become white space, so that offsets remain those of the file.
        let ahead = plain[..logged].iter().map(|b| if *b == b'\n' { b'\n' } else { b' ' });
        blank = ahead.chain(plain[logged..].iter().copied()).collect();
        &blank
    } else {
        plain
    };
    let place = Place { offset: Some(skipped), line: 1, column: 1 };
    let mut mended = mend::mend(plain, place, scratch);
    let as_written = mended == Mended::default();
    if as_written {
        plain.clone_into(scratch);
    }
    let mut quoted = String::new();
    if mended.truncated_at.is_some() {
        // A single stray quote swaps texts and structure for all that follows, and looks like a text without an end.
        quoted = String::from_utf8_lossy(plain).into_owned();
    }
    if let Some(removed) = recover::recover(&mut quoted) {
        let place = |fault: JsonError| JsonError { offset: fault.offset.map(|o| o + skipped), ..fault };
        mended = Mended {
            fault: removed.fault.map(place),
            left_out: removed.records,
            before: removed.between + u64::from(logged > 0),
            bad_utf8: mended.bad_utf8,
            ..Mended::default()
        };
        *scratch = quoted.into_bytes();
        return match serde_json::from_slice::<T>(scratch) {
            Ok(value) => Ok((value, mended)),
            Err(e) => Err(JsonError::from_serde(&e, scratch)),
        };
    }
    mended.before += u64::from(logged > 0);
    if let Ok(mut text) = String::from_utf8(std::mem::take(scratch)) {
        if let Some(removed) = recover::recover(&mut text) {
            // Offsets in a text that was mended say nothing about the file.
            let place = |offset: Option<u64>| offset.filter(|_| as_written).map(|o| o + skipped);
            mended.fault = removed.fault.map(|fault| {
                let line = fault.line.filter(|_| as_written);
                JsonError { offset: place(fault.offset), line, ..fault }
            });
            mended.left_out = removed.records;
            mended.before += removed.between;
        }
        *scratch = text.into_bytes();
    }
    if mended == Mended::default() {
        let mut error = JsonError::from_serde(&strict, plain);
        error.offset = error.offset.map(|o| o + skipped);
        return Err(error);
    }
    let text: &'a [u8] = scratch;
    match serde_json::from_slice::<T>(text) {
        Ok(value) => Ok((value, mended)),
        Err(e) => Err(JsonError::from_serde(&e, text)),
    }
}

/// Mends a line that is almost a JSON value, as [`parse`] does a text, into `out`; `place` is where it begins. `None` where there was nothing to mend,
/// or the line stops in the middle.
pub(crate) fn mend_line(line: &[u8], place: Place, out: &mut Vec<u8>) -> Option<Mended> {
    let blank = line.len() - line.trim_ascii_start().len();
    let mended = mend::mend(line.trim_ascii(), place.behind(&line[..blank]), out);
    (mended != Mended::default() && mended.truncated_at.is_none()).then_some(mended)
}

/// Returns the objects of a line, and the repairs, if the line contains more than a single object: several objects, a comma
/// after an object, or words of a log before it. `None` for any other line.
pub(crate) fn objects_of_line(line: &[u8]) -> Option<(Vec<Range<usize>>, Mended)> {
    let mut mended = Mended::default();
    let mut objects: Vec<Range<usize>> = Vec::new();
    let mut at = memchr::memchr(b'{', line)?;
    let ahead = line[..at].trim_ascii();
    if !ahead.is_empty() {
        // The start of a broken record is not a word of a log.
        if ahead.contains(&b'"') || matches!(ahead.last(), Some(b':' | b',')) && ahead.contains(&b'\'') {
            return None;
        }
        mended.before += 1;
    }
    let mut comma = true;
    loop {
        at = tape::space(line, at);
        match line.get(at) {
            None => break,
            Some(b'{') => {
                mended.missing += u64::from(!comma);
                comma = false;
                let end = tape::span(line, at)?;
                objects.push(at..end);
                at = end;
            }
            Some(b',') if !comma => {
                comma = true;
                mended.commas += 1;
                at += 1;
            }
            Some(_) => return None,
        }
    }
    (mended != Mended::default()).then_some((objects, mended))
}

/// Describes the fault of a line that is not valid JSON, with its place; `None` if the line is valid.
pub(crate) fn fault_of_line(line: &[u8], number: u64) -> Option<String> {
    let text = String::from_utf8_lossy(line);
    let stop = match Tape::default().read(&text, 0) {
        Ok(end) => Some(tape::space(text.as_bytes(), end)).filter(|end| *end < text.len())?,
        Err(Stop::Bad(at)) => at,
        Err(Stop::Short) => text.len(),
    };
    Some(fault::describe(b"", text.as_bytes(), stop, number, 0))
}

/// Calls `f` with the text of every element of a JSON array. Returns `false` without a call if it is not an array.
pub fn each_element<'a>(array: &'a RawValue, mut f: impl FnMut(&'a RawValue)) -> bool {
    struct Walk<F>(F);
    impl<'de, F: FnMut(&'de RawValue)> Visitor<'de> for Walk<F> {
        type Value = ();
        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("an array")
        }
        fn visit_seq<A: SeqAccess<'de>>(mut self, mut seq: A) -> Result<(), A::Error> {
            while let Some(element) = seq.next_element::<&RawValue>()? {
                (self.0)(element);
            }
            Ok(())
        }
    }
    array.get().starts_with('[')
        && serde_json::Deserializer::from_str(array.get()).deserialize_seq(Walk(&mut f)).is_ok()
}

/// Calls `f` with every member of a JSON object: key, and value as text, in the order of the file, with repeated keys.
/// Returns `false` without a call if it is not an object.
pub fn each_member<'a>(object: &'a RawValue, mut f: impl FnMut(Cow<'a, str>, &'a RawValue)) -> bool {
    struct Walk<F>(F);
    impl<'de, F: FnMut(Cow<'de, str>, &'de RawValue)> Visitor<'de> for Walk<F> {
        type Value = ();
        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("an object")
        }
        fn visit_map<A: MapAccess<'de>>(mut self, mut map: A) -> Result<(), A::Error> {
            while let Some(key) = map.next_key::<MemberName<'de>>()? {
                (self.0)(key.0, map.next_value()?);
            }
            Ok(())
        }
    }
    object.get().starts_with('{')
        && serde_json::Deserializer::from_str(object.get()).deserialize_map(Walk(&mut f)).is_ok()
}

/// Returns the elements of a JSON array as text; empty if it is not an array.
pub fn elements(array: &RawValue) -> Vec<&RawValue> {
    let mut all = Vec::new();
    each_element(array, |e| all.push(e));
    all
}

/// Returns the members of a JSON object as text; empty if it is not an object.
pub fn members(object: &RawValue) -> Vec<(Cow<'_, str>, &RawValue)> {
    let mut all = Vec::new();
    each_member(object, |k, v| all.push((k, v)));
    all
}

#[cfg(test)]
mod tests;
