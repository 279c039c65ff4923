//! One line of JSON to one event, without building anything between.

use std::borrow::Cow;
use std::fmt;

use serde::de::{self, DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

use crate::event::*;
use crate::{Diagnostic, Json, Severity, Status, VERSION, quick, time};

/// What a line holds.
#[derive(Debug, PartialEq)]
pub struct Line<'a> {
    /// The run it names, where it is not a `run` event itself; else it belongs to the run of the line before.
    pub run: Option<Cow<'a, str>>,
    /// The event.
    pub event: Event<'a>,
    /// How many members of the object this version does not know.
    pub unknown: u32,
}

/// Why a line is no event.
#[derive(Debug, PartialEq, Eq)]
pub struct LineError {
    /// What is wrong, for people.
    pub message: String,
    /// Byte within the line (from 0), where known.
    pub column: Option<usize>,
    /// Whether the line is well-formed but of a newer version than [`VERSION`].
    pub newer: bool,
}

/// Reads one line (without its line break). Unknown members are counted and passed over, a known member of a wrong
/// type or a missing one that the event needs is an error.
pub fn read_line(line: &[u8]) -> Result<Line<'_>, LineError> {
    // One look at the whole line is much cheaper than one at each string in it.
    let text = std::str::from_utf8(line).map_err(|e| LineError {
        column: Some(e.valid_up_to()),
        message: "these bytes are no UTF-8".to_owned(),
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

/// serde_json ends its messages with a place in its own count; ours says it in `column`.
fn strip_place(message: &str) -> String {
    message.split(" at line ").next().unwrap_or(message).to_owned()
}

macro_rules! keys {
    ($($name:literal => $variant:ident),* $(,)?) => {
        /// A member of the object.
        pub(crate) enum Key { $($variant,)* Unknown }
        impl Key {
            pub(crate) fn of(name: &str) -> Key {
                match name { $($name => Key::$variant,)* _ => Key::Unknown }
            }
        }
    };
}

keys! {
    "makespan" => Version, "event" => Event, "run" => Run, "task" => Task, "try" => Try, "name" => Name,
    "workflow" => Workflow, "step" => Step, "kind" => Kind, "parent" => Parent, "after" => After,
    "status" => Status, "queued" => Queued, "started" => Started, "ended" => Ended, "t" => T,
    "worker" => Worker, "progress" => Progress, "error" => Error, "source" => Source, "labels" => Labels,
    "params" => Params, "stored" => Stored, "infer_edges" => InferEdges, "value" => Value, "unit" => Unit,
    "level" => Level, "text" => Text, "severity" => Severity, "resolved" => Resolved,
    "direction" => Direction, "uri" => Uri, "size" => Size, "code" => Code, "count" => Count,
    "offset" => Offset, "line" => LineNumber,
}

struct KeyVisitor;
impl<'de> DeserializeSeed<'de> for KeyVisitor {
    type Value = Key;
    fn deserialize<D: Deserializer<'de>>(self, d: D) -> Result<Key, D::Error> {
        d.deserialize_identifier(self)
    }
}
impl Visitor<'_> for KeyVisitor {
    type Value = Key;
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a member name")
    }
    fn visit_str<E: de::Error>(self, v: &str) -> Result<Key, E> {
        Ok(Key::of(v))
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
        time::parse_rfc3339(v).map(Some).ok_or_else(|| E::invalid_value(de::Unexpected::Str(clip(v)), &self))
    }
    fn visit_unit<E>(self) -> Result<Option<i64>, E> {
        Ok(None)
    }
}

fn clip(text: &str) -> &str {
    text.char_indices().nth(40).map_or(text, |(i, _)| &text[..i])
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

type Text<'a> = Option<Cow<'a, str>>;

/// The members of one line, as far as they are there.
#[derive(Default)]
pub(crate) struct Raw<'a> {
    pub(crate) version: Option<u32>,
    pub(crate) event: Text<'a>,
    pub(crate) run: Text<'a>,
    pub(crate) task: Text<'a>,
    pub(crate) number: Option<u32>,
    pub(crate) name: Text<'a>,
    pub(crate) workflow: Text<'a>,
    pub(crate) step: Text<'a>,
    pub(crate) kind: Text<'a>,
    pub(crate) parent: Text<'a>,
    pub(crate) after: Vec<Cow<'a, str>>,
    pub(crate) status: Option<Status>,
    pub(crate) queued: Option<i64>,
    pub(crate) started: Option<i64>,
    pub(crate) ended: Option<i64>,
    pub(crate) t: Option<i64>,
    pub(crate) worker: Text<'a>,
    pub(crate) progress: Option<f64>,
    pub(crate) error: Option<ErrorInfo<'a>>,
    pub(crate) source: Text<'a>,
    pub(crate) labels: Option<&'a RawValue>,
    pub(crate) params: Option<&'a RawValue>,
    pub(crate) stored: Option<&'a RawValue>,
    pub(crate) infer_edges: Option<bool>,
    pub(crate) value: Option<&'a RawValue>,
    pub(crate) unit: Text<'a>,
    pub(crate) level: Text<'a>,
    pub(crate) text: Text<'a>,
    pub(crate) severity: Text<'a>,
    pub(crate) resolved: Option<bool>,
    pub(crate) direction: Text<'a>,
    pub(crate) uri: Text<'a>,
    pub(crate) size: Option<i64>,
    pub(crate) code: Text<'a>,
    pub(crate) count: Option<u64>,
    pub(crate) offset: Option<u64>,
    pub(crate) line: Option<u64>,
    pub(crate) unknown: u32,
}

/// Fills what is there already: handing so many fields from call to call costs more than reading them.
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
        while let Some(key) = map.next_key_seed(KeyVisitor)? {
            match key {
                Key::Version => r.version = map.next_value()?,
                Key::Event => r.event = map.next_value_seed(TextSeed)?,
                Key::Run => r.run = map.next_value_seed(TextSeed)?,
                Key::Task => r.task = map.next_value_seed(TextSeed)?,
                Key::Try => r.number = map.next_value()?,
                Key::Name => r.name = map.next_value_seed(TextSeed)?,
                Key::Workflow => r.workflow = map.next_value_seed(TextSeed)?,
                Key::Step => r.step = map.next_value_seed(TextSeed)?,
                Key::Kind => r.kind = map.next_value_seed(TextSeed)?,
                Key::Parent => r.parent = map.next_value_seed(TextSeed)?,
                Key::After => map.next_value_seed(AfterSeed(&mut r.after))?,
                Key::Status => {
                    if let Some(word) = map.next_value_seed(TextSeed)? {
                        let status = Status::parse(&word).ok_or_else(|| {
                            de::Error::custom(format_args!("{:?} is not a status", clip(&word)))
                        })?;
                        r.status = Some(status);
                    }
                }
                Key::Queued => r.queued = map.next_value_seed(TimeSeed)?,
                Key::Started => r.started = map.next_value_seed(TimeSeed)?,
                Key::Ended => r.ended = map.next_value_seed(TimeSeed)?,
                Key::T => r.t = map.next_value_seed(TimeSeed)?,
                Key::Worker => r.worker = map.next_value_seed(TextSeed)?,
                Key::Progress => r.progress = map.next_value()?,
                Key::Error => r.error = map.next_value_seed(ErrorSeed)?,
                Key::Source => r.source = map.next_value_seed(TextSeed)?,
                Key::Labels => r.labels = map.next_value()?,
                Key::Params => r.params = map.next_value()?,
                Key::Stored => r.stored = map.next_value()?,
                Key::InferEdges => r.infer_edges = map.next_value()?,
                Key::Value => r.value = map.next_value()?,
                Key::Unit => r.unit = map.next_value_seed(TextSeed)?,
                Key::Level => r.level = map.next_value_seed(TextSeed)?,
                Key::Text => r.text = map.next_value_seed(TextSeed)?,
                Key::Severity => r.severity = map.next_value_seed(TextSeed)?,
                Key::Resolved => r.resolved = map.next_value()?,
                Key::Direction => r.direction = map.next_value_seed(TextSeed)?,
                Key::Uri => r.uri = map.next_value_seed(TextSeed)?,
                Key::Size => r.size = map.next_value()?,
                Key::Code => r.code = map.next_value_seed(TextSeed)?,
                Key::Count => r.count = map.next_value()?,
                Key::Offset => r.offset = map.next_value()?,
                Key::LineNumber => r.line = map.next_value()?,
                Key::Unknown => {
                    let _ = map.next_value::<IgnoredAny>()?;
                    r.unknown += 1;
                }
            }
        }
        Ok(())
    }
}

fn json(raw: Option<&RawValue>) -> Option<Json<'_>> {
    raw.map(|r| Json::from_raw(r.get()))
}

impl<'a> Raw<'a> {
    fn line(&mut self) -> Result<Line<'a>, (String, bool)> {
        if let Some(v) = self.version.filter(|v| *v > VERSION) {
            return Err((format!("the file is of version {v}, this program reads up to {VERSION}"), true));
        }
        let kind = self.event.take().ok_or_else(|| missing("event"))?;
        let unknown = self.unknown;
        let run = if kind == "run" { None } else { self.run.take() };
        Ok(Line { run, event: self.event(&kind)?, unknown })
    }

    fn event(&mut self, kind: &str) -> Result<Event<'a>, (String, bool)> {
        let number = self.number;
        Ok(match kind {
            "run" => Event::Run(RunInfo {
                id: self.run.take().ok_or_else(|| missing("run"))?,
                name: self.name.take(),
                workflow: self.workflow.take(),
                status: self.status,
                started: self.started,
                ended: self.ended,
                source: self.source.take(),
                error: self.error.take(),
                labels: json(self.labels),
                params: json(self.params),
                stored: json(self.stored),
                infer_edges: self.infer_edges,
            }),
            "task" => Event::Task(Task {
                id: self.task.take().ok_or_else(|| missing("task"))?,
                name: self.name.take(),
                step: self.step.take(),
                kind: self.kind.take(),
                parent: self.parent.take(),
                after: std::mem::take(&mut self.after),
                status: self.status,
                labels: json(self.labels),
                params: json(self.params),
            }),
            "attempt" | "queue" | "start" | "progress" | "end" => {
                let mut a = Attempt {
                    task: self.task.take().ok_or_else(|| missing("task"))?,
                    number: number.unwrap_or(1).max(1),
                    queued: self.queued,
                    started: self.started,
                    ended: self.ended,
                    worker: self.worker.take(),
                    status: self.status,
                    progress: self.progress.filter(|p| p.is_finite()),
                    error: self.error.take(),
                };
                match kind {
                    "queue" => {
                        (a.queued, a.status) = (self.t.or(a.queued), a.status.or(Some(Status::Queued)))
                    }
                    "start" => {
                        (a.started, a.status) = (self.t.or(a.started), a.status.or(Some(Status::Running)))
                    }
                    "end" => {
                        let ended = if a.error.is_some() { Status::Failed } else { Status::Succeeded };
                        (a.ended, a.status) = (self.t.or(a.ended), a.status.or(Some(ended)));
                    }
                    _ => {}
                }
                Event::Attempt(a)
            }
            "sample" => Event::Sample(Sample {
                task: self.task.take(),
                number,
                name: self.name.take().ok_or_else(|| missing("name"))?,
                value: self
                    .value
                    .and_then(|v| v.get().parse().ok())
                    .filter(|v: &f64| v.is_finite())
                    .ok_or_else(|| ("`value` of a sample is a finite number".to_owned(), false))?,
                unit: self.unit.take(),
                t: self.t,
            }),
            "log" => Event::Log(Log {
                task: self.task.take(),
                number,
                t: self.t,
                level: self.level.take(),
                text: self.text.take().ok_or_else(|| missing("text"))?,
            }),
            "alert" => Event::Alert(Alert {
                task: self.task.take(),
                t: self.t,
                severity: self.severity.take(),
                text: self.text.take().ok_or_else(|| missing("text"))?,
                resolved: self.resolved,
            }),
            "artifact" => Event::Artifact(Artifact {
                task: self.task.take(),
                name: self.name.take().ok_or_else(|| missing("name"))?,
                direction: match self.direction.as_deref() {
                    Some("input") => Direction::Input,
                    Some("output") | None => Direction::Output,
                    Some(other) => return Err((format!("{:?} is not a direction", clip(other)), false)),
                },
                uri: self.uri.take(),
                size: self.size,
                value: json(self.value),
            }),
            "diagnostic" => Event::Diagnostic(Diagnostic {
                severity: self.severity.as_deref().and_then(Severity::parse).unwrap_or(Severity::Warning),
                code: Cow::Owned(self.code.take().ok_or_else(|| missing("code"))?.into_owned()),
                message: self.text.take().unwrap_or_default().into_owned(),
                count: self.count.unwrap_or(1).max(1),
                offset: self.offset,
                line: self.line,
            }),
            other => return Err((format!("{:?} is not an event this version knows", clip(other)), false)),
        })
    }
}

fn missing(member: &str) -> (String, bool) {
    (format!("the member `{member}` is missing"), false)
}
