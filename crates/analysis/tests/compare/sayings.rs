//! Whether runs are comparable, what they say of themselves, their steps and measures.

use std::sync::Arc;

use makespan_analysis::Facts;
use makespan_analysis::compare::*;
use makespan_format::{Event, EventSink, Json, RunInfo, Sample};
use makespan_model::{RunsBuilder, TaskId};

use crate::{facts, with_params};

fn codes(a: &str, b: &str) -> String {
    let (a, b) = (facts(a), facts(b));
    let found = caveats(&a, &b, &matching(&a, &b));
    let word = |c: &Caveat| {
        let side = c.side().map_or("", Side::name);
        format!("{}{}{}", c.code(), if side.is_empty() { "" } else { ":" }, side)
            + if c.forbids() { "!" } else { "" }
    };
    found.iter().map(word).collect::<Vec<_>>().join(" ")
}

#[test]
fn failed_unfinished_and_different_workflows_forbid_a_comparison() {
    let good = "a 0..1\nb 1..2 - a";
    assert_eq!(codes(good, good), "");
    assert_eq!(codes(good, "a 0..1\nb 1..2 - a failed"), "failed:b!");
    assert_eq!(codes("a 0..1\nb - - a pending", good), "unfinished:a!");
    assert_eq!(codes(good, "a 0..1\nb 1.. - a"), "unfinished:b!");
    assert_eq!(codes(good, "a 0..1\nb 1..2 - a cancelled"), "cancelled:b!");
    assert_eq!(codes("a - -\nb - - a", good), "unfinished:a! no-makespan:a!");
    assert_eq!(codes(good, "run r"), "no-makespan:b! no-tasks:b!");
    assert_eq!(codes(good, "x 0..9 - kind=k\ny 0..9 - x kind=k"), "little-in-common!");
}

#[test]
fn skipped_tasks_and_inferred_dependencies_are_reported_but_forbid_nothing() {
    assert_eq!(codes("a 0..1\nb 1..2 - a", "a - - cached\nb 1..2 - a"), "not-executed:b");
    assert_eq!(codes("a 0..1\nb 1..2", "a 0..1\nb 1..2 - a"), "edges-inferred:a");
}

/// A run of one task with parameters and labels.
fn told(workflow: &str, params: &str, labels: &str) -> Facts {
    let mut runs = RunsBuilder::new();
    runs.event(Event::Run(RunInfo {
        id: "r".into(),
        workflow: Some(workflow.into()),
        params: Some(Json::from_raw(params)),
        labels: Some(Json::from_raw(labels)),
        ..RunInfo::default()
    }));
    makespan_model::notation::read("a 0..1", &mut runs);
    Facts::new(Arc::new(runs.finish().0.remove(0)))
}

fn words(all: &[Setting]) -> Vec<String> {
    let said = |s: &Option<String>| s.clone().unwrap_or("-".to_owned());
    all.iter().map(|s| format!("{}.{} {} {}", s.of.name(), s.name, said(&s.a), said(&s.b))).collect()
}

#[test]
fn only_differences_are_reported() {
    let a = told("etl", r#"{"lr":0.1,"data":{"rows":5,"name":"x"},"only":true}"#, r#"{"host":"n1"}"#);
    let b = told("etl", r#"{"data":{"name":"x","rows":6},"lr":0.10,"new":null}"#, r#"{"host":"n2"}"#);
    assert_eq!(
        words(&run_settings(a.run(), b.run())),
        ["params.data.rows 5 6", "params.new - null", "params.only true -", "labels.host n1 n2"]
    );
    assert_eq!(words(&run_settings(a.run(), a.run())), [] as [&str; 0]);
    assert_eq!(caveats(&a, &b, &matching(&a, &b)), [Caveat::ParamsDiffer]);
    let renamed = told("etl 2", "{}", "[]");
    assert_eq!(words(&run_settings(a.run(), renamed.run()))[0], "run.workflow etl etl 2");
}

#[test]
fn of_tasks_too() {
    let a = with_params("a 0..1 w1 step=s kind=k", &[("a", r#"{"x":"1","y":2}"#)]);
    let b = with_params("a 0..1 w2 step=s kind=l failed", &[("a", r#"{"x":1,"y":2}"#)]);
    let found = task_settings((a.run(), TaskId(0)), (b.run(), TaskId(0)));
    assert_eq!(
        words(&found),
        ["run.kind k l", "run.status succeeded failed", "run.worker w1 w2", "params.x 1 1"]
    );
    assert!(task_settings((a.run(), TaskId(7)), (b.run(), TaskId(0))).is_empty());
}

#[test]
fn steps_are_compared_by_work() {
    let a = facts("a1 0..2 - step=a\na2 0..3 - step=a\nb 0..1 - step=b\nc 0..9 - step=c");
    let b = facts("a1 0..2 - step=a\na2 0..9 - step=a\nb 0..2 - step=b\nd 0..3 - step=d");
    let found: Vec<String> = step_deltas(&a, &b)
        .iter()
        .map(|d| format!("{} {} {} {}", d.step, d.work_ns / 1_000_000_000, d.a.is_some(), d.b.is_some()))
        .collect();
    assert_eq!(found, ["c -9 true false", "a 6 true true", "d 3 false true", "b 1 true true"]);
}

#[test]
fn measures_are_compared_task_by_task() {
    let measured = |values: &[(&str, f64)], unit: &str| {
        let mut runs = RunsBuilder::new();
        makespan_model::notation::read("a 0..1\nb 0..1\nc 0..1 - failed\nd 0..1", &mut runs);
        for (task, value) in values {
            runs.event(Event::Sample(Sample {
                task: Some((*task).into()),
                name: "rss".into(),
                unit: Some(unit.to_owned().into()),
                value: *value,
                ..Sample::default()
            }));
        }
        Facts::new(Arc::new(runs.finish().0.remove(0)))
    };
    let a = measured(&[("a", 1.0), ("b", 2.0), ("c", 3.0)], "MB");
    let b = measured(&[("a", 1500.0), ("b", 1000.0), ("c", 9000.0), ("d", 1.0)], "kB");
    let found = measure_delta(&a, &b, &matching(&a, &b), "mem").unwrap();
    assert_eq!((found.key.as_str(), found.pairs, found.rose, found.fell), ("rss", 2, 1, 1));
    assert_eq!((found.a, found.b, found.delta), (1.5e6, 1.25e6, -0.25e6));
    // The failed run is listed separately and is not part of the medians.
    assert_eq!(found.deltas[..3], [0.5e6, -1e6, 6e6]);
    assert!(found.deltas[3].is_nan());
    let other = measured(&[("a", 1.0)], "pages");
    assert!(measure_delta(&a, &other, &matching(&a, &other), "rss").is_none());
    let keys: Vec<String> = measure_deltas(&a, &b, &matching(&a, &b)).into_iter().map(|m| m.key).collect();
    assert!(keys.contains(&"duration".to_owned()) && keys.contains(&"rss".to_owned()), "{keys:?}");
}
