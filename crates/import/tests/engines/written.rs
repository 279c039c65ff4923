//! Files that the tools themselves wrote on small projects with successes, failures, skips, retries and parallel work.
//! Their counts were taken from the files with Python.

use super::*;

fn named(name: &str, text: &str) -> Source {
    Source::new(name, text.as_bytes().to_vec())
}

#[test]
fn tests_that_pytest_ran_again_failed_before() {
    let runs = fixtures("junit", &["reruns.xml"]);
    let expected = "reruns.xml: 20 tasks, 26 attempts, 0 edges: 11 succeeded 7 failed 2 skipped";
    assert_eq!(all_counts(&runs), [expected]);
    assert_eq!(codes(&runs[0]), [("errors-missing", 8), ("simulated-times", 26)]);
    // A test that runs on every worker passes as often, which its suite counts.
    let twice = "<testsuite name=\"pytest\" tests=\"2\"><testcase classname=\"a\" name=\"t\" time=\"1\"/>\
                 <testcase classname=\"a\" name=\"t\" time=\"1\"/></testsuite>";
    assert_eq!(counts(&text("junit", twice)[0]), "2 tasks, 2 attempts, 0 edges: 2 succeeded");
}

#[test]
fn tests_of_two_suites_of_jest_are_not_tries_of_each_other() {
    let runs = fixtures("junit", &["jest.xml"]);
    let expected = "jest.xml: 14 tasks, 12 attempts, 0 edges: 8 succeeded 4 failed 2 skipped";
    assert_eq!(all_counts(&runs), [expected]);
}

#[test]
fn a_failed_teardown_after_a_failed_test_is_no_try() {
    let case = |inner: &str| format!("<testcase classname=\"a\" name=\"t\" time=\"1\">{inner}</testcase>");
    let (failed, torn) = (
        case("<failure message=\"bad\">here</failure>"),
        case("<error message=\"failed on teardown with &quot;x&quot;\">there</error>"),
    );
    let runs = text("junit", &format!("<testsuite name=\"pytest\" tests=\"1\">{failed}{torn}</testsuite>"));
    assert_eq!(counts(&runs[0]), "1 tasks, 1 attempts, 0 edges: 1 failed");
}

#[test]
fn tests_of_playwright_that_did_not_run_are_told_from_skipped_ones() {
    let runs = fixtures("playwright", &["flaky.json"]);
    let run = &runs[0];
    let expected = "20 tasks, 23 attempts, 0 edges: 13 succeeded 4 failed 2 skipped 1 upstream-failed";
    assert_eq!(counts(run), expected);
    assert_eq!(status(run, "a.spec.js › serial › s2 [one]"), "upstream-failed");
    assert_eq!(status(run, "a.spec.js › group › flaky [two]"), "succeeded");
    let lines = run.to_jsonl();
    assert!(lines.contains("expected to fail, but passed") && !lines.contains("\\u001b["));
    let runs = fixtures("playwright", &["interrupted.json"]);
    let expected = "20 tasks, 8 attempts, 0 edges: 5 succeeded 1 failed 2 skipped 12 cancelled";
    assert_eq!(counts(&runs[0]), expected);
    let runs = fixtures("playwright", &["stopped.json"]);
    let expected = "20 tasks, 14 attempts, 0 edges: 11 succeeded 1 failed 2 skipped 6 cancelled";
    assert_eq!(counts(&runs[0]), expected);
}

#[test]
fn results_of_allure_without_a_stage_are_recognised() {
    let names: Vec<String> = (1..=8).map(|n| format!("pytest-{n}-result.json")).collect();
    let mut names: Vec<&str> = names.iter().map(String::as_str).collect();
    names.push("pytest-container.json");
    let runs = fixtures("allure", &names);
    assert_eq!(counts(&runs[0]), "5 tasks, 7 attempts, 0 edges: 2 succeeded 2 failed 1 skipped");
    // Instances of a test are distinguished by their parameters, not by their order.
    assert!(ids(&runs[0]).contains(&"test_b#test_p [4]"), "{:?}", ids(&runs[0]));
}

#[test]
fn jobs_of_a_cluster_of_slurm() {
    let runs = fixtures("slurm", &["cluster.txt"]);
    let run = &runs[0];
    let expected = "24 tasks, 23 attempts, 0 edges: 3 pending 2 running 9 succeeded 8 failed 2 cancelled";
    assert_eq!(counts(run), expected);
    // Jobs that wait have no attempt; steps are named after their jobs.
    assert_eq!(status(run, "toobig"), "pending");
    assert_eq!((status(run, "arr[2].batch"), seconds(run, "timeout")), ("failed", 84.0));
    assert!(run.to_jsonl().contains("reached its time limit"));
    let runs = fixtures("slurm", &["cluster.json"]);
    let run = &runs[0];
    let expected = "15 tasks, 16 attempts, 0 edges: 2 running 6 succeeded 4 failed 3 cancelled";
    assert_eq!(counts(run), expected);
    assert!(run.to_jsonl().contains("Slurm 22.05.8"));
    assert!(run.samples.value.contains(&215_199_744.0));
}

#[test]
fn the_database_of_mlflow_holds_runs_with_histories() {
    let runs = fixtures("mlflow", &["mlflow.db"]);
    let run = &runs[0];
    assert_eq!((runs.len(), run.title()), (1, "tuning é"));
    assert_eq!(counts(run), "6 tasks, 6 attempts, 0 edges: 1 running 4 succeeded 1 failed");
    assert_eq!(run.parent(run.find_task("trial 1").unwrap()), run.find_task("sweep"));
    assert_eq!((run.samples.value.len(), codes(run)[0]), (15, ("deleted", 1)));
}

#[test]
fn the_folder_of_mlflow_holds_the_same() {
    let meta = |id: &str, name: &str, status: u8| {
        format!(
            "artifact_uri: file:///m/7/{id}/artifacts\nend_time: 1796088317600\nexperiment_id: '7'\n\
             lifecycle_stage: active\nrun_id: {id}\nrun_name: {name}\nstart_time: 1796088317500\nstatus: {status}\n"
        )
    };
    let (outer, inner) = ("0123456789abcdef0123456789abcdef", "fedcba9876543210fedcba9876543210");
    let file = |path: &str, text: &str| named(&format!("mlruns/7/{path}"), text);
    let sources = vec![
        file(
            "meta.yaml",
            "artifact_location: file:///m/7\nexperiment_id: '7'\nlifecycle_stage: active\nname: tuning\n",
        ),
        file(&format!("{outer}/meta.yaml"), &meta(outer, "sweep", 3)),
        file(&format!("{inner}/meta.yaml"), &meta(inner, "trial", 4)),
        file(&format!("{inner}/params/lr"), "0.1"),
        file(&format!("{inner}/tags/mlflow.parentRunId"), outer),
        file(
            &format!("{inner}/metrics/acc/val"),
            "1796088317510 0.5 0\n1796088317520 nan 1\n1796088317530 0.75 2\n",
        ),
    ];
    let runs = opened("mlflow", sources);
    let run = &runs[0];
    assert_eq!(
        (run.title(), counts(run).as_str()),
        ("tuning", "2 tasks, 2 attempts, 0 edges: 1 succeeded 1 failed")
    );
    assert_eq!(run.parent(run.find_task("trial").unwrap()), run.find_task("sweep"));
    assert_eq!((run.samples.value.as_slice(), codes(run)), ([0.5, 0.75].as_slice(), vec![("bad-value", 1)]));
}

#[test]
fn benchmarks_of_snakemake_are_metrics_of_the_jobs_that_wrote_them() {
    let log = "Building DAG of jobs...\nJob stats:\n[Tue Dec  1 01:25:58 2026]\nrule make:\n    output: out/1.txt\n    \
               jobid: 3\n    benchmark: bench/make_1.tsv\n    wildcards: n=1\n[Tue Dec  1 01:25:59 2026]\nFinished jobid: 3 \
               (Rule: make)\n1 of 1 steps (100%) done\n";
    let table = "s\th:m:s\tmax_rss\tmax_vms\tmax_uss\tmax_pss\tio_in\tio_out\tmean_load\tcpu_time\n\
                 1.00\t0:00:01\t4.00\t7.11\t0.38\t0.72\t-\t0.00\t0.00\t0.00\n\
                 2.00\t0:00:02\t6.00\t7.11\t0.38\t0.72\tNA\t0.00\t0.00\t0.00\n";
    let sources =
        vec![named("flow/bench/make_1.tsv", table), named("flow/.snakemake/log/a.snakemake.log", log)];
    let runs = opened("snakemake", sources);
    let run = &runs[0];
    assert_eq!((run.samples.value.len(), run.samples.value[0], run.samples.value[1]), (8, 1.5, 5.0));
    assert_eq!(codes(run)[0], ("benchmarks-averaged", 1));
}

#[test]
fn log_records_without_spans_are_lines_of_the_spans_that_they_name() {
    let runs = fixtures("otlp", &["logs.jsonl"]);
    assert_eq!(
        all_counts(&runs),
        [
            "5b8efff798038103d269b633813fc60c: 2 tasks, 0 attempts, 0 edges: 2 unknown",
            "logs and metrics of shop: 0 tasks, 0 attempts, 0 edges:"
        ]
    );
    assert_eq!((codes(&runs[0]), codes(&runs[1])), (vec![("no-spans", 1)], vec![("no-tasks", 1)]));
}

#[test]
fn sizes_in_a_catalog_of_dbt_are_metrics_of_its_results() {
    let results = "{\"metadata\":{\"dbt_schema_version\":\"https://schemas.getdbt.com/dbt/run-results/v6.json\",\
                   \"invocation_id\":\"i\"},\"results\":[{\"unique_id\":\"model.shop.orders\",\"status\":\"success\",\
                   \"timing\":[],\"thread_id\":\"Thread-1\",\"execution_time\":1.0}]}";
    let catalog = "{\"metadata\":{\"dbt_schema_version\":\"https://schemas.getdbt.com/dbt/catalog/v1.json\"},\"nodes\":{\
                   \"model.shop.orders\":{\"stats\":{\"has_stats\":{\"id\":\"has_stats\",\"value\":true,\"include\":false},\
                   \"num_rows\":{\"id\":\"num_rows\",\"value\":99.0,\"include\":true},\"num_bytes\":{\"id\":\"num_bytes\",\
                   \"value\":4096,\"include\":true}}}}}";
    let runs =
        opened("dbt", vec![named("target/run_results.json", results), named("target/catalog.json", catalog)]);
    assert_eq!(runs[0].samples.value, [1.0, 99.0, 4096.0]);
}

#[test]
fn memory_that_pytorch_reports_is_a_counter_of_its_device() {
    let event = |device: &str, total: u64| {
        format!(
            "{{\"ph\":\"i\",\"cat\":\"cpu_instant_event\",\"s\":\"t\",\"name\":\"[memory]\",\"pid\":1,\"tid\":1,\"ts\":5,\
             \"args\":{{\"Total Reserved\":{total},\"Total Allocated\":{total},\"Bytes\":8,{device}}}}}"
        )
    };
    let (cpu, gpu) = ("\"Device Id\":-1,\"Device Type\":0", "\"Device Id\":0,\"Device Type\":1");
    let trace = format!(
        "{{\"traceEvents\":[{{\"ph\":\"X\",\"name\":\"op\",\"pid\":1,\"tid\":1,\"ts\":1,\"dur\":9}},{},{}]}}",
        event(cpu, 64),
        event(gpu, 128)
    );
    let runs = text("chrome-trace", &trace);
    assert_eq!(
        (runs[0].samples.value.as_slice(), runs[0].logs.text.len()),
        ([64.0, 64.0, 128.0, 128.0].as_slice(), 0)
    );
}
