//! Problems in an input, described so that a person can find the place.

use std::borrow::Cow;

/// Severity of a [`Diagnostic`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Worth knowing: something inferred, something this format does not record.
    Info,
    /// Something was repaired or omitted; what is shown is incomplete.
    Warning,
    /// A part of the input could not be used.
    Error,
}

impl Severity {
    /// `info`, `warning` or `error`.
    pub fn name(self) -> &'static str {
        match self {
            Severity::Info => "info",
            Severity::Warning => "warning",
            Severity::Error => "error",
        }
    }

    /// The severity of that exact name.
    pub fn parse(name: &str) -> Option<Severity> {
        [Severity::Info, Severity::Warning, Severity::Error].into_iter().find(|s| s.name() == name)
    }
}

/// One finding about an input, with how often and where first it was met.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// Its severity.
    pub severity: Severity,
    /// A stable kebab-case name (`dangling-dependency`, `truncated` …) for tests and machines.
    pub code: Cow<'static, str>,
    /// One sentence for people: what, where, what was done about it.
    pub message: String,
    /// Number of occurrences; at least 1.
    pub count: u64,
    /// Byte offset of the first place, where known.
    pub offset: Option<u64>,
    /// Line (from 1) of the first place, where known.
    pub line: Option<u64>,
}

impl Diagnostic {
    /// A finding met once, place unknown.
    pub fn new(severity: Severity, code: &'static str, message: impl Into<String>) -> Diagnostic {
        Diagnostic {
            severity,
            code: Cow::Borrowed(code),
            message: message.into(),
            count: 1,
            offset: None,
            line: None,
        }
    }

    /// The same, at a byte offset.
    pub fn at(mut self, offset: u64) -> Diagnostic {
        self.offset = Some(offset);
        self
    }

    /// The same, at a line (from 1).
    pub fn on_line(mut self, line: u64) -> Diagnostic {
        self.line = Some(line);
        self
    }

    /// The same, met `count` times.
    pub fn times(mut self, count: u64) -> Diagnostic {
        self.count = count.max(1);
        self
    }
}
