//! Stores with runs in them.

use std::path::Path;

use makespan_store::{Batch, Numbered, Store};

use crate::Scale;
use crate::load;

/// Fills a store with small runs and a large one.
pub(crate) fn fill(folder: &Path, scale: Scale) {
    let store = load::store(folder);
    let texts: Vec<(String, Vec<String>)> = (0..scale.runs)
        .map(|n| {
            let id = format!("run-{n}");
            let t = 1_767_600_000_000_000_000i64 + n as i64 * 1_000_000_000;
            let lines = vec![
                format!(
                    r#"{{"event":"run","run":"{id}","workflow":"workflow-{}","status":"succeeded","started":{t},"ended":{}}}"#,
                    n % 20,
                    t + 5_000_000
                ),
                format!(
                    r#"{{"event":"attempt","task":"a","number":1,"started":{t},"ended":{},"status":"succeeded"}}"#,
                    t + 2_000_000
                ),
                format!(
                    r#"{{"event":"attempt","task":"b","number":1,"started":{},"ended":{},"status":"succeeded"}}"#,
                    t + 2_000_000,
                    t + 5_000_000
                ),
            ];
            (id, lines)
        })
        .collect();
    let numbered =
        |lines: &[String], from: u64| -> Vec<(u64, String)> { (from..).zip(lines.iter().cloned()).collect() };
    for part in texts.chunks(500) {
        let lines: Vec<_> = part.iter().map(|(id, lines)| (id, numbered(lines, 1))).collect();
        append(&*store, &lines);
    }
    let large = "large".to_owned();
    let head = r#"{"event":"run","run":"large","status":"succeeded"}"#.to_owned();
    append(&*store, &[(&large, vec![(1, head)])]);
    for from in (0..scale.tasks).step_by(1_000) {
        let lines: Vec<String> = (from..(from + 1_000).min(scale.tasks))
            .flat_map(|task| {
                let t = 1_767_600_000_000_000_000i64 + task as i64 * 1_000_000;
                let after = task.checked_sub(16).map(|before| format!(r#","after":["t{before}"]"#));
                let after = after.unwrap_or_default();
                [
                    format!(r#"{{"event":"task","task":"t{task}","step":"step {}"{after}}}"#, task % 40),
                    format!(
                        r#"{{"event":"attempt","task":"t{task}","number":1,"worker":"w{}","started":{t},"ended":{},"status":"succeeded"}}"#,
                        task % 16,
                        t + 15_000_000
                    ),
                ]
            })
            .collect();
        append(&*store, &[(&large, numbered(&lines, from * 2 + 2))]);
    }
}

fn append(store: &dyn Store, runs: &[(&String, Vec<(u64, String)>)]) {
    let lines: Vec<Vec<Numbered<'_>>> = runs
        .iter()
        .map(|(_, lines)| lines.iter().map(|(seq, line)| Numbered { seq: *seq, line }).collect())
        .collect();
    let batches: Vec<Batch<'_>> =
        runs.iter().zip(&lines).map(|((run, _), lines)| Batch { run, producer: "fill", lines }).collect();
    if let Err(error) = store.append_all(&batches) {
        println!("the store cannot be filled: {error}");
    }
}
