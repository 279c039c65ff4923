//! Encodes records as lines.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

use makespan_format::{
    Alert, Artifact, Attempt, Diagnostic, ErrorInfo, Event, Log, RunInfo, Sample, Status, Task, write_line,
};

use super::record::{Details, Failure, Record, TaskKey, What};
use super::state::RunState;
use crate::lock::briefly;
use crate::text::Text;

/// The first tasks of a run, up to this number, have their names as ids; later ones have numbers. This bounds the
/// memory of the writer.
const NAMED: usize = 4096;

/// The ids of the tasks of a run.
///
/// The first task with a name has the name as its id, as a person would write it. Later ones have a number, with a salt
/// that is different in every run: an id that does not describe the work must not look like the same task in another
/// run.
#[derive(Debug, Default)]
pub(super) struct Names {
    named: HashMap<u64, Text>,
    taken: HashSet<Box<str>>,
}

impl Names {
    /// Registers a task.
    fn declare(&mut self, key: &TaskKey, name: &Text, run: &RunState) {
        // If other programs record into the same run, this process cannot know which names are taken.
        if self.taken.len() >= NAMED || run.group.is_some() {
            return;
        }
        if let Some(id) = &key.id {
            self.taken.insert((**id).clone());
        } else if !name.as_str().is_empty() && self.taken.insert(name.as_str().into()) {
            self.named.insert(key.number, name.clone());
        }
    }

    /// Returns the id of a task; `None` for the run itself, unless a task represents it.
    fn id<'k>(&'k self, key: &'k TaskKey, run: &'k RunState) -> Option<Cow<'k, str>> {
        if key.is_run() {
            return run.group.as_deref().map(Cow::Borrowed);
        }
        if let Some(id) = &key.id {
            return Some(Cow::Borrowed(id));
        }
        Some(match self.named.get(&key.number) {
            Some(name) => Cow::Borrowed(name.as_str()),
            None => Cow::Owned(format!("{}-{}", run.salt, key.number)),
        })
    }
}

/// Outcome of an attempt, if it is already known when its start is written.
pub(super) type Ending<'r> = (i64, Status, Option<&'r Failure>);

/// Writes the records of one run as lines.
pub(super) struct Encoder<'e> {
    pub(super) run: &'e RunState,
    pub(super) names: &'e mut Names,
    /// The thread that recorded it.
    pub(super) worker: &'e Text,
    pub(super) out: &'e mut String,
}

impl Encoder<'_> {
    /// Appends the lines of a record and returns their number. A task that has already ended is written together with
    /// its end.
    pub(super) fn record(&mut self, record: &Record, ending: Option<Ending<'_>>) -> u64 {
        let t = Some(record.at.saturating_add(self.run.offset));
        let key = &record.task;
        match &record.what {
            What::Declared(declared) => self.declare(
                key,
                &declared.name,
                &declared.parent,
                Some(&declared.details),
                // A new task is pending by default; writing that status would fix it.
                Some(declared.status).filter(|status| *status != Status::Pending),
            ),
            What::Started { name, parent, details } => {
                let details = details.as_deref();
                let worker = details.and_then(|d| d.worker.as_ref());
                self.declare(key, name, parent, details, None) + self.began(record, worker, ending)
            }
            What::Began { worker } => self.began(record, worker.as_ref(), ending),
            What::Queued { again } => {
                // Before a retry it waits intentionally, not for a worker.
                let (queued, status) = if *again { (None, Status::Retrying) } else { (t, Status::Queued) };
                self.attempt(record, Attempt { queued, status: Some(status), ..Attempt::default() })
            }
            What::Progress(progress) => {
                self.attempt(record, Attempt { progress: Some(*progress), ..Attempt::default() })
            }
            What::Ended { status, failure } => {
                let error = failure.as_deref().map(error);
                self.attempt(record, Attempt { ended: t, status: Some(*status), error, ..Attempt::default() })
            }
            #[cfg(feature = "tracing")]
            What::Params(params) => {
                let id = self.names.id(key, self.run).unwrap_or_default();
                let params = Some(makespan_format::Json::clone(params));
                write_line(&Event::Task(Task { id, params, ..Task::default() }), self.out);
                1
            }
            What::After(other) => {
                let id = self.names.id(key, self.run).unwrap_or_default();
                let after = self.names.id(other, self.run).into_iter().collect();
                write_line(&Event::Task(Task { id, after, ..Task::default() }), self.out);
                1
            }
            What::Sample { name, value, unit } => {
                let sample = Sample {
                    task: self.names.id(key, self.run),
                    number: number(record),
                    name: name.as_str().into(),
                    value: *value,
                    unit: some(unit),
                    t,
                };
                write_line(&Event::Sample(sample), self.out);
                1
            }
            What::Log(line) => {
                let log = Log {
                    task: self.names.id(key, self.run),
                    number: number(record),
                    t,
                    level: some(&line.level),
                    text: line.text.as_str().into(),
                };
                write_line(&Event::Log(log), self.out);
                1
            }
            What::Alert(alarm) => {
                let alert = Alert {
                    task: self.names.id(key, self.run),
                    t,
                    severity: some(&alarm.severity),
                    text: alarm.text.as_str().into(),
                    resolved: Some(alarm.resolved),
                };
                write_line(&Event::Alert(alert), self.out);
                1
            }
            What::Artifact(thing) => {
                let artifact = Artifact {
                    task: self.names.id(key, self.run),
                    name: thing.name.as_str().into(),
                    direction: thing.direction,
                    uri: thing.uri.as_deref().map(Cow::Borrowed),
                    size: thing.size,
                    value: thing.value.clone(),
                };
                write_line(&Event::Artifact(artifact), self.out);
                1
            }
            What::Asked => {
                if let (Some(id), Some(mut asked)) = (self.names.id(key, self.run), briefly(&self.run.asked))
                {
                    asked.insert(key.number, id.into_owned());
                }
                0
            }
            What::Over(over) if self.run.group.is_some() => {
                let (status, error) = (Some(over.status), over.failure.as_ref().map(error));
                self.attempt(record, Attempt { ended: t, status, error, ..Attempt::default() })
            }
            What::Over(over) => {
                let run = RunInfo {
                    id: Cow::Borrowed(&self.run.id),
                    status: Some(over.status),
                    ended: t,
                    error: over.failure.as_ref().map(error),
                    ..RunInfo::default()
                };
                write_line(&Event::Run(run), self.out);
                1
            }
            What::Finding(finding) => {
                write_line(&Event::Diagnostic(Diagnostic::clone(finding)), self.out);
                1
            }
        }
    }

    fn declare(
        &mut self,
        key: &TaskKey,
        name: &Text,
        parent: &TaskKey,
        details: Option<&Details>,
        status: Option<Status>,
    ) -> u64 {
        self.names.declare(key, name, self.run);
        let id = self.names.id(key, self.run).unwrap_or_default();
        let mut task = Task {
            name: Some(name.as_str().into()).filter(|name| *name != id),
            id,
            parent: self.names.id(parent, self.run),
            status,
            ..Task::default()
        };
        if let Some(details) = details {
            task.step = details.step.as_ref().map(|s| s.as_str().into());
            task.kind = details.kind.as_ref().map(|k| k.as_str().into());
            task.after = details.after.iter().filter_map(|k| self.names.id(k, self.run)).collect();
            task.labels.clone_from(&details.labels);
            task.params.clone_from(&details.params);
        }
        write_line(&Event::Task(task), self.out);
        1
    }

    /// Writes the start of an attempt, and its outcome if that is known.
    fn began(&mut self, record: &Record, worker: Option<&Text>, ending: Option<Ending<'_>>) -> u64 {
        let day = |at: i64| Some(at.saturating_add(self.run.offset));
        let mut attempt = Attempt {
            started: day(record.at),
            worker: some(worker.unwrap_or(self.worker)),
            status: Some(Status::Running),
            ..Attempt::default()
        };
        if let Some((at, status, failure)) = ending {
            (attempt.ended, attempt.status, attempt.error) = (day(at), Some(status), failure.map(error));
        }
        self.attempt(record, attempt)
    }

    fn attempt(&mut self, record: &Record, attempt: Attempt<'_>) -> u64 {
        let task = self.names.id(&record.task, self.run).unwrap_or_default();
        let number = record.attempt.max(1);
        write_line(&Event::Attempt(Attempt { task, number, ..attempt }), self.out);
        1
    }
}

fn number(record: &Record) -> Option<u32> {
    (record.attempt > 0).then_some(record.attempt)
}

fn some(text: &Text) -> Option<Cow<'_, str>> {
    Some(Cow::Borrowed(text.as_str())).filter(|text| !text.is_empty())
}

fn error(failure: &Failure) -> ErrorInfo<'_> {
    ErrorInfo {
        message: Cow::Borrowed(&failure.message),
        kind: failure.kind.as_deref().map(Cow::Borrowed),
        trace: None,
    }
}
