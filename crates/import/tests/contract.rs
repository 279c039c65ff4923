//! What holds for every importer and every file: the name of a file decides nothing, events survive being written
//! and read, no cut of a file does harm, and every file gets events or a reason.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stdout)]

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use makespan_import::testing::Collect;
use makespan_import::{FileVerdict, Options, Source, Verdict, open};

const FIXTURES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures");
const SHARED: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared");

/// Files below this size are cut at every byte.
const SMALL: usize = 2 << 10;

fn read_as(name: &str, bytes: &[u8]) -> (FileVerdict, Collect) {
    let mut sink = Collect::default();
    let mut outcome = open(vec![Source::new(name, bytes.to_vec())], &Options::default(), &mut sink);
    assert!(!outcome.files.is_empty(), "{name}: no verdict");
    let at = outcome.files.iter().position(|f| f.kind == Verdict::Read).unwrap_or(0);
    (outcome.files.swap_remove(at), sink)
}

/// Checks the contract for each file by itself; with an id, also that it goes to that importer.
fn check(id: Option<&str>, paths: &[PathBuf]) -> Vec<(String, FileVerdict)> {
    let mut verdicts = Vec::new();
    for path in paths {
        let bytes = std::fs::read(path).unwrap();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let (verdict, sink) = read_as(&name, &bytes);
        if let Some(id) = id {
            assert_eq!((verdict.kind, verdict.format), (Verdict::Read, Some(id)), "{path:?}: {verdict}");
        }
        the_name_decides_nothing(&name, &bytes, &sink);
        events_survive_being_written(path, &sink);
        no_cut_does_harm(&name, &bytes);
        verdicts.push((name, verdict));
    }
    verdicts
}

fn the_name_decides_nothing(name: &str, bytes: &[u8], sink: &Collect) {
    let (_, unknown) = read_as("unknown", bytes);
    // What has no name of its own is named after its file; that apart, everything is the same.
    let label = name.strip_suffix(".gz").unwrap_or(name);
    let stem = label.split('.').next().filter(|s| !s.is_empty()).unwrap_or(label);
    let nameless = |lines: &[String]| -> Vec<String> {
        lines
            .iter()
            .map(|l| [name, label, stem].iter().fold(l.clone(), |l, n| l.replace(n, "unknown")))
            .collect()
    };
    let (renamed, unknown) = (nameless(&sink.lines), nameless(&unknown.lines));
    // A name may show what a file without any run is (an empty object, say), so that it is explained better.
    if !opens_a_run(&renamed) && !opens_a_run(&unknown) {
        return;
    }
    same(name, &renamed, &unknown);
}

fn opens_a_run(lines: &[String]) -> bool {
    lines.iter().any(|l| l.starts_with("{\"event\":\"run\""))
}

fn events_survive_being_written(path: &Path, sink: &Collect) {
    if !opens_a_run(&sink.lines) {
        return;
    }
    let (verdict, again) = read_as("again", sink.text().as_bytes());
    assert_eq!(verdict.format, Some("makespan"), "{path:?}: {verdict}");
    same(&path.to_string_lossy(), &sink.lines, &again.lines);
}

fn same(what: &str, one: &[String], other: &[String]) {
    if let Some(at) = (0..one.len().max(other.len())).find(|&i| one.get(i) != other.get(i)) {
        panic!("{what}: event {at} differs:\n  {:?}\n  {:?}", one.get(at), other.get(at));
    }
}

fn no_cut_does_harm(name: &str, bytes: &[u8]) {
    let cuts: Vec<usize> = match bytes.len() {
        0..SMALL => (0..bytes.len()).collect(),
        n if n < 1 << 20 => (0..40).map(|i| i * n / 40 + i % 7).collect(),
        n => (1..6).map(|i| i * n / 6 + i).collect(),
    };
    for cut in cuts {
        read_as(name, &bytes[..cut.min(bytes.len())]);
    }
}

/// The files under a folder, sorted; empty, and said, where there is no such folder.
fn files(folder: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut open = vec![PathBuf::from(folder)];
    while let Some(folder) = open.pop() {
        let Ok(entries) = std::fs::read_dir(&folder) else {
            println!("skipped: {} is not there", folder.display());
            continue;
        };
        for entry in entries {
            let path = entry.unwrap().path();
            if path.is_dir() { open.push(path) } else { found.push(path) }
        }
    }
    found.sort();
    found
}

fn samples(folder: &str) -> Vec<PathBuf> {
    files(&format!("{SHARED}/{folder}"))
}

/// Each fixture gives the events in the file beside it, `NAME.events`, which `MAKESPAN_BLESS=1` rewrites.
#[test]
fn fixtures_give_their_expected_events() {
    for id in [
        "table",
        "makespan",
        "makespan-json",
        "chrome-trace",
        "plain",
        "text",
        "github-actions",
        "dbt",
        "airflow",
        "otlp",
        "perfetto",
        "nextflow",
        "argo",
        "snakemake",
        "gitlab-ci",
        "wfcommons",
        "jaeger",
        "zipkin",
        "langfuse",
        "cromwell",
        "circleci",
        "turborepo",
        "joblog",
        "junit",
        "slurm",
        "prefect",
        "dagster",
        "mlflow",
        "tekton",
        "temporal",
        "openlineage",
        "jenkins",
        "buildkite",
        "azure-pipelines",
        "bitbucket",
        "langsmith",
        "playwright",
        "allure",
        "luigi",
        "metaflow",
        "ro-crate",
        "cargo",
        "gradle",
    ] {
        let (emitted, inputs): (Vec<_>, Vec<_>) = files(&format!("{FIXTURES}/{id}"))
            .into_iter()
            .partition(|p| p.extension().is_some_and(|e| e == "events"));
        assert!(!inputs.is_empty());
        check(Some(id), &inputs);
        for path in inputs {
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            let (_, sink) = read_as(&name, &std::fs::read(&path).unwrap());
            let golden = path.with_file_name(format!("{name}.events"));
            if std::env::var_os("MAKESPAN_BLESS").is_some() {
                std::fs::write(&golden, sink.text()).unwrap();
            }
            assert!(emitted.contains(&golden) || golden.exists(), "{golden:?} is missing");
            let want: Vec<String> =
                std::fs::read_to_string(&golden).unwrap().lines().map(str::to_owned).collect();
            same(&name, &want, &sink.lines);
        }
    }
}

#[test]
fn chrome_traces_of_many_writers() {
    let mut paths = samples("samples/engines/chrome-trace");
    paths.retain(|p| p.extension().is_some_and(|e| e == "json" || e == "gz"));
    paths.extend(samples("samples/engines/nx").into_iter().filter(|p| p.ends_with("nx_profile.chrome.json")));
    paths.extend(
        samples("samples/engines/turborepo").into_iter().filter(|p| p.ends_with("turbo_profile.chrome.json")),
    );
    for (name, verdict) in check(None, &paths) {
        println!("{name}: {verdict}");
        assert_eq!(
            (verdict.kind, verdict.format),
            (Verdict::Read, Some("chrome-trace")),
            "{name}: {verdict}"
        );
    }
}

#[test]
fn every_seed_sample_alone() {
    for (name, verdict) in check(None, &samples("samples/seeds")) {
        println!("{name}: {verdict}");
    }
}

/// A folder of files is opened in one go, as one drops it: its runs have ids of their own, and folding them finds
/// nothing that would have to be refused.
#[test]
fn every_seed_folder_together() {
    let mut folders: Vec<PathBuf> =
        samples("samples/seeds").iter().filter_map(|p| p.parent()).map(Path::to_owned).collect();
    folders.dedup();
    for folder in folders {
        let paths = files(&folder.to_string_lossy());
        let name = |p: &PathBuf| p.strip_prefix(&folder).unwrap().to_string_lossy().into_owned();
        let sources =
            || paths.iter().map(|p| Source::new(name(p), std::fs::read(p).unwrap())).collect::<Vec<_>>();
        let mut runs = makespan_model::RunsBuilder::new();
        let outcome = open(sources(), &Options::default(), &mut runs);
        let (runs, _) = runs.finish();
        assert_eq!(runs.len(), outcome.runs, "{folder:?}");
        let mut one = Collect::default();
        open(sources(), &Options::default(), &mut one);
        let mut other = Collect::default();
        open(sources(), &Options::default(), &mut other);
        same(&folder.to_string_lossy(), &one.lines, &other.lines);
        println!(
            "{}: {} files, {} read, {} runs, {} tasks",
            folder.display(),
            paths.len(),
            outcome.files.iter().filter(|f| f.kind == Verdict::Read).count(),
            runs.len(),
            runs.iter().map(|r| r.task_count()).sum::<usize>(),
        );
    }
}

/// Bytes of the fixtures are changed at random (the same on every machine); nothing may come of it but events and
/// verdicts.
#[test]
fn random_damage_never_panics() {
    let mut state = 0x9e37_79b9_7f4a_7c15u64;
    let mut random = |n: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state % n as u64) as usize
    };
    const TOKENS: &[&[u8]] = &[
        b"{", b"}", b"[", b"]", b"\"", b"\\", b",", b":", b"\n", b"-", b"1e999", b"\xff", b"\0", b"null",
        b"\\ud800",
    ];
    for path in files(FIXTURES).into_iter().filter(|p| p.extension().is_none_or(|e| e != "events")) {
        let bytes = std::fs::read(&path).unwrap();
        if bytes.is_empty() || bytes.len() > 64 << 10 {
            continue;
        }
        for _ in 0..200 {
            let mut damaged = bytes.clone();
            for _ in 0..=random(4) {
                let at = random(damaged.len());
                let token = TOKENS[random(TOKENS.len())];
                let end = (at + random(3)).min(damaged.len());
                damaged.splice(at..end, token.iter().copied());
            }
            read_as("damaged", &damaged);
        }
    }
}

#[test]
fn hostile_files_get_events_or_a_reason() {
    for folder in ["corpora/hostile", "corpora/JSONTestSuite", "corpora/simd-json"] {
        for path in samples(folder) {
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            let bytes = std::fs::read(&path).unwrap();
            let started = Instant::now();
            let (verdict, sink) = read_as(&name, &bytes);
            let took = started.elapsed();
            assert!(took < Duration::from_secs(2), "{name} took {took:?}");
            assert_eq!(verdict.kind == Verdict::Read, !sink.lines.is_empty(), "{name}: {verdict}");
            assert!(!verdict.reason.is_empty() || verdict.error.is_some(), "{name} gives no reason");
            if folder == "corpora/hostile" {
                assert_eq!(verdict.kind, expected(&name), "{verdict}");
                events_survive_being_written(&path, &sink);
                if bytes.len() < 64 << 10 {
                    no_cut_does_harm(&name, &bytes);
                }
            }
        }
    }
}

/// The verdict on each hostile file; all that is not listed here is read, with diagnostics.
fn expected(name: &str) -> Verdict {
    const EMPTY: &[&str] = &["empty.json", "ws_only.json", "gz_fname_traversal.json.gz"];
    const BROKEN: &[&str] = &[
        "bomb_100MiB.json.gz",
        "gz_of_gz.json.gz",
        // Numbers as no JSON writer has them: 01, +1, .5, 1., 0x10, 1_000.
        "num_16.json",
        "num_17.json",
        "num_18.json",
        "num_19.json",
        "num_20.json",
        "num_21.json",
        "trailing.json",
    ];
    const UNKNOWN: &[&str] = &[
        "array.json",
        "crlf.jsonl",
        "jsonl_half.jsonl",
        "many_keys_200k.json.gz",
        "null.json",
        "quine_hint.txt",
        "string.json",
    ];
    match name {
        n if EMPTY.contains(&n) => Verdict::Empty,
        n if BROKEN.contains(&n) => Verdict::Broken,
        n if UNKNOWN.contains(&n) => Verdict::NotRecognised,
        n if n.starts_with("nest_") && n != "nest_in_params_5000.json" => Verdict::NotRecognised,
        _ => Verdict::Read,
    }
}
