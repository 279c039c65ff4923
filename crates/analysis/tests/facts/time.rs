//! Busy intervals, totals, concurrency, waiting.

use std::sync::Arc;

use makespan_analysis::*;
use makespan_model::{Status, TaskId};

use crate::{S, by_task, name, run, s};

/// `task:start..end` of each interval.
fn check_busy(text: &str, expected: &str) {
    let run = run(text);
    let busy = busy(&run);
    let shown: Vec<String> = (0..busy.len())
        .map(|i| {
            let t = TaskId(run.attempts.task[busy.attempt[i] as usize]);
            format!("{}:{}..{}", run.task_id(t), s(busy.start[i]), s(busy.end[i]))
        })
        .collect();
    assert_eq!(shown.join(" "), expected);
}

/// `t:running/queued` of each step, then the most and the mean.
fn check_concurrency(text: &str, expected: &str) {
    let run = run(text);
    let c = concurrency(&run, &busy(&run));
    let steps: Vec<String> =
        (0..c.t.len()).map(|i| format!("{}:{}/{}", s(c.t[i]), c.running[i], c.queued[i])).collect();
    let mean = c.mean_running.map_or("-".to_owned(), |m| m.to_string());
    assert_eq!(format!("{} | {} | {mean}", steps.join(" "), c.max_running), expected);
}

/// `id:ready/wait/blocker/queue/backoff` of each task.
fn check_waiting(text: &str, expected: &str) {
    let run = run(text);
    let w = waiting(&run);
    let shown = by_task(&run, |t| {
        let times = [w.ready[t], w.wait[t], w.queue[t], w.backoff[t]].map(s);
        format!("{}/{}/{}/{}/{}", times[0], times[1], name(&run, w.blocker[t]), times[2], times[3])
    });
    assert_eq!(shown, expected);
}

#[test]
fn parallel_tasks_make_more_work_than_makespan() {
    let facts = Facts::new(Arc::new(run("a 0..4\nb 0..4\nc 1..5")));
    let t = facts.totals();
    assert_eq!((t.makespan, t.work, t.started, t.ended), (Some(5 * S), 12 * S, Some(0), Some(5 * S)));
    assert_eq!(facts.concurrency().mean_running, Some(2.4));
    assert_eq!(facts.run().task_count(), 3);
    check_concurrency("a 0..4\nb 0..4\nc 1..5", "0:2/0 1:3/0 4:1/0 5:0/0 | 3 | 2.4");
}

#[test]
fn totals_count_recorded_items() {
    let run = run("a 0..1 w1 try=1 failed\na 2..3 w1 try=2\nb 3.. w1 a\nc - - b pending");
    let t = totals(&run);
    assert_eq!((t.tasks, t.attempts, t.retries, t.edges, t.edges_inferred), (3, 3, 1, 2, 0));
    assert_eq!((t.open, t.untimed, t.work, t.makespan), (1, 1, 2 * S, Some(3 * S)));
    assert_eq!((t.status, t.recorded_wall), (Some(Status::Running), None));
    let of = |s: Status| t.statuses[s as usize];
    assert_eq!([Status::Succeeded, Status::Running, Status::Pending].map(of), [1, 1, 1]);
    assert_eq!(t.statuses.iter().sum::<u32>(), 3);
}

#[test]
fn work_is_unknown_if_no_attempt_has_a_start() {
    let work = |text: &str| totals(&run(text)).known_work();
    assert_eq!(
        [work("a - - failed"), work("a - - pending"), work("a 1..4"), work("a 2..2")],
        [None, None, Some(3 * S), Some(0)]
    );
}

#[test]
fn inferred_edges_are_counted_separately() {
    let t = totals(&run("a 0..4\nb 5..9"));
    assert_eq!((t.edges, t.edges_inferred), (0, 1));
}

#[test]
fn without_times_there_is_no_makespan() {
    let run = run("a - -\nb - - a");
    let t = totals(&run);
    assert_eq!((t.makespan, t.started, t.work, t.untimed), (None, None, 0, 2));
    check_concurrency("a - -", " | 0 | -");
    check_waiting("a - -\nb - - a", "a:-/-/-/-/0 b:-/-/-/-/0");
}

#[test]
fn tasks_without_duration_are_not_work_and_running_ones_count_to_the_last_time() {
    check_busy("a 0..\nb 1..1\nc 2..3", "a:0..3 c:2..3");
    check_busy("a 0.. - failed\nb 1..1\nc 2..3", "c:2..3");
}

#[test]
fn containers_work_only_while_nothing_in_them_is_open() {
    check_busy(
        "p 0..10\na 1..3 - in=p\nb 2..4 - in=p\nc 6..7 - in=p",
        "p:0..1 a:1..3 b:2..4 p:4..6 c:6..7 p:7..10",
    );
    check_busy("p 0..10\na 4.. - in=p", "p:0..4 a:4..10");
    check_busy("p 0..4\na 1..9 - in=p", "p:0..1 a:1..9");
    check_busy("p 0..6\ng - - in=p\na 1..2 - in=g", "p:0..1 a:1..2 p:2..6");
    check_busy("p 0..6\na 1..2 - in=p try=1 failed\na 3..4 - in=p try=2", "p:0..1 a:1..2 a:3..4 p:4..6");
    check_busy("p 0..4 - try=1\np 2..6 - try=2\na 1..3 - in=p", "p:0..1 a:1..3 p:3..4 p:4..6");
}

#[test]
fn ends_come_before_starts_at_the_same_moment() {
    check_concurrency("a 0..2\nb 2..4\nc 4..5", "0:1/0 5:0/0 | 1 | 1");
    check_concurrency("a 0..2\nb 3..4", "0:1/0 2:0/0 3:1/0 4:0/0 | 1 | 0.75");
}

#[test]
fn queued_attempts_are_counted_until_they_start() {
    check_concurrency("a 0|1..3\nb 0|2..3", "0:0/2 1:1/1 2:2/0 3:0/0 | 2 | 1.5");
    // What goes on is running after the last event, too, also what started with it; unless the run is over.
    check_concurrency("a 0..10\nb 2..\nc 4..6", "0:1/0 2:2/0 4:3/0 6:2/0 10:1/0 | 3 | 2");
    check_concurrency("a 0..10\nb 10..", "0:1/0 | 1 | 1");
    check_concurrency("a 0..10\nb 10..\nc 10..", "0:1/0 10:2/0 | 2 | 1");
    check_concurrency("a 0..2\nb 1| - queued", "0:1/0 1:1/1 2:0/1 | 1 | 1");
    check_concurrency("a 0..2\nb 1| - cancelled", "0:1/0 2:0/0 | 1 | 1");
    assert!(!concurrency(&run("a 0..2"), &Busy::default()).has_queue);
}

#[test]
fn waiting_names_the_predecessor_that_ended_last() {
    check_waiting("a 0..4\nb 0..6\nc 5|8..9 - a b", "a:0/0/-/-/0 b:0/0/-/-/0 c:6/2/b/3/0");
    check_waiting("a 0..4\nb 0..4\nc 3..5 - a b", "a:0/0/-/-/0 b:0/0/-/-/0 c:4/0/a/-/0");
}

#[test]
fn readiness_passes_through_skipped_tasks_and_stops_at_unfinished_ones() {
    check_waiting("a 0..4\ng - - a skipped\nb 6..7 - g", "a:0/0/-/-/0 g:4/-/a/-/0 b:4/2/a/-/0");
    check_waiting("a 0..\nb 6..7 - a", "a:0/0/-/-/0 b:-/-/-/-/0");
    check_waiting("a - - pending\nz 0..1\nb 6..7 - a", "a:0/-/-/-/0 z:0/0/-/-/0 b:-/-/-/-/0");
}

#[test]
fn tasks_are_not_ready_before_their_container_starts() {
    check_waiting("z 0..1\np 3..9 - z\na 4..5 - in=p", "z:0/0/-/-/0 p:1/2/z/-/0 a:3/1/-/-/0");
}

#[test]
fn backoff_is_the_time_between_attempts() {
    check_waiting("a 0..1 - try=1 failed\na 3..4 - try=2 failed\na 8..9 - try=3", "a:0/0/-/-/6");
    check_waiting("a 0.. - try=1 failed\na 3..4 - try=2", "a:0/0/-/-/-");
}
