//! The text notation for runs: one line a try, for tests, docs and bug reports.
//!
//! ```text
//! # task      span      on    after            flags
//! fetch       0..4      w1
//! align       4..9      w1    fetch            step=align
//! call        9..12     w2    align            try=1 failed
//! call        13..16    w2                     try=2
//! report      -         -     call             pending
//! ```
//!
//! White space separates the columns. `span` is in seconds since the epoch, with fractions: `a..b`, `a..` (no end) or
//! `-` (no times); `q|a..b` adds the time of queueing. `on` is the worker or `-`. The following words are ids of
//! dependencies, a status, or `key=value` with the keys `try`, `step`, `kind`, `in` (the container), `error` and `name`
//! (in the last two, `_` means a space). A line `run NAME` or `run NAME status` names the run of the lines after it.

use std::borrow::Cow;

use makespan_format::time::SECOND;
use makespan_format::{Attempt, Diagnostic, ErrorInfo, Event, EventSink, RunInfo, Severity, Status, Task};

use crate::{Run, RunsBuilder, TaskId, UNKNOWN};

/// Reads a number of seconds with up to nine digits of fraction, as ns.
fn seconds(text: &str) -> Option<i64> {
    let (negative, digits) = text.strip_prefix('-').map_or((false, text), |d| (true, d));
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let all_digits = |s: &str| s.bytes().all(|b| b.is_ascii_digit());
    if whole.is_empty() || !all_digits(whole) || !all_digits(fraction) || fraction.len() > 9 {
        return None;
    }
    let nanos: i64 = format!("{fraction:0<9}").parse().ok()?;
    let ns = whole.parse::<i64>().ok()?.checked_mul(SECOND)?.checked_add(nanos)?;
    Some(if negative { -ns } else { ns })
}

#[derive(Default)]
struct Span {
    queued: Option<i64>,
    started: Option<i64>,
    ended: Option<i64>,
}

fn span(text: &str) -> Option<Span> {
    if text == "-" {
        return Some(Span::default());
    }
    let (queued, rest) = match text.split_once('|') {
        Some((q, rest)) => (Some(seconds(q)?), rest),
        None => (None, text),
    };
    if rest.is_empty() && queued.is_some() {
        return Some(Span { queued, ..Span::default() });
    }
    let (from, to) = rest.split_once("..")?;
    let ended = if to.is_empty() { None } else { Some(seconds(to)?) };
    Some(Span { queued, started: Some(seconds(from)?), ended })
}

/// Whether a text looks like this notation: its first line that is neither blank nor a comment is a task or a run.
pub fn looks_like(text: &str) -> bool {
    let mut lines = text.lines().map(str::trim).filter(|l| !l.is_empty() && !l.starts_with('#'));
    let is_task = |line: &str| {
        let mut words = line.split_whitespace();
        words.next().is_some() && words.next().is_some_and(|w| span(w).is_some())
    };
    lines
        .next()
        .is_some_and(|line| is_task(line) || (line.starts_with("run ") && lines.next().is_none_or(is_task)))
}

/// Reads the notation; lines that cannot be read are reported and passed over.
pub fn read(text: &str, sink: &mut dyn EventSink) {
    let mut line_number = 0;
    for line in text.lines() {
        line_number += 1;
        let line = line.split(" #").next().unwrap_or("").trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        if let Err(message) = read_one(line, sink) {
            sink.diagnostic(Diagnostic::new(Severity::Warning, "bad-line", message).on_line(line_number));
        }
    }
}

/// Returns whether a word before `=` is a key, known or not: anything but lower-case letters is part of an id (`lr[x=1]`).
fn is_key(word: &str) -> bool {
    !word.is_empty() && word.bytes().all(|b| b.is_ascii_lowercase())
}

fn spaced(value: &str) -> Cow<'_, str> {
    if value.contains('_') { Cow::Owned(value.replace('_', " ")) } else { Cow::Borrowed(value) }
}

fn read_one(line: &str, sink: &mut dyn EventSink) -> Result<(), String> {
    let mut words = line.split_whitespace();
    let id = words.next().unwrap_or("");
    let second =
        words.next().ok_or_else(|| format!("task {id:?} has no span: write `a..b` in seconds, or `-`"))?;
    if id == "run" && span(second).is_none() {
        let status = words.next().map(|w| Status::parse(w).ok_or_else(|| format!("{w:?} is not a status")));
        sink.event(Event::Run(RunInfo {
            id: Cow::Borrowed(second),
            name: Some(Cow::Borrowed(second)),
            status: status.transpose()?,
            ..RunInfo::default()
        }));
        return Ok(());
    }
    let times = span(second)
        .ok_or_else(|| format!("{second:?} is not a valid span: write `a..b`, `a..`, `q|a..b` or `-`"))?;
    let worker = words.next().filter(|w| *w != "-").map(Cow::Borrowed);
    let mut task = Task { id: Cow::Borrowed(id), ..Task::default() };
    let mut attempt = Attempt { task: Cow::Borrowed(id), number: 1, worker, ..Attempt::default() };
    (attempt.queued, attempt.started, attempt.ended) = (times.queued, times.started, times.ended);
    for word in words {
        match word.split_once('=') {
            Some(("try", n)) => {
                attempt.number =
                    n.parse().map_err(|_| format!("{n:?} is not a valid number of an attempt"))?
            }
            Some(("step", v)) => task.step = Some(Cow::Borrowed(v)),
            Some(("kind", v)) => task.kind = Some(Cow::Borrowed(v)),
            Some(("in", v)) => task.parent = Some(Cow::Borrowed(v)),
            Some(("name", v)) => task.name = Some(spaced(v)),
            Some(("error", v)) => {
                attempt.error = Some(ErrorInfo { message: spaced(v), ..ErrorInfo::default() })
            }
            Some((key, _)) if is_key(key) => {
                return Err(format!("unknown key {key:?}: use try, step, kind, in, name or error"));
            }
            _ => match Status::parse(word) {
                Some(status) => attempt.status = Some(status),
                None => task.after.push(Cow::Borrowed(word)),
            },
        }
    }
    let timed = attempt.queued.is_some() || attempt.started.is_some();
    if !timed {
        task.status = attempt.status;
    }
    sink.event(Event::Task(task));
    if timed {
        sink.event(Event::Attempt(attempt));
    }
    Ok(())
}

/// The one run of a text, for tests and examples. An error where the text holds none or a line cannot be read.
pub fn run(text: &str) -> Result<Run, String> {
    let mut runs = RunsBuilder::new();
    read(text, &mut runs);
    let (runs, early) = runs.finish();
    let run = runs.into_iter().next().ok_or("no task in this text")?;
    match early.iter().chain(&run.diagnostics).find(|d| d.code == "bad-line") {
        Some(d) => Err(format!("line {}: {}", d.line.unwrap_or(0), d.message)),
        None => Ok(run),
    }
}

/// Returns a text as one word of the notation, in which white space is `_`. A `_` also precedes a word that would begin a
/// comment, or a command of a service that prints the line (`::name::`), and parts the marks of such commands (`##name[`).
fn word(text: &str) -> String {
    let word = text.split_whitespace().collect::<Vec<_>>().join("_").replace("##", "#_");
    if word.starts_with('#') || word.starts_with("::") { format!("_{word}") } else { word }
}

/// Returns an id as one word, with a `_` before it if it would be a status or `key=value` among the dependencies.
fn id_word(id: &str) -> String {
    let word = word(id);
    let is_pair = word.split_once('=').is_some_and(|(key, _)| is_key(key));
    if is_pair || Status::parse(&word).is_some() { format!("_{word}") } else { word }
}

/// Returns a run in the notation, with times counted from its start. What the notation cannot express is left out.
pub fn write(run: &Run) -> String {
    let origin = run.extent().map_or(0, |e| e.0);
    let at = |t: i64| {
        let ns = t.saturating_sub(origin);
        let text = format!("{}.{:09}", ns / SECOND, ns % SECOND);
        text.trim_end_matches('0').trim_end_matches('.').to_owned()
    };
    let mut out = format!("run {}\n", word(run.title()));
    for t in run.task_ids() {
        let mut rest = String::new();
        if !run.edges_inferred {
            for &p in run.predecessors.row(t.index()) {
                rest.push(' ');
                rest.push_str(&id_word(run.task_id(TaskId(p))));
            }
        }
        if !run.tasks.step[t.index()].is_empty() {
            rest.push_str(&format!(" step={}", word(run.task_step(t))));
        }
        let id = id_word(run.task_id(t));
        if run.attempts_of(t).len() == 0 {
            out.push_str(&format!("{id} - -{rest} {}\n", run.tasks.status[t.index()].name()));
        }
        for a in run.attempts_of(t) {
            let i = a.index();
            let times = &run.attempts;
            let mut span = String::new();
            if times.queued[i] != UNKNOWN {
                span.push_str(&format!("{}|", at(times.queued[i])));
            }
            if times.started[i] != UNKNOWN {
                span.push_str(&format!("{}..", at(times.started[i])));
                if times.ended[i] != UNKNOWN {
                    span.push_str(&at(times.ended[i]));
                }
            }
            let worker = word(run.text(times.worker[i]));
            let (span, worker) =
                (if span.is_empty() { "-" } else { &span }, if worker.is_empty() { "-" } else { &worker });
            out.push_str(&format!(
                "{id} {span} {worker}{rest} try={} {}\n",
                times.number[i],
                times.status[i].name()
            ));
            rest.clear();
        }
    }
    out
}
