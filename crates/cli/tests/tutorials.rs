//! The commands of the documentation are run on its examples, and print what it shows. With MAKESPAN_BLESS=1, what has
//! changed is written: an output that ends with `…` where it is cut has to be cut again by hand.
#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

const DOCS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs");

/// The sample that the first page of the app shows.
const SAMPLE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../static/samples/pipeline-retry.jsonl");

/// The pictures of the tutorials and of the first page of the app, and the arguments with which the program draws them.
const PICTURES: [(&str, &[&str]); 7] = [
    ("docs/pictures/dbt-timeline.svg", &["dbt/tuesday", "--view", "timeline"]),
    ("docs/pictures/nextflow-timeline.svg", &["nextflow", "--view", "timeline"]),
    ("docs/pictures/snakemake-graph.svg", &["snakemake", "--view", "graph"]),
    ("docs/pictures/ci-timeline.svg", &["ci/failed.json", "--view", "timeline"]),
    ("docs/pictures/agent-timeline.svg", &["agent/trace.jsonl", "--view", "timeline"]),
    ("static/samples/timeline-light.svg", &[SAMPLE, "--view", "timeline"]),
    ("static/samples/timeline-dark.svg", &[SAMPLE, "--view", "timeline", "--theme", "dark"]),
];

fn is_blessed() -> bool {
    std::env::var_os("MAKESPAN_BLESS").is_some()
}

/// A copy of the examples, so that commands may write files beside them.
fn examples(name: &str) -> PathBuf {
    let folder = std::env::temp_dir().join(format!("makespan-tutorials-{}-{name}", std::process::id()));
    let _ = fs::remove_dir_all(&folder);
    copy(&Path::new(DOCS).join("examples"), &folder);
    folder
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let place = to.join(path.file_name().unwrap());
        if path.is_dir() {
            copy(&path, &place);
        } else {
            fs::copy(&path, &place).unwrap();
        }
    }
}

/// What a shell prints that runs a command among the examples, on both streams.
fn printed(command: &str, folder: &Path) -> String {
    let program = Path::new(env!("CARGO_BIN_EXE_makespan")).parent().unwrap();
    let path = format!("{}:{}", program.display(), std::env::var("PATH").unwrap());
    let mut shell = Command::new("sh");
    shell.args(["-c", &format!("exec 2>&1\n{command}")]).current_dir(folder).stdin(Stdio::null());
    for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("MAKESPAN")) {
        shell.env_remove(name);
    }
    shell.env("PATH", path).env("HOME", folder).env("TZ", "UTC").env_remove("COLUMNS");
    String::from_utf8(shell.output().unwrap().stdout).unwrap()
}

/// A command with the output that a page shows.
struct Shown {
    command: String,
    output: Vec<String>,
}

/// The commands of a block.
fn commands(block: &[&str]) -> Vec<Shown> {
    let mut found: Vec<Shown> = Vec::new();
    for line in block {
        match (line.strip_prefix("$ "), found.last_mut()) {
            (Some(command), _) => found.push(Shown { command: command.to_owned(), output: Vec::new() }),
            (None, Some(last)) if last.output.is_empty() && last.command.ends_with('\\') => {
                last.command += &format!("\n{line}");
            }
            (None, Some(last)) => last.output.push((*line).to_owned()),
            (None, None) => panic!("a block begins with `{line}` instead of a command"),
        }
    }
    found
}

/// Whether the output is as shown, where a line `…` stands for any lines.
fn fits(shown: &[String], lines: &[&str]) -> bool {
    let Some((first, rest)) = shown.split_first() else { return lines.is_empty() };
    if first != "…" {
        return lines.first() == Some(&first.as_str()) && fits(rest, &lines[1..]);
    }
    (0..=lines.len()).any(|skipped| fits(rest, &lines[skipped..]))
}

/// The page with the output that the program prints now, and the commands whose output differs.
fn run_page(text: &str, folder: &Path) -> (String, Vec<String>) {
    let (mut out, mut differing) = (String::new(), Vec::new());
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        out += &format!("{line}\n");
        if line != "```console" {
            continue;
        }
        let block: Vec<&str> = lines.by_ref().take_while(|line| *line != "```").collect();
        for shown in commands(&block) {
            let output = printed(&shown.command, folder);
            let printed: Vec<&str> = output.lines().map(str::trim_end).collect();
            out += &format!("$ {}\n", shown.command);
            if fits(&shown.output, &printed) {
                shown.output.iter().for_each(|line| out += &format!("{line}\n"));
            } else {
                printed.iter().for_each(|line| out += &format!("{line}\n"));
                differing.push(format!("$ {}\n{output}", shown.command));
            }
        }
        out += "```\n";
    }
    (out, differing)
}

#[test]
fn every_command_of_the_tutorials_prints_what_is_shown() {
    let folder = examples("commands");
    let mut count = 0;
    let mut differing = Vec::new();
    for entry in fs::read_dir(Path::new(DOCS).join("tutorials")).unwrap() {
        let path = entry.unwrap().path();
        let text = fs::read_to_string(&path).unwrap();
        let (page, changed) = run_page(&text, &folder);
        count += page.matches("\n$ ").count();
        differing.extend(changed.iter().map(|what| format!("{}: {what}", path.display())));
        if is_blessed() && !changed.is_empty() {
            fs::write(&path, page).unwrap();
        }
    }
    fs::remove_dir_all(&folder).unwrap();
    assert!(count >= 20, "{count} commands");
    assert!(is_blessed() || differing.is_empty(), "{}", differing.join("\n"));
}

#[test]
fn every_picture_of_the_tutorials_is_what_the_program_draws() {
    let folder = examples("pictures");
    for (name, args) in PICTURES {
        let mut command = Command::new(env!("CARGO_BIN_EXE_makespan"));
        command.arg("export").args(args).args(["--format", "svg"]).current_dir(&folder);
        let output = command.output().unwrap();
        assert!(output.status.success(), "{name}: {}", String::from_utf8_lossy(&output.stderr));
        let path = Path::new(DOCS).with_file_name("").join(name);
        if is_blessed() {
            fs::write(&path, &output.stdout).unwrap();
        }
        let kept = fs::read(&path).unwrap_or_default();
        assert!(kept == output.stdout, "{name}; write it with MAKESPAN_BLESS=1");
        assert!(kept.len() < 100_000, "{name}: {} bytes", kept.len());
    }
    fs::remove_dir_all(&folder).unwrap();
}

#[test]
fn outputs_are_compared_line_by_line() {
    let fits = |shown: &[&str], lines: &[&str]| {
        fits(&shown.iter().map(|line| (*line).to_owned()).collect::<Vec<_>>(), lines)
    };
    assert!(fits(&["a", "…", "d"], &["a", "b", "c", "d"]) && fits(&["a", "…"], &["a"]));
    assert!(!fits(&["a", "…", "d"], &["a", "b"]) && !fits(&["a"], &["a", "b"]) && !fits(&[], &["a"]));
    let shown = commands(&["$ a \\", "  b", "c", "$ d"]);
    assert_eq!(
        (shown[0].command.as_str(), shown[0].output.as_slice()),
        ("a \\\n  b", ["c".to_owned()].as_slice())
    );
    assert_eq!((shown[1].command.as_str(), shown[1].output.len()), ("d", 0));
}
