//! Files with a single record or none: every JSON fixture is read with each of its lists cut to one element and to none.
#![allow(clippy::unwrap_used, clippy::panic)]

use std::path::{Path, PathBuf};

use makespan_format::Status;
use makespan_import::{Options, Source, open};
use makespan_model::{Run, RunsBuilder};
use serde_json::Value;

const FIXTURES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures");

/// Lists deeper than this are parts of a record.
const DEEPEST: usize = 3;

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut open = vec![folder.to_owned()];
    while let Some(folder) = open.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() { open.push(path) } else { found.push(path) }
        }
    }
    found.retain(|path| path.extension().is_none_or(|e| e != "events"));
    found.sort();
    found
}

/// The JSON pointers of the lists of records in a document, and of its objects whose members are records.
fn lists(value: &Value, at: &str, depth: usize, found: &mut Vec<String>) {
    let escaped = |key: &str| key.replace('~', "~0").replace('/', "~1");
    let inner: Vec<(String, &Value)> = match value {
        Value::Array(all) => all.iter().enumerate().map(|(i, v)| (format!("{at}/{i}"), v)).collect(),
        Value::Object(all) => all.iter().map(|(k, v)| (format!("{at}/{}", escaped(k)), v)).collect(),
        _ => return,
    };
    if !inner.is_empty() && inner.iter().all(|(_, value)| value.is_object()) {
        found.push(at.to_owned());
    }
    if depth < DEEPEST {
        inner.iter().take(8).for_each(|(at, value)| lists(value, at, depth + 1, found));
    }
}

/// A document whose list or object at `at` has only its element with this position, or none.
fn cut(document: &Value, at: &str, keep: Option<usize>) -> String {
    let mut document = document.clone();
    match document.pointer_mut(at).unwrap() {
        Value::Array(all) => {
            let kept = keep.and_then(|place| all.get(place).cloned());
            *all = kept.into_iter().collect();
        }
        Value::Object(all) => {
            let kept = keep.and_then(|place| all.clone().into_iter().nth(place));
            *all = kept.into_iter().collect();
        }
        _ => {}
    }
    document.to_string()
}

fn runs(text: &str) -> Vec<Run> {
    let mut runs = RunsBuilder::new();
    let outcome = open(vec![Source::new("file", text.as_bytes().to_vec())], &Options::default(), &mut runs);
    for verdict in &outcome.files {
        assert!(!verdict.reason.is_empty() || verdict.error.is_some(), "no reason for {text}");
    }
    runs.finish().0
}

/// Whether nothing about any task of the run shows that it succeeded, and yet the run is reported so.
fn is_unfounded(run: &Run) -> bool {
    run.task_count() > 0
        && run.tasks.status.iter().all(|s| matches!(s, Status::Unknown | Status::Pending))
        && run.status() == Some(Status::Succeeded)
        && run.recorded_status.is_none()
}

#[test]
fn a_single_record_or_none_is_no_success_without_evidence() {
    let mut variants = 0;
    let mut wrong = Vec::new();
    for path in files(Path::new(FIXTURES)) {
        let bytes = std::fs::read(&path).unwrap();
        let Ok(document) = serde_json::from_slice::<Value>(&bytes) else { continue };
        let mut found = Vec::new();
        lists(&document, "", 0, &mut found);
        for at in found {
            for keep in [None, Some(0), Some(1)] {
                let text = cut(&document, &at, keep);
                variants += 1;
                for run in runs(&text).iter().filter(|run| is_unfounded(run)) {
                    wrong.push(format!("{}, {at:?} cut to {keep:?}: run {}", path.display(), run.id));
                }
            }
        }
    }
    assert!(variants > 200, "only {variants} variants were made");
    assert!(wrong.is_empty(), "{} of {variants}:\n{}", wrong.len(), wrong.join("\n"));
}
