//! dbt.

use super::*;

const ID: &str = "dbt";

#[test]
fn results_and_manifest_make_a_graph() {
    let runs = fixtures(ID, &["run_results.json", "manifest.json"]);
    assert_eq!(
        all_counts(&runs),
        ["inv-1: 6 tasks, 5 attempts, 4 edges: 3 succeeded 1 failed 1 upstream-failed 1 unknown"]
    );
    let run = &runs[0];
    assert_eq!(
        edges(run),
        [
            "model.shop.orders -> model.shop.report",
            "model.shop.orders -> test.shop.not_null_orders_id.0a1b2c",
            "model.shop.orders -> test.shop.unique_orders_id.3d4e5f",
            "seed.shop.raw -> model.shop.orders",
        ]
    );
    // Skipped since a test of what it selects from, through an ephemeral model, failed.
    assert_eq!(status(run, "model.shop.report"), "upstream-failed");
    assert_eq!(status(run, "test.shop.unique_orders_id.3d4e5f"), "succeeded");
    assert_eq!(seconds(run, "model.shop.orders"), 3.0);
    assert_eq!((run.title(), run.text(run.workflow)), ("dbt build", "shop"));
    assert_eq!(run.task_name(run.find_task("model.shop.orders").unwrap()), "orders");
    assert_eq!(codes(run), [("unknown-status", 1)]);
}

#[test]
fn a_retry_adds_attempts_and_results_alone_have_no_dependencies() {
    let runs = fixtures(ID, &["retry.json", "run_results.json", "manifest.json"]);
    assert_eq!(all_counts(&runs), ["inv-1: 6 tasks, 7 attempts, 4 edges: 5 succeeded 1 unknown"]);
    assert_eq!(codes(&runs[0]), [("retry-merged", 1), ("unknown-status", 1)]);
    let runs = fixtures(ID, &["run_results.json"]);
    assert_eq!(
        all_counts(&runs),
        ["inv-1: 6 tasks, 5 attempts, 0 edges: 3 succeeded 1 failed 1 skipped 1 unknown"]
    );
    let runs = fixtures(ID, &["manifest.json"]);
    assert_eq!(all_counts(&runs), ["inv-1: 7 tasks, 0 attempts, 6 edges: 7 pending"]);
}

#[test]
fn recorded_runs() {
    let rows: [(&str, &[&str], &[&str], &str); 6] = [
        (
            "gen_jaffle_duckdb_1.10",
            &["run_results.json", "manifest.json"],
            &[],
            "22 tasks, 14 attempts, 23 edges: 13 succeeded 1 failed 8 upstream-failed",
        ),
        (
            "gen_jaffle_duckdb_1.10",
            &["run_results_run2.json", "run_results_retry.json", "manifest.json"],
            &["retry-merged", "manifest-mismatch"],
            "8 tasks, 8 attempts, 7 edges: 6 succeeded 1 failed 1 upstream-failed",
        ),
        (
            "parser_v1",
            &["run_results.json", "manifest.json"],
            &["manifest-mismatch"],
            "8 tasks, 8 attempts, 9 edges: 8 succeeded",
        ),
        (
            "parser_v4",
            &["run_results.json", "manifest.json"],
            &["manifest-mismatch"],
            "29 tasks, 29 attempts, 29 edges: 28 succeeded 1 failed",
        ),
        (
            "parser_v6_1.12",
            &["run_results.json", "manifest.json"],
            &["not-a-build"],
            "46 tasks, 46 attempts, 41 edges: 46 succeeded",
        ),
        (
            "series_k12/run_2022-01-29T012600",
            &["run_results.json", "manifest.json"],
            &["not-a-build"],
            "132 tasks, 132 attempts, 204 edges: 132 succeeded",
        ),
    ];
    let (mut got, mut want) = (Vec::new(), Vec::new());
    for (folder, files, said, row) in rows {
        let Some(runs) = samples(ID, &format!("dbt/{folder}"), files) else { return };
        let codes: Vec<String> = codes(&runs[0]).into_iter().map(|c| c.0.to_owned()).collect();
        got.push((folder, runs.len(), counts(&runs[0]), codes));
        want.push((folder, 1, row.to_owned(), said.iter().map(|c| (*c).to_owned()).collect()));
    }
    assert_eq!(got, want);
}

#[test]
fn a_series_pairs_each_run_with_the_best_manifest() {
    let names = ["run_1", "run_2", "run_3", "run_4"].map(|r| format!("{r}/run_results.json"));
    let mut files: Vec<&str> = names.iter().map(String::as_str).collect();
    files.extend(["run_1/manifest.json", "run_4/manifest.json"]);
    let Some(runs) = samples(ID, "dbt/gen_jaffle_series", &files) else { return };
    assert_eq!(runs.len(), 4);
    for run in &runs {
        assert_eq!(counts(run), "22 tasks, 14 attempts, 23 edges: 13 succeeded 1 failed 8 upstream-failed");
    }
}
