//! A run: one execution of a workflow.

use std::fmt;
use std::ops::Deref;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use makespan_format::{Attempt, Event, RunInfo, Status, Task, time, write_line};

use crate::clock;
use crate::contain::say;
use crate::context::Context;
use crate::durability::Durability;
use crate::recorder::{Around, Failure, Over, Recorder, RunInner, RunState, What, random_word};
use crate::redact::Redactor;
use crate::text::Text;
use crate::usage::Gauge;
use crate::value::{Members, Value};

/// A run to be started. See [`Tracker::run`](crate::Tracker::run).
#[derive(Debug)]
#[must_use = "a run is recorded from its start on"]
pub struct RunBuilder {
    recorder: Option<Arc<Recorder>>,
    name: Text,
    id: Option<String>,
    workflow: Option<String>,
    labels: Members,
    params: Members,
    durability: Option<Durability>,
    infer_edges: Option<bool>,
    measured: bool,
    measures_tasks: bool,
}

impl RunBuilder {
    pub(crate) fn new(recorder: Option<Arc<Recorder>>, name: Text) -> RunBuilder {
        RunBuilder {
            recorder,
            name,
            id: None,
            workflow: None,
            labels: Members::default(),
            params: Members::default(),
            durability: None,
            infer_edges: None,
            measured: false,
            measures_tasks: false,
        }
    }

    /// Sets its id, unique among all runs. An id that this tracker has already used gets a number, as in `nightly-7-2`,
    /// so that runs do not overwrite each other. By default it consists of the name, the time of the start in UTC and
    /// six random letters: `nightly-20260105-080000-k3f9aa`.
    pub fn id(mut self, id: impl Into<String>) -> RunBuilder {
        self.id = Some(id.into());
        self
    }

    /// Sets the workflow (definition) that it executes. Runs of one workflow can be compared.
    pub fn workflow(mut self, workflow: impl Into<String>) -> RunBuilder {
        self.workflow = Some(workflow.into());
        self
    }

    /// Adds a label.
    pub fn label(mut self, name: &str, value: impl Into<Value>) -> RunBuilder {
        self.labels.put(name, value.into(), self.recorder.as_ref().and_then(|r| r.redactor.as_ref()));
        self
    }

    /// Adds a parameter.
    pub fn param(mut self, name: &str, value: impl Into<Value>) -> RunBuilder {
        self.params.put(name, value.into(), self.recorder.as_ref().and_then(|r| r.redactor.as_ref()));
        self
    }

    /// Sets the durability of this run; default: that of the tracker.
    pub fn durability(mut self, durability: Durability) -> RunBuilder {
        self.durability = Some(durability);
        self
    }

    /// States that its tasks have no dependencies. Otherwise, if no task names one, Makespan infers some from the times
    /// and marks them.
    pub fn without_dependencies(mut self) -> RunBuilder {
        self.infer_edges = Some(false);
        self
    }

    /// Measures the resources of the process during the run, and records them as metrics of the run; see
    /// [`usage`](crate::usage).
    pub fn measure(mut self) -> RunBuilder {
        self.measured = true;
        self
    }

    /// Measures what the process uses while each of its tasks runs, as [`TaskBuilder::measure`] does for one. Spans of
    /// `tracing` are not measured.
    ///
    /// [`TaskBuilder::measure`]: crate::TaskBuilder::measure
    pub fn measure_tasks(mut self) -> RunBuilder {
        self.measures_tasks = true;
        self
    }

    /// Starts the run.
    pub fn start(self) -> Run {
        let Some(recorder) = self.recorder.clone() else {
            return Run { context: Context::none(), over: true, gauge: None };
        };
        let offset = clock::offset();
        let around = recorder.around.as_ref().filter(|_| self.id.is_none());
        let id = match (&self.id, around) {
            (Some(id), _) => recorder.unique_id(id),
            (None, Some(around)) => around.run.as_str().into(),
            (None, None) => unique_id(self.name.as_str(), offset.saturating_add(clock::now())).into(),
        };
        if let Some(around) = around.cloned() {
            return self.start_within(recorder, &around, id, offset);
        }
        let mut opening = String::new();
        let info = RunInfo {
            id: (&*id).into(),
            name: Some(self.name.as_str().into()),
            workflow: self.workflow.map(Into::into),
            status: Some(Status::Running),
            started: Some(offset.saturating_add(clock::now())),
            source: Some(concat!("makespan-tracker ", env!("CARGO_PKG_VERSION")).into()),
            labels: self.labels.finish(),
            params: self.params.finish(),
            infer_edges: self.infer_edges,
            ..RunInfo::default()
        };
        write_line(&Event::Run(info), &mut opening);
        let durability = self.durability.unwrap_or(recorder.durability);
        let mut state = RunState::new(id, random_word(4), offset, opening, durability);
        state.measures_tasks = self.measures_tasks;
        open(recorder, state, self.measured)
    }

    /// Starts it as a task of the run that contains the program.
    fn start_within(self, recorder: Arc<Recorder>, around: &Around, id: Arc<str>, offset: i64) -> Run {
        let salt = random_word(8);
        let group = format!("{}@{salt}", self.name.as_str());
        let mut opening = String::new();
        write_line(&Event::Run(RunInfo { id: (&*id).into(), ..RunInfo::default() }), &mut opening);
        let task = Task {
            id: group.as_str().into(),
            name: Some(self.name.as_str().into()),
            step: Some(self.workflow.unwrap_or_else(|| self.name.as_str().to_owned()).into()),
            kind: Some("program".into()),
            parent: around.task.as_deref().map(Into::into),
            labels: self.labels.finish(),
            params: self.params.finish(),
            ..Task::default()
        };
        write_line(&Event::Task(task), &mut opening);
        let attempt = Attempt {
            task: group.as_str().into(),
            number: 1,
            started: Some(offset.saturating_add(clock::now())),
            status: Some(Status::Running),
            ..Attempt::default()
        };
        write_line(&Event::Attempt(attempt), &mut opening);
        let durability = self.durability.unwrap_or(recorder.durability);
        let mut state = RunState::new(id, salt, offset, opening, durability);
        (state.measures_tasks, state.group) = (self.measures_tasks, Some(group));
        open(recorder, state, self.measured)
    }
}

/// Returns the run after its first records were passed on.
fn open(recorder: Arc<Recorder>, state: RunState, measured: bool) -> Run {
    let state = Arc::new(state);
    let context = Context { run: Some(Arc::new(RunInner { state, recorder })), ..Context::none() };
    if let Some(run) = &context.run {
        run.recorder.shared.open(&run.state);
    }
    let gauge = if measured { Gauge::start(&context).map(Box::new) } else { None };
    Run { context, over: false, gauge }
}

/// Returns an id such as `nightly-20260105-080000-k3f9aa`.
fn unique_id(name: &str, now: i64) -> String {
    let digits: String = time::format_rfc3339(now).chars().take(19).filter(|c| !"-:".contains(*c)).collect();
    format!("{name}-{}-{}", digits.replace('T', "-"), random_word(6))
}

/// A run in progress. Dropping it ends it: as failed if the thread is panicking or one of its tasks failed permanently,
/// otherwise as succeeded. Its methods end it explicitly.
///
/// It is a [`Context`]: its methods record tasks, metrics, logs and alerts of the run.
#[derive(Debug)]
#[must_use = "a run ends when it is dropped"]
pub struct Run {
    context: Context,
    over: bool,
    gauge: Option<Box<Gauge>>,
}

impl Run {
    /// Makes it the run of all code that is in no context, on all threads, until it ends or another run replaces it.
    pub fn make_default(&self) {
        self.context.make_default();
    }

    /// Ends it as succeeded, whatever the state of its tasks.
    pub fn succeed(mut self) {
        self.end(Status::Succeeded, None);
    }

    /// Ends it as failed.
    pub fn fail(mut self, error: impl fmt::Display) {
        let failure = self.is_recording().then(|| Failure::of(&error, self.redactor()));
        self.end(Status::Failed, failure);
    }

    /// Ends it as cancelled. Tasks that are dropped after this are cancelled too; see also
    /// [`Context::is_cancelled`].
    pub fn cancel(mut self, reason: impl fmt::Display) {
        self.request_cancel();
        let message = || Redactor::prose(self.redactor(), "reason", say(&reason));
        let failure = self.is_recording().then(|| Failure { message: message(), kind: None });
        self.end(Status::Cancelled, failure);
    }

    /// Requests cancellation: from now on [`Context::is_cancelled`] is true, and tasks and runs that end by being
    /// dropped end as cancelled, including this one.
    pub fn request_cancel(&self) {
        if let Some(run) = &self.context.run {
            run.state.cancelled.store(true, Ordering::Relaxed);
        }
    }

    fn end(&mut self, status: Status, failure: Option<Failure>) {
        if !std::mem::replace(&mut self.over, true) {
            if let Some(gauge) = self.gauge.take() {
                gauge.stop(&self.context);
            }
            self.context.record_safely(What::Over(Box::new(Over { status, failure })));
        }
    }
}

impl Deref for Run {
    type Target = Context;

    fn deref(&self) -> &Context {
        &self.context
    }
}

impl Drop for Run {
    fn drop(&mut self) {
        let Some(run) = self.context.run.as_ref().filter(|_| !self.over) else { return };
        let (failed, cancelled) = (&run.state.failed, &run.state.cancelled);
        if std::thread::panicking() {
            let failure = Failure::of_panic(self.context.redactor());
            self.end(Status::Failed, Some(failure));
        } else if cancelled.load(Ordering::Relaxed) {
            self.end(Status::Cancelled, None);
        } else if failed.load(Ordering::Relaxed) {
            self.end(Status::Failed, None);
        } else {
            self.end(Status::Succeeded, None);
        }
    }
}

impl RunState {
    fn new(id: Arc<str>, salt: String, offset: i64, opening: String, durability: Durability) -> RunState {
        static RUNS: AtomicU32 = AtomicU32::new(1);
        let index = RUNS.fetch_add(1, Ordering::Relaxed);
        RunState { index, id, salt, offset, opening, durability, ..RunState::default() }
    }

    /// Returns the number of its next task.
    #[inline]
    pub(crate) fn next_task(&self) -> u64 {
        self.tasks.fetch_add(1, Ordering::Relaxed) + 1
    }
}
