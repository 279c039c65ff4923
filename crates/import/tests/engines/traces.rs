//! Jaeger and Zipkin.

use super::*;

#[test]
fn traces_of_jaeger() {
    let runs = fixtures("jaeger", &["trace.json"]);
    assert_eq!(all_counts(&runs), ["00a1: 3 tasks, 3 attempts, 1 edges: 2 succeeded 1 failed"]);
    let run = &runs[0];
    assert_eq!(
        (edges(run), run.title(), run.text(run.workflow)),
        (vec!["b2 -> b3".to_owned()], "order", "shop")
    );
    assert_eq!((seconds(run, "b1"), seconds(run, "b2")), (3.0, 0.5));
    assert_eq!(run.parent(run.find_task("b2").unwrap()), run.find_task("b1"));
    assert_eq!(run.logs.text.len(), 1);
}

#[test]
fn traces_of_zipkin() {
    let runs = fixtures("zipkin", &["trace.json"]);
    assert_eq!(all_counts(&runs), ["00c1: 4 tasks, 4 attempts, 0 edges: 2 succeeded 1 failed 1 unknown"]);
    let run = &runs[0];
    assert_eq!(ids(run), ["d1", "d2", "d2 (server)", "d3"]);
    assert_eq!(run.parent(run.find_task("d2 (server)").unwrap()), run.find_task("d2"));
    assert_eq!(seconds(run, "d2 (server)"), 1.5);
}

#[test]
fn recorded_traces() {
    let rows = [
        ("jaeger", "flamegraph_testTrace.json", "1 run, 4 tasks, 4 attempts, 0 edges: 4 succeeded"),
        ("zipkin", "ascend.json", "1 run, 8 tasks, 8 attempts, 0 edges: 8 succeeded"),
        ("zipkin", "messaging-kafka.json", "1 run, 28 tasks, 28 attempts, 0 edges: 26 succeeded 2 failed"),
        (
            "zipkin",
            "smartthings-oauth-authorization.json",
            // Five receptions of one message have the same id.
            "1 run, 175 tasks, 175 attempts, 0 edges: 154 succeeded 2 failed 19 unknown",
        ),
        ("zipkin", "yelp.json", "1 run, 16 tasks, 16 attempts, 0 edges: 16 succeeded"),
    ];
    let (mut got, mut want) = (Vec::new(), Vec::new());
    for (id, name, row) in rows {
        let Some(runs) = samples(id, id, &[name]) else { return };
        got.push(format!("{} run, {}", runs.len(), counts(&runs[0])));
        want.push(row);
    }
    assert_eq!(got, want);
}

#[test]
fn the_totals_of_a_trace_of_clang_are_not_tasks() {
    let trace = r#"{"traceEvents":[
        {"pid":1,"tid":1,"ph":"X","ts":0,"dur":500,"name":"Source","args":{"detail":"x.h"}},
        {"pid":1,"tid":1,"ph":"X","ts":600,"dur":900,"name":"Frontend"},
        {"pid":1,"tid":1,"ph":"X","ts":1500,"dur":9,"name":"Total recall","args":{"detail":"f"}},
        {"pid":1,"tid":2,"ph":"X","ts":0,"dur":500,"name":"Total Source","args":{"count":1,"avg ms":0}},
        {"pid":1,"tid":3,"ph":"X","ts":0,"dur":900,"name":"Total Frontend","args":{"count":1,"avg ms":0}}],
        "beginningOfTime":1700000000000000}"#;
    let runs = text("chrome-trace", trace);
    assert_eq!(runs[0].task_count(), 3);
    assert_eq!(codes(&runs[0]).iter().find(|(code, _)| *code == "not-shown"), Some(&("not-shown", 2)));
    let first = runs[0].task_ids().filter_map(|task| runs[0].task_interval(task)).map(|(from, _)| from).min();
    assert_eq!(first, Some(1_700_000_000_000_000_000));
}
