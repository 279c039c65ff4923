//! Langfuse, Cromwell, CircleCI, Turborepo and Nx, ninja and GNU parallel.

use super::*;

#[test]
fn observations_of_langfuse() {
    let runs = fixtures("langfuse", &["trace.json"]);
    assert_eq!(all_counts(&runs), ["t1: 3 tasks, 3 attempts, 0 edges: 2 succeeded 1 failed"]);
    let run = &runs[0];
    let chat = run.find_task("o2").unwrap();
    assert_eq!((run.task_step(chat), run.text(run.workflow)), ("small-model", "assistant"));
    assert_eq!(run.samples.value.iter().sum::<f64>(), 240.01);
}

#[test]
fn calls_of_cromwell() {
    let runs = fixtures("cromwell", &["metadata.json"]);
    assert_eq!(all_counts(&runs), ["w-1: 5 tasks, 6 attempts, 0 edges: 3 succeeded 1 failed 1 cached"]);
    let run = &runs[0];
    assert_eq!(
        ids(run),
        ["main.inner", "main.inner/inner.sum", "main.split", "main.work[0]", "main.work[1]"]
    );
    assert_eq!(run.parent(run.find_task("main.inner/inner.sum").unwrap()), run.find_task("main.inner"));
    assert_eq!(seconds(run, "main.work[0]"), 21.0);
}

#[test]
fn jobs_of_circleci() {
    let runs = fixtures("circleci", &["jobs.json"]);
    assert_eq!(all_counts(&runs), ["jobs.json: 3 tasks, 1 attempts, 3 edges: 2 pending 1 succeeded"]);
    assert_eq!(edges(&runs[0]), ["build -> deploy", "build -> hold", "hold -> deploy"]);
}

#[test]
fn summaries_of_turborepo_and_nx() {
    let runs = fixtures("turborepo", &["summary.json"]);
    assert_eq!(all_counts(&runs), ["run-1: 3 tasks, 3 attempts, 2 edges: 1 succeeded 1 failed 1 cached"]);
    assert_eq!(seconds(&runs[0], "api#build"), 5.0);
    let runs = fixtures("turborepo", &["nx.json"]);
    assert_eq!(all_counts(&runs), ["nx.json: 2 tasks, 2 attempts, 0 edges: 1 failed 1 cached"]);
}

#[test]
fn job_logs() {
    let runs = fixtures("joblog", &["ninja_log"]);
    assert_eq!(
        all_counts(&runs),
        [
            "ninja_log (build 1): 3 tasks, 3 attempts, 0 edges: 3 succeeded",
            "ninja_log (build 2): 1 tasks, 1 attempts, 0 edges: 1 succeeded"
        ]
    );
    assert_eq!(codes(&runs[1]), [("bad-line", 1), ("relative-times", 1)]);
    let runs = fixtures("joblog", &["parallel.tsv"]);
    assert_eq!(all_counts(&runs), ["parallel.tsv: 3 tasks, 4 attempts, 0 edges: 2 succeeded 1 failed"]);
    assert_eq!((seconds(&runs[0], "1"), seconds(&runs[0], "2")), (0.25, 2.4));
}

#[test]
fn recorded_files() {
    let rows = [
        (
            "langfuse",
            "agent-traces-langfuse",
            "agno-2025-06-11.trace.json",
            "1 run, 6 tasks, 6 attempts, 0 edges: 6 succeeded",
        ),
        (
            "langfuse",
            "agent-traces-langfuse",
            "langgraph-js-2025-10-30.trace.json",
            "1 run, 20 tasks, 20 attempts, 0 edges: 20 succeeded",
        ),
        (
            "langfuse",
            "agent-traces-langfuse",
            "pydantic-ai-tools-2025-12-04.trace.json",
            "1 run, 12 tasks, 12 attempts, 0 edges: 12 succeeded",
        ),
        (
            "cromwell",
            "cromwell",
            "forkjoin_metadata_papi_v2beta.json",
            "1 run, 4 tasks, 4 attempts, 0 edges: 4 succeeded",
        ),
        (
            "cromwell",
            "cromwell",
            "subworkflow_hello_world_metadata.json",
            "1 run, 2 tasks, 2 attempts, 0 edges: 2 succeeded",
        ),
        (
            "circleci",
            "circleci",
            "devlake_jobs.json",
            "1 run, 9 tasks, 9 attempts, 0 edges: 4 succeeded 5 failed",
        ),
        (
            "turborepo",
            "turborepo",
            "run1_summary.json",
            "1 run, 18 tasks, 18 attempts, 12 edges: 17 succeeded 1 failed",
        ),
        (
            "turborepo",
            "turborepo",
            "run2_summary.json",
            "1 run, 18 tasks, 18 attempts, 12 edges: 17 succeeded 1 failed",
        ),
        ("turborepo", "nx", "run.json", "1 run, 18 tasks, 18 attempts, 0 edges: 17 succeeded 1 failed"),
        ("joblog", "ninja", "libgit2.ninja_log", "1 run, 226 tasks, 226 attempts, 0 edges: 226 succeeded"),
        (
            "joblog",
            "gnu-parallel",
            "joblog.tsv",
            "1 run, 10 tasks, 10 attempts, 0 edges: 8 succeeded 2 failed",
        ),
    ];
    let (mut got, mut want) = (Vec::new(), Vec::new());
    for (id, folder, name, row) in rows {
        let Some(runs) = samples(id, folder, &[name]) else { return };
        got.push(format!("{} run, {}", runs.len(), counts(&runs[0])));
        want.push(row);
    }
    assert_eq!(got, want);
}

#[test]
fn a_profile_report_of_gradle() {
    let runs = fixtures("gradle", &["profile.html"]);
    assert_eq!(
        all_counts(&runs),
        ["profile.html: 4 tasks, 3 attempts, 0 edges: 1 skipped 1 cached 2 unknown"]
    );
    let run = &runs[0];
    assert_eq!((seconds(run, ":app:compileJava"), seconds(run, ":app:test")), (60.0, 20.0));
    assert_eq!(run.title(), "build & check");
    // 80 s of work in 70.5 s: two at a time.
    let span = run.span().map(|(from, to)| (to - from) / 1_000_000);
    assert_eq!(span, Some(60_000));
    let said = codes(run);
    for code in [("simulated-times", 4), ("status-missing", 2), ("bad-duration", 1)] {
        assert!(said.contains(&code), "{said:?}");
    }
}
