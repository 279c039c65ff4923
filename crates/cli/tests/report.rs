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
fn secrets_are_redacted_unless_requested_otherwise() {
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
fn converted_runs_keep_secrets_unless_redaction_is_requested() {
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

#[test]
fn notes_and_sections_can_be_chosen_and_a_static_report_is_small() {
    let dir = folder("report-options");
    let path = file(&dir, "three.txt", "fetch 0..4 w1\nalign 4..9 w1 fetch\nload 9..12 w2 align\n");
    let notes = file(&dir, "notes.md", "# Cause\n\nSee [the log](https://ci.example/7) <b>now</b>\n");
    let output = run(&["report", &path, "-o", "-", "--static", "--notes", &notes]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    assert!(output.stderr.is_empty(), "{}", text(&output.stderr));
    let page = text(&output.stdout);
    assert!(page.len() <= 80_000 && !page.contains("<script>"), "{}", page.len());
    assert!(page.contains("<h3>Cause</h3>") && page.contains("href=\"https://ci.example/7\""));
    assert!(page.contains("&lt;b&gt;now") && page.contains("id=\"run-1-timeline\""));
    let report = file(&dir, "report.html", &page);
    assert_eq!(run(&["summary", &report]).status.code(), Some(0), "the data is complete");
    let output = run(&["report", &path, "-o", "-", "--static", "--sections", "summary,tasks"]);
    let page = text(&output.stdout);
    assert!(page.contains("id=\"run-1-tasks\"") && !page.contains("id=\"run-1-timeline\""));
    let unknown = run(&["report", &path, "-o", "-", "--sections", "gantt"]);
    assert_eq!(unknown.status.code(), Some(2));
    assert!(text(&unknown.stderr).contains("timeline"), "{}", text(&unknown.stderr));
    let missing = run(&["report", &path, "-o", "-", "--notes", "missing.md"]);
    assert!(missing.status.code() == Some(2) && text(&missing.stderr).contains("missing.md: "));
}

#[test]
fn a_report_has_the_theme_that_was_asked_for_and_light_paper() {
    let dir = folder("report-theme");
    let path = file(&dir, "nightly.txt", NIGHTLY);
    let page = |args: &[&str]| text(&run(&[&["report", &path, "-o", "-", "--static"], args].concat()).stdout);
    let (plain, dark) = (page(&[]), page(&["--theme", "dark"]));
    assert!(
        plain.contains("@media (prefers-color-scheme:dark){:root")
            && plain.contains("content=\"light dark\"")
    );
    assert!(dark.contains("@media screen{:root") && dark.contains("content=\"dark\""));
    assert!(!dark.contains("prefers-color-scheme"));
    assert!(dark.contains("theme=dark"), "the app opens in it too");
    let both = page(&["--view", "https://ci.example/#v=1&view=timeline", "--theme", "high-contrast"]);
    assert!(both.contains("view=timeline") && both.contains("theme=high-contrast"));
    assert_eq!(run(&["report", &path, "-o", "-", "--theme", "pink"]).status.code(), Some(2));
}

#[test]
fn a_report_with_pseudonyms_has_no_name_and_opens_as_the_same_shape() {
    let dir = folder("report-pseudonyms");
    let path = file(
        &dir,
        "acme.txt",
        "run acme_nightly\nacme_load 0..4 acme_host step=acme_step\nacme_pay 4..9 acme_host acme_load failed error=acme_refused\n",
    );
    let report = dir.join("report.html").display().to_string();
    let made = run(&["report", &path, "-o", &report, "--static", "--pseudonymise"]);
    assert_eq!(made.status.code(), Some(0), "{}", text(&made.stderr));
    let events = text(&run(&["extract", &report]).stdout);
    let page = std::fs::read_to_string(&report).unwrap();
    assert!(!page.contains("acme") && !events.contains("acme"), "{events}");
    assert!(page.contains("task 2") && page.contains("error 1"));
    let makespan = |path: &str| {
        let output = run(&["summary", "--json", path]);
        let document: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        (document["runs"][0]["makespan_ns"].clone(), document["runs"][0]["critical_path_ns"].clone())
    };
    assert_eq!(makespan(&report), makespan(&path));
    let markdown = dir.join("report.md").display().to_string();
    assert_eq!(run(&["report", &path, "-o", &markdown, "--pseudonymise"]).status.code(), Some(0));
    assert!(!std::fs::read_to_string(markdown).unwrap().contains("acme"));
}
