//! JSON as foreign programs write it: strict first, and what is commonly wrong with it mended and said.
//!
//! Records are read lazily: an array of records is walked element by element as text ([`each_element`]), then each
//! into its struct, so that a bad record costs only itself. The fields of such structs go through [`text`],
//! [`number`] and their kin (`#[serde(default, borrow, deserialize_with = "json::text")]`), so that a field of an
//! unexpected kind costs only itself.

pub(crate) mod document;
mod fault;
mod lenient;
mod mend;
mod mended;
pub(crate) mod pages;
pub(crate) mod tape;

use std::borrow::Cow;
use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

use crate::encoding::without_bom;
use crate::error::ReadError;

pub(crate) use fault::preamble;
pub(crate) use lenient::MemberName;
pub use lenient::{flag, flag_of, number, number_of, raw, text, text_of, whole, whole_of};
pub use mended::Mended;

/// Why a text is not JSON, even mended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JsonError {
    /// What is wrong, for people.
    pub message: String,
    /// Byte of the text, where known.
    pub offset: Option<u64>,
    /// Line of the text (from 1), where known.
    pub line: Option<u64>,
}

impl fmt::Display for JsonError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for JsonError {}

impl JsonError {
    /// serde_json tells line and column of the text it was given.
    pub(crate) fn from_serde(error: &serde_json::Error, text: &[u8]) -> JsonError {
        let message = error.to_string();
        let message = message.split(" at line ").next().unwrap_or(&message).to_owned();
        let before = match error.line() {
            0 => return JsonError { message, offset: None, line: None },
            1 => 0,
            line => memchr::memchr_iter(b'\n', text).nth(line - 2).map_or(0, |at| at + 1),
        };
        let at = (before + error.column().saturating_sub(1)).min(text.len());
        // Where it only stops too early there is nothing to see.
        let message = if error.is_eof() { message } else { fault::describe(b"", text, at, 1, 0) };
        JsonError { message, offset: Some(at as u64), line: Some(error.line() as u64) }
    }

    /// The same as the failure of a whole file of that name.
    pub fn into_read_error(self, name: &str) -> ReadError {
        ReadError::Broken { message: format!("{name} is not JSON: {}", self.message), offset: self.offset }
    }
}

/// Reads a JSON text into `T`: as it is where it is JSON, else a copy in `scratch` that is mended as [`Mended`]
/// describes. `T` borrows from `bytes` or from `scratch`. Linear in the length of the text; does not recurse.
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
    let mended = mend::mend(plain, skipped, scratch);
    if mended == Mended::default() {
        let mut error = JsonError::from_serde(&strict, plain);
        error.offset = error.offset.map(|o| o + skipped);
        return Err(error);
    }
    let text: &'a [u8] = scratch;
    serde_json::from_slice::<T>(text).map(|value| (value, mended)).map_err(|e| {
        let mut error = JsonError::from_serde(&e, text);
        if mended.utf16 {
            // Offsets in the decoded text say nothing about the file.
            error.offset = None;
        }
        error
    })
}

/// Mends a line that is almost a JSON value, as [`parse`] does a text, into `out`; `None` where there was nothing to mend,
/// or the line stops in the middle.
pub(crate) fn mend_line(line: &[u8], out: &mut Vec<u8>) -> Option<Mended> {
    let mended = mend::mend(line.trim_ascii(), 0, out);
    (mended != Mended::default() && mended.truncated_at.is_none()).then_some(mended)
}

/// Calls `f` with every element of a JSON array, as text. False, and no call, where it is not an array.
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

/// Calls `f` with every member of a JSON object: key, and value as text, in the order of the file and with
/// repeated keys repeated. False, and no call, where it is not an object.
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

/// The elements of a JSON array as text; none where it is not an array.
pub fn elements(array: &RawValue) -> Vec<&RawValue> {
    let mut all = Vec::new();
    each_element(array, |e| all.push(e));
    all
}

/// The members of a JSON object as text; none where it is not an object.
pub fn members(object: &RawValue) -> Vec<(Cow<'_, str>, &RawValue)> {
    let mut all = Vec::new();
    each_member(object, |k, v| all.push((k, v)));
    all
}

#[cfg(test)]
mod tests;
