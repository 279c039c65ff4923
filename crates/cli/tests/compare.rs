//! `makespan compare`: what people read and what programs read.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stdout)]

mod common;

use std::path::Path;

use common::{file, folder, run, text, with_input};
use serde_json::{Value, json};

const A: &str =
    "run monday\nfetch 0..4 w1\nalign 4..9 w1 fetch\nold 9..10 w1 align kind=py\nreport 10..11 w1 old\n";
const B: &str = "run tuesday\nfetch 0..4 w1\nalign 4..17 w1 fetch\nnew 17..18 w1 align kind=py\nreport 18..19 w1 new\nextra 2..3 w2\n";

fn compared(args: &[&str]) -> Value {
    let output = run(&[&["compare", "--json"], args].concat());
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

fn two(name: &str) -> (String, String) {
    let dir = folder(name);
    (file(&dir, "a.txt", A), file(&dir, "b.txt", B))
}

/// Runs of `load`, then `train`, in seconds, in a file of their own each.
fn many(dir: &Path, name: &str, times: &[(u32, u32)]) -> Vec<String> {
    let write = |(i, (load, train)): (usize, &(u32, u32))| {
        let start = 1000 * i as u32;
        let (middle, end) = (start + load, start + load + train);
        let body = format!("run {name}{i}\nload {start}..{middle} w\ntrain {middle}..{end} w load\n");
        file(dir, &format!("{name}{i}.txt"), body)
    };
    times.iter().enumerate().map(write).collect()
}

#[test]
fn the_parts_of_two_runs_add_up() {
    let (a, b) = two("pair");
    let found = compared(&[&a, &b]);
    assert_eq!((&found["comparison"], &found["comparable"]), (&json!("pair"), &json!(true)));
    assert_eq!(found["makespan_delta_ns"], json!(8_000_000_000i64));
    let explained = found["explained"].as_array().unwrap();
    assert_eq!(explained.iter().map(|p| p["delta_ns"].as_i64().unwrap()).sum::<i64>(), 8_000_000_000);
    assert_eq!(
        explained[0],
        json!({"part": "task", "task": "align", "a_id": "align", "b_id": "align", "delta_ns": 8_000_000_000i64})
    );
    assert_eq!(found["counts"], json!({"same": 2, "changed": 1, "added": 1, "removed": 0, "renamed": 1}));
    let tasks = found["tasks"].as_array().unwrap();
    let of = |key: &str| tasks.iter().find(|t| t["key"] == key).unwrap();
    assert_eq!((&of("new")["match"], &of("new")["a_id"]), (&json!("renamed"), &json!("old")));
    assert_eq!(of("new")["by"], json!("neighbourhood"));
    assert_eq!((&of("extra")["match"], &of("extra")["a_ns"]), (&json!("added"), &Value::Null));
    assert_eq!(
        (&of("align")["delta_ns"], &of("align")["changes"]),
        (&json!(8_000_000_000i64), &json!(["duration"]))
    );
    assert_eq!(tasks[0]["key"], "align");
    assert_eq!(found["runs"][1]["name"], "tuesday");
    assert_eq!(found["parameters"][0], json!({"of": "run", "name": "name", "a": "monday", "b": "tuesday"}));
    assert_eq!((&found["verdicts"], &found["trends"]), (&Value::Null, &Value::Null));
}

#[test]
fn swapping_two_runs_changes_every_sign() {
    let (a, b) = two("mirror");
    let (there, back) = (compared(&[&a, &b]), compared(&[&b, &a]));
    assert_eq!(back["makespan_delta_ns"], json!(-8_000_000_000i64));
    assert_eq!(there["counts"]["added"], back["counts"]["removed"]);
    let (there, back) = (text(&run(&["compare", &a, &b]).stdout), text(&run(&["compare", &b, &a]).stdout));
    assert!(there.contains("B took 8 s longer: 11 s → 19 s, +73 %"), "{there}");
    assert!(back.contains("B took 8 s less: 19 s → 11 s, −42 %"), "{back}");
    assert!(there.contains("old → new") && back.contains("new → old"));
}

#[test]
fn one_file_may_contain_both_runs_but_one_run_cannot_be_compared() {
    let dir = folder("one-file");
    let both = file(&dir, "both.txt", format!("{A}{B}"));
    assert_eq!(compared(&[&both])["makespan_delta_ns"], json!(8_000_000_000i64));
    let output = with_input(&["compare", "-"], format!("{A}{B}").as_bytes());
    assert!(text(&output.stdout).contains("B took 8 s longer"));
    let alone = file(&dir, "alone.txt", A);
    let output = run(&["compare", &alone]);
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stderr).contains("needs at least two runs"));
    let output = run(&["compare", &both, "--metric", "mem"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(
        text(&output.stderr)
            .contains("no run has the metric mem; known metrics: attempts, backoff, duration")
    );
    for wrong in [
        vec!["compare"],
        vec!["compare", "--baseline", &alone],
        vec!["compare", &both, "--candidate", &alone],
    ] {
        assert_eq!(run(&wrong).status.code(), Some(2), "{wrong:?}");
    }
}

#[test]
fn a_run_is_the_same_as_itself() {
    let (a, _) = two("itself");
    let copy = file(&folder("itself-copy"), "copy.txt", A);
    let found = compared(&[&a, &copy]);
    assert_eq!((&found["makespan_delta_ns"], &found["explained"]), (&json!(0), &json!([])));
    assert_eq!(found["counts"]["same"], json!(4));
    assert!(text(&run(&["compare", &a, &copy]).stdout).contains("B took as long as A: 11 s"));
}

#[test]
fn a_failed_run_is_never_called_faster() {
    let dir = folder("failed");
    let a = file(&dir, "a.txt", A);
    let b = file(&dir, "b.txt", "run broken\nfetch 0..2 w1 failed\nalign - - fetch upstream-failed\n");
    let found = compared(&[&a, &b]);
    assert_eq!(found["comparable"], json!(false));
    assert_eq!(found["notes"][0], json!({"code": "failed", "run": "b", "forbids": true, "tasks": null}));
    let shown = text(&run(&["compare", &a, &b]).stdout);
    assert!(shown.contains("Not comparable: B failed. 11 s → 2 s, −82 %"), "{shown}");
    assert!(!shown.contains("took"), "{shown}");
    assert!(shown.contains("not executed in B"), "{shown}");
}

#[test]
fn sets_have_verdicts_and_no_evidence_is_not_unchanged() {
    let dir = folder("sets");
    let before = many(&dir, "before", &[(100, 200), (110, 210), (120, 190), (105, 205), (115, 202)]);
    let after = many(&dir, "after", &[(102, 300), (112, 310), (125, 290), (101, 305), (118, 302)]);
    let sets = |flag: &[&str]| {
        let mut args: Vec<String> = vec!["--baseline".into()];
        args.extend(before.clone());
        args.push("--candidate".into());
        args.extend(after.clone());
        args.extend(flag.iter().map(|f| (*f).to_owned()));
        args
    };
    let args = sets(&[]);
    let found = compared(&args.iter().map(String::as_str).collect::<Vec<_>>());
    let verdicts = &found["verdicts"];
    assert_eq!(
        (&verdicts["makespan"]["verdict"], &verdicts["tested_on_path"]),
        (&json!("slower"), &json!(2))
    );
    let train = &verdicts["tasks"][0];
    assert_eq!(
        (&train["key"], &train["verdict"], &train["shift"]),
        (&json!("train"), &json!("slower"), &json!(100e9))
    );
    // 2 of 252 partings are as extreme.
    assert!((train["p"].as_f64().unwrap() - 2.0 / 252.0).abs() < 1e-12);
    let load = &verdicts["tasks"][1];
    assert_eq!((&load["verdict"], &load["margin"]), (&json!("no-evidence"), &Value::Null));
    assert!(load["detectable"].as_f64().unwrap() > 10e9);
    assert_eq!(load["ids"].as_array().unwrap().len(), 10);
    let mut human: Vec<String> = vec!["compare".into()];
    human.extend(args);
    let shown = text(&run(&human.iter().map(String::as_str).collect::<Vec<_>>()).stdout);
    for part in ["The candidate is slower by +1 min 42 s", "▲ slower", "+50 %", "? no evidence", "├", "●"]
    {
        assert!(shown.contains(part), "{part} is not in\n{shown}");
    }
    assert!(!shown.contains("unchanged") && !shown.contains("no change"), "{shown}");
}

#[test]
fn too_few_runs_are_called_too_few() {
    let dir = folder("few");
    let (before, after) = (many(&dir, "x", &[(10, 20); 3]), many(&dir, "y", &[(10, 90); 3]));
    let args =
        [&["compare", "--baseline"], &before.iter().map(String::as_str).collect::<Vec<_>>()[..]].concat();
    let args = [args, vec!["--candidate"], after.iter().map(String::as_str).collect()].concat();
    let shown = text(&run(&args).stdout);
    assert!(shown.contains("Too few successful runs for a verdict"), "{shown}");
    assert!(shown.contains("3 against 3 runs cannot show anything at 5 %"), "{shown}");
}

#[test]
fn many_runs_show_when_something_changed() {
    let dir = folder("series");
    let times: Vec<(u32, u32)> =
        (0..16).map(|i| (50 + i * 7 % 5, if i < 8 { 200 } else { 260 } + i * 3 % 4)).collect();
    let mut files = many(&dir, "run", &times);
    // They are lined up by their starts, whatever the order of the files.
    files.reverse();
    let files: Vec<&str> = files.iter().map(String::as_str).collect();
    let found = compared(&files);
    assert_eq!(found["comparison"], "series");
    assert_eq!(found["runs"][0]["name"], "run0");
    let train = found["trends"]["tasks"].as_array().unwrap().iter().find(|t| t["key"] == "train").unwrap();
    let levels = train["levels"].as_array().unwrap();
    assert_eq!((levels.len(), &levels[0]["last"], &levels[1]["first"]), (2, &json!(7), &json!(8)));
    assert_eq!(found["trends"]["makespan"]["before"]["values"], 15);
    let shown = text(&run(&[&["compare"], &files[..]].concat()).stdout);
    assert!(shown.contains("from run 9 on") && shown.contains("16 runs"), "{shown}");
}

#[test]
fn every_member_is_documented() {
    fn members(value: &Value, out: &mut Vec<String>) {
        match value {
            Value::Object(map) => {
                for (key, value) in map {
                    out.push(key.clone());
                    members(value, out);
                }
            }
            Value::Array(all) => all.iter().for_each(|v| members(v, out)),
            _ => {}
        }
    }
    let page = include_str!("../../../docs/compare.md");
    let dir = folder("documented-compare");
    let (a, b) = (file(&dir, "a.txt", A), file(&dir, "b.txt", B));
    let series = many(&dir, "run", &[(1, 2), (3, 4), (5, 6)]);
    let series: Vec<&str> = series.iter().map(String::as_str).collect();
    let sets = ["--baseline", series[0], series[1], "--candidate", series[2]];
    for document in [compared(&[&a, &b]), compared(&series), compared(&sets)] {
        let mut found = Vec::new();
        members(&document, &mut found);
        for member in found {
            assert!(page.contains(&format!("`{member}`")), "docs/compare.md does not tell of {member}");
        }
    }
}

#[test]
fn text_fits_its_width_and_has_colours_only_where_they_are_wanted() {
    let (a, b) = two("width");
    let shown = |name: &str, value: &str, more: &[(&str, &str)]| {
        let mut command = common::program();
        command
            .args(["compare", &a, &b])
            .env_remove("NO_COLOR")
            .env_remove("CLICOLOR_FORCE")
            .env(name, value);
        command.envs(more.iter().copied());
        text(&command.output().unwrap().stdout)
    };
    let plain = shown("COLUMNS", "70", &[]);
    for line in plain.lines() {
        assert!(line.chars().count() <= 70, "{line}");
    }
    assert!(!plain.contains('\u{1b}'));
    assert!(shown("CLICOLOR_FORCE", "1", &[]).contains("\u{1b}[38;5;208m"));
    assert!(!shown("CLICOLOR_FORCE", "1", &[("NO_COLOR", "1")]).contains('\u{1b}'));
}

#[test]
fn names_of_runs_cannot_control_the_terminal() {
    let evil = "run \u{1b}]52;c;eA==\u{7}\nx\u{1b}[2J 0..1 w\u{9b}6n\nrun y\u{202e}\nx\u{1b}[2J 0..9 w\nz\u{1b}[31m 9..10 w x\u{1b}[2J\n";
    for args in [&["compare", "-"][..], &["compare", "--json", "-"]] {
        let output = with_input(args, evil.as_bytes());
        assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
        let all = text(&output.stdout) + &text(&output.stderr);
        assert!(!all.contains(['\u{1b}', '\u{7}', '\u{9b}', '\u{202e}']), "{all:?}");
    }
}

#[test]
fn recorded_series_can_be_compared() {
    let Some(seeds) = common::shared("samples/seeds") else { return };
    for folder in ["moe-event-tracking/05_several_runs_same_workflow", "kailash-0.3.2/05_several_runs_fs"] {
        let path = seeds.join(folder).display().to_string();
        let found = compared(&[&path]);
        assert_eq!(found["comparison"], "series", "{folder}");
        let runs = found["runs"].as_array().unwrap();
        for pair in runs.windows(2) {
            assert!(pair[0]["started"].as_str() <= pair[1]["started"].as_str());
        }
        // New ids in every run make no new rows.
        let rows = found["trends"]["tasks"].as_array().unwrap();
        assert!(rows.len() <= 6, "{} rows of {folder}", rows.len());
        assert!(
            text(&run(&["compare", &path]).stdout).contains("the last one is compared with the earlier ones")
        );
    }
}

#[test]
fn the_output_of_one_verb_is_input_of_another() {
    let folder = folder("compare-ids");
    let line = |id: &str, from: i32, to: i32| {
        let id = serde_json::to_string(id).unwrap();
        format!(
            "{{\"event\":\"attempt\",\"task\":{id},\"started\":\"2026-01-05T08:00:{from:02}Z\",\"ended\":\"2026-01-05T08:00:{to:02}Z\"}}\n"
        )
    };
    let ids = ["plain", "with space", "a:b=c", "\"quoted\\", "up(x)", "critical", "ünï/✓"];
    let write = |name: &str, longer: i32| {
        let lines: String = ids.iter().zip(0..).map(|(id, i)| line(id, i, i + 2 + longer)).collect();
        file(&folder, name, format!("{{\"event\":\"run\",\"makespan\":1,\"run\":\"{name}\"}}\n{lines}"))
    };
    let (a, b) = (write("a.jsonl", 0), write("b.jsonl", 1));
    let output = run(&["compare", "--json", &a, &b]);
    let document: Value = serde_json::from_slice(&output.stdout).unwrap();
    let keys: Vec<&str> =
        document["tasks"].as_array().unwrap().iter().map(|t| t["key"].as_str().unwrap()).collect();
    assert_eq!(keys.len(), ids.len());
    for key in keys {
        let quoted = format!("id=\"{}\"", key.replace('\\', "\\\\").replace('"', "\\\""));
        let answer = run(&["query", "--ids", &b, &quoted]);
        assert_eq!(text(&answer.stdout), format!("{key}\n"), "{quoted}");
    }
}
