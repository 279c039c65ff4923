//! Where things are recorded that are given no handle: on threads, in futures, in listeners.
#![allow(clippy::unwrap_used, clippy::panic)]

mod support;

use std::future::Future;
use std::pin::Pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Context as Polling, Poll, Waker};
use std::time::Duration;

use makespan_model::Status;
use makespan_tracker::{Backoff, Context, Event, InContext, Tracker};
use support::*;

fn poll<F: Future>(future: &mut Pin<Box<F>>) -> Poll<F::Output> {
    future.as_mut().poll(&mut Polling::from_waker(Waker::noop()))
}

/// Is ready when it is polled for the second time.
async fn elsewhere() {
    let mut polled = false;
    std::future::poll_fn(
        |_| if std::mem::replace(&mut polled, true) { Poll::Ready(()) } else { Poll::Pending },
    )
    .await;
}

#[test]
fn a_future_is_in_its_context_wherever_it_is_polled() {
    let (tracker, recording) = tracker();
    let run = tracker.run("futures").start();
    let step = |name: &'static str| async move {
        elsewhere().await;
        Context::current().log("info", name);
    };
    let mut one = Box::pin(run.task("one").run_async(async |_| step("of one").await));
    let mut two = Box::pin(run.task("two").run_async(async |_| step("of two").await));
    let here = run.task("three").start();
    let mut three = Box::pin({
        let _here = here.enter();
        step("of three").in_current_context()
    });
    // Interleaved on this thread, and finished on others.
    assert!(poll(&mut one).is_pending() && poll(&mut two).is_pending() && poll(&mut three).is_pending());
    assert!(!Context::current().is_recording());
    std::thread::scope(|scope| {
        scope.spawn(|| assert!(poll(&mut two).is_ready()));
        scope.spawn(|| assert!(poll(&mut one).is_ready()));
        scope.spawn(|| assert!(poll(&mut three).is_ready()));
    });
    drop((here, run));
    assert!(tracker.flush(LONG));
    let run = fold(&recording.text());
    for (id, line) in [("one", "of one"), ("two", "of two"), ("three", "of three")] {
        assert_eq!(logs(&run, id), [("info".into(), line.into())]);
        assert_eq!(status(&run, id), Status::Succeeded);
    }
}

#[test]
fn futures_are_retried_without_a_known_runtime() {
    let (tracker, recording) = tracker();
    let run = tracker.run("futures").start();
    let mut pauses = Vec::new();
    let backoff = Backoff::exponential(Duration::from_millis(10)).tries(3);
    let sleep = |pause| {
        pauses.push(pause);
        std::future::ready(())
    };
    let mut tried = Box::pin(run.task("tried").retry_async(backoff, sleep, async |attempt| {
        if attempt.is_last() { Ok(attempt.number()) } else { Err("not yet") }
    }));
    assert_eq!(poll(&mut tried), Poll::Ready(Ok(3)));
    drop(tried);
    assert_eq!(pauses, [10, 20].map(Duration::from_millis));
    drop(run);
    let run = fold(&recording.text());
    let tries: Vec<Status> = attempts(&run, "tried").iter().map(|a| a.0).collect();
    assert_eq!(tries, [Status::Failed, Status::Failed, Status::Succeeded]);
}

/// Records tasks when it is dropped.
struct AtTheEnd(Option<(Context, &'static str)>);

impl Drop for AtTheEnd {
    fn drop(&mut self) {
        let Some((context, name)) = self.0.take() else { return };
        for _ in 0..200 {
            drop(context.task(name).start());
        }
    }
}

thread_local! {
    static BEFORE: std::cell::RefCell<AtTheEnd> = const { std::cell::RefCell::new(AtTheEnd(None)) };
    static BEHIND: std::cell::RefCell<AtTheEnd> = const { std::cell::RefCell::new(AtTheEnd(None)) };
}

#[test]
fn what_a_thread_records_while_it_ends_is_not_lost() {
    let (tracker, recording) = tracker();
    let run = tracker.run("ends").start();
    for _ in 0..20 {
        let context = run.context();
        std::thread::spawn(move || {
            // What was first met is dropped last: one before what this crate keeps for the thread, one behind it.
            BEFORE.with_borrow_mut(|end| end.0 = Some((context.clone(), "dropped last")));
            drop(context.task("work").start());
            BEHIND.with_borrow_mut(|end| end.0 = Some((context.clone(), "dropped first")));
        })
        .join()
        .unwrap();
    }
    drop(run);
    let run = fold(&recording.text());
    assert_eq!(run.task_count(), 20 * 401);
    let open = run.tasks.status.iter().filter(|status| **status != Status::Succeeded).count();
    assert_eq!(open, 0);
}

#[test]
fn a_thread_has_its_entered_context_and_others_the_default() {
    let (tracker, recording) = tracker();
    let run = tracker.run("threads").start();
    let parent = run.task("parent").start();
    let context = parent.context();
    std::thread::scope(|scope| {
        scope.spawn(move || {
            let _here = context.enter();
            makespan_tracker::task("child").start();
        });
        scope.spawn(|| assert!(!makespan_tracker::task("nowhere").start().is_recording()));
    });
    run.make_default();
    std::thread::scope(|scope| {
        scope.spawn(|| drop(makespan_tracker::task("of the default").start()));
    });
    drop((parent, run));
    assert!(!Context::current().is_recording(), "a run that is over is the default of nobody");
    let run = fold(&recording.text());
    assert_eq!(run.task_count(), 3);
    assert_eq!(run.parent(task(&run, "child")), run.find_task("parent"));
    assert_eq!(run.parent(task(&run, "of the default")), None);
}

#[test]
fn listeners_get_every_event_once_and_a_panicking_one_is_disabled() {
    let heard = Arc::new(Mutex::new(Vec::new()));
    let (ears, broken) = (Arc::clone(&heard), Arc::new(AtomicUsize::new(0)));
    let calls = Arc::clone(&broken);
    let (tracker, _recording) = Tracker::options()
        .patience(LONG)
        .listener(move |_, event| match event {
            Event::Task(task) => ears.lock().unwrap().push(task.id.to_string()),
            Event::Log(log) => ears.lock().unwrap().push(log.text.to_string()),
            _ => {}
        })
        .listener(move |_, _| {
            calls.fetch_add(1, Ordering::Relaxed);
            panic!("broken")
        })
        .in_memory()
        .unwrap();
    let run = tracker.run("heard").start();
    for id in ["a", "b", "c"] {
        run.task(id).start().log("info", format_args!("in {id}"));
    }
    drop(run);
    assert!(tracker.shut_down(LONG));
    assert_eq!(*heard.lock().unwrap(), ["a", "in a", "b", "in b", "c", "in c"]);
    assert_eq!(broken.load(Ordering::Relaxed), 1);
}

#[test]
fn a_run_reports_its_broken_listener() {
    let (tracker, recording) =
        Tracker::options().patience(LONG).listener(|_, _| panic!("broken")).in_memory().unwrap();
    let run = tracker.run("heard").start();
    run.task("a").start();
    assert!(tracker.flush(LONG));
    drop(run);
    assert!(tracker.shut_down(LONG));
    assert_eq!(finding(&fold(&recording.text()), "listener-failed"), 1);
}
