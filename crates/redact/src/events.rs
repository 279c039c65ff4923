//! Secrets out of events: every string of them is searched.

use std::borrow::Cow;

use makespan_format::{
    Alert, Artifact, Attempt, Diagnostic, ErrorInfo, Event, EventSink, Json, Log, RunInfo, Sample, Severity,
    Task,
};

use crate::redacted::Redacted;
use crate::redactor::Redactor;

type Text<'a> = Cow<'a, str>;

/// Passes events on without the secrets in them. Call [`Redacting::finish`] after the last event of a run.
pub struct Redacting<'r, 's> {
    redactor: &'r mut Redactor,
    sink: &'s mut dyn EventSink,
    before: Redacted,
}

impl<'r, 's> Redacting<'r, 's> {
    /// Passes on to `sink`.
    pub fn new(redactor: &'r mut Redactor, sink: &'s mut dyn EventSink) -> Redacting<'r, 's> {
        let before = redactor.redacted().clone();
        Redacting { redactor, sink, before }
    }

    /// Adds a diagnostic `redacted` with what was redacted since this value was created, if anything, and returns it.
    pub fn finish(self) -> Redacted {
        let redacted = self.redactor.redacted().since(&self.before);
        if redacted.total() > 0 {
            let message = format!("{}; the original file still contains them", redacted.sentence());
            let found = Diagnostic::new(Severity::Info, "redacted", message).times(redacted.total());
            self.sink.diagnostic(found);
        }
        redacted
    }
}

impl EventSink for Redacting<'_, '_> {
    fn event(&mut self, event: Event<'_>) {
        let event = self.redactor.event(event);
        self.sink.event(event);
    }
}

impl Redactor {
    /// The event without the secrets in it.
    pub fn event<'a>(&mut self, event: Event<'a>) -> Event<'a> {
        match event {
            Event::Run(r) => Event::Run(self.run(r)),
            Event::Task(t) => Event::Task(self.task(t)),
            Event::Attempt(a) => Event::Attempt(Attempt {
                task: self.name("id", a.task),
                worker: self.maybe_name("worker", a.worker),
                error: self.error(a.error),
                ..a
            }),
            Event::Sample(s) => Event::Sample(Sample {
                task: self.maybe_name("id", s.task),
                name: self.name("metric", s.name),
                unit: self.maybe_name("metric", s.unit),
                ..s
            }),
            Event::Log(l) => Event::Log(Log {
                task: self.maybe_name("id", l.task),
                level: self.maybe_name("log", l.level),
                text: self.text("log", l.text),
                ..l
            }),
            Event::Alert(a) => Event::Alert(Alert {
                task: self.maybe_name("id", a.task),
                severity: self.maybe_name("alert", a.severity),
                text: self.text("alert", a.text),
                ..a
            }),
            Event::Artifact(a) => Event::Artifact(self.artifact(a)),
            Event::Diagnostic(d) => {
                let message = self.text("diagnostic", Cow::Borrowed(&d.message)).into_owned();
                Event::Diagnostic(Diagnostic { message, ..d })
            }
        }
    }

    fn maybe_name<'a>(&mut self, place: &'static str, name: Option<Text<'a>>) -> Option<Text<'a>> {
        name.map(|n| self.name(place, n))
    }

    fn members(
        &mut self,
        place: &'static str,
        json: Option<Json<'_>>,
        key: Option<&str>,
    ) -> Option<Json<'static>> {
        json.map(|j| Json::from_raw(&self.json(place, j.as_str(), key)).into_owned())
    }

    fn error<'a>(&mut self, error: Option<ErrorInfo<'a>>) -> Option<ErrorInfo<'a>> {
        error.map(|e| ErrorInfo {
            message: self.text("error", e.message),
            kind: e.kind.map(|k| self.text("error", k)),
            trace: e.trace.map(|t| self.text("error", t)),
        })
    }

    fn run<'a>(&mut self, r: RunInfo<'a>) -> RunInfo<'a> {
        RunInfo {
            id: self.name("id", r.id),
            name: self.maybe_name("name", r.name),
            workflow: self.maybe_name("name", r.workflow),
            source: self.maybe_name("source", r.source),
            error: self.error(r.error),
            labels: self.members("labels", r.labels, None),
            params: self.members("params", r.params, None),
            stored: self.members("totals", r.stored, None),
            ..r
        }
    }

    fn task<'a>(&mut self, t: Task<'a>) -> Task<'a> {
        Task {
            id: self.name("id", t.id),
            name: self.maybe_name("name", t.name),
            step: self.maybe_name("name", t.step),
            kind: self.maybe_name("name", t.kind),
            parent: self.maybe_name("id", t.parent),
            after: t.after.into_iter().map(|id| self.name("id", id)).collect(),
            labels: self.members("labels", t.labels, None),
            params: self.members("params", t.params, None),
            ..t
        }
    }

    fn artifact<'a>(&mut self, a: Artifact<'a>) -> Artifact<'a> {
        Artifact {
            task: self.maybe_name("id", a.task),
            value: self.members("artifact", a.value, Some(&a.name)),
            uri: self.maybe_name("artifact", a.uri),
            name: self.name("artifact", a.name),
            ..a
        }
    }
}
