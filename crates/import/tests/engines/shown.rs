//! What the page of an engine shows about a run: who started it and for which commit, errors, names, and data of the same
//! run in other files.

use super::*;

/// The text of a label of a run; empty without it.
fn label(run: &Run, name: &str) -> String {
    let all = run.members(run.labels);
    let found = all.into_iter().find(|(key, _)| key == name).map(|(_, value)| value);
    match found {
        Some(makespan_model::Stored::Text(text)) => text,
        Some(other) => format!("{other:?}"),
        None => String::new(),
    }
}

/// The text of a label of a task; empty without it.
fn task_label(run: &Run, task: &str, name: &str) -> String {
    let labels = run.text(run.tasks.labels[run.find_task(task).expect(task).index()]);
    let labels: serde_json::Value = serde_json::from_str(labels).unwrap_or_default();
    labels[name].as_str().unwrap_or_default().to_owned()
}

/// The messages of the attempts of a task, as they are in the events of the run.
fn errors(run: &Run, task: &str) -> Vec<String> {
    let id = run.find_task(task).expect(task);
    run.attempts_of(id).map(|attempt| run.text(run.attempts.error[attempt.index()]).to_owned()).collect()
}

fn name<'r>(run: &'r Run, task: &str) -> &'r str {
    run.task_name(run.find_task(task).expect(task))
}

fn sources(texts: &[(&str, &str)]) -> Vec<Source> {
    texts.iter().map(|(name, text)| Source::new(*name, text.as_bytes().to_vec())).collect()
}

#[test]
fn nodes_of_dbt_have_the_labels_of_the_manifest_and_the_answer_of_the_database() {
    let runs = fixtures("dbt", &["run_results.json", "manifest.json"]);
    let run = &runs[0];
    let orders = run.text(run.tasks.labels[run.find_task("model.shop.orders").unwrap().index()]);
    assert_eq!(orders, r#"{"tags":["core"],"message":"OK"}"#);
    assert_eq!(task_label(run, "seed.shop.raw", "message"), "INSERT 10");
    // A failure or a warning does not count as an answer.
    assert_eq!(task_label(run, "test.shop.not_null_orders_id.0a1b2c", "message"), "");
    assert_eq!(task_label(run, "test.shop.unique_orders_id.3d4e5f", "message"), "");
}

#[test]
fn a_report_of_nextflow_records_the_outcome_and_the_command_of_its_run() {
    let runs = fixtures("nextflow", &["report.html"]);
    let run = &runs[0];
    assert_eq!((run.text(run.workflow), run.recorded_status), ("demo/sums", Some(Status::Failed)));
    assert_eq!(label(run, "Nextflow command"), "nextflow run demo/sums -r 1.2 -profile test");
    assert_eq!(
        (label(run, "Workflow profile").as_str(), label(run, "Work directory").as_str()),
        ("test", "/scratch/work")
    );
    let alerts: Vec<&str> = run.alerts.text.iter().map(|text| run.text(*text)).collect();
    assert_eq!(alerts, ["Error executing process > 'SUM'"]);
    let Some(runs) = samples("nextflow", "nextflow", &["chipseq.execution_report.html"]) else { return };
    // Its 17 failed tasks were ignored.
    assert_eq!(runs[0].recorded_status, Some(Status::Succeeded));
    assert_eq!((runs[0].text(runs[0].workflow), runs[0].title()), ("chipseq", "chipseq"));
    assert_eq!(label(&runs[0], "Container engine"), "docker");
}

#[test]
fn a_log_of_airflow_has_the_exception_of_its_try() {
    let instances = r#"{"task_instances":[{"task_id":"load","dag_id":"etl","dag_run_id":"r1","state":"failed","try_number":1,"map_index":-1,
      "start_date":"2026-02-03T10:00:00Z","end_date":"2026-02-03T10:00:09Z","rendered_fields":{"bash_command":"exit 3"}}],"total_entries":1}"#;
    let log = r#"{"content":[
      {"timestamp":"2026-02-03T10:00:01Z","event":"begin","level":"info","task_id":"load","dag_id":"etl","map_index":-1,"run_id":"r1","try_number":1},
      {"timestamp":"2026-02-03T10:00:08Z","event":"Task failed with exception","level":"error","task_id":"load","dag_id":"etl","run_id":"r1","try_number":1,
       "error_detail":[{"exc_type":"LoadError","exc_value":"table is locked","frames":[{"filename":"etl.py","lineno":28,"name":"load"}]},
                       {"exc_type":"OSError","exc_value":"timeout","frames":[]}]}],"continuation_token":null}"#;
    let runs = opened("airflow", sources(&[("a.json", instances), ("b.json", log)]));
    let run = &runs[0];
    assert_eq!(errors(run, "load"), ["table is locked"]);
    assert_eq!(run.text(run.tasks.params[0]), r#"{"bash_command":"exit 3"}"#);
    assert_eq!(run.logs.text.len(), 2);
}

#[test]
fn the_innermost_cause_is_the_error_of_a_step_of_dagster() {
    let runs = fixtures("dagster", &["export.json"]);
    assert_eq!(errors(&runs[0], "work[b]"), ["ValueError: boom"]);
    assert_eq!(errors(&runs[0], "work[a]"), ["flaky", ""]);
    let Some(runs) = samples("dagster", "dagster", &["debug_ac561a31-4f7b-4206-88e5-0e4a658e0dfa.gz"]) else {
        return;
    };
    let [error] = errors(&runs[0], "bad").try_into().unwrap();
    assert!(!error.contains("Error occurred while executing op"), "{error}");
}

#[test]
fn logs_of_prefect_name_the_flow_and_have_the_trace_of_an_error() {
    let flow = r#"[{"id":"f1","name":"odd-cat","flow_id":"uuid","run_count":1,"state_type":"FAILED","state_name":"Failed","start_time":"2026-02-03T10:00:00Z","end_time":"2026-02-03T10:00:09Z",
      "parameters":{},"empirical_policy":{},"state":{"type":"FAILED","message":"1/1 states failed."}}]"#;
    let tasks = r#"[{"id":"t1","flow_run_id":"f1","name":"load-abc","task_key":"load","dynamic_key":"abcdef","task_inputs":{},"run_count":1,
      "start_time":"2026-02-03T10:00:01Z","end_time":"2026-02-03T10:00:02Z","state_type":"FAILED","state_name":"Failed","state":{"type":"FAILED","message":"ValueError: bad"}}]"#;
    let logs = r#"[{"name":"prefect.flow_runs","flow_run_id":"f1","task_run_id":null,"level":20,"timestamp":"2026-02-03T10:00:00Z","message":"Beginning flow run 'odd-cat' for flow 'etl'"},
      {"name":"prefect.task_runs","flow_run_id":"f1","task_run_id":"t1","level":40,"timestamp":"2026-02-03T10:00:02Z","message":"Task run failed with exception: ValueError('bad')\nTraceback (most recent call last):\n  line 3"}]"#;
    let runs = opened("prefect", sources(&[("a.json", flow), ("b.json", tasks), ("c.json", logs)]));
    let run = &runs[0];
    assert_eq!((run.text(run.workflow), run.title()), ("etl", "odd-cat"));
    assert_eq!(
        (label(run, "flow_id").as_str(), label(run, "message").as_str()),
        ("uuid", "1/1 states failed.")
    );
    assert_eq!(errors(run, "load"), ["ValueError: bad"]);
    assert!(run.text(run.attempts.trace[0]).ends_with("line 3"));
}

#[test]
fn tasks_of_a_foreach_of_metaflow_have_different_names() {
    let task = |number: u32, stack: &str| {
        format!(
            r#"{{"step":"train","task":"{number}","created_at":"2026-02-03 10:00:00.000000","finished_at":"2026-02-03 10:00:05.000000","successful":true,"parent":[],
              "metadata":{{"attempt":"0","user":"ann"{stack}}}}}"#
        )
    };
    let tasks = [
        task(1, ""),
        task(2, r#","foreach-stack":["items=0"]"#),
        task(3, r#","foreach-stack":["a=1","b=2"]"#),
    ];
    let file = format!(
        r#"{{"run":"F/1","created_at":"2026-02-03 10:00:00.000000","finished_at":"2026-02-03 10:00:09.000000","successful":true,"tasks":[{}]}}"#,
        tasks.join(",")
    );
    let runs = text("metaflow", &file);
    let run = &runs[0];
    let names: Vec<&str> = ids(run).into_iter().map(|id| name(run, id)).collect();
    assert_eq!(names, ["train", "train (items=0)", "train (a=1, b=2)"]);
    assert_eq!(label(run, "user"), "ann");
    assert!(run.task_ids().all(|task| run.task_step(task) == "train"));
}

#[test]
fn responses_of_one_scheduler_of_luigi_are_one_run_and_its_errors_belong_to_tasks() {
    let newer = r#"{"response":{"Clean_1":{"display_name":"Clean(i=1)","status":"FAILED","workers":[],"worker_running":"w","time_running":1740823204.0,
      "start_time":1740823200.5,"last_updated":1740823209.5,"params":{"i":"1"},"name":"Clean","priority":0}}}"#;
    let error = r#"{"response": {"taskId": "Fail_3", "error": "\"Runtime error:\\nTraceback (most recent call last):\\n  File \\\"pipe.py\\\", line 13, in run\\nRuntimeError: bad input: 3\\n\"", "displayName": "Fail(i=3)", "taskParams": {"i": "3"}, "taskModule": "pipe", "taskFamily": "Fail"}}"#;
    let mut all = read(Path::new(FIXTURES), "luigi", &["graph.json"]);
    all.extend(sources(&[("tasks.json", newer), ("error.json", error)]));
    let mut builder = RunsBuilder::new();
    let outcome = open(all, &Options::default(), &mut builder);
    assert!(outcome.files.iter().all(|file| file.kind == Verdict::Read), "{:?}", outcome.files);
    let runs = builder.finish().0;
    assert_eq!(
        all_counts(&runs),
        ["graph.json: 5 tasks, 2 attempts, 4 edges: 1 pending 2 failed 1 upstream-failed 1 cached"]
    );
    assert_eq!(
        (errors(&runs[0], "Fail_3"), seconds(&runs[0], "Clean_1")),
        (vec!["bad input: 3".to_owned()], 5.5)
    );
    let Some(runs) = samples("luigi", "luigi", &["task_list.json", "dep_graph.json", "fetch_error.json"])
    else {
        return;
    };
    assert_eq!(runs.len(), 1);
    assert_eq!(runs[0].edge_count(), 21);
    assert_eq!(errors(&runs[0], "Clean_3_5d0c77e0b0"), ["bad input 3"]);
    // The later response has it as pending again; the end of its failed attempt is in the earlier one.
    assert_eq!(status(&runs[0], "Clean_3_5d0c77e0b0"), "pending");
    assert!((seconds(&runs[0], "Clean_3_5d0c77e0b0") - 0.627).abs() < 0.001);
    let workers: Vec<&str> = runs[0].attempts.worker.iter().map(|worker| runs[0].text(*worker)).collect();
    assert!(workers.iter().all(|worker| *worker == "vm (pid 18319)"), "{workers:?}");
}

#[test]
fn a_graph_of_nx_gives_its_run_dependencies() {
    let runs = fixtures("turborepo", &["nx.json", "nx-graph.json"]);
    assert_eq!(all_counts(&runs), ["nx.json: 2 tasks, 2 attempts, 1 edges: 1 failed 1 cached"]);
    assert_eq!(edges(&runs[0]), ["ui:build -> web:build"]);
    let runs = fixtures("turborepo", &["nx-graph.json"]);
    assert_eq!(all_counts(&runs), ["nx-graph.json: 2 tasks, 0 attempts, 1 edges: 2 pending"]);
    let Some(runs) = samples("turborepo", "nx", &["run.json", "taskgraph.json"]) else { return };
    assert_eq!(all_counts(&runs), ["run.json: 18 tasks, 18 attempts, 12 edges: 17 succeeded 1 failed"]);
}

#[test]
fn a_graph_of_ninja_gives_its_log_dependencies_and_rules() {
    let runs = fixtures("joblog", &["ninja_log", "graph.dot"]);
    assert_eq!(edges(&runs[0]), ["obj/a.o -> app", "obj/b.o -> app"]);
    assert_eq!(runs[0].text(runs[0].tasks.kind[runs[0].find_task("app").unwrap().index()]), "LINK");
    // The second build made one file.
    assert_eq!(counts(&runs[1]), "1 tasks, 1 attempts, 0 edges: 1 succeeded");
    assert!(!runs[1].edges_inferred);
    let runs = fixtures("joblog", &["graph.dot"]);
    assert_eq!(all_counts(&runs), ["graph.dot: 3 tasks, 0 attempts, 2 edges: 3 pending"]);
}

#[test]
fn a_crate_without_statuses_counts_what_ended_without_an_error_as_completed() {
    let action = |id: &str, rest: &str| {
        format!(
            r##"{{"@id":"#{id}","@type":"CreateAction","name":"Run of flow.cwl#main/{id}","instrument":{{"@id":"flow.cwl#main/{id}"}},
          "startTime":"2026-02-03T10:00:00Z"{rest}}}"##
        )
    };
    let file = format!(
        r#"{{"@context":"https://w3id.org/ro/crate/1.1/context","@graph":[{{"@id":"ro-crate-metadata.json","@type":"CreativeWork"}},{},{},{}]}}"#,
        action("sort", r#","endTime":"2026-02-03T10:00:05Z""#),
        action("plot", r#","endTime":"2026-02-03T10:00:05Z","error":"no display""#),
        action("wait", "")
    );
    let runs = text("ro-crate", &file);
    let run = &runs[0];
    let statuses = ["sort", "plot", "wait"].map(|task| status(run, task));
    assert_eq!(statuses, ["succeeded", "failed", "unknown"]);
    assert_eq!((name(run, "sort"), errors(run, "plot")), ("sort", vec!["no display".to_owned()]));
}

#[test]
fn a_history_of_mlflow_without_a_run_belongs_to_the_run_with_its_last_value() {
    let run = |id: &str, loss: f64| {
        format!(
            r#"{{"info":{{"run_id":"{id}","run_name":"{id}","experiment_id":"1","status":"FINISHED","start_time":1740823200000,"end_time":1740823209000}},
              "data":{{"metrics":{{"loss":{loss},"acc":0.5}},"params":{{}},"tags":{{}}}}}}"#
        )
    };
    let history = r#"{"metrics":[{"key":"loss","value":0.9,"timestamp":1740823201000,"step":0},{"key":"loss","value":0.25,"timestamp":1740823202000,"step":1}]}"#;
    let runs = |losses: [f64; 2]| {
        let all = format!(r#"{{"runs":[{},{}]}}"#, run("a", losses[0]), run("b", losses[1]));
        opened("mlflow", sources(&[("runs.json", &all), ("history.json", history)]))
    };
    let one = runs([0.25, 0.75]);
    assert_eq!((one.len(), one[0].samples.value.len()), (1, 5));
    // Two runs have this value: it may be of either.
    assert_eq!(runs([0.25, 0.25]).len(), 2);
}

#[test]
fn runs_of_hosted_ci_have_labels_for_their_user_and_commit() {
    let github = r#"{"id":7,"name":"CI","display_title":"Fix","run_number":4,"workflow_id":5,"event":"push","head_branch":"main","status":"completed","conclusion":"success",
      "created_at":"2026-02-03T10:00:00Z","actor":{"login":"ann"},"triggering_actor":{"login":"bob"},"head_commit":{"message":"Fix the parser"},
      "repository":{"full_name":"o/r"},"pull_requests":[{"number":12},{"number":13}]}"#;
    let runs = text("github-actions", github);
    let labels = ["actor", "triggering_actor", "commit_message", "repository", "pull_requests"]
        .map(|key| label(&runs[0], key));
    assert_eq!(labels, ["ann", "bob", "Fix the parser", "o/r", "12, 13"]);
    let jobs = r#"{"total_count":1,"jobs":[{"id":1,"run_id":7,"run_attempt":1,"name":"j","status":"queued","steps":[],"head_branch":"dev","head_sha":"abc",
      "html_url":"https://github.com/o/r/actions/runs/7/job/1"}]}"#;
    let runs = text("github-actions", jobs);
    let labels = ["head_branch", "head_sha", "html_url"].map(|key| label(&runs[0], key));
    assert_eq!(labels, ["dev", "abc", "https://github.com/o/r/actions/runs/7"]);
    let gitlab = r#"[{"id":1,"name":"a","stage":"build","status":"success","created_at":"2026-02-03T10:00:00Z","started_at":"2026-02-03T10:00:01Z","finished_at":"2026-02-03T10:00:09Z",
      "allow_failure":false,"user":{"username":"ann"},"commit":{"title":"Fix the parser"},
      "pipeline":{"id":9,"ref":"main","status":"success","web_url":"https://gitlab.com/group/shop/-/pipelines/9"}}]"#;
    let runs = text("gitlab-ci", gitlab);
    assert_eq!((runs[0].text(runs[0].workflow), runs[0].title()), ("group/shop", "pipeline 9"));
    let labels = ["ref", "user", "commit_title"].map(|key| label(&runs[0], key));
    assert_eq!(labels, ["main", "ann", "Fix the parser"]);
    let runs = fixtures("jenkins", &["describe.json"]);
    assert_eq!((runs[0].text(runs[0].workflow), runs[0].title()), ("shop/main", "shop/main #12"));
}
