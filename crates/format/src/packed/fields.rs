//! Maps the fields of events to columns: one list for writing and reading, so that they cannot disagree.
//!
//! The functions go through the fields of an event; a [`Side`] takes each value away to write it, or puts the one in
//! that it read. A column is never given another meaning: a field that is added gets a new one at the end, and another
//! version of the form.

use std::borrow::Cow;

use super::{Fit, Misfit, ordered, unordered};
use crate::{
    Alert, Artifact, Attempt, Diagnostic, Direction, ErrorInfo, Event, Json, Log, RunInfo, Sample, Severity,
    Status, Task,
};

/// Number of integer columns; texts are stored as numbers in the dictionary.
pub(super) const COLUMNS: usize = 62;
/// Number of floating-point columns, without those of the measured values.
pub(super) const FLOATS: usize = 1;

/// Writes fields, or reads them.
pub(super) trait Side<'a> {
    /// A number that may be absent.
    fn number(&mut self, column: u8, value: &mut Option<u64>) -> Fit<()>;
    /// A text that may be absent; gives its number in the dictionary.
    fn text(&mut self, column: u8, value: &mut Option<Cow<'a, str>>) -> Fit<u32>;
    /// A text that probably occurs shortly before `own` in the dictionary.
    fn near(&mut self, column: u8, own: u32, value: &mut Cow<'a, str>) -> Fit<()>;
    /// A floating-point number.
    fn float(&mut self, column: u8, value: &mut f64) -> Fit<()>;
    /// A value that was measured, with the number of its name.
    fn measured(&mut self, name: u32, value: &mut f64) -> Fit<()>;
}

/// The kinds of events, by their byte.
pub(super) fn kind(event: &Event<'_>) -> u8 {
    match event {
        Event::Run(_) => 0,
        Event::Task(_) => 1,
        Event::Attempt(_) => 2,
        Event::Sample(_) => 3,
        Event::Log(_) => 4,
        Event::Alert(_) => 5,
        Event::Artifact(_) => 6,
        Event::Diagnostic(_) => 7,
    }
}

/// An event of that kind to be filled in.
pub(super) fn empty<'a>(kind: u8) -> Fit<Event<'a>> {
    Ok(match kind {
        0 => Event::Run(RunInfo::default()),
        1 => Event::Task(Task::default()),
        2 => Event::Attempt(Attempt::default()),
        3 => Event::Sample(Sample::default()),
        4 => Event::Log(Log::default()),
        5 => Event::Alert(Alert::default()),
        6 => Event::Artifact(Artifact::default()),
        7 => Event::Diagnostic(Diagnostic::new(Severity::Info, "", "")),
        _ => return Err(Misfit),
    })
}

/// Visits the fields of an event.
pub(super) fn all<'a>(side: &mut impl Side<'a>, event: &mut Event<'a>) -> Fit<()> {
    match event {
        Event::Run(run) => of_run(side, run),
        Event::Task(task) => of_task(side, task),
        Event::Attempt(attempt) => of_attempt(side, attempt),
        Event::Sample(sample) => of_sample(side, sample),
        Event::Log(log) => of_log(side, log),
        Event::Alert(alert) => of_alert(side, alert),
        Event::Artifact(artifact) => of_artifact(side, artifact),
        Event::Diagnostic(diagnostic) => of_diagnostic(side, diagnostic),
    }
}

fn of_run<'a>(side: &mut impl Side<'a>, run: &mut RunInfo<'a>) -> Fit<()> {
    required(side, 0, &mut run.id)?;
    side.text(1, &mut run.name)?;
    side.text(2, &mut run.workflow)?;
    status(side, 3, &mut run.status)?;
    time(side, 4, None, &mut run.started)?;
    time(side, 5, run.started, &mut run.ended)?;
    side.text(6, &mut run.source)?;
    error(side, [7, 8, 9], &mut run.error)?;
    json(side, 10, &mut run.labels)?;
    json(side, 11, &mut run.params)?;
    json(side, 12, &mut run.stored)?;
    flag(side, 13, &mut run.infer_edges)
}

fn of_task<'a>(side: &mut impl Side<'a>, task: &mut Task<'a>) -> Fit<()> {
    let own = required(side, 14, &mut task.id)?;
    side.text(15, &mut task.name)?;
    side.text(16, &mut task.step)?;
    side.text(17, &mut task.kind)?;
    side.text(18, &mut task.parent)?;
    let mut count = Some(task.after.len() as u64);
    side.number(19, &mut count)?;
    let count = count.ok_or(Misfit)?;
    for at in 0..count {
        // A reader has none yet; the column ends it where a count is a lie.
        let at = usize::try_from(at).map_err(|_| Misfit)?;
        if at == task.after.len() {
            task.after.push(Cow::Borrowed(""));
        }
        side.near(20, own, &mut task.after[at])?;
    }
    status(side, 21, &mut task.status)?;
    json(side, 22, &mut task.labels)?;
    json(side, 23, &mut task.params)
}

fn of_attempt<'a>(side: &mut impl Side<'a>, attempt: &mut Attempt<'a>) -> Fit<()> {
    required(side, 24, &mut attempt.task)?;
    small(side, 25, &mut attempt.number)?;
    time(side, 26, None, &mut attempt.started)?;
    time(side, 27, attempt.started, &mut attempt.queued)?;
    time(side, 28, attempt.started, &mut attempt.ended)?;
    side.text(29, &mut attempt.worker)?;
    status(side, 30, &mut attempt.status)?;
    let mut has = Some(u64::from(attempt.progress.is_some()));
    side.number(31, &mut has)?;
    if has == Some(1) {
        side.float(0, attempt.progress.get_or_insert(0.0))?;
    }
    error(side, [32, 33, 34], &mut attempt.error)
}

fn of_sample<'a>(side: &mut impl Side<'a>, sample: &mut Sample<'a>) -> Fit<()> {
    side.text(35, &mut sample.task)?;
    maybe_small(side, 36, &mut sample.number)?;
    let name = required(side, 37, &mut sample.name)?;
    side.measured(name, &mut sample.value)?;
    side.text(38, &mut sample.unit)?;
    time(side, 39, None, &mut sample.t)
}

fn of_log<'a>(side: &mut impl Side<'a>, log: &mut Log<'a>) -> Fit<()> {
    side.text(40, &mut log.task)?;
    maybe_small(side, 41, &mut log.number)?;
    time(side, 42, None, &mut log.t)?;
    side.text(43, &mut log.level)?;
    required(side, 44, &mut log.text).map(drop)
}

fn of_alert<'a>(side: &mut impl Side<'a>, alert: &mut Alert<'a>) -> Fit<()> {
    side.text(45, &mut alert.task)?;
    time(side, 46, None, &mut alert.t)?;
    side.text(47, &mut alert.severity)?;
    required(side, 48, &mut alert.text)?;
    flag(side, 49, &mut alert.resolved)
}

fn of_artifact<'a>(side: &mut impl Side<'a>, artifact: &mut Artifact<'a>) -> Fit<()> {
    side.text(50, &mut artifact.task)?;
    required(side, 51, &mut artifact.name)?;
    let mut input = Some(artifact.direction == Direction::Input);
    flag(side, 52, &mut input)?;
    artifact.direction = if input == Some(true) { Direction::Input } else { Direction::Output };
    side.text(53, &mut artifact.uri)?;
    time(side, 54, None, &mut artifact.size)?;
    json(side, 55, &mut artifact.value)
}

fn of_diagnostic<'a>(side: &mut impl Side<'a>, diagnostic: &mut Diagnostic) -> Fit<()> {
    let mut severity = Some(diagnostic.severity as u64);
    side.number(56, &mut severity)?;
    let known = [Severity::Info, Severity::Warning, Severity::Error].into_iter();
    diagnostic.severity = known.into_iter().find(|s| Some(*s as u64) == severity).ok_or(Misfit)?;
    let mut code = Cow::Owned(std::mem::take(&mut diagnostic.code).into_owned());
    required(side, 57, &mut code)?;
    diagnostic.code = Cow::Owned(code.into_owned());
    let mut message = Cow::Owned(std::mem::take(&mut diagnostic.message));
    required(side, 58, &mut message)?;
    diagnostic.message = message.into_owned();
    let mut count = Some(diagnostic.count);
    side.number(59, &mut count)?;
    diagnostic.count = count.ok_or(Misfit)?;
    side.number(60, &mut diagnostic.offset)?;
    side.number(61, &mut diagnostic.line)
}

fn required<'a>(side: &mut impl Side<'a>, column: u8, value: &mut Cow<'a, str>) -> Fit<u32> {
    let mut held = Some(std::mem::take(value));
    let id = side.text(column, &mut held)?;
    *value = held.ok_or(Misfit)?;
    Ok(id)
}

fn json<'a>(side: &mut impl Side<'a>, column: u8, value: &mut Option<Json<'a>>) -> Fit<()> {
    let mut text = value.take().map(Json::into_text);
    side.text(column, &mut text)?;
    *value = text.map(Json::from_text);
    Ok(())
}

fn error<'a>(side: &mut impl Side<'a>, columns: [u8; 3], value: &mut Option<ErrorInfo<'a>>) -> Fit<()> {
    let (mut message, mut kind, mut trace) = match value.take() {
        Some(ErrorInfo { message, kind, trace }) => (Some(message), kind, trace),
        None => (None, None, None),
    };
    side.text(columns[0], &mut message)?;
    if let Some(message) = message {
        side.text(columns[1], &mut kind)?;
        side.text(columns[2], &mut trace)?;
        *value = Some(ErrorInfo { message, kind, trace });
    }
    Ok(())
}

/// A time, as the difference from another one if that is known.
fn time<'a>(side: &mut impl Side<'a>, column: u8, from: Option<i64>, value: &mut Option<i64>) -> Fit<()> {
    let from = from.unwrap_or(0);
    let mut number = value.map(|value| ordered(value.wrapping_sub(from)));
    side.number(column, &mut number)?;
    *value = number.map(|number| unordered(number).wrapping_add(from));
    Ok(())
}

fn status<'a>(side: &mut impl Side<'a>, column: u8, value: &mut Option<Status>) -> Fit<()> {
    let mut number = value.map(|status| status as u64);
    side.number(column, &mut number)?;
    *value = match number {
        None => None,
        Some(number) => {
            let index = usize::try_from(number).map_err(|_| Misfit)?;
            Some(*Status::ALL.get(index).ok_or(Misfit)?)
        }
    };
    Ok(())
}

fn flag<'a>(side: &mut impl Side<'a>, column: u8, value: &mut Option<bool>) -> Fit<()> {
    let mut number = value.map(u64::from);
    side.number(column, &mut number)?;
    *value = number.map(|number| number == 1);
    Ok(())
}

fn small<'a>(side: &mut impl Side<'a>, column: u8, value: &mut u32) -> Fit<()> {
    let mut held = Some(*value);
    maybe_small(side, column, &mut held)?;
    *value = held.ok_or(Misfit)?;
    Ok(())
}

fn maybe_small<'a>(side: &mut impl Side<'a>, column: u8, value: &mut Option<u32>) -> Fit<()> {
    let mut number = value.map(u64::from);
    side.number(column, &mut number)?;
    *value = match number {
        None => None,
        Some(number) => Some(u32::try_from(number).map_err(|_| Misfit)?),
    };
    Ok(())
}
