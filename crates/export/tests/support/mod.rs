//! Runs of unkind names, and the programs that read what is written.
#![allow(dead_code)]

use std::io::Write as _;
use std::process::{Command, Stdio};

use makespan_analysis::Facts;
use makespan_export::{Exported, Format, Options, export};
use makespan_import::{Options as Reading, Source, open};
use makespan_model::{Run, RunsBuilder};
use serde_json::json;

/// Names that mean something to one program or another.
pub(crate) const UNKIND: &[&str] = &[
    "=HYPERLINK(\"http://x.example\",\"y\")",
    "+1+cmd|' /C calc'!A0",
    "-2+3",
    "@SUM(A1:A9)",
    "\tTAB",
    "＝1＋1",
    "a,b\"c\"\nd",
    "</text><script>alert(1)</script>",
    "\"]; click n1 href \"javascript:alert(1)\"",
    "%%{init: {\"securityLevel\": \"loose\"}}%%",
    "end",
    "title x",
    "section :y, z",
    "1. one",
    "- two",
    "# three",
    "![x](http://x.example/a.png) [y](javascript:1) <b>z</b> &lt; `c` **d** | e",
    "https://x.example www.x.example me@x.example @octocat #1",
    "::set-output name=x::y",
    "##[error]z",
    "```\nfenced\n```",
    "\\N \\G {a|b} <c>",
    "\u{1b}[31m\u{7}\u{202e}gnp.exe\u{0}\u{fffe}",
    "naïve 日本語 🦀",
    " ",
];

/// A run that has something of everything, under names that are given.
pub(crate) fn events(names: &[&str]) -> String {
    let mut lines = vec![json!({"event": "run", "run": names[0], "name": names.last(), "workflow": "w"})];
    for (i, name) in names.iter().enumerate() {
        let id = format!("t{i}");
        let after: Vec<String> = if i > 0 { vec![format!("t{}", i - 1)] } else { Vec::new() };
        let (from, to) = (1_700_000_000_000_000_001 + i as i64 * 1_000_000_007, 900_000_003);
        lines.push(json!({"event": "task", "task": id, "name": name, "step": name, "after": after, "params": {"x": name}}));
        let error = json!({"message": name, "kind": name, "trace": name});
        lines.push(json!({"event": "attempt", "task": id, "try": 1, "queued": from - 5, "started": from, "ended": from + to, "worker": name, "status": "failed", "error": error}));
        lines.push(json!({"event": "attempt", "task": id, "try": 2, "started": from + to, "ended": from + to + 9, "worker": name, "status": "succeeded"}));
        lines.push(json!({"event": "sample", "task": id, "name": name, "value": -0.1 * i as f64, "unit": name, "t": from}));
        lines.push(json!({"event": "log", "task": id, "text": name, "t": from, "level": "info"}));
        lines.push(json!({"event": "alert", "text": name, "severity": name, "t": from}));
        lines.push(json!({"event": "artifact", "task": id, "name": name, "direction": "output", "uri": name, "size": 3}));
    }
    lines.push(json!({"event": "task", "task": "never", "after": ["t0"], "status": "pending"}));
    lines.push(json!({"event": "task", "task": "round", "after": ["never"]}));
    lines.push(json!({"event": "task", "task": "never", "after": ["round"]}));
    lines.push(json!({"event": "attempt", "task": "open", "started": 1_700_000_000_000_000_009i64, "status": "running"}));
    lines.iter().map(|line| format!("{line}\n")).collect()
}

/// The runs of a file.
pub(crate) fn read(name: &str, bytes: &[u8]) -> Vec<Run> {
    let mut fold = RunsBuilder::new();
    let outcome = open(vec![Source::new(name, bytes.to_vec())], &Reading::default(), &mut fold);
    let (runs, early) = fold.finish();
    assert!(!runs.is_empty(), "{:?} {early:?}", outcome.files);
    runs
}

pub(crate) fn facts(events: &str) -> Facts {
    Facts::new(read("run.jsonl", events.as_bytes()).remove(0).into())
}

pub(crate) fn write(facts: &[&Facts], format: Format, options: &Options) -> Exported {
    export(facts, format, options).unwrap()
}

/// What a program prints when it reads this; `None`, said aloud, where it is not installed.
pub(crate) fn consumed(program: &str, args: &[&str], input: &str) -> Option<String> {
    let child = Command::new(program)
        .args(args)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn();
    let Ok(mut child) = child else {
        println!("skipped: {program} is not installed");
        return None;
    };
    let mut stdin = child.stdin.take().unwrap();
    let text = input.to_owned();
    let feeder = std::thread::spawn(move || {
        let _ = stdin.write_all(text.as_bytes());
    });
    let output = child.wait_with_output().unwrap();
    feeder.join().unwrap();
    let errors = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{program} refuses it: {errors}");
    Some(String::from_utf8(output.stdout).unwrap())
}
