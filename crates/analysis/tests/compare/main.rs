//! Comparing runs, checked on runs in the text notation (times in seconds).
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod explanations;
mod hostile;
mod lineups;
mod matches;
mod properties;
mod sayings;
mod statistics;
mod verdicts;

use std::sync::Arc;

use makespan_analysis::Facts;
use makespan_analysis::compare::{Matching, matching};
use makespan_format::{Event, EventSink, Json, Task};
use makespan_model::RunsBuilder;

fn facts(text: &str) -> Facts {
    Facts::new(Arc::new(makespan_model::notation::run(text).unwrap()))
}

/// A run of the notation whose tasks have parameters.
fn with_params(text: &str, params: &[(&str, &str)]) -> Facts {
    let mut runs = RunsBuilder::new();
    makespan_model::notation::read(text, &mut runs);
    for &(task, json) in params {
        let params = Some(Json::from_raw(json));
        runs.event(Event::Task(Task { id: task.into(), params, ..Task::default() }));
    }
    Facts::new(Arc::new(runs.finish().0.remove(0)))
}

/// One word a task, sorted: `key` and how it was matched; `a>b` where the ids differ.
fn shown(a: &Facts, b: &Facts, matching: &Matching) -> String {
    let mut words: Vec<String> = matching
        .tasks
        .iter()
        .map(|t| {
            let ids = match (t.a, t.b) {
                (Some(x), Some(y)) if a.run().task_id(x) != b.run().task_id(y) => {
                    format!("{}>{}", a.run().task_id(x), b.run().task_id(y))
                }
                _ => t.key.clone(),
            };
            let changes: Vec<&str> = t.changes.iter().map(|c| c.name()).collect();
            let by = t.by.filter(|_| t.how.name() == "renamed").map_or("", |by| by.name());
            let detail = [by.to_owned(), changes.join("+")].join(" ");
            let detail = detail.trim().replace(' ', ":");
            let detail = if detail.is_empty() { detail } else { format!("({detail})") };
            format!("{ids}:{}{detail}", t.how.name())
        })
        .collect();
    words.sort();
    words.join(" ")
}

/// How the tasks of two runs match.
fn check(a: &str, b: &str, expected: &str) {
    let (a, b) = (facts(a), facts(b));
    assert_eq!(shown(&a, &b, &matching(&a, &b)), expected);
}
