//! Types of parameters, labels, small artifacts, and metrics.

use makespan_format::{Fields, Json, write_json_string};

use crate::Redaction;
use crate::contain::say;
use crate::redact::Redactor;

/// A value of a parameter or a label.
///
/// Numbers, booleans and texts are converted with `into()`, anything else with [`Value::display`] or, if it is already
/// JSON, with [`Value::json`].
#[derive(Clone, Debug, PartialEq)]
pub struct Value(pub(crate) ValueKind);

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum ValueKind {
    Null,
    Bool(bool),
    Int(i64),
    Number(f64),
    Text(String),
    Json(String),
}

impl Value {
    /// The `Display` text of a value, at most 64 KiB. A `Display` that panics is contained.
    pub fn display(value: &(impl std::fmt::Display + ?Sized)) -> Value {
        Value(ValueKind::Text(say(value)))
    }

    /// The `Debug` text of a value, at most 64 KiB.
    pub fn debug(value: &dyn std::fmt::Debug) -> Value {
        Value(ValueKind::Text(crate::contain::say_debug(value)))
    }

    /// A JSON text. If it is not well formed, or nested deeper than 128, it is kept as plain text.
    pub fn json(text: impl Into<String>) -> Value {
        let text = text.into();
        // A borrowed RawValue checks the syntax and builds nothing.
        match serde_json::from_str::<&serde_json::value::RawValue>(&text) {
            Ok(_) => Value(ValueKind::Json(text)),
            Err(_) => Value(ValueKind::Text(text)),
        }
    }

    /// Returns the redacted value; `None` if the host drops it.
    pub(crate) fn redacted(self, name: &str, redactor: Option<&Redactor>) -> Option<Value> {
        let Some(redactor) = redactor else { return Some(self) };
        let asked = match &self.0 {
            ValueKind::Text(text) => redactor.ask(name, text),
            _ => redactor.ask(name, &self.to_json()),
        };
        match asked {
            Redaction::Keep => Some(self),
            Redaction::Replace(text) => Some(Value(ValueKind::Text(text))),
            Redaction::Drop => None,
        }
    }

    /// Returns the value as text.
    pub(crate) fn into_text(self) -> String {
        match self.0 {
            ValueKind::Text(text) => text,
            _ => self.to_json(),
        }
    }

    /// Returns the value as JSON text.
    pub(crate) fn to_json(&self) -> String {
        match &self.0 {
            ValueKind::Null => String::from("null"),
            ValueKind::Bool(value) => value.to_string(),
            ValueKind::Int(value) => value.to_string(),
            ValueKind::Number(value) if value.is_finite() => value.to_string(),
            // JSON has no number for these.
            ValueKind::Number(value) if value.is_nan() => quoted("NaN"),
            ValueKind::Number(value) => quoted(if *value > 0.0 { "Infinity" } else { "-Infinity" }),
            ValueKind::Text(value) => quoted(value),
            ValueKind::Json(value) => value.clone(),
        }
    }
}

fn quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    write_json_string(text, &mut out);
    out
}

macro_rules! from_int {
    ($($int:ty),*) => {$(
        impl From<$int> for Value {
            fn from(value: $int) -> Value {
                Value(i64::try_from(value).map_or_else(|_| ValueKind::Json(value.to_string()), ValueKind::Int))
            }
        }
        impl Number for $int {
            fn number(self) -> f64 {
                self as f64
            }
        }
    )*};
}
from_int!(i8, i16, i32, i64, i128, isize, u8, u16, u32, u64, u128, usize);

impl From<f64> for Value {
    fn from(value: f64) -> Value {
        Value(ValueKind::Number(value))
    }
}

impl From<f32> for Value {
    fn from(value: f32) -> Value {
        Value(ValueKind::Number(f64::from(value)))
    }
}

impl From<bool> for Value {
    fn from(value: bool) -> Value {
        Value(ValueKind::Bool(value))
    }
}

impl From<String> for Value {
    fn from(value: String) -> Value {
        Value(ValueKind::Text(value))
    }
}

impl From<()> for Value {
    fn from((): ()) -> Value {
        Value(ValueKind::Null)
    }
}

impl From<&str> for Value {
    fn from(value: &str) -> Value {
        Value::display(value)
    }
}

impl From<&String> for Value {
    fn from(value: &String) -> Value {
        Value::display(value)
    }
}

impl<T: Into<Value>> From<Option<T>> for Value {
    fn from(value: Option<T>) -> Value {
        value.map_or(Value(ValueKind::Null), Into::into)
    }
}

macro_rules! from_copy {
    ($($copied:ty),*) => {$(
        impl From<&$copied> for Value {
            fn from(value: &$copied) -> Value {
                Value::from(*value)
            }
        }
    )*};
}
from_copy!(i8, i16, i32, i64, i128, isize, u8, u16, u32, u64, u128, usize, f32, f64, bool, &str);

/// Values of metrics: all numeric types.
pub trait Number {
    /// Returns the recorded value. Integers beyond 2⁵³ are rounded.
    fn number(self) -> f64;
}

impl Number for f64 {
    fn number(self) -> f64 {
        self
    }
}

impl Number for f32 {
    fn number(self) -> f64 {
        f64::from(self)
    }
}

impl Number for std::time::Duration {
    /// In seconds.
    fn number(self) -> f64 {
        self.as_secs_f64()
    }
}

/// Labels or parameters being collected: a JSON object, member by member.
#[derive(Clone, Debug, Default)]
pub(crate) struct Members(Vec<(String, String)>);

impl Members {
    /// Adds a member unless the redaction of the host drops it.
    pub(crate) fn put(&mut self, key: &str, value: Value, redactor: Option<&Redactor>) {
        if let Some(value) = value.redacted(key, redactor) {
            self.set(key.to_owned(), value.to_json());
        }
    }

    /// Adds members; existing ones are replaced.
    #[cfg(feature = "tracing")]
    pub(crate) fn append(&mut self, others: Members) {
        others.0.into_iter().for_each(|(key, json)| self.set(key, json));
    }

    fn set(&mut self, key: String, json: String) {
        match self.0.iter_mut().find(|(known, _)| *known == key) {
            Some((_, known)) => *known = json,
            None => self.0.push((key, json)),
        }
    }

    pub(crate) fn finish(self) -> Option<Json<'static>> {
        let object = self.0.iter().fold(Fields::new(), |mut object, (key, json)| {
            object.raw(key, json);
            object
        });
        object.finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn json(value: impl Into<Value>) -> String {
        value.into().to_json()
    }

    #[test]
    fn values_become_json() {
        assert_eq!([json(7), json(u64::MAX), json(-1_i8)], ["7", "18446744073709551615", "-1"]);
        assert_eq!([json(0.5), json(f64::NAN), json(true), json(())], ["0.5", "\"NaN\"", "true", "null"]);
        assert_eq!(json("a \"b\"\n"), r#""a \"b\"\n""#);
        assert_eq!([json(Some(3)), json(None::<i32>)], ["3", "null"]);
        assert_eq!(json(Value::json("[1,\n{\"a\":2}]")), "[1,\n{\"a\":2}]");
        assert_eq!(json(Value::json("{\"a\":")), "\"{\\\"a\\\":\"", "what is no JSON is a text");
    }

    #[test]
    fn members_stand_in_the_order_given() {
        let mut members = Members::default();
        members.put("url", Value::from("s3://reads"), None);
        members.put("tries", Value::from(3), None);
        assert_eq!(members.finish().unwrap().as_str(), r#"{"url":"s3://reads","tries":3}"#);
        assert!(Members::default().finish().is_none());
    }
}
