//! The text notation for runs, for tests, documents and bug reports.

use makespan_format::{Event, EventSink, RunInfo};
use makespan_model::notation;
use std::borrow::Cow;

use crate::importer::{Claim, ClaimedFile, Importer, Options, ReadError, whole};
use crate::sniff::{Head, JsonKind};

/// The importer of the text notation.
pub const TEXT: Importer = Importer {
    id: "text",
    title: "Text notation",
    parts: &["notation"],
    how: "written by hand: a task a line, `name start..end worker after …`",
    lossy: "logs, metrics, parameters",
    sniff,
    read,
    stream: whole,
};

fn sniff(head: &Head<'_>) -> Option<Claim> {
    if !head.text || head.shape.root != JsonKind::NotJson {
        return None;
    }
    notation::looks_like(&crate::encoding::text_of(head.bytes)).then_some(Claim {
        score: 30,
        part: "notation",
        reason: "its first line reads as a task with a span",
    })
}

fn read(
    parts: &[ClaimedFile<'_>],
    _options: &Options<'_>,
    sink: &mut dyn EventSink,
) -> Result<(), ReadError> {
    for part in parts {
        let mut named = Named { name: &part.source.name, open: false, sink };
        notation::read(&crate::encoding::text_of(&part.source.bytes), &mut named);
    }
    Ok(())
}

/// Emits a run named after the file if the text names none.
struct Named<'n> {
    name: &'n str,
    open: bool,
    sink: &'n mut dyn EventSink,
}

impl EventSink for Named<'_> {
    fn event(&mut self, event: Event<'_>) {
        if !self.open && !matches!(event, Event::Diagnostic(_)) {
            self.open = true;
            if !matches!(event, Event::Run(_)) {
                let id = Cow::Borrowed(self.name);
                self.sink.event(Event::Run(RunInfo { id, ..RunInfo::default() }));
            }
        }
        self.sink.event(event);
    }
}
