//! Spans of `tracing` as tasks.
#![allow(clippy::unwrap_used, clippy::panic)]

mod support;

use makespan_model::{Run, Status};
use makespan_tracker::{Context, Recording, SpanLayer, Tracker};
use support::*;
use tracing::{debug_span, error, info, info_span};
use tracing_subscriber::layer::SubscriberExt;

/// Records what happens under a subscriber with our layer.
fn recorded(layer: impl FnOnce(SpanLayer) -> SpanLayer, work: impl FnOnce(&makespan_tracker::Run)) -> Run {
    let (tracker, recording): (Tracker, Recording) = tracker();
    let run = tracker.run("spans").start();
    let layer = layer(SpanLayer::new(run.context()));
    tracing::subscriber::with_default(tracing_subscriber::registry().with(layer), || work(&run));
    run.succeed();
    assert!(tracker.shut_down(LONG));
    fold(&recording.text())
}

#[test]
fn spans_are_tasks_within_the_spans_around_them() {
    let run = recorded(
        |layer| layer,
        |_| {
            let outer = info_span!("outer", secret = "not asked for").entered();
            let inner = debug_span!("inner").entered();
            info!(rows = 12, "read");
            drop((inner, outer));
            info!("of the run");
        },
    );
    assert_eq!(run.parent(task(&run, "inner")), run.find_task("outer"));
    assert_eq!([status(&run, "outer"), status(&run, "inner")], [Status::Succeeded; 2]);
    assert_eq!(logs(&run, "inner"), [("info".into(), "read rows=12".into())]);
    assert!(
        !run.to_jsonl().contains("not asked for"),
        "arguments are no parameters unless they are asked for"
    );
    assert_eq!(run.logs.task.iter().filter(|t| **t == makespan_model::NONE).count(), 1);
}

#[test]
fn fields_become_parameters_if_requested() {
    let run = recorded(SpanLayer::with_fields, |_| {
        let span = info_span!("align", sample = 3, depth = tracing::field::Empty, name = "a");
        span.record("depth", 2.5);
    });
    let params = run.text(run.tasks.params[task(&run, "align").index()]);
    assert_eq!(params, r#"{"sample":3,"name":"a","depth":2.5}"#);
}

#[test]
fn an_error_fails_its_span_and_follows_from_is_a_dependency() {
    let run = recorded(
        |layer| layer,
        |_| {
            let first = info_span!("first");
            first.in_scope(|| error!(error = "no such file"));
            let second = info_span!("second");
            second.follows_from(&first);
            second.in_scope(|| error!("a line that is no error of the span"));
        },
    );
    assert_eq!(attempts(&run, "first"), [(Status::Failed, "no such file", "")]);
    assert_eq!(status(&run, "second"), Status::Succeeded);
    assert_eq!(after(&run, "second"), ["first"]);
}

#[test]
fn tasks_and_spans_contain_each_other() {
    let run = recorded(
        |layer| layer,
        |run| {
            run.task("ours").run(|_| {
                let _span = info_span!("span").entered();
                // In a span within a task: the span is what is current.
                makespan_tracker::task("innermost").run(|_| info!("deep"));
                Context::current().metric("of the span", 1, "");
            });
        },
    );
    let parent = |id: &str| run.parent(task(&run, id)).map(|p| run.task_id(p));
    assert_eq!([parent("innermost"), parent("span"), parent("ours")], [Some("span"), Some("ours"), None]);
    assert_eq!(logs(&run, "innermost"), [("info".into(), "deep".into())]);
    assert_eq!(metric(&run, Some("span"), "of the span").len(), 1);
}

#[test]
fn a_span_moved_to_another_thread_stays_the_same_task() {
    let run = recorded(
        |layer| layer,
        |_| {
            let span = info_span!("wanders");
            let dispatch = tracing::dispatcher::get_default(Clone::clone);
            std::thread::scope(|scope| {
                scope.spawn(|| {
                    tracing::dispatcher::with_default(&dispatch, || span.in_scope(|| info!("there")))
                });
            });
            span.in_scope(|| info!("here"));
        },
    );
    assert_eq!(run.task_count(), 1);
    assert_eq!(logs(&run, "wanders"), [("info".into(), "there".into()), ("info".into(), "here".into())]);
}
