//! What rules say of runs, in the text notation.
#![allow(clippy::unwrap_used)]

use std::sync::Arc;

use makespan_alerts::{AlertRule, Baseline, Condition, Judgement, Moment, Verdict, Watched, judge};
use makespan_analysis::Facts;
use makespan_format::{Event, EventSink, Sample};
use makespan_model::RunsBuilder;

const SECOND: i64 = 1_000_000_000;

fn facts(text: &str) -> Facts {
    Facts::new(Arc::new(makespan_model::notation::run(text).unwrap()))
}

fn live(seconds: i64) -> Moment {
    Moment::Live { now: seconds * SECOND, last_event: Some(0) }
}

fn judged(condition: Result<Condition, String>, text: &str, moment: Moment, earlier: &[&str]) -> Judgement {
    let rule = AlertRule::new("rule", condition.unwrap());
    let mut baseline = Baseline::default();
    earlier.iter().for_each(|text| baseline.add(std::slice::from_ref(&rule), &facts(text)));
    judge(&rule, &Watched { facts: &facts(text), moment, utc_offset: 0 }, &baseline)
}

fn check(condition: Result<Condition, String>, text: &str, moment: Moment, expected: (Verdict, &str)) {
    let found = judged(condition, text, moment, &[]);
    assert_eq!((found.verdict, found.text.as_str()), expected, "{text}");
}

use Verdict::{Clear, Firing, Unknown};

#[test]
fn an_alert_fires_when_a_figure_exceeds_its_limit() {
    let run = "a 0..4 w1\nb 4..9 w1 a";
    let over = Moment::Over;
    check(
        Condition::figure("makespan > 8 s"),
        run,
        over,
        (Firing, "Run run has taken 9 s; the limit is 8 s"),
    );
    check(Condition::figure("makespan > 9 s"), run, over, (Clear, "Run run has taken 9 s; the limit is 9 s"));
    check(
        Condition::figure("duration > 4 s"),
        run,
        over,
        (Firing, "Task b of run run took 5 s; the limit is 4 s"),
    );
    check(
        Condition::figure("nothing > 4"),
        run,
        over,
        (Unknown, "no task of the run has a value of nothing"),
    );
    let wrong = "makespan 9 s cannot be compared with 4 GB";
    check(Condition::figure("makespan > 4 GB"), run, over, (Unknown, wrong));
}

#[test]
fn an_alert_is_a_sentence_with_the_run_the_value_and_the_limit() {
    let run = "run nightly\na 0..4 w1 failed\nb 4..9 w1 failed\nc 0..8 w2 try=1 failed\nc 8..9 w2 try=2";
    for (rule, sentence) in [
        ("failed > 0", "2 tasks of run nightly failed: a, b; the limit is 0"),
        ("failed >= 2", "2 tasks of run nightly failed: a, b; the alert fires at 2 or more"),
        ("retries > 0", "Run nightly has 1 retry; the limit is 0"),
        ("tasks != 4", "Run nightly has 3 tasks; the expected value is 4"),
        ("unfinished = 0", "No task of run nightly is unfinished; the alert fires at exactly 0"),
        ("success-rate < 90 %", "The success rate of run nightly is 33.33 %; the lower limit is 90 %"),
        (
            "mean duration <= 10 s",
            "The tasks of run nightly took 6 s on average; the alert fires at 10 s or less",
        ),
        ("p95 duration > 1 s", "95 % of the tasks of run nightly took at most 8.6 s; the limit is 1 s"),
        ("median duration > 1 s", "Half of the tasks of run nightly took at most 5 s; the limit is 1 s"),
        ("attempts > 1", "Task c of run nightly has 2 attempts; the limit is 1"),
        ("sum wait < 1 s", "The tasks of run nightly waited for 0 s in total; the lower limit is 1 s"),
        ("max-concurrency > 1", "Run nightly executed up to 2 attempts at the same time; the limit is 1"),
    ] {
        check(Condition::figure(rule), run, Moment::Over, (Firing, sentence));
    }
    let fired = judged(Condition::figure("failed > 0"), run, Moment::Over, &[]);
    assert_eq!(fired.tasks, ["a", "b"]);
    let clear = "No task of run run failed; the limit is 0";
    check(Condition::figure("failed > 0"), "a 0..4 w1", Moment::Over, (Clear, clear));
}

#[test]
fn the_makespan_of_an_unfinished_run_grows_with_time() {
    let run = "a 0..4 w1\nb 4.. w1 a running";
    check(
        Condition::figure("makespan > 1 min"),
        run,
        live(30),
        (Clear, "Run run has taken 30 s; the limit is 1 min 00 s"),
    );
    check(
        Condition::figure("makespan > 1 min"),
        run,
        live(90),
        (Firing, "Run run has taken 1 min 30 s; the limit is 1 min 00 s"),
    );
}

#[test]
fn earlier_runs_give_the_limit() {
    let slow = || Condition::figure("makespan > 150 % of baseline");
    let earlier = ["a 0..10 w1", "a 0..20 w1", "a 0..12 w1"];
    let of = |text: &str, earlier: &[&str]| judged(slow(), text, Moment::Over, earlier);
    let found = of("a 0..19 w1", &earlier);
    assert_eq!(
        (found.verdict, found.text.as_str()),
        (Firing, "Run run has taken 19 s; the limit is 18 s (150 % of baseline)")
    );
    assert_eq!(of("a 0..18 w1", &earlier).verdict, Clear);
    let first = of("a 0..18 w1", &[]);
    assert_eq!((first.verdict, first.text.as_str()), (Unknown, "no earlier run has this figure"));
}

#[test]
fn matching_tasks_are_counted_and_listed() {
    let run = "a 0..4 w1 failed\nb 0..9 w2 failed\nc 0..1 w3\nd 0..1 w4 failed\ne 0..1 w4 failed";
    let found = judged(Condition::tasks("status:failed"), run, Moment::Over, &[]);
    assert_eq!((found.verdict, found.value, found.tasks.len()), (Firing, Some(4.0), 4));
    assert_eq!(found.text, "4 tasks of run run match status:failed (a, b, d and 1 more)");
    let clear = (Clear, "No task of run run matches status:failed");
    check(Condition::tasks("status:failed"), "a 0..4 w1", Moment::Over, clear);
    let unknown = judged(Condition::tasks("tokens>5"), "a 0..4 w1", Moment::Over, &[]);
    assert_eq!(unknown.verdict, Unknown, "{}", unknown.text);
}

#[test]
fn a_status_rule_fires_for_a_failed_run() {
    let failed = || Condition::status("failed");
    let text = "Run run failed in 1 task: b";
    check(failed(), "a 0..4 w1\nb 4..9 w1 a failed", Moment::Over, (Firing, text));
    check(failed(), "a 0..4 w1", Moment::Over, (Clear, "Run run succeeded"));
}

#[test]
fn a_task_that_runs_for_too_long_is_stuck() {
    let run = "a 0..4 w1\nb 4.. w1 a running\nc 8.. w2 step=x running";
    let limit = |text: &str| Condition::running(text, None);
    let text =
        "Task b of run run has been running for 16 s; the limit is 10 s; 1 other task is over its limit too";
    check(limit("10 s"), run, live(20), (Firing, text));
    let clear = "No task of run run has been running for more than 10 s";
    check(limit("10 s"), run, live(14), (Clear, clear));
    check(limit("10 s"), run, Moment::Over, (Clear, clear));
    let only = Condition::running("10 s", Some("step:x"));
    check(only, run, live(20), (Firing, "Task c of run run has been running for 12 s; the limit is 10 s"));
    check(
        limit("3 s"),
        "a 0..4 w1",
        Moment::Past,
        (Firing, "Task a of run run ran for 4 s; the limit is 3 s"),
    );
}

#[test]
fn a_step_is_compared_with_its_own_history() {
    let p95 = || Condition::running("p95 of baseline", None);
    let earlier = ["a 0..10 w1 step=x\nb 0..1 w2 step=y", "a 0..12 w1 step=x failed"];
    let of = |text: &str, now: i64| judged(p95(), text, live(now), &earlier);
    // Failed attempts are short or long for their own reasons.
    assert_eq!(
        of("a 0.. w1 step=x running", 11).text,
        "Task a of run run has been running for 11 s; the limit is 10 s (p95 of baseline)"
    );
    assert_eq!(of("a 0.. w1 step=x running", 10).verdict, Clear);
    assert_eq!(of("a 0.. w1 step=new running", 100).verdict, Unknown);
}

#[test]
fn silence_counts_from_the_last_event_until_the_run_ends() {
    let silent = || Condition::silent("1 min");
    let run = "a 0..4 w1\nb 4.. w1 a running";
    check(
        silent(),
        run,
        live(61),
        (Firing, "Run run has recorded no event for 1 min 01 s; the limit is 1 min 00 s"),
    );
    check(
        silent(),
        run,
        live(60),
        (Clear, "Run run has recorded no event for 1 min 00 s; the limit is 1 min 00 s"),
    );
    check(silent(), run, Moment::Over, (Clear, "Run run has finished"));
    let unknown = Moment::Live { now: 99 * SECOND, last_event: None };
    assert_eq!(judged(silent(), run, unknown, &[]).verdict, Unknown);
    check(
        silent(),
        "a 0..90 w1",
        Moment::Past,
        (Firing, "Run run recorded no event for 1 min 30 s; the limit is 1 min 00 s"),
    );
    // A clock that was set back does not count as silence.
    check(silent(), run, live(-5), (Clear, "Run run has recorded no event for 0 s; the limit is 1 min 00 s"));
}

fn sampled(samples: &[(&str, &str, f64, i64)]) -> Facts {
    let mut runs = RunsBuilder::new();
    for (name, unit, value, t) in samples {
        let unit = (!unit.is_empty()).then(|| (*unit).into());
        runs.event(Event::Sample(Sample {
            name: (*name).into(),
            unit,
            value: *value,
            t: Some(*t),
            ..Sample::default()
        }));
    }
    Facts::new(Arc::new(runs.finish().0.remove(0)))
}

#[test]
fn a_live_rule_uses_the_latest_metric_value_and_a_dry_run_the_highest() {
    let facts = sampled(&[("mem", "MB", 5_000.0, 1), ("mem", "MB", 300.0, 3), ("cpu", "", 91.0, 2)]);
    let of = |text: &str, moment| {
        let rule = AlertRule::new("rule", Condition::metric(text).unwrap());
        judge(&rule, &Watched { facts: &facts, moment, utc_offset: 0 }, &Baseline::default())
    };
    assert_eq!(of("mem > 4 GB", live(0)).text, "The metric mem of run run is 300 MB; the limit is 4 GB");
    assert_eq!(of("mem > 4 GB", Moment::Past).text, "The metric mem of run run is 5 GB; the limit is 4 GB");
    assert_eq!(of("cpu > 90", live(0)).verdict, Firing);
    assert_eq!(of("cpu > 4 GB", live(0)).verdict, Unknown);
    assert_eq!(of("disk > 90", live(0)).text, "the run has no metric disk");
}

#[test]
fn hostile_times_neither_overflow_nor_panic() {
    let run = "a -9223372036..4 w1\nb 9223372036.. w1 running";
    for condition in [
        Condition::figure("makespan > 1 s"),
        Condition::silent("1 s"),
        Condition::running("1 s", None),
        Condition::tasks("dur>1s"),
    ] {
        for now in [i64::MIN, 0, i64::MAX] {
            let moment = Moment::Live { now, last_event: Some(-now.saturating_add(1)) };
            let found = judged(condition.clone(), run, moment, &[]);
            assert!(!found.text.is_empty());
        }
    }
}
