//! The words of a file that are not understood.

use makespan_format::{Diagnostic, EventSink, Severity, Status};

use super::words::read;
use crate::tally::{Tally, clip};

/// Unknown words, counted over a file.
#[derive(Clone, Debug, Default)]
pub(crate) struct Unread {
    count: u64,
    first: String,
}

impl Unread {
    /// Counts an unknown word.
    pub(crate) fn add(&mut self, word: &str) {
        if self.count == 0 {
            clip(word).clone_into(&mut self.first);
        }
        self.count += 1;
    }

    /// Returns the status of a single word; if unknown, counts it and returns [`Status::Unknown`].
    pub(crate) fn word(&mut self, word: &str) -> Status {
        read(word).unwrap_or_else(|| {
            self.add(word);
            Status::Unknown
        })
    }

    /// Returns the message and the number of occurrences, for a diagnostic with code `unknown-status`; `None` if all
    /// words were known.
    fn message(&self) -> Option<String> {
        (self.count > 0).then(|| {
            format!(
                "unknown status words; the outcome of their tasks is shown as unknown (first: {:?})",
                self.first
            )
        })
    }

    /// Adds the counts to the problems of a file.
    pub(crate) fn add_to(&self, tally: &mut Tally) {
        if let Some(message) = self.message() {
            tally.count(Severity::Warning, "unknown-status", &message, self.count);
        }
    }

    /// Emits the counts; `whose` names the run or the file.
    pub(crate) fn report(&self, whose: &str, sink: &mut dyn EventSink) {
        if let Some(message) = self.message() {
            let found = Diagnostic::new(Severity::Warning, "unknown-status", format!("{whose}: {message}"));
            sink.diagnostic(found.times(self.count));
        }
    }
}
