//! The events themselves. Every field except the identifying one is optional: an event contains what its writer knows,
//! and later events about the same thing add the rest.

use std::borrow::Cow;

use crate::{Diagnostic, Json, Status};

type Str<'a> = Cow<'a, str>;

/// One thing that was recorded.
#[derive(Clone, Debug, PartialEq)]
pub enum Event<'a> {
    /// Opens a run, adds to it, or returns to it: the following events belong to it.
    Run(RunInfo<'a>),
    /// Declares a task or adds to it.
    Task(Task<'a>),
    /// One attempt of a task, or a part of what is known about it.
    Attempt(Attempt<'a>),
    /// A measured value.
    Sample(Sample<'a>),
    /// A line of a log.
    Log(Log<'a>),
    /// Something that called for attention.
    Alert(Alert<'a>),
    /// A thing that a task read or wrote.
    Artifact(Artifact<'a>),
    /// A problem in the input from which these events were imported.
    Diagnostic(Diagnostic),
}

/// Takes events as they are read.
pub trait EventSink {
    /// Takes one event; it borrows from the reader's buffer.
    fn event(&mut self, event: Event<'_>);

    /// Takes a finding about the input.
    fn diagnostic(&mut self, diagnostic: Diagnostic) {
        self.event(Event::Diagnostic(diagnostic));
    }
}

/// One execution of a workflow.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct RunInfo<'a> {
    /// Identifies the run within its source.
    pub id: Str<'a>,
    /// Display name of the run.
    pub name: Option<Str<'a>>,
    /// The workflow (definition) that was executed.
    pub workflow: Option<Str<'a>>,
    /// Status as the engine recorded it; ours is derived from the tasks.
    pub status: Option<Status>,
    /// Start as recorded by the engine, ns since the epoch.
    pub started: Option<i64>,
    /// End as recorded by the engine, ns since the epoch.
    pub ended: Option<i64>,
    /// Program or format that recorded the run, with its version.
    pub source: Option<Str<'a>>,
    /// The error of the run as a whole.
    pub error: Option<ErrorInfo<'a>>,
    /// Labels, a JSON object.
    pub labels: Option<Json<'a>>,
    /// Parameters, a JSON object.
    pub params: Option<Json<'a>>,
    /// Totals that the source states, a JSON object of numbers or strings; they are recomputed and shown beside
    /// ours. Known keys: `makespan_ns`, `work_ns`, `tasks`, `succeeded`, `failed`, `status`, `progress`.
    pub stored: Option<Json<'a>>,
    /// False if the source states that its tasks have no dependencies; then none are inferred.
    pub infer_edges: Option<bool>,
}

/// An instance of a step in a run.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Task<'a> {
    /// Identifies the task within its run.
    pub id: Str<'a>,
    /// Display name; the id if absent.
    pub name: Option<Str<'a>>,
    /// The named kind of work it is an instance of.
    pub step: Option<Str<'a>>,
    /// What executes the task: a class, an operator, a plug-in.
    pub kind: Option<Str<'a>>,
    /// The task or group that contains it.
    pub parent: Option<Str<'a>>,
    /// Ids of the tasks it depends on; they may be declared later.
    pub after: Vec<Str<'a>>,
    /// Status of a task without attempts, or one more specific than that of its last attempt.
    pub status: Option<Status>,
    /// Labels, a JSON object.
    pub labels: Option<Json<'a>>,
    /// Parameters, a JSON object.
    pub params: Option<Json<'a>>,
}

/// One try of a task.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Attempt<'a> {
    /// The task that is tried.
    pub task: Str<'a>,
    /// Number of the try, from 1.
    pub number: u32,
    /// Time at which it was queued, ns since the epoch.
    pub queued: Option<i64>,
    /// Time at which it started, ns since the epoch.
    pub started: Option<i64>,
    /// Time at which it ended, ns since the epoch.
    pub ended: Option<i64>,
    /// The worker, host, thread or slot that executed it.
    pub worker: Option<Str<'a>>,
    /// Its status.
    pub status: Option<Status>,
    /// Progress, 0 to 1.
    pub progress: Option<f64>,
    /// Why it failed.
    pub error: Option<ErrorInfo<'a>>,
}

/// Why something failed.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ErrorInfo<'a> {
    /// Message of the error, as the engine wrote it.
    pub message: Str<'a>,
    /// Class or code of the error.
    pub kind: Option<Str<'a>>,
    /// Traceback, verbatim.
    pub trace: Option<Str<'a>>,
}

/// A measured value, of a task or of the whole run.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Sample<'a> {
    /// The task measured; the run where absent.
    pub task: Option<Str<'a>>,
    /// The try measured; unknown where absent.
    pub number: Option<u32>,
    /// Name of the metric.
    pub name: Str<'a>,
    /// The value; finite.
    pub value: f64,
    /// Unit in UCUM or common notation (`MB`, `%`, `s`); dimensionless where absent.
    pub unit: Option<Str<'a>>,
    /// When, ns since the epoch; unknown where absent.
    pub t: Option<i64>,
}

/// A line of a log.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Log<'a> {
    /// The task that wrote it; the run where absent.
    pub task: Option<Str<'a>>,
    /// The try that wrote it.
    pub number: Option<u32>,
    /// When, ns since the epoch.
    pub t: Option<i64>,
    /// Level as the source names it.
    pub level: Option<Str<'a>>,
    /// The text, verbatim.
    pub text: Str<'a>,
}

/// Something that called for attention.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Alert<'a> {
    /// The task it is about; the run where absent.
    pub task: Option<Str<'a>>,
    /// When, ns since the epoch.
    pub t: Option<i64>,
    /// Severity as the source names it.
    pub severity: Option<Str<'a>>,
    /// The text of the alert.
    pub text: Str<'a>,
    /// Whether its cause is gone.
    pub resolved: Option<bool>,
}

/// Whether a task read or wrote an artifact.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Direction {
    /// Read by the task.
    Input,
    /// Written by the task.
    #[default]
    Output,
}

/// A thing that a task read or wrote.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Artifact<'a> {
    /// The task; the run where absent.
    pub task: Option<Str<'a>>,
    /// Name of the artifact.
    pub name: Str<'a>,
    /// Read or written.
    pub direction: Direction,
    /// Its location; shown, never opened.
    pub uri: Option<Str<'a>>,
    /// Size in bytes.
    pub size: Option<i64>,
    /// The value itself as JSON, where the source holds it.
    pub value: Option<Json<'a>>,
}
