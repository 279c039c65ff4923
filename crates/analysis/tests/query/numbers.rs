//! Measures, metrics, units and statistics.

use makespan_analysis::Facts;

use crate::{check, check_wrong, facts, pipeline};

#[test]
fn durations_and_counts_of_every_run() {
    // Durations: Fetch 4 s, align_1 5 s, align_2 7 s, merge 8 s; the others are not over.
    check(
        &pipeline(),
        &[
            ("dur>5s", "align_2 merge"),
            ("duration >= 5000ms", "align_1 align_2 merge"),
            ("dur<=4s", "Fetch"),
            ("dur=0.08m", ""),
            ("dur:5s", "align_1"),
            ("dur!=5s", "Fetch align_2 merge"),
            ("dur in (4s, 7s)", "Fetch align_2"),
            ("dur not in (4s, 7s)", "align_1 merge"),
            ("dur<1h30m", "Fetch align_1 align_2 merge"),
            // Unknown fits nothing, and `not` is the rest.
            ("not dur>5s", "Fetch align_1 lint report"),
            ("has:dur", "Fetch align_1 align_2 merge"),
            ("work:5s", "align_1 align_2"),
            ("wait>0", "align_2"),
            ("queue=1s", "align_2"),
            ("backoff>1s", "align_2"),
            ("slack<1s", "Fetch align_2 merge"),
            ("attempts>1", "align_2"),
            ("tries:0", "report"),
            ("attempt=1", "Fetch align_1 lint merge"),
        ],
    );
}

#[test]
fn statistics_are_those_of_the_tasks_whose_value_is_known() {
    // 4, 5, 7, 8 s: half of them below 6 s, the mean 6 s, and p95 at 2.85 of 3 gaps, 7.85 s.
    check(
        &pipeline(),
        &[
            ("dur>p50", "align_2 merge"),
            ("dur>median", "align_2 merge"),
            ("dur<avg", "Fetch align_1"),
            ("dur>P95", "merge"),
            ("dur=max or dur=min", "Fetch merge"),
            ("dur>=p100", "merge"),
            // Of align: 5 and 7 s, 6 s in the middle; a step of one is its own middle.
            ("dur>p50(step)", "align_2"),
            ("dur>=median( step )", "Fetch align_2 merge"),
            ("dur:{max(step)} step:align", "align_2"),
        ],
    );
    let none = facts("a - -\nb - -", &[]);
    check(&none, &[("dur>p50", ""), ("dur<p50(step)", ""), ("not dur>p50", "a b")]);
    check_wrong(
        &pipeline(),
        &[
            ("dur>p101", "p101", "expected a duration such as"),
            ("dur>p5(worker)", "worker", "expected `(step)`"),
            ("dur>p5(step", "", "expected `(step)`"),
            ("start>p50", "p50", "is not a moment"),
        ],
    );
}

fn measured() -> Facts {
    facts(
        "a 0..4 w1\nb 4..9 w1 a\nc 9..10 w1 b",
        &[
            r#"{"event":"sample","task":"a","name":"memory_usage_mb","unit":"MB","value":2000}"#,
            r#"{"event":"sample","task":"b","name":"memory_usage_mb","unit":"MB","value":3000}"#,
            r#"{"event":"sample","task":"a","name":"cpu_usage","unit":"%","value":150}"#,
            r#"{"event":"sample","task":"b","name":"rows out","value":7}"#,
            r#"{"event":"sample","task":"b","name":"duration","unit":"s","value":1}"#,
            r#"{"event":"sample","task":"b","name":"speed","unit":"MB/s","value":5}"#,
            r#"{"event":"sample","task":"c","name":"name","value":3}"#,
            r#"{"event":"sample","task":"c","name":"gpu/util.x","value":0.5}"#,
        ],
    )
}

#[test]
fn metrics_by_short_name_by_their_own_and_in_their_unit() {
    check(
        &measured(),
        &[
            ("mem>=2GB", "a b"),
            ("mem>2.5GB", "b"),
            ("mem<2GiB", "a"),
            ("mem=2000000000", "a"),
            ("memory_usage_mb>2.5GB", "b"),
            ("cpu>100%", "a"),
            ("cpu>100", "a"),
            ("not cpu>100", "b c"),
            ("\"rows out\">5", "b"),
            ("metric.\"rows out\"=7", "b"),
            ("metric:\"rows out\"!=7", ""),
            ("metric:duration<2s", "b"),
            ("metric.duration<2s", "b"),
            ("dur<2s", "c"),
            ("speed>4", "b"),
            ("speed>4MB/s", "b"),
            ("\"name\"=3", "c"),
            ("metric.name=3", "c"),
            ("gpu/util.x<1", "c"),
            ("metric:gpu/util.x", "c"),
            ("has:mem", "a b"),
            ("has:\"rows out\"", "b"),
            ("has:metric.speed", "b"),
            ("mem>=p50", "b"),
            // Well known, and not recorded by this run: nothing is known of it.
            ("written>0", ""),
            ("not has:written", "a b c"),
        ],
    );
}

#[test]
fn unknown_names_are_errors_with_a_suggestion() {
    check_wrong(
        &measured(),
        &[
            ("a stauts:failed", "stauts", "no field or metric `stauts`"),
            ("stauts:failed", "stauts", "expected `status`"),
            ("memory_usage_md>1GB", "memory_usage_md", "expected `memory_usage_mb`"),
            ("\"rows ouf\">1", "\"rows ouf\"", "expected `rows out`"),
            ("metric.sped>1", "metric.sped", "no metric `sped`; expected `speed`"),
            ("metric.slack>1s", "metric.slack", "no metric `slack`"),
            ("metric.work>1s or has:durations", "metric.work", "no metric `work`"),
            ("has:durations", "durations", "expected `duration`"),
            ("http:x", "http", "quote text"),
            ("speed>4GB/s", "4GB/s", "with or without the unit MB/s"),
            ("mem>2s", "2s", "a size such as"),
            ("cpu>lots", "lots", "a share such as 150%"),
        ],
    );
    // What every run has is told without one.
    for (text, part) in
        [("dur>10", "10"), ("dur>5MB", "5MB"), ("attempts>1s", "1s"), ("slack in (1s, x)", "x")]
    {
        let error = makespan_analysis::query::Query::parse(text).unwrap_err();
        assert_eq!(&text[error.at], part);
    }
}
