//! Each kind of sentence, and the views that findings lead to.
#![allow(clippy::unwrap_used)]
use std::sync::Arc;

use makespan_analysis::Facts;
use makespan_model::Status;

use super::*;
use crate::section::Found;

fn check(text: &str, code: &str, title: &str, sentence: &str) -> ViewState {
    let facts = Facts::new(Arc::new(makespan_model::notation::run(text).unwrap()));
    let finding = facts.findings().iter().find(|f| f.code() == code).unwrap();
    let words = Found::new(facts.run(), finding);
    assert_eq!((words.title.as_str(), words.text.as_str()), (title, sentence));
    assert!(words.action.ends_with('.'));
    words.view
}

#[test]
fn findings_state_their_numbers() {
    let state = check(
        "a 0..50\nb 52..70 - a\nc 80..100 - b",
        "idle-gaps",
        "Nothing ran for 12 s",
        "No attempt was running in 2 gaps between the first start and the last end; the longest, 10 s, begins \
         1 min 10 s after the start.",
    );
    assert_eq!((state.view, state.window), (View::Timeline, Some((70_000_000_000, 80_000_000_000))));
    check(
        "a 0..70\nb 0..60\nlast 70..100 - a",
        "serial-tail",
        "The last 40 s ran one task at a time",
        "In the last 40 % of the makespan no two attempts ran at once; most of it was last.",
    );
    check(
        "a 0..10\nb 10..70 - a\nc 70..100 - b",
        "bottleneck",
        "b is 60 % of the critical path",
        "It took 1 min 00 s and has no slack, so whatever delays it delays the run.",
    );
    check(
        "a 0..10 - try=1 failed\na 30..50 - try=2\nb 50..100 - a",
        "retry-waste",
        "10 s of work was lost in attempts that did not succeed",
        "10 s of work, 13 % of the total, was lost; 1 of 1 retried task succeeded, after 20 s between attempts.",
    );
    check(
        "r 0..10 v\na 10..20 w r\nb 20..30 w r\nc 30..40 w r",
        "slot-starved",
        "Tasks waited 30 s for slots",
        "2 tasks were ready, but every slot was busy; c waited 20 s. Over the whole run 50 % of the slots were in use.",
    );
    check(
        "a 0..50\nb 48..100 - a",
        "clock-skew",
        "Tasks started before their dependencies ended",
        "b started 2 s before a ended; 1 case in all.",
    );
    check(
        "run r failed\na 0..50\nc - - b pending\nb 50.. - a",
        "unfinished",
        "2 tasks have not finished",
        "1 attempt started and did not end, although the run is recorded as finished.",
    );
    check(
        "run r succeeded\na 0..50\nb - - a pending",
        "unfinished",
        "1 task has not finished",
        "None of them has started, although the run is recorded as finished.",
    );
}

#[test]
fn a_finding_leads_to_the_view_that_shows_it() {
    let mut text = String::new();
    for t in 0..7 {
        text += &format!("t{t} 0..10 - step=fit\n");
    }
    let state = check(
        &(text + "slow 0..90 - step=fit"),
        "straggler",
        "slow took 9 times as long as its peers",
        "It took 1 min 30 s; the median of the 8 tasks of fit is 10 s. The run waited for it.",
    );
    assert_eq!((state.view, state.filter.text.as_str()), (View::Table, "step=\"fit\""));
    assert_eq!(state.selected.as_deref(), Some("slow"));
    let state = check(
        "a 0..9 - failed error=no_route_to_10.0.0.1\nb 0..9 - failed error=no_route_to_10.0.0.2",
        "repeated-error",
        "The same error ended 2 attempts",
        "“no route to <address>” in 2 tasks, first in a. Not every task recovered.",
    );
    assert!(state.filter.shows(Status::Failed) && !state.filter.shows(Status::Succeeded));
}

#[test]
fn foreign_names_are_shown_as_text_and_not_endlessly_long() {
    let name = format!("\u{202e}{}", "x".repeat(500));
    let facts = Facts::new(Arc::new(
        makespan_model::notation::run(&format!("a 0..10\n{name} 10..70 - a\nc 70..100 - {name}")).unwrap(),
    ));
    let finding = facts.findings().iter().find(|f| f.code() == "bottleneck").unwrap();
    let words = Found::new(facts.run(), finding);
    assert!(words.title.starts_with("\\u{202e}xxx") && words.title.chars().count() < 100, "{}", words.title);
}

#[test]
fn shares_are_rounded_but_never_up_to_all() {
    assert_eq!(percent(0.125), "13 %");
    assert_eq!(percent(0.0123), "1.2 %");
    assert_eq!(percent(0.9999), "99.9 %");
    assert_eq!(percent(1.0), "100 %");
    assert_eq!(times(90, 10), "9 times");
    assert_eq!(times(16, 10), "1.6 times");
    assert_eq!(times(5, 0), "5 times");
}

#[test]
fn every_kind_of_finding_has_a_name_for_people() {
    let page = include_str!("../../../../docs/findings/README.md");
    let codes: Vec<&'static str> = page
        .lines()
        .filter_map(|line| line.strip_prefix("| [")?.split_once(']'))
        .map(|(code, _)| code)
        .collect();
    assert!(codes.len() >= 19, "{codes:?}");
    for code in codes {
        assert_ne!(super::finding_name(code), code, "{code}");
    }
}
