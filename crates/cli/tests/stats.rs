//! `makespan stats`: the documented shape, dates, rules, and pages for people.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stdout)]

mod common;

use common::{NIGHTLY, file, files_under, folder, run, text, with_input};
use serde_json::{Value, json};

const S: i64 = 1_000_000_000;

fn stats(args: &[&str]) -> Value {
    let output = run(&[&["stats", "--json"], args].concat());
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

/// What is printed for people.
fn page(args: &[&str]) -> String {
    let output = run(&[&["stats"], args].concat());
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    text(&output.stdout)
}

#[test]
fn the_numbers_of_a_run() {
    let dir = folder("stats-one");
    let document = stats(&[&file(&dir, "nightly.txt", NIGHTLY)]);
    let run = &document["runs"][0];
    for (pointer, value) in [
        ("/id", json!("nightly")),
        ("/status", json!("failed")),
        ("/makespan_ns", json!(16 * S)),
        ("/work_ns", json!(17 * S)),
        ("/workers", json!(2)),
        ("/utilisation", json!(17.0 / 32.0)),
        // fetch 4, align 5, call with its two tries 7.
        ("/bounds/critical_path_ns", json!(16 * S)),
        ("/bounds/slots", json!(2)),
        ("/bounds/at_least_ns", json!(16 * S)),
        // Half of 17 s of work, half of the 15 s of the chain that are work, and its pause of 1 s.
        ("/bounds/at_most_ns", json!(17 * S)),
        ("/path/run_ns", json!(15 * S)),
        ("/path/backoff_ns", json!(S)),
        ("/path/slot_ns", json!(0)),
        ("/waiting/backoff_ns", json!(S)),
        // `sort` was ready at 4 and its worker had room.
        ("/waiting/queue_ns", json!(S)),
        ("/waiting/culprits/0", json!({ "task": "fetch", "dependency_ns": 8 * S, "slot_ns": 0 })),
        ("/near_critical/0/tasks", json!(["sort"])),
        ("/near_critical/0/behind_ns", json!(3 * S)),
        ("/retries/lost_ns", json!(6 * S)),
        ("/retries/tasks/0/delay_ns", json!(4 * S)),
        ("/errors/0/fingerprint", json!("no reference genome")),
        ("/errors/0/attempts", json!(2)),
        ("/requests/cpus", Value::Null),
        ("/rules", json!([])),
    ] {
        assert_eq!(run.pointer(pointer), Some(&value), "{pointer}");
    }
    let path = run["path"].as_object().unwrap();
    let parts = ["run", "dependency", "slot", "queue", "backoff", "unknown"].map(|k| format!("{k}_ns"));
    assert_eq!(parts.iter().map(|k| path[k].as_i64().unwrap()).sum::<i64>(), 16 * S);
    let codes: Vec<&str> =
        run["findings"].as_array().unwrap().iter().map(|f| f["code"].as_str().unwrap()).collect();
    assert!(codes.contains(&"retry-waste") && codes.contains(&"serial-tail"), "{codes:?}");
    assert!(run["findings"][0]["link"].as_str().unwrap().starts_with("v=1&view="));
    let step = document["steps"].as_array().unwrap().iter().find(|s| s["step"] == "call").unwrap();
    assert_eq!((&step["failure_rate"], &step["critical_ns"]), (&json!(1.0), &json!(7 * S)));
}

/// Several runs of two workflows, on two days.
fn several(name: &str) -> String {
    let dir = folder(name);
    let run = |id: &str, workflow: &str, day: u32, seconds: u32, status: &str| {
        format!(
            "{{\"event\":\"run\",\"run\":\"{id}\",\"workflow\":\"{workflow}\"}}\n{{\"event\":\"attempt\",\"task\":\"a\",\
             \"number\":1,\"started\":\"2026-01-0{day}T23:30:00Z\",\"ended\":\"2026-01-0{day}T23:30:{seconds}Z\",\
             \"status\":\"{status}\"}}\n"
        )
    };
    let lines = run("one", "etl", 5, 10, "succeeded")
        + &run("two", "etl", 5, 20, "failed")
        + &run("three", "etl", 6, 30, "succeeded")
        + &run("four", "train", 6, 50, "succeeded");
    file(&dir, "runs.jsonl", lines)
}

#[test]
fn failed_runs_are_kept_apart_and_workflows_together() {
    let document = stats(&[&several("stats-several")]);
    let all = &document["all"];
    assert_eq!((&all["runs"], &all["success_rate"]), (&json!(4), &json!(0.75)));
    assert_eq!(all["succeeded"]["mean_ns"], json!(30 * S));
    assert_eq!(all["failed"]["mean_ns"], json!(20 * S));
    assert_eq!((&all["ended"]["count"], &all["ended"]["max_ns"]), (&json!(4), &json!(50 * S)));
    let names: Vec<&Value> =
        document["workflows"].as_array().unwrap().iter().map(|w| &w["workflow"]).collect();
    assert_eq!(names, ["etl", "train"]);
    assert_eq!(document["workflows"][0]["succeeded"]["median_ns"], json!(20 * S));
    assert_eq!(document["steps"][0]["tasks"], json!(4));
    let page = page(&[&several("stats-several-page")]);
    for part in ["4 runs", "etl", "67 %", "train", "✗ failed", "2026-01-05T23:30"] {
        assert!(page.contains(part), "{part} is not in\n{page}");
    }
}

#[test]
fn date_options_exclude_runs_that_started_outside_the_range() {
    let path = several("stats-dates");
    let count = |args: &[&str]| {
        let document = stats(&[&[path.as_str()], args].concat());
        (document["all"]["runs"].as_u64().unwrap(), document["range"]["outside"].as_u64().unwrap())
    };
    assert_eq!(count(&["--from", "2026-01-06"]), (2, 2));
    assert_eq!(count(&["--to", "2026-01-05"]), (2, 2), "a day counts as a whole");
    assert_eq!(count(&["--to", "2026-01-05T23:30:00Z"]), (0, 4));
    assert_eq!(count(&["--from", "2026-01-05", "--to", "2026-01-06"]), (4, 0));
    // In Berlin they started on the day after.
    assert_eq!(count(&["--to", "2026-01-05", "--zone", "+01:00"]), (0, 4));
    assert!(page(&[&path, "--from", "2027-01-01"]).contains("left out: 4 runs outside the range"));
    let output = run(&["stats", &path, "--from", "yesterday"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stderr).contains("2026-01-05"), "{}", text(&output.stderr));
}

#[test]
fn rules_are_checked_against_every_run() {
    let path = several("stats-rules");
    let document = stats(&[&path, "--rule", "makespan <= 25 s", "--rule", "max mem < 1 GB"]);
    let verdicts: Vec<&Value> =
        document["runs"].as_array().unwrap().iter().map(|r| &r["rules"][0]["verdict"]).collect();
    assert_eq!(verdicts, ["ok", "ok", "violated", "violated"]);
    assert_eq!(
        document["runs"][0]["rules"][1],
        json!({ "rule": "max mem < 1 GB", "verdict": "unknown", "value": null, "limit": null, "task": null })
    );
    let page = page(&[&path, "--rule", "makespan <= 25 s"]);
    assert!(page.contains("violated  makespan <= 25 s   50 s"), "{page}");
    let output = run(&["stats", &path, "--rule", "makespan"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stderr).contains("a rule needs one of"), "{}", text(&output.stderr));
}

/// A run with a metric that rises by 2 MB a second.
fn measured(name: &str) -> String {
    let mut lines = String::from("{\"event\":\"run\",\"run\":\"m\"}\n");
    lines += "{\"event\":\"attempt\",\"task\":\"a\",\"number\":1,\"started\":\"2026-01-05T08:00:00Z\",\"ended\":\"2026-01-05T08:00:10Z\",\"status\":\"succeeded\"}\n";
    for t in 0..10 {
        let value = 10 + 2 * t;
        lines += &format!(
            "{{\"event\":\"sample\",\"task\":\"a\",\"name\":\"rss\",\"value\":{value},\"unit\":\"MB\",\"t\":\"2026-01-05T08:00:0{t}Z\"}}\n"
        );
    }
    file(&folder(name), "measured.jsonl", lines)
}

#[test]
fn metrics_are_shown_over_time() {
    let path = measured("stats-metrics");
    let document = stats(&[&path, "--metric", "rss", "--every", "5 s"]);
    let trends = document["runs"][0]["trends"].as_array().unwrap();
    assert_eq!(trends.len(), 1);
    assert_eq!((&trends[0]["slope_per_second"], &trends[0]["interval_ns"]), (&json!(2e6), &json!(5 * S)));
    assert_eq!(
        trends[0]["bins"][1],
        json!({ "from": "2026-01-05T08:00:05Z", "samples": 5, "mean": 24e6, "min": 20e6, "max": 28e6, "sum": 120e6, "last": 28e6 })
    );
    let page = page(&[&path, "--metric", "rss"]);
    assert!(page.contains("rss every 500 ms, +2 MB per second"), "{page}");
    assert_eq!(run(&["stats", &path, "--every", "soon"]).status.code(), Some(2));
}

#[test]
fn a_metric_that_no_run_has_is_an_error_that_names_the_others() {
    let path = measured("stats-no-metric");
    let other = file(&folder("stats-no-metric-other"), "nightly.txt", NIGHTLY);
    let output = run(&["stats", &path, &other, "--metric", "rs"]);
    assert_eq!(output.status.code(), Some(2));
    let said = text(&output.stderr);
    assert!(said.contains("no run has the metric rs; did you mean rss? known metrics: rss"), "{said}");
    let said = text(&run(&["stats", &other, "--metric", "rss", "--json"]).stderr);
    assert!(said.contains("no run has the metric rss; no metrics were recorded"), "{said}");
    // One of the runs has it.
    assert_eq!(run(&["stats", &path, &other, "--metric", "rss"]).status.code(), Some(0));
    let untimed = "{\"event\":\"run\",\"run\":\"u\"}\n{\"event\":\"sample\",\"name\":\"loss\",\"value\":3}\n";
    let untimed = file(&folder("stats-untimed-metric"), "u.jsonl", untimed);
    let output = run(&["stats", &untimed, "--metric", "loss"]);
    assert_eq!(output.status.code(), Some(0));
    assert!(
        text(&output.stderr).contains("no sample of the metric loss has a time"),
        "{}",
        text(&output.stderr)
    );
}

/// The names of all members, but for those of the eleven statuses.
fn members(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::Object(map) => {
            for (key, value) in map {
                found.push(key.clone());
                if key != "statuses" {
                    members(value, found);
                }
            }
        }
        Value::Array(list) => list.iter().for_each(|v| members(v, found)),
        _ => {}
    }
}

#[test]
fn every_member_is_documented() {
    let dir = folder("stats-documented");
    let mut slow = String::from("run slow\n");
    for t in 0..6 {
        slow += &format!("t{t} 0..{} w{t} step=fit\n", if t == 5 { 90 } else { 10 });
    }
    let files = [file(&dir, "nightly.txt", NIGHTLY), file(&dir, "slow.txt", slow)];
    let measured = measured("stats-documented-metric");
    let document = stats(&[&files[0], &files[1], &measured, "--rule", "failed = 0", "--metric", "rss"]);
    let page = include_str!("../../../docs/stats.md").to_owned() + include_str!("../../../docs/summary.md");
    let mut found = Vec::new();
    members(&document, &mut found);
    found.sort();
    found.dedup();
    assert!(found.len() > 80, "{found:?}");
    for member in found {
        assert!(page.contains(&format!("`{member}`")), "docs/stats.md does not tell of {member}");
    }
    for finding in document["runs"].as_array().unwrap().iter().flat_map(|r| r["findings"].as_array().unwrap())
    {
        let code = finding["code"].as_str().unwrap();
        assert!(page.contains(&format!("`{code}`")), "docs/stats.md does not tell of {code}");
    }
}

#[test]
fn a_page_shows_where_the_time_went() {
    let dir = folder("stats-page");
    let path = file(&dir, "nightly.txt", NIGHTLY);
    let mut command = common::program();
    let page = text(&command.args(["stats", &path, "--step"]).env("COLUMNS", "80").output().unwrap().stdout);
    for part in [
        "nightly  ✗ failed",
        "Lower bounds on the makespan",
        "on the 2 slots of the workers",
        "between attempts",
        "94 %",
        "Tasks that delayed others",
        "Spread of durations by step",
        "0 of 1 retried task succeeded",
        "no reference genome",
        "[serial-tail]",
    ] {
        assert!(page.contains(part), "{part} is not in\n{page}");
    }
    assert!(!page.contains('\u{1b}'), "colours are for terminals");
    assert!(page.lines().all(|l| l.chars().count() <= 80), "{page}");
}

#[test]
fn a_terminal_obeys_nothing_that_a_file_says() {
    let evil = "run \u{1b}]52;c;eA==\u{7}\nx\u{1b}[2J 0..1 w\u{9b}6n \u{202e} failed error=\u{1b}[31m\n\
        y\u{1b}[2J 1..90 w x\u{1b}[2J step=\u{1b}[2J failed error=\u{1b}[31m";
    for args in [
        &["stats", "-"][..],
        &["stats", "--json", "-"],
        &["stats", "-", "--step", "--rule", "p9 \u{1b}[2J < 1"],
    ] {
        let output = with_input(args, evil.as_bytes());
        let all = text(&output.stdout) + &text(&output.stderr);
        assert!(output.stdout.len() > 500, "{all}");
        assert!(!all.contains(['\u{1b}', '\u{7}', '\u{9b}', '\u{202e}']), "{all:?}");
    }
}

#[test]
fn paths_of_all_seeds_sum_up_to_their_makespans() {
    let Some(seeds) = common::shared("samples/seeds") else { return };
    let mut told = 0;
    for seed in std::fs::read_dir(seeds).unwrap().map(|e| e.unwrap().path()) {
        assert!(!files_under(&seed).is_empty());
        let output = run(&["stats", "--json", seed.to_str().unwrap()]);
        if output.status.code() == Some(1) {
            continue;
        }
        let document: Value = serde_json::from_slice(&output.stdout).unwrap();
        for run in document["runs"].as_array().unwrap() {
            let Some(path) = run["path"].as_object() else { continue };
            let parts = ["run", "dependency", "slot", "queue", "backoff", "unknown"];
            let sum: i64 = parts.iter().map(|k| path[&format!("{k}_ns")].as_i64().unwrap()).sum();
            assert_eq!(Some(sum), run["makespan_ns"].as_i64(), "{} of {}", run["id"], seed.display());
            told += 1;
        }
    }
    assert!(told > 0);
}
