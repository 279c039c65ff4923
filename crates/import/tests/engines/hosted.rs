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
    assert_eq!(seconds(&runs[0], "tests.test_a#test_x"), 3.0);
}
