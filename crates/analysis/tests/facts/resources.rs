//! Requested against used, metrics over time, figures against limits.

use makespan_analysis::*;
use makespan_model::TaskId;
use proptest::prelude::*;

use crate::measured::asked;
use crate::{S, run, s};

const MB: f64 = 1e6;

/// `cpus/used memory/used` in processors and MB of each task that asked for something.
fn check_requests(params: &[(&str, &str)], expected: &[&str]) {
    let measured = [
        (Some("a"), "cpu", "%", 50.0, 0),
        (Some("a"), "rss", "MB", 300.0, 0),
        (Some("b"), "cpu", "%", 210.0, 0),
        (Some("b"), "rss", "MB", 0.0, 0),
    ];
    let facts = asked("a 0..10 w\nb 0..5 w", params, &measured);
    let shown: Vec<String> = facts
        .requests()
        .tasks
        .iter()
        .map(|d| format!("{}/{} {}/{}", d.cpus, d.cpus_used, d.memory / MB, d.memory_used / MB))
        .collect();
    assert_eq!(shown, expected);
}

#[test]
fn requests_are_found_under_the_names_that_engines_give_them() {
    check_requests(&[("a", r#"{"cpus":2,"memory":"4 GB"}"#)], &["2/0.5 4000/300"]);
    check_requests(&[("a", r#"{"requestedMemory":"512 MB","cores":"4"}"#)], &["4/0.5 512/300"]);
    check_requests(
        &[("a", r#"{"mem_gb":1.5}"#), ("b", r#"{"mem_mb":100,"threads":3}"#)],
        &["NaN/0.5 1500/300", "3/2.1 100/NaN"],
    );
    check_requests(
        &[(
            "a",
            r#"{"resources":{"requests":{"cpu":"250m","memory":"64Mi"},"limits":{"memory":"1G","cpu":9}}}"#,
        )],
        &["0.25/0.5 67.108864/300"],
    );
    check_requests(&[("a", r#"{"memory_limit":2000000}"#)], &["NaN/0.5 2/300"]);
}

#[test]
fn values_that_are_not_requests_are_ignored() {
    for params in [
        r#"{"memory":"episodic","cpu_usage":3,"peak_rss":7,"max_memory_used":"3 GB"}"#,
        r#"{"memory":4096,"program":5000000,"cpu":0,"threads":"many"}"#,
        r#"{"cpu_time":4,"cpus":-1,"cores":1e300,"memory_gb":null,"mem":[1],"memory":"3 min"}"#,
        "[1]",
        "{",
    ] {
        check_requests(&[("a", params)], &[]);
    }
}

#[test]
fn waste_is_weighted_by_holding_time() {
    let facts = asked(
        "a 0..10 w\nb 0..5 w\nc 0..100 w",
        &[("a", r#"{"cpus":4,"mem_mb":100}"#), ("b", r#"{"cpus":2}"#), ("c", r#"{"cpus":9}"#)],
        &[
            (Some("a"), "cpu", "%", 100.0, 0),
            (Some("b"), "cpu", "%", 300.0, 0),
            (Some("a"), "rss", "MB", 25.0, 0),
        ],
    );
    // 40 and 10 processor seconds asked for; `b` used all of its two and no more than that counts.
    let cpus = facts.requests().cpus.unwrap();
    assert_eq!((cpus.tasks, cpus.requested, cpus.used, cpus.share()), (2, 50.0, 20.0, Some(0.4)));
    let memory = facts.requests().memory.unwrap();
    assert_eq!((memory.tasks, memory.requested, memory.share()), (1, 1000.0 * MB, Some(0.25)));
    let unmeasured = asked("a 0..10 w", &[("a", r#"{"cpus":4}"#)], &[(Some("a"), "cpu", "%", 0.0, 0)]);
    assert_eq!(unmeasured.requests().cpus, None);
    let nothing = run("a 0..1");
    assert_eq!(requests(&nothing, &measures(&nothing)), Requests::default());
}

#[test]
fn trends_bin_samples_by_any_interval() {
    let facts = asked(
        "a 0..10 w\nb 0..5 w",
        &[],
        &[
            (None, "rss", "MB", 5.0, 25 * S),
            (None, "rss", "MB", 1.0, 0),
            (None, "rss", "MB", 3.0, 9 * S),
            (None, "rss", "kB", 2000.0, 9 * S),
            (Some("a"), "rss", "MB", 4.0, 10 * S),
            (Some("a"), "rss", "%", 4.0, 10 * S),
            (Some("b"), "other", "MB", 4.0, 10 * S),
        ],
    );
    let show = |scope, interval| {
        let trend = trend(facts.run(), "rss", scope, interval).unwrap();
        let bins: Vec<String> = trend
            .bins
            .iter()
            .map(|b| {
                let values = [b.min, b.mean(), b.max, b.sum, b.last].map(|v| (v / MB).to_string()).join(" ");
                format!("{}: {} of {values}", s(b.from), b.samples)
            })
            .collect();
        (bins.join(", "), trend.unlike)
    };
    assert_eq!(show(Scope::Run, 10 * S), ("0: 3 of 1 2 3 6 2, 20: 1 of 5 5 5 5 5".to_owned(), 0));
    assert_eq!(show(Scope::Task(TaskId(0)), 10 * S).1, 1);
    assert_eq!(show(Scope::All, 100 * S).0, "0: 5 of 1 3 5 15 5");
    assert_eq!(show(Scope::Tasks, i64::MIN).0, "10: 1 of 4 4 4 4 4");
    assert_eq!(trend(facts.run(), "none", Scope::All, S), None);
}

#[test]
fn slopes_agree_with_least_squares() {
    let line = |points: &[(f64, i64)]| {
        let samples: Vec<_> = points.iter().map(|&(v, t)| (None, "x", "", v, t)).collect();
        trend(asked("a 0..1", &[], &samples).run(), "x", Scope::All, S).unwrap().slope
    };
    let day = 1_767_600_000 * S;
    assert_eq!(line(&[(1.0, day), (3.0, day + S), (5.0, day + 2 * S)]), Some(2.0));
    assert_eq!(line(&[(0.0, 0), (1.0, S), (1.0, 2 * S), (0.0, 3 * S)]), Some(0.0));
    assert_eq!(line(&[(4.0, day), (9.0, day)]), None);
}

/// `verdict value/limit task`
fn check_rule(rule: &str, expected: &str) {
    let facts = asked(
        "a 0..4 w1\nb 4..10 w1 a failed\nc 4..9 w2 a\nd - - b pending",
        &[],
        &[
            (Some("a"), "rss", "MB", 100.0, 0),
            (Some("b"), "rss", "MB", 300.0, 0),
            (Some("c"), "cpu", "%", 80.0, 0),
        ],
    );
    let judged = judge(&facts, &Rule::parse(rule).unwrap());
    let task = judged.task.map_or("-", |t| facts.run().task_id(t));
    let shown = format!("{} {}/{} {task}", judged.verdict.name(), judged.value, judged.limit);
    assert_eq!(shown, expected, "{rule}");
}

#[test]
fn figures_of_the_run_are_checked_against_limits() {
    check_rule("makespan <= 10 s", "ok 10000000000/10000000000 -");
    check_rule("makespan<10s", "violated 10000000000/10000000000 -");
    check_rule("makespan < 1 min", "ok 10000000000/60000000000 -");
    check_rule("makespan >= 9.5", "ok 10000000000/9500000000 -");
    check_rule("failed = 0", "violated 1/0 -");
    check_rule("failed == 1", "ok 1/1 -");
    check_rule("unfinished != 1", "violated 1/1 -");
    check_rule("success-rate >= 95 %", "violated 66.66666666666666/95 -");
    check_rule("max-concurrency > 1", "ok 2/1 -");
    check_rule("makespan < 4 GB", "unknown 10000000000/NaN -");
    check_rule("nothing < 4", "unknown NaN/4 -");
}

#[test]
fn measures_of_tasks_are_checked_each_or_aggregated() {
    check_rule("duration < 6 s", "violated 6000000000/6000000000 b");
    check_rule("each duration > 3 s", "ok 4000000000/3000000000 a");
    check_rule("max rss <= 0.25 GB", "violated 300000000/250000000 b");
    check_rule("mean mem < 1 GB", "ok 200000000/1000000000 -");
    check_rule("median duration = 5 s", "ok 5000000000/5000000000 -");
    check_rule("p75 duration <= 5500 ms", "ok 5500000000/5500000000 -");
    check_rule("sum duration < 15 s", "violated 15000000000/15000000000 -");
    check_rule("min cpu >= 90 %", "violated 80/90 c");
    check_rule("attempts != 0", "violated 0/0 d");
    check_rule("attempts = 1", "violated 0/1 d");
}

#[test]
fn invalid_rules_are_errors_with_a_reason() {
    for (text, error) in [
        ("makespan 10 s", RuleError::NoComparison),
        ("< 10 s", RuleError::NoFigure),
        ("p101 duration < 1", RuleError::NoFigure),
        ("most of all < 1", RuleError::NoFigure),
        ("makespan < ", RuleError::NoLimit(String::new())),
        ("makespan < 4 furlongs", RuleError::NoLimit("4 furlongs".into())),
        ("makespan < x", RuleError::NoLimit("x".into())),
    ] {
        assert_eq!(Rule::parse(text), Err(error), "{text}");
    }
}

proptest! {
    #[test]
    fn any_text_is_a_rule_or_an_error(text in "[a-z <>=!0-9.%\\-é]{0,24}") {
        if let Ok(rule) = Rule::parse(&text) {
            prop_assert_eq!(Rule::parse(&rule.to_string()), Ok(rule.clone()));
            let facts = Facts::new(std::sync::Arc::new(run("a 0..4")));
            let judged = judge(&facts, &rule);
            prop_assert_eq!(judged.verdict == Verdict::Unknown, judged.value.is_nan() || judged.limit.is_nan());
        }
    }

    #[test]
    fn every_sample_is_in_one_bin(samples in prop::collection::vec((any::<i32>(), 0..50i64), 1..20), every in 1..30i64) {
        let list: Vec<_> = samples.iter().map(|&(v, t)| (None, "x", "", f64::from(v), t)).collect();
        let facts = asked("a 0..1", &[], &list);
        let trend = trend(facts.run(), "x", Scope::Run, every).unwrap();
        prop_assert_eq!(trend.bins.iter().map(|b| b.samples as usize).sum::<usize>(), samples.len());
        for bin in &trend.bins {
            let mine = samples.iter().filter(|s| bin.from <= s.1 && s.1 < bin.from + every).map(|s| f64::from(s.0));
            prop_assert_eq!(bin.sum, mine.clone().sum::<f64>());
            prop_assert_eq!((bin.min, bin.max), (mine.clone().fold(f64::MAX, f64::min), mine.fold(f64::MIN, f64::max)));
        }
        prop_assert!(trend.bins.windows(2).all(|b| b[0].from + every <= b[1].from));
    }
}
