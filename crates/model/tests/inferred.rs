//! Dependencies inferred from times, beside a slow and obvious version, and events out of order.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::fmt::Write as _;

use makespan_model::{Run, RunsBuilder, Status, TaskId, notation};
use proptest::prelude::*;

/// The inferred edges as (from, to), by the place of the task in the text.
fn edges(run: &Run, ids: &[String]) -> Vec<(usize, usize)> {
    let place = |t: u32| ids.iter().position(|id| id == run.task_id(TaskId(t))).unwrap();
    let mut out: Vec<_> = run.successors.pairs().map(|(a, b)| (place(a), place(b))).collect();
    out.sort_unstable();
    out
}

fn run(ids: &[String], spans: &[(i64, i64)]) -> Run {
    let mut text = String::new();
    for (id, (from, to)) in ids.iter().zip(spans) {
        writeln!(text, "{id} {from}..{to} w").unwrap();
    }
    notation::run(&text).unwrap()
}

fn named(ids: &[&str]) -> Vec<String> {
    ids.iter().map(|id| (*id).to_owned()).collect()
}

#[test]
fn a_task_that_took_no_time_follows_what_ended_at_its_moment_however_ids_are_spelled() {
    let spans = [(0, 1), (1, 2), (2, 2)];
    for ids in [["a", "c", "b"], ["a", "b", "c"], ["c", "b", "a"], ["b", "a", "c"]] {
        let ids = named(&ids);
        assert_eq!(edges(&run(&ids, &spans), &ids), [(0, 1), (1, 2)], "{ids:?}");
    }
}

#[test]
fn a_sequential_run_at_whole_seconds_has_no_gap_between_a_task_and_what_it_follows() {
    let spans = [(0, 1), (1, 1), (1, 1), (1, 2), (2, 2), (2, 4), (4, 4), (4, 4), (4, 5)];
    let ids = named(&["i", "h", "g", "f", "e", "d", "c", "b", "a"]);
    for (from, to) in edges(&run(&ids, &spans), &ids) {
        assert_eq!(spans[from].1, spans[to].0, "{} after {}", ids[to], ids[from]);
    }
}

/// What the doc comment says, read off all pairs.
fn naive(spans: &[(i64, i64)]) -> Vec<(usize, usize)> {
    let mut out = Vec::new();
    for (t, &(start, end)) in spans.iter().enumerate() {
        let before = |e: &usize| {
            let (from, to) = spans[*e];
            *e != t && to <= start && (from < start || end > start)
        };
        let latest = (0..spans.len()).filter(before).max_by_key(|&e| (spans[e].1, spans[e].0, -(e as i64)));
        out.extend(latest.map(|e| (e, t)));
    }
    out.sort_unstable();
    out
}

proptest! {
    #[test]
    fn edges_are_those_of_the_definition_and_no_spelling_changes_them(
        spans in prop::collection::vec((0..8i64, 0..4i64), 2..12), seed in any::<u64>(),
    ) {
        let spans: Vec<(i64, i64)> = spans.into_iter().map(|(from, length)| (from, from + length)).collect();
        let expected = naive(&spans);
        for factor in [1, 7, seed | 1] {
            let ids: Vec<String> =
                (0..spans.len() as u64).map(|i| format!("t{}-{i}", i.wrapping_mul(factor) % 13)).collect();
            prop_assert_eq!(&edges(&run(&ids, &spans), &ids), &expected);
        }
    }
}

#[test]
fn the_lines_of_an_attempt_may_come_in_any_order() {
    let lines = [
        r#"{"event":"queue","task":"a","t":"2026-01-05T08:00:00Z"}"#,
        r#"{"event":"start","task":"a","t":"2026-01-05T08:00:01Z"}"#,
        r#"{"event":"end","task":"a","t":"2026-01-05T08:00:05Z","error":"no space left"}"#,
    ];
    for order in [[0, 1, 2], [2, 1, 0], [2, 0, 1], [1, 2, 0], [0, 2, 1], [1, 0, 2]] {
        let mut builder = RunsBuilder::new();
        for line in order {
            builder.apply(&makespan_format::read_line(lines[line].as_bytes()).unwrap().event);
        }
        let run = builder.finish().0.remove(0);
        let a = run.find_task("a").unwrap();
        assert_eq!(run.tasks.status[a.index()], Status::Failed, "{order:?}");
        assert_eq!(run.task_interval(a).map(|(from, to)| to - from), Some(4_000_000_000));
        assert_eq!(run.attempts.queued[0], run.attempts.started[0] - 1_000_000_000);
    }
}
