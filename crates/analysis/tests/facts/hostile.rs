//! Runs that are long, deep, or at the ends of time.

use std::fmt::Write;
use std::hint::black_box;
use std::sync::Arc;

use makespan_analysis::*;
use makespan_model::{Run, TaskId, UNKNOWN};

use crate::{S, run};

/// Every fact, on the small stack that a browser gives.
fn all_facts(run: Run) -> Facts {
    let run = Arc::new(run);
    let same = run.clone();
    let small = std::thread::Builder::new().stack_size(256 << 10);
    let look = move || {
        let facts = Facts::new(same);
        let last = TaskId(facts.run().task_count().saturating_sub(1) as u32);
        black_box((facts.critical_path(), facts.slack(), facts.waiting(), facts.concurrency()));
        black_box((facts.totals(), facts.steps(), facts.workers(), facts.errors(), facts.differences()));
        black_box((facts.slowest(5), facts.upstream(last), facts.downstream(TaskId(0))));
        black_box((facts.observed_path(), facts.causes(), facts.wait_pieces(last), facts.bounds()));
        black_box((facts.near_critical(5), facts.utilisation(), facts.stragglers(), facts.retries()));
        black_box((facts.requests(), facts.findings(), RunFigures::of(facts.run())));
    };
    small.spawn(look).unwrap().join().unwrap();
    Facts::new(run)
}

#[test]
fn a_chain_of_a_hundred_thousand() {
    let mut text = String::from("t0 0..1 w\n");
    for t in 1..100_000 {
        let _ = writeln!(text, "t{t} {t}..{} w t{}", t + 1, t - 1);
    }
    let facts = all_facts(run(&text));
    let path = facts.critical_path().unwrap();
    assert_eq!((path.tasks.len(), path.length), (100_000, 100_000 * S));
    assert!(facts.slack().total.iter().all(|s| *s == Some(0)));
    assert_eq!(facts.observed_path().unwrap().segments.len(), 100_000);
    assert_eq!(facts.upstream(TaskId(99_999)).iter().filter(|u| **u).count(), 99_999);
}

#[test]
fn a_hundred_thousand_containers_one_in_another() {
    let mut text = String::from("t0 0..100001 w\n");
    for t in 1..100_000 {
        let _ = writeln!(text, "t{t} {t}..100001 w in=t{}", t - 1);
    }
    let facts = all_facts(run(&text));
    assert_eq!(facts.totals().work, 100_001 * S);
    assert_eq!(facts.concurrency().max_running, 1);
    let path = facts.observed_path().unwrap();
    assert_eq!((path.segments.len(), path.work()), (100_000, 100_001 * S));
}

#[test]
fn a_hundred_thousand_that_wait_for_one_worker() {
    // All are ready at 1 s: n (n - 1) / 2 pairs of one that waits and one that holds the slot.
    let mut text = String::from("root 0..1 v\n");
    for t in 1..100_000 {
        let _ = writeln!(text, "t{t} {t}..{} w root", t + 1);
    }
    let facts = all_facts(run(&text));
    assert_eq!(facts.causes().sums.slot, 99_999 * 99_998 / 2 * S);
    assert_eq!(facts.causes().culprits[0].slot, 99_998 * S);
    assert_eq!(facts.wait_pieces(TaskId(50_000)).len(), 50_000);
    assert_eq!(facts.observed_path().unwrap().work(), 100_000 * S);
}

#[test]
fn overlapping_attempts_of_a_container_of_many_do_not_multiply() {
    let mut text = String::new();
    for t in 1..30_000 {
        let _ = writeln!(text, "p 0..60000 w try={t}\nc{t} {}..{} w in=p", t * 2, t * 2 + 1);
    }
    let facts = all_facts(run(&text));
    assert_eq!(facts.totals().work, 60_000 * S);
    assert_eq!(facts.busy().len(), 2 * 29_999 + 1);
}

#[test]
fn the_ends_of_time_overflow_nothing() {
    let (low, high) = ("-9223372036.854775807", "9223372036.854775807");
    let facts = all_facts(run(&format!(
        "a {low}..{high} w\nb {low}..{high} w a\nc {high}..{high} w b failed try=1\nc {low}..{low} w try=2\n\
         d {low}|{high}.. w c\ne {low}..0 w in=a error=x"
    )));
    // No task was meant to last that long: its times are unknown, and no figure is built on them.
    assert_eq!(facts.totals().makespan, Some(0));
    assert_eq!(facts.totals().work, 0);
    assert!(facts.slack().total.iter().flatten().all(|s| *s >= 0));
    assert_eq!(facts.waiting().wait.iter().filter(|w| **w == i64::MAX).count(), 0);
    assert!(facts.workers()[0].utilisation.is_none_or(|u| u <= 1.0));
    assert!(facts.utilisation().mean.is_none_or(|u| u <= 1.0));
    assert!(facts.causes().slot.iter().all(|s| *s >= 0 || *s == UNKNOWN));
    let path = facts.observed_path().unwrap();
    assert!(path.segments.iter().all(|s| s.from < s.to) && path.work() >= 0);
    assert!(facts.findings().iter().all(|f| f.cost >= 0));
}
