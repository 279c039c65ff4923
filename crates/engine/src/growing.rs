//! A growing run.

use makespan_format::{Diagnostic, Event, RunInfo, Severity, read_line};
use makespan_model::{Run, RunsBuilder};

/// A growing run.
#[derive(Debug)]
pub(crate) struct Live {
    fold: RunsBuilder,
    pub(crate) events: u64,
    /// Number of lines unknown to this release.
    unread: u64,
    /// Whether there are events that the open run does not contain.
    pub(crate) is_newer: bool,
}

impl Live {
    pub(crate) fn new(id: &str) -> Live {
        let mut fold = RunsBuilder::new();
        fold.apply(&Event::Run(RunInfo { id: id.into(), ..RunInfo::default() }));
        Live { fold, events: 0, unread: 0, is_newer: true }
    }

    pub(crate) fn push(&mut self, lines: &str) {
        for line in lines.lines().filter(|line| !line.is_empty()) {
            match read_line(line.as_bytes()) {
                Ok(read) => self.fold.apply(&read.event),
                Err(_) => self.unread += 1,
            }
            self.events += 1;
            self.is_newer = true;
        }
    }

    /// Returns the current run; building continues.
    pub(crate) fn now(&self, id: &str) -> Option<Run> {
        let mut fold = self.fold.clone();
        if self.unread > 0 {
            let message = "events that are unknown to this release were ignored";
            let found = Diagnostic::new(Severity::Warning, "unknown-event", message).times(self.unread);
            fold.apply(&Event::Diagnostic(found));
        }
        fold.finish().0.into_iter().find(|run| run.id == id)
    }
}
