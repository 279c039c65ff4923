//! GitHub Actions.

use super::*;

const ID: &str = "github-actions";

#[test]
fn pages_and_the_run_make_one_run_with_attempts() {
    let runs = fixtures(ID, &["pages.json", "run.json"]);
    assert_eq!(
        all_counts(&runs),
        ["7: 8 tasks, 8 attempts, 0 edges: 1 pending 2 running 3 succeeded 1 failed 1 skipped"]
    );
    let run = &runs[0];
    assert_eq!(
        ids(run),
        [
            "deploy",
            "deploy / Run actions/checkout@v4",
            "deploy / Run actions/checkout@v4 #2",
            "lint",
            "test (1.0)",
            "test (1.0) / Run tests",
            "test (1.0) / Set up job",
            "test (1.0) / Upload",
        ]
    );
    // The second attempt decides.
    assert_eq!((status(run, "test (1.0)"), status(run, "test (1.0) / Run tests")), ("succeeded", "failed"));
    assert_eq!((seconds(run, "test (1.0)"), seconds(run, "test (1.0) / Run tests")), (355.0, 54.0));
    assert_eq!((run.title(), run.text(run.workflow)), ("Fix the parser", "CI"));
    // The step that ended before it began, and the job that the second attempt lists again.
    assert_eq!(codes(run), [("carried-over", 1), ("time-backward", 1), ("open-end", 2)]);
}

#[test]
fn jobs_that_never_got_a_runner_have_no_attempts() {
    let job = |id: u32, name: &str, status: &str, conclusion: &str, times: &str| {
        format!(
            r#"{{"id":{id},"run_id":9,"run_attempt":1,"name":"{name}","status":"{status}","conclusion":{conclusion},
            "created_at":"2026-05-01T10:01:00Z",{times},"steps":[],"runner_name":""}}"#
        )
    };
    // The service writes the time of the request, or the same time twice, where nothing ran.
    let requested = r#""started_at":"2026-05-01T10:01:00Z","completed_at":null"#;
    let ended = r#""started_at":"2026-05-01T10:01:00Z","completed_at":"2026-05-01T10:01:09Z""#;
    let twice = r#""started_at":"2026-05-01T10:01:01Z","completed_at":"2026-05-01T10:01:01Z""#;
    let runs = text(
        ID,
        &format!(
            "[{},{},{},{},{}]",
            job(1, "test", "queued", "null", requested),
            job(2, "approve", "waiting", "null", requested),
            job(3, "deploy", "completed", r#""skipped""#, twice),
            job(4, "gone", "completed", r#""cancelled""#, ended),
            job(5, "build", "completed", r#""success""#, ended),
        ),
    );
    assert_eq!(
        all_counts(&runs),
        ["9: 5 tasks, 1 attempts, 0 edges: 1 pending 1 queued 1 succeeded 1 skipped 1 cancelled"]
    );
}

#[test]
fn a_job_that_waits_for_its_second_attempt_is_queued_and_keeps_the_first() {
    let first = r#"{"id":1,"run_id":9,"run_attempt":1,"name":"test","status":"completed","conclusion":"failure",
        "started_at":"2026-05-01T10:00:00Z","completed_at":"2026-05-01T10:00:30Z","steps":[],"runner_name":"r"}"#;
    let second = r#"{"id":2,"run_id":9,"run_attempt":2,"name":"test","status":"queued","conclusion":null,
        "started_at":"2026-05-01T10:05:00Z","completed_at":null,"steps":[]}"#;
    let runs = text(ID, &format!("[{first},{second}]"));
    assert_eq!(all_counts(&runs), ["9: 1 tasks, 1 attempts, 0 edges: 1 queued"]);
    assert_eq!(seconds(&runs[0], "test"), 30.0);
}

#[test]
fn the_output_of_gh_run_view_is_read_too() {
    let runs = fixtures(ID, &["view.json"]);
    assert_eq!(all_counts(&runs), ["9: 2 tasks, 2 attempts, 0 edges: 2 succeeded"]);
    assert_eq!((runs[0].title(), runs[0].text(runs[0].workflow)), ("Nightly", "Nightly build"));
}

#[test]
fn an_array_of_jobs_is_split_by_run_and_missing_pages_are_reported() {
    let job = |id: u32, run: u32| {
        format!(r#"{{"id":{id},"run_id":{run},"run_attempt":1,"name":"j","status":"queued","steps":[]}}"#)
    };
    let runs = text(ID, &format!("[{},{},{}]", job(1, 5), job(2, 6), job(3, 5)));
    assert_eq!(
        all_counts(&runs),
        ["5: 2 tasks, 0 attempts, 0 edges: 2 queued", "6: 1 tasks, 0 attempts, 0 edges: 1 queued"]
    );
    assert_eq!(ids(&runs[0]), ["j", "j #2"]);
    let runs = text(ID, &format!(r#"[{{"total_count":40,"jobs":[{}]}}]"#, job(1, 5)));
    assert_eq!(codes(&runs[0]), [("pages-missing", 1)]);
}

#[test]
fn completed_without_a_conclusion_is_unknown_and_counted() {
    let times = r#""started_at":"2026-02-03T10:00:00Z","completed_at":"2026-02-03T10:00:09Z""#;
    let job = |id: u32, rest: &str| {
        format!(
            r#"{{"id":{id},"run_id":5,"run_attempt":1,"name":"j{id}","status":"completed",{times},{rest}}}"#
        )
    };
    let steps = format!(
        r#""conclusion":"success","steps":[{{"name":"s","number":1,"status":"completed","conclusion":null,{times}}}]"#
    );
    let jobs = [
        job(1, r#""conclusion":null,"steps":[]"#),
        job(2, r#""steps":[]"#),
        job(3, r#""conclusion":"","steps":[]"#),
        job(4, &steps),
    ];
    let runs = text(ID, &format!(r#"{{"total_count":4,"jobs":[{}]}}"#, jobs.join(",")));
    assert_eq!(all_counts(&runs), ["5: 5 tasks, 5 attempts, 0 edges: 1 succeeded 4 unknown"]);
    assert_eq!(codes(&runs[0]), [("unknown-status", 4)]);
}

#[test]
fn recorded_runs() {
    let rows = [
        ("biomejs_biome_21487811823", "21487811823: 4 tasks, 4 attempts, 0 edges: 4 succeeded"),
        ("biomejs_biome_21832799585", "21832799585: 4 tasks, 4 attempts, 0 edges: 4 succeeded"),
        (
            "corentinmusard_otel-cicd-action_12562475696",
            "12562475696: 6 tasks, 6 attempts, 0 edges: 4 succeeded 2 failed",
        ),
        (
            "step-security_skip-duplicate-actions_16620109074",
            "16620109074: 5 tasks, 5 attempts, 0 edges: 5 succeeded",
        ),
    ];
    for (name, row) in rows {
        let names = [format!("{name}_jobs.json"), format!("{name}_run.json")];
        let Some(runs) = samples(ID, ID, &[&names[0], &names[1]]) else { return };
        assert_eq!(all_counts(&runs), [row]);
    }
    let runs = samples(ID, ID, &["devlake_panjf2000_ants_577330056_jobs.json"]).unwrap();
    assert_eq!(all_counts(&runs), ["577330056: 66 tasks, 66 attempts, 0 edges: 2 running 64 succeeded"]);
    // Neutral counts as succeeded, waiting, requested and action_required as pending, stale as cancelled.
    let runs = samples(ID, ID, &["devlake_panjf2000_ants_613518923_jobs.json"]).unwrap();
    let row = "4 pending 1 queued 1 running 100 succeeded 3 failed 1 skipped 2 cancelled";
    assert_eq!(all_counts(&runs), [format!("613518923: 112 tasks, 107 attempts, 0 edges: {row}")]);
}
