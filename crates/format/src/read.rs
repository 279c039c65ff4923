//! One line of JSON to one event, without building anything between.

use std::borrow::Cow;
use std::fmt;

use crate::event::ErrorInfo;
use crate::line::{Line, Member, Raw, excerpt};
use crate::{Status, quick, time, write_json_string};
use serde::de::{self, DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

/// Why a line is not an event.
#[derive(Debug, PartialEq, Eq)]
pub struct LineError {
    /// The problem, for people.
    pub message: String,
    /// Byte within the line (from 0), where known.
    pub column: Option<usize>,
    /// Whether the line is well-formed but of a newer version than [`VERSION`](crate::VERSION).
    pub newer: bool,
}

/// Reads one line (without its line break). Unknown members are counted and passed over, a known member of a wrong
/// type or a missing one that the event needs is an error.
pub fn read_line(line: &[u8]) -> Result<Line<'_>, LineError> {
    // One look at the whole line is much cheaper than one at each string in it.
    let text = std::str::from_utf8(line).map_err(|e| LineError {
        column: Some(e.valid_up_to()),
        message: "these bytes are not valid UTF-8".to_owned(),
        newer: false,
    })?;
    let mut raw = Raw::default();
    if quick::fill(text, &mut raw).is_some() {
        return raw.line().map_err(|(message, newer)| LineError { message, column: None, newer });
    }
    let mut raw = Raw::default();
    let mut de = serde_json::Deserializer::from_str(text);
    RawSeed(&mut raw).deserialize(&mut de).and_then(|()| de.end()).map_err(|e| LineError {
        column: Some(e.column().saturating_sub(1)),
        message: strip_place(&e.to_string()),
        newer: false,
    })?;
    raw.line().map_err(|(message, newer)| LineError { message, column: None, newer })
}

/// Repairs a line that [`read_line`] rejects: writes the same object to `out` without the members whose values have a
/// wrong type, and returns their number. An unknown status word becomes the status it stands for, or `unknown`. An
/// error of a wrong type becomes its text, because a line that reports a failure must not become a success. `None` if
/// the line is not a JSON object, or its members are all valid.
pub fn keep_readable(line: &[u8], out: &mut String) -> Option<u64> {
    let members: Members<'_> = serde_json::from_slice(line).ok()?;
    out.clear();
    let mut wrong = 0;
    for (key, value) in &members.0 {
        let mut name = String::new();
        write_json_string(key, &mut name);
        let start = out.len();
        out.push(if start == 0 { '{' } else { ',' });
        let member = format!("{name}:{}", value.get());
        let mut raw = Raw::default();
        let alone = format!("{{{member}}}");
        let mut de = serde_json::Deserializer::from_str(&alone);
        if RawSeed(&mut raw).deserialize(&mut de).is_ok() {
            out.push_str(&member);
            continue;
        }
        wrong += 1;
        match key.as_ref() {
            "status" => {
                let word: Option<String> = serde_json::from_str(value.get()).ok();
                let status = word.and_then(|w| Status::from_word(&w)).unwrap_or(Status::Unknown);
                out.push_str(&format!("{name}:\"{}\"", status.name()));
            }
            "error" => {
                out.push_str(&name);
                out.push(':');
                write_json_string(value.get(), out);
            }
            _ => out.truncate(start),
        }
    }
    if wrong == 0 || out.is_empty() {
        return None;
    }
    out.push('}');
    Some(wrong)
}

/// The members of an object, in order, repeated ones repeated.
struct Members<'a>(Vec<(Cow<'a, str>, &'a RawValue)>);

impl<'de> de::Deserialize<'de> for Members<'de> {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Members<'de>, D::Error> {
        struct All;
        impl<'de> Visitor<'de> for All {
            type Value = Members<'de>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut all = Vec::new();
                while let Some(key) = map.next_key::<String>()? {
                    all.push((Cow::Owned(key), map.next_value()?));
                }
                Ok(Members(all))
            }
        }
        d.deserialize_map(All)
    }
}

/// serde_json appends its own line and column to messages; ours are in `column`.
fn strip_place(message: &str) -> String {
    message.split(" at line ").next().unwrap_or(message).to_owned()
}

struct MemberVisitor;
impl<'de> DeserializeSeed<'de> for MemberVisitor {
    type Value = Member;
    fn deserialize<D: Deserializer<'de>>(self, d: D) -> Result<Member, D::Error> {
        d.deserialize_identifier(self)
    }
}
impl Visitor<'_> for MemberVisitor {
    type Value = Member;
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a member name")
    }
    fn visit_str<E: de::Error>(self, v: &str) -> Result<Member, E> {
        Ok(Member::of(v))
    }
}

/// A string, or a number taken as its text (ids are numbers in many systems).
struct TextSeed;
impl<'de> DeserializeSeed<'de> for TextSeed {
    type Value = Option<Cow<'de, str>>;
    fn deserialize<D: Deserializer<'de>>(self, d: D) -> Result<Self::Value, D::Error> {
        d.deserialize_any(self)
    }
}
impl<'de> Visitor<'de> for TextSeed {
    type Value = Option<Cow<'de, str>>;
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a string")
    }
    fn visit_borrowed_str<E>(self, v: &'de str) -> Result<Self::Value, E> {
        Ok(Some(Cow::Borrowed(v)))
    }
    fn visit_str<E>(self, v: &str) -> Result<Self::Value, E> {
        Ok(Some(Cow::Owned(v.to_owned())))
    }
    fn visit_string<E>(self, v: String) -> Result<Self::Value, E> {
        Ok(Some(Cow::Owned(v)))
    }
    fn visit_i64<E>(self, v: i64) -> Result<Self::Value, E> {
        Ok(Some(Cow::Owned(v.to_string())))
    }
    fn visit_u64<E>(self, v: u64) -> Result<Self::Value, E> {
        Ok(Some(Cow::Owned(v.to_string())))
    }
    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(None)
    }
}

/// An integer of nanoseconds or an RFC 3339 string.
struct TimeSeed;
impl<'de> DeserializeSeed<'de> for TimeSeed {
    type Value = Option<i64>;
    fn deserialize<D: Deserializer<'de>>(self, d: D) -> Result<Option<i64>, D::Error> {
        d.deserialize_any(self)
    }
}
impl Visitor<'_> for TimeSeed {
    type Value = Option<i64>;
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a time: nanoseconds since the epoch as an integer, or RFC 3339 with a zone")
    }
    fn visit_i64<E>(self, v: i64) -> Result<Option<i64>, E> {
        Ok(Some(v))
    }
    fn visit_u64<E: de::Error>(self, v: u64) -> Result<Option<i64>, E> {
        i64::try_from(v).map(Some).map_err(|_| E::custom("a time that no 64-bit count of nanoseconds holds"))
    }
    fn visit_str<E: de::Error>(self, v: &str) -> Result<Option<i64>, E> {
        time::parse_rfc3339(v)
            .map(Some)
            .ok_or_else(|| E::invalid_value(de::Unexpected::Str(excerpt(v)), &self))
    }
    fn visit_unit<E>(self) -> Result<Option<i64>, E> {
        Ok(None)
    }
}

struct AfterSeed<'v, 'de>(&'v mut Vec<Cow<'de, str>>);
impl<'de> DeserializeSeed<'de> for AfterSeed<'_, 'de> {
    type Value = ();
    fn deserialize<D: Deserializer<'de>>(self, d: D) -> Result<(), D::Error> {
        d.deserialize_any(self)
    }
}
impl<'de> Visitor<'de> for AfterSeed<'_, 'de> {
    type Value = ();
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an array of task ids")
    }
    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        while let Some(id) = seq.next_element_seed(TextSeed)? {
            self.0.extend(id);
        }
        Ok(())
    }
    fn visit_borrowed_str<E>(self, v: &'de str) -> Result<(), E> {
        self.0.push(Cow::Borrowed(v));
        Ok(())
    }
    fn visit_str<E>(self, v: &str) -> Result<(), E> {
        self.0.push(Cow::Owned(v.to_owned()));
        Ok(())
    }
    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }
}

struct ErrorSeed;
impl<'de> DeserializeSeed<'de> for ErrorSeed {
    type Value = Option<ErrorInfo<'de>>;
    fn deserialize<D: Deserializer<'de>>(self, d: D) -> Result<Self::Value, D::Error> {
        d.deserialize_any(self)
    }
}
impl<'de> Visitor<'de> for ErrorSeed {
    type Value = Option<ErrorInfo<'de>>;
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an error: a string, or an object with message, kind and trace")
    }
    fn visit_borrowed_str<E>(self, v: &'de str) -> Result<Self::Value, E> {
        Ok(Some(ErrorInfo { message: Cow::Borrowed(v), kind: None, trace: None }))
    }
    fn visit_str<E>(self, v: &str) -> Result<Self::Value, E> {
        Ok(Some(ErrorInfo { message: Cow::Owned(v.to_owned()), kind: None, trace: None }))
    }
    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(None)
    }
    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut error = ErrorInfo::default();
        while let Some(key) = map.next_key::<Cow<'de, str>>()? {
            match &*key {
                "message" => error.message = map.next_value_seed(TextSeed)?.unwrap_or_default(),
                "kind" => error.kind = map.next_value_seed(TextSeed)?,
                "trace" => error.trace = map.next_value_seed(TextSeed)?,
                _ => {
                    let _ = map.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok(Some(error))
    }
}

/// Fills the existing value: passing so many fields from call to call costs more than reading them.
struct RawSeed<'r, 'de>(&'r mut Raw<'de>);
impl<'de> DeserializeSeed<'de> for RawSeed<'_, 'de> {
    type Value = ();
    fn deserialize<D: Deserializer<'de>>(self, d: D) -> Result<(), D::Error> {
        d.deserialize_map(self)
    }
}
impl<'de> Visitor<'de> for RawSeed<'_, 'de> {
    type Value = ();
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an event: a JSON object")
    }
    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let r = self.0;
        while let Some(key) = map.next_key_seed(MemberVisitor)? {
            match key {
                Member::Version => r.version = map.next_value()?,
                Member::Event => r.event = map.next_value_seed(TextSeed)?,
                Member::Run => r.run = map.next_value_seed(TextSeed)?,
                Member::Task => r.task = map.next_value_seed(TextSeed)?,
                Member::Try => r.number = map.next_value()?,
                Member::Name => r.name = map.next_value_seed(TextSeed)?,
                Member::Workflow => r.workflow = map.next_value_seed(TextSeed)?,
                Member::Step => r.step = map.next_value_seed(TextSeed)?,
                Member::Kind => r.kind = map.next_value_seed(TextSeed)?,
                Member::Parent => r.parent = map.next_value_seed(TextSeed)?,
                Member::After => map.next_value_seed(AfterSeed(&mut r.after))?,
                Member::Status => {
                    if let Some(word) = map.next_value_seed(TextSeed)? {
                        let status = Status::parse(&word).ok_or_else(|| {
                            de::Error::custom(format_args!("{:?} is not a status", excerpt(&word)))
                        })?;
                        r.status = Some(status);
                    }
                }
                Member::Queued => r.queued = map.next_value_seed(TimeSeed)?,
                Member::Started => r.started = map.next_value_seed(TimeSeed)?,
                Member::Ended => r.ended = map.next_value_seed(TimeSeed)?,
                Member::T => r.t = map.next_value_seed(TimeSeed)?,
                Member::Worker => r.worker = map.next_value_seed(TextSeed)?,
                Member::Progress => r.progress = map.next_value()?,
                Member::Error => r.error = map.next_value_seed(ErrorSeed)?,
                Member::Source => r.source = map.next_value_seed(TextSeed)?,
                Member::Labels => r.labels = map.next_value()?,
                Member::Params => r.params = map.next_value()?,
                Member::Stored => r.stored = map.next_value()?,
                Member::InferEdges => r.infer_edges = map.next_value()?,
                Member::Value => r.value = map.next_value()?,
                Member::Unit => r.unit = map.next_value_seed(TextSeed)?,
                Member::Level => r.level = map.next_value_seed(TextSeed)?,
                Member::Text => r.text = map.next_value_seed(TextSeed)?,
                Member::Severity => r.severity = map.next_value_seed(TextSeed)?,
                Member::Resolved => r.resolved = map.next_value()?,
                Member::Direction => r.direction = map.next_value_seed(TextSeed)?,
                Member::Uri => r.uri = map.next_value_seed(TextSeed)?,
                Member::Size => r.size = map.next_value()?,
                Member::Code => r.code = map.next_value_seed(TextSeed)?,
                Member::Count => r.count = map.next_value()?,
                Member::Offset => r.offset = map.next_value()?,
                Member::LineNumber => r.line = map.next_value()?,
                Member::Unknown => {
                    let _ = map.next_value::<IgnoredAny>()?;
                    r.unknown += 1;
                }
            }
        }
        Ok(())
    }
}
