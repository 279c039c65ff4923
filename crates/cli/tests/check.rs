//! `makespan check`: the exit code is the verdict, and each form of it is read by what it is for.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stdout)]

mod common;

use std::path::Path;
use std::process::Command;

use common::{NIGHTLY, file, folder, run, text};
use serde_json::{Value, json};

/// A run that takes so many seconds.
fn timed(folder: &Path, name: &str, seconds: f64) -> String {
    file(folder, name, format!("run {name}\nfetch 0..1 w\nalign 1..{seconds} w fetch\n"))
}

fn code(args: &[&str]) -> Option<i32> {
    run(&[&["check"], args].concat()).status.code()
}

#[test]
fn the_exit_code_is_the_verdict() {
    let dir = folder("check-codes");
    let (good, bad) = (timed(&dir, "good.txt", 5.0), file(&dir, "bad.txt", NIGHTLY));
    let noise = file(&dir, "noise.bin", [0u8, 1, 2]);
    for (args, wanted) in [
        (vec![good.as_str()], 0),
        (vec![&bad], 1),
        (vec![&good, &bad], 1),
        (vec![&good, "--rule", "makespan <= 10 s", "--rule", "retries = 0"], 0),
        (vec![&good, "--rule", "makespan <= 4 s"], 1),
        (vec![&good, "--rule", "max duration <= 4 s", "--rule", "success-rate >= 100 %"], 0),
        (vec![&good, "--rule", "max memory <= 1 GB"], 2),
        (vec![&good, "--rule", "success-rate >= 0.95"], 2),
        (vec![&good, "--rule", "success-rate >= 0.95 %"], 0),
        (vec![&good, "--rule", "makespan <= 3 GB"], 2),
        (vec![&good, "--rule", "max memory <= 1 GB", "--rule", "makespan <= 1 s"], 1),
        (vec![&noise], 2),
        (vec!["missing.jsonl"], 2),
        (vec![&good, "--rule", "makespan"], 2),
        (vec![&good, "--rule", "makespan <= baseline"], 2),
        (vec![&good, "--baseline", &noise], 2),
        (vec![], 2),
    ] {
        assert_eq!(code(&args), Some(wanted), "{args:?}");
    }
}

#[test]
fn without_rules_those_of_the_project_apply() {
    let dir = folder("check-config");
    let good = timed(&dir, "good.txt", 5.0);
    file(&dir, "makespan.toml", "[check]\nrules = \"failed = 0; makespan <= 2 s\"\n");
    let check = |args: &[&str]| {
        let output = common::program().current_dir(&dir).args(["check", &good]).args(args).output().unwrap();
        (output.status.code(), text(&output.stdout))
    };
    let (code, said) = check(&[]);
    assert_eq!(code, Some(1), "{said}");
    assert!(
        said.contains("violated")
            && said.contains("makespan <= 2 s")
            && said.contains("2 checks: 1 ok, 1 violated"),
        "{said}"
    );
    assert_eq!(check(&["--rule", "failed = 0"]).0, Some(0));
}

#[test]
fn runs_are_compared_with_earlier_ones() {
    let dir = folder("check-history");
    let earlier: Vec<String> =
        (0..6).map(|i| timed(&dir, &format!("h/{i}.txt"), 10.0 + 0.1 * f64::from(i))).collect();
    let history = dir.join("h").display().to_string();
    let against = |args: &[&str]| code(&[args, &["--baseline", &history]].concat());
    let (same, slow) = (timed(&dir, "same.txt", 10.2), timed(&dir, "slow.txt", 15.0));
    assert_eq!(against(&[&same]), Some(0));
    assert_eq!(against(&[&slow]), Some(1));
    assert_eq!(against(&[&slow, "--tolerance", "100 %"]), Some(0));
    assert_eq!(against(&[&slow, "--tolerance", "100", "--rule", "makespan <= 110 % of baseline"]), Some(1));
    assert_eq!(against(&[&same, "--rule", "retries <= baseline"]), Some(0));
    // Too little is known to judge.
    assert_eq!(code(&[&same, "--baseline", &earlier[0], &earlier[1]]), Some(2));
    // Enough runs on both sides are tested.
    let many: Vec<String> =
        (0..6).map(|i| timed(&dir, &format!("n/{i}.txt"), 13.0 + 0.1 * f64::from(i))).collect();
    let output = run(&[
        &["check", "--json", "--baseline", &history, "--"],
        many.iter().map(String::as_str).collect::<Vec<_>>().as_slice(),
    ]
    .concat());
    let document: Value = serde_json::from_slice(&output.stdout).unwrap();
    let all = document["runs"].as_array().unwrap();
    let last = &all.last().unwrap()["checks"][0];
    assert_eq!((&document["verdict"], &last["verdict"]), (&json!("violated"), &json!("violated")));
    let note = last["note"].as_str().unwrap();
    assert!(note.contains("slower (p = 0.0") && note.contains("align"), "{note}");
}

#[test]
fn runs_of_one_name_are_told_apart_and_a_misspelt_figure_is_pointed_out() {
    let dir = folder("check-names");
    let runs: String = ["1", "2"]
        .map(|id| {
            let run = json!({"event": "run", "run": format!("build-{id}"), "name": "Build"});
            let task = json!({"event": "attempt", "task": "a", "started": 0, "ended": 9});
            format!("{run}\n{task}\n")
        })
        .concat();
    let path = file(&dir, "runs.jsonl", runs);
    let output = run(&["check", &path, "--rule", "faild = 0"]);
    let said = text(&output.stdout);
    assert_eq!(output.status.code(), Some(2), "{said}");
    assert!(said.contains("Build · build-1\n") && said.contains("Build · build-2\n"), "{said}");
    let words = said.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(words.contains("did you mean failed?") && words.ends_with("2 checks: 2 unknown"), "{said}");
    let junit = text(&run(&["check", &path, "--format", "junit"]).stdout);
    assert!(junit.contains("<testsuite name=\"Build · build-2\""), "{junit}");
    let document: Value = serde_json::from_slice(&run(&["check", &path, "--json"]).stdout).unwrap();
    assert_eq!(document["runs"][1]["title"], json!("Build"), "the JSON has the id beside it");
}

#[test]
fn every_output_format_is_valid_and_escapes_names() {
    let dir = folder("check-forms");
    let name = "::set-output name=x::y%0A<b>&\"|@me";
    let event = json!({"event": "run", "run": name});
    let task = json!({"event": "attempt", "task": name, "started": 0, "ended": 9_000_000_000i64, "status": "failed"});
    let path = file(&dir, "run.jsonl", format!("{event}\n{task}\n"));
    let form = |args: &[&str]| {
        let rules = ["--rule", "failed = 0", "--rule", "each duration <= 1 s", "--rule", "max memory <= 1"];
        let output = run(&[&["check", &path], &rules[..], args].concat());
        assert_eq!(output.status.code(), Some(1), "{}", text(&output.stderr));
        text(&output.stdout)
    };
    let github = form(&["--format", "github"]);
    let kinds: Vec<&str> = github.lines().filter_map(|l| l.split(' ').next()).collect();
    assert_eq!(kinds, ["::error", "::error", "::warning", "::notice"], "{github}");
    assert!(github.lines().all(|l| l.matches("::").count() >= 2 && !l[2..].starts_with("set-output")));
    assert!(github.contains("%250A") && github.contains("%3A%3Aset-output"), "{github}");
    let markdown = form(&["--format", "markdown"]);
    assert!(markdown.starts_with("## ❌ Makespan, 3 checks: 2 violated, 1 unknown"), "{markdown}");
    assert!(!markdown.contains("@me") && !markdown.contains("<b>") && markdown.contains("| violated |"));
    let sarif: Value = serde_json::from_str(&form(&["--format", "sarif"])).unwrap();
    let found = &sarif["runs"][0];
    let kinds: Vec<&str> =
        found["results"].as_array().unwrap().iter().map(|r| r["kind"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["fail", "fail", "open"], "{sarif}");
    for (i, result) in found["results"].as_array().unwrap().iter().enumerate() {
        assert_eq!(result["ruleIndex"].as_u64(), Some(i as u64));
        assert_eq!(result["ruleId"], found["tool"]["driver"]["rules"][i]["id"]);
        let place = result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"].as_str();
        assert_eq!(place, Some("makespan.toml"), "the file lies elsewhere");
        assert!(result["message"]["text"].as_str().unwrap().contains(name), "{result}");
    }
    let junit = form(&["--format", "junit"]);
    let read = "import sys, xml.etree.ElementTree as e; s = e.fromstring(sys.stdin.buffer.read())[0]; \
        print(s.get('tests'), s.get('failures'), s.get('errors'), len(s), s.get('name'))";
    if Command::new("python3").arg("--version").output().is_err() {
        println!("skipped: python3 is not installed");
        return;
    }
    let out = dir.join("j.xml").display().to_string();
    assert_eq!(form(&["--format", "junit", "-o", &out]), "");
    assert_eq!(std::fs::read_to_string(&out).unwrap(), junit);
    let input = std::fs::File::open(&out).unwrap();
    let output = Command::new("python3").args(["-c", read]).stdin(input).output().unwrap();
    assert_eq!(text(&output.stdout).trim_end(), format!("3 2 1 3 {name}"), "{}", text(&output.stderr));
}

#[test]
fn the_action_writes_summary_annotations_and_exit_code() {
    let action = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../../action.yml")).unwrap();
    let script = action.split("      run: |\n").nth(1).unwrap();
    let script: String =
        script.lines().map(|l| l.strip_prefix("        ").unwrap_or(l).to_owned() + "\n").collect();
    assert!(!script.contains("${{"), "an input would be part of the script");
    let descriptions = action.lines().filter_map(|line| line.trim().strip_prefix("description: "));
    for value in descriptions {
        assert!(value.starts_with('"') || !value.contains(": "), "YAML reads a mapping in {value}");
    }
    if Command::new("bash").arg("--version").output().is_err() {
        println!("skipped: bash is not installed");
        return;
    }
    let dir = folder("check-action");
    let bad = file(&dir, "a b.txt", NIGHTLY);
    let (summary, outputs) = (dir.join("summary"), dir.join("outputs"));
    let output = Command::new("bash")
        .args(["-e", "-o", "pipefail", "-c", &script])
        .env("GITHUB_STEP_SUMMARY", &summary)
        .env("GITHUB_OUTPUT", &outputs)
        .env("INPUT_RUNS", format!("{bad}\n"))
        .env("INPUT_BASELINE", "")
        .env("INPUT_RULES", "failed = 0\nretries <= 1\n")
        .env("INPUT_TOLERANCE", "10")
        .env("INPUT_MAKESPAN", env!("CARGO_BIN_EXE_makespan"))
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(1), "{}", text(&output.stderr));
    assert!(text(&output.stdout).contains("::error title=nightly"), "{}", text(&output.stdout));
    assert!(std::fs::read_to_string(&summary).unwrap().contains("2 checks: 1 ok, 1 violated"));
    assert_eq!(std::fs::read_to_string(&outputs).unwrap(), "exit-code=1\n");
}

#[test]
fn a_rule_that_cannot_be_judged_says_what_to_write() {
    let dir = folder("check-unknown");
    let good = timed(&dir, "good.txt", 5.0);
    for (rule, note) in [
        ("success-rate >= 0.95", "the unit of the limit does not fit; write a limit with %, such as 95 %"),
        ("makespan <= 3 GB", "the unit of the limit does not fit; write a time, such as 10 min"),
        ("max durtion <= 3 s", "the run has no figure or metric durtion (did you mean duration?)"),
        ("max memory <= 3 GB", "the run has no values of memory"),
    ] {
        let said = text(&run(&["check", &good, "--rule", rule, "--format", "github"]).stdout);
        assert!(said.contains(&note.replace('%', "%25")), "{rule}: {said}");
    }
}

/// The default of the template must not hide the rules of a project.
#[test]
fn the_template_for_gitlab_leaves_the_rules_to_the_project() {
    let template =
        std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../../examples/ci/gitlab.yml"))
            .unwrap();
    let rules = template.lines().find_map(|line| line.trim().strip_prefix("MAKESPAN_CHECK_RULES: "));
    let rules = rules.unwrap().trim_matches('"');
    let dir = folder("check-gitlab");
    let good = timed(&dir, "good.txt", 5.0);
    file(&dir, "makespan.toml", "[check]\nrules = \"makespan <= 2 s\"\n");
    let output = common::program()
        .current_dir(&dir)
        .env("MAKESPAN_CHECK_RULES", rules)
        .args(["check", &good])
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(1), "{}", text(&output.stdout));
}
