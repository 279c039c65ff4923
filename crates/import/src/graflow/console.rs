//! What a console tracer prints: a line for each start and end, indented by nesting, with a time of day.

use std::borrow::Cow;
use std::collections::BTreeMap;

use makespan_format::{
    Attempt, Diagnostic, ErrorInfo, Event, EventSink, Fields, Log, RunInfo, Severity, Status, Task,
    time::SECOND,
};
use makespan_model::HashMap;

use super::runs::{Runs, step_of};
use crate::importer::Source;
use crate::pairs::info;

const MS: i64 = 1_000_000;
const DAY: i64 = 86_400 * SECOND;

/// A line of the trace, taken apart.
struct Line<'a> {
    column: usize,
    /// Nanoseconds since midnight.
    t: i64,
    message: &'a str,
}

/// Whether this is a line of a console trace.
pub(super) fn is_line(line: &str) -> bool {
    parse(&plain(line)).is_some_and(|l| {
        ["TRACE START: ", "TRACE END: ", "SPAN START: ", "SPAN END: "]
            .iter()
            .any(|k| l.message.starts_with(k))
    })
}

/// The line without the escape sequences that colour it.
fn plain(line: &str) -> Cow<'_, str> {
    if !line.contains('\u{1b}') {
        return Cow::Borrowed(line);
    }
    let mut out = String::with_capacity(line.len());
    let mut rest = line;
    while let Some((before, after)) = rest.split_once('\u{1b}') {
        out.push_str(before);
        let end = after.find(|c: char| c.is_ascii_alphabetic()).map_or(after.len(), |i| i + 1);
        rest = &after[end..];
    }
    out.push_str(rest);
    Cow::Owned(out)
}

/// `  → [12:34:56.789] message`; the sign may be any, terminals without Unicode print `?`.
fn parse(line: &str) -> Option<Line<'_>> {
    let trimmed = line.trim_start_matches(' ');
    let (sign, rest) = trimmed.split_once(' ')?;
    let (time, message) = rest.strip_prefix('[')?.split_once("] ")?;
    if sign.chars().count() > 2 {
        return None;
    }
    Some(Line { column: line.len() - trimmed.len(), t: time_of_day(time)?, message })
}

fn time_of_day(text: &str) -> Option<i64> {
    let (clock, millis) = text.split_once('.')?;
    let mut parts = clock.split(':').map(|p| p.parse::<i64>().ok().filter(|n| (0..60).contains(n)));
    let (h, m, s) = (parts.next()??, parts.next()??, parts.next()??);
    let ms = millis.parse::<i64>().ok().filter(|n| (0..1000).contains(n) && millis.len() == 3)?;
    (parts.next().is_none() && h < 24).then_some(((h * 60 + m) * 60 + s) * SECOND + ms * MS)
}

/// Splits `name (key: value, …)` as a start line has it.
fn split_metadata(text: &str) -> (&str, Vec<(&str, &str)>) {
    let keys = ["trace_id", "task_type", "handler_type", "type"];
    let start = keys.iter().filter_map(|k| text.find(&format!(" ({k}: "))).min();
    let (Some(start), Some(body)) = (start, text.strip_suffix(')')) else { return (text, Vec::new()) };
    let pairs = body[start + 2..].split(", ").filter_map(|pair| pair.split_once(": ")).collect();
    (&text[..start], pairs)
}

/// Splits the duration off the end of a line: `(57ms)` or `(1.20s)`.
fn split_duration(text: &str) -> Option<(&str, i64)> {
    let (rest, duration) = text.strip_suffix("s)")?.rsplit_once(" (")?;
    let (number, unit) = match duration.strip_suffix('m') {
        Some(number) => (number, MS as f64),
        None => (duration, SECOND as f64),
    };
    let value: f64 = number.parse().ok().filter(|v: &f64| v.is_finite() && *v >= 0.0)?;
    Some((rest, (value * unit) as i64))
}

struct Span {
    task: Option<String>,
    open: bool,
}

/// Follows the lines of one file.
struct Follower<'r, 's> {
    file: &'r str,
    runs: &'r mut Runs,
    sink: &'s mut dyn EventSink,
    at: Option<usize>,
    trace: Option<String>,
    last: Option<i64>,
    day: i64,
    spans: Vec<Span>,
    /// Open spans by the column they are printed in; closed ones are dropped when they come to the top.
    columns: BTreeMap<usize, Vec<usize>>,
    open: HashMap<String, Vec<(usize, u32)>>,
    tries: HashMap<String, u32>,
    /// How tasks came into the run that were added while it ran.
    added: HashMap<String, String>,
    pending: Option<(String, i64)>,
    orphans: u64,
    days: u64,
}

/// Reads one text.
pub(super) fn read(source: &Source, runs: &mut Runs, sink: &mut dyn EventSink) {
    let text = String::from_utf8_lossy(&source.bytes);
    let file = source.name.as_str();
    info(
        sink,
        "no-date",
        format!("{file}: a console trace has times of day but no date; they count from 1970-01-01 in UTC"),
    );
    let mut follower = Follower {
        file,
        runs,
        sink,
        at: None,
        trace: None,
        last: None,
        day: 0,
        spans: Vec::new(),
        columns: BTreeMap::new(),
        open: HashMap::default(),
        tries: HashMap::default(),
        added: HashMap::default(),
        pending: None,
        orphans: 0,
        days: 0,
    };
    for line in text.lines() {
        follower.line(&plain(line));
    }
    follower.flush();
    follower.close();
    if follower.orphans > 0 {
        let message =
            format!("{file}: ends of spans have no start; the start was computed from the duration");
        follower.sink.diagnostic(
            Diagnostic::new(Severity::Warning, "end-without-start", message).times(follower.orphans),
        );
    }
    if follower.days > 0 {
        let message = format!("{file}: the clock passes midnight; the times after it count as the next day");
        info(follower.sink, "midnight", message);
    }
}

impl Follower<'_, '_> {
    fn line(&mut self, line: &str) {
        let Some(Line { column, t, message }) = parse(line) else {
            // An error of several lines goes on until its duration.
            if let Some((text, _)) = &mut self.pending {
                text.push('\n');
                text.push_str(line);
                if split_duration(line).is_some() {
                    self.flush();
                }
            }
            return;
        };
        self.flush();
        let t = self.moment(t);
        if let Some(rest) = message.strip_prefix("TRACE START: ") {
            self.trace_start(rest, t);
        } else if let Some(rest) = message.strip_prefix("TRACE END: ") {
            self.trace_end(rest, t);
        } else if let Some(rest) = message.strip_prefix("SPAN START: ") {
            self.span_start(rest, column, t);
        } else if let Some(rest) = message.strip_prefix("SPAN END: ") {
            if rest.contains(" - ERROR: ") && split_duration(rest).is_none() {
                self.pending = Some((rest.to_owned(), t));
            } else {
                self.span_end(rest, t);
            }
        } else if let Some((kind, rest)) = message.strip_prefix("+ ").and_then(|m| m.split_once(" TASK: ")) {
            self.added(kind, rest);
        } else if !message.trim().is_empty() {
            self.run();
            let text = message.strip_prefix("EVENT: ").unwrap_or(message);
            let level = (text.len() < message.len()).then_some("event".into());
            self.sink.event(Event::Log(Log { t: Some(t), level, text: text.into(), ..Log::default() }));
        }
    }

    /// A time of day as a moment: the clock went past midnight where it falls back by more than half a day.
    fn moment(&mut self, t: i64) -> i64 {
        if self.last.is_some_and(|last| last - t > DAY / 2) {
            self.day = self.day.saturating_add(DAY);
            self.days += 1;
        }
        self.last = Some(t);
        self.day.saturating_add(t)
    }

    /// The run that lines belong to; one is made where the text begins within a trace.
    fn run(&mut self) -> usize {
        if let Some(at) = self.at {
            return at;
        }
        let id = self.runs.fresh(format!("console trace {}", self.file));
        self.begin(&id, RunInfo { id: id.as_str().into(), ..RunInfo::default() })
    }

    fn begin(&mut self, id: &str, run: RunInfo<'_>) -> usize {
        let at = self.runs.open(id, self.file);
        self.at = Some(at);
        self.sink.event(Event::Run(RunInfo { source: Some("Graflow console trace".into()), ..run }));
        at
    }

    fn trace_start(&mut self, rest: &str, t: i64) {
        self.close();
        let (name, pairs) = split_metadata(rest);
        let id = self.runs.fresh(format!("{name}@console"));
        let mut labels = Fields::new();
        for (key, value) in pairs {
            labels.str(key, value);
        }
        let run = RunInfo {
            id: id.as_str().into(),
            name: Some(name.into()),
            started: Some(t),
            labels: labels.finish(),
            ..RunInfo::default()
        };
        self.begin(&id, run);
        self.trace = Some(name.to_owned());
    }

    fn trace_end(&mut self, rest: &str, t: i64) {
        let at = self.run();
        let (_, duration) = split_duration(rest).unwrap_or((rest, 0));
        let mut stored = Fields::new();
        stored.int("makespan_ns", duration).str("status", "completed");
        self.sink.event(Event::Run(RunInfo {
            id: self.runs.list[at].run.as_str().into(),
            status: Some(Status::Succeeded),
            ended: Some(t),
            stored: stored.finish(),
            ..RunInfo::default()
        }));
        self.trace = None;
        self.close();
    }

    /// Leaves the run that was followed, and says what stayed open in it.
    fn close(&mut self) {
        let Some(at) = self.at.take() else { return };
        let open: u64 = self.spans.iter().map(|s| u64::from(s.open)).sum();
        if self.trace.take().is_some() {
            let message = format!(
                "{}: run {} has no TRACE END, which a failed, cancelled or cut run never prints; its status is \
                 that of its tasks",
                self.file, self.runs.list[at].run
            );
            info(self.sink, "never-ended", message);
        }
        if open > 0 {
            let message = format!("{}: spans of {} have no end", self.file, self.runs.list[at].run);
            let note = Diagnostic::new(Severity::Info, "running-without-end", message);
            self.sink.diagnostic(note.times(open));
        }
        self.spans.clear();
        self.columns.clear();
        self.open.clear();
        self.tries.clear();
        self.added.clear();
    }

    /// The innermost open span printed further left.
    fn parent(&mut self, column: usize) -> Option<String> {
        while let Some((&left, stack)) = self.columns.range_mut(..column).next_back() {
            while stack.last().is_some_and(|&s| !self.spans[s].open) {
                stack.pop();
            }
            match stack.last() {
                Some(&span) => return self.spans[span].task.clone(),
                None => self.columns.remove(&left),
            };
        }
        None
    }

    fn span_start(&mut self, rest: &str, column: usize, t: i64) {
        let at = self.run();
        let (id, pairs) = split_metadata(rest);
        let parent = self.parent(column);
        let number = self.tries.entry(id.to_owned()).or_insert(0);
        *number += 1;
        let number = *number;
        let span = self.spans.len();
        self.spans.push(Span { task: Some(id.to_owned()), open: true });
        self.columns.entry(column).or_default().push(span);
        self.open.entry(id.to_owned()).or_default().push((span, number));
        if number == 1 {
            self.runs.list[at].tasks.insert(id.to_owned());
            let kind = pairs.iter().find(|(k, _)| *k == "task_type").map(|(_, v)| (*v).into());
            let mut labels = Fields::new();
            if let Some(kind) = self.added.get(id) {
                labels.str("added", kind);
            }
            for (key, value) in pairs.iter().filter(|(k, _)| *k != "task_type") {
                labels.str(key, value);
            }
            self.sink.event(Event::Task(Task {
                id: id.into(),
                step: Some(step_of(id).into()),
                kind,
                parent: parent.map(Into::into),
                labels: labels.finish(),
                ..Task::default()
            }));
        }
        self.sink.event(Event::Attempt(Attempt {
            task: id.into(),
            number,
            started: Some(t),
            status: Some(Status::Running),
            ..Attempt::default()
        }));
    }

    fn flush(&mut self) {
        if let Some((text, t)) = self.pending.take() {
            self.span_end(&text, t);
        }
    }

    fn span_end(&mut self, rest: &str, t: i64) {
        let at = self.run();
        let (rest, duration) = split_duration(rest).map_or((rest, None), |(r, d)| (r, Some(d)));
        let (id, error) = rest.split_once(" - ERROR: ").map_or((rest, None), |(id, e)| (id, Some(e)));
        let mut started = None;
        let number = match self.open.get_mut(id).and_then(Vec::pop) {
            Some((span, number)) => {
                self.spans[span].open = false;
                number
            }
            None => {
                self.orphans += 1;
                started = duration.map(|d| t.saturating_sub(d));
                let number = self.tries.entry(id.to_owned()).or_insert(0);
                *number += 1;
                let number = *number;
                self.runs.list[at].tasks.insert(id.to_owned());
                self.sink.event(Event::Task(Task {
                    id: id.into(),
                    step: Some(step_of(id).into()),
                    ..Task::default()
                }));
                number
            }
        };
        self.sink.event(Event::Attempt(Attempt {
            task: id.into(),
            number,
            started,
            ended: Some(t),
            status: Some(if error.is_some() { Status::Failed } else { Status::Succeeded }),
            error: error.map(|e| ErrorInfo { message: e.into(), kind: None, trace: None }),
            ..Attempt::default()
        }));
    }

    /// `ITERATION TASK: id (parent: other)`: a task that another one queued, to run after itself.
    fn added(&mut self, kind: &str, rest: &str) {
        let at = self.run();
        let (id, parent) = rest
            .strip_suffix(')')
            .and_then(|r| r.rsplit_once(" (parent: "))
            .map_or((rest, None), |(id, parent)| (id, Some(parent)));
        self.runs.list[at].tasks.insert(id.to_owned());
        let mut labels = Fields::new();
        labels.str("added", &kind.to_ascii_lowercase());
        self.added.insert(id.to_owned(), kind.to_ascii_lowercase());
        self.sink.event(Event::Task(Task {
            id: id.into(),
            step: Some(step_of(id).into()),
            after: parent.map(Into::into).into_iter().collect(),
            labels: labels.finish(),
            ..Task::default()
        }));
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn lines_are_taken_apart() {
        let line = parse("    ✓ [23:59:59.999] SPAN END: x (1.20s)").unwrap();
        assert_eq!((line.column, line.t), (4, DAY - MS));
        assert_eq!(split_duration("x - ERROR: y (3) (57ms)"), Some(("x - ERROR: y (3)", 57 * MS)));
        assert_eq!(split_duration("x (1.20s)"), Some(("x", 1_200 * MS)));
        assert_eq!(split_duration("x (many parts)"), None);
        let (name, pairs) = split_metadata("a (b) (task_type: T, handler_type: H)");
        assert_eq!((name, pairs), ("a (b)", vec![("task_type", "T"), ("handler_type", "H")]));
        assert!(parse("       (task_type: TaskWrapper) [00:48:24.066] ").is_none());
        assert!(is_line(
            "\u{1b}[90m→\u{1b}[0m \u{1b}[90m[00:00:01.000]\u{1b}[0m \u{1b}[94mSPAN START: a\u{1b}[0m"
        ));
        assert!(!is_line("→ [24:00:00.000] SPAN START: a"));
    }
}
