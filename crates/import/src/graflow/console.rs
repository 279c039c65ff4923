//! The output of a console tracer: a line for each start and end, indented by nesting, with a time of day.

use std::collections::BTreeMap;
use std::ops::Range;

use makespan_format::{
    Attempt, Diagnostic, ErrorInfo, Event, EventSink, Fields, Log, RunInfo, Severity, Status, Task,
};
use makespan_model::HashMap;

use super::printed::{Days, Line, not_before, parse, split_duration, split_end, split_metadata};
use super::runs::{Runs, step_of};
use crate::coloured::plain;
use crate::importer::Source;
use crate::pairs::info;

struct Span {
    task: String,
    number: u32,
    open: bool,
}

/// Follows the lines of one file.
struct Follower<'r, 's> {
    file: &'r str,
    runs: &'r mut Runs,
    sink: &'s mut dyn EventSink,
    at: Option<usize>,
    trace: Option<String>,
    days: Days,
    /// The next trace of the texts, and what makes its times moments.
    next: usize,
    shift: i64,
    /// Whether a runtime graph recorded the run.
    joined: bool,
    spans: Vec<Span>,
    /// Open spans by the column they are printed in; closed ones are dropped when they come to the top.
    columns: BTreeMap<usize, Vec<usize>>,
    open: HashMap<String, Vec<(usize, u32)>>,
    tries: HashMap<String, u32>,
    /// How tasks came into the run that were added while it ran.
    added: HashMap<String, String>,
    pending: Option<(String, i64)>,
    orphans: u64,
}

/// Reads one text, whose traces are `traces` of those of all texts, and which has lines of no trace if `is_loose`.
pub(super) fn read(
    source: &Source,
    traces: Range<usize>,
    is_loose: bool,
    runs: &mut Runs,
    sink: &mut dyn EventSink,
) {
    let text = String::from_utf8_lossy(&source.bytes);
    let file = source.name.as_str();
    let recorded = runs.texts.list.get(traces.clone()).unwrap_or_default();
    if is_loose || recorded.is_empty() || recorded.iter().any(|trace| trace.joined.is_none()) {
        let message = format!(
            "{file}: a console trace has times of day but no date; they count from 1970-01-01 in UTC"
        );
        info(sink, "no-date", message);
    }
    let mut follower = Follower {
        file,
        runs,
        sink,
        at: None,
        trace: None,
        days: Days::default(),
        next: traces.start,
        shift: 0,
        joined: false,
        spans: Vec::new(),
        columns: BTreeMap::new(),
        open: HashMap::default(),
        tries: HashMap::default(),
        added: HashMap::default(),
        pending: None,
        orphans: 0,
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
    if follower.days.passed > 0 {
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
        let t = self.days.moment(t);
        if let Some(rest) = message.strip_prefix("TRACE START: ") {
            self.trace_start(rest, t);
            return;
        }
        let t = t.saturating_add(self.shift);
        if let Some(rest) = message.strip_prefix("TRACE END: ") {
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
        let joined = self.runs.texts.list.get(self.next).and_then(|trace| trace.joined);
        self.next += 1;
        if let Some((at, shift)) = joined {
            self.join(at, name, shift);
            return;
        }
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

    /// Goes on with the run that a runtime graph recorded.
    fn join(&mut self, at: usize, name: &str, shift: i64) {
        (self.at, self.shift, self.joined) = (Some(at), shift, true);
        self.trace = Some(name.to_owned());
        let run = &self.runs.list[at];
        self.sink.event(Event::Run(RunInfo {
            id: run.run.as_str().into(),
            name: (run.run != name).then_some(name.into()),
            source: Some("Graflow runtime graph and console trace".into()),
            ..RunInfo::default()
        }));
        let message = format!(
            "{}: trace {name} is the run of {}; the text gives the tries that the graph lacks, the graph the date and \
             the exact times",
            self.file, run.file
        );
        info(self.sink, "joined-trace", message);
    }

    fn trace_end(&mut self, rest: &str, t: i64) {
        let at = self.run();
        self.trace = None;
        if self.runs.list[at].graph.ended.is_some() {
            self.close();
            return;
        }
        let (_, duration) = split_duration(rest).unwrap_or((rest, 0));
        let mut stored = self.runs.list[at].stored.fields();
        stored.int("makespan_ns", duration);
        if !self.joined {
            stored.str("status", "completed");
        }
        self.sink.event(Event::Run(RunInfo {
            id: self.runs.list[at].run.as_str().into(),
            status: Some(Status::Succeeded),
            ended: Some(t),
            stored: stored.finish(),
            ..RunInfo::default()
        }));
        self.close();
    }

    /// Leaves the run that was followed, and says what stayed open in it.
    fn close(&mut self) {
        let Some(at) = self.at.take() else { return };
        let known = &self.runs.list[at].graph.tries;
        let has_end = |s: &Span| known.get(&(s.task.clone(), s.number)).is_some_and(|t| t.ended.is_some());
        let open: u64 = self.spans.iter().map(|s| u64::from(s.open && !has_end(s))).sum();
        if self.trace.take().is_some() && !self.joined {
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
        (self.shift, self.joined) = (0, false);
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
                Some(&span) => return Some(self.spans[span].task.clone()),
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
        self.spans.push(Span { task: id.to_owned(), number, open: true });
        self.columns.entry(column).or_default().push(span);
        self.open.entry(id.to_owned()).or_default().push((span, number));
        let graph = &self.runs.list[at].graph;
        let begun = graph.started;
        let known = graph.tries.get(&(id.to_owned(), number)).copied().unwrap_or_default();
        let is_listed = graph.labels.contains_key(id);
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
                // What the graph records of a task holds the same and more.
                labels: if is_listed { None } else { labels.finish() },
                ..Task::default()
            }));
        }
        self.emit_try(Attempt {
            task: id.into(),
            number,
            started: if known.started.is_some() { None } else { Some(not_before(t, begun)) },
            status: if known.ended.is_some() { None } else { Some(Status::Running) },
            ..Attempt::default()
        });
    }

    /// Emits what is new of a try: the graph may have recorded all of it.
    fn emit_try(&mut self, attempt: Attempt<'_>) {
        let times = attempt.started.or(attempt.ended);
        if times.is_some() || attempt.status.is_some() || attempt.error.is_some() {
            self.sink.event(Event::Attempt(attempt));
        }
    }

    fn flush(&mut self) {
        if let Some((text, t)) = self.pending.take() {
            self.span_end(&text, t);
        }
    }

    fn span_end(&mut self, rest: &str, t: i64) {
        let at = self.run();
        let (id, error, duration) = split_end(rest);
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
        let known = self.runs.list[at].graph.tries.get(&(id.to_owned(), number)).copied().unwrap_or_default();
        let status = if error.is_some() { Status::Failed } else { Status::Succeeded };
        self.emit_try(Attempt {
            task: id.into(),
            number,
            started: if known.started.is_some() { None } else { started },
            ended: if known.ended.is_some() { None } else { Some(not_before(t, known.started)) },
            status: if known.ended.is_some() && known.has_status { None } else { Some(status) },
            error: error.filter(|_| !known.has_error).map(|e| ErrorInfo {
                message: e.into(),
                kind: None,
                trace: None,
            }),
            ..Attempt::default()
        });
    }

    /// `ITERATION TASK: id (parent: other)`: a task that another one queued, to run after itself.
    fn added(&mut self, kind: &str, rest: &str) {
        let at = self.run();
        let (id, parent) = rest
            .strip_suffix(')')
            .and_then(|r| r.rsplit_once(" (parent: "))
            .map_or((rest, None), |(id, parent)| (id, Some(parent)));
        self.runs.list[at].tasks.insert(id.to_owned());
        let mut labels = self.runs.list[at].graph.labels.get(id).cloned().unwrap_or_default();
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
