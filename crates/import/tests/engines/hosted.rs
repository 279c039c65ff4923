//! Services that build and test: Jenkins, Buildkite, Azure Pipelines, Bitbucket, Playwright and Allure.

use super::*;

#[test]
fn stages_nodes_and_builds_of_jenkins() {
    let runs = fixtures("jenkins", &["describe.json"]);
    assert_eq!(
        all_counts(&runs),
        ["job/shop/job/main/12: 3 tasks, 2 attempts, 0 edges: 1 succeeded 1 failed 1 skipped"]
    );
    assert_eq!((seconds(&runs[0], "Test"), runs[0].text(runs[0].workflow)), (58.0, "shop/main"));
    let escaped = include_str!("../fixtures/jenkins/describe.json").replace("/shop/", "/shop%20f%C3%BCr%zz/");
    let runs = opened("jenkins", vec![Source::new("x.json", escaped.into_bytes())]);
    assert_eq!(runs[0].text(runs[0].workflow), "shop für%zz/main");
    let runs = fixtures("jenkins", &["nodes.json"]);
    assert_eq!(
        all_counts(&runs),
        ["nodes.json: 4 tasks, 3 attempts, 2 edges: 1 succeeded 2 failed 1 skipped"]
    );
    assert_eq!(edges(&runs[0]), ["linux -> Deploy", "macos -> Deploy"]);
    let runs = fixtures("jenkins", &["builds.json"]);
    assert_eq!(
        all_counts(&runs),
        ["builds.json: 3 tasks, 3 attempts, 0 edges: 1 running 1 succeeded 1 failed"]
    );
}

#[test]
fn jobs_of_buildkite_with_a_retry() {
    let runs = fixtures("buildkite", &["build.json"]);
    assert_eq!(
        all_counts(&runs),
        ["b-1: 4 tasks, 4 attempts, 0 edges: 1 succeeded 2 failed 1 upstream-failed"]
    );
    assert_eq!((seconds(&runs[0], "test"), seconds(&runs[0], "lint")), (121.0, 20.0));
}

#[test]
fn records_of_azure_pipelines() {
    let runs = fixtures("azure-pipelines", &["timeline.json"]);
    assert_eq!(
        all_counts(&runs),
        ["timeline.json: 5 tasks, 3 attempts, 0 edges: 1 pending 3 failed 1 skipped"]
    );
    let run = &runs[0];
    assert_eq!(run.parent(run.find_task("Compile").unwrap()), run.find_task("Job"));
    assert_eq!(seconds(run, "Compile"), 10.0);
}

#[test]
fn steps_of_bitbucket() {
    let runs = fixtures("bitbucket", &["steps.json"]);
    assert_eq!(all_counts(&runs), ["{p1}: 3 tasks, 3 attempts, 0 edges: 1 pending 1 running 1 succeeded"]);
}

#[test]
fn results_of_playwright() {
    let runs = fixtures("playwright", &["results.json"]);
    assert_eq!(
        all_counts(&runs),
        ["results.json: 4 tasks, 4 attempts, 0 edges: 2 succeeded 1 failed 1 skipped"]
    );
    assert_eq!(seconds(&runs[0], "cart.spec.ts › cart › adds [chromium]"), 2.5);
}

#[test]
fn results_of_allure_are_one_run_and_retries_attempts() {
    let runs = fixtures("allure", &["two-result.json", "one-result.json"]);
    assert_eq!(all_counts(&runs), ["allure-results: 1 tasks, 2 attempts, 0 edges: 1 succeeded"]);
    assert_eq!(seconds(&runs[0], "tests.test_a#test_x [1]"), 3.0);
}

#[test]
fn finished_jobs_of_buildkite_end_as_their_exit_status() {
    let job = |id: u8, kind: &str, rest: &str| {
        format!(
            r#"{{"id":"{id}","type":"{kind}","name":"n{id}","step_key":"k{id}","state":"finished","started_at":"2026-01-06T12:00:00Z","finished_at":"2026-01-06T12:00:09Z","exit_status":{rest}}}"#
        )
    };
    let jobs =
        [job(1, "script", "0"), job(2, "script", "1"), job(3, "script", "null"), job(4, "waiter", "null")];
    let text = format!(
        r#"{{"id":"b","number":5,"state":"failed","pipeline":{{"slug":"p"}},"jobs":[{}]}}"#,
        jobs.join(",")
    );
    let runs = opened("buildkite", vec![Source::new("x.json", text.into_bytes())]);
    assert_eq!(all_counts(&runs), ["b: 4 tasks, 4 attempts, 0 edges: 2 succeeded 1 failed 1 unknown"]);
    assert_eq!(codes(&runs[0]), [("unknown-status", 1)]);
}

#[test]
fn jobs_and_steps_that_did_not_run_are_skipped() {
    let job = |id: u8, status: &str| {
        format!(
            r#"{{"id":"{id}","name":"n{id}","project_slug":"gh/a/b","status":"{status}","type":"build","dependencies":[],"started_at":null}}"#
        )
    };
    let text = format!(r#"{{"items":[{},{}]}}"#, job(1, "not_run"), job(2, "blocked"));
    let runs = opened("circleci", vec![Source::new("x.json", text.into_bytes())]);
    assert_eq!(all_counts(&runs), ["x.json: 2 tasks, 0 attempts, 0 edges: 1 pending 1 skipped"]);
    let text = r#"{"values":[{"type":"pipeline_step","uuid":"{1}","name":"a","state":{"name":"COMPLETED","result":{"name":"NOT_RUN"}},"started_on":null,"build_seconds_used":0}]}"#;
    let runs = opened("bitbucket", vec![Source::new("x.json", text.as_bytes().to_vec())]);
    assert_eq!(all_counts(&runs), ["x.json: 1 tasks, 0 attempts, 0 edges: 1 skipped"]);
}
