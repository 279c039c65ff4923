//! Secrets out of a run before it is handed on: values whose key says that they are secret, and what looks like a
//! credential in free text. Structure never changes: what depends on what, how many tasks there are, stays.

mod json;
mod key;
mod redacted;
mod text;

use std::borrow::Cow;
use std::collections::BTreeMap;

use makespan_format::{
    Alert, Artifact, Attempt, Diagnostic, ErrorInfo, Event, EventSink, Json, Log, RunInfo, Sample, Severity,
    Task,
};

pub use redacted::{MARK, Redacted};

/// Passes events on without the secrets in them. Call [`Redactor::finish`] after the last event of a run.
pub struct Redactor<'s> {
    sink: &'s mut dyn EventSink,
    redacted: Redacted,
    /// Ids that held a credential, and what they became: references must keep finding their tasks.
    ids: BTreeMap<String, String>,
}

impl<'s> Redactor<'s> {
    /// Passes on to `sink`.
    pub fn new(sink: &'s mut dyn EventSink) -> Redactor<'s> {
        Redactor { sink, redacted: Redacted::default(), ids: BTreeMap::new() }
    }

    /// Tells the sink, with a diagnostic `redacted`, what was taken out, where anything was; and returns it.
    pub fn finish(self) -> Redacted {
        if self.redacted.total() > 0 {
            let message =
                format!("{}; the file this was made from still holds them", self.redacted.sentence());
            let found = Diagnostic::new(Severity::Info, "redacted", message).times(self.redacted.total());
            self.sink.diagnostic(found);
        }
        self.redacted
    }

    fn text<'a>(&mut self, text: Cow<'a, str>) -> Cow<'a, str> {
        match text::scrub(&text) {
            None => text,
            Some((clean, n)) => {
                self.redacted.text += n;
                Cow::Owned(clean)
            }
        }
    }

    fn maybe<'a>(&mut self, text: Option<Cow<'a, str>>) -> Option<Cow<'a, str>> {
        text.map(|t| self.text(t))
    }

    /// An id without the credential in it, and always the same for the same id. Two that differ only in their
    /// credentials stay two.
    fn id<'a>(&mut self, id: Cow<'a, str>) -> Cow<'a, str> {
        if let Some(known) = self.ids.get(&*id) {
            return Cow::Owned(known.clone());
        }
        let Some((clean, n)) = text::scrub(&id) else { return id };
        self.redacted.text += n;
        let unique = format!("{clean} #{}", self.ids.len() + 1);
        self.ids.insert(id.into_owned(), unique.clone());
        Cow::Owned(unique)
    }

    fn maybe_id<'a>(&mut self, id: Option<Cow<'a, str>>) -> Option<Cow<'a, str>> {
        id.map(|i| self.id(i))
    }

    fn json(&mut self, json: Option<Json<'_>>, key: Option<&str>) -> Option<Json<'static>> {
        json.map(|j| Json::from_raw(&json::scrub(j.as_str(), key, &mut self.redacted)).into_owned())
    }

    fn error<'a>(&mut self, error: Option<ErrorInfo<'a>>) -> Option<ErrorInfo<'a>> {
        error.map(|e| ErrorInfo {
            message: self.text(e.message),
            kind: self.maybe(e.kind),
            trace: self.maybe(e.trace),
        })
    }

    fn run<'a>(&mut self, r: RunInfo<'a>) -> RunInfo<'a> {
        RunInfo {
            name: self.maybe(r.name),
            workflow: self.maybe(r.workflow),
            source: self.maybe(r.source),
            error: self.error(r.error),
            labels: self.json(r.labels, None),
            params: self.json(r.params, None),
            stored: self.json(r.stored, None),
            ..r
        }
    }

    fn task<'a>(&mut self, t: Task<'a>) -> Task<'a> {
        Task {
            id: self.id(t.id),
            name: self.maybe(t.name),
            step: self.maybe(t.step),
            kind: self.maybe(t.kind),
            parent: self.maybe_id(t.parent),
            after: t.after.into_iter().map(|id| self.id(id)).collect(),
            labels: self.json(t.labels, None),
            params: self.json(t.params, None),
            ..t
        }
    }

    fn artifact<'a>(&mut self, a: Artifact<'a>) -> Artifact<'a> {
        let value = self.json(a.value, Some(&a.name));
        let uri = self.maybe(a.uri);
        Artifact { task: self.maybe_id(a.task), name: self.text(a.name), uri, value, ..a }
    }
}

impl EventSink for Redactor<'_> {
    fn event(&mut self, event: Event<'_>) {
        let event = match event {
            Event::Run(r) => Event::Run(self.run(r)),
            Event::Task(t) => Event::Task(self.task(t)),
            Event::Attempt(a) => Event::Attempt(Attempt {
                task: self.id(a.task),
                worker: self.maybe(a.worker),
                error: self.error(a.error),
                ..a
            }),
            Event::Sample(s) => {
                Event::Sample(Sample { task: self.maybe_id(s.task), name: self.text(s.name), ..s })
            }
            Event::Log(l) => Event::Log(Log { task: self.maybe_id(l.task), text: self.text(l.text), ..l }),
            Event::Alert(a) => {
                Event::Alert(Alert { task: self.maybe_id(a.task), text: self.text(a.text), ..a })
            }
            Event::Artifact(a) => Event::Artifact(self.artifact(a)),
            Event::Diagnostic(d) => {
                let message = self.text(Cow::Borrowed(&d.message)).into_owned();
                Event::Diagnostic(Diagnostic { message, ..d })
            }
        };
        self.sink.event(event);
    }
}

#[cfg(test)]
mod tests;
