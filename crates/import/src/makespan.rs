//! Makespan's own events: one JSON object per line, or packed.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::rc::Rc;

use makespan_format::packed::{self, PackedError};
use makespan_format::{
    Attempt, Diagnostic, Event, EventSink, LineError, RunInfo, Severity, Status, VERSION, keep_readable,
    read_line,
};
use makespan_model::UNREADABLE_LINES;
use serde_json::value::RawValue;

use crate::importer::{Claim, ClaimedFile, FileReader, Importer, Options, ReadError, Unit, Zone, read_each};
use crate::json;
use crate::lines::{Line, Lines};
use crate::outcome::{self, Outcome};
use crate::sniff::{Head, JsonKind};
use crate::tally::{Place, Tally};
use crate::times::is_never;

/// The kind of a packed event file, as in reports: it contains whole runs, and other files add no lines to it.
pub(crate) const PACKED: &str = "report";

/// The importer of event files.
pub const MAKESPAN: Importer = Importer {
    id: "makespan",
    title: "Makespan events",
    parts: &["events", PACKED],
    how: "`makespan export FILE --format jsonl`, any program that writes docs/events.md, or a Makespan report",
    lossy: "",
    sniff,
    read,
    stream,
};

/// The required members of each kind of event.
const KINDS: &[(&str, &str)] = &[
    ("run", "run"),
    ("task", "task"),
    ("attempt", "task"),
    ("queue", "task"),
    ("start", "task"),
    ("progress", "task"),
    ("end", "task"),
    ("sample", "value"),
    ("log", "text"),
    ("alert", "text"),
    ("artifact", "name"),
    ("diagnostic", "code"),
];

fn sniff(head: &Head<'_>) -> Option<Claim> {
    if head.bytes.starts_with(&packed::MAGIC) {
        let reason = "it begins as packed events of ours do";
        return Some(Claim { score: 100, part: PACKED, reason });
    }
    let shape = &head.shape;
    if shape.root != JsonKind::Object {
        return None;
    }
    let kind = shape.value("event")?;
    let newer = shape.value("makespan").and_then(|v| v.parse::<u32>().ok()).is_some_and(|v| v > VERSION);
    let known = KINDS.iter().any(|(name, needs)| *name == kind && shape.has(needs));
    (newer || known).then_some(Claim {
        score: 100,
        part: "events",
        reason: "its first line is an object whose `event` is one of ours",
    })
}

fn read(parts: &[ClaimedFile<'_>], options: &Options<'_>, sink: &mut dyn EventSink) -> Result<(), ReadError> {
    read_each(&MAKESPAN, parts, options, sink)
}

fn stream<'z>(
    head: &Head<'_>,
    _part: &'static str,
    zone: &Rc<dyn Zone + 'z>,
) -> Option<Box<dyn FileReader + 'z>> {
    Some(Box::new(EventFile::new(head.name, zone.unit())))
}

/// Reads a file of events: every valid line becomes its event, in order; the others become one diagnostic per kind of
/// problem. A line that names another run than the previous line is preceded by an otherwise empty run event with that
/// id. Reads about as fast as the JSON can be parsed, without allocation per line.
///
/// # Errors
/// [`ReadError`] if no line is an event.
pub fn read_events(bytes: &[u8], sink: &mut dyn EventSink) -> Result<(), ReadError> {
    let mut file = EventFile::new("events", None);
    file.push(bytes, sink);
    Box::new(file).finish(sink)
}

/// A file of events that arrives: lines as they arrive, or packed events, which are read as a whole.
struct EventFile {
    /// The first bytes, until they show which of the two it is; for packed events all bytes.
    start: Vec<u8>,
    form: Form,
    lines: Lines,
    reader: Reader,
}

/// The form of the events.
#[derive(Clone, Copy, PartialEq)]
enum Form {
    Unknown,
    Lines,
    Packed,
}

impl EventFile {
    fn new(name: &str, unit: Option<Unit>) -> EventFile {
        let reader = Reader {
            name: name.to_owned(),
            run: None,
            tally: Tally::new(),
            events: 0,
            newer: None,
            unit: unit.filter(|unit| *unit != Unit::Nanoseconds),
            mended: json::Mended::default(),
            unreadable: BTreeMap::new(),
            scratch: (Vec::new(), String::new()),
        };
        EventFile { start: Vec::new(), form: Form::Unknown, lines: Lines::default(), reader }
    }

    fn lines(&mut self, bytes: &[u8], sink: &mut dyn EventSink) {
        let reader = &mut self.reader;
        self.lines.push(bytes, |line| reader.line(line, sink));
    }
}

impl FileReader for EventFile {
    fn push(&mut self, bytes: &[u8], sink: &mut dyn EventSink) {
        if self.form == Form::Lines {
            return self.lines(bytes, sink);
        }
        self.start.extend_from_slice(bytes);
        if self.form == Form::Unknown && self.start.len() >= packed::MAGIC.len() {
            self.form = if self.start.starts_with(&packed::MAGIC) { Form::Packed } else { Form::Lines };
            if self.form == Form::Lines {
                let start = std::mem::take(&mut self.start);
                self.lines(&start, sink);
            }
        }
    }

    fn finish(mut self: Box<Self>, sink: &mut dyn EventSink) -> Result<(), ReadError> {
        if self.form == Form::Packed {
            return read_packed(&self.start, &self.reader.name, sink);
        }
        let start = std::mem::take(&mut self.start);
        self.lines(&start, sink);
        let EventFile { lines, mut reader, .. } = *self;
        lines.finish(|line| reader.line(line, sink));
        reader.finish(sink)
    }
}

/// Content before the damage is used.
fn read_packed(bytes: &[u8], name: &str, sink: &mut dyn EventSink) -> Result<(), ReadError> {
    struct Counting<'s> {
        sink: &'s mut dyn EventSink,
        events: u64,
    }
    impl EventSink for Counting<'_> {
        fn event(&mut self, event: Event<'_>) {
            self.events += 1;
            self.sink.event(event);
        }
    }
    let mut counting = Counting { sink, events: 0 };
    let Err(error) = packed::read(bytes, &mut counting) else { return Ok(()) };
    let message = error.to_string();
    match error {
        PackedError::Newer { .. } => Err(ReadError::Newer { message }),
        PackedError::Damaged { offset } if counting.events > 0 => {
            let message = format!("{name}: {message}; {} events before it were read", counting.events);
            let finding = Diagnostic::new(Severity::Warning, "truncated", message).at(offset as u64);
            counting.sink.diagnostic(finding);
            Ok(())
        }
        PackedError::Damaged { offset } => Err(ReadError::Broken { message, offset: Some(offset as u64) }),
        PackedError::Foreign => Err(ReadError::Broken { message, offset: Some(0) }),
    }
}

struct Reader {
    name: String,
    /// The run of events without one.
    run: Option<String>,
    tally: Tally,
    events: u64,
    newer: Option<String>,
    /// The unit of numeric times, if it is not ns.
    unit: Option<Unit>,
    mended: json::Mended,
    /// Number of unreadable lines during each run.
    unreadable: BTreeMap<String, u64>,
    scratch: (Vec<u8>, String),
}

/// Maximum number of runs with a report about unreadable lines near theirs.
const MOST_UNREADABLE: usize = 1000;

impl Reader {
    fn line(&mut self, line: Line<'_>, sink: &mut dyn EventSink) {
        match read_line(line.bytes) {
            Err(error) if !error.newer && line.whole => self.mend(line, error, sink),
            read => self.take(line, read, sink),
        }
    }

    /// Reads a line as far as it can be repaired.
    fn mend(&mut self, line: Line<'_>, error: LineError, sink: &mut dyn EventSink) {
        if let Some((objects, mended)) = json::objects_of_line(line.bytes) {
            self.mended.add(mended);
            for object in objects {
                let offset = line.offset + object.start as u64;
                self.line(Line { bytes: &line.bytes[object], offset, ..line }, sink);
            }
            return;
        }
        let (mut bytes, mut text) = std::mem::take(&mut self.scratch);
        let mended = json::mend_line(line.bytes, json::Place::of_line(line.number, line.offset), &mut bytes);
        let json = if mended.is_some() { &bytes } else { line.bytes };
        let mut read = read_line(json);
        if read.is_err()
            && let Some(wrong) = keep_readable(json, &mut text)
        {
            read = read_line(text.as_bytes());
            if read.is_ok() {
                let place = Place { offset: Some(line.offset), line: Some(line.number) };
                let (never, first) = nevers(json);
                if let Some(first) = first {
                    let what = "values that stand for \"never\" in the place of a time are unknown times";
                    self.tally.add(Severity::Info, "time-never", what, place, || first);
                    self.tally.count(Severity::Info, "time-never", what, never - 1);
                }
                if let Some(others) = wrong.checked_sub(never).filter(|others| *others > 0) {
                    let what = format!(
                        "values of a wrong type are unknown; the rest of their lines was kept: {}",
                        error.message
                    );
                    self.tally.add(Severity::Warning, "bad-value", &what, place, String::new);
                    self.tally.count(Severity::Warning, "bad-value", &what, others - 1);
                }
            }
        }
        if read.is_ok() {
            self.mended.add(mended.unwrap_or_default());
            self.take(Line { bytes: json, ..line }, read, sink);
        } else {
            if error.column.is_some() && self.unreadable.len() < MOST_UNREADABLE {
                *self.unreadable.entry(self.run.clone().unwrap_or_default()).or_default() += 1;
            }
            self.take(line, Err(error), sink);
        }
        self.scratch = (bytes, text);
    }

    fn take(
        &mut self,
        line: Line<'_>,
        read: Result<makespan_format::Line<'_>, LineError>,
        sink: &mut dyn EventSink,
    ) {
        let place = Place { offset: Some(line.offset), line: Some(line.number) };
        match read {
            Ok(mut read) => {
                if let Some(unit) = self.unit {
                    rescale(&mut read.event, unit.ns());
                }
                if let Event::Attempt(attempt) = &mut read.event
                    && (read.unknown > 0 || attempt.error.is_some())
                    && let Some(status) = worse_end(attempt, line.bytes)
                {
                    attempt.status = Some(status);
                    let what = "members of other programs, or an error, say that attempts ended in another way than their status; the worse counts";
                    self.tally.add(Severity::Info, "foreign-outcome", what, place, || attempt.task.clone());
                }
                if read.unknown > 0 {
                    let what = "members unknown to this version of Makespan were ignored";
                    self.tally.add(Severity::Info, "unknown-member", what, place, String::new);
                }
                self.switch(read.run, &read.event, place, sink);
                self.events += 1;
                sink.event(read.event);
            }
            Err(e) => {
                let place = Place {
                    offset: e.column.map_or(place.offset, |c| Some(line.offset + c as u64)),
                    ..place
                };
                if e.newer {
                    self.newer.get_or_insert_with(|| e.message.clone());
                    self.tally.add(Severity::Warning, "newer", &e.message, place, String::new);
                } else if !line.whole && self.events > 0 {
                    let what = "the last line of the file is incomplete and was ignored";
                    self.tally.add(Severity::Warning, "truncated", what, place, String::new);
                } else {
                    let what = "lines that are not valid events were ignored";
                    match json::fault_of_line(line.bytes, line.number) {
                        Some(fault) => {
                            self.tally.fault(Severity::Warning, "bad-line", what, place, || fault);
                        }
                        None => {
                            let what = format!("{what}: {}", e.message);
                            self.tally.add(Severity::Warning, "bad-line", &what, place, String::new);
                        }
                    }
                }
            }
        }
    }

    /// Emits a run event if the event belongs to another run than the previous one.
    fn switch(
        &mut self,
        named: Option<Cow<'_, str>>,
        event: &Event<'_>,
        place: Place,
        sink: &mut dyn EventSink,
    ) {
        match (event, named) {
            (Event::Run(run), _) => {
                if self.run.as_deref() != Some(&*run.id) {
                    self.run = Some(run.id.clone().into_owned());
                }
            }
            (_, Some(id)) => {
                if self.run.as_deref() != Some(&*id) {
                    sink.event(Event::Run(RunInfo { id: Cow::Borrowed(&*id), ..RunInfo::default() }));
                    self.run = Some(id.into_owned());
                }
            }
            (Event::Diagnostic(_), None) => {}
            (_, None) if self.run.is_none() => {
                let what = "there are events before the first run; their run was named after the file";
                self.tally.add(Severity::Info, "no-run", what, place, String::new);
                let id = Cow::Borrowed(self.name.as_str());
                sink.event(Event::Run(RunInfo { id, ..RunInfo::default() }));
                self.run = Some(self.name.clone());
            }
            (_, None) => {}
        }
    }

    fn finish(self, sink: &mut dyn EventSink) -> Result<(), ReadError> {
        if self.events == 0 {
            if let Some(message) = self.newer {
                return Err(ReadError::Newer { message });
            }
            if let Some((what, place)) = self.tally.first() {
                return Err(ReadError::Broken { message: what.to_owned(), offset: place.offset });
            }
        }
        self.mended.report(&self.name, sink);
        // Each run gets a report of what it may lack, and the file ends with its last run.
        for (run, count) in &self.unreadable {
            if !run.is_empty() && self.run.as_deref() != Some(run) {
                sink.event(Event::Run(RunInfo { id: Cow::Borrowed(run), ..RunInfo::default() }));
            }
            let message =
                format!("{}: lines among those of this run that could not be read: {count}", self.name);
            sink.diagnostic(Diagnostic::new(Severity::Warning, UNREADABLE_LINES, message).times(*count));
            if let Some(last) = self.run.as_deref().filter(|last| !run.is_empty() && last != run) {
                sink.event(Event::Run(RunInfo { id: Cow::Borrowed(last), ..RunInfo::default() }));
            }
        }
        self.tally.report(&self.name, sink);
        Ok(())
    }
}

/// Returns the number of times in a line that no 64-bit count of ns holds and that stand for "never", and the first.
fn nevers(line: &[u8]) -> (u64, Option<String>) {
    let Ok(object) = serde_json::from_slice::<&RawValue>(line) else { return (0, None) };
    let (mut count, mut first) = (0, None);
    json::each_member(object, |key, value| {
        let text = value.get().trim_matches('"').trim();
        let is_time = matches!(&*key, "t" | "queued" | "started" | "ended");
        if is_time && !text.eq_ignore_ascii_case("null") && is_never(text) && text.parse::<i64>().is_err() {
            count += 1;
            first.get_or_insert_with(|| value.get().to_owned());
        }
    });
    (count, first)
}

/// Returns the outcome of an attempt by all members of its line (exit codes, conclusions, states, errors) if it is worse
/// than its status; `None` if the attempt has not ended.
fn worse_end(attempt: &Attempt<'_>, line: &[u8]) -> Option<Status> {
    let status = attempt.status.filter(|status| status.is_terminal());
    if status.is_none() && (attempt.status.is_some() || attempt.ended.is_none()) {
        return None;
    }
    let object = serde_json::from_slice::<&RawValue>(line).ok()?;
    let mut outcome = Outcome::default();
    if let Some(status) = status {
        outcome.add(status);
    }
    json::each_member(object, |key, value| {
        // The members of our own vocabulary are already known, and a `phase` can mean many things.
        if key == "error" || outcome::is_outcome_name(&key) || matches!(&*key, "state" | "result" | "outcome")
        {
            outcome.member(&key, value.get());
        }
    });
    outcome.status().filter(|worse| Some(*worse) != status)
}

/// Converts numeric times of an event from another unit. Times that were text are too large for that unit and stay.
fn rescale(event: &mut Event<'_>, ns: i64) {
    let scale = |t: &mut Option<i64>| *t = t.map(|t| t.checked_mul(ns).unwrap_or(t));
    match event {
        Event::Run(e) => [&mut e.started, &mut e.ended].into_iter().for_each(scale),
        Event::Attempt(e) => [&mut e.queued, &mut e.started, &mut e.ended].into_iter().for_each(scale),
        Event::Sample(e) => scale(&mut e.t),
        Event::Log(e) => scale(&mut e.t),
        Event::Alert(e) => scale(&mut e.t),
        Event::Task(_) | Event::Artifact(_) | Event::Diagnostic(_) => {}
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::testing::{Collect, messages};

    fn lines(text: &str) -> Vec<String> {
        let mut all = Collect::default();
        read_events(text.as_bytes(), &mut all).unwrap();
        all.lines
    }

    #[test]
    fn runs_switch_where_a_line_names_one() {
        let got = lines(concat!(
            "\u{feff}{\"event\":\"run\",\"run\":\"a\"}\r\n\r\n{\"event\":\"task\",\"task\":\"t\"}\r\n",
            "{\"event\":\"task\",\"task\":\"u\",\"run\":\"b\"}\n{\"event\":\"task\",\"task\":\"v\"}",
        ));
        let runs: Vec<&str> = got.iter().filter(|l| l.contains("\"run\"")).map(String::as_str).collect();
        assert_eq!(got.len(), 5);
        assert!(runs[0].contains("\"run\":\"a\"") && runs[1].contains("\"run\":\"b\""), "{got:?}");
    }

    #[test]
    fn bad_lines_cost_only_themselves() {
        let mut text = String::from("{\"event\":\"run\",\"run\":\"a\",\"zz\":1}\n");
        for _ in 0..1000 {
            text.push_str("{\"event\":\"task\"}\n");
        }
        text.push_str("{\"event\":\"task\",\"task\":\"t\"}\n{\"event\":\"task\",\"ta");
        let got = lines(&text);
        assert_eq!(got.len(), 5, "{got:?}");
        assert!(got[2].contains("unknown-member"));
        assert!(
            got[3].contains("bad-line") && got[3].contains("\"count\":1000") && got[3].contains("\"line\":2")
        );
        assert!(got[4].contains("truncated") && got[4].contains("\"line\":1003"));
    }

    #[test]
    fn nothing_but_bad_or_newer_lines_is_an_error() {
        let mut sink = Collect::default();
        let newer = read_events(br#"{"event":"run","makespan":99,"run":"a"}"#, &mut sink);
        assert!(matches!(newer, Err(ReadError::Newer { .. })));
        let broken = read_events(b"{\"event\":\"run\"}\n", &mut sink);
        assert!(matches!(broken, Err(ReadError::Broken { offset: Some(0), .. })), "{broken:?}");
        assert!(messages(&sink.lines).is_empty());
    }

    #[test]
    fn events_without_a_run_get_one() {
        let got = lines("{\"event\":\"start\",\"task\":\"t\",\"t\":1}\n");
        assert!(got[0].contains("\"run\":\"events\"") && got[2].contains("no-run"), "{got:?}");
    }
}
