//! Measures: one column of numbers for each thing that is measured of tasks.

use std::sync::Arc;

use makespan_analysis::{Facts, Quantity, Standard};
use makespan_format::{Event, EventSink, Json, Sample, Task};
use makespan_model::RunsBuilder;

/// A run of the notation with samples `task name unit value t`.
fn facts(text: &str, samples: &[(Option<&str>, &str, &str, f64, i64)]) -> Facts {
    asked(text, &[], samples)
}

/// The same with parameters `task object`.
pub(crate) fn asked(
    text: &str,
    params: &[(&str, &str)],
    samples: &[(Option<&str>, &str, &str, f64, i64)],
) -> Facts {
    let mut builder = RunsBuilder::default();
    makespan_model::notation::read(text, &mut builder);
    for &(task, object) in params {
        let params = Some(Json::from_raw(object));
        builder.event(Event::Task(Task { id: task.into(), params, ..Task::default() }));
    }
    for &(task, name, unit, value, t) in samples {
        builder.event(Event::Sample(Sample {
            task: task.map(Into::into),
            name: name.into(),
            unit: Some(unit.into()),
            value,
            t: Some(t),
            ..Sample::default()
        }));
    }
    Facts::new(Arc::new(builder.finish().0.remove(0)))
}

fn column(facts: &Facts, key: &str) -> String {
    let measures = facts.measures();
    let at = measures.find(key).unwrap_or_else(|| panic!("no {key}"));
    measures.values(facts, at).iter().map(f64::to_string).collect::<Vec<_>>().join(" ")
}

#[test]
fn computed_totals_are_in_ns_and_unknown_is_not_a_number() {
    let facts = facts("a 0..4 w1\nb 1|5..9 w1 a try=1 failed\nb 11..12 w1 try=2\nc - - b pending", &[]);
    assert_eq!(column(&facts, "duration"), "4000000000 7000000000 NaN");
    assert_eq!(column(&facts, "work"), "4000000000 5000000000 NaN");
    assert_eq!(column(&facts, "wait"), "0 1000000000 NaN");
    assert_eq!(column(&facts, "queue"), "NaN 4000000000 NaN");
    assert_eq!(column(&facts, "backoff"), "0 2000000000 0");
    assert_eq!(column(&facts, "attempts"), "1 2 0");
}

#[test]
fn metrics_are_brought_to_one_unit_and_found_by_their_short_name() {
    let facts = facts(
        "a 0..4 w1\nb 4..9 w1 a",
        &[
            (Some("a"), "memory_usage_mb", "MB", 2.0, 1),
            (Some("a"), "memory_usage_mb", "MB", 5.0, 2),
            (Some("a"), "memory_usage_mb", "MB", 3.0, 3),
            (Some("b"), "cpu_usage", "%", 50.0, 1),
            (Some("b"), "cpu_usage", "%", 100.0, 2),
            (Some("b"), "duration", "s", 4.5, 1),
            (Some("b"), "rows", "", 7.0, 9),
            (Some("b"), "rows", "", 8.0, 2),
            (None, "loss", "", 0.1, 1),
        ],
    );
    assert_eq!(column(&facts, "mem"), "5000000 NaN");
    assert_eq!(column(&facts, "cpu"), "NaN 75");
    assert_eq!(column(&facts, "rows"), "NaN 7");
    assert_eq!(column(&facts, "metric:duration"), "NaN 4500000000");
    let measures = facts.measures();
    assert_eq!(measures.find("loss"), None, "a series of the whole run says nothing of tasks");
    assert_eq!(measures.standard(Standard::Memory), measures.find("memory_usage_mb"));
    assert_eq!(measures.list[measures.find("rows").unwrap()].quantity, Quantity::Count);
}
