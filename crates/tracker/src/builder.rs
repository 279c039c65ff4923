//! Tasks before they start.

use std::fmt;
use std::sync::Arc;

use makespan_format::Status;

use crate::contain::say;
use crate::context::Context;
use crate::current::InContext;
use crate::recorder::{Class, Declared, Details, Record, TaskKey, What};
use crate::redact::Redactor;
use crate::reference::{AsTask, Sealed, TaskRef};
use crate::retry::{Attempt, Backoff};
use crate::task::Task;
use crate::text::Text;
use crate::value::{Members, Value};

impl Context {
    /// Returns a builder for a task within this task, or within the run if the context is a run.
    #[inline(always)]
    pub fn task(&self, name: impl Into<Text>) -> TaskBuilder {
        TaskBuilder::new(self.clone(), name.into())
    }
}

/// Returns a builder for a task of the [current context](Context::current).
pub fn task(name: impl Into<Text>) -> TaskBuilder {
    TaskBuilder::new(Context::current(), name.into())
}

/// A task to be started, declared or skipped. See [`Context::task`].
#[derive(Debug)]
#[must_use = "nothing is recorded before the task is started, declared or left out"]
pub struct TaskBuilder {
    /// The run or task that contains it.
    context: Context,
    name: Text,
    /// Values that most tasks do not have; boxed so that builders of other tasks are small.
    draft: Option<Box<Draft>>,
    measured: bool,
}

#[derive(Debug, Default)]
struct Draft {
    id: Option<Arc<Box<str>>>,
    details: Details,
    labels: Members,
    params: Members,
}

impl Draft {
    fn finish(self) -> (Option<Arc<Box<str>>>, Option<Box<Details>>) {
        let Draft { id, mut details, labels, params } = self;
        (details.labels, details.params) = (labels.finish(), params.finish());
        (id, Some(Box::new(details)))
    }
}

impl TaskBuilder {
    #[inline(always)]
    pub(crate) fn new(context: Context, name: Text) -> TaskBuilder {
        TaskBuilder { context, name, draft: None, measured: false }
    }

    fn draft(&mut self) -> &mut Draft {
        self.draft.get_or_insert_default()
    }

    /// Sets its id, unique within the run, and the same in every run for the same work. By default, the first task with
    /// a name has the name as its id, and further ones get a number.
    pub fn id(mut self, id: impl Into<String>) -> TaskBuilder {
        self.draft().id = Some(Arc::new(id.into().into_boxed_str()));
        self
    }

    /// Sets the step: the named kind of work that the task is an instance of. Tasks of one step are compared; without a
    /// step, tasks of one name are.
    pub fn step(mut self, step: impl Into<Text>) -> TaskBuilder {
        self.draft().details.step = Some(step.into());
        self
    }

    /// Sets what executes the task: a class, an operator, a plug-in.
    pub fn kind(mut self, kind: impl Into<Text>) -> TaskBuilder {
        self.draft().details.kind = Some(kind.into());
        self
    }

    /// Sets the worker that executes it: a host, process or slot. Default: the thread that starts it.
    pub fn worker(mut self, worker: impl Into<Text>) -> TaskBuilder {
        self.draft().details.worker = Some(worker.into());
        self
    }

    /// Adds a dependency on another task: a [`Task`], a [`TaskRef`], a [`Planned`], or an id.
    pub fn after(mut self, other: &(impl AsTask + ?Sized)) -> TaskBuilder {
        self.draft().details.after.push(other.as_task().0);
        self
    }

    /// Adds dependencies on several tasks.
    pub fn after_all<T: AsTask>(mut self, others: impl IntoIterator<Item = T>) -> TaskBuilder {
        self.draft().details.after.extend(others.into_iter().map(|other| other.as_task().0));
        self
    }

    /// Adds a label.
    pub fn label(mut self, name: &str, value: impl Into<Value>) -> TaskBuilder {
        if let Some(run) = self.context.run.clone() {
            self.draft().labels.put(name, value.into(), run.recorder.redactor.as_ref());
        }
        self
    }

    /// Adds a parameter. Arguments of the program are not recorded unless they are named here.
    pub fn param(mut self, name: &str, value: impl Into<Value>) -> TaskBuilder {
        if let Some(run) = self.context.run.clone() {
            self.draft().params.put(name, value.into(), run.recorder.redactor.as_ref());
        }
        self
    }

    /// Measures what the process uses while the task runs, and records it as metrics when it ends; see
    /// [`usage`](crate::usage). This takes about 0.1 ms at the start and at the end.
    pub fn measure(mut self) -> TaskBuilder {
        self.measured = true;
        self
    }

    /// Returns the parts of a record, and the context of the task.
    fn split(self) -> (Context, Text, TaskKey, Option<Box<Details>>) {
        let Context { run, task: parent, .. } = self.context;
        let number = run.as_ref().map_or(0, |run| run.state.next_task());
        let (id, details) = self.draft.map_or((None, None), |draft| draft.finish());
        (Context { run, task: TaskKey { number, id }, attempt: 1 }, self.name, parent, details)
    }

    /// Starts the task.
    #[inline(always)]
    pub fn start(self) -> Task {
        let is_plain = self.draft.is_none() && !self.measured;
        if !self.context.run.as_ref().is_some_and(|run| is_plain && !run.state.measures_tasks) {
            return self.start_otherwise();
        }
        // The common case is built in place: each copy would cost as much as the lock.
        let TaskBuilder { context: Context { run, task: parent, .. }, name, .. } = self;
        let Some(run) = run else { return Task::new(Context::none(), false) };
        let (state, number) = (&run.state, run.state.next_task());
        let pushed = run.recorder.shared.push(state, Class::Lifecycle, name.weight(), |at| Record {
            at,
            run: state.index,
            attempt: 1,
            task: TaskKey { number, id: None },
            what: What::Started { name, parent, details: None },
        });
        run.recorder.shared.settle(state, pushed);
        Task::plain(Context { run: Some(run), task: TaskKey { number, id: None }, attempt: 1 })
    }

    fn start_otherwise(self) -> Task {
        if self.context.run.is_none() {
            return Task::plain(Context::none());
        }
        let measured = self.measured;
        let (own, name, parent, details) = self.split();
        let task = Task::new(own, measured);
        task.record_safely(What::Started { name, parent, details });
        task
    }

    fn declare_as(self, status: Status) -> Planned {
        let measured = self.measured;
        let (own, name, parent, details) = self.split();
        let worker = details.as_ref().and_then(|details| details.worker.clone());
        let declared = Declared {
            name: name.clone(),
            parent: parent.clone(),
            details: *details.unwrap_or_default(),
            status,
        };
        own.record_safely(What::Declared(Box::new(declared)));
        Planned { own, name, parent, worker, measured }
    }

    /// Declares the task without starting it: it is pending.
    pub fn declare(self) -> Planned {
        self.declare_as(Status::Pending)
    }

    /// Declares the task, and records that it was queued now.
    pub fn queue(self) -> Planned {
        let planned = self.declare();
        planned.own.record_safely(What::Queued { again: false });
        planned
    }

    /// Records the task as skipped: it is deliberately not executed.
    pub fn skip(self, reason: impl fmt::Display) -> TaskRef {
        self.declare().skip(reason)
    }

    /// Records the task as cached: not executed, because its result was already available.
    pub fn cached(self) -> TaskRef {
        self.declare().cached()
    }

    /// Records the task as not executed because a dependency failed.
    pub fn upstream_failed(self) -> TaskRef {
        self.declare().upstream_failed()
    }
}

/// A task that is declared but not started.
///
/// If it is dropped without being started, it stays pending.
#[derive(Debug)]
pub struct Planned {
    own: Context,
    name: Text,
    parent: TaskKey,
    worker: Option<Text>,
    measured: bool,
}

impl Planned {
    /// Starts the task.
    pub fn start(self) -> Task {
        let task = Task::new(self.own, self.measured);
        task.record_safely(What::Began { worker: self.worker });
        task
    }

    /// Returns a handle for dependencies on it.
    pub fn reference(&self) -> TaskRef {
        TaskRef(self.own.task.clone())
    }

    fn becomes(self, status: Status) -> TaskRef {
        let declared = Declared { name: self.name, parent: self.parent, details: Details::default(), status };
        self.own.record_safely(What::Declared(Box::new(declared)));
        TaskRef(self.own.task)
    }

    /// Ends the task as skipped: it is deliberately not executed.
    pub fn skip(self, reason: impl fmt::Display) -> TaskRef {
        if self.own.is_recording() {
            let reason = Redactor::prose(self.own.redactor(), "reason", say(&reason));
            self.own.write_line("info".into(), format!("skipped: {reason}"));
        }
        self.becomes(Status::Skipped)
    }

    /// Ends the task as cancelled: it was stopped from outside before it started.
    pub fn cancel(self, reason: impl fmt::Display) -> TaskRef {
        if self.own.is_recording() {
            let reason = Redactor::prose(self.own.redactor(), "reason", say(&reason));
            self.own.write_line("info".into(), format!("cancelled: {reason}"));
        }
        self.becomes(Status::Cancelled)
    }

    /// Ends the task as cached: not executed, because its result was already available.
    pub fn cached(self) -> TaskRef {
        self.becomes(Status::Cached)
    }

    /// Ends the task as not executed because a dependency failed.
    pub fn upstream_failed(self) -> TaskRef {
        self.becomes(Status::UpstreamFailed)
    }
}

macro_rules! ways_to_run {
    ($($of:ty),*) => {$(
        impl $of {
            /// Runs a closure as the task, in its context. A panic ends it as failed.
            pub fn run<T>(self, work: impl FnOnce(&Task) -> T) -> T {
                self.start().run(work)
            }

            /// Like [`run`](Self::run) for a closure that may fail: an error ends the task as failed and is returned.
            ///
            /// # Errors
            ///
            /// Those of the closure.
            pub fn try_run<T, E: fmt::Display>(self, work: impl FnOnce(&Task) -> Result<T, E>) -> Result<T, E> {
                self.start().try_run(work)
            }

            /// Runs an asynchronous closure as the task; it is in the task's context whenever it is polled. If the
            /// future is dropped before it is done, the task ends as cancelled.
            pub async fn run_async<T>(self, work: impl AsyncFnOnce(&Task) -> T) -> T {
                let task = self.start().cancelled_when_dropped();
                let context = task.context();
                let value = work(&task).in_context(context).await;
                task.succeed();
                value
            }

            /// Like [`run_async`](Self::run_async) for a closure that may fail: an error ends the task as failed and is
            /// returned.
            ///
            /// # Errors
            ///
            /// Those of the closure.
            pub async fn try_run_async<T, E: fmt::Display>(
                self,
                work: impl AsyncFnOnce(&Task) -> Result<T, E>,
            ) -> Result<T, E> {
                let task = self.start().cancelled_when_dropped();
                let context = task.context();
                let result = work(&task).in_context(context).await;
                task.end_with(&result);
                result
            }

            /// Runs a closure as the task, and runs it again after a failure as often as the backoff allows; every
            /// attempt is recorded. Between two attempts the task is retrying.
            ///
            /// # Errors
            ///
            /// The error of the last attempt.
            pub fn retry<T, E: fmt::Display>(
                self,
                backoff: Backoff,
                work: impl FnMut(&mut Attempt) -> Result<T, E>,
            ) -> Result<T, E> {
                crate::retry::retry(self.start(), backoff, work)
            }

            /// Like [`retry`](Self::retry) for an asynchronous closure. `sleep` is that of the runtime, such as
            /// `tokio::time::sleep`.
            ///
            /// # Errors
            ///
            /// The error of the last attempt.
            pub async fn retry_async<T, E: fmt::Display, S: Future<Output = ()>>(
                self,
                backoff: Backoff,
                sleep: impl FnMut(std::time::Duration) -> S,
                work: impl AsyncFnMut(&mut Attempt) -> Result<T, E>,
            ) -> Result<T, E> {
                crate::retry::retry_async(self.start().cancelled_when_dropped(), backoff, sleep, work).await
            }
        }
    )*};
}
ways_to_run!(TaskBuilder, Planned);

impl Sealed for Planned {}

impl AsTask for Planned {
    fn as_task(&self) -> TaskRef {
        self.reference()
    }
}
