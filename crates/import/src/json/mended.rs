//! The repairs of a text.

use makespan_format::{Diagnostic, EventSink, Severity};

use super::fault::characters;
use super::wrong::JsonError;

/// A place in a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// Offset in the file in bytes, if known.
    pub offset: Option<u64>,
    /// Line, from 1.
    pub line: u64,
    /// Column in characters, from 1.
    pub column: u64,
}

impl Place {
    /// The beginning of the line with this number, at this offset.
    pub(crate) fn of_line(line: u64, offset: u64) -> Place {
        Place { offset: Some(offset), line, column: 1 }
    }

    /// The place behind this text, which begins here.
    pub(crate) fn behind(self, text: &[u8]) -> Place {
        let breaks = memchr::memchr_iter(b'\n', text).count() as u64;
        let column = match memchr::memrchr(b'\n', text) {
            Some(last) => 1 + characters(&text[last + 1..]),
            None => self.column + characters(text),
        };
        let offset = self.offset.map(|at| at + text.len() as u64);
        Place { offset, line: self.line + breaks, column }
    }
}

/// The repairs that made a text valid JSON.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Mended {
    /// Number of `NaN`, `Infinity` and `-Infinity` that became `null`.
    pub nan: u64,
    /// Offset to which a truncated text was cut: after the last complete value.
    pub truncated_at: Option<u64>,
    /// Number of invalid UTF-8 sequences that became U+FFFD.
    pub bad_utf8: u64,
    /// Number of lone surrogates that became U+FFFD.
    pub lone_surrogates: u64,
    /// Number of bare control characters in strings.
    pub controls: u64,
    /// Number of commas before a closing bracket or after the value of a line.
    pub commas: u64,
    /// Number of missing commas between records or members.
    pub missing: u64,
    /// Number of texts before and between records, such as lines of a log.
    pub before: u64,
    /// Number of comments.
    pub comments: u64,
    /// Number of values that were written as literals of Python.
    pub literals: u64,
    /// The place of the first of them, if known.
    pub literal: Option<Place>,
    /// Whether the text was UTF-16.
    pub utf16: bool,
    /// Number of records that were left out.
    pub left_out: u64,
    /// The error of the first record that was left out.
    pub fault: Option<JsonError>,
}

impl Mended {
    /// Adds what was mended elsewhere in the same file.
    pub(crate) fn add(&mut self, other: Mended) {
        self.nan += other.nan;
        self.bad_utf8 += other.bad_utf8;
        self.lone_surrogates += other.lone_surrogates;
        self.controls += other.controls;
        self.commas += other.commas;
        self.missing += other.missing;
        self.before += other.before;
        self.comments += other.comments;
        self.literals += other.literals;
        self.literal = self.literal.or(other.literal);
        self.utf16 |= other.utf16;
        self.left_out += other.left_out;
        if self.fault.is_none() {
            self.fault = other.fault;
        }
    }

    /// Reports the repairs of the file with this name.
    pub fn report(&self, name: &str, sink: &mut dyn EventSink) {
        let mut say = |count: u64, severity, code, what: &str| {
            if count > 0 {
                sink.diagnostic(Diagnostic::new(severity, code, format!("{name}: {what}")).times(count));
            }
        };
        say(
            self.nan,
            Severity::Warning,
            "not-a-number",
            "NaN or Infinity was read as absent; neither is valid JSON",
        );
        say(self.bad_utf8, Severity::Warning, "bad-utf8", "bytes that are not UTF-8 were replaced by U+FFFD");
        say(
            self.lone_surrogates,
            Severity::Warning,
            "lone-surrogate",
            "half a surrogate pair was replaced by U+FFFD",
        );
        say(
            self.controls,
            Severity::Warning,
            "control-character",
            "a control character stood bare in a string",
        );
        say(
            self.commas,
            Severity::Info,
            "trailing-comma",
            "a comma behind the last value, where none belongs, was passed over",
        );
        say(self.missing, Severity::Warning, "missing-comma", "a missing comma between two values was added");
        say(self.before, Severity::Warning, "text-before", "text before or between JSON records was skipped");
        say(self.comments, Severity::Info, "comment", "comments were skipped; JSON has none");
        say(u64::from(self.utf16), Severity::Info, "utf16", "the text is UTF-16");
        if self.literals > 0 {
            let what = "literals of Python (single quotes, None, True, False) were read as JSON";
            let place = self.literal.map(|p| format!(" (first: line {}, column {})", p.line, p.column));
            let message = format!("{name}: {what}{}", place.unwrap_or_default());
            let found = Diagnostic::new(Severity::Warning, "python-literals", message).times(self.literals);
            let (offset, line) = (self.literal.and_then(|p| p.offset), self.literal.map(|p| p.line));
            sink.diagnostic(Diagnostic { offset, line, ..found });
        }
        if let Some(fault) = &self.fault {
            let message =
                format!("{name}: records that are not valid JSON were ignored (first: {})", fault.message);
            let found = Diagnostic::new(Severity::Warning, "bad-record", message).times(self.left_out);
            sink.diagnostic(Diagnostic { offset: fault.offset, line: fault.line, ..found });
        }
        if let Some(at) = self.truncated_at {
            let message = format!(
                "{name}: the file stops in the middle; everything up to the last complete value was read"
            );
            sink.diagnostic(Diagnostic::new(Severity::Warning, "truncated", message).at(at));
        }
    }
}
