//! What the difference of two makespans is made of.

use std::sync::Arc;

use makespan_analysis::Facts;
use makespan_analysis::compare::*;
use makespan_format::{Event, EventSink, RunInfo};
use makespan_model::RunsBuilder;
use proptest::prelude::*;

use crate::properties::{lines, text};
use crate::{facts, with_params};

/// `delta: kind task delta, …` in seconds.
fn shown(a: &Facts, b: &Facts) -> String {
    let matching = matching(a, b);
    let Some(found) = explain(a, b, &matching) else { return "none".to_owned() };
    let seconds = |ns: i64| (ns as f64 / 1e9).to_string();
    let part = |p: &DifferencePart| {
        let task = p.task.map_or(String::new(), |t| format!(" {}", matching.tasks[t as usize].key));
        format!("{}{task} {}", p.kind.name(), seconds(p.delta_ns))
    };
    let names = |places: &[u32]| {
        places.iter().map(|p| matching.tasks[*p as usize].key.as_str()).collect::<Vec<_>>().join(" ")
    };
    let parts: Vec<String> = found.parts.iter().map(part).collect();
    let mut out = format!("{}: {}", seconds(found.delta_ns), parts.join(", "));
    if !(found.entered.is_empty() && found.left.is_empty()) {
        out += &format!(" | +{} -{}", names(&found.entered), names(&found.left));
    }
    out
}

fn check(a: &str, b: &str, expected: &str) {
    assert_eq!(shown(&facts(a), &facts(b)), expected);
}

#[test]
fn a_task_on_both_paths_contributes_its_increase() {
    check(
        "fetch 0..4 w1\nalign 4..9 w1 fetch\nsort 4..6 w2 fetch",
        "fetch 0..6 w1\nalign 6..10 w1 fetch\nsort 6..9 w2 fetch",
        "1: task fetch 2, task align -1",
    );
}

#[test]
fn new_and_removed_tasks_contribute_their_whole_duration() {
    check("a 0..4 w1\nb 4..9 w1 a", "a 0..4 w1\nx 4..7 w1 a\nb 7..12 w1 x", "3: new x 3");
    check("a 0..4 w1\nx 4..7 w1 a\nb 7..12 w1 x", "a 0..4 w1\nb 4..9 w1 a", "-3: gone x -3");
    // Not executed is gone as well, and a task off the path is not part of anything.
    check(
        "a 0..4 w1\nb 4..9 w1 a\nc 0..2 w2",
        "a 0..4 w1 failed\nb - - a upstream-failed\nd 0..3 w2",
        "-5: gone b -5",
    );
}

#[test]
fn a_task_that_joined_the_path_contributes_its_increase_and_the_rest_is_the_path_switch() {
    // y held everything up, then x did; of the 15 s that x grew, 5 s were slack.
    check("x 0..5 w1\ny 0..10 w2", "x 0..20 w1\ny 0..10 w2", "10: task x 15, path-switch -5 | +x -y");
    // y shrank by 15 s; from 10 s on x held everything up.
    check("x 0..10 w1\ny 0..20 w2", "x 0..10 w1\ny 0..5 w2", "-10: task y -15, path-switch 5 | +x -y");
    // y grew too, which nobody noticed.
    check("x 0..5 w1\ny 0..10 w2", "x 0..30 w1\ny 0..15 w2", "20: task x 25, path-switch -5 | +x -y");
}

#[test]
fn failed_attempts_and_pauses_between_attempts_are_retries() {
    check(
        "a 0..4 w1\nb 4..9 w1 a",
        "a 0..3 w1 failed try=1\na 5..9 w1 try=2\nb 9..14 w1 a",
        "5: retries a 5",
    );
    check(
        "a 0..3 w1 failed try=1\na 5..10 w1 try=2",
        "a 0..2 w1 failed try=1\na 3..7 w1 try=2",
        "-3: task a -1, retries a -2",
    );
}

#[test]
fn waits_are_attributed_to_their_cause() {
    // Ready when a ended, and started 3 s later.
    check("a 0..4 w1\nb 4..9 w2 a", "a 0..4 w1\nb 7..12 w2 a", "3: waiting-dependency 3");
    // Queued when a ended.
    check("a 0..4 w1\nb 4..9 w2 a", "a 0..4 w1\nb 4|7..12 w2 a", "3: waiting-queue 3");
    // c could have started at 4 and had to wait for the worker, which b had until 6; it started at 7.
    check(
        "a 0..4 w1\nb 0..4 w2\nc 4..9 w2 a",
        "a 0..4 w1\nb 0..6 w2\nc 7..12 w2 a",
        "3: task b 2, waiting-slot 1 | +b -a",
    );
}

#[test]
fn time_without_a_recorded_cause_is_the_remainder() {
    // Nobody knows what c waited for from the start of the run on.
    check("a 0..1 w1\nd 1..2 w1 a\nc 4..5 w3", "a 0..1 w1\nd 1..2 w1 a\nc 6..7 w3", "2: remainder 2");
    check("a - -", "a 0..4", "none");
    // The engine says how long the run took, and has no times of tasks.
    let told = |seconds: i64| {
        let mut runs = RunsBuilder::new();
        let ended = Some(seconds * 1_000_000_000);
        runs.event(Event::Run(RunInfo { id: "r".into(), started: Some(0), ended, ..RunInfo::default() }));
        makespan_model::notation::read("a - -", &mut runs);
        Facts::new(Arc::new(runs.finish().0.remove(0)))
    };
    assert_eq!(shown(&told(5), &told(8)), "3: remainder 3");
}

#[test]
fn a_renamed_task_is_still_the_same_task() {
    check(
        "a 0..4 w1\nb 4..9 w1 a kind=k\nc 9..10 w1 b",
        "a 0..4 w1\nbb 4..12 w1 a kind=k\nc 12..13 w1 bb",
        "3: task bb 3",
    );
}

#[test]
fn a_run_does_not_differ_from_itself() {
    let a = with_params("a 0..4 w1 try=1 failed\na 5..6 w1 try=2\nb 7..9 w1 a", &[("a", r#"{"x":1}"#)]);
    assert_eq!(shown(&a, &a), "0: ");
}

/// The part as it would be the other way round.
fn turned(kind: PartKind) -> PartKind {
    match kind {
        PartKind::New => PartKind::Gone,
        PartKind::Gone => PartKind::New,
        other => other,
    }
}

proptest! {
    #[test]
    fn parts_add_up_to_the_difference_and_change_sign_when_swapped(a in lines(), b in lines()) {
        let whole = |lines: &[_]| facts(&text(lines, &(0..lines.len()).collect::<Vec<_>>()));
        let (a, b) = (whole(&a), whole(&b));
        let (there, back) = (matching(&a, &b), matching(&b, &a));
        let found = explain(&a, &b, &there);
        let known = a.totals().makespan.zip(b.totals().makespan);
        prop_assert_eq!(found.is_some(), known.is_some());
        let (Some(found), Some((x, y))) = (found, known) else { return Ok(()) };
        prop_assert_eq!(found.delta_ns, y - x);
        prop_assert_eq!(found.parts.iter().map(|p| p.delta_ns).sum::<i64>(), y - x);
        prop_assert!(found.parts.iter().all(|p| p.delta_ns != 0));
        let other = explain(&b, &a, &back).unwrap();
        let mut one: Vec<_> = found.parts.iter().map(|p| {
            let t = p.task.map(|t| (there.tasks[t as usize].a, there.tasks[t as usize].b));
            (p.kind, t, p.delta_ns)
        }).collect();
        let mut two: Vec<_> = other.parts.iter().map(|p| {
            let t = p.task.map(|t| (back.tasks[t as usize].b, back.tasks[t as usize].a));
            (turned(p.kind), t, -p.delta_ns)
        }).collect();
        one.sort();
        two.sort();
        prop_assert_eq!(one, two);
    }

    #[test]
    fn fully_recorded_runs_have_no_remainder(lengths in prop::collection::vec((1..9i64, 1..9i64, any::<u16>()), 1..9)) {
        // Every task starts when the last of its predecessors ends, on a worker of its own.
        let run = |pick: &dyn Fn(&(i64, i64, u16)) -> i64| {
            let mut ends: Vec<i64> = Vec::new();
            let mut text = String::new();
            for (t, line) in lengths.iter().enumerate() {
                let before: Vec<usize> = (0..t).filter(|p| line.2 >> p & 1 == 1 || *p + 1 == t).collect();
                let start = before.iter().map(|p| ends[*p]).max().unwrap_or(0);
                ends.push(start + pick(line));
                text += &format!("t{t} {start}..{} w{t}", ends[t]);
                before.iter().for_each(|p| text += &format!(" t{p}"));
                text.push('\n');
            }
            facts(&text)
        };
        let (a, b) = (run(&|l| l.0), run(&|l| l.1));
        let found = explain(&a, &b, &matching(&a, &b)).unwrap();
        for kind in [PartKind::Remainder, PartKind::Dependency, PartKind::Slot, PartKind::Queue, PartKind::New] {
            prop_assert!(found.parts.iter().all(|p| p.kind != kind));
        }
    }
}
