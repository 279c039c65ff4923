//! Spans, log records and points of metrics, in whatever form they were written.

use std::borrow::Cow;
use std::rc::Rc;

use makespan_format::{Attempt, Event, Log, Status};
use makespan_model::HashMap;

use super::attributes::Attributes;
use crate::gather::Named;
use crate::ids::{Ids, Row};
use crate::importer::Zone;
use crate::tally::Tally;
use crate::times::Clock;

/// The code of a span that was reported without its end, where that does not mean that it is still going on.
pub(crate) const NO_END: &str = "no end";

/// What a request of an exporter holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Signal {
    /// Spans (`ExportTraceServiceRequest`).
    Traces,
    /// Log records (`ExportLogsServiceRequest`).
    Logs,
    /// Points of metrics (`ExportMetricsServiceRequest`).
    Metrics,
}

/// All that was read.
pub(crate) struct Book<'z, 'a> {
    pub(crate) file: &'z str,
    pub(crate) traces: Named<Trace<'a>>,
    pub(crate) logs: Vec<Record<'a>>,
    pub(crate) points: Vec<Point<'a>>,
    pub(crate) resources: Vec<Attributes<'a>>,
    pub(crate) clock: Clock<'z>,
    pub(crate) tally: Tally,
    /// Spans that were ignored.
    pub(crate) rejected: u64,
}

/// The spans of a trace.
#[derive(Default)]
pub(crate) struct Trace<'a> {
    pub(crate) id: String,
    pub(crate) spans: Vec<Span<'a>>,
    /// Where the first span of each id stands.
    pub(crate) index: HashMap<String, usize>,
    /// Of ids that stand for several spans, the ids that these have got.
    pub(crate) several: HashMap<String, Vec<String>>,
    has_repeats: bool,
}

#[derive(Default)]
pub(crate) struct Span<'a> {
    pub(crate) id: String,
    /// The number of the try; 0, which every reader gives, is the only one.
    pub(crate) number: u32,
    pub(crate) parent: Option<String>,
    pub(crate) name: Cow<'a, str>,
    /// `server`, `client` …; empty for what is internal or not said.
    pub(crate) kind: Cow<'a, str>,
    pub(crate) started: Option<i64>,
    pub(crate) ended: Option<i64>,
    /// 0 unset, 1 ok, 2 error; of anything else the word.
    pub(crate) code: Cow<'a, str>,
    pub(crate) message: Option<Cow<'a, str>>,
    pub(crate) attributes: Attributes<'a>,
    pub(crate) events: Vec<Note<'a>>,
    /// Trace and span of each link.
    pub(crate) links: Vec<(String, String)>,
    pub(crate) resource: usize,
    pub(crate) scope: Option<Cow<'a, str>>,
    /// How many attributes, events and links the exporter dropped.
    pub(crate) dropped: i64,
}

/// Something that happened during a span.
pub(crate) struct Note<'a> {
    pub(crate) t: Option<i64>,
    pub(crate) name: Cow<'a, str>,
    pub(crate) attributes: Attributes<'a>,
}

/// A log record.
#[derive(Default)]
pub(crate) struct Record<'a> {
    pub(crate) trace: String,
    pub(crate) span: String,
    pub(crate) t: Option<i64>,
    pub(crate) level: Option<Cow<'a, str>>,
    pub(crate) text: Cow<'a, str>,
    /// Where its resource stands among those of the book.
    pub(crate) resource: usize,
}

/// A point of a metric.
pub(crate) struct Point<'a> {
    pub(crate) name: Cow<'a, str>,
    pub(crate) unit: Option<Cow<'a, str>>,
    pub(crate) t: Option<i64>,
    pub(crate) value: f64,
    /// Where its resource stands among those of the book.
    pub(crate) resource: usize,
}

impl<'z, 'a> Book<'z, 'a> {
    pub(crate) fn new(zone: &'z dyn Zone, file: &'z str) -> Book<'z, 'a> {
        Book {
            file,
            traces: Named::default(),
            logs: Vec::new(),
            points: Vec::new(),
            resources: Vec::new(),
            clock: Clock::new(Rc::new(zone)),
            tally: Tally::new(),
            rejected: 0,
        }
    }

    /// Takes a span.
    pub(crate) fn span(&mut self, trace: String, span: Span<'a>) {
        if span.id.is_empty() || trace.is_empty() {
            self.rejected += 1;
            self.tally.warn("bad-record", "spans without an id or a trace were ignored", || &*span.name);
            return;
        }
        let of = self.traces.entry(&trace.clone(), || Trace { id: trace, ..Trace::default() });
        match of.index.get(&span.id) {
            Some(_) => of.has_repeats = true,
            None => {
                of.index.insert(span.id.clone(), of.spans.len());
            }
        }
        of.spans.push(span);
    }

    /// Decides for spans of one id whether they are duplicates, tries of one task, or tasks of their own, as
    /// [`crate::ids`] does for all formats. To be called once, when all spans are there.
    pub(super) fn settle_ids(&mut self) {
        let mut ids = Ids::default();
        for trace in self.traces.list.iter_mut().filter(|trace| trace.has_repeats) {
            let mut by_id: Named<Vec<Span<'a>>> = Named::default();
            for span in std::mem::take(&mut trace.spans) {
                by_id.entry(&span.id.clone(), Vec::new).push(span);
            }
            trace.index.clear();
            for spans in by_id.list {
                let Some(id) = spans.first().map(|span| span.id.clone()) else { continue };
                let rows: Vec<_> = spans.into_iter().map(|span| span.row(&ids)).collect();
                let tasks = ids.tries(&id, rows);
                trace.index.insert(id.clone(), trace.spans.len());
                if tasks.len() > 1 {
                    let name = |place| if place == 1 { id.clone() } else { format!("{id} #{place}") };
                    trace.several.insert(id.clone(), (1..=tasks.len()).map(name).collect());
                }
                for (place, tries) in (1..).zip(tasks) {
                    for (number, row) in (1..).zip(tries) {
                        let id = if place == 1 { id.clone() } else { format!("{id} #{place}") };
                        trace.spans.push(Span { id, number, ..row.of });
                    }
                }
            }
        }
        ids.add_to(&mut self.tally);
    }
}

impl<'a> Span<'a> {
    /// The span as a record of its id.
    fn row(self, ids: &Ids) -> Row<'a, Span<'a>> {
        let status = match &*self.code {
            "2" | "error" => Some(Status::Failed),
            _ if self.ended.is_some() => Some(Status::Unknown),
            _ => None,
        };
        let Span { started, ended, .. } = self;
        let attempt = Attempt { started, ended, status, ..Attempt::default() };
        let print = ids.print((&self.name, &self.parent, &self.kind, &self.code));
        Row { attempt, print, of: self }
    }
}

/// An id as hex: 16 or 8 bytes written in hex, or in base64 as generic JSON writers of protobuf do. Anything else stays
/// as it is; all zeros are not an id.
pub(crate) fn hex_id(text: &str) -> String {
    let text = text.trim();
    let text = text.strip_prefix("0x").unwrap_or(text);
    let is_hex = text.bytes().all(|b| b.is_ascii_hexdigit());
    let id = match text.len() {
        24 | 12 if !is_hex || text.ends_with('=') => match base64(text) {
            Some(bytes) => hex(&bytes),
            None => text.to_owned(),
        },
        _ if is_hex => text.to_ascii_lowercase(),
        _ => text.to_owned(),
    };
    if id.bytes().all(|b| b == b'0') { String::new() } else { id }
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}

/// The bytes of base64 text in either alphabet, with or without padding.
fn base64(text: &str) -> Option<Vec<u8>> {
    let (mut out, mut held, mut bits) = (Vec::new(), 0u32, 0);
    for byte in text.trim_end_matches('=').bytes() {
        let value = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'+' | b'-' => 62,
            b'/' | b'_' => 63,
            _ => return None,
        };
        held = (held << 6) | u32::from(value);
        bits += 6;
        if bits >= 8 {
            bits -= 8;
            out.push((held >> bits) as u8);
            held &= (1 << bits) - 1;
        }
    }
    Some(out)
}

/// Returns a log record as a line of a task.
pub(super) fn log<'r>(record: &'r Record<'_>, task: Option<&'r str>) -> Event<'r> {
    Event::Log(Log {
        task: task.map(Cow::Borrowed),
        number: None,
        t: record.t,
        level: record.level.clone(),
        text: Cow::Borrowed(&record.text),
    })
}

/// Returns the service that a resource is.
pub(super) fn service<'a>(resource: &Attributes<'a>) -> Option<Cow<'a, str>> {
    resource.text(&["service.name"])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_hex_whatever_they_were_written_as() {
        assert_eq!(hex_id("QpC1h3qZMN55u0KDZTmOzA=="), "4290b5877a9930de79bb428365398ecc");
        assert_eq!(hex_id("5B8EFFF798038103D269B633813FC60C"), "5b8efff798038103d269b633813fc60c");
        assert_eq!(hex_id("0x7739ced0813a6d66"), "7739ced0813a6d66");
        assert_eq!((hex_id("0000000000000000"), hex_id("req-7")), (String::new(), "req-7".to_owned()));
        assert_eq!(hex_id("7uGbfsPBsXM="), "eee19b7ec3c1b173");
    }
}
