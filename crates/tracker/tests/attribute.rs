//! The attribute `#[task]`: every kind of function, and what is recorded of its calls.
#![allow(clippy::unwrap_used, clippy::panic)]

mod support;

use std::future::Future;
use std::pin::pin;
use std::task::{Context as Polling, Poll, Waker};

use makespan_model::Status;
use makespan_tracker::{Context, TaskRef, Value, task};
use support::*;

#[task]
fn plain() -> i32 {
    Context::current().metric("seen", 1, "");
    7
}

#[task("a given name", id = format!("sample-{number}"), step = "align", kind = "Shell", worker = "w1")]
fn named(number: u32) {
    let _ = number;
}

#[task(params(sample, depth = reads.len(), shape = Value::debug(&(1, 2))))]
fn with_params(sample: &str, reads: &[u8]) -> usize {
    sample.len() + reads.len()
}

/// Two kinds of errors that `?` converts, and a `return` in the middle.
#[task]
fn fallible(text: &str, early: bool) -> Result<i32, Box<dyn std::error::Error>> {
    if early {
        return Ok(0);
    }
    let text = std::str::from_utf8(text.as_bytes())?;
    Ok(text.parse::<i32>()?)
}

#[task]
fn generic<T: Fn() -> U, U>(make: T) -> Option<U>
where
    U: Clone,
{
    Some(make().clone())
}

#[task]
fn opaque<'a>(words: &'a [&'a str]) -> impl Iterator<Item = usize> + 'a {
    words.iter().map(|word| word.len())
}

struct Counter {
    count: u32,
}

impl Counter {
    /// Hands out a reference into what it borrowed.
    #[task]
    fn raised(&mut self, mut by: u32) -> &mut u32 {
        by += 1;
        self.count += by;
        &mut self.count
    }

    #[task(after = before)]
    fn consumed(self, before: &TaskRef) -> u32 {
        self.count
    }
}

#[task]
async fn waits(text: &str) -> Result<i32, std::num::ParseIntError> {
    Context::current().log("info", "before");
    yield_once().await;
    Context::current().log("info", "after");
    let value = text.parse::<i32>()?;
    Ok(value)
}

#[task]
async fn outer() -> i32 {
    waits("5").await.unwrap() + waits("6").await.unwrap()
}

fn yield_once() -> impl Future<Output = ()> {
    let mut polled = false;
    std::future::poll_fn(
        move |_| if std::mem::replace(&mut polled, true) { Poll::Ready(()) } else { Poll::Pending },
    )
}

fn finish<T>(future: impl Future<Output = T>) -> T {
    let mut future = pin!(future);
    let mut polling = Polling::from_waker(Waker::noop());
    loop {
        if let Poll::Ready(value) = future.as_mut().poll(&mut polling) {
            return value;
        }
    }
}

#[test]
fn functions_are_tasks_and_return_what_they_returned() {
    let (tracker, recording) = tracker();
    let run = tracker.run("functions").start();
    let here = run.enter();
    assert_eq!(plain(), 7);
    named(3);
    assert_eq!(with_params("s", b"ACGT"), 5);
    assert_eq!(fallible("12", false).unwrap() + fallible("x", true).unwrap(), 12);
    assert!(fallible("x", false).is_err());
    assert_eq!(generic(|| String::from("made")), Some("made".to_owned()));
    assert_eq!(opaque(&["a", "bcd"]).collect::<Vec<_>>(), [1, 3]);
    let mut counter = Counter { count: 1 };
    *counter.raised(2) += 10;
    assert_eq!(counter.consumed(&run.task("before").declare().reference()), 14);
    drop((here, run));

    let run = fold(&recording.text());
    assert_eq!(metric(&run, Some("plain"), "seen"), [(1.0, String::new())]);
    let sample = task_of(&run, "sample-3");
    assert_eq!((run.task_name(sample), run.task_step(sample)), ("a given name", "align"));
    let params = run.text(run.tasks.params[task_of(&run, "with_params").index()]);
    assert_eq!(params, r#"{"sample":"s","depth":4,"shape":"(1, 2)"}"#);
    let fallible: Vec<Status> = run
        .task_ids()
        .filter(|&t| run.task_name(t) == "fallible")
        .map(|t| run.tasks.status[t.index()])
        .collect();
    assert_eq!(fallible, [Status::Succeeded, Status::Succeeded, Status::Failed]);
    assert!(recording.text().contains("invalid digit found in string"));
    assert_eq!(after(&run, "consumed"), ["before"]);
    for id in ["generic", "opaque", "raised"] {
        assert_eq!(status(&run, id), Status::Succeeded, "{id}");
    }
}

#[test]
fn asynchronous_functions_are_tasks_in_their_own_context() {
    let (tracker, recording) = tracker();
    let run = tracker.run("async").start();
    let here = run.enter();
    assert_eq!(finish(outer()), 11);
    assert!(finish(waits("x")).is_err());
    {
        let mut dropped = Box::pin(waits("7"));
        let mut polling = Polling::from_waker(Waker::noop());
        assert!(dropped.as_mut().poll(&mut polling).is_pending());
        assert!(!Context::current().is_cancelled());
    }
    // Between polls this thread is where it was.
    Context::current().log("info", "of the run");
    drop((here, run));

    let run = fold(&recording.text());
    let waits: Vec<_> = run.task_ids().filter(|&t| run.task_name(t) == "waits").collect();
    let statuses: Vec<Status> = waits.iter().map(|t| run.tasks.status[t.index()]).collect();
    assert_eq!(statuses, [Status::Succeeded, Status::Succeeded, Status::Failed, Status::Cancelled]);
    assert_eq!(run.parent(waits[0]), run.find_task("outer"));
    assert_eq!(run.parent(waits[2]), None);
    assert_eq!(logs(&run, "waits"), [("info".into(), "before".into()), ("info".into(), "after".into())]);
    assert!(run.logs.task.contains(&makespan_model::NONE));
}

#[test]
fn without_a_run_functions_do_what_they_did() {
    assert_eq!((plain(), finish(outer())), (7, 11));
    assert_eq!(with_params("s", b"A"), 2);
}

fn task_of(run: &makespan_model::Run, id: &str) -> makespan_model::TaskId {
    support::task(run, id)
}
