//! Complaints gathered, so that a thousand bad records make one diagnostic.

use makespan_format::{Diagnostic, EventSink, Severity};

use crate::limits::TALLY_KINDS;

/// Where a complaint was met first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Place {
    /// Byte of the file, where known.
    pub offset: Option<u64>,
    /// Line of the file (from 1), where known.
    pub line: Option<u64>,
}

/// Gathers complaints about one file; each kind is reported once, with its count, first example and first place.
#[derive(Debug, Default)]
pub struct Tally {
    kinds: Vec<Complaint>,
    /// Complaints beyond [`TALLY_KINDS`] kinds.
    others: u64,
}

#[derive(Debug)]
struct Complaint {
    severity: Severity,
    code: &'static str,
    what: String,
    example: String,
    count: u64,
    place: Place,
}

impl Tally {
    /// Nothing so far.
    pub fn new() -> Tally {
        Tally::default()
    }

    /// Adds one complaint: `what` is the same for all of its kind, `example` is asked for the first only and may
    /// be empty.
    pub fn add<E: Into<String>>(
        &mut self,
        severity: Severity,
        code: &'static str,
        what: &str,
        place: Place,
        example: impl FnOnce() -> E,
    ) {
        if let Some(kind) = self.kinds.iter_mut().find(|k| k.code == code && k.what == what) {
            kind.count += 1;
        } else if self.kinds.len() < TALLY_KINDS {
            let what = what.to_owned();
            let example = clip(&example().into()).to_owned();
            self.kinds.push(Complaint { severity, code, what, example, count: 1, place });
        } else {
            self.others += 1;
        }
    }

    /// Adds a complaint about the text at a place; the example shows this text and is not clipped.
    pub fn fault(
        &mut self,
        severity: Severity,
        code: &'static str,
        what: &str,
        place: Place,
        fault: impl FnOnce() -> String,
    ) {
        let known = self.kinds.len();
        let mut whole = String::new();
        self.add(severity, code, what, place, || {
            whole = fault();
            whole.clone()
        });
        if let Some(added) = self.kinds.get_mut(known) {
            added.example = whole;
        }
    }

    /// Adds a warning whose place is not known.
    pub fn warn<E: Into<String>>(&mut self, code: &'static str, what: &str, example: impl FnOnce() -> E) {
        self.add(Severity::Warning, code, what, Place::default(), example);
    }

    /// Adds a note whose place is not known.
    pub fn info<E: Into<String>>(&mut self, code: &'static str, what: &str, example: impl FnOnce() -> E) {
        self.add(Severity::Info, code, what, Place::default(), example);
    }

    /// Adds `count` complaints of a kind at once, place and example unknown; none where it is 0.
    pub fn count(&mut self, severity: Severity, code: &'static str, what: &str, count: u64) {
        if count > 0 {
            self.add(severity, code, what, Place::default(), String::new);
            if let Some(kind) = self.kinds.iter_mut().find(|k| k.code == code && k.what == what) {
                kind.count += count - 1;
            }
        }
    }

    /// The first complaint and its place, for a file of which nothing else came.
    pub fn first(&self) -> Option<(&str, Place)> {
        self.kinds.first().map(|k| (k.what.as_str(), k.place))
    }

    /// Reports what was gathered about the file of that name.
    pub fn report(self, name: &str, sink: &mut dyn EventSink) {
        for kind in self.kinds {
            let example =
                if kind.example.is_empty() { String::new() } else { format!(" (first: {})", kind.example) };
            sink.diagnostic(Diagnostic {
                offset: kind.place.offset,
                line: kind.place.line,
                ..Diagnostic::new(kind.severity, kind.code, format!("{name}: {}{example}", kind.what))
                    .times(kind.count)
            });
        }
        if self.others > 0 {
            let message = format!("{name}: further problems of other kinds");
            sink.diagnostic(Diagnostic::new(Severity::Warning, "more-problems", message).times(self.others));
        }
    }
}

/// The first 60 characters.
pub(crate) fn clip(text: &str) -> &str {
    text.char_indices().nth(60).map_or(text, |(i, _)| &text[..i])
}
