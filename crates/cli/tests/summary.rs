//! `makespan summary` and `makespan convert` on files, folders and standard input; the exit codes.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stdout)]

mod common;

use common::{NIGHTLY, file, folder, run, text, with_input};
use serde_json::{Value, json};

fn summary(args: &[&str]) -> Value {
    let output = run(&[&["summary", "--json"], args].concat());
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

#[test]
fn the_documented_shape() {
    let dir = folder("shape");
    let path = file(&dir, "nightly.txt", NIGHTLY);
    let document = summary(&[&path]);
    let run = &document["runs"][0];
    assert_eq!(run["critical_path"], json!(["fetch", "align", "call"]));
    for (key, value) in [
        ("id", json!("nightly")),
        ("name", json!("nightly")),
        ("workflow", Value::Null),
        ("format", json!("text")),
        ("status", json!("failed")),
        ("started", json!("1970-01-01T00:00:00Z")),
        ("ended", json!("1970-01-01T00:00:16Z")),
        ("makespan_ns", json!(16_000_000_000i64)),
        ("work_ns", json!(17_000_000_000i64)),
        ("tasks", json!(5)),
        ("attempts", json!(5)),
        ("retries", json!(1)),
        ("edges", json!(5)),
        ("edges_inferred", json!(0)),
        ("critical_path_ns", json!(16_000_000_000i64)),
        ("critical_path_parts_ns", json!([4_000_000_000i64, 5_000_000_000i64, 7_000_000_000i64])),
        ("at_least", json!(false)),
        ("max_concurrency", json!(2)),
        ("diagnostics", json!([])),
    ] {
        assert_eq!(run[key], value, "{key}");
    }
    let statuses = run["statuses"].as_object().unwrap();
    assert_eq!(statuses.len(), 11);
    assert_eq!((&statuses["upstream-failed"], &statuses["cached"]), (&json!(1), &json!(0)));
}

#[test]
fn every_member_is_documented() {
    let dir = folder("documented");
    let document = summary(&[&file(&dir, "nightly.txt", NIGHTLY)]);
    let page = include_str!("../../../docs/summary.md");
    let run = document["runs"][0].as_object().unwrap();
    let inner = ["recorded"].iter().flat_map(|k| run[*k].as_object().unwrap().keys());
    for member in run.keys().chain(inner) {
        assert!(page.contains(&format!("`{member}`")), "docs/summary.md does not tell of {member}");
    }
}

#[test]
fn converting_changes_nothing_but_the_format() {
    let dir = folder("convert");
    let path = file(&dir, "nightly.txt", NIGHTLY);
    let mut before = summary(&[&path]);
    before["runs"][0]["format"] = Value::Null;
    for to in ["jsonl", "text"] {
        let out = dir.join(format!("again.{to}")).display().to_string();
        assert_eq!(run(&["convert", &path, "--to", to, "-o", &out]).status.code(), Some(0));
        let mut after = summary(&[&out]);
        after["runs"][0]["format"] = Value::Null;
        assert_eq!(before, after, "{to}");
        assert_eq!(run(&["convert", &out, "--to", to]).stdout, std::fs::read(&out).unwrap(), "{to} of {to}");
    }
}

#[test]
fn seeds_survive_converting() {
    let Some(seeds) = common::shared("samples/seeds") else { return };
    let dir = folder("seeds");
    for seed in std::fs::read_dir(seeds).unwrap().map(|e| e.unwrap().path()) {
        let seed = seed.display().to_string();
        let output = run(&["summary", "--json", &seed]);
        if output.status.code() == Some(1) {
            continue;
        }
        let strip = |bytes: &[u8]| {
            let mut document: Value = serde_json::from_slice(bytes).unwrap();
            for run in document["runs"].as_array_mut().unwrap() {
                run["format"] = Value::Null;
                // A file name of the first reading is not the one of the second.
                run["diagnostics"] = Value::Null;
            }
            document
        };
        let events = dir.join("events.jsonl").display().to_string();
        assert_eq!(run(&["convert", &seed, "--to", "jsonl", "-o", &events]).status.code(), Some(0), "{seed}");
        let again = run(&["summary", "--json", &events]);
        assert_eq!(strip(&output.stdout), strip(&again.stdout), "{seed}");
    }
}

#[test]
fn exit_codes_distinguish_errors() {
    let dir = folder("codes");
    let good = file(&dir, "good.txt", NIGHTLY);
    let empty = file(&dir, "empty.json", "");
    let noise = file(&dir, "noise.bin", [0u8, 1, 2, 0xff, 0xfe, 7]);
    let missing = dir.join("missing").display().to_string();
    let blocked = dir.join("good.txt/below").display().to_string();
    // A message names a file by the whole path that was given.
    let (unknown, gone) =
        (format!("{noise}: not recognised: binary data"), format!("{missing} cannot be read"));
    for (args, code, told) in [
        (vec!["summary", &good], 0, ""),
        (vec!["summary", &empty], 1, "empty.json"),
        (vec!["summary", &noise], 1, "tried text"),
        (vec!["summary", &missing], 1, &*gone),
        (vec!["summary", &empty, &noise, &missing], 1, "no run could be read"),
        (vec!["summary", &good, &noise, &missing], 0, &*unknown),
        (vec!["summary"], 2, "FILES"),
        (vec!["frobnicate"], 2, "frobnicate"),
        (vec!["summary", "--zone", "Mars/Olympus", &good], 2, "unknown time zone"),
        (vec!["convert", &good, "--to", "pdf"], 2, "jsonl"),
        (vec!["report", &good, "-o", &blocked], 2, "cannot write"),
        (vec!["open", &missing, "--no-browser", "--port", "0"], 1, &*gone),
        (vec!["formats"], 0, ""),
        (vec!["--help"], 0, ""),
        (vec!["--version"], 0, ""),
    ] {
        let output = run(&args);
        let err = text(&output.stderr);
        assert_eq!(output.status.code(), Some(code), "{args:?}: {err}");
        assert!(err.contains(told), "{args:?}: {err}");
    }
}

#[test]
fn folders_are_read_whole_and_in_order() {
    let dir = folder("whole");
    file(&dir, "b/two.txt", "run two\na 0..1 w");
    file(&dir, "a/one.txt", "run one\na 0..1 w");
    file(&dir, ".hidden/three.txt", "run three\na 0..1 w");
    file(&dir, "bad.json", "{\"truncated\": [");
    let output = run(&["summary", "--json", dir.to_str().unwrap()]);
    let document: Value = serde_json::from_slice(&output.stdout).unwrap();
    let names: Vec<&str> =
        document["runs"].as_array().unwrap().iter().map(|r| r["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["one", "two"]);
    assert_eq!(output.status.code(), Some(0));
    let bad = dir.join("bad.json").display().to_string();
    assert!(text(&output.stderr).contains(&bad), "{}", text(&output.stderr));
}

#[test]
fn files_with_the_same_name_are_distinguished_by_their_folders() {
    let dir = folder("namesakes");
    let good = file(&dir, "run.txt", NIGHTLY);
    let (a, b) = (file(&dir, "a/x.json", "{\"odd\":1}"), file(&dir, "b/x.json", "{\"odd\":1}"));
    let output = run(&["summary", &good, &a, &b]);
    let told = text(&output.stderr);
    assert_eq!(output.status.code(), Some(0), "{told}");
    for path in [&a, &b] {
        assert!(told.contains(&format!("warning: {path}: not recognised")), "{told}");
    }
}

#[test]
fn standard_input_and_compressed_files_are_files() {
    use std::io::Write as _;
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    gzip.write_all(NIGHTLY.as_bytes()).unwrap();
    for input in [NIGHTLY.as_bytes().to_vec(), gzip.finish().unwrap()] {
        let output = with_input(&["summary", "-"], &input);
        assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
        let shown = text(&output.stdout);
        for part in [
            "nightly  ✗ failed",
            "16 s",
            "First failure    call",
            "no reference genome",
            "succeeded        3",
        ] {
            assert!(shown.contains(part), "{part} is not in\n{shown}");
        }
    }
}

#[test]
fn runs_of_any_number_are_printed_one_after_another() {
    let dir = folder("many-runs");
    let lines = |i: usize| {
        format!(
            "{{\"event\":\"run\",\"makespan\":1,\"run\":\"r{i}\",\"name\":\"run {i}\"}}\n{{\"event\":\"task\",\"task\":\"a\"}}\n{{\"event\":\"attempt\",\"task\":\"a\",\"started\":{i},\"ended\":{}}}\n",
            i + 5
        )
    };
    let many = file(&dir, "many.jsonl", (0..500).map(lines).collect::<String>());
    let output = run(&["summary", &many]);
    let printed = text(&output.stdout);
    assert!(printed.len() > 100_000, "{}", printed.len());
    for i in [0, 250, 499] {
        let alone = run(&["summary", &file(&dir, "one.jsonl", lines(i))]);
        let page = text(&alone.stdout);
        assert!(printed.contains(&*page), "{page}");
    }
    let heads = printed.lines().filter(|line| line.starts_with("run ")).count();
    assert_eq!((heads, printed.matches("\n\n\n").count()), (500, 0));
}

#[test]
fn a_terminal_obeys_nothing_that_a_file_says() {
    let evil = "run \u{1b}]52;c;eA==\u{7}\nx\u{1b}[2J 0..1 w\u{9b}6n \u{202e} failed error=\u{1b}[31m";
    for args in [&["summary", "-"][..], &["summary", "--json", "-"]] {
        let output = with_input(args, evil.as_bytes());
        let all = text(&output.stdout) + &text(&output.stderr);
        assert!(!all.contains(['\u{1b}', '\u{7}', '\u{9b}', '\u{202e}']), "{all:?}");
    }
    let output = with_input(&["summary", "-"], b"\x1b[2Jnothing known");
    assert!(!output.stderr.contains(&0x1b), "{:?}", text(&output.stderr));
}

#[test]
fn alerts_and_lines_of_the_run_are_shown() {
    let events = r#"{"event":"run","makespan":1,"run":"r"}
{"event":"start","task":"a","t":1767600000000000000}
{"event":"alert","t":1767600000200000000,"severity":"critical","text":"disk nearly full"}
{"event":"log","t":1767600000300000000,"level":"warning","text":"mirror is slow"}
{"event":"end","task":"a","t":1767600001000000000}
"#;
    let shown = text(&with_input(&["summary", "-"], events.as_bytes()).stdout);
    for part in ["Events", "disk nearly full", "critical", "mirror is slow"] {
        assert!(shown.contains(part), "{part} is not in\n{shown}");
    }
}

#[test]
fn a_closed_pipe_is_not_an_error() {
    let mut many = String::from("run many\n");
    for i in 0..20_000 {
        many.push_str(&format!("t{i} {i}..{} w\n", i + 1));
    }
    let dir = folder("pipe");
    let path = file(&dir, "many.txt", many);
    let mut child = common::program()
        .args(["convert", &path, "--to", "jsonl"])
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!((output.status.code(), text(&output.stderr).as_str()), (Some(0), ""));
}

#[test]
fn zones_apply_to_times_without_a_zone() {
    let dir = folder("zones");
    let naive = r#"{"tasks":[{"id":"a","start":"2026-01-05 08:00:00","end":"2026-01-05 08:00:01"}]}"#;
    let path = file(&dir, "naive.json", naive);
    let start =
        |zone: &str| summary(&["--zone", zone, &path])["runs"][0]["started"].as_str().unwrap().to_owned();
    assert_eq!(start("UTC"), "2026-01-05T08:00:00Z");
    assert_eq!(start("+02:00"), "2026-01-05T06:00:00Z");
}

#[test]
fn a_mapping_names_the_columns_of_a_table() {
    let dir = folder("mapping");
    let table =
        file(&dir, "jobs.csv", "what,from,took,how\na,1740823200000,1500,GREEN\nb,1740823201500,500,RED\n");
    let mapping = "[columns]\nid = \"what\"\nstarted = \"from\"\nduration = \"took\"\nstatus = \"how\"\n\
                   [units]\nstarted = \"ms\"\nduration = \"ms\"\n[status]\nGREEN = \"succeeded\"\nRED = \"failed\"\n";
    let mapping = file(&dir, "map.toml", mapping);
    let run_of = &summary(&["--map", &mapping, &table])["runs"][0];
    assert_eq!((&run_of["format"], &run_of["status"]), (&json!("table"), &json!("failed")));
    assert_eq!((&run_of["tasks"], &run_of["makespan_ns"]), (&json!(2), &json!(2_000_000_000i64)));
    let wrong = file(&dir, "wrong.toml", "[columns]\nidd = \"what\"\n");
    let output = run(&["summary", "--map", &wrong, &table]);
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stderr).contains("unknown field \"idd\""), "{}", text(&output.stderr));
}

#[test]
fn formats_come_from_the_importers() {
    let formats: Value = serde_json::from_slice(&run(&["formats", "--json"]).stdout).unwrap();
    let ids: Vec<&str> = formats.as_array().unwrap().iter().map(|f| f["id"].as_str().unwrap()).collect();
    assert_eq!(ids, makespan_import::REGISTRY.iter().map(|e| e.importer.id).collect::<Vec<_>>());
    let shown = text(&run(&["formats"]).stdout);
    assert!(ids.iter().all(|id| shown.contains(&format!("({id})"))), "{shown}");
}

#[test]
fn each_run_knows_its_format_among_several() {
    let dir = folder("mixed");
    file(&dir, "a.txt", "run same\na 0..1 w");
    file(&dir, "b.json", r#"{"run_id":"same","tasks":[{"id":"a","start":0,"end":1}]}"#);
    file(&dir, "c.json", r#"{"run_id":"other","tasks":[{"id":"a","start":0,"end":1}]}"#);
    file(&dir, "d.jsonl", "{\"event\":\"run\",\"run\":\"events\"}\n{\"event\":\"task\",\"task\":\"a\"}\n");
    let document = summary(&[dir.to_str().unwrap()]);
    let mut formats: Vec<(String, String)> = document["runs"]
        .as_array()
        .unwrap()
        .iter()
        .map(|r| (r["id"].as_str().unwrap().to_owned(), r["format"].as_str().unwrap().to_owned()))
        .collect();
    formats.sort();
    let shown: Vec<(&str, &str)> = formats.iter().map(|(a, b)| (a.as_str(), b.as_str())).collect();
    let expected =
        [("events", "makespan"), ("other", "plain"), ("same", "plain"), ("same (mixed/a.txt)", "text")];
    assert_eq!(shown, expected);
}
