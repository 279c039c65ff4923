//! WfCommons.

use super::*;

const ID: &str = "wfcommons";

#[test]
fn a_schedule_is_simulated_and_labelled() {
    let runs = fixtures(ID, &["instance.json"]);
    assert_eq!(all_counts(&runs), ["fork-join: 4 tasks, 4 attempts, 4 edges: 4 unknown"]);
    let run = &runs[0];
    let (from, to) = run.span().unwrap();
    assert_eq!((from, (to - from) as f64 / 1e9), (1_740_823_200_000_000_000, 25.5));
    assert_eq!(codes(run), [("simulated-times", 4)]);
    assert_eq!(run.task_step(run.find_task("work_ID003").unwrap()), "work");
    assert_eq!(seconds(run, "join_ID004"), 0.0);
    let runs = fixtures(ID, &["old.json"]);
    assert_eq!(all_counts(&runs), ["chain: 2 tasks, 2 attempts, 1 edges: 2 unknown"]);
    assert_eq!(runs[0].samples.value, [2048.0]);
}

#[test]
fn recorded_instances() {
    let rows = [
        ("helloworld-forkjoin-10-chameleon", "10 tasks, 10 attempts, 16 edges: 10 unknown"),
        ("montage-chameleon-2mass-01d-001", "103 tasks, 103 attempts, 231 edges: 103 unknown"),
        ("rnaseq-dirt02-001", "197 tasks, 197 attempts, 451 edges: 197 unknown"),
        ("sarek-dirt02-001", "26 tasks, 26 attempts, 50 edges: 26 unknown"),
        ("1000genome-chameleon-2ch-250k-001", "82 tasks, 82 attempts, 106 edges: 82 unknown"),
        ("blast-chameleon-small-001", "43 tasks, 43 attempts, 120 edges: 43 unknown"),
        ("epigenomics-chameleon-ilmn-6seq-50k-001", "1695 tasks, 1695 attempts, 2108 edges: 1695 unknown"),
    ];
    let (mut got, mut want) = (Vec::new(), Vec::new());
    for (name, row) in rows {
        let Some(runs) = samples(ID, ID, &[&format!("{name}.json")]) else { return };
        got.push(counts(&runs[0]));
        want.push(row);
    }
    assert_eq!(got, want);
}
