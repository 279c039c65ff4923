//! Things that a task reads or writes.

use makespan_format::{Direction, Json};

use crate::recorder::Thing;
use crate::redact::Redactor;
use crate::text::Text;
use crate::value::Value;

/// A thing that a task read or wrote, to be recorded with [`Context::artifact`](crate::Context::artifact).
#[derive(Clone, Debug)]
pub struct Artifact {
    name: Text,
    direction: Direction,
    uri: Option<String>,
    size: Option<i64>,
    value: Option<Value>,
}

impl Artifact {
    /// Returns an artifact that was written.
    pub fn output(name: impl Into<Text>) -> Artifact {
        Artifact { name: name.into(), direction: Direction::Output, uri: None, size: None, value: None }
    }

    /// Returns an artifact that was read.
    pub fn input(name: impl Into<Text>) -> Artifact {
        Artifact { direction: Direction::Input, ..Artifact::output(name) }
    }

    /// Sets its location, which is shown but never opened.
    #[must_use]
    pub fn uri(mut self, uri: impl Into<String>) -> Artifact {
        self.uri = Some(uri.into());
        self
    }

    /// Sets its size in bytes.
    #[must_use]
    pub fn size(mut self, bytes: u64) -> Artifact {
        self.size = i64::try_from(bytes).ok();
        self
    }

    /// Sets its content, if that is small.
    #[must_use]
    pub fn value(mut self, value: impl Into<Value>) -> Artifact {
        self.value = Some(value.into());
        self
    }

    pub(crate) fn record(self, redactor: Option<&Redactor>) -> Thing {
        let uri = self.uri.and_then(|uri| Value::from(uri).redacted("uri", redactor)).map(Value::into_text);
        let value = self.value.and_then(|value| value.redacted("value", redactor));
        Thing {
            name: self.name,
            direction: self.direction,
            uri,
            size: self.size,
            value: value.map(|value| Json::from_raw(&value.to_json()).into_owned()),
        }
    }
}
