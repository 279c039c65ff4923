//! Notes about single files, of which a folder may hold thousands: the first of each kind are kept, the rest is counted.

use std::borrow::Cow;

use makespan_format::{Diagnostic, Event, EventSink, Severity};

use crate::limits::REPORTED_FILES;

/// The codes of diagnostics about the text of one file, among those that importers emit.
const OF_TEXTS: [&str; 15] = [
    "bad-json",
    "bad-record",
    "bad-utf8",
    "control-character",
    "lone-surrogate",
    "missing-comma",
    "no-results",
    "not-a-number",
    "not-json",
    "python-literals",
    "text-before",
    "trailing-comma",
    "truncated",
    "unreadable",
    "utf16",
];

/// A sink that passes on [`REPORTED_FILES`] notes of each code and counts the others.
pub(super) struct Notes<'s> {
    sink: &'s mut dyn EventSink,
    /// Whether only the codes of texts are counted.
    of_texts: bool,
    kinds: Vec<Kind>,
}

struct Kind {
    severity: Severity,
    code: Cow<'static, str>,
    passed: usize,
    held: u64,
}

impl<'s> Notes<'s> {
    /// For notes that are all about single files.
    pub(super) fn new(sink: &'s mut dyn EventSink) -> Notes<'s> {
        Notes { sink, of_texts: false, kinds: Vec::new() }
    }

    /// For the events of an importer that reads many files, whose other diagnostics are about runs.
    pub(super) fn of_texts(sink: &'s mut dyn EventSink) -> Notes<'s> {
        Notes { of_texts: true, ..Notes::new(sink) }
    }

    /// Emits how many notes were held back.
    pub(super) fn finish(self) {
        for kind in self.kinds.into_iter().filter(|kind| kind.held > 0) {
            let message = format!(
                "further files have the note `{}`, which is listed for the first of them only",
                kind.code
            );
            let found = Diagnostic { code: kind.code, ..Diagnostic::new(kind.severity, "", message) };
            self.sink.diagnostic(found.times(kind.held));
        }
    }
}

impl EventSink for Notes<'_> {
    fn event(&mut self, event: Event<'_>) {
        let Event::Diagnostic(found) = &event else { return self.sink.event(event) };
        if self.of_texts && !OF_TEXTS.contains(&&*found.code) {
            return self.sink.event(event);
        }
        let known = self.kinds.iter_mut().find(|k| k.code == found.code && k.severity == found.severity);
        match known {
            Some(kind) if kind.passed >= REPORTED_FILES => kind.held += 1,
            Some(kind) => {
                kind.passed += 1;
                self.sink.event(event);
            }
            None => {
                let (severity, code) = (found.severity, found.code.clone());
                self.kinds.push(Kind { severity, code, passed: 1, held: 0 });
                self.sink.event(event);
            }
        }
    }
}
