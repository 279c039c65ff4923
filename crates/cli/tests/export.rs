//! `makespan export`, `extract` and reports that open as their runs.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stdout)]

mod common;

use common::kept::Kept;
use common::{NIGHTLY, file, folder, run, text};
use serde_json::Value;

/// A report that an earlier program wrote; it must open for ever.
const REPORT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/report-payload-1.html");

fn summary(path: &str) -> Value {
    let output = run(&["summary", "--json", path]);
    assert_eq!(output.status.code(), Some(0), "{path}: {}", text(&output.stderr));
    let mut run: Value = serde_json::from_slice::<Value>(&output.stdout).unwrap()["runs"][0].take();
    for other in ["format", "diagnostics"] {
        run.as_object_mut().unwrap().remove(other);
    }
    run
}

#[test]
fn formats_with_events_read_back_as_the_same_run() {
    let dir = folder("export-again");
    let path = file(&dir, "nightly.txt", NIGHTLY);
    for name in ["a.jsonl", "a.jsonl.gz", "a.json", "a.trace.json", "a.txt"] {
        let out = dir.join(name).display().to_string();
        let output = run(&["export", &path, "-o", &out]);
        assert_eq!(output.status.code(), Some(0), "{name}: {}", text(&output.stderr));
        assert_eq!(summary(&out), summary(&path), "{name}");
        assert_eq!(
            run(&["export", &path, "-o", &dir.join("again").display().to_string(), "--format", "csv"])
                .status
                .code(),
            Some(0)
        );
    }
}

#[test]
fn files_and_stores_export_the_same_in_every_format() {
    let kept = Kept::new("export-alike", "sqlite:runs.db");
    let path = file(&kept.folder, "nightly.txt", NIGHTLY);
    kept.said(&["import", &path]);
    let formats = ["markdown", "csv", "svg", "mermaid", "gantt", "dot", "graphml", "positions", "text"];
    for format in formats {
        let of_file = kept.said(&["export", &path, "--format", format]);
        assert!(of_file.len() > 100, "{format}: {of_file}");
        assert_eq!(kept.said(&["export", "nightly", "--format", format]), of_file, "{format}");
    }
    assert!(kept.said(&["export", "nightly", "--format", "json"]).starts_with("{\"makespan\":1,"));
    for format in ["json", "jsonl", "yaml", "csv"] {
        let named = kept.said(&["export", "nightly", "--format", format]);
        assert_eq!(kept.said(&["export", "run:nightly", "--format", format]), named, "{format}");
    }
    let tasks = kept.said(&["export", "nightly", "--format", "csv"]);
    assert_eq!(kept.said(&["export", "--format", "csv"]), tasks, "all runs of the store");
    let runs = |from: &str| kept.run(&["export", "--table", "runs", "--format", "csv", "--from", from]);
    assert_eq!(text(&runs("1970-01-01").stdout).lines().count(), 2);
    assert_eq!(runs("2100-01-01").status.code(), Some(1), "no run started so late");
    let file_missing = kept.run(&["export", "missing.json", "--format", "json"]);
    assert!(text(&file_missing.stderr).contains("missing.json cannot be read"), "{file_missing:?}");
    let missing = kept.run(&["export", "nightlx"]);
    assert_eq!(missing.status.code(), Some(1));
    assert!(text(&missing.stderr).contains("did you mean nightly?"));
}

#[test]
fn exported_runs_can_be_selected() {
    let dir = folder("export-chosen");
    let day = |name: &str, t: i64| {
        let started = t * 86_400_000_000_000;
        file(
            &dir,
            name,
            format!(
                "{{\"event\":\"run\",\"run\":\"{name}\"}}\n{{\"event\":\"attempt\",\"task\":\"=x\",\"started\":{started},\"ended\":{}}}\n",
                started + 1
            ),
        )
    };
    let (one, two) = (day("one.jsonl", 20_000), day("two.jsonl", 20_001));
    let export = |args: &[&str]| run(&[&["export", &one, &two], args].concat());
    let rows = text(&export(&["--format", "csv", "--table", "runs", "--from", "2024-10-05"]).stdout);
    assert_eq!(rows.lines().count(), 2, "{rows}");
    assert!(rows.contains("two.jsonl,"), "{rows}");
    let tasks = text(&export(&["--format", "csv", "--run", "1"]).stdout);
    assert!(tasks.contains("one.jsonl,'=x,'=x,") && !tasks.contains("two"), "{tasks}");
    assert!(text(&export(&["--format", "csv", "--csv-raw"]).stdout).contains("two.jsonl,=x,=x,"));
    assert!(!text(&export(&["--run", "2"]).stdout).contains("one.jsonl"));
    let svg = export(&["--format", "svg"]);
    assert_eq!(svg.status.code(), Some(1));
    assert!(text(&svg.stderr).contains("--run N"), "{}", text(&svg.stderr));
    let timeline = export(&["--format", "svg", "--view", "timeline", "--run", "2", "--theme", "dark"]);
    assert!(text(&timeline.stdout).starts_with("<svg"));
    assert_eq!(export(&["--format", "svg", "--run", "1", "--theme", "pink"]).status.code(), Some(2));
    assert_eq!(export(&["--run", "3"]).status.code(), Some(2));
}

#[test]
fn every_verb_reads_a_report_as_its_runs() {
    let dir = folder("export-report");
    let (path, report) = (file(&dir, "nightly.txt", NIGHTLY), dir.join("r.html").display().to_string());
    assert_eq!(run(&["report", &path, "-o", &report]).status.code(), Some(0));
    assert_eq!(summary(&report), summary(&path));
    let events = dir.join("e.jsonl").display().to_string();
    assert_eq!(run(&["extract", &report, "-o", &events]).status.code(), Some(0));
    assert_eq!(summary(&events), summary(&path));
    for args in
        [vec!["compare", &report, &path], vec!["stats", &report], vec!["query", &report, "status:failed"]]
    {
        assert_eq!(run(&args).status.code(), Some(0), "{args:?}");
    }
    let compared = text(&run(&["compare", "--json", &report, &report]).stdout);
    assert!(serde_json::from_str::<Value>(&compared).is_ok(), "{compared}");
    // A report of a report is of the same runs.
    let again = dir.join("again.html").display().to_string();
    assert_eq!(run(&["report", &report, "-o", &again]).status.code(), Some(0));
    assert_eq!(summary(&again), summary(&path));
}

#[test]
fn reports_of_earlier_programs_open() {
    let found = summary(REPORT);
    assert_eq!((found["id"].as_str(), found["tasks"].as_i64()), (Some("nightly"), Some(5)));
    assert_eq!(found["retries"].as_i64(), Some(1));
    let text = text(&run(&["extract", REPORT]).stdout);
    assert!(
        text.starts_with("{\"event\":\"run\",\"makespan\":1,\"run\":\"nightly\"")
            && text.contains("no reference genome"),
        "{text}"
    );
}

#[test]
fn a_report_is_printed_if_a_browser_is_installed() {
    let dir = folder("export-pdf");
    let path = file(&dir, "nightly.txt", NIGHTLY);
    let out = dir.join("nightly.pdf");
    let output = run(&["export", &path, "-o", out.to_str().unwrap()]);
    let stderr = text(&output.stderr);
    if stderr.contains("no browser found") {
        println!("skipped: {stderr}");
        assert_eq!(output.status.code(), Some(1));
        return;
    }
    assert_eq!(output.status.code(), Some(0), "{stderr}");
    assert!(std::fs::read(&out).unwrap().starts_with(b"%PDF-"));
    // However many tasks there are, the paper shows some of each kind.
    let line = |n: usize| format!("t{n} {n}..{} w{} step=s{} try=1 succeeded\n", n + 5, n % 40, n % 9);
    let large = file(&dir, "large.txt", (0..10_000).map(line).collect::<String>());
    assert_eq!(run(&["export", &large, "-o", out.to_str().unwrap()]).status.code(), Some(0));
    let printed = std::fs::read(&out).unwrap();
    let pages = printed.windows(12).filter(|bytes| *bytes == b"/Type /Page\n").count();
    assert!((2..=6).contains(&pages), "{pages} pages");
    // Without any program to start, the message says what to do.
    let mut command = common::program();
    let output =
        command.args(["export", &path, "-o", out.to_str().unwrap()]).env("PATH", &dir).output().unwrap();
    if output.status.code() != Some(0) {
        assert!(text(&output.stderr).contains("makespan report --static"), "{}", text(&output.stderr));
    }
}

#[test]
fn traces_of_other_programs_are_written_and_read() {
    let dir = folder("export-traces");
    let path = file(&dir, "nightly.txt", NIGHTLY);
    let otlp = dir.join("nightly.otlp.json").display().to_string();
    let output = run(&["export", &path, "-o", &otlp]);
    assert_eq!(output.status.code(), Some(0));
    assert!(text(&output.stderr).contains("left out: 1 task without a start"));
    let read = summary(&otlp);
    assert_eq!(read["name"].as_str(), Some("nightly"), "{read}");
    assert_eq!(read["ended"], summary(&path)["ended"]);
    let perfetto = dir.join("nightly.pftrace").display().to_string();
    assert_eq!(run(&["export", &path, "-o", &perfetto]).status.code(), Some(0));
    let bytes = std::fs::read(&perfetto).unwrap();
    // The first field of a trace is a packet.
    assert!(bytes.starts_with(&[0x0a]) && bytes.windows(5).any(|w| w == b"align"));
    assert_eq!(
        run(&["export", &path, "--format", "perfetto"]).stdout,
        bytes,
        "and the same on standard output"
    );
}

#[test]
fn pictures_and_tables_are_written_as_binary_files() {
    let dir = folder("export-binary");
    let path = file(&dir, "nightly.txt", NIGHTLY);
    let written = |name: &str, args: &[&str]| {
        let out = dir.join(name).display().to_string();
        let output = run(&[&["export", &path, "-o", &out], args].concat());
        assert_eq!(output.status.code(), Some(0), "{name}: {}", text(&output.stderr));
        std::fs::read(&out).unwrap()
    };
    let side = |png: &[u8], at: usize| u32::from_be_bytes(png[at..at + 4].try_into().unwrap());
    let png = written("a.PNG", &["--view", "timeline"]);
    assert!(png.starts_with(b"\x89PNG\r\n\x1a\n"));
    assert_eq!(side(&png, 16), 2_400, "twice the width of the SVG");
    let larger = written("b.png", &["--view", "timeline", "--scale", "3", "--theme", "dark"]);
    assert_eq!((side(&larger, 16), side(&larger, 20)), (3_600, side(&png, 20) / 2 * 3));
    let output = run(&["export", &path, "--format", "png", "--view", "timeline"]);
    assert!(output.stdout == png, "and the same on standard output");
    for scale in ["0.5", "5", "NaN", "x"] {
        let output = run(&["export", &path, "--format", "png", "--scale", scale]);
        assert_eq!(output.status.code(), Some(2), "{scale}");
        assert!(text(&output.stderr).contains("from 1 to 4"));
    }
    let (tasks, attempts) =
        (written("t.parquet", &[]), written("a.parquet", &["--table", "attempts", "--run", "1"]));
    for table in [&tasks, &attempts] {
        assert!(table.starts_with(b"PAR1") && table.ends_with(b"PAR1"));
    }
    let names = |bytes: &[u8], name: &[u8]| bytes.windows(name.len()).any(|part| part == name);
    assert!(names(&tasks, b"depends_on") && names(&attempts, b"queue_s") && !names(&attempts, b"depends_on"));
    let other = file(
        &dir,
        "other.jsonl",
        "{\"event\":\"run\",\"run\":\"other\"}\n{\"event\":\"task\",\"task\":\"x\"}\n",
    );
    let two = run(&["export", &path, &other, "--format", "png"]);
    assert_eq!(two.status.code(), Some(1));
    assert!(
        text(&two.stderr).contains("PNG") && text(&two.stderr).contains("--run N"),
        "{}",
        text(&two.stderr)
    );
}
