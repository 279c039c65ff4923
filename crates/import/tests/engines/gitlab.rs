//! GitLab CI.

use super::*;

const ID: &str = "gitlab-ci";

#[test]
fn jobs_of_two_pipelines_with_a_retry() {
    let runs = fixtures(ID, &["jobs.json", "pipeline.json"]);
    assert_eq!(
        all_counts(&runs),
        [
            "7: 3 tasks, 3 attempts, 0 edges: 2 succeeded 1 cancelled",
            "8: 1 tasks, 0 attempts, 0 edges: 1 pending"
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
            "16: 9 tasks, 4 attempts, 0 edges: 3 pending 2 queued 1 running 2 failed 1 skipped",
            "41: 1 tasks, 2 attempts, 0 edges: 1 succeeded",
            "16"
        ]
    );
}

#[test]
fn jobs_that_never_ran_have_no_attempts() {
    let job = |id: u32, status: &str, ended: &str| {
        format!(
            r#"{{"id":{id},"name":"j{id}","stage":"s","status":"{status}","created_at":"2026-05-01T10:00:00Z",
            "started_at":null,"finished_at":{ended},"pipeline":{{"id":5,"ref":"main"}}}}"#
        )
    };
    let jobs: Vec<String> = (1..)
        .zip(["manual", "created", "skipped", "pending", "scheduled", "waiting_for_resource"])
        .map(|(id, status)| job(id, status, "null"))
        .chain([job(9, "canceled", r#""2026-05-01T10:02:00Z""#)])
        .collect();
    let runs = text(ID, &format!("[{}]", jobs.join(",")));
    assert_eq!(
        all_counts(&runs),
        ["5: 7 tasks, 0 attempts, 0 edges: 4 pending 1 queued 1 skipped 1 cancelled"]
    );
}

#[test]
fn an_event_for_a_webhook_and_a_response_of_the_graphql_api_are_pipelines() {
    let hook = r#"{"object_kind":"pipeline","object_attributes":{"id":31,"ref":"main","status":"failed","created_at":"2022-01-01 12:00:00 UTC"},
      "builds":[{"id":1,"stage":"build","name":"a","status":"success","created_at":"2022-01-01 12:00:00 UTC","started_at":"2022-01-01 12:00:05 UTC","finished_at":"2022-01-01 12:01:00 UTC"},
      {"id":2,"stage":"test","name":"b","status":"failed","created_at":"2022-01-01 12:00:00 UTC","started_at":"2022-01-01 13:01:05 +0100","finished_at":"2022-01-01 12:02:05 UTC"}]}"#;
    let runs = opened("gitlab-ci", vec![Source::new("x.json", hook.as_bytes().to_vec())]);
    assert_eq!(all_counts(&runs), ["31: 2 tasks, 2 attempts, 0 edges: 1 succeeded 1 failed"]);
    assert_eq!((seconds(&runs[0], "a"), seconds(&runs[0], "b")), (55.0, 60.0));
    let graph = r#"{"data":{"project":{"pipeline":{"id":"gid://gitlab/Ci::Pipeline/5","status":"FAILED","jobs":{"nodes":[
      {"id":"gid://gitlab/Ci::Build/1","name":"a","stage":{"name":"build"},"status":"SUCCESS","startedAt":"2026-01-06T12:00:00Z","finishedAt":"2026-01-06T12:01:00Z","needs":{"nodes":[]}},
      {"id":"gid://gitlab/Ci::Build/2","name":"b","stage":{"name":"test"},"status":"FAILED","startedAt":"2026-01-06T12:01:00Z","finishedAt":"2026-01-06T12:02:00Z","needs":{"nodes":[{"name":"a"}]}}]}}}}}"#;
    let runs = opened("gitlab-ci", vec![Source::new("x.json", graph.as_bytes().to_vec())]);
    assert_eq!((runs.len(), edges(&runs[0])), (1, vec!["a -> b".to_owned()]));
    assert_eq!((seconds(&runs[0], "a"), seconds(&runs[0], "b")), (60.0, 60.0));
}
