//! The reason why a text is not valid JSON.

use std::fmt;

use super::fault;
use crate::error::ReadError;

/// The reason why a text is not valid JSON, even after repairs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JsonError {
    /// The problem, for people.
    pub message: String,
    /// Offset in the text in bytes, if known.
    pub offset: Option<u64>,
    /// Line of the text (from 1), if known.
    pub line: Option<u64>,
}

impl fmt::Display for JsonError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for JsonError {}

impl JsonError {
    /// serde_json reports line and column of the text it was given.
    pub(crate) fn from_serde(error: &serde_json::Error, text: &[u8]) -> JsonError {
        let message = error.to_string();
        let message = message.split(" at line ").next().unwrap_or(&message).to_owned();
        let before = match error.line() {
            0 => return JsonError { message, offset: None, line: None },
            1 => 0,
            line => memchr::memchr_iter(b'\n', text).nth(line - 2).map_or(0, |at| at + 1),
        };
        let at = (before + error.column().saturating_sub(1)).min(text.len());
        if error.is_eof() {
            // Where it only stops too early there is nothing to see.
            return JsonError { message, offset: Some(at as u64), line: Some(error.line() as u64) };
        }
        JsonError::at(text, at)
    }

    /// A text that stops being JSON at that byte.
    pub(super) fn at(text: &[u8], at: usize) -> JsonError {
        let line = memchr::memchr_iter(b'\n', &text[..at.min(text.len())]).count() as u64 + 1;
        let message = fault::describe(b"", text, at, 1, 0);
        JsonError { message, offset: Some(at as u64), line: Some(line) }
    }

    /// Returns the error for a whole file with this name.
    pub fn into_read_error(self, name: &str) -> ReadError {
        ReadError::Broken { message: format!("{name} is not JSON: {}", self.message), offset: self.offset }
    }
}
