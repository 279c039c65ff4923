//! Runs that are empty, broken, large or meant to confuse.

use std::fmt::Write;
use std::sync::Arc;
use std::time::{Duration, Instant};

use makespan_analysis::Facts;
use makespan_analysis::compare::*;
use makespan_model::Run;

use crate::{facts, shown};

/// Everything that compares two runs, on the small stack that a browser gives.
fn all(a: &str, b: &str) {
    let [a, b] = [a, b].map(|text| Arc::new(facts(text).run().clone()));
    let look = move || {
        let (a, b) = (Facts::new(a), Facts::new(b));
        let found = matching(&a, &b);
        let _ = (caveats(&a, &b, &found), measure_deltas(&a, &b, &found), step_deltas(&a, &b));
        let _ = (run_settings(a.run(), b.run()), lineup(&[&a, &b, &a]));
        let _ = explain(&a, &b, &found);
        let _ = (verdicts(&[&a, &a], &[&b], "duration"), trends(&[&a, &b], "duration"));
    };
    std::thread::Builder::new().stack_size(256 << 10).spawn(look).unwrap().join().unwrap();
}

#[test]
fn empty_runs_can_be_compared() {
    let empty = Facts::new(Arc::new(Run::default()));
    let some = facts("a 0..1\nb 1..2 - a");
    assert!(matching(&empty, &empty).tasks.is_empty());
    assert_eq!(shown(&empty, &some, &matching(&empty, &some)), "a:added b:added");
    assert_eq!(shown(&some, &empty, &matching(&some, &empty)), "a:removed b:removed");
    for (a, b) in [("run r", "run r"), ("run r", "a 0..1"), ("a - -", "a - -"), ("a 0..", "a - -")] {
        all(a, b);
    }
}

#[test]
fn cycles_self_loops_and_the_ends_of_time() {
    all("a 0..1 - b\nb 0..1 - a c\nc 0..1 - c", "a 0..1 - b\nb 0..1 - a\nc 0..1 - b in=a\nd 0..1 in=c");
    let (low, high) = ("-9223372036.854775807", "9223372036.854775807");
    all(&format!("a {low}..{high} w\nb {low}..0 w a"), &format!("a 0..{high} w\nb {high}..{low} w a"));
}

#[test]
fn a_hundred_thousand_tasks_of_one_name() {
    let many = |n: usize, prefix: &str| {
        let mut text = String::new();
        for i in 0..n {
            let _ = writeln!(text, "{prefix}{i} {i}..{} w name=same", i + 1);
        }
        facts(&text)
    };
    let (a, b) = (many(100_000, "u"), many(99_000, "v"));
    let found = matching(&a, &b);
    assert_eq!((found.count(Match::Removed), found.count(Match::Same)), (1000, 99_000));
}

#[test]
fn containers_a_hundred_thousand_deep() {
    let deep = |prefix: &str| {
        let mut text = format!("{prefix}0 0..100001 w name=t0\n");
        for t in 1..100_000 {
            let _ = writeln!(text, "{prefix}{t} {t}..100001 w name=t in={prefix}{}", t - 1);
        }
        text
    };
    all(&deep("u"), &deep("v"));
    let found = matching(&facts(&deep("u")), &facts(&deep("v")));
    assert_eq!(found.count(Match::Same), 100_000);
    assert!(found.tasks.iter().all(|t| t.key.chars().count() <= 220));
}

/// A thousand chains of a hundred tasks, every task by a name that only its run knows.
#[test]
fn matching_a_hundred_thousand_renamed_tasks_takes_less_than_a_minute() {
    let chains = |prefix: &str| {
        let mut text = String::new();
        for i in 0..100_000 {
            let after = if i % 100 > 0 { format!("{prefix}{}", i - 1) } else { String::new() };
            let _ = writeln!(text, "{prefix}{i} {i}..{} w {after}", i + 1);
        }
        facts(&text)
    };
    let (a, b) = (chains("u"), chains("v"));
    let begun = Instant::now();
    assert_eq!(matching(&a, &b).tasks.len(), 200_000);
    assert!(begun.elapsed() < Duration::from_secs(20), "{:?}", begun.elapsed());
}

#[test]
fn names_made_to_collide_are_still_one_key_each() {
    let a = facts(
        "1 0..1 - name=a\n2 1..2 - name=a\n3 2..3 - name=a#2\n4 0..9 - name=x\n5 1..2 - in=4 name=y\n6 5..6 - name=x/y",
    );
    let b = facts("9 0..1 - name=a");
    for (x, y) in [(&a, &b), (&b, &a), (&a, &a)] {
        let mut keys: Vec<String> = matching(x, y).tasks.into_iter().map(|t| t.key).collect();
        let n = keys.len();
        keys.sort();
        keys.dedup();
        assert_eq!(keys.len(), n);
    }
}
