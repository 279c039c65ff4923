//! Records that pass from the threads of the host to the writer: small, flat, created without formatting.

use std::sync::Arc;

use makespan_format::{Diagnostic, Direction, Json, Status};

use crate::text::Text;

/// Identifies a task of a run.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct TaskKey {
    /// From 1 within the run; 0 is the run itself.
    pub(crate) number: u64,
    /// The id given by the host. If there is none, the writer chooses one.
    pub(crate) id: Option<Arc<Box<str>>>,
}

impl TaskKey {
    /// The run itself.
    pub(crate) const RUN: TaskKey = TaskKey { number: 0, id: None };

    #[inline]
    pub(crate) fn weight(&self) -> usize {
        self.id.as_ref().map_or(0, |id| id.len())
    }

    pub(crate) fn is_run(&self) -> bool {
        self.number == 0 && self.id.is_none()
    }
}

/// A recorded item.
#[derive(Debug)]
pub(crate) struct Record {
    /// Time, by [`crate::clock::now`].
    pub(crate) at: i64,
    /// Index of the run within its recorder.
    pub(crate) run: u32,
    /// Number of the attempt, from 1; 0 if it concerns none.
    pub(crate) attempt: u32,
    pub(crate) task: TaskKey,
    pub(crate) what: What,
}

#[derive(Debug)]
pub(crate) enum What {
    /// A task is declared, and will be started later or never.
    Declared(Box<Declared>),
    /// It was queued, or will be retried.
    Queued {
        again: bool,
    },
    /// A task is declared and its first attempt begins.
    Started {
        name: Text,
        parent: TaskKey,
        details: Option<Box<Details>>,
    },
    /// An attempt of a known task begins; with the worker if the host names one.
    Began {
        worker: Option<Text>,
    },
    /// It depends on another task.
    After(TaskKey),
    /// Its parameters, all of them.
    #[cfg(feature = "tracing")]
    Params(Box<Json<'static>>),
    /// Progress, 0 to 1.
    Progress(f64),
    /// An attempt ends.
    Ended {
        status: Status,
        failure: Option<Box<Failure>>,
    },
    /// A value was measured.
    Sample {
        name: Text,
        value: f64,
        unit: Text,
    },
    Log(Box<Line>),
    Alert(Box<Alarm>),
    Artifact(Box<Thing>),
    /// The id of the task is requested.
    Asked,
    /// The run ends.
    Over(Box<Over>),
    /// A diagnostic about the recording itself.
    Finding(Box<Diagnostic>),
}

/// A task that is declared.
#[derive(Debug)]
pub(crate) struct Declared {
    pub(crate) name: Text,
    pub(crate) parent: TaskKey,
    pub(crate) details: Details,
    pub(crate) status: Status,
}

/// What most tasks have not.
#[derive(Debug, Default)]
pub(crate) struct Details {
    pub(crate) step: Option<Text>,
    pub(crate) kind: Option<Text>,
    pub(crate) worker: Option<Text>,
    pub(crate) after: Vec<TaskKey>,
    pub(crate) labels: Option<Json<'static>>,
    pub(crate) params: Option<Json<'static>>,
}

/// Why something failed.
#[derive(Clone, Debug)]
pub(crate) struct Failure {
    pub(crate) message: String,
    pub(crate) kind: Option<String>,
}

#[derive(Debug)]
pub(crate) struct Line {
    pub(crate) level: Text,
    pub(crate) text: String,
}

#[derive(Debug)]
pub(crate) struct Alarm {
    pub(crate) severity: Text,
    pub(crate) text: String,
    pub(crate) resolved: bool,
}

#[derive(Debug)]
pub(crate) struct Thing {
    pub(crate) name: Text,
    pub(crate) direction: Direction,
    pub(crate) uri: Option<String>,
    pub(crate) size: Option<i64>,
    pub(crate) value: Option<Json<'static>>,
}

#[derive(Debug)]
pub(crate) struct Over {
    pub(crate) status: Status,
    pub(crate) failure: Option<Failure>,
}

/// Returns whether the record is dropped first when memory is full.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Class {
    /// Metrics, lines of logs, progress.
    Detail,
    /// The life of tasks and of the run, alerts, artifacts.
    Lifecycle,
}

impl Record {
    pub(crate) fn class(&self) -> Class {
        match self.what {
            What::Progress(_) | What::Sample { .. } | What::Log(_) => Class::Detail,
            _ => Class::Lifecycle,
        }
    }

    /// Bytes that it holds beside its own size, as far as they count against the bound of memory. The same whenever
    /// it is asked.
    pub(crate) fn weight(&self) -> usize {
        self.task.weight() + self.what.weight()
    }
}

impl What {
    #[inline]
    pub(crate) fn weight(&self) -> usize {
        match self {
            What::Queued { .. } | What::After(_) | What::Progress(_) | What::Asked => 0,
            #[cfg(feature = "tracing")]
            What::Params(params) => params.as_str().len(),
            What::Began { worker } => text(worker.as_ref()),
            What::Started { name, details, .. } => {
                name.weight() + details.as_ref().map_or(0, |d| size_of::<Details>() + d.weight())
            }
            What::Declared(d) => size_of::<Declared>() + d.name.weight() + d.details.weight(),
            What::Ended { failure, .. } => failure.as_ref().map_or(0, |f| f.weight()),
            What::Sample { name, unit, .. } => name.weight() + unit.weight(),
            What::Log(line) => size_of::<Line>() + line.level.weight() + line.text.len(),
            What::Alert(alarm) => size_of::<Alarm>() + alarm.severity.weight() + alarm.text.len(),
            What::Artifact(thing) => {
                let uri = thing.uri.as_ref().map_or(0, String::len);
                size_of::<Thing>() + thing.name.weight() + uri + json(thing.value.as_ref())
            }
            What::Over(over) => size_of::<Over>() + over.failure.as_ref().map_or(0, Failure::weight),
            What::Finding(finding) => size_of::<Diagnostic>() + finding.message.len(),
        }
    }
}

impl Details {
    fn weight(&self) -> usize {
        let texts = text(self.step.as_ref()) + text(self.kind.as_ref()) + text(self.worker.as_ref());
        let after: usize = self.after.iter().map(|key| size_of::<TaskKey>() + key.weight()).sum();
        texts + after + json(self.labels.as_ref()) + json(self.params.as_ref())
    }
}

impl Failure {
    fn weight(&self) -> usize {
        size_of::<Failure>() + self.message.len() + self.kind.as_ref().map_or(0, String::len)
    }
}

fn text(text: Option<&Text>) -> usize {
    text.map_or(0, Text::weight)
}

fn json(json: Option<&Json<'_>>) -> usize {
    json.map_or(0, |json| json.as_str().len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_is_small() {
        // Two of them are written for each span; their size is the time that takes.
        assert!(size_of::<Record>() <= 88, "{}", size_of::<Record>());
    }
}
