//! Variants of files that are valid, and rarer: records in another order, without an outcome, without times.

use super::*;

#[test]
fn a_record_without_an_outcome_is_unknown() {
    let github = r#"[{"id":1,"run_id":9,"run_attempt":1,"name":"j","steps":[],"runner_name":"r",
        "started_at":"2026-05-01T10:01:00Z","completed_at":"2026-05-01T10:01:09Z"}]"#;
    assert_eq!(all_counts(&text("github-actions", github)), ["9: 1 tasks, 1 attempts, 0 edges: 1 unknown"]);
    let cromwell = r#"{"id":"w","workflowName":"main","status":"Succeeded","calls":{"main.a":[{"shardIndex":-1,"attempt":1,
        "returnCode":0,"start":"2026-03-01T10:00:01.000Z","end":"2026-03-01T10:00:11.000Z"}]}}"#;
    assert_eq!(all_counts(&text("cromwell", cromwell)), ["w: 1 tasks, 1 attempts, 0 edges: 1 unknown"]);
}

#[test]
fn the_status_of_a_langsmith_run_is_read() {
    let run = |id: &str, rest: &str| {
        format!(
            r#"{{"id":"{id}","trace_id":"r","parent_run_id":null,"name":"{id}","run_type":"chain",
            "start_time":"2026-03-01T10:00:00Z"{rest}}}"#
        )
    };
    let end = r#","end_time":"2026-03-01T10:00:05Z""#;
    let all = [
        run("a", &format!(r#"{end},"error":null,"status":"success""#)),
        run("b", &format!(r#"{end},"error":null,"status":"flaky""#)),
        run("c", &format!(r#"{end},"error":null"#)),
        run("d", end),
        run("e", r#","end_time":null,"status":"pending""#),
        run("f", r#","end_time":"?","status":"success""#),
        run("g", &format!(r#"{end},"status":"error""#)),
    ];
    let runs = text("langsmith", &format!("[{}]", all.join(",")));
    let row = "1 running 3 succeeded 1 failed 2 unknown";
    assert_eq!(all_counts(&runs), [format!("r: 7 tasks, 7 attempts, 0 edges: {row}")]);
    assert!(codes(&runs[0]).contains(&("unknown-status", 2)), "{:?}", codes(&runs[0]));
}

#[test]
fn a_jaeger_span_without_a_duration_has_no_known_end() {
    let span = |id: &str, rest: &str| {
        format!(
            r#"{{"traceID":"t","spanID":"{id}","operationName":"o","references":[],"tags":[],"logs":[],"processID":"p"{rest}}}"#
        )
    };
    let spans = [
        span("1", r#","startTime":1767225600000000,"duration":5"#),
        span("2", r#","startTime":1767225600000000,"duration":null"#),
    ];
    let trace = format!(
        r#"{{"data":[{{"traceID":"t","spans":[{}],"processes":{{"p":{{"serviceName":"s"}}}}}}]}}"#,
        spans.join(",")
    );
    assert_eq!(
        all_counts(&text("jaeger", &trace)),
        ["t: 2 tasks, 2 attempts, 0 edges: 1 succeeded 1 unknown"]
    );
}

#[test]
fn the_order_of_records_does_not_matter() {
    let metaflow = |of: [u8; 2]| {
        let row = |attempt: u8| {
            let (status, start) = if attempt == 0 { ("failed", 0) } else { ("completed", 5000) };
            format!(
                r#"{{"flow_id":"T","run_number":1,"step_name":"fit","task_id":2,"attempt_id":{attempt},"ts_epoch":1740823200000,
                "started_at":{},"finished_at":{},"status":"{status}"}}"#,
                1740823200000u64 + start,
                1740823201000u64 + start
            )
        };
        all_counts(&text("metaflow", &format!("[{},{}]", row(of[0]), row(of[1]))))
    };
    assert_eq!(metaflow([0, 1]), ["T/1: 1 tasks, 2 attempts, 0 edges: 1 succeeded"]);
    assert_eq!(metaflow([1, 0]), metaflow([0, 1]));
    let bitbucket = |of: [u8; 2]| {
        let step = |run: u8| {
            let result = if run == 1 { "FAILED" } else { "SUCCESSFUL" };
            format!(
                r#"{{"type":"pipeline_step","uuid":"{{{run}}}","name":"test","run_number":{run},"pipeline":{{"uuid":"p"}},
                "state":{{"name":"COMPLETED","result":{{"name":"{result}"}}}},"started_on":"2026-03-01T10:0{run}:00Z",
                "completed_on":"2026-03-01T10:0{run}:30Z"}}"#
            )
        };
        all_counts(&text("bitbucket", &format!(r#"{{"values":[{},{}]}}"#, step(of[0]), step(of[1]))))
    };
    assert_eq!(bitbucket([1, 2]), ["p: 1 tasks, 2 attempts, 0 edges: 1 succeeded"]);
    assert_eq!(bitbucket([2, 1]), bitbucket([1, 2]));
    let dagster = |of: [usize; 3]| {
        let event = |kind: &str, t: f64| {
            format!(
                r#"{{"timestamp":{t},"run_id":"d","step_key":"a","dagster_event":{{"event_type_value":"{kind}","step_key":"a"}}}}"#
            )
        };
        let all = [
            event("STEP_START", 1767225600.0),
            event("STEP_SUCCESS", 1767225605.0),
            event("ENGINE_EVENT", 1767225606.0),
        ];
        let list: Vec<&str> = of.iter().map(|at| all[*at].as_str()).collect();
        let text_of = format!(
            r#"{{"dagster_run":{{"run_id":"d","status":"SUCCESS"}},"event_list":[{}],"execution_plan_snapshot":{{"steps":[]}}}}"#,
            list.join(",")
        );
        all_counts(&text("dagster", &text_of))
    };
    assert_eq!(dagster([0, 1, 2]), ["d: 1 tasks, 1 attempts, 0 edges: 1 succeeded"]);
    assert_eq!(dagster([2, 1, 0]), dagster([0, 1, 2]));
}

#[test]
fn a_buildkite_build_may_begin_with_a_job_that_runs_no_command() {
    let build = r#"{"id":"b","number":1,"state":"passed","message":"m","pipeline":{"slug":"p"},
        "jobs":[{"id":"1","type":"manual","label":"Approve","state":"unblocked"},
        {"id":"2","type":"script","name":"test","state":"passed","exit_status":0,"agent_query_rules":[],
        "started_at":"2026-03-01T10:00:00Z","finished_at":"2026-03-01T10:00:09Z"}]}"#;
    assert_eq!(text("buildkite", build).len(), 1);
}

#[test]
fn slurm_jobs_without_an_id_are_counted() {
    let jobs = r#"{"jobs":[{"job_id":null,"name":"a","state":{"current":["COMPLETED"]},"time":{"start":1767225600,"end":1767225609},"exit_code":{}},
        {"job_id":7,"name":"b","state":{"current":["COMPLETED"]},"time":{"start":1767225600,"end":1767225609},"exit_code":{}}],"meta":{"Slurm":{}}}"#;
    let runs = text("slurm", jobs);
    assert!(codes(&runs[0]).contains(&("bad-record", 1)), "{:?}", codes(&runs[0]));
}
