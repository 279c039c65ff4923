//! `makespan report`: the file it writes.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stdout)]

mod common;

use common::{NIGHTLY, file, folder, run, text};

#[test]
fn the_same_input_gives_the_same_bytes() {
    let dir = folder("same");
    let path = file(&dir, "nightly.txt", NIGHTLY);
    let write = |name: &str| {
        let out = dir.join(name).display().to_string();
        let output = run(&["report", &path, "-o", &out, "--title", "Nightly <build>"]);
        assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
        std::fs::read(out).unwrap()
    };
    let (one, two) = (write("one.html"), write("two.html"));
    assert!(one == two);
    assert_eq!(run(&["report", &path, "-o", "-", "--title", "Nightly <build>"]).stdout, one);
    let page = text(&one);
    assert!(page.starts_with("<!doctype html>") && page.contains("<title>Nightly &lt;build&gt;</title>"));
    let left: Vec<_> = std::fs::read_dir(&dir).unwrap().map(|e| e.unwrap().file_name()).collect();
    assert_eq!(left.len(), 3, "no half-written file is left: {left:?}");
}

#[test]
fn a_report_opens_as_its_run() {
    let dir = folder("again");
    let path = file(&dir, "nightly.txt", NIGHTLY);
    let report = dir.join("report.html").display().to_string();
    assert_eq!(run(&["report", &path, "-o", &report]).status.code(), Some(0));
    let summary = |path: &str| {
        let output = run(&["summary", "--json", path]);
        let mut document: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        document["runs"][0]["format"] = serde_json::Value::Null;
        document
    };
    assert_eq!(summary(&path), summary(&report));
}

#[test]
fn secrets_stay_out_unless_wanted() {
    let dir = folder("secrets");
    let run_file = r#"{"event":"run","run":"r","params":{"api_key":"k-123","region":"north"}}
{"event":"attempt","task":"load","started":0,"ended":1,"error":"no answer from https://ann:pw9@host/"}
"#;
    let path = file(&dir, "run.jsonl", run_file);
    let output = run(&["report", &path, "-o", "-"]);
    let page = text(&output.stdout);
    assert!(!page.contains("ann:pw9") && page.contains("https://[redacted]@host/"));
    let told = text(&output.stderr);
    assert!(
        told.contains("2 values were redacted (apikey in params 1, password in an address in error 1)"),
        "{told}"
    );
    assert!(text(&run(&["report", &path, "-o", "-", "--no-redact"]).stdout).contains("ann:pw9@host"));
}

#[test]
fn an_unreadable_input_leaves_no_file() {
    let dir = folder("none");
    let path = file(&dir, "noise", "nothing of use");
    let out = dir.join("report.html");
    assert_eq!(run(&["report", &path, "-o", out.to_str().unwrap()]).status.code(), Some(1));
    assert!(!out.exists());
}

#[test]
fn converted_runs_keep_secrets_unless_told_otherwise() {
    let dir = folder("convert-secrets");
    let run_file = r#"{"event":"run","run":"r","params":{"api_key":"k-123456"}}
{"event":"task","task":"get https://ann:pw9@host/a"}
{"event":"task","task":"use","after":["get https://ann:pw9@host/a"]}
"#;
    let path = file(&dir, "run.jsonl", run_file);
    let kept = run(&["convert", &path, "--to", "jsonl"]);
    assert!(text(&kept.stdout).contains("pw9") && text(&kept.stdout).contains("k-123456"));
    let redacted = run(&["convert", &path, "--to", "jsonl", "--redact"]);
    let out = text(&redacted.stdout);
    assert!(!out.contains("pw9") && !out.contains("k-123456"), "{out}");
    assert!(out.contains(r#""after":["get https://[redacted 1]@host/a"]"#), "{out}");
    assert!(text(&redacted.stderr).contains("values were redacted ("), "{}", text(&redacted.stderr));
    let both = run(&["report", &path, "-o", "-", "--redact", "--no-redact"]);
    assert_eq!(both.status.code(), Some(2), "one or the other");
}
