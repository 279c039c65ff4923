//! The members of one line, and the event that they make.

use std::borrow::Cow;

use serde_json::value::RawValue;

use crate::clip::clip_chars;
use crate::event::*;
use crate::{Diagnostic, Json, Severity, Status, VERSION};

/// The content of a line.
#[derive(Debug, PartialEq)]
pub struct Line<'a> {
    /// The run that the line names. If it names none and is not a `run` event, it belongs to the run of the previous
    /// line.
    pub run: Option<Cow<'a, str>>,
    /// The event.
    pub event: Event<'a>,
    /// Number of members that this version does not know.
    pub unknown: u32,
}

macro_rules! members {
    ($($name:literal => $variant:ident),* $(,)?) => {
        /// A member of the object.
        pub(crate) enum Member { $($variant,)* Unknown }
        impl Member {
            pub(crate) fn of(name: &str) -> Member {
                match name { $($name => Member::$variant,)* _ => Member::Unknown }
            }
        }
    };
}

members! {
    "makespan" => Version, "event" => Event, "run" => Run, "task" => Task, "try" => Try, "name" => Name,
    "workflow" => Workflow, "step" => Step, "kind" => Kind, "parent" => Parent, "after" => After,
    "status" => Status, "queued" => Queued, "started" => Started, "ended" => Ended, "t" => T,
    "worker" => Worker, "progress" => Progress, "error" => Error, "source" => Source, "labels" => Labels,
    "params" => Params, "stored" => Stored, "infer_edges" => InferEdges, "value" => Value, "unit" => Unit,
    "level" => Level, "text" => Text, "severity" => Severity, "resolved" => Resolved,
    "direction" => Direction, "uri" => Uri, "size" => Size, "code" => Code, "count" => Count,
    "offset" => Offset, "line" => LineNumber,
}

type Text<'a> = Option<Cow<'a, str>>;

/// The members of one line; absent ones are `None`.
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

fn json(raw: Option<&RawValue>) -> Option<Json<'_>> {
    raw.map(|r| Json::from_raw(r.get()))
}

impl<'a> Raw<'a> {
    /// Combines the members to an event. An error describes the problem, and whether the line is of a newer version.
    pub(crate) fn line(&mut self) -> Result<Line<'a>, (String, bool)> {
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
                    Some(other) => return Err((format!("{:?} is not a direction", excerpt(other)), false)),
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
            other => return Err((format!("{:?} is not an event this version knows", excerpt(other)), false)),
        })
    }
}

fn missing(member: &str) -> (String, bool) {
    (format!("the member `{member}` is missing"), false)
}

/// The beginning of a text, for messages.
pub(crate) fn excerpt(text: &str) -> &str {
    clip_chars(text, 40)
}
