//! Running tasks.

use std::fmt;
use std::ops::Deref;
use std::sync::atomic::Ordering;

use makespan_format::Status;

use crate::contain::say;
use crate::context::Context;
use crate::recorder::{Class, Failure, Record, TaskKey, What};
use crate::redact::Redactor;
use crate::reference::{AsTask, Sealed, TaskRef};
use crate::usage::Gauge;

/// A running task, on its first attempt. Dropping it ends it: as failed if the thread is panicking, as cancelled if the
/// run was, otherwise as succeeded. Its methods end it explicitly.
///
/// It is a [`Context`]: what its methods record belongs to it. It may be sent to another thread and end there.
#[derive(Debug)]
pub struct Task {
    context: Context,
    over: bool,
    /// Status if it is dropped.
    dropped: Status,
    gauge: Option<Box<Gauge>>,
}

impl Task {
    /// Returns a task without measurement.
    #[inline(always)]
    pub(crate) fn plain(context: Context) -> Task {
        Task { context, over: false, dropped: Status::Succeeded, gauge: None }
    }

    pub(crate) fn new(context: Context, measured: bool) -> Task {
        let measured = measured || context.run.as_ref().is_some_and(|run| run.state.measures_tasks);
        let gauge = if measured { Gauge::start(&context).map(Box::new) } else { None };
        Task { context, over: false, dropped: Status::Succeeded, gauge }
    }

    /// Returns a handle for dependencies on it.
    pub fn reference(&self) -> TaskRef {
        TaskRef(self.context.task.clone())
    }

    /// Ends it as succeeded.
    pub fn succeed(mut self) {
        self.end_plainly(Status::Succeeded);
    }

    /// Ends it as failed, with the error's message (as `{:#}` writes it) and type.
    pub fn fail(mut self, error: impl fmt::Display) {
        let failure = self.context.is_recording().then(|| Failure::of(&error, self.context.redactor()));
        self.end(Status::Failed, failure);
    }

    /// Ends it as skipped: there was nothing to do.
    pub fn skip(mut self, reason: impl fmt::Display) {
        self.end(Status::Skipped, self.reason(&reason));
    }

    /// Ends it as cancelled: it was stopped from outside.
    pub fn cancel(mut self, reason: impl fmt::Display) {
        self.end(Status::Cancelled, self.reason(&reason));
    }

    /// Ends the task with the outcome of the result.
    pub fn end_with<T, E: fmt::Display>(self, result: &Result<T, E>) {
        match result {
            Ok(_) => self.succeed(),
            Err(error) => self.fail(error),
        }
    }

    /// Runs a closure as this task, in its context. A panic ends it as failed.
    pub fn run<T>(self, work: impl FnOnce(&Task) -> T) -> T {
        let _here = self.context.enter();
        work(&self)
    }

    /// Like [`run`](Self::run) for a closure that may fail: an error ends the task as failed and is returned.
    ///
    /// # Errors
    ///
    /// Those of the closure.
    pub fn try_run<T, E: fmt::Display>(self, work: impl FnOnce(&Task) -> Result<T, E>) -> Result<T, E> {
        let _here = self.context.enter();
        let result = work(&self);
        self.end_with(&result);
        result
    }

    /// Dropping the task then ends it as cancelled.
    #[doc(hidden)]
    pub fn cancelled_when_dropped(mut self) -> Task {
        self.dropped = Status::Cancelled;
        self
    }

    /// Ends it as failed if a probe found a failure, otherwise as succeeded.
    pub(crate) fn end_as_found(mut self, failure: Option<Failure>) {
        match failure {
            Some(failure) => {
                let message = Redactor::prose(self.context.redactor(), "error", failure.message);
                self.end(Status::Failed, Some(Failure { message, ..failure }));
            }
            None => self.end(Status::Succeeded, None),
        }
    }

    fn reason(&self, reason: &dyn fmt::Display) -> Option<Failure> {
        let message = || Redactor::prose(self.context.redactor(), "reason", say(reason));
        self.context.is_recording().then(|| Failure { message: message(), kind: None })
    }

    /// Ends this attempt as failed when another one follows: the task has not failed yet.
    pub(crate) fn try_again(&mut self, failure: Option<Failure>) {
        self.context.record_safely(What::Ended { status: Status::Failed, failure: failure.map(Box::new) });
        self.context.attempt += 1;
        if let Some(gauge) = &self.gauge {
            gauge.begin(self.context.attempt);
        }
        self.context.record_safely(What::Queued { again: true });
    }

    /// Begins the next attempt.
    pub(crate) fn begin_again(&self) {
        self.context.record_safely(What::Began { worker: None });
    }

    /// [`end`](Task::end) in the common case; the record is built in place, as in
    /// [`TaskBuilder::start`](crate::TaskBuilder::start).
    #[inline(always)]
    fn end_plainly(&mut self, status: Status) {
        let Context { run: Some(run), task, attempt } = &self.context else { return };
        if self.gauge.is_some() || task.id.is_some() {
            return self.end(status, None);
        }
        self.over = true;
        let (state, attempt, number) = (&run.state, *attempt, task.number);
        let pushed = run.recorder.shared.push(state, Class::Lifecycle, 0, |at| Record {
            at,
            run: state.index,
            attempt,
            task: TaskKey { number, id: None },
            what: What::Ended { status, failure: None },
        });
        run.recorder.shared.settle(state, pushed);
    }

    fn end(&mut self, status: Status, failure: Option<Failure>) {
        if std::mem::replace(&mut self.over, true) {
            return;
        }
        if let Some(gauge) = self.gauge.take() {
            gauge.stop(&self.context);
        }
        if let Some(run) = self.context.run.as_ref().filter(|_| status == Status::Failed) {
            run.state.failed.store(true, Ordering::Relaxed);
        }
        self.context.record_safely(What::Ended { status, failure: failure.map(Box::new) });
    }
}

impl Sealed for Task {}

impl AsTask for Task {
    fn as_task(&self) -> TaskRef {
        self.reference()
    }
}

impl Deref for Task {
    type Target = Context;

    fn deref(&self) -> &Context {
        &self.context
    }
}

impl Drop for Task {
    #[inline]
    fn drop(&mut self) {
        if self.over || !self.context.is_recording() {
            return;
        }
        if std::thread::panicking() {
            let failure = Failure::of_panic(self.context.redactor());
            self.end(Status::Failed, Some(failure));
        } else if self.context.is_cancelled() {
            self.end(Status::Cancelled, None);
        } else {
            self.end_plainly(self.dropped);
        }
    }
}
