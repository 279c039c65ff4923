//! The tasks of many runs, lined up.

use makespan_analysis::Facts;
use makespan_analysis::compare::lineup;

use crate::facts;

/// `key id id …` of each row, `-` where a run has no such task.
fn check(runs: &[&str], expected: &[&str]) {
    let runs: Vec<Facts> = runs.iter().map(|text| facts(text)).collect();
    let found = lineup(&runs.iter().collect::<Vec<&Facts>>());
    assert_eq!(found.runs, runs.len());
    let id = |run: usize, t: Option<_>| t.map_or("-".to_owned(), |t| runs[run].run().task_id(t).to_owned());
    let rows: Vec<String> = found
        .rows
        .iter()
        .map(|row| {
            let ids: Vec<String> = row.tasks.iter().enumerate().map(|(r, t)| id(r, *t)).collect();
            format!("{} {}", row.key, ids.join(" "))
        })
        .collect();
    assert_eq!(rows, expected);
}

#[test]
fn a_row_continues_across_runs_without_the_task() {
    check(
        &["a 0..1\nb 1..2 - a", "a 0..1", "a 0..1\nb 1..2 - a\nc 2..3 - b"],
        &["a a a a", "b b - b", "c - - c"],
    );
}

#[test]
fn new_ids_in_every_run_add_no_rows_and_empty_runs_are_skipped() {
    check(
        &[
            "u1 0..1 - name=a\nu2 1..2 - name=b",
            "v1 0..1 - name=a",
            "run r failed",
            "w2 1..2 - name=b\nw1 0..1 - name=a",
        ],
        &["a u1 v1 - w1", "b u2 - - w2"],
    );
}

#[test]
fn a_renamed_task_stays_in_its_row() {
    check(&["a 0..1\nb 1..2 - a", "a 0..1\nbb 1..2 - a", "a 0..1\nbb 1..2 - a"], &["a a a a", "bb b bb bb"]);
}

#[test]
fn no_runs_give_no_rows() {
    check(&[], &[]);
    assert!(lineup(&[]).rows.is_empty());
}
