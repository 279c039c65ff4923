//! Totals that the source states.

use makespan_analysis::{differences, totals};
use makespan_format::{Attempt, Event, EventSink, Json, RunInfo, Status, Task};
use makespan_model::{Run, RunsBuilder};

use crate::S;

/// A run of two tasks, 0..4 s succeeded and 4..9 s failed, that states `stored` and the rest of `info`.
fn told(stored: &str, info: RunInfo<'_>) -> Run {
    let mut runs = RunsBuilder::new();
    let stored = Some(Json::from_raw(stored));
    runs.event(Event::Run(RunInfo { id: "r".into(), stored, ..info }));
    for (id, start, end, status) in [("a", 0, 4, Status::Succeeded), ("b", 4, 9, Status::Failed)] {
        runs.event(Event::Task(Task { id: id.into(), ..Task::default() }));
        runs.event(Event::Attempt(Attempt {
            task: id.into(),
            number: 1,
            started: Some(start * S),
            ended: Some(end * S),
            status: Some(status),
            ..Attempt::default()
        }));
    }
    runs.finish().0.remove(0)
}

/// `what ours/stored` of each difference.
fn check(stored: &str, info: RunInfo<'_>, expected: &[&str]) {
    let run = told(stored, info);
    let found: Vec<String> = differences(&run, &totals(&run))
        .into_iter()
        .map(|d| format!("{} {}/{}", d.what, d.ours, d.stored))
        .collect();
    assert_eq!(found, expected);
}

#[test]
fn equal_totals_are_not_reported() {
    let agreed = r#"{"makespan_ns":9050000000,"work_ns":9000500000,"tasks":2,"succeeded":1,"failed":1,
        "status":"error","progress":0.5,"unheard_of":7}"#;
    check(agreed, RunInfo::default(), &[]);
    check(r#"{"progress":1.0}"#, RunInfo::default(), &[]);
    check("{}", RunInfo::default(), &[]);
}

#[test]
fn differences_are_reported_with_both_sides() {
    let wrong = r#"{"makespan_ns":12000000000,"work_ns":1e300,"tasks":3,"succeeded":2,"failed":0,
        "status":"completed","progress":0.2}"#;
    let expected = [
        "failed 1/0",
        "makespan 9.000 s/12.000 s",
        "progress 100 %/20 %",
        "status failed/completed",
        "succeeded 1/2",
        "tasks 2/3",
        "work 9.000 s/1.000e291 s",
    ];
    check(wrong, RunInfo::default(), &expected);
    check(r#"{"status":"<script>","tasks":"many","makespan_ns":null}"#, RunInfo::default(), &[]);
}

#[test]
fn the_recorded_wall_time_and_the_stored_makespan_are_compared_with_the_makespan() {
    let info = || RunInfo { started: Some(0), ended: Some(12 * S), ..RunInfo::default() };
    check(r#"{"makespan_ns":12000000000}"#, info(), &["wall 9.000 s/12.000 s"]);
    check(r#"{"makespan_ns":9000000000}"#, info(), &["wall 9.000 s/12.000 s", "makespan 12.000 s/9.000 s"]);
    let close = RunInfo { started: Some(0), ended: Some(9 * S + S / 20), ..RunInfo::default() };
    check("{}", close, &[]);
    // A program takes its time before its first task and after its last one; one that did not enclose them errs.
    let around = RunInfo { started: Some(-S / 2), ended: Some(9 * S + S / 4), ..RunInfo::default() };
    check("{}", around, &[]);
    let within = RunInfo { started: Some(S / 2), ended: Some(9 * S), ..RunInfo::default() };
    check("{}", within, &["wall 9.000 s/8.500 s"]);
}

#[test]
fn a_status_difference_is_reported_once() {
    let info = RunInfo { status: Some(Status::Succeeded), ..RunInfo::default() };
    check(r#"{"status":"completed"}"#, info, &["status failed/succeeded"]);
}
