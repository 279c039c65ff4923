//! A graph of tasks on a pool of threads, heard by a listener as it happens, with a library below that knows nothing
//! but `tracing`: its spans become tasks within ours.
#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stdout, unreachable_pub)]

#[path = "../tests/support/mod.rs"]
mod support;

use std::error::Error;
use std::sync::{Arc, Mutex};

use makespan_model::{Run, Status};
use makespan_tracker::{Artifact, Context, Event, SpanLayer, TaskRef, Tracker, task};
use tracing_subscriber::layer::SubscriberExt;

/// A library that was there before.
mod library {
    use tracing::{info, instrument};

    #[instrument(err)]
    pub fn parse(text: &str) -> Result<i64, std::num::ParseIntError> {
        info!(length = text.len(), "parsing");
        text.trim().parse()
    }
}

#[task(id = format!("extract-{part}"), step = "extract", params(part))]
fn extract(part: usize) -> (String, TaskRef) {
    let text = format!(" {} ", part * 10);
    let here = Context::current();
    here.artifact(Artifact::output("text").size(text.len() as u64));
    (text, makespan_tracker::AsTask::as_task(&here))
}

#[task(step = "transform", after = source)]
fn transform(text: &str, source: &TaskRef) -> Result<i64, std::num::ParseIntError> {
    Ok(library::parse(text)? * 2)
}

fn workflow(tracker: &Tracker) -> i64 {
    let run = tracker.run("sums").id("sums-1").workflow("sums").without_dependencies().start();
    let layer = tracing_subscriber::registry().with(SpanLayer::new(run.context()));
    let dispatch = tracing::Dispatch::new(layer);
    let context = run.context();
    let parts: Vec<i64> = std::thread::scope(|scope| {
        let threads: Vec<_> = (1..=3)
            .map(|part| {
                let (context, dispatch) = (context.clone(), dispatch.clone());
                let name = format!("worker-{part}");
                let work = move || {
                    // A thread has no context of its own: it is given one.
                    let _here = context.enter();
                    tracing::dispatcher::with_default(&dispatch, || {
                        let (text, source) = extract(part);
                        transform(&text, &source).unwrap_or(0)
                    })
                };
                std::thread::Builder::new().name(name).spawn_scoped(scope, work).unwrap()
            })
            .collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    let refused = {
        let _here = run.enter();
        tracing::dispatcher::with_default(&dispatch, || transform("many", &run.task("by hand").cached()))
    };
    assert!(refused.is_err());
    parts.iter().sum()
}

/// Records, reads it back and checks it.
pub fn main() -> Result<(), Box<dyn Error>> {
    let heard = Arc::new(Mutex::new(Vec::new()));
    let ears = Arc::clone(&heard);
    let (tracker, recording) = Tracker::options()
        .listener(move |run, event| {
            if let Event::Attempt(attempt) = event
                && let Some(status) = attempt.status.filter(|_| attempt.ended.is_some())
            {
                let mut heard = ears.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
                heard.push((run.to_owned(), status));
            }
        })
        .in_memory()?;
    let sum = workflow(&tracker);
    assert!(tracker.shut_down(support::LONG));

    let run = support::fold(&recording.text());
    assert_eq!(sum, 120);
    assert_eq!(run.recorded_status, Some(Status::Failed), "the run is over, and says how");
    assert_eq!(count(&run, Status::Succeeded), 9, "three of each: extract, transform, and the span in it");
    assert_eq!(
        count(&run, Status::Failed),
        2,
        "the span says what it could not parse, and its task failed by it"
    );
    for t in run.task_ids().filter(|&t| run.task_name(t) == "parse") {
        let parent = run.parent(t).map(|p| run.task_name(p));
        assert_eq!(parent, Some("transform"), "a span within a task is a task within it");
    }
    let heard = heard.lock().map_err(|_| "poisoned")?;
    assert_eq!(heard.iter().filter(|h| **h == ("sums-1".to_owned(), Status::Succeeded)).count(), 9);
    println!("{} tasks, {} ends heard", run.task_count(), heard.len());
    Ok(())
}

fn count(run: &Run, status: Status) -> usize {
    run.tasks.status.iter().filter(|s| **s == status).count()
}
