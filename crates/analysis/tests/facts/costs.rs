//! Stragglers, and what failing and trying again cost.

use makespan_analysis::*;
use proptest::prelude::*;

use crate::random::mixed;
use crate::{S, run, s};

/// `id duration/median of peers` of each straggler.
fn check_stragglers(text: &str, expected: &[&str]) {
    let run = run(text);
    let shown: Vec<String> = stragglers(&run)
        .iter()
        .map(|x| format!("{} {}/{} of {}", run.task_id(x.task), s(x.duration), s(x.median), x.peers))
        .collect();
    assert_eq!(shown, expected);
}

/// `id attempts lost backoff delay` of each task.
fn check_retries(text: &str, expected: &[&str]) {
    let run = run(text);
    let shown: Vec<String> = retries(&run)
        .tasks
        .iter()
        .map(|r| {
            let times = [r.lost, r.backoff, r.delay].map(s).join(" ");
            format!("{} {} {times}", run.task_id(r.task), r.attempts)
        })
        .collect();
    assert_eq!(shown, expected);
}

#[test]
fn stragglers_lie_beyond_the_fence_and_far_from_the_median() {
    let four = "a 0..10 - step=x\nb 0..10 - step=x\nc 0..11 - step=x\nd 0..12 - step=x\n";
    // Quartiles 10 and 12: the fence is at 15, and 16.5 is one and a half times the median.
    check_stragglers(&format!("{four}e 0..17 - step=x"), &["e 17/11 of 5"]);
    check_stragglers(&format!("{four}e 0..16 - step=x"), &[]);
    check_stragglers(four, &[]);
    check_stragglers("a 0..1 - step=x\nb 0..1 - step=x\nc 0..1 - step=x\nd 0..30 - step=x", &[]);
}

#[test]
fn failed_retried_and_other_tasks_are_not_peers() {
    let text =
        "a 0..1 - step=x failed\nb 0..1 - step=x failed\nc 0..1 - step=x failed\nd 0..1 - step=x failed
        e 0..30 - step=x\nf 0..30 - step=x\ng 0..30 - step=y";
    check_stragglers(text, &[]);
    // The attempt that succeeded counts, not the two together.
    let retried = "a 0..4 - step=x\nb 0..4 - step=x\nc 0..4 - step=x\nd 0..4 - step=x
        e 0..20 - step=x try=1 failed\ne 21..25 - step=x try=2";
    check_stragglers(retried, &[]);
}

#[test]
fn containers_take_as_long_as_what_they_contain() {
    let text = "a 0..4 - step=x\nb 0..4 - step=x\nc 0..4 - step=x\nd 0..4 - step=x\ne 0..4 - step=x";
    check_stragglers(&format!("{text}\nf 0..90 - step=x\ng 1..90 - step=y in=f"), &[]);
    check_stragglers(&format!("{text}\nf 0..90 - step=x"), &["f 90/4 of 6"]);
}

#[test]
fn the_largest_excess_comes_first() {
    let mut text = String::new();
    for t in 0..10 {
        text += &format!("s{t} 0..1 - step=short\nl{t} 0..100 - step=long\n");
    }
    check_stragglers(
        &format!("{text}slow 0..9 - step=short\nslower 0..400 - step=long"),
        &["slower 400/100 of 11", "slow 9/1 of 11"],
    );
}

#[test]
fn failed_attempts_are_lost_work_and_successful_ones_are_not() {
    check_retries(
        "a 0..2 - try=1 failed\na 5..6 - try=2 failed\na 8..9 - try=3\nb 0..4 - failed\nc 0..9\nd 0..3 - try=1\nd 3..4 - try=2",
        &["b 1 4 0 0", "a 3 3 5 8", "d 2 0 0 3"],
    );
    check_retries("a 0.. - try=1\na 5..6 - try=2", &["a 2 0 - 5"]);
    let r =
        retries(&run("a 0..2 - try=1 failed\na 5..6 - try=2\nb 0..4 - try=1 failed\nb 4..5 - try=2 failed"));
    assert_eq!((r.lost, r.backoff, r.retried, r.recovered, r.attempts), (7 * S, 3 * S, 2, 1, 2));
}

#[test]
fn a_run_without_failures_has_no_cost() {
    assert_eq!(retries(&run("a 0..2\nb - - failed")), Retries::default());
}

#[test]
fn steps_have_a_distribution_of_durations() {
    let text =
        "a 0..1 - step=x\nb 0..2 - step=x\nc 0..3 - step=x failed\nd 0..10 - step=x\ne - - step=x skipped";
    let x = &steps(&run(text))[0];
    assert_eq!((x.tasks, x.failed, x.succeeded, x.failure_rate()), (5, 1, 3, Some(0.25)));
    assert_eq!([x.min, x.mean, x.median, x.p75, x.max].map(s), ["1", "4.333333333", "2", "6", "10"]);
    assert_eq!([x.p90, x.p95, x.p99].map(s), ["8.4", "9.2", "9.84"]);
    // Of 1, 2 and 10: squares 100/9, 49/9 and 289/9 over two. The one that failed does not count.
    assert_eq!(x.deviation, ((73.0f64 / 3.0).sqrt() * 1e9).round() as i64);
    let alone = &steps(&run("a 0..4"))[0];
    assert_eq!((s(alone.mean).as_str(), s(alone.deviation).as_str()), ("4", "-"));
    assert_eq!(steps(&run("a - - pending"))[0].failure_rate(), None);
}

#[test]
fn steps_have_a_share_of_the_critical_path() {
    let run = run("a 0..4 - step=x\nb 4..9 - step=y a\nc 9..12 - step=x b\nd 0..9 - step=z");
    let shown: Vec<String> = steps(&run).iter().map(|x| format!("{} {}", x.step, s(x.critical))).collect();
    assert_eq!(shown, ["z 0", "x 7", "y 5"]);
    assert_eq!(critical_path(&run).unwrap().weights, [4 * S, 5 * S, 3 * S]);
}

proptest! {
    #[test]
    fn lost_work_is_a_part_of_the_work(run in mixed()) {
        let (r, t) = (retries(&run), totals(&run));
        prop_assert!(0 <= r.lost && r.lost <= t.work);
        prop_assert_eq!(r.attempts as usize, t.retries);
        prop_assert_eq!(r.tasks.iter().map(|x| x.lost).sum::<i64>(), r.lost);
        prop_assert!(r.recovered <= r.retried);
    }

    #[test]
    fn distributions_are_ordered(mut values in prop::collection::vec(any::<i64>(), 0..20)) {
        values.sort_unstable();
        let d = Distribution::of(&values);
        let ascending = [d.min, d.median, d.p75, d.p90, d.p95, d.p99, d.max];
        prop_assert!(ascending.is_sorted());
        prop_assert_eq!(d.count, values.len());
        if !values.is_empty() {
            prop_assert!(d.mean >= d.min.saturating_sub(1 << 11) && d.mean <= d.max.saturating_add(1 << 11));
        }
    }
}
