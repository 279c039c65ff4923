//! The pages on events say what the reader does.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::collections::BTreeSet;

use makespan_format::{Status, VERSION, read_line};
use serde_json::Value;

const PAGE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/events.md");
const SCHEMA: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/events.schema.json");

/// Every member that a line can have.
const MEMBERS: [&str; 37] = [
    "makespan",
    "event",
    "run",
    "task",
    "try",
    "name",
    "workflow",
    "step",
    "kind",
    "parent",
    "after",
    "status",
    "queued",
    "started",
    "ended",
    "t",
    "worker",
    "progress",
    "error",
    "source",
    "labels",
    "params",
    "stored",
    "infer_edges",
    "value",
    "unit",
    "level",
    "text",
    "severity",
    "resolved",
    "direction",
    "uri",
    "size",
    "code",
    "count",
    "offset",
    "line",
];

const EVENTS: [&str; 12] = [
    "run",
    "task",
    "attempt",
    "queue",
    "start",
    "progress",
    "end",
    "sample",
    "log",
    "alert",
    "artifact",
    "diagnostic",
];

fn page() -> String {
    std::fs::read_to_string(PAGE).expect("docs/events.md")
}

fn schema() -> Value {
    serde_json::from_str(&std::fs::read_to_string(SCHEMA).expect("docs/events.schema.json")).expect("JSON")
}

/// The lines of the fenced blocks of that language.
fn blocks<'p>(page: &'p str, language: &str) -> Vec<&'p str> {
    let mut inside = false;
    let mut lines = Vec::new();
    for line in page.lines() {
        if let Some(fence) = line.strip_prefix("```") {
            inside = fence == language;
        } else if inside {
            lines.push(line);
        }
    }
    lines
}

/// The part of the page under a heading.
fn section<'p>(page: &'p str, heading: &str) -> &'p str {
    let start = page.find(&format!("\n## {heading}\n")).unwrap_or_else(|| panic!("no section {heading}"));
    let rest = &page[start + 4..];
    rest.find("\n## ").map_or(rest, |end| &rest[..end])
}

fn words(list: &Value) -> BTreeSet<&str> {
    list.as_array().expect("array").iter().filter_map(Value::as_str).collect()
}

#[test]
fn every_example_is_an_event() {
    let page = page();
    let lines = blocks(&page, "jsonl");
    let mut kinds = BTreeSet::new();
    let mut members = BTreeSet::new();
    for line in &lines {
        let read = read_line(line.as_bytes()).unwrap_or_else(|e| panic!("{}: {line}", e.message));
        assert_eq!(read.unknown, 0, "{line}");
        let value: Value = serde_json::from_str(line).unwrap();
        members.extend(value.as_object().unwrap().keys().cloned());
        kinds.insert(value["event"].as_str().unwrap().to_owned());
    }
    assert!(lines.len() > 25, "{}", lines.len());
    assert_eq!(kinds, EVENTS.iter().map(|e| (*e).to_owned()).collect());
    assert_eq!(members, MEMBERS.iter().map(|m| (*m).to_owned()).collect(), "each member has an example");
}

#[test]
fn the_members_are_those_of_the_reader() {
    for member in MEMBERS {
        let line = match member {
            "event" | "task" => r#"{"event":"task","task":"x"}"#.to_owned(),
            "status" => r#"{"event":"task","task":"x","status":"failed"}"#.to_owned(),
            other => format!(r#"{{"event":"task","task":"x","{other}":null}}"#),
        };
        let read = read_line(line.as_bytes()).unwrap_or_else(|e| panic!("{}: {line}", e.message));
        assert_eq!(read.unknown, 0, "{member}");
    }
    assert_eq!(read_line(br#"{"event":"task","task":"x","nonsense":1}"#).unwrap().unknown, 1);
    // And none is missing: the table of the members that are read names no other.
    let source = include_str!("../../format/src/line.rs");
    let table = source.split("\nmembers! {").nth(1).unwrap().split("\n}").next().unwrap();
    let names: BTreeSet<&str> = table.split('"').skip(1).step_by(2).collect();
    assert_eq!(names, MEMBERS.into_iter().collect());
}

#[test]
fn the_schema_agrees_with_the_reader() {
    let schema = schema();
    let properties = schema["properties"].as_object().unwrap();
    assert_eq!(properties.keys().map(String::as_str).collect::<BTreeSet<_>>(), MEMBERS.into_iter().collect());
    assert_eq!(words(&properties["event"]["enum"]), EVENTS.into_iter().collect());
    let statuses: BTreeSet<&str> = Status::ALL.into_iter().map(Status::name).collect();
    assert_eq!(words(&schema["$defs"]["status"]["enum"]), statuses);
    assert_eq!(properties["makespan"]["maximum"], VERSION);
    for rule in schema["allOf"].as_array().unwrap() {
        for event in words(&rule["if"]["properties"]["event"]["enum"]) {
            for needed in words(&rule["then"]["required"]) {
                let mut line = format!(r#"{{"event":"{event}""#);
                for other in words(&rule["then"]["required"]).into_iter().filter(|m| *m != needed) {
                    line += &format!(r#","{other}":1"#);
                }
                line.push('}');
                assert!(read_line(line.as_bytes()).is_err(), "{event} is read without {needed}");
                line.truncate(line.len() - 1);
                line += &format!(r#","{needed}":1}}"#);
                assert!(read_line(line.as_bytes()).is_ok(), "{line}");
            }
        }
    }
}

#[test]
fn the_page_names_every_status_and_every_event() {
    let page = page();
    let table = section(&page, "Statuses");
    let named: BTreeSet<&str> =
        table.lines().filter_map(|l| l.strip_prefix("| `")?.split('`').next()).collect();
    assert_eq!(named, Status::ALL.into_iter().map(Status::name).collect());
    for event in ["run", "task", "attempt", "sample", "log", "alert", "artifact", "diagnostic"] {
        assert!(page.contains(&format!("\n### {event}\n")), "{event}");
    }
    assert!(page.contains("\n### queue, start, progress, end\n"));
    for (refused, why) in [
        (r#"{"event":"end","task":"a","t":"2026-01-05T08:00:00"}"#, "no zone"),
        (r#"{"event":"end","task":"a","t":1.5e18}"#, "a number with an exponent"),
        (r#"{"event":"end","task":"a","status":"FAILED"}"#, "another word"),
        (r#"{"event":"run","makespan":2,"run":"a"}"#, "a newer version"),
    ] {
        assert!(read_line(refused.as_bytes()).is_err(), "{why}");
    }
}

#[test]
fn the_output_of_the_shell_example_is_read() {
    let page = page();
    let quoted: Vec<&str> = blocks(&page, "bash").into_iter().filter(|l| l.contains("event \"{")).collect();
    assert_eq!(quoted.len(), 3);
    for line in quoted {
        let line = line.trim().trim_start_matches("event \"").trim_end_matches('"');
        let line = line.replace("\\\"", "\"").replace("$name", "fetch").replace("$after", "\"x\"");
        let line = line.replace("$(now)", "1767600000000000000").replace("$status", "failed");
        assert_eq!(read_line(line.as_bytes()).map(|l| l.unknown), Ok(0), "{line}");
    }
}
