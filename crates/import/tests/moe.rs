//! Files of the MoE event tracking. What the recorded ones hold was counted by a script over the JSON.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod emitted;

use std::path::Path;

use emitted::{Emitted, all, emit, expect, samples, source};
use makespan_import::moe::IMPORTER;
use makespan_import::{Options, Source, Zone, open};
use makespan_model::RunsBuilder;

#[test]
fn fixtures_give_exactly_these_events() {
    for case in ["execution", "records", "cut"] {
        let folder = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/moe")).join(case);
        let emitted = emit(&IMPORTER, &all(&folder));
        assert_eq!(
            (&emitted.result, emitted.unclaimed.len()),
            (&Ok(()), 0),
            "{case}: {:?}",
            emitted.unclaimed
        );
        expect(&emitted, &format!("moe/{case}.jsonl"));
    }
}

/// File, id, components, those that succeeded and failed, lines of the log, alerts, samples.
type Row = (&'static str, &'static str, usize, [usize; 2], usize, usize, usize);

const EXECUTIONS: [Row; 19] = [
    (
        "00_files_committed_in_the_repo/workflow_tracking/ExampleMoEPipeline.json",
        "ExampleMoEPipeline",
        4,
        [4, 0],
        29,
        0,
        278,
    ),
    (
        "00_files_committed_in_the_repo/workflow_tracking/example_workflow_20250326_123431.json",
        "example_workflow_20250326_123431",
        4,
        [4, 0],
        16,
        0,
        0,
    ),
    (
        "00_files_committed_in_the_repo/workflow_tracking/example_workflow_20250326_123514.json",
        "example_workflow_20250326_123514",
        4,
        [4, 0],
        16,
        0,
        0,
    ),
    (
        "00_files_committed_in_the_repo/workflow_tracking/example_workflow_20250326_124429.json",
        "example_workflow_20250326_124429",
        4,
        [4, 0],
        16,
        0,
        0,
    ),
    (
        "00_files_committed_in_the_repo/workflow_tracking/workflow_13c591a2-9520-491f-b061-f727575dda0c.json",
        "workflow_13c591a2-9520-491f-b061-f727575dda0c",
        0,
        [0, 0],
        3,
        0,
        477,
    ),
    (
        "00_files_committed_in_the_repo/workflow_tracking/workflow_bd99ac6b-bea9-4ff1-8fa6-7faa18e28d98.json",
        "workflow_bd99ac6b-bea9-4ff1-8fa6-7faa18e28d98",
        0,
        [0, 0],
        3,
        0,
        477,
    ),
    (
        "01_seed_usage_success/workflow_tracking/my_workflow – émigré 漢字.json",
        "my_workflow – émigré 漢字",
        4,
        [4, 0],
        11,
        0,
        0,
    ),
    ("02_failure/workflow_tracking/failing_run.json", "failing_run", 2, [1, 1], 4, 1, 0),
    (
        "03_autocomplete_checkpoint_and_running/workflow_tracking/still_running.json",
        "auto_complete",
        2,
        [2, 0],
        2,
        0,
        0,
    ),
    ("04_experts_optimizers_meta/workflow_tracking/rich_run.json", "rich_run", 1, [1, 0], 6, 0, 1294),
    ("05_several_runs_same_workflow/workflow_tracking/nightly_0.json", "nightly_0", 3, [3, 0], 11, 0, 0),
    ("05_several_runs_same_workflow/workflow_tracking/nightly_1.json", "nightly_1", 3, [3, 0], 11, 0, 0),
    ("05_several_runs_same_workflow/workflow_tracking/nightly_2.json", "nightly_2", 3, [3, 0], 11, 0, 0),
    ("05_several_runs_same_workflow/workflow_tracking/nightly_3.json", "nightly_3", 2, [1, 1], 4, 1, 0),
    ("05_several_runs_same_workflow/workflow_tracking/nightly_4.json", "nightly_4", 3, [3, 0], 11, 0, 0),
    ("05_several_runs_same_workflow/workflow_tracking/same_id.json", "same_id", 0, [0, 0], 0, 0, 0),
    ("06_parallel_threads_and_nested/workflow_tracking/threads.json", "threads", 6, [6, 0], 0, 0, 0),
    ("07_big_300_components_600_events/workflow_tracking/big_300.json", "big_300", 300, [300, 0], 600, 18, 0),
    ("08_unserialisable_and_nan/workflow_tracking/nan_run.json", "nan_run", 1, [1, 0], 8, 0, 0),
];

fn attempts(emitted: &Emitted, status: &str) -> usize {
    let status = format!("\"status\":\"{status}\"");
    emitted.of("attempt").into_iter().filter(|l| l.contains(&status)).count()
}

#[test]
fn recorded_executions_hold_these_components() {
    let Some(path) = samples("moe-event-tracking") else { return };
    for (file, id, components, [succeeded, failed], logs, alerts, numbers) in EXECUTIONS {
        let emitted = emit(&IMPORTER, &[source(&path, file)]);
        assert_eq!(emitted.result, Ok(()), "{file}");
        assert!(
            emitted.of("run")[0].contains(&format!("\"run\":\"{id}\"")),
            "{file}: {}",
            emitted.of("run")[0]
        );
        let got = (
            emitted.of("task").len(),
            [attempts(&emitted, "succeeded"), attempts(&emitted, "failed")],
            emitted.of("log").len(),
            emitted.of("alert").len(),
            emitted.of("sample").len(),
        );
        assert_eq!(got, (components, [succeeded, failed], logs, alerts, numbers), "{file}");
        assert!(emitted.of("task").iter().all(|l| !l.contains("\"after\"")), "{file}");
    }
}

#[test]
fn an_execution_without_an_end_still_runs() {
    let Some(path) = samples("moe-event-tracking/03_autocomplete_checkpoint_and_running") else { return };
    let emitted = emit(&IMPORTER, &all(&path));
    assert!(emitted.of("run")[0].contains("\"status\":\"running\""), "{}", emitted.of("run")[0]);
    assert!(emitted.codes().contains(&"no-end".to_owned()));
}

#[test]
fn unreadable_parts_are_reported_and_the_rest_is_read() {
    let Some(path) = samples("moe-event-tracking/08_unserialisable_and_nan/workflow_tracking") else {
        return;
    };
    let cut = emit(&IMPORTER, &[source(&path, "ndarray_result.json")]);
    assert_eq!((cut.of("task").len(), attempts(&cut, "succeeded")), (1, 1));
    assert_eq!(cut.codes(), ["naive-times", "truncated"]);
    let nan = emit(&IMPORTER, &[source(&path, "nan_run.json")]);
    assert_eq!(nan.codes(), ["naive-times", "not-a-number"]);
}

#[test]
fn links_of_graph_exports_are_not_taken_for_dependencies() {
    let Some(path) = samples("moe-event-tracking/06_parallel_threads_and_nested") else { return };
    let export = emit(&IMPORTER, &[source(&path, "viz/threads_export.json")]);
    assert_eq!((export.of("task").len(), export.of("attempt").len()), (6, 0));
    assert_eq!(export.codes(), ["no-times", "edges-not-real", "naive-times"]);
    let files: Vec<_> = all(&path).into_iter().filter(|s| s.name.ends_with(".json")).collect();
    let both = emit(&IMPORTER, &files);
    assert_eq!((both.of("task").len(), both.of("attempt").len()), (6, 6));
    assert_eq!(both.codes(), ["naive-times", "recorded-twice", "edges-not-real"]);
}

#[test]
fn the_committed_folder_holds_each_run_once() {
    let Some(path) = samples("moe-event-tracking/00_files_committed_in_the_repo") else { return };
    let emitted = emit(&IMPORTER, &all(&path));
    let opened = emitted.of("run").into_iter().filter(|l| l.contains("\"source\"")).count();
    // Seven executions (two of one id that differ), five training records, one event list.
    assert_eq!(opened, 13);
    let list = emit(&IMPORTER, &[source(&path, "workflow_tracking/events.json")]);
    assert_eq!((list.of("log").len(), list.of("task").len()), (289, 103));
    let adam = emit(&IMPORTER, &[source(&path, "workflow_tracking/Adam_2025-03-26_15-45-59.json")]);
    // 25 iterations of five metrics, one parameter, and weight and contribution of four experts.
    assert_eq!((adam.of("sample").len(), adam.of("task").len()), (25 * (5 + 1 + 8), 0));
}

#[test]
fn a_component_that_is_recorded_twice_in_the_same_words_ran_once() {
    let component = |name: &str, from: &str| {
        format!(
            r#"{{"component":"{name}","entry_time":"2025-03-26T12:00:{from}.000001","exit_time":"2025-03-26T12:00:59.000001","success":true,"result":{{}}}}"#
        )
    };
    let all = [
        component("data", "01"),
        component("data", "01"),
        component("data", "02"),
        component("expert", "01"),
    ];
    let text = format!(
        r#"{{"workflow_id":"x","start_time":"2025-03-26T12:00:00.000001","end_time":"2025-03-26T12:01:00.000001","success":true,"events":[],"components":[{}],"results":{{}},"expert_contributions":{{}},"optimizer_performances":{{}},"meta_learner_decisions":{{}}}}"#,
        all.join(",")
    );
    let emitted = emit(&IMPORTER, &[makespan_import::Source::new("x.json", text.into_bytes())]);
    assert_eq!(emitted.of("task").len(), 3);
    assert!(emitted.of("diagnostic").into_iter().any(|line| line.contains("duplicate-record")));
}

/// Two hours east of UTC until 03:00 on 26 October 2025, then one.
struct Autumn;

impl Zone for Autumn {
    fn name(&self) -> &str {
        "autumn"
    }

    fn offset(&self, civil_seconds: i64) -> i32 {
        if civil_seconds < 1_761_447_600 { 7200 } else { 3600 }
    }
}

#[test]
fn the_order_of_events_decides_times_in_the_hour_that_occurs_twice() {
    let event = |kind: &str, time: &str| {
        format!(r#"{{"type":"{kind}","timestamp":"2025-10-26T{time}:00","data":{{}}}}"#)
    };
    let events = [
        event("PIPELINE_INITIALIZED", "02:40"),
        event("EXPERT_TRAINING_STARTED", "02:50"),
        event("EXPERT_TRAINING_COMPLETED", "02:10"),
        event("PREDICTION_STARTED", "02:20"),
        event("PREDICTION_COMPLETED", "03:05"),
    ];
    let mut runs = RunsBuilder::new();
    let source = Source::new("events.json", format!("[{}]", events.join(",")).into_bytes());
    open(vec![source], &Options { zone: &Autumn }, &mut runs);
    let run = runs.finish().0.pop().expect("a run");
    let minutes: Vec<i64> = (0..run.attempt_count())
        .map(|i| (run.attempts.ended[i] - run.attempts.started[i]) / 60_000_000_000)
        .collect();
    assert_eq!(minutes, [20, 45]);
    assert!(run.diagnostics.iter().any(|d| d.code == "local-time-twice"), "{:?}", run.diagnostics);
}
