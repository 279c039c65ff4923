//! Steps, workers, errors, names.

use std::cmp::Ordering;

use makespan_analysis::*;
use makespan_format::{Attempt, ErrorInfo, Event, EventSink};
use makespan_model::RunsBuilder;

use crate::{S, ids, run, s};

/// `step tasks failed retried work min median p95 max`, one step a line.
fn check_steps(text: &str, expected: &[&str]) {
    let shown: Vec<String> = steps(&run(text))
        .iter()
        .map(|x| {
            let times = [x.work, x.min, x.median, x.p95, x.max].map(s).join(" ");
            format!("{} {} {} {} {times}", x.step, x.tasks, x.failed, x.retried)
        })
        .collect();
    assert_eq!(shown, expected);
}

/// `worker attempts busy utilisation first last`, one worker a line.
fn check_workers(text: &str, expected: &[&str]) {
    let shown: Vec<String> = workers(&run(text))
        .iter()
        .map(|w| {
            let used = w.utilisation.map_or("-".to_owned(), |u| u.to_string());
            format!("{} {} {} {used} {} {}", w.worker, w.attempts, s(w.busy), s(w.first), s(w.last))
        })
        .collect();
    assert_eq!(shown, expected);
}

/// The task to look at first, then `attempts tasks fingerprint`, one group a line.
fn check_errors(text: &str, first: &str, expected: &[&str]) {
    let run = run(text);
    let errors = errors(&run);
    let groups: Vec<String> = errors
        .groups
        .iter()
        .map(|g| format!("{} [{}] {}", g.attempts, ids(&run, g.tasks.iter().copied()), g.fingerprint))
        .collect();
    assert_eq!(
        (ids(&run, errors.first).as_str(), groups),
        (first, expected.iter().map(|g| g.to_string()).collect())
    );
}

#[test]
fn steps_are_sorted_by_work_and_quantiles_interpolate() {
    check_steps(
        "a1 0..1 - step=a\na2 0..2 - step=a\na3 0..3 - step=a\na4 0..10 - step=a failed\nb10 0..1 -\nb9 0..1 -\nc - -",
        &["a 4 1 0 16 1 2 2.9 3", "b9 1 0 0 1 1 1 1 1", "b10 1 0 0 1 1 1 1 1", "c 1 0 0 0 - - - -"],
    );
}

#[test]
fn retries_add_their_own_work_and_only_what_succeeded_has_a_duration() {
    check_steps("a 0..1 - failed try=1\na 4..6 - try=2", &["a 1 0 1 3 2 2 2 2"]);
    check_steps("a 0..1 - failed try=1\na 4.. - try=2", &["a 1 0 1 1 - - - -"]);
}

#[test]
fn workers_come_in_natural_order_with_the_union_of_their_time() {
    check_workers(
        "a 0..4 w10\nb 2..6 w10\nc 0..2 w2\nd 8..10 w2\ne 9.. w1\nf 0..1",
        &["w1 1 1 0.1 9 9", "w2 2 4 0.4 0 10", "w10 2 6 0.6 0 6"],
    );
    check_workers("a 0..4\nb 1..2", &[]);
    check_workers("a 3..3 w1", &["w1 1 0 - 3 3"]);
}

#[test]
fn errors_are_grouped_by_their_common_text() {
    check_errors(
        "a 0..9 - failed error=no_file_/data/17/x.bam_after_3_tries
         b 0..4 - failed error=no_file_/data/4/y.bam_after_12_tries
         c 0..2 - failed error=boom
         d 0..1",
        "c",
        &["2 [b a] no file <path> after <n> tries", "1 [c] boom"],
    );
}

#[test]
fn the_first_error_is_neither_a_consequence_nor_recovered() {
    check_errors(
        "flaky 0..1 - failed try=1 error=reset\nflaky 2..3 - try=2\na 5..9 - failed error=x\nb 4..6 - a failed error=y",
        "a",
        &["1 [flaky] reset", "1 [b] y", "1 [a] x"],
    );
    check_errors("p 0..5 - failed error=inner\na 1..5 - in=p failed error=inner", "a", &["2 [p a] inner"]);
    check_errors("a 0..1 - failed try=1 error=e\na 2..3 - try=2", "a", &["1 [a] e"]);
    check_errors("a 0..1\nb 1..2 - a", "", &[]);
}

#[test]
fn failures_without_a_message_or_an_attempt_are_not_lost() {
    check_errors("a 0..1 - failed\nb - - failed", "a", &["1 [a b] "]);
    check_errors("b - - failed", "b", &["0 [b] "]);
    let found = errors(&run("b - - failed")).groups;
    assert_eq!((found[0].first, found[0].message.as_str(), found[0].kind.as_str()), (None, "", ""));
    let found = errors(&run("a 0..2 - failed error=it_is_4")).groups;
    assert_eq!((found[0].first, found[0].message.as_str()), (Some(2 * S), "it is 4"));
}

#[test]
fn errors_of_different_kinds_are_kept_apart() {
    let mut runs = RunsBuilder::new();
    for (task, kind, ended) in [("a", "IOError", 5), ("b", "KeyError", 4), ("c", "KeyError", 6)] {
        let error = ErrorInfo { message: "item 3".into(), kind: Some(kind.into()), ..ErrorInfo::default() };
        runs.event(Event::Attempt(Attempt {
            task: task.into(),
            number: 1,
            ended: Some(ended),
            error: Some(error),
            ..Attempt::default()
        }));
    }
    let run = runs.finish().0.remove(0);
    let found = errors(&run);
    let kinds: Vec<_> = found.groups.iter().map(|g| (g.kind.as_str(), g.attempts, g.first)).collect();
    assert_eq!(kinds, [("KeyError", 2, Some(4)), ("IOError", 1, Some(5))]);
    assert_eq!(ids(&run, found.first), "b");
}

#[test]
fn fingerprints_leave_out_what_differs() {
    for (message, expected) in [
        ("", ""),
        ("\n  job 17 failed: exit code 137\nmore", "job <n> failed: exit code <n>"),
        ("object at 0x7f3a9c and 550e8400-e29b-41d4-a716-446655440000.", "object at <id> and <id>."),
        ("commit 9fceb02d0ae598e95dc970b74767f19372d61af8 gone", "commit <id> gone"),
        ("cannot open '/tmp/a b': can't read \"x\"", "cannot open <text>: can't read <text>"),
        ("GET https://a.b/c?d=1 from 10.0.0.1:8080 by me@x.org", "GET <url> from <address> by <address>"),
        ("C:\\temp\\x.txt, ./run.sh and src/main.rs:12: and/or n/a", "<path>, <path> and <path>: and/or n/a"),
        ("took 12.5s,\t 3 of 4 (status=500)", "took <n>s, <n> of <n> (status=<n>)"),
        ("pod-5f6d7c8b9-x2 on fe80::1ff:fe23:4567", "pod-<id>-x<n> on <address>"),
        ("at 12:34:56 on 2024-05-06", "at <n>:<n>:<n> on <n>-<n>-<n>"),
        ("'a 'b 'c", "'a 'b 'c"),
        ("größe “zu groß” ✗ 3", "größe <text> ✗ <n>"),
    ] {
        assert_eq!(fingerprint(message), expected, "{message}");
    }
    assert_eq!(fingerprint(&"é".repeat(5000)).chars().count(), 200);
}

#[test]
fn names_with_numbers_are_ordered_by_number() {
    let mut names = ["w10", "w2", "w02", "a", "w2b", "", "w", "w2a10", "w2a9", "w99999999999999999999999"];
    names.sort_by(|a, b| natural_cmp(a, b));
    let expected = ["", "a", "w", "w2", "w02", "w2a9", "w2a10", "w2b", "w10", "w99999999999999999999999"];
    assert_eq!(names, expected);
    assert_eq!(natural_cmp("x1", "x1"), Ordering::Equal);
}

#[test]
fn an_empty_run_has_empty_lists() {
    let run = makespan_model::Run::default();
    assert!(steps(&run).is_empty() && workers(&run).is_empty() && errors(&run).groups.is_empty());
    assert!(critical_path(&run).is_none() && slowest(&run, 3).is_empty() && busy(&run).is_empty());
    assert_eq!((totals(&run).tasks, totals(&run).work), (0, 0));
}
