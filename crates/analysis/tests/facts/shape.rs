//! Chains next to the critical path, use of workers over time, bounds.

use std::sync::Arc;

use makespan_analysis::*;
use makespan_model::{Run, TaskId, UNKNOWN};
use proptest::prelude::*;

use crate::properties::in_order;
use crate::random::{executed, graphs, mixed};
use crate::{S, ids, recorded, run, s};

/// `tasks length behind` of each chain.
fn check_near(text: &str, k: usize, expected: &[&str]) {
    let run = run(text);
    let shown: Vec<String> = near_critical(&run, k)
        .iter()
        .map(|c| format!("{} {} {}", ids(&run, c.tasks.iter().copied()), s(c.length), s(c.behind)))
        .collect();
    assert_eq!(shown, expected);
}

/// `t:busy/present` of each step, then workers and mean.
fn check_utilisation(text: &str, expected: &str) {
    let u = utilisation(&run(text));
    let steps: Vec<String> =
        (0..u.t.len()).map(|i| format!("{}:{}/{}", s(u.t[i]), u.busy[i], u.present[i])).collect();
    let mean = u.mean.map_or("-".to_owned(), |m| m.to_string());
    assert_eq!(format!("{} | {} | {mean}", steps.join(" "), u.workers), expected);
}

#[test]
fn further_chains_pass_through_tasks_outside_longer_chains() {
    let text = "a 0..2
        b 2..9 - a
        c 2..7 - a
        d 2..3 - a
        e 7..8 - c
        z 9..10 - b e d";
    // a b z is critical with 10; a c e z takes 9, a d z 4.
    check_near(text, 9, &["c e 9 1", "d 4 6"]);
    check_near(text, 1, &["c e 9 1"]);
    check_near(text, 0, &[]);
}

#[test]
fn tasks_without_a_duration_form_no_chain() {
    check_near("a 0..2\ngate - - a skipped\nb 3..4 - gate\nc 2..2 - a", 9, &[]);
    check_near("a - -", 9, &[]);
    check_near("a 0..4\nb 0..4\nc 0..1", 9, &["b 4 0", "c 1 3"]);
}

#[test]
fn chains_pass_through_containers() {
    check_near("main 0..9\na 0..4 - in=main\nb 4..9 - a in=main\nc 4..6 - a in=main", 9, &["c 6 3"]);
    check_near("main 0..9\na 1..4 - in=main\nb 4..8 - a in=main\nc 4..6 - a in=main", 9, &["c 7 2"]);
}

#[test]
fn a_worker_is_counted_busy_once_and_present_from_first_start_to_last_end() {
    check_utilisation(
        "a 0..4 w1\nb 1..3 w1\nc 2..3 w2\nd 6..8 w1\ne 8..10",
        "0:1/1 2:2/2 3:1/1 4:0/1 6:1/1 8:0/0 | 2 | 0.35",
    );
    check_utilisation("a 0..2 w1\nb 2..4 w1", "0:1/1 4:0/0 | 1 | 1");
    check_utilisation("a 0.. w1\nb 0..4 w2", "0:2/2 4:0/0 | 2 | 1");
    check_utilisation("a 0..2", " | 0 | -");
    let u = utilisation(&run("a 0..4 w1\nb 0..2 w2"));
    assert_eq!((u.share(0), u.share(1), u.share(9)), (Some(1.0), Some(0.5), None));
}

#[test]
fn bounds_come_from_work_critical_path_and_slots() {
    // Work 16 s, critical path a c 8 s, two slots of w1 and w2, makespan 10 s.
    let text = "a 0..4 w1\nb 0..5 w2\nc 6..10 w1 a\nd 5..8 w2 b";
    let b = bounds(&run(text)).unwrap();
    assert_eq!((b.work, b.makespan, b.critical_path, b.slots), (16 * S, 10 * S, 8 * S, 2));
    assert_eq!((b.slots_from, b.at_least, b.at_most), (SlotCount::Workers, 8 * S, 12 * S));
    assert_eq!((b.parallelism, b.max_speedup, b.efficiency), (1.6, 2.0, 0.8));
    assert_eq!((b.alone, b.idle), (4 * S, 0));
    // 1/1.6 - 1/2 over 1/2
    assert_eq!(b.serial_share, Some(0.25));
}

#[test]
fn without_workers_slots_are_the_maximum_concurrency() {
    let b = bounds(&run("a 0..4 w1\nb 0..4 w1\nc 0..2\nd 5..6")).unwrap();
    assert_eq!((b.slots, b.slots_from, b.idle, b.alone), (3, SlotCount::Concurrency, S, S));
    assert!(b.inferred);
    assert_eq!(bounds(&run("a 0..4 w1\nb 0..4 w1\nc 0..2 w2")).unwrap().slots, 3);
    let serial = bounds(&run("a 0..1\nb 1..2 - a")).unwrap();
    assert_eq!((serial.slots, serial.serial_share, serial.max_speedup), (1, None, 1.0));
}

#[test]
fn a_pause_between_attempts_is_not_work() {
    let text = "B1 0..10 w1\nB2 0..10 w2\nA 10..11 w1 try=1 failed\nA 21..22 w1 try=2";
    let pause = bounds(&recorded(text)).unwrap();
    // Half of the 22 s of work, half of the 2 s of A, and its whole pause.
    assert_eq!((s(pause.at_least).as_str(), s(pause.at_most).as_str()), ("12", "22"));
    assert_eq!((s(pause.work).as_str(), pause.max_speedup), ("22", 2.2));
    assert_eq!(critical_path(&run("a 0..1 - try=1 failed\na 9..10 - try=2")).unwrap().length, 10 * S);
    // One task, tried again after a pause: no slots make it faster, and none make it slower.
    let alone = bounds(&run("a 0..1 - try=1 failed\na 9..10 - try=2")).unwrap();
    assert_eq!((alone.max_speedup, alone.at_least, alone.at_most), (1.0, 10 * S, 10 * S));
}

#[test]
fn a_run_without_makespan_or_work_has_no_bounds() {
    // In the last one `b` ran while what it depends on did: no bound holds.
    for text in ["a - -", "a 3..3", "a 0..\nb 2..2", "a 0..9\nb 1..10 - a"] {
        assert_eq!(bounds(&run(text)), None, "{text}");
    }
}

#[test]
fn bounds_of_makespans_round_up_and_saturate() {
    assert_eq!(makespan_bounds(10, 3, 4), (3, 5));
    assert_eq!(makespan_bounds(11, 2, 4), (3, 5));
    assert_eq!(makespan_bounds(10, 10, 1), (10, 10));
    assert_eq!(makespan_bounds(10, 3, 0), (10, 10));
    assert_eq!(makespan_bounds(i64::MAX, i64::MAX, 1), (i64::MAX, i64::MAX));
    assert_eq!(makespan_bounds(-5, -5, 3), (0, 0));
}

/// The weight of the longest chain through a task, by trying all of them.
fn through(run: &Run, t: TaskId) -> i64 {
    let weight = |t: TaskId| run.task_interval(t).map_or(0, |(s, e)| e - s);
    fn most(run: &Run, t: TaskId, next: fn(&Run, TaskId) -> &[u32], weight: &dyn Fn(TaskId) -> i64) -> i64 {
        let rest = next(run, t).iter().map(|&p| TaskId(p));
        rest.map(|p| weight(p) + most(run, p, next, weight)).max().unwrap_or(0)
    }
    let back = most(run, t, |run, t| run.predecessors.row(t.index()), &weight);
    weight(t) + back + most(run, t, |run, t| run.successors.row(t.index()), &weight)
}

proptest! {
    #[test]
    fn each_task_with_weight_is_on_the_path_or_on_one_chain(run in graphs()) {
        let flat = run.task_ids().all(|t| run.parent(t).is_none());
        let Some(path) = critical_path(&run).filter(|_| flat) else { return Ok(()) };
        let chains = near_critical(&run, usize::MAX);
        let mut seen = path.on_path.clone();
        for chain in &chains {
            let weighty = chain.tasks.iter().filter(|t| run.task_interval(**t).is_some_and(|(s, e)| s < e));
            let longest = weighty.map(|t| through(&run, *t)).max().unwrap();
            prop_assert!(chain.length == longest || !in_order(&run));
            prop_assert_eq!(chain.behind, path.length - chain.length);
            for t in &chain.tasks {
                prop_assert!(!std::mem::replace(&mut seen[t.index()], true));
            }
            for pair in chain.tasks.windows(2) {
                prop_assert!(run.predecessors.row(pair[1].index()).contains(&pair[0].0));
            }
        }
        prop_assert!(chains.windows(2).all(|c| c[0].length >= c[1].length));
        prop_assert!(chains.iter().all(|c| c.length <= path.length));
        for t in run.task_ids().filter(|t| run.task_interval(*t).is_some_and(|(s, e)| s < e)) {
            prop_assert!(seen[t.index()]);
        }
    }

    #[test]
    fn utilisation_counts_the_workers_over_each_moment(run in mixed()) {
        let (u, busy) = (utilisation(&run), busy(&run));
        let a = &run.attempts;
        for (i, &t) in u.t.iter().enumerate() {
            let mut names: Vec<_> = (0..busy.len())
                .filter(|&k| busy.start[k] <= t && t < busy.end[k])
                .map(|k| a.worker[busy.attempt[k] as usize])
                .filter(|w| !w.is_empty())
                .collect();
            names.sort_unstable();
            names.dedup();
            prop_assert_eq!(u.busy[i] as usize, names.len());
        }
        let total: f64 = workers(&run).iter().map(|w| w.busy as f64).sum();
        if let Some(mean) = u.mean {
            let (start, end) = run.span().unwrap();
            prop_assert!((mean - total / ((end - start) as f64 * u.workers as f64)).abs() < 1e-9);
        }
    }

    #[test]
    fn no_run_is_shorter_than_its_bound(run in mixed()) {
        if let Some(b) = bounds(&run) {
            prop_assert!(b.at_least <= b.makespan, "{b:?}");
            let fits = b.at_least <= b.at_most && b.efficiency <= 1.0 && b.max_speedup >= 1.0;
            prop_assert!(fits, "{b:?} {}", makespan_model::notation::write(&run));
            prop_assert!(b.parallelism <= b.max_speedup + 1e-9, "{b:?} {}", makespan_model::notation::write(&run));
        }
    }

    #[test]
    fn a_run_without_waits_lies_between_its_bounds(run in executed()) {
        let facts = Facts::new(Arc::new(run.clone()));
        let Some(b) = facts.bounds().filter(|b| !b.inferred) else { return Ok(()) };
        prop_assert!(b.at_least <= b.makespan && b.at_least <= b.at_most);
        let waited = facts.waiting().wait.iter().any(|w| *w > 0 && *w != UNKNOWN);
        if !waited {
            prop_assert!(b.makespan <= b.at_most);
        }
        prop_assert!(b.alone + b.idle <= b.makespan);
        prop_assert!(b.serial_share.is_none_or(|s| (0.0..=1.0).contains(&s)));
    }
}
