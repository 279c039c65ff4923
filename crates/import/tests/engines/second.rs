//! Prefect, Dagster, MLflow, Tekton, Temporal, OpenLineage, LangSmith, Luigi, Metaflow, RO-Crates, Cargo's timings and the
//! log of Nextflow.

use super::*;

#[test]
fn task_runs_of_prefect_alone_and_with_their_states() {
    let runs = fixtures("prefect", &["task_runs.json"]);
    assert_eq!(all_counts(&runs), ["f-1: 3 tasks, 2 attempts, 2 edges: 1 failed 1 upstream-failed 1 cached"]);
    assert_eq!(ids(&runs[0]), ["fetch", "load", "report"]);
    assert_eq!(codes(&runs[0]), [("attempts-merged", 1)]);
    let all = ["task_runs.json", "flow_runs.json", "states.json", "logs.json", "graph.json"];
    let runs = fixtures("prefect", &all);
    assert_eq!(all_counts(&runs), ["f-1: 3 tasks, 3 attempts, 2 edges: 1 failed 1 upstream-failed 1 cached"]);
    assert_eq!((runs[0].title(), seconds(&runs[0], "load")), ("calm-otter", 18.0));
    let graph = fixtures("prefect", &["graph.json"]);
    assert_eq!(all_counts(&graph), ["graph.json: 2 tasks, 2 attempts, 1 edges: 1 succeeded 1 failed"]);
    // A task that is known by its log only ran, but nothing says how it ended.
    let logs = fixtures("prefect", &["logs.json"]);
    assert_eq!(all_counts(&logs), ["f-1: 1 tasks, 0 attempts, 0 edges: 1 unknown"]);
}

#[test]
fn events_of_dagster() {
    let runs = fixtures("dagster", &["export.json"]);
    assert_eq!(
        all_counts(&runs),
        ["r-1: 5 tasks, 4 attempts, 4 edges: 2 succeeded 1 failed 1 skipped 1 upstream-failed"]
    );
    let run = &runs[0];
    assert_eq!(edges(run), ["split -> work[a]", "split -> work[b]", "work[a] -> merge", "work[b] -> merge"]);
    assert_eq!((status(run, "merge"), status(run, "aside")), ("upstream-failed", "skipped"));
    assert_eq!((seconds(run, "work[a]"), seconds(run, "split")), (3.0, 2.0));
}

#[test]
fn runs_of_mlflow_are_nested() {
    let runs = fixtures("mlflow", &["runs.json", "history.json"]);
    assert_eq!(
        all_counts(&runs),
        ["experiment 7: 3 tasks, 3 attempts, 0 edges: 1 succeeded 1 failed 1 cancelled"]
    );
    let run = &runs[0];
    assert_eq!(run.parent(run.find_task("trial #2").unwrap()), run.find_task("sweep"));
    assert_eq!(run.samples.value.iter().sum::<f64>(), 0.25 + 0.9 + 0.5);
}

#[test]
fn pipeline_runs_of_tekton_with_their_task_runs() {
    let runs = fixtures("tekton", &["list.json"]);
    assert_eq!(
        all_counts(&runs),
        ["build-1: 4 tasks, 4 attempts, 3 edges: 1 running 1 succeeded 1 failed 1 skipped"]
    );
    assert_eq!(edges(&runs[0]), ["clone -> test", "push -> notify", "test -> push"]);
    let runs = fixtures("tekton", &["run.yaml"]);
    assert_eq!(all_counts(&runs), ["lint-1: 1 tasks, 1 attempts, 0 edges: 1 succeeded"]);
}

#[test]
fn histories_of_temporal() {
    let runs = fixtures("temporal", &["history.json"]);
    assert_eq!(all_counts(&runs), ["run-1: 4 tasks, 4 attempts, 0 edges: 1 queued 2 succeeded 1 failed"]);
    let run = &runs[0];
    assert_eq!((seconds(run, "Charge"), seconds(run, "timer"), seconds(run, "Charge #2")), (2.0, 5.0, 2.0));
    let found = codes(run);
    assert!(
        found.contains(&("attempts-missing", 1)) && found.contains(&("events-not-shown", 1)),
        "{found:?}"
    );
}

#[test]
fn events_of_openlineage_become_tasks_within_their_parent() {
    let runs = fixtures("openlineage", &["events.jsonl"]);
    assert_eq!(all_counts(&runs), ["p: 3 tasks, 3 attempts, 1 edges: 1 succeeded 2 failed"]);
    assert_eq!(edges(&runs[0]), ["load -> sum"]);
    assert_eq!(runs[0].parent(runs[0].find_task("sum").unwrap()), runs[0].find_task("nightly"));
}

#[test]
fn runs_of_langsmith() {
    let runs = fixtures("langsmith", &["runs.jsonl"]);
    assert_eq!(all_counts(&runs), ["r1: 3 tasks, 3 attempts, 0 edges: 2 succeeded 1 failed"]);
    assert_eq!(runs[0].task_step(runs[0].find_task("r2").unwrap()), "small-model");
}

#[test]
fn batches_sent_to_langsmith_are_joined_by_the_ids_of_their_runs() {
    let runs = fixtures("langsmith", &["sent.jsonl"]);
    assert_eq!(all_counts(&runs), ["r1: 3 tasks, 3 attempts, 0 edges: 2 succeeded 1 failed"]);
    assert_eq!((seconds(&runs[0], "r1"), seconds(&runs[0], "r3")), (5.0, 1.0));
    assert_eq!(runs[0].parent(runs[0].find_task("r3").unwrap()), runs[0].find_task("r1"));
}

#[test]
fn tasks_of_luigi() {
    let runs = fixtures("luigi", &["graph.json"]);
    assert_eq!(
        all_counts(&runs),
        [
            "graph.json: 5 tasks, 2 attempts, 4 edges: 1 pending 1 succeeded 1 failed 1 upstream-failed 1 cached"
        ]
    );
    assert_eq!(seconds(&runs[0], "Clean_1"), 2.5);
}

#[test]
fn tasks_of_metaflow() {
    let runs = fixtures("metaflow", &["run.json"]);
    assert_eq!(all_counts(&runs), ["Train/17: 4 tasks, 4 attempts, 4 edges: 1 running 2 succeeded 1 failed"]);
    let runs = fixtures("metaflow", &["tasks.json"]);
    assert_eq!(all_counts(&runs), ["Train/18: 1 tasks, 2 attempts, 0 edges: 1 succeeded"]);
}

#[test]
fn actions_of_ro_crates() {
    let runs = fixtures("ro-crate", &["crate.json"]);
    assert_eq!(
        all_counts(&runs),
        ["crate.json: 3 tasks, 2 attempts, 1 edges: 1 succeeded 1 failed 1 unknown"]
    );
    assert_eq!((edges(&runs[0]), runs[0].title()), (vec!["sort -> plot".to_owned()], "Run of flow.cwl"));
}

#[test]
fn units_of_cargo() {
    let runs = fixtures("cargo", &["timing.html"]);
    assert_eq!(all_counts(&runs), ["timing.html: 4 tasks, 4 attempts, 3 edges: 4 succeeded"]);
    let run = &runs[0];
    assert_eq!(
        edges(run),
        [
            "libc -> demo demo \"bin\"",
            "libc build-script (run) -> libc",
            "libc build-script -> libc build-script (run)"
        ]
    );
    assert_eq!(seconds(run, "libc"), 2.0);
    let old = b"<html><head><title>Cargo Build Timings</title></head><svg/></html>".to_vec();
    let mut runs = RunsBuilder::new();
    let outcome = open(vec![Source::new("old.html", old)], &Options::default(), &mut runs);
    assert_eq!((outcome.files[0].kind, outcome.files[0].format), (Verdict::Broken, Some("cargo")));
}

#[test]
fn the_log_of_nextflow_goes_over_new_year() {
    let runs = fixtures("nextflow", &["nextflow.log"]);
    assert_eq!(all_counts(&runs), ["0aa1-77: 3 tasks, 3 attempts, 0 edges: 2 succeeded 1 cached"]);
    let run = &runs[0];
    assert_eq!((seconds(run, "FOO (1)"), seconds(run, "FOO (2)")), (10.0, 70.1));
    assert_eq!(run.title(), "calm_hopper");
}

/// What Python counted in files that the engines wrote: importer, folder, file, number of runs, counts of the first.
#[test]
fn recorded_files_of_the_second_set() {
    let rows = [
        (
            "prefect",
            "task_runs_filter_raw.json",
            2,
            "15 tasks, 14 attempts, 8 edges: 13 succeeded 1 failed 1 upstream-failed",
        ),
        ("prefect", "flow_runs_filter_raw.json", 2, "0 tasks, 0 attempts, 0 edges:"),
        (
            "prefect",
            "graph-v2_wisteria-muskox.json",
            1,
            "14 tasks, 14 attempts, 7 edges: 13 succeeded 1 failed",
        ),
        ("prefect", "task_run_states_retried.json", 1, "1 tasks, 2 attempts, 0 edges: 1 succeeded"),
        (
            "dagster",
            "debug_ac561a31-4f7b-4206-88e5-0e4a658e0dfa.gz",
            1,
            "10 tasks, 10 attempts, 14 edges: 8 succeeded 1 failed 1 upstream-failed",
        ),
        ("mlflow", "runs_search.json", 1, "8 tasks, 8 attempts, 0 edges: 7 succeeded 1 failed"),
        ("tekton", "pipelinerun2.json", 1, "2 tasks, 2 attempts, 1 edges: 2 succeeded"),
        ("temporal", "events.children.json", 1, "15 tasks, 15 attempts, 0 edges: 14 succeeded 1 cancelled"),
        ("temporal", "raw-events.ascending.completed.json", 1, "2 tasks, 2 attempts, 0 edges: 2 succeeded"),
        (
            "openlineage",
            "dbt_postgres_build_command_results_build_ol_events.json",
            1,
            "93 tasks, 93 attempts, 19 edges: 91 succeeded 2 failed",
        ),
        ("openlineage", "event_full.json", 1, "1 tasks, 1 attempts, 0 edges: 1 succeeded"),
        (
            "jenkins",
            "devlake_builds.json",
            1,
            "14 tasks, 14 attempts, 0 edges: 10 succeeded 2 failed 1 cancelled 1 unknown",
        ),
        ("jenkins", "devlake_stages.json", 12, "2 tasks, 2 attempts, 0 edges: 2 succeeded"),
        (
            "azure-pipelines",
            "devlake_timeline_records.json",
            1,
            "5 tasks, 2 attempts, 0 edges: 3 pending 2 succeeded",
        ),
        (
            "luigi",
            "task_list.json",
            1,
            "19 tasks, 8 attempts, 0 edges: 4 pending 7 succeeded 1 failed 7 cached",
        ),
        ("luigi", "dep_graph.json", 1, "19 tasks, 8 attempts, 21 edges: 5 pending 7 succeeded 7 cached"),
        ("metaflow", "client_dump.json", 1, "13 tasks, 13 attempts, 18 edges: 12 succeeded 1 failed"),
        (
            "ro-crate",
            "ml-predict-pipeline-cwltool-runcrate__ro-crate-metadata.json",
            1,
            "3 tasks, 3 attempts, 2 edges: 3 succeeded",
        ),
        (
            "ro-crate",
            "ml-predict-pipeline-streamflow__ro-crate-metadata.json",
            1,
            "3 tasks, 3 attempts, 2 edges: 3 succeeded",
        ),
        (
            "ro-crate",
            "cosifer-nxf_provenance__ro-crate-metadata.json",
            1,
            "4 tasks, 4 attempts, 2 edges: 4 succeeded",
        ),
        ("cargo", "cargo-timing_1.95.html", 1, "102 tasks, 102 attempts, 58 edges: 102 succeeded"),
    ];
    let (mut got, mut want) = (Vec::new(), Vec::new());
    for (id, name, number, row) in rows {
        let folder = match id {
            "ro-crate" => "ro-crate-run",
            "cargo" => "cargo-timings",
            id => id,
        };
        let Some(runs) = samples(id, folder, &[name]) else { return };
        got.push(format!("{name}: {} run, {}", runs.len(), counts(&runs[0])));
        want.push(format!("{name}: {number} run, {row}"));
    }
    assert_eq!(got, want);
}

#[test]
fn flow_runs_of_prefect_without_a_parent_belong_to_their_task_runs() {
    let tasks = r#"[{"id":"1","name":"load-0","flow_run_id":"f1","task_key":"m.load","dynamic_key":"0","run_count":1,"start_time":"2026-01-06T12:00:00Z","end_time":"2026-01-06T12:00:05Z","state_type":"COMPLETED","state_name":"Completed","task_inputs":{}}]"#;
    let flows = r#"[{"id":"f1","name":"cool-fox","flow_id":"x","state_type":"COMPLETED","state_name":"Completed","run_count":1,"start_time":"2026-01-06T12:00:00Z","end_time":"2026-01-06T12:00:09Z"}]"#;
    let files = [("tasks.json", tasks), ("flows.json", flows)];
    let runs =
        opened("prefect", files.map(|(name, text)| Source::new(name, text.as_bytes().to_vec())).to_vec());
    assert_eq!((runs.len(), runs[0].title(), runs[0].task_count()), (1, "cool-fox", 1));
}
