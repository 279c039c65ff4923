//! The path that was observed to be critical.

use makespan_analysis::*;
use makespan_model::{Run, TaskId};
use proptest::prelude::*;

use crate::random::{executed, mixed};
use crate::{S, run, s};

/// Each segment as `task from..to`, with what it was where that is no work.
fn shown(run: &Run) -> Option<String> {
    let path = observed_path(run)?;
    let name = |a: makespan_model::AttemptId| run.task_id(TaskId(run.attempts.task[a.index()]));
    let parts = path.segments.iter().map(|x| {
        let kind = match x.kind {
            SegmentKind::Run => String::new(),
            SegmentKind::Wait(Cause::Dependency(_)) => " released".to_owned(),
            SegmentKind::Wait(Cause::Slot(holder)) => format!(" slot of {}", name(holder)),
            SegmentKind::Wait(Cause::Queue) => " queued".to_owned(),
            SegmentKind::Wait(Cause::Backoff) => " backoff".to_owned(),
            SegmentKind::Wait(Cause::Unknown) => " unknown".to_owned(),
        };
        assert_eq!(name(x.attempt), run.task_id(x.task));
        format!("{} {}..{}{kind}", run.task_id(x.task), s(x.from), s(x.to))
    });
    Some(parts.collect::<Vec<_>>().join(", "))
}

fn check(text: &str, expected: &str) {
    assert_eq!(shown(&run(text)).as_deref(), Some(expected));
}

#[test]
fn the_path_follows_the_predecessor_that_ended_last() {
    check(
        "fetch 0..4 w1\nalign 5..9 w1 fetch\nsort 5..7 w2 fetch\ncall 10..12 w3 align sort",
        "fetch 0..4, align 4..5 released, align 5..9, call 9..10 released, call 10..12",
    );
}

#[test]
fn a_ready_task_waits_for_the_slot_of_another() {
    // `b` was ready at 2 and its worker was full until 6.
    check("a 0..2 w1\nhog 0..6 w2\nb 6.5..9 w2 a\nc 2..3 w1 a", "hog 0..6, b 6..6.5 slot of hog, b 6.5..9");
    // With two slots on `w` the one that ends first makes room.
    check(
        "long 0..9 w\nshort 0..4 w\nx 4..6 w\nlast 6..12 w root\nroot 0..1 v",
        "short 0..4, x 4..6, last 6..12",
    );
    // A worker that had room when it was released is no reason.
    check("a 0..6 v\nx 0..9 w\ny 1..5 w\nlast 7..10 w a", "a 0..6, last 6..7 released, last 7..10");
}

#[test]
fn time_in_a_queue_is_a_separate_cause() {
    check("a 0..2 w1\nb 3|5..9 w2 a", "a 0..2, b 2..3 released, b 3..5 queued, b 5..9");
    check("a 0..2\nb 1|5..9 - a", "a 0..2, b 2..5 queued, b 5..9");
    check("x 0..1\ny 0..1 - x\nroot 4|5..9", "root 0..4 unknown, root 4..5 queued, root 5..9");
}

#[test]
fn attempts_are_separated_by_backoff() {
    check(
        "a 0..2 w1 try=1 failed\na 7|8..9 w1 try=2\nb 9..10 w1 a",
        "a 0..2, a 2..7 backoff, a 7..8 queued, a 8..9, b 9..10",
    );
    check("a 1.. w1 try=1\na 5..9 w1 try=2\nb 0..2 w1", "a 0..1 unknown, a 1..5 unknown, a 5..9");
}

#[test]
fn a_task_that_starts_before_its_predecessor_ended_was_released_during_it() {
    check("a 0..4.003\nb 4..9 - a", "a 0..4, b 4..9");
    check("a 0..2\nskewed 1..9 - a\nb 5..10 - skewed a", "a 0..1, skewed 1..5, b 5..10");
    // One that ended in time is believed before one that had not.
    check("a 0..4\nstream 0..20 - z\nz 0..0\nb 4..30 - a stream", "a 0..4, b 4..30");
}

#[test]
fn a_skipped_task_passes_on_its_release() {
    check("a 0..4\ngate - - a skipped\nb 6..8 - gate", "a 0..4, b 4..6 released, b 6..8");
}

#[test]
fn dependencies_are_inferred_from_times_if_none_is_recorded() {
    let text = "a 0..4\nb 5..9\nc 5..6";
    assert!(observed_path(&run(text)).unwrap().inferred);
    check(text, "a 0..4, b 4..5 released, b 5..9");
    // What ended on the same worker at the same moment is the better witness.
    check("a 0..4 w1\nb 0..4 w2\nc 4..9 w2", "b 0..4, c 4..9");
}

#[test]
fn a_task_without_a_release_waited_for_an_unknown_cause() {
    check("a 0..1\nb 1..2 - a\nlate 7..9", "late 0..7 unknown, late 7..9");
}

#[test]
fn containers_are_walked_through_their_contents_and_their_own_work() {
    check(
        "main 0..12\nload 1..4 - in=main\nfit 5..9 - load in=main\nafter 13..14 - main",
        "main 0..1, load 1..4, main 4..5, fit 5..9, main 9..12, after 12..13 released, after 13..14",
    );
    // Contents that start beside others have waited since their container started; `c` did not wait for `b` to end.
    check(
        "pre 0..2\nsub 2..9 - pre\na 2..9 - in=sub\nb 5..9 - in=sub\nc 8..9 - b in=sub\nz 9..11 - c",
        "pre 0..2, b 2..5 unknown, b 5..8, c 8..9, z 9..11",
    );
    // A content that never ended says nothing.
    check("main 0..9\na 2.. - in=main", "main 0..2, main 2..9 unknown");
    check(
        "main 0..3 - try=1 failed\nmain 5..8 - try=2\na 1..3 - in=main",
        "main 0..1, a 1..3, main 3..5 backoff, main 5..8",
    );
}

#[test]
fn unfinished_attempts_count_up_to_the_last_known_time() {
    check("a 0..4\nb 6.. - a", "a 0..4, b 4..6 released");
    check("a 0..4\nb 5.. - a\nc 4..9 - a", "a 0..4, c 4..9");
}

#[test]
fn without_times_there_is_no_path_and_without_a_makespan_no_segment() {
    assert_eq!(shown(&run("a - -\nb - - a")), None);
    check("a 3..3\nb 3..3 - a", "");
}

#[test]
fn nested_tasks_without_duration_terminate() {
    check("root 5..5\na 5..5 - root in=root\nb 5..9 - a in=root\nc 0..1", "root 0..5 unknown, b 5..9");
}

/// The walk as a sentence says it, for tasks of one try each, without workers and containers.
fn plain_walk(run: &Run) -> Vec<(i64, i64, TaskId, bool)> {
    let (start, end) = run.span().unwrap();
    let span = |t: TaskId| run.task_interval(t).unwrap();
    let mut t = run.task_ids().filter(|t| span(*t).1 == end).min().unwrap();
    let mut out = Vec::new();
    loop {
        out.push((span(t).0, span(t).1, t, true));
        let last = run.predecessors.row(t.index()).iter().map(|p| TaskId(*p));
        let last = last.max_by_key(|p| (span(*p).1, std::cmp::Reverse(*p)));
        let released = last.map_or(start, |p| span(p).1);
        out.push((released, span(t).0, t, false));
        match last {
            Some(p) => t = p,
            None => break,
        }
    }
    out.retain(|x| x.0 < x.1);
    out.reverse();
    out
}

proptest! {
    #[test]
    fn segments_fill_the_makespan_without_gap_or_overlap(run in mixed()) {
        let Some(path) = observed_path(&run) else {
            prop_assert!(run.attempts.started.iter().all(|s| *s == makespan_model::UNKNOWN));
            return Ok(());
        };
        let (start, end) = run.span().unwrap();
        let mut now = start;
        for x in &path.segments {
            prop_assert_eq!(x.from, now);
            prop_assert!(x.from < x.to);
            now = x.to;
        }
        prop_assert_eq!(now, end);
    }

    #[test]
    fn segments_have_the_kind_of_their_time(run in mixed()) {
        let Some(path) = observed_path(&run) else { return Ok(()) };
        let a = &run.attempts;
        let busy = busy(&run);
        for x in &path.segments {
            let at = x.attempt.index();
            prop_assert_eq!(a.task[at], x.task.0);
            match x.kind {
                SegmentKind::Run => {
                    let within = |k: usize| {
                        busy.attempt[k] as usize == at && busy.start[k] <= x.from && x.to <= busy.end[k]
                    };
                    prop_assert!((0..busy.len()).any(within));
                }
                SegmentKind::Wait(Cause::Slot(holder)) => {
                    prop_assert_eq!(a.worker[holder.index()], a.worker[at]);
                    prop_assert_eq!(a.ended[holder.index()], x.from);
                    prop_assert!(x.to <= a.started[at]);
                }
                SegmentKind::Wait(Cause::Queue) => {
                    prop_assert!(a.queued[at] != makespan_model::UNKNOWN && a.queued[at] <= x.from);
                    prop_assert_eq!(x.to, a.started[at]);
                }
                SegmentKind::Wait(Cause::Dependency(_) | Cause::Backoff) => prop_assert!(a.ended.contains(&x.from), "{x:?}\n{}", makespan_model::notation::write(&run)),
                SegmentKind::Wait(Cause::Unknown) => {}
            }
        }
    }

    #[test]
    fn the_path_walks_from_predecessor_to_predecessor(run in executed()) {
        if run.edges_inferred {
            return Ok(());
        }
        let path = observed_path(&run).unwrap();
        let shown: Vec<_> =
            path.segments.iter().map(|x| (x.from, x.to, x.task, x.kind == SegmentKind::Run)).collect();
        prop_assert_eq!(shown, plain_walk(&run));
        let (start, end) = run.span().unwrap();
        let waits: i64 = path.segments.iter().filter(|x| x.kind != SegmentKind::Run).map(|x| x.length()).sum();
        prop_assert_eq!(path.work() + waits, end - start);
        prop_assert!((end - start) % S == 0);
    }
}
