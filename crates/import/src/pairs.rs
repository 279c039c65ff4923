//! Foreign JSON objects as ordered pairs of name and raw text: small records whose every member is kept, known or
//! not, and whose nested values are never walked.

use std::borrow::Cow;
use std::fmt;

use makespan_format::{Diagnostic, EventSink, Fields, Severity, Status};
use makespan_model::HashMap;
use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

use crate::times::Clock;

/// A JSON object: its members in the order of the text, values verbatim.
#[derive(Debug, Default)]
pub(crate) struct Record<'a> {
    fields: Vec<(Cow<'a, str>, &'a RawValue)>,
}

impl<'de: 'a, 'a> Deserialize<'de> for Record<'a> {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        struct Members;
        impl<'de> Visitor<'de> for Members {
            type Value = Record<'de>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Record<'de>, A::Error> {
                let mut fields = Vec::new();
                while let Some((key, value)) = map.next_entry::<Name<'de>, &'de RawValue>()? {
                    fields.push((key.0, value));
                }
                Ok(Record { fields })
            }
        }
        d.deserialize_map(Members)
    }
}

/// A string that borrows where it has no escapes (a bare `Cow` always copies when it is deserialized).
struct Name<'a>(Cow<'a, str>);

impl<'de: 'a, 'a> Deserialize<'de> for Name<'a> {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        struct Text;
        impl<'de> Visitor<'de> for Text {
            type Value = Name<'de>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a string")
            }
            fn visit_borrowed_str<E>(self, v: &'de str) -> Result<Self::Value, E> {
                Ok(Name(Cow::Borrowed(v)))
            }
            fn visit_str<E>(self, v: &str) -> Result<Self::Value, E> {
                Ok(Name(Cow::Owned(v.to_owned())))
            }
        }
        d.deserialize_str(Text)
    }
}

impl<'a> Record<'a> {
    /// The object that `raw` is; `None` where it is none.
    pub(crate) fn parse(raw: &'a str) -> Option<Record<'a>> {
        serde_json::from_str(raw).ok()
    }

    /// The members, in order.
    pub(crate) fn members(&self) -> impl Iterator<Item = (&str, &'a str)> {
        self.fields.iter().map(|(k, v)| (k.as_ref(), v.get()))
    }

    /// The text of a member; `None` for `null` and for a missing one. Of several of one name the last counts.
    pub(crate) fn raw(&self, key: &str) -> Option<&'a str> {
        let value = self.fields.iter().rev().find(|(k, _)| k == key)?.1.get();
        (value != "null").then_some(value)
    }

    /// A member as text: a string, or a number or truth value as it is written.
    pub(crate) fn text(&self, key: &str) -> Option<Cow<'a, str>> {
        scalar(self.raw(key)?)
    }

    /// The same, where it is not empty.
    pub(crate) fn filled(&self, key: &str) -> Option<Cow<'a, str>> {
        self.text(key).filter(|t| !t.is_empty())
    }

    /// A member as a finite number; a string that spells one counts.
    pub(crate) fn number(&self, key: &str) -> Option<f64> {
        let text = self.text(key)?;
        text.trim().parse().ok().filter(|v: &f64| v.is_finite())
    }

    /// The object that a member is.
    pub(crate) fn record(&self, key: &str) -> Option<Record<'a>> {
        Record::parse(self.raw(key)?)
    }

    /// Adds every member whose name is not among `known` and whose value says something to `out`.
    pub(crate) fn rest(&self, known: &[&str], out: &mut Fields) {
        for (key, value) in self.members() {
            if !known.contains(&key) && !is_empty(value) {
                out.raw(key, value);
            }
        }
    }
}

/// A JSON scalar as text; `None` for `null`, arrays and objects.
pub(crate) fn scalar(raw: &str) -> Option<Cow<'_, str>> {
    match raw.as_bytes().first()? {
        b'"' => serde_json::from_str::<Name<'_>>(raw).ok().map(|n| n.0),
        b'[' | b'{' | b'n' => None,
        _ => Some(Cow::Borrowed(raw)),
    }
}

/// The elements of a JSON array, verbatim; none where it is not an array.
pub(crate) fn items(raw: &str) -> Vec<&RawValue> {
    serde_json::from_str(raw).unwrap_or_default()
}

/// Labels as name and JSON text, in the order of their first mention.
#[derive(Clone, Debug, Default)]
pub(crate) struct Labels {
    list: Vec<(String, String)>,
    index: HashMap<String, usize>,
}

impl Labels {
    /// Adds JSON text that says something, unless the name is taken.
    pub(crate) fn raw(&mut self, key: &str, json: &str) {
        if !is_empty(json) && !self.index.contains_key(key) {
            self.index.insert(key.to_owned(), self.list.len());
            self.list.push((key.to_owned(), json.to_owned()));
        }
    }

    /// Adds JSON text that says something, in place of what was there.
    pub(crate) fn set(&mut self, key: &str, json: &str) {
        match self.index.get(key) {
            Some(&at) if !is_empty(json) => json.clone_into(&mut self.list[at].1),
            Some(_) => {}
            None => self.raw(key, json),
        }
    }

    /// Adds a string where there is one.
    pub(crate) fn text(&mut self, key: &str, value: Option<&str>) {
        if let Some(value) = value {
            let mut json = String::new();
            makespan_format::write_json_string(value, &mut json);
            self.raw(key, &json);
        }
    }

    /// Adds the members of an object that are not among `known`, or the text itself where it is not an object.
    pub(crate) fn object(&mut self, key: &str, json: &str, known: &[&str]) {
        match Record::parse(json) {
            Some(record) => {
                for (name, value) in record.members().filter(|(name, _)| !known.contains(name)) {
                    self.raw(name, value);
                }
            }
            None => self.text(key, Some(json)),
        }
    }

    /// Adds what another has.
    pub(crate) fn append(&mut self, other: &Labels) {
        for (key, json) in other.iter() {
            self.raw(key, json);
        }
    }

    /// Name and JSON text of each.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.list.iter().map(|(k, v)| (k.as_str(), v.as_str()))
    }

    /// The labels as an object.
    pub(crate) fn fields(&self) -> Fields {
        let mut fields = Fields::new();
        for (key, json) in self.iter() {
            fields.raw(key, json);
        }
        fields
    }
}

fn is_empty(json: &str) -> bool {
    matches!(json, "null" | "{}" | "[]" | "\"\"")
}

impl Clock<'_> {
    /// A member that holds ISO text.
    pub(crate) fn iso_of(&mut self, record: &Record<'_>, key: &str) -> Option<i64> {
        self.iso(&record.filled(key)?)
    }

    /// A member that holds seconds since the epoch.
    pub(crate) fn epoch_of(&mut self, record: &Record<'_>, key: &str) -> Option<i64> {
        let text = record.text(key)?;
        self.epoch(text.trim().parse().unwrap_or(f64::NAN))
    }

    /// A member that holds a status, beside an error or not.
    pub(crate) fn status_of(&mut self, record: &Record<'_>, key: &str, has_error: bool) -> Option<Status> {
        self.status(record.text(key).as_deref(), has_error)
    }
}

/// A note about an input.
pub(crate) fn info(sink: &mut dyn EventSink, code: &'static str, message: String) {
    sink.diagnostic(Diagnostic::new(Severity::Info, code, message));
}

/// A warning about an input.
pub(crate) fn warn(sink: &mut dyn EventSink, code: &'static str, message: String) {
    sink.diagnostic(Diagnostic::new(Severity::Warning, code, message));
}

/// The folder part of a relative path, without the last separator.
pub(crate) fn folder(name: &str) -> &str {
    name.rsplit_once('/').map_or("", |(folder, _)| folder)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn members_keep_their_order_and_odd_types_cost_nothing() {
        let text = r#"{"b":"x\ny","a":" 2.5 ","n":null,"deep":{"k":[1]},"b2":true,"a":3}"#;
        let r = Record::parse(text).unwrap();
        assert_eq!(r.text("b").as_deref(), Some("x\ny"));
        assert_eq!(r.number("a"), Some(3.0));
        assert_eq!((r.raw("n"), r.raw("none")), (None, None));
        assert_eq!(r.text("deep"), None);
        assert_eq!(r.text("b2").as_deref(), Some("true"));
        let mut rest = Fields::new();
        r.rest(&["b", "a"], &mut rest);
        assert_eq!(rest.finish().unwrap().as_str(), r#"{"deep":{"k":[1]},"b2":true}"#);
        assert!(Record::parse("[1]").is_none());
    }
}
