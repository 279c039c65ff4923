//! Files of engines, as they are opened: what runs, tasks, attempts, dependencies and statuses come out. What the recorded
//! files hold was counted with Python and jq.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stdout)]

mod again;
mod airflow;
mod argo;
mod bazel;
mod dbt;
mod github;
mod gitlab;
mod hosted;
mod nextflow;
mod others;
mod otlp;
mod perfetto;
mod rows;
mod second;
mod shown;
mod snakemake;
mod tables;
mod traces;
mod variants;
mod wfcommons;
mod written;

use std::path::{Path, PathBuf};

use makespan_import::{Options, Source, Verdict, open};
use makespan_model::{Run, RunsBuilder, Status};

const FIXTURES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures");
const SAMPLES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/samples/engines");

fn read(root: &Path, folder: &str, names: &[&str]) -> Vec<Source> {
    let read = |name: &&str| {
        let path = root.join(folder).join(name);
        Source::new(*name, std::fs::read(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display())))
    };
    names.iter().map(read).collect()
}

/// Committed files, opened together by that importer.
fn fixtures(id: &str, names: &[&str]) -> Vec<Run> {
    opened(id, read(Path::new(FIXTURES), id, names))
}

/// Recorded files, opened together by that importer; `None`, and said, when they are not there.
fn samples(id: &str, folder: &str, names: &[&str]) -> Option<Vec<Run>> {
    let root = PathBuf::from(SAMPLES);
    if !root.join(folder).is_dir() {
        println!("skipped: the samples {folder} are not beside the repository");
        return None;
    }
    Some(opened(id, read(&root, folder, names)))
}

/// A text, opened by that importer.
fn text(id: &str, text: &str) -> Vec<Run> {
    opened(id, vec![Source::new("text", text.as_bytes().to_vec())])
}

fn opened(id: &str, sources: Vec<Source>) -> Vec<Run> {
    let mut runs = RunsBuilder::new();
    let outcome = open(sources, &Options::default(), &mut runs);
    for file in &outcome.files {
        assert_eq!((file.kind, file.format), (Verdict::Read, Some(id)), "{file}");
    }
    let (runs, early) = runs.finish();
    assert!(early.is_empty(), "{early:?}");
    runs
}

/// What a run holds, in a line: tasks, attempts, recorded dependencies, tasks of each status.
fn counts(run: &Run) -> String {
    let edges = if run.edges_inferred { 0 } else { run.edge_count() };
    let mut text = format!("{} tasks, {} attempts, {edges} edges:", run.task_count(), run.attempt_count());
    for status in Status::ALL {
        let n = run.tasks.status.iter().filter(|s| **s == status).count();
        if n > 0 {
            text.push_str(&format!(" {n} {}", status.name()));
        }
    }
    text
}

/// The same of each run, behind its id.
fn all_counts(runs: &[Run]) -> Vec<String> {
    runs.iter().map(|run| format!("{}: {}", run.id, counts(run))).collect()
}

/// Code and count of the diagnostics of a run, but for those that every run of the format has.
fn codes(run: &Run) -> Vec<(&str, u64)> {
    let common = ["format-lacks", "edges-inferred"];
    run.diagnostics.iter().map(|d| (&*d.code, d.count)).filter(|d| !common.contains(&d.0)).collect()
}

/// Ids of the tasks, sorted.
fn ids(run: &Run) -> Vec<&str> {
    let mut ids: Vec<&str> = run.task_ids().map(|t| run.task_id(t)).collect();
    ids.sort_unstable();
    ids
}

/// The recorded dependencies, `from -> to`, sorted.
fn edges(run: &Run) -> Vec<String> {
    let mut all: Vec<String> = Vec::new();
    for task in run.task_ids().filter(|_| !run.edges_inferred) {
        for before in run.predecessors.row(task.index()) {
            let before = run.task_ids().nth(*before as usize).unwrap();
            all.push(format!("{} -> {}", run.task_id(before), run.task_id(task)));
        }
    }
    all.sort();
    all
}

/// Seconds of a task from its first start to its last end.
fn seconds(run: &Run, task: &str) -> f64 {
    let (from, to) = run.task_interval(run.find_task(task).expect(task)).expect("times");
    (to - from) as f64 / 1e9
}

/// The status of a task.
fn status(run: &Run, task: &str) -> &'static str {
    run.tasks.status[run.find_task(task).expect(task).index()].name()
}
