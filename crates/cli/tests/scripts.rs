//! Runs that scripts record: every call a process of its own, the state in the store, exit codes that tell the truth.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stdout)]

mod common;

use std::process::Output;

use common::kept::Kept;
use common::text;
use serde_json::{Value, json};

/// What each store must do alike.
const STORES: [&str; 2] = ["sqlite:runs.db", "file:runs"];

fn refused(output: &Output, word: &str) {
    let told = text(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{told}");
    assert!(told.contains(word), "{told}");
}

#[test]
fn a_run_from_its_creation_to_its_end() {
    for store in STORES {
        let kept = Kept::new("scripts-life", store);
        let told = kept.said(&[
            "create",
            "--name",
            "Nightly build",
            "--steps",
            "fetch, build,test",
            "--label",
            "team=a",
        ]);
        let run = told.split_whitespace().last().unwrap().to_owned();
        assert!(run.starts_with("nightly-build-"), "{told}");
        kept.said(&["step", "start", &run, "fetch"]);
        kept.said(&["step", "progress", &run, "fetch", "40%", "--message", "half way"]);
        let status = kept.json(&["status", &run]);
        assert_eq!((&status["status"], &status["active"]), (&json!("running"), &json!(true)));
        assert_eq!(status["labels"], json!({"team": "a"}));
        assert_eq!(status["steps"][0]["progress"], json!(0.4));
        assert_eq!(status["steps"][0]["message"], json!("half way"));
        assert_eq!(status["steps"][2]["after"], json!(["build"]));
        kept.said(&["step", "done", &run, "fetch"]);
        kept.said(&["step", "start", &run, "build"]);
        kept.said(&["step", "done", &run, "build"]);
        let told = kept.said(&["step", "skip", &run, "test"]);
        assert!(told.contains("the run has finished: succeeded"), "{told}");
        let listed = kept.json(&["list"]);
        assert_eq!(listed["total"], json!(1));
        assert_eq!(listed["runs"][0]["status"], json!("succeeded"));
        assert!(listed["runs"][0]["makespan_ns"].as_i64().unwrap() > 0);
        assert_eq!(kept.json(&["list", "--active"])["total"], json!(0));
        // Where a file is asked for, the id of a run will do.
        assert_eq!(kept.json(&["summary", &run])["runs"][0]["critical_path"], json!(["fetch", "build"]));
        let query = kept.said(&["query", &run, "status:skipped", "--ids"]);
        assert_eq!(query, "test\n");
    }
}

#[test]
fn a_failed_step_fails_the_run_until_it_is_retried() {
    let kept = Kept::new("scripts-retry", STORES[0]);
    let run = kept.created(&["--steps", "a,b"]);
    kept.said(&["step", "start", &run, "a"]);
    let told = kept.said(&["step", "fail", &run, "a", "--error", "no space left"]);
    assert!(told.contains("the run has finished: failed"), "{told}");
    assert_eq!(kept.json(&["status", &run])["steps"][0]["error"], json!("no space left"));
    let told = kept.said(&["step", "start", &run, "a"]);
    assert!(told.contains("attempt 2"), "{told}");
    kept.said(&["step", "done", &run, "a"]);
    assert_eq!(kept.json(&["status", &run])["status"], json!("running"));
}

#[test]
fn invalid_transitions_are_refused_and_change_nothing() {
    for store in STORES {
        let kept = Kept::new("scripts-refused", store);
        let run = kept.created(&["--steps", "a,b"]);
        let before = kept.json(&["status", &run]);
        refused(&kept.run(&["step", "start", "nope", "a"]), "there is no run nope");
        refused(&kept.run(&["step", "start", &run[..run.len() - 2], "a"]), &format!("did you mean {run}?"));
        refused(&kept.run(&["step", "start", &run, "c"]), "has no step c");
        refused(&kept.run(&["step", "start", &run, "b"]), "depends on a, which is pending");
        refused(&kept.run(&["step", "done", &run, "a"]), "start it first");
        refused(&kept.run(&["step", "progress", &run, "a", "50"]), "only a step that is running");
        refused(&kept.run(&["metric", "nope", "m", "1"]), "there is no run nope");
        refused(&kept.run(&["metric", &run, "m", "1", "--step", "c"]), "has no step c");
        refused(&kept.run(&["log", "nope", "text"]), "there is no run nope");
        refused(&kept.run(&["create", "--name", "x", "--id", &run]), "already");
        for wrong in [
            &["step", "progress", &run, "a", "120%"][..],
            &["step", "progress", &run, "a", "-1"],
            &["metric", &run, "m", "NaN"],
            &["metric", &run, "m", "many"],
            &["create", "--name", "x", "--steps", "a,a"],
            &["create", "--name", "x", "--steps", "a,,b"],
            &["create", "--name", "x", "--id", "two words"],
            &["list", "--status", "sucess"],
        ] {
            let output = kept.run(wrong);
            assert_eq!(output.status.code(), Some(2), "{wrong:?} {}", text(&output.stderr));
        }
        assert_eq!(kept.json(&["status", &run]), before);
    }
}

#[test]
fn finishing_a_run_ends_its_remaining_steps() {
    let kept = Kept::new("scripts-finish", STORES[0]);
    let run = kept.created(&["--steps", "a,b,c"]);
    kept.said(&["step", "start", &run, "a"]);
    refused(&kept.run(&["finish", &run]), "step a of run");
    kept.said(&["step", "fail", &run, "a"]);
    refused(&kept.run(&["finish", &run, "--status", "succeeded"]), "cannot have succeeded");
    kept.said(&["finish", &run]);
    let status = kept.json(&["status", &run]);
    let steps: Vec<&str> =
        status["steps"].as_array().unwrap().iter().map(|s| s["status"].as_str().unwrap()).collect();
    assert_eq!(steps, ["failed", "upstream-failed", "upstream-failed"]);
    refused(&kept.run(&["step", "start", &run, "a"]), "finished as failed");
    refused(&kept.run(&["finish", &run]), "finished already");

    let cancelled = kept.created(&["--steps", "a,b"]);
    kept.said(&["step", "start", &cancelled, "a"]);
    kept.said(&["finish", &cancelled, "--status", "cancelled"]);
    assert_eq!(kept.json(&["status", &cancelled])["status"], json!("cancelled"));

    let empty = kept.created(&[]);
    assert_eq!(kept.json(&["status", &empty])["active"], json!(true));
    kept.said(&["finish", &empty]);
    assert_eq!(kept.json(&["status", &empty])["status"], json!("succeeded"));
}

#[test]
fn metrics_and_logs() {
    let kept = Kept::new("scripts-metrics", STORES[0]);
    let run = kept.created(&["--steps", "a"]);
    for value in ["2", "4", "4", "4", "5", "5", "7", "9"] {
        kept.said(&["metric", &run, "load", value, "--unit", "%"]);
    }
    kept.said(&["metric", &run, "delta", "-1.5", "--step", "a"]);
    let metrics = kept.json(&["metrics", &run]);
    let load = metrics["metrics"].as_array().unwrap().iter().find(|m| m["name"] == "load").unwrap();
    assert_eq!((&load["count"], &load["mean"], &load["latest"]), (&json!(8), &json!(5.0), &json!(9.0)));
    assert_eq!((&load["min"], &load["max"], &load["unit"]), (&json!(2.0), &json!(9.0), &json!("%")));
    assert!((load["deviation"].as_f64().unwrap() - (32.0f64 / 7.0).sqrt()).abs() < 1e-9);
    let output =
        kept.with_input(&["log", &run, "-", "--level", "warning", "--json"], b"one\ntwo \xff\r\n\nlast");
    let document: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(document, json!({"run": run, "step": null, "lines": 4}));
    let events = kept.said(&["convert", "--to", "jsonl", &run]);
    assert!(events.contains("\"text\":\"two \u{fffd}\"") && events.contains("\"text\":\"last\""), "{events}");
}

#[test]
fn scripts_write_to_one_run_at_the_same_time() {
    for store in STORES {
        let kept = Kept::new("scripts-together", store);
        let steps: Vec<String> = (0..8).map(|i| format!("s{i}")).collect();
        let run = kept.created(&["--parallel", "--steps", &steps.join(",")]);
        std::thread::scope(|scope| {
            for step in &steps {
                scope.spawn(|| {
                    kept.said(&["step", "start", &run, step]);
                    kept.said(&["metric", &run, "m", "1", "--step", step]);
                    kept.said(&["log", &run, "text", "--step", step]);
                    kept.said(&["step", "done", &run, step]);
                });
            }
        });
        let status = kept.json(&["status", &run]);
        assert_eq!((&status["status"], &status["statuses"]["succeeded"]), (&json!("succeeded"), &json!(8)));
        // The run, its steps, and four events of each.
        assert_eq!(status["events"], json!(1 + 8 + 4 * 8));
        assert_eq!(kept.json(&["metrics", &run])["metrics"][0]["count"], json!(8));
    }
}

#[test]
fn lists_continue_after_a_cursor() {
    let kept = Kept::new("scripts-pages", STORES[0]);
    let mut made: Vec<String> = (0..5).map(|i| kept.created(&["--label", &format!("n={i}")])).collect();
    made.reverse();
    let (mut seen, mut after) = (Vec::new(), None::<String>);
    loop {
        let place = after.clone().unwrap_or_default();
        let more = ["--after", &place];
        let page =
            kept.json(&[&["list", "--limit", "2"][..], if after.is_some() { &more } else { &[] }].concat());
        assert_eq!(page["total"], json!(5));
        seen.extend(page["runs"].as_array().unwrap().iter().map(|r| r["run"].as_str().unwrap().to_owned()));
        match page["next"].as_str() {
            Some(next) => after = Some(next.to_owned()),
            None => break,
        }
    }
    assert_eq!(seen, made);
    assert_eq!(kept.said(&["list", "--label", "n=3", "--ids"]), format!("{}\n", made[1]));
    assert_eq!(kept.json(&["list", "--since", "1 h"])["total"], json!(5));
    assert_eq!(kept.json(&["list", "--until", "1 h"])["total"], json!(0));
    assert_eq!(kept.json(&["list", "--label", "m"])["total"], json!(0));
}

#[test]
fn text_of_scripts_cannot_control_the_terminal() {
    let kept = Kept::new("scripts-hostile", STORES[0]);
    let bad = "\u{1b}]52;c;x\u{7}\u{202e}\u{9b}2J";
    let run = kept.created(&["--steps", bad, "--label", &format!("{bad}={bad}"), "--description", bad]);
    kept.run(&["metric", &run, bad, "1", "--unit", bad]);
    for args in [
        &["list"][..],
        &["list", "--json"],
        &["status", &run],
        &["status", &run, "--json"],
        &["metrics", &run],
    ] {
        let output = kept.run(args);
        assert_eq!(output.status.code(), Some(0));
        assert!(!text(&output.stdout).contains(['\u{1b}', '\u{7}', '\u{202e}', '\u{9b}']), "{args:?}");
    }
    let told = kept.run(&["step", "start", &run, &format!("{bad}x")]);
    assert!(!text(&told.stderr).contains(['\u{1b}', '\u{7}', '\u{202e}', '\u{9b}']));
}

#[test]
fn concurrent_first_uses_create_one_store() {
    for store in STORES {
        for round in 0..5 {
            let kept = Kept::new(&format!("scripts-first-{round}"), store);
            std::thread::scope(|scope| {
                for i in 0..6 {
                    let kept = &kept;
                    scope.spawn(move || kept.said(&["create", "--name", "x", "--id", &format!("r{i}")]));
                }
            });
            assert_eq!(kept.json(&["list"])["total"], json!(6));
        }
    }
}
