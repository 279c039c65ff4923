//! Airflow.

use super::*;

const ID: &str = "airflow";

#[test]
fn responses_about_one_run_are_combined() {
    let runs = fixtures(ID, &["instances.json", "tries.json", "tasks.json", "run.json"]);
    assert_eq!(
        all_counts(&runs),
        ["etl/manual_1: 5 tasks, 4 attempts, 4 edges: 1 pending 2 succeeded 1 failed 1 upstream-failed"]
    );
    let run = &runs[0];
    assert_eq!(ids(run), ["extract", "load.part[0]", "load.part[1]", "report", "side"]);
    assert_eq!(
        edges(run),
        [
            "extract -> load.part[0]",
            "extract -> load.part[1]",
            "load.part[0] -> report",
            "load.part[1] -> report"
        ]
    );
    assert_eq!((seconds(run, "extract"), seconds(run, "load.part[1]")), (20.0, 16.0));
    assert_eq!((run.title(), run.text(run.workflow)), ("manual_1", "etl"));
    // The server has seven task instances; two answers hold the same try.
    assert_eq!(codes(run), [("pages-missing", 1), ("duplicate-record", 1)]);
}

#[test]
fn instances_alone_report_what_is_missing() {
    let runs = fixtures(ID, &["instances.json"]);
    assert_eq!(
        all_counts(&runs),
        ["etl/manual_1: 5 tasks, 3 attempts, 0 edges: 1 pending 2 succeeded 1 failed 1 upstream-failed"]
    );
    assert_eq!(codes(&runs[0]), [("pages-missing", 1), ("attempts-lost", 1)]);
    let runs = fixtures(ID, &["states.json"]);
    assert_eq!(
        all_counts(&runs),
        ["etl/2025-03-31T00:00:00+00:00: 2 tasks, 1 attempts, 0 edges: 1 succeeded 1 skipped"]
    );
    let runs = fixtures(ID, &["tasks.json"]);
    assert_eq!(all_counts(&runs), ["tasks.json: 4 tasks, 0 attempts, 2 edges: 4 pending"]);
}

#[test]
fn a_state_of_null_is_pending_only_before_a_start() {
    let instance = |task: &str, state: &str, start: &str, end: &str| {
        format!(
            r#"{{"task_id":"{task}","dag_id":"d","dag_run_id":"r","state":{state},"try_number":1,"map_index":-1,"start_date":{start},"end_date":{end}}}"#
        )
    };
    let (start, end) = (r#""2026-02-03T10:00:00Z""#, r#""2026-02-03T10:00:09Z""#);
    let all = [
        instance("a", "null", "null", "null"),
        instance("b", "null", start, end),
        instance("c", "null", start, "null"),
        instance("d", "\"\"", start, end),
        instance("e", "\"success\"", start, end),
        instance("f", "\"vanished\"", start, end),
    ];
    let runs = text(ID, &format!(r#"{{"task_instances":[{}],"total_entries":6}}"#, all.join(",")));
    let statuses = ["a", "b", "c", "d", "e", "f"].map(|task| status(&runs[0], task));
    assert_eq!(statuses, ["pending", "unknown", "unknown", "unknown", "succeeded", "unknown"]);
    assert!(codes(&runs[0]).contains(&("unknown-status", 4)), "{:?}", codes(&runs[0]));
}

#[test]
fn recorded_runs() {
    let names = [
        "etl_demo.manual_1.dagRun.json",
        "etl_demo.manual_1.taskInstances.json",
        "etl_demo.manual_1.flaky.tries.json",
        "etl_demo.manual_1.quality.check_b.tries.json",
        "etl_demo.manual_1.transform_2.tries.json",
        "etl_demo.manual_1.flaky.log1.json",
        "etl_demo.tasks.json",
    ];
    let Some(runs) = samples(ID, ID, &names) else { return };
    let mut got = all_counts(&runs);
    got.extend(codes(&runs[0]).into_iter().map(|c| c.0.to_owned()));
    got.push(format!("{} log lines", runs[0].logs.text.len()));
    let alone: [&[&str]; 4] = [
        &["etl_demo.manual_1.ui_gantt.json"],
        &["etl_demo.manual_3.RUNNING.dagRun.json", "etl_demo.manual_3.RUNNING.taskInstances.json"],
        &["wide_demo.tasks.json"],
        &["etl_demo.manual_1.dagRun.json"],
    ];
    for names in alone {
        got.extend(all_counts(&samples(ID, ID, names).unwrap()));
    }
    assert_eq!(
        got,
        [
            "etl_demo/manual_1: 15 tasks, 16 attempts, 18 edges: 11 succeeded 2 failed 1 skipped 1 upstream-failed",
            "duplicate-record",
            "15 log lines",
            "etl_demo/manual_1: 10 tasks, 10 attempts, 0 edges: 7 succeeded 1 failed 1 skipped 1 upstream-failed",
            "etl_demo/manual_3: 15 tasks, 8 attempts, 0 edges: 7 pending 1 running 7 succeeded",
            "wide_demo.tasks.json: 200 tasks, 0 attempts, 350 edges: 200 pending",
            "etl_demo/manual_1: 0 tasks, 0 attempts, 0 edges:",
        ]
    );
}
