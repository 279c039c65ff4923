//! Redaction of values before they are recorded.

use std::sync::Arc;

use crate::contain::contained;

/// What happens to a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Redaction {
    /// It is recorded as it is.
    Keep,
    /// This is recorded in its place.
    Replace(String),
    /// It is not recorded at all.
    Drop,
}

type Ask = dyn Fn(&str, &str) -> Redaction + Send + Sync;

/// The redaction of the host; if it panics, the value is dropped, never recorded unredacted.
#[derive(Clone)]
pub(crate) struct Redactor(Arc<Ask>);

impl Redactor {
    pub(crate) fn new(ask: impl Fn(&str, &str) -> Redaction + Send + Sync + 'static) -> Redactor {
        Redactor(Arc::new(ask))
    }

    /// Returns the decision about the value with that name.
    pub(crate) fn ask(&self, name: &str, value: &str) -> Redaction {
        contained(|| (self.0)(name, value)).unwrap_or(Redaction::Drop)
    }

    /// Returns the text to record instead of prose: a log line, an error, a reason.
    pub(crate) fn prose(this: Option<&Redactor>, name: &str, text: String) -> String {
        match this.map_or(Redaction::Keep, |r| r.ask(name, &text)) {
            Redaction::Keep => text,
            Redaction::Replace(other) => other,
            Redaction::Drop => String::from("[redacted]"),
        }
    }
}

impl std::fmt::Debug for Redactor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Redactor")
    }
}
