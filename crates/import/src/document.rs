//! Makespan's own events as one JSON document: `{"makespan": 1, "runs": [{"run": id, "events": [...]}]}`.

use std::borrow::Cow;
use std::rc::Rc;

use makespan_format::{Event, EventSink, RunInfo, VERSION, read_line};

use crate::importer::{Claim, ClaimedFile, FileReader, Importer, Options, ReadError, Zone, read_each};
use crate::json::document::{Document, Records};
use crate::json::tape::Value;
use crate::sniff::{Head, JsonKind};
use crate::tally::{Tally, clip};

/// The importer of such documents.
pub(crate) const DOCUMENT: Importer = Importer {
    id: "makespan-json",
    title: "Makespan JSON document",
    parts: &["document"],
    how: "`makespan export --format json`",
    lossy: "",
    sniff,
    read,
    stream,
};

fn sniff(head: &Head<'_>) -> Option<Claim> {
    let shape = &head.shape;
    let ours = shape.root == JsonKind::Object
        && shape.kind("makespan") == Some(JsonKind::Number)
        && shape.kind("runs") == Some(JsonKind::Array);
    let reason = "an object with a version `makespan` and a list `runs`";
    ours.then_some(Claim { score: 100, part: "document", reason })
}

fn read(parts: &[ClaimedFile<'_>], options: &Options<'_>, sink: &mut dyn EventSink) -> Result<(), ReadError> {
    read_each(&DOCUMENT, parts, options, sink)
}

fn stream<'z>(
    head: &Head<'_>,
    _part: &'static str,
    _zone: &Rc<dyn Zone + 'z>,
) -> Option<Box<dyn FileReader + 'z>> {
    let runs = Runs { name: head.name.to_owned(), tally: Tally::new(), runs: 0, newer: None };
    Some(Box::new(Document::new(runs)))
}

/// The runs of a document on its way.
struct Runs {
    name: String,
    tally: Tally,
    runs: u64,
    /// The version of the document, if it is newer than this program.
    newer: Option<i64>,
}

impl Records for Runs {
    fn is_list(&self, key: &str, opens: u8) -> bool {
        key == "runs" && opens == b'['
    }

    fn member<'a>(&mut self, key: Cow<'a, str>, value: Value<'_, 'a>, _sink: &mut dyn EventSink) {
        if key == "makespan" {
            self.newer = value.whole().filter(|version| *version > i64::from(VERSION));
        } else {
            let what = "members unknown to this version of Makespan were ignored";
            self.tally.info("unknown-member", what, || key.into_owned());
        }
    }

    fn record<'a>(&mut self, _key: Option<Cow<'a, str>>, value: Value<'_, 'a>, sink: &mut dyn EventSink) {
        let member = |name: &str| value.members().filter(|(key, _)| key == name).last().map(|(_, v)| v);
        let (Some(id), Some(events)) = (member("run").and_then(Value::text), member("events")) else {
            let what = "runs without an id or without events were ignored";
            self.tally.warn("bad-record", what, || clip(value.get()));
            return;
        };
        self.runs += 1;
        sink.event(Event::Run(RunInfo { id: Cow::Borrowed(&*id), ..RunInfo::default() }));
        for event in events.elements() {
            match read_line(event.get().as_bytes()) {
                Ok(line) => sink.event(line.event),
                Err(error) => {
                    let what = format!("events that could not be read were ignored: {}", error.message);
                    self.tally.warn("bad-event", &what, || clip(event.get()));
                }
            }
        }
    }
}

impl FileReader for Document<Runs> {
    fn push(&mut self, bytes: &[u8], sink: &mut dyn EventSink) {
        Document::push(self, bytes, sink);
    }

    fn finish(self: Box<Self>, sink: &mut dyn EventSink) -> Result<(), ReadError> {
        let (runs, ending) = Document::finish(*self, false, sink);
        if runs.runs == 0
            && let Some(version) = runs.newer
        {
            let message = format!("the document has version {version}, this program reads version {VERSION}");
            return Err(ReadError::Newer { message });
        }
        ending.report(&runs.name, runs.runs > 0, sink)?;
        runs.tally.report(&runs.name, sink);
        Ok(())
    }
}
