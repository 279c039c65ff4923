//! `makespan query`: what it prints, and what it says of an expression that is wrong.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stdout)]

mod common;

use common::{NIGHTLY, file, folder, run, text, with_input};
use serde_json::{Value, json};

fn answer(args: &[&str]) -> Value {
    let output = run(&[&["query", "--json"], args].concat());
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

#[test]
fn the_documented_shape() {
    let path = file(&folder("query-shape"), "nightly.txt", NIGHTLY);
    let document = answer(&[&path, "dur>4s  or status:up"]);
    let call = json!({
        "id": "call", "name": "call", "step": "call", "status": "failed",
        "start": "1970-01-01T00:00:09Z", "end": "1970-01-01T00:00:16Z", "duration_ns": 7_000_000_000i64,
        "wait_ns": 0, "attempts": 2, "worker": "w2",
    });
    let report = json!({
        "id": "report", "name": "report", "step": "report", "status": "upstream-failed",
        "start": null, "end": null, "duration_ns": null, "wait_ns": null, "attempts": 0, "worker": null,
    });
    assert_eq!(document["query"], "duration>4s or status:up");
    assert_eq!(document["run"], json!({"id": "nightly", "name": "nightly"}));
    assert_eq!((&document["matched"], &document["of"]), (&json!(3), &json!(5)));
    assert_eq!(document["tasks"][0]["id"], "align");
    assert_eq!(document["tasks"][1], call);
    assert_eq!(document["tasks"][2], report, "what has no start comes last");

    let page = include_str!("../../../docs/query.md");
    for member in document.as_object().unwrap().keys().chain(call.as_object().unwrap().keys()) {
        assert!(page.contains(&format!("| `{member}` |")), "docs/query.md does not tell of {member}");
    }
}

#[test]
fn a_table_for_people_and_ids_for_pipes() {
    let path = file(&folder("query-text"), "nightly.txt", NIGHTLY);
    let output = run(&["query", &path, "down(fetch, 1) and dur>=2s"]);
    let expected = "\
nightly  3 of 5 tasks: down(fetch, 1) and duration>=2s

  Status       Task   Step   Start  Duration  Wait  Attempts  Worker
  ✓ succeeded  fetch  fetch   +0 s       4 s   0 s         1  w1
  ✓ succeeded  align  align   +4 s       5 s   0 s         1  w1
  ✓ succeeded  sort   sort    +5 s       2 s   1 s         1  w2
";
    assert_eq!(text(&output.stdout), expected);
    assert_eq!(text(&run(&["query", &path, "--ids", "call or align"]).stdout), "align\ncall\n");
    let none = run(&["query", &path, "zzz"]);
    assert_eq!((none.status.code(), text(&none.stdout).as_str()), (Some(0), "nightly  0 of 5 tasks: zzz\n"));
    let all = run(&["query", &path, ""]);
    assert!(text(&all.stdout).starts_with("nightly  5 of 5 tasks\n"));
}

#[test]
fn wide_names_are_shortened_to_the_terminal() {
    let long = format!("run r\n{} 0..1 w1 step={}\nb 0..1 w2", "n".repeat(200), "数".repeat(90));
    let path = file(&folder("query-wide"), "r.txt", long);
    let output = common::program().args(["query", &path, ""]).env("COLUMNS", "80").output().unwrap();
    for line in text(&output.stdout).lines() {
        let columns: usize = line.chars().map(|c| if c == '数' { 2 } else { 1 }).sum();
        assert!(columns <= 80, "{columns}: {line}");
    }
}

#[test]
fn wrong_expressions_are_shown_with_a_mark_under_the_place() {
    let path = file(&folder("query-wrong"), "nightly.txt", NIGHTLY);
    for (expression, marked) in [
        (
            "fetch stauts:failed",
            "no field or metric `stauts`; expected `status`\n  fetch stauts:failed\n        ^^^^^^\n",
        ),
        ("dur>10", "or a statistic such as p95\n  dur>10\n      ^^\n"),
        ("fetch and", "`(`\n  fetch and\n           ^\n"),
        ("up(fetch", "expected `)`\n  up(fetch\n  ^^^\n"),
    ] {
        let output = run(&["query", &path, expression]);
        let err = text(&output.stderr);
        assert!(err.starts_with("makespan: ") && err.ends_with(marked), "{err}");
        assert_eq!((output.status.code(), output.stdout.len()), (Some(2), 0));
    }
}

#[test]
fn exit_codes_distinguish_errors() {
    let path = file(&folder("query-codes"), "nightly.txt", NIGHTLY);
    for (args, code, told) in [
        (vec!["query", "missing.jsonl", "a"], 1, "missing"),
        (vec!["query", "missing.jsonl", "a and"], 2, "something is missing"),
        (vec!["query", &path], 2, "makespan query FILES EXPRESSION"),
        (vec!["query"], 2, "<FILES>... <EXPRESSION>"),
        (vec!["query", &path, "--run", "2", "a"], 2, "no run 2: the files contain 1"),
        (vec!["query", &path, "--run", "0", "a"], 2, "no run 0"),
        (vec!["query", &path, "--ids", "--json", "a"], 2, "cannot be used with"),
        (vec!["query", &path, "--run", "1", "a"], 0, ""),
    ] {
        let output = run(&args);
        let err = text(&output.stderr);
        assert_eq!(output.status.code(), Some(code), "{args:?}: {err}");
        assert!(err.contains(told), "{args:?}: {err}");
    }
}

#[test]
fn several_runs_are_printed_one_per_line() {
    let dir = folder("query-several");
    let sample = r#"{"event":"sample","task":"a","name":"rows","value":7}"#;
    let one = file(
        &dir,
        "1.jsonl",
        format!("{{\"event\":\"run\",\"run\":\"one\"}}\n{{\"event\":\"task\",\"task\":\"a\"}}\n{sample}\n"),
    );
    let two =
        file(&dir, "2.jsonl", "{\"event\":\"run\",\"run\":\"two\"}\n{\"event\":\"task\",\"task\":\"a\"}\n");
    let lines = |args: &[&str]| -> Vec<Value> {
        let output = run(&[&["query", "--json", &one, &two], args].concat());
        text(&output.stdout).lines().map(|l| serde_json::from_str(l).unwrap()).collect()
    };
    let names = |args: &[&str]| lines(args).iter().map(|l| l["run"]["id"].clone()).collect::<Vec<_>>();
    assert_eq!(names(&["a"]), ["one", "two"]);
    assert_eq!(names(&["--run", "2", "a"]), ["two"]);
    // Only one of them records that metric.
    assert_eq!(names(&["rows>5"]), ["one"]);
    let output = run(&["query", &one, &two, "rows>5"]);
    assert_eq!(output.status.code(), Some(0));
    assert!(text(&output.stderr).contains("warning: two is left out: there is no field or metric `rows`"));
    assert_eq!(run(&["query", &one, &two, "rowz>5"]).status.code(), Some(2));
}

#[test]
fn times_of_day_are_in_the_zone() {
    let path = file(&folder("query-zone"), "r.txt", "run r\na 0..10 w\nb 3600..3700 w a");
    let ids = |zone: &str, expression: &str| {
        text(&run(&["query", "--ids", "--zone", zone, &path, expression]).stdout)
    };
    assert_eq!(ids("UTC", "start>=01:00"), "b\n");
    assert_eq!(ids("+05:30", "start<06:00"), "a\n");
    assert_eq!(ids("+05:30", "start>=01:00"), "a\nb\n");
}

#[test]
fn text_of_files_and_expressions_cannot_control_the_terminal() {
    let evil = "run \u{1b}]52;c;eA==\u{7}\nx\u{1b}[2J\u{202e} 0..1 w\u{9b}6n failed\n";
    for args in [
        &["query", "-", "\u{1b}x or 0"][..],
        &["query", "--json", "-", "\u{9b}"],
        &["query", "-", "\u{202e}y>\u{1b}"],
    ] {
        let output = with_input(args, evil.as_bytes());
        let all = text(&output.stdout) + &text(&output.stderr);
        assert!(!all.contains(['\u{1b}', '\u{7}', '\u{9b}', '\u{202e}']), "{all:?}");
    }
}

/// A text as the query writes it.
fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

#[test]
fn every_printed_id_is_accepted_as_input() {
    let Some(samples) = common::shared("samples/seeds") else { return };
    let mut asked = 0;
    for sample in std::fs::read_dir(samples).unwrap().map(|e| e.unwrap().path().display().to_string()) {
        let output = run(&["query", "--json", &sample, ""]);
        for (number, line) in text(&output.stdout).lines().enumerate() {
            let answer: Value = serde_json::from_str(line).unwrap();
            let ids: Vec<&str> =
                answer["tasks"].as_array().unwrap().iter().map(|t| t["id"].as_str().unwrap()).collect();
            if ids.is_empty() || ids.len() > 900 || asked > 40 {
                continue;
            }
            let list = ids.iter().map(|id| quoted(id)).collect::<Vec<_>>().join(", ");
            let number = (number + 1).to_string();
            let again = run(&["query", "--json", "--run", &number, &sample, &format!("id in ({list})")]);
            let again: Value = serde_json::from_slice(&again.stdout).unwrap();
            assert_eq!(again["tasks"], answer["tasks"], "{sample}");
            asked += 1;
        }
    }
    assert!(asked > 5, "{asked} runs");
}
