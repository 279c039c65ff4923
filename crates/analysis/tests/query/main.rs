//! The query, asked of runs in the text notation (times in seconds).
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod completion;
mod fields;
mod grammar;
mod graph;
mod harness;
mod numbers;
mod page;
mod soup;
mod times;

use std::sync::Arc;

use makespan_analysis::Facts;
use makespan_analysis::query::{Query, QueryContext, QueryError};
use makespan_format::{EventSink, read_line};
use makespan_model::{RunsBuilder, notation};

/// A pipeline that fails, retries, and is still at work.
const PIPELINE: &str = "
    Fetch    0..4    w1                    kind=bash
    align_1  4..9    w2  Fetch             step=align
    align_2  4|5..7  w1  Fetch             step=align try=1 failed error=Timed_out_after_2s
    align_2  9..12   w3                    try=2
    lint     4..     w3  Fetch             running
    merge    12..20  w2  align_1 align_2   kind=python
    report   -       -   merge             upstream-failed";

/// The facts about a run in the notation, with lines of events that say more of it.
fn facts(text: &str, events: &[&str]) -> Facts {
    let mut runs = RunsBuilder::new();
    notation::read(text, &mut runs);
    for line in events {
        runs.event(read_line(line.as_bytes()).unwrap().event);
    }
    Facts::new(Arc::new(runs.finish().0.remove(0)))
}

fn pipeline() -> Facts {
    facts(PIPELINE, &[])
}

/// The ids of the tasks that a query means, in alphabetical order, or what is wrong with it.
fn ask(facts: &Facts, text: &str) -> Result<String, QueryError> {
    let mask = Query::parse(text)?.mask(facts, QueryContext::default())?;
    let run = facts.run();
    let mut ids: Vec<&str> = run.task_ids().filter(|t| mask[t.index()]).map(|t| run.task_id(t)).collect();
    ids.sort_unstable();
    Ok(ids.join(" "))
}

/// Asks each query, and expects those tasks.
fn check(facts: &Facts, cases: &[(&str, &str)]) {
    for (text, expected) in cases {
        match ask(facts, text) {
            Ok(found) => assert_eq!(found, *expected, "{text}"),
            Err(error) => panic!("{text}: {error}"),
        }
    }
}

/// Expects each query to be wrong at that part of it, and to be told so with these words.
fn check_wrong(facts: &Facts, cases: &[(&str, &str, &str)]) {
    for (text, part, words) in cases {
        let error = ask(facts, text).expect_err(text);
        assert_eq!(&text[error.at.clone()], *part, "{text}: {error}");
        assert!(error.to_string().contains(words), "{text}: {error}");
    }
}
