//! What verbs print with `--json` keeps to the published schemas.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use std::collections::BTreeSet;
use std::path::Path;

use boon::{Compiler, SchemaIndex, Schemas};
use common::kept::Kept;
use common::{NIGHTLY, file, text};
use serde_json::{Value, json};

/// Members whose own members have names of the user's, or of settings: they have no fixed names.
const OPEN: [&str; 3] = ["labels", "kept", "settings"];

/// A run of which nothing is known but its id, one whose task has no time and no known status, one that is going on,
/// and one with a metric, a label and a log.
const ODD: &str = "\
{\"event\":\"run\",\"run\":\"bare\"}
{\"event\":\"run\",\"run\":\"odd\",\"name\":\"\\u001b[2J::error::x\"}
{\"event\":\"task\",\"task\":\"a\",\"status\":\"unknown\"}
{\"event\":\"task\",\"task\":\"b\",\"status\":\"bewitched\",\"after\":[\"a\",\"nobody\"]}
{\"event\":\"run\",\"run\":\"going\",\"workflow\":\"w\",\"labels\":{\"a\":\"b\"},\"started\":\"2026-01-05T02:00:00Z\"}
{\"event\":\"attempt\",\"task\":\"c\",\"number\":1,\"started\":\"2026-01-05T02:00:01Z\",\"status\":\"running\"}
{\"event\":\"sample\",\"task\":\"c\",\"name\":\"memory\",\"value\":5e6,\"unit\":\"bytes\",\"time\":\"2026-01-05T02:00:02Z\"}
{\"event\":\"log\",\"task\":\"c\",\"text\":\"hello\"}
";

/// The same workflow, faster and without failure.
const FASTER: &str = "\
run tuesday
fetch       0..3      w1
align       3..6      w1    fetch            step=align
sort        4..5      w2    fetch
call        6..9      w2    align sort
publish     9..9.5    w1    call
";

struct Checked {
    schemas: Schemas,
    index: SchemaIndex,
    verb: &'static str,
}

impl Checked {
    fn new(verb: &'static str) -> Checked {
        let path =
            Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("../../docs/schemas/{verb}.schema.json"));
        let schema: Value = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
        let (mut compiler, mut schemas) = (Compiler::new(), Schemas::new());
        compiler.enable_format_assertions();
        let place = format!("https://makespan.invalid/{verb}.json");
        compiler.add_resource(&place, schema).unwrap();
        let index = compiler.compile(&place, &mut schemas).unwrap();
        Checked { schemas, index, verb }
    }

    fn accepts(&self, document: &Value) -> bool {
        self.schemas.validate(document, self.index).is_ok()
    }

    /// The document is valid, and is not once any member of it has another name or is missing.
    fn check(&self, document: &Value) {
        if let Err(error) = self.schemas.validate(document, self.index) {
            panic!("{}: {error:#}\n{document:#}", self.verb);
        }
        let mut places = Vec::new();
        objects(document, "", "", &mut BTreeSet::new(), &mut places);
        for place in places {
            let members: Vec<String> =
                document.pointer(&place).unwrap().as_object().unwrap().keys().cloned().collect();
            for member in members {
                let mut renamed = document.clone();
                let object = renamed.pointer_mut(&place).unwrap().as_object_mut().unwrap();
                let value = object.remove(&member).unwrap();
                object.insert(format!("{member}_"), value);
                assert!(!self.accepts(&renamed), "{} {place}: {member} has another name", self.verb);
            }
        }
    }
}

/// One place of each kind of object whose members are fixed: the elements of a list are of one kind.
fn objects(value: &Value, place: &str, kind: &str, seen: &mut BTreeSet<String>, out: &mut Vec<String>) {
    match value {
        Value::Object(members) => {
            let is_open = OPEN.iter().any(|name| kind.ends_with(&format!("/{name}")));
            if !is_open && !members.is_empty() && seen.insert(kind.to_owned()) {
                out.push(place.to_owned());
            }
            for (name, member) in members {
                let step = if is_open { "*" } else { name };
                let escaped = name.replace('~', "~0").replace('/', "~1");
                objects(member, &format!("{place}/{escaped}"), &format!("{kind}/{step}"), seen, out);
            }
        }
        Value::Array(elements) => {
            for (i, element) in elements.iter().enumerate() {
                objects(element, &format!("{place}/{i}"), &format!("{kind}/*"), seen, out);
            }
        }
        _ => {}
    }
}

/// What a call prints, which may end with any of these codes.
fn printed(kept: &Kept, args: &[&str], codes: &[i32]) -> Vec<Value> {
    let output = kept.run(&[args, &["--json"]].concat());
    assert!(codes.contains(&output.status.code().unwrap()), "{args:?}: {}", text(&output.stderr));
    let values = serde_json::Deserializer::from_slice(&output.stdout).into_iter::<Value>();
    values.map(Result::unwrap).collect()
}

fn check(kept: &Kept, verb: &'static str, calls: &[&[&str]]) {
    let schema = Checked::new(verb);
    for call in calls {
        let documents = printed(kept, call, &[0]);
        assert!(!documents.is_empty(), "{call:?}");
        documents.iter().for_each(|document| schema.check(document));
    }
}

#[test]
fn verbs_that_read_files_match_their_schemas() {
    let kept = Kept::new("schemas-files", "file:runs");
    let (a, b) = (file(&kept.folder, "a.txt", NIGHTLY), file(&kept.folder, "b.txt", FASTER));
    let odd = file(&kept.folder, "odd.jsonl", ODD);
    let (a, b, odd) = (a.as_str(), b.as_str(), odd.as_str());
    check(&kept, "summary", &[&["summary", a], &["summary", odd], &["summary", a, b, odd]]);
    check(
        &kept,
        "stats",
        &[
            &["stats", a, "--rule", "failed = 0", "--rule", "p95 duration <= 1 s"],
            &["stats", odd, "--metric", "memory", "--rule", "max memory <= 1 MB"],
            &["stats", a, b, odd, "--from", "1970-01-01", "--to", "1970-01-02"],
        ],
    );
    check(&kept, "query", &[&["query", a, b, odd, "status:failed"], &["query", a, b, odd, "id:*"]]);
    check(
        &kept,
        "compare",
        &[
            &["compare", a, b],
            &["compare", a, b, "--all", "--metric", "wait"],
            &["compare", odd, a],
            &["compare", "--baseline", a, a, a, "--candidate", b, b, b],
            &["compare", a, b, a, b, a, odd],
        ],
    );
    check(&kept, "formats", &[&["formats"]]);
    check(&kept, "config", &[&["config", "show"]]);
    check(&kept, "alerts", &[&["alerts", "--dry-run", a, b, odd]]);
    let schema = Checked::new("check");
    for rule in ["failed = 0", "tasks > 0", "max memory <= 110 % of baseline"] {
        let documents = printed(&kept, &["check", a, odd, "--rule", rule, "--baseline", b], &[0, 1, 2]);
        documents.iter().for_each(|document| schema.check(document));
    }
}

#[test]
fn every_recorded_file_of_the_importers_matches_the_schemas() {
    let kept = Kept::new("schemas-recorded", "file:runs");
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("../import/tests/fixtures");
    for (verb, more) in [("summary", None), ("stats", None), ("query", Some("id:*"))] {
        let schema = Checked::new(verb);
        let mut args = vec![verb, fixtures.to_str().unwrap()];
        args.extend(more);
        let documents = printed(&kept, &args, &[0]);
        let runs: usize = documents.iter().map(|d| d["runs"].as_array().map_or(1, Vec::len)).sum();
        assert!(runs > 50, "{verb}: {runs}");
        for document in &documents {
            assert!(
                schema.accepts(document),
                "{verb}: {:#}",
                schema.schemas.validate(document, schema.index).unwrap_err()
            );
        }
    }
}

#[test]
fn verbs_of_the_store_match_their_schemas() {
    let rules = "[alerts.rules.failures]\nwhen = \"failed > 0\"\n";
    for store in ["file:runs", "sqlite:runs.db"] {
        let kept = Kept::new("schemas-kept", store);
        file(&kept.folder, "makespan.toml", rules);
        let (a, odd) = (file(&kept.folder, "a.txt", NIGHTLY), file(&kept.folder, "odd.jsonl", ODD));
        check(&kept, "list", &[&["list"]]);
        check(&kept, "import", &[&["import", &a, &odd], &["import", &a]]);
        check(
            &kept,
            "create",
            &[&["create", "--name", "n", "--id", "n1", "--steps", "x,y", "--label", "k=v"]],
        );
        check(
            &kept,
            "step",
            &[
                &["step", "start", "n1", "x"],
                &["step", "progress", "n1", "x", "40%", "--message", "half"],
                &["step", "done", "n1", "x"],
            ],
        );
        check(
            &kept,
            "metric",
            &[
                &["metric", "n1", "memory", "5", "--unit", "MB", "--step", "x"],
                &["metric", "n1", "m", "-1e300"],
            ],
        );
        check(&kept, "log", &[&["log", "n1", "line"]]);
        check(
            &kept,
            "status",
            &[&["status", "n1"], &["status", "nightly"], &["status", "bare"], &["status", "odd"]],
        );
        check(&kept, "metrics", &[&["metrics", "n1"], &["metrics", "going"], &["metrics", "bare"]]);
        check(&kept, "finish", &[&["finish", "n1"]]);
        check(&kept, "list", &[&["list", "--limit", "2"], &["list"]]);
        check(&kept, "pin", &[&["pin", "nightly"]]);
        check(&kept, "unpin", &[&["unpin", "nightly"]]);
        check(&kept, "rm", &[&["rm", "nightly"]]);
        check(&kept, "restore", &[&["restore", "nightly"]]);
        check(&kept, "copy", &[&["copy", "--to", "file:other"]]);
        check(
            &kept,
            "gc",
            &[&["gc", "--older-than", "1d"], &["gc", "--older-than", "1d", "--yes", "--confirm", "1"]],
        );
        std::fs::write(kept.folder.join("makespan.toml"), "[alerts.rules.any]\nwhen = \"failed > 0\"\n")
            .unwrap();
        kept.run(&["run", "--id", "bad", "--", "false"]);
        check(&kept, "status", &[&["status", "bad"]]);
        check(&kept, "alerts", &[&["alerts"], &["alerts", "--count", "0"]]);
    }
}

#[test]
fn the_program_prints_the_published_schemas() {
    let kept = Kept::new("schemas-printed", "file:runs");
    let verbs = kept.said(&["schema"]);
    assert!(verbs.lines().count() > 20, "{verbs}");
    for verb in verbs.lines() {
        let schema: Value = serde_json::from_str(&kept.said(&["schema", verb])).unwrap();
        assert_eq!(schema["$schema"], json!("https://json-schema.org/draft/2020-12/schema"));
    }
    let output = kept.run(&["schema", "sumary"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stderr).contains("did you mean summary?"));
}
