//! The expansion of the attribute `#[task]`: runs the body of a function as a task, and detects whether its result is a
//! failure, whatever its type.
//!
//! The attribute sees source text, not types. It calls `(&&&Probe(&value)).failure()`, and the compiler takes the first
//! of these traits that applies, by the number of references it removes: a `Result` whose error can be displayed, any
//! other `Result`, anything.

use std::fmt;
use std::future::Future;

use crate::builder::TaskBuilder;
use crate::current::InContext;
use crate::outcome::kind;
use crate::recorder::Failure;

/// Runs a body as a task.
pub fn run<T>(task: TaskBuilder, body: impl FnOnce() -> T, probe: impl FnOnce(&T) -> Option<Found>) -> T {
    let task = task.start();
    let value = {
        let _here = task.enter();
        body()
    };
    let found = if task.is_recording() { probe(&value) } else { None };
    task.end_as_found(found.map(|found| found.0));
    value
}

/// Runs an asynchronous body as a task; the task is cancelled if the body is dropped before it is done.
pub async fn run_async<T>(
    task: TaskBuilder,
    body: impl Future<Output = T>,
    probe: impl FnOnce(&T) -> Option<Found>,
) -> T {
    let task = task.start().cancelled_when_dropped();
    let context = task.context();
    let value = body.in_context(context).await;
    let found = if task.is_recording() { probe(&value) } else { None };
    task.end_as_found(found.map(|found| found.0));
    value
}

/// Gives the body a type if nothing else does; never called.
pub fn never<T>() -> T {
    unreachable!("this names a type and is never called")
}

/// A failure that a probe found.
#[derive(Debug)]
pub struct Found(pub(crate) Failure);

/// A value to be probed.
#[derive(Debug)]
pub struct Probe<'a, T>(pub &'a T);

/// A result with an error that can be displayed.
pub trait OfDisplay {
    /// Returns the failure, if it is one.
    fn failure(&self) -> Option<Found>;
}

impl<T, E: fmt::Display> OfDisplay for &&Probe<'_, Result<T, E>> {
    fn failure(&self) -> Option<Found> {
        self.0.as_ref().err().map(|error| Found(Failure::of(error, None)))
    }
}

/// A result with any other error.
pub trait OfResult {
    /// Returns the failure, if it is one.
    fn failure(&self) -> Option<Found>;
}

impl<T, E> OfResult for &Probe<'_, Result<T, E>> {
    fn failure(&self) -> Option<Found> {
        self.0.as_ref().err()?;
        let kind = kind(std::any::type_name::<E>());
        let message = kind.clone().unwrap_or_else(|| String::from("an error that cannot be displayed"));
        Some(Found(Failure { message, kind }))
    }
}

/// Any other type is not a failure.
pub trait OfAnything {
    /// Returns `None`.
    fn failure(&self) -> Option<Found> {
        None
    }
}

impl<T> OfAnything for Probe<'_, T> {}

#[cfg(test)]
mod tests {
    // The number of references selects the trait.
    #![allow(clippy::needless_borrow)]
    use super::*;

    #[test]
    fn failures_are_detected_in_any_return_type() {
        struct Mute;
        let parse = "x".parse::<i32>();
        let mute: Result<i32, Mute> = Err(Mute);
        assert_eq!((&&&Probe(&parse)).failure().unwrap().0.message, "invalid digit found in string");
        assert_eq!((&&&Probe(&mute)).failure().unwrap().0.message, "Mute");
        assert!((&&&Probe(&"7".parse::<i32>())).failure().is_none());
        assert!((&&&Probe(&7)).failure().is_none());
    }
}
