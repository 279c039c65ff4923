//! GitLab CI.

use super::*;

const ID: &str = "gitlab-ci";

#[test]
fn jobs_of_two_pipelines_with_a_retry() {
    let runs = fixtures(ID, &["jobs.json", "pipeline.json"]);
    assert_eq!(
        all_counts(&runs),
        [
            "7: 3 tasks, 4 attempts, 0 edges: 2 succeeded 1 cancelled",
            "8: 1 tasks, 1 attempts, 0 edges: 1 pending"
        ]
    );
    let run = &runs[0];
    assert_eq!(ids(run), ["compile", "deploy", "unit 1/2"]);
    assert_eq!((seconds(run, "unit 1/2"), seconds(run, "compile")), (240.0, 118.0));
    assert_eq!((run.title(), run.text(run.workflow)), ("Nightly", "main"));
}

#[test]
fn recorded_pipelines() {
    let Some(runs) = samples(ID, ID, &["devlake_pipeline_16_jobs.json"]) else { return };
    let mut got = all_counts(&runs);
    got.extend(all_counts(&samples(ID, ID, &["devlake_pipeline_41_jobs.json"]).unwrap()));
    got.push(samples(ID, ID, &["devlake_pipeline_details.json"]).unwrap().len().to_string());
    assert_eq!(
        got,
        [
            // Nine of its ten jobs of one name ran in the same second: only the last one follows another.
            "16: 9 tasks, 10 attempts, 0 edges: 3 pending 2 queued 1 running 2 failed 1 skipped",
            "41: 1 tasks, 2 attempts, 0 edges: 1 succeeded",
            "16"
        ]
    );
}
