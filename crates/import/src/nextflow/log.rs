//! `.nextflow.log`: when tasks were submitted and when they were found complete. Its times have no year and are
//! relative to the first line.

use std::borrow::Cow;

use makespan_format::{Attempt, ErrorInfo, EventSink, Severity, Status};

use crate::draft::{Draft, Piece};
use crate::gather::Named;
use crate::importer::{Importer, Options};

/// Whether a text begins like a log of Nextflow: `Mar-01 10:00:00.123 [main] DEBUG nextflow.cli.Launcher - …`.
pub(super) fn looks_like(text: &[u8]) -> bool {
    let mut lines = text.split(|b| *b == b'\n').take(20).filter_map(|line| std::str::from_utf8(line).ok());
    lines.any(|line| moment(line).is_some() && line.contains("] ") && line.contains(" nextflow."))
}

const MONTHS: [&str; 12] =
    ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// Nanoseconds since the beginning of the year, of a leap year, of the time that a line begins with.
fn moment(line: &str) -> Option<i64> {
    const BEFORE: [i64; 12] = [0, 31, 60, 91, 121, 152, 182, 213, 244, 274, 305, 335];
    let (month, rest) = (line.get(..3)?, line.get(4..19)?);
    let month = MONTHS.iter().position(|m| *m == month)?;
    let number = |from: usize, to: usize| rest.get(from..to)?.parse::<i64>().ok();
    let (day, hour, minute, second) = (number(0, 2)?, number(3, 5)?, number(6, 8)?, number(9, 11)?);
    let seconds = (BEFORE[month] + day - 1) * 86_400 + hour * 3600 + minute * 60 + second;
    Some(seconds * 1_000_000_000 + number(12, 15).unwrap_or(0) * 1_000_000)
}

/// The text between two marks.
fn between<'a>(line: &'a str, from: &str, to: &str) -> Option<&'a str> {
    line.split_once(from)?.1.split(to).next().map(str::trim)
}

/// Nanoseconds of a year: what seems to be earlier by more than half of it is in the next one.
const YEAR: i64 = 366 * 86_400 * 1_000_000_000;

pub(super) fn emit(
    text: &str,
    file: &str,
    importer: &Importer,
    options: &Options<'_>,
    sink: &mut dyn EventSink,
) {
    let mut draft = Draft::new(Cow::Borrowed(file), "Nextflow", options);
    let mut tasks: Named<Piece<'_>> = Named::default();
    let (mut origin, mut now) = (None, 0);
    for line in text.lines() {
        if let Some(t) = moment(line) {
            let first = *origin.get_or_insert(t);
            now = if t - first < -YEAR / 2 { t - first + YEAR } else { t - first };
        }
        if let Some(name) = between(line, "] Submitted process > ", "\n")
            .or_else(|| between(line, "] Re-submitted process > ", "\n"))
        {
            let piece = task(name, &mut tasks);
            piece.tries.push(Attempt {
                queued: Some(now),
                status: Some(Status::Running),
                ..Attempt::default()
            });
        } else if let Some(name) = between(line, "] Cached process > ", "\n") {
            task(name, &mut tasks).task.status = Some(Status::Cached);
        } else if line.contains("Task completed > TaskHandler[") {
            complete(line, now, &mut tasks, &mut draft);
        } else if let Some(rest) =
            between(line, "] ERROR nextflow.processor.TaskProcessor - Error executing process > '", "'")
            && let Some(attempt) = task(rest, &mut tasks).tries.last_mut()
        {
            attempt.status = Some(Status::Failed);
            attempt.ended = attempt.ended.or(Some(now));
        } else if let Some(launched) = between(line, "Launching `", "\n") {
            draft.run.workflow = launched.split('`').next().map(Cow::Borrowed);
            draft.run.name = between(launched, "[", "]").map(Cow::Borrowed);
        } else if let Some(id) = between(line, "Session UUID: ", "\n") {
            draft.run.id = Cow::Borrowed(id);
        } else if line.contains("Session aborted") {
            draft.run.status = Some(Status::Failed);
        } else if line.contains("Execution complete -- Goodbye") {
            draft.run.ended = Some(now);
        }
    }
    draft.run.started = origin.map(|_| 0);
    let what = "times count from the first line, because the log does not contain the year";
    draft.tally.count(Severity::Info, "relative-times", what, 1);
    let what = "the log does not contain the start of tasks; they are shown from their submission until their end was noticed";
    draft.tally.count(Severity::Info, "submission-times", what, tasks.list.len() as u64);
    for piece in &mut tasks.list {
        for attempt in &mut piece.tries {
            attempt.started = attempt.started.or(attempt.queued.take());
        }
    }
    draft.pieces = tasks.list;
    draft.emit(importer, sink);
}

fn task<'t, 'a>(name: &'a str, tasks: &'t mut Named<Piece<'a>>) -> &'t mut Piece<'a> {
    tasks.entry(name, || {
        let mut piece = Piece::new(name, name);
        piece.task.step = Some(name.split(" (").next().unwrap_or(name).into());
        piece
    })
}

/// `TaskHandler[id: 1; name: FOO (1); status: COMPLETED; exit: 0; error: -; workDir: …]`
fn complete<'a>(line: &'a str, now: i64, tasks: &mut Named<Piece<'a>>, draft: &mut Draft<'_, 'a>) {
    let Some(name) = between(line, "name: ", "; status: ") else { return };
    let piece = task(name, tasks);
    if piece.tries.is_empty() {
        piece.tries.push(Attempt::default());
    }
    let Some(attempt) = piece.tries.last_mut() else { return };
    attempt.ended = Some(now);
    // `COMPLETED` says that it is over; whether it did well, the exit code says.
    let error = between(line, "error: ", "; workDir").filter(|e| !matches!(*e, "-" | ""));
    attempt.status = match between(line, "exit: ", ";") {
        _ if error.is_some() => Some(Status::Failed),
        Some("0") => Some(Status::Succeeded),
        Some(code) if code.parse::<i64>().is_ok() => Some(Status::Failed),
        _ => draft
            .clock
            .status(between(line, "status: ", ";").filter(|s| *s != "COMPLETED").or(Some("unknown")), false),
    };
    let exit = between(line, "exit: ", ";").map(|code| Cow::Owned(format!("exit code {code}")));
    let message = error.map(Cow::Borrowed).or(exit).filter(|_| attempt.status == Some(Status::Failed));
    attempt.error = message.map(|message| ErrorInfo { message, ..ErrorInfo::default() });
}
