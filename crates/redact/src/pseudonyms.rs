//! Pseudonyms: the shape and times of a run without the words of its author.

use std::borrow::Cow;
use std::collections::BTreeMap;

use makespan_format::{
    Alert, Artifact, Attempt, Diagnostic, ErrorInfo, Event, EventSink, RunInfo, Sample, Task,
};

/// Replaces names with numbered words (`task 3`, `worker 1`), the same name with the same word in all runs, and removes text
/// that its author wrote: log lines, parameters, labels, values and addresses of artifacts, traces of errors. Times, statuses,
/// dependencies, names of metrics and the source stay.
///
/// ```
/// use makespan_redact::Pseudonyms;
/// let mut names = Pseudonyms::default();
/// assert_eq!(names.of("task", "load customers"), "task 1");
/// assert_eq!(names.of("task", "send invoices"), "task 2");
/// assert_eq!(names.of("task", "load customers"), "task 1");
/// ```
#[derive(Debug, Default)]
pub struct Pseudonyms {
    /// The number of each name, by the word before it.
    numbers: BTreeMap<&'static str, BTreeMap<String, usize>>,
}

/// Passes events on with pseudonyms.
pub struct Pseudonymising<'n, 's> {
    names: &'n mut Pseudonyms,
    sink: &'s mut dyn EventSink,
}

impl<'n, 's> Pseudonymising<'n, 's> {
    /// Passes on to `sink`.
    pub fn new(names: &'n mut Pseudonyms, sink: &'s mut dyn EventSink) -> Pseudonymising<'n, 's> {
        Pseudonymising { names, sink }
    }
}

impl EventSink for Pseudonymising<'_, '_> {
    fn event(&mut self, event: Event<'_>) {
        if let Some(event) = self.names.event(event) {
            self.sink.event(event);
        }
    }
}

impl Pseudonyms {
    /// Returns the pseudonym of a name.
    pub fn of(&mut self, word: &'static str, name: &str) -> String {
        let known = self.numbers.entry(word).or_default();
        let number = match known.get(name) {
            Some(number) => *number,
            None => {
                let next = known.len().saturating_add(1);
                known.insert(name.to_owned(), next);
                next
            }
        };
        format!("{word} {number}")
    }

    fn name(&mut self, word: &'static str, name: &str) -> Cow<'static, str> {
        Cow::Owned(self.of(word, name))
    }

    fn maybe(&mut self, word: &'static str, name: Option<Cow<'_, str>>) -> Option<Cow<'static, str>> {
        name.map(|name| self.name(word, &name))
    }

    fn error(&mut self, error: Option<ErrorInfo<'_>>) -> Option<ErrorInfo<'static>> {
        error.map(|e| ErrorInfo {
            message: self.name("error", &e.message),
            kind: self.maybe("kind of error", e.kind),
            trace: None,
        })
    }

    /// The event with pseudonyms; none if nothing of it may stay.
    fn event<'a>(&mut self, event: Event<'a>) -> Option<Event<'a>> {
        Some(match event {
            Event::Run(r) => Event::Run(RunInfo {
                id: self.name("run", &r.id),
                name: None,
                workflow: self.maybe("workflow", r.workflow),
                error: self.error(r.error),
                labels: None,
                params: None,
                stored: None,
                ..r
            }),
            Event::Task(t) => Event::Task(Task {
                id: self.name("task", &t.id),
                name: None,
                step: self.maybe("step", t.step),
                kind: self.maybe("kind", t.kind),
                parent: self.maybe("task", t.parent),
                after: t.after.iter().map(|id| self.name("task", id)).collect(),
                labels: None,
                params: None,
                ..t
            }),
            Event::Attempt(a) => Event::Attempt(Attempt {
                task: self.name("task", &a.task),
                worker: self.maybe("worker", a.worker),
                error: self.error(a.error),
                ..a
            }),
            Event::Sample(s) => Event::Sample(Sample { task: self.maybe("task", s.task), ..s }),
            Event::Alert(a) => Event::Alert(Alert {
                task: self.maybe("task", a.task),
                text: self.name("alert", &a.text),
                ..a
            }),
            Event::Artifact(a) => Event::Artifact(Artifact {
                task: self.maybe("task", a.task),
                name: self.name("artifact", &a.name),
                uri: None,
                value: None,
                ..a
            }),
            // Messages quote the file; the code says what kind of problem there was.
            Event::Diagnostic(d) => Event::Diagnostic(Diagnostic { message: d.code.replace('-', " "), ..d }),
            Event::Log(_) => return None,
        })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use makespan_format::{Json, Log, Severity, write_line};

    const SECRET: &str = "acme payroll";

    #[derive(Default)]
    struct Lines(String);
    impl EventSink for Lines {
        fn event(&mut self, event: Event<'_>) {
            write_line(&event, &mut self.0);
        }
    }

    #[test]
    fn no_word_of_the_author_is_left_and_the_shape_stays() {
        let text = || Cow::Borrowed(SECRET);
        let some = || Some(text());
        let json = || Some(Json::from_raw(&format!("{{\"{SECRET}\":\"{SECRET}\"}}")).into_owned());
        let error = || Some(ErrorInfo { message: text(), kind: some(), trace: some() });
        let mut names = Pseudonyms::default();
        let mut lines = Lines::default();
        let mut into = Pseudonymising::new(&mut names, &mut lines);
        into.event(Event::Run(RunInfo {
            id: text(),
            name: some(),
            workflow: some(),
            error: error(),
            labels: json(),
            params: json(),
            stored: json(),
            ..RunInfo::default()
        }));
        into.event(Event::Task(Task {
            id: text(),
            name: some(),
            step: some(),
            kind: some(),
            parent: Some(Cow::Borrowed("acme parent")),
            after: vec![Cow::Borrowed("acme before")],
            labels: json(),
            params: json(),
            ..Task::default()
        }));
        into.event(Event::Attempt(Attempt {
            task: text(),
            started: Some(1),
            ended: Some(2),
            worker: some(),
            error: error(),
            ..Attempt::default()
        }));
        into.event(Event::Sample(Sample { task: some(), name: "memory".into(), ..Sample::default() }));
        into.event(Event::Alert(Alert { task: some(), text: text(), ..Alert::default() }));
        into.event(Event::Artifact(Artifact {
            task: some(),
            name: text(),
            uri: some(),
            value: json(),
            ..Artifact::default()
        }));
        into.event(Event::Log(Log { task: some(), text: text(), ..Log::default() }));
        into.event(Event::Diagnostic(Diagnostic::new(Severity::Info, "unknown-member", SECRET)));
        let written = lines.0;
        assert!(!written.contains("acme"), "{written}");
        for kept in [
            "\"run 1\"",
            "\"task 1\"",
            "\"task 2\"",
            "\"task 3\"",
            "\"worker 1\"",
            "\"memory\"",
            "\"error 1\"",
        ] {
            assert!(written.contains(kept), "{kept} is missing: {written}");
        }
        assert_eq!(written.lines().count(), 7, "{written}");
    }
}
