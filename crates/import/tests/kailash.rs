//! Files of Kailash. What the recorded ones hold was counted by other means: a script over the JSON, and sqlite3.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod emitted;

use std::path::Path;

use emitted::{all, emit, expect, samples, source};
use makespan_import::kailash::IMPORTER;
use makespan_import::{ClaimedFile, Options, Source};
use makespan_model::{Run, RunsBuilder};

#[test]
fn fixtures_give_exactly_these_events() {
    for case in ["retries", "plan", "folder", "answers", "nothing"] {
        let folder = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/kailash")).join(case);
        let emitted = emit(&IMPORTER, &all(&folder));
        assert_eq!(
            (&emitted.result, emitted.unclaimed.len()),
            (&Ok(()), 0),
            "{case}: {:?}",
            emitted.unclaimed
        );
        expect(&emitted, &format!("kailash/{case}.jsonl"));
    }
}

/// Folder, first digits of the run, tasks, attempts, tasks that are succeeded, failed, skipped, cancelled, running and
/// pending, recorded dependencies.
type Row = (&'static str, &'static str, usize, usize, [usize; 6], usize);

const RUNS: [Row; 43] = [
    ("kailash-0.3.2/01_success_branches_fs", "ce48f3ef", 6, 6, [6, 0, 0, 0, 0, 0], 7),
    ("kailash-0.3.2/02_failure_fs", "d1595c70", 3, 3, [2, 1, 0, 0, 0, 0], 0),
    ("kailash-0.3.2/03_switch_skip_fs", "6f396b8c", 5, 5, [5, 0, 0, 0, 0, 0], 4),
    ("kailash-0.3.2/04_manual_states_fs", "1ae7a987", 7, 6, [3, 0, 1, 1, 1, 1], 5),
    ("kailash-0.3.2/04_manual_states_fs", "92d1eec0", 0, 0, [0, 0, 0, 0, 0, 0], 0),
    ("kailash-0.3.2/05_several_runs_fs", "3188aaa1", 6, 6, [6, 0, 0, 0, 0, 0], 0),
    ("kailash-0.3.2/05_several_runs_fs", "b52bcee5", 6, 6, [6, 0, 0, 0, 0, 0], 0),
    ("kailash-0.3.2/05_several_runs_fs", "6c513f8e", 6, 6, [6, 0, 0, 0, 0, 0], 0),
    ("kailash-0.3.2/05_several_runs_fs", "45d44079", 5, 5, [4, 1, 0, 0, 0, 0], 0),
    ("kailash-0.3.2/05_several_runs_fs", "feb2334c", 6, 6, [6, 0, 0, 0, 0, 0], 0),
    ("kailash-0.3.2/06_big_240_nodes_fs", "a96c33a7", 239, 239, [239, 0, 0, 0, 0, 0], 238),
    ("kailash-0.3.2/07_sqlite_backend", "9196d29d", 6, 6, [6, 0, 0, 0, 0, 0], 0),
    ("kailash-0.3.2/07_sqlite_backend", "ec67de13", 3, 3, [2, 1, 0, 0, 0, 0], 0),
    ("kailash-0.3.2/08_charts_dashboards", "4d180a2d", 4, 4, [3, 1, 0, 0, 0, 0], 0),
    ("kailash-0.3.2/08_charts_dashboards", "44c14476", 6, 6, [6, 0, 0, 0, 0, 0], 0),
    ("kailash-0.3.2/08_charts_dashboards", "10946bb9", 6, 6, [6, 0, 0, 0, 0, 0], 0),
    ("kailash-0.3.2/08_charts_dashboards", "809b95ec", 6, 6, [6, 0, 0, 0, 0, 0], 0),
    ("kailash-0.3.2/11_resource_metrics_on", "e2501f59", 6, 6, [6, 0, 0, 0, 0, 0], 0),
    ("kailash-0.3.2/11_resource_metrics_on", "206e17e8", 6, 6, [6, 0, 0, 0, 0, 0], 0),
    ("kailash-0.3.2/12_skip_branches", "dc6ba785", 5, 5, [5, 0, 0, 0, 0, 0], 0),
    ("kailash-0.3.2/12_skip_branches", "41ea6980", 5, 5, [5, 0, 0, 0, 0, 0], 0),
    ("kailash-0.3.2/13_parallel_runtime", "025cc3ad", 6, 6, [6, 0, 0, 0, 0, 0], 0),
    ("kailash-0.3.2/15_rest_ws_payloads", "4d180a2d", 4, 4, [3, 1, 0, 0, 0, 0], 0),
    ("kailash-0.3.2/15_rest_ws_payloads", "809b95ec", 0, 0, [0, 0, 0, 0, 0, 0], 0),
    ("kailash-0.3.2/15_rest_ws_payloads", "10946bb9", 0, 0, [0, 0, 0, 0, 0, 0], 0),
    ("kailash-2.65.0/01_success_branches_fs", "a2c4a0df", 6, 6, [6, 0, 0, 0, 0, 0], 7),
    ("kailash-2.65.0/02_failure_fs", "f4028115", 3, 3, [2, 1, 0, 0, 0, 0], 0),
    ("kailash-2.65.0/03_switch_skip_fs", "b42f219b", 5, 5, [5, 0, 0, 0, 0, 0], 4),
    ("kailash-2.65.0/04_manual_states_fs", "d3b3439b", 7, 6, [3, 0, 1, 1, 1, 1], 5),
    ("kailash-2.65.0/04_manual_states_fs", "5dc6ace5", 0, 0, [0, 0, 0, 0, 0, 0], 0),
    ("kailash-2.65.0/07_sqlite_backend", "4af98a21", 6, 6, [6, 0, 0, 0, 0, 0], 0),
    ("kailash-2.65.0/07_sqlite_backend", "7be4f98f", 0, 0, [0, 0, 0, 0, 0, 0], 0),
    ("kailash-2.65.0/08_charts_dashboards", "cc9790bf", 4, 4, [3, 1, 0, 0, 0, 0], 0),
    ("kailash-2.65.0/08_charts_dashboards", "a64c532d", 6, 6, [6, 0, 0, 0, 0, 0], 0),
    ("kailash-2.65.0/08_charts_dashboards", "a6c6530f", 6, 6, [6, 0, 0, 0, 0, 0], 0),
    ("kailash-2.65.0/08_charts_dashboards", "eebc16ac", 6, 6, [6, 0, 0, 0, 0, 0], 0),
    ("kailash-2.65.0/11_resource_metrics_on", "11009b84", 6, 6, [6, 0, 0, 0, 0, 0], 0),
    ("kailash-2.65.0/11_resource_metrics_on", "dcad310a", 6, 6, [6, 0, 0, 0, 0, 0], 0),
    ("kailash-2.65.0/12_skip_branches", "665ef416", 5, 5, [5, 0, 0, 0, 0, 0], 0),
    ("kailash-2.65.0/12_skip_branches", "fd730440", 0, 0, [0, 0, 0, 0, 0, 0], 0),
    ("kailash-2.65.0/15_rest_ws_payloads", "cc9790bf", 4, 4, [3, 1, 0, 0, 0, 0], 0),
    ("kailash-2.65.0/15_rest_ws_payloads", "a6c6530f", 0, 0, [0, 0, 0, 0, 0, 0], 0),
    ("kailash-2.65.0/15_rest_ws_payloads", "eebc16ac", 0, 0, [0, 0, 0, 0, 0, 0], 0),
];

/// The runs that files make, through the fold.
fn runs_of(sources: &[Source]) -> Vec<Run> {
    let claims = sources.iter().filter_map(|source| {
        if source.name.ends_with("-wal") {
            return Some(ClaimedFile { source, part: "wal" });
        }
        let claim = (IMPORTER.sniff)(&makespan_import::Head::new(&source.name, &source.bytes))?;
        Some(ClaimedFile { source, part: claim.part })
    });
    let parts: Vec<ClaimedFile<'_>> = claims.collect();
    let mut builder = RunsBuilder::new();
    (IMPORTER.read)(&parts, &Options::default(), &mut builder).unwrap();
    builder.finish().0
}

fn row_of(run: &Run) -> (usize, usize, [usize; 6], usize) {
    let mut statuses = [0; 6];
    for status in &run.tasks.status {
        let names = ["succeeded", "failed", "skipped", "cancelled", "running", "pending"];
        let at = names.iter().position(|n| *n == status.name()).expect("a status of the table");
        statuses[at] += 1;
    }
    let edges = if run.edges_inferred { 0 } else { run.edge_count() };
    (run.task_count(), run.attempt_count(), statuses, edges)
}

#[test]
fn recorded_folders_hold_these_runs() {
    let mut folders: Vec<&str> = RUNS.iter().map(|r| r.0).collect();
    folders.dedup();
    for folder in folders {
        let Some(path) = samples(folder) else { continue };
        let runs = runs_of(&all(&path));
        let rows: Vec<&Row> = RUNS.iter().filter(|r| r.0 == folder).collect();
        let recorded: Vec<&Run> = runs.iter().filter(|r| !r.id.starts_with("live metrics")).collect();
        assert_eq!(recorded.len(), rows.len(), "{folder}");
        for (_, id, tasks, attempts, statuses, edges) in rows {
            let run = recorded.iter().find(|r| r.id.starts_with(id)).expect(id);
            assert_eq!(row_of(run), (*tasks, *attempts, *statuses, *edges), "{folder} {id}");
        }
    }
}

/// Code and count of the diagnostics of a run.
fn said(run: &Run) -> Vec<(&str, u64)> {
    run.diagnostics.iter().map(|d| (&*d.code, d.count)).collect()
}

#[test]
fn a_database_that_lost_its_tasks_is_rebuilt_from_its_audit_events() {
    let Some(path) = samples("kailash-2.65.0/07_sqlite_backend") else { return };
    let runs = runs_of(&[source(&path, "tracking.db"), source(&path, "tracking.db-wal")]);
    assert_eq!(runs.len(), 2);
    let rebuilt = &runs[0];
    assert!(said(rebuilt).contains(&("rebuilt-from-audit", 6)), "{:?}", said(rebuilt));
    // NODE_EXECUTED of "extract" at 00:27:26.596837, 132.570743… ms long.
    let extract = rebuilt.find_task("extract").unwrap();
    let end = 1_795_220_846_596_837_000;
    assert_eq!(rebuilt.task_interval(extract), Some((end - 132_570_744, end)));
    assert!(rebuilt.stored().iter().any(|(k, _)| k == "makespan_ns"));
    assert!(said(&runs[1]).iter().any(|s| s.0 == "tasks-lost"), "{:?}", said(&runs[1]));
}

#[test]
fn a_database_of_the_old_version_holds_tasks_and_metrics() {
    let Some(path) = samples("kailash-0.3.2/07_sqlite_backend") else { return };
    let runs = runs_of(&[source(&path, "tracking.db")]);
    let counts: Vec<_> =
        runs.iter().map(|r| (r.task_count(), r.samples.task.len(), r.artifacts.task.len())).collect();
    // 8 rows of metrics with 10 figures each; the failed task has none.
    assert_eq!(counts, [(6, 60, 6), (3, 20, 2)]);
    assert!(runs.iter().all(|r| said(r).iter().all(|s| s.0 == "edges-inferred")));
    let both = runs_of(&all(&path));
    assert_eq!(both.iter().map(|r| r.samples.task.len()).collect::<Vec<_>>(), [60, 20]);
}

#[test]
fn figures_that_are_all_zero_were_not_measured() {
    let Some(path) = samples("kailash-2.65.0/01_success_branches_fs") else { return };
    let runs = runs_of(&all(&path));
    assert!(said(&runs[0]).contains(&("metrics-not-collected", 6)), "{:?}", said(&runs[0]));
    // What is left is the duration of each.
    assert_eq!(runs[0].samples.task.len(), 6);
}

#[test]
fn a_report_states_work_and_not_wall_time() {
    let Some(path) = samples("kailash-2.65.0/08_charts_dashboards") else { return };
    let runs = runs_of(&[source(&path, "report_failed.json")]);
    let stored: Vec<String> = runs[0].stored().iter().map(|(k, v)| format!("{k} {v:?}")).collect();
    assert!(stored.iter().any(|s| s.starts_with("work_ns Number(977613688")), "{stored:?}");
    assert!(!stored.iter().any(|s| s.starts_with("makespan_ns")), "{stored:?}");
    assert_eq!((runs[0].task_count(), runs[0].alerts.task.len()), (4, 3));
    // The insight about "clean_α" belongs to its task.
    assert_eq!(runs[0].alerts.task.iter().filter(|t| **t != u32::MAX).count(), 1);
}

#[test]
fn an_answer_of_tasks_alone_is_a_run_of_its_own() {
    let Some(path) = samples("kailash-0.3.2/15_rest_ws_payloads") else { return };
    let runs = runs_of(&[source(&path, "run_tasks.json")]);
    assert_eq!((runs.len(), runs[0].id.as_str(), runs[0].task_count()), (1, "run_tasks.json", 4));
    assert!(said(&runs[0]).contains(&("no-run-id", 1)));
}

#[test]
fn damage_affects_only_the_damaged_part() {
    let whole = br#"{"run": {"run_id": "r", "workflow_name": "w", "status": "completed", "tasks": []}, "tasks": [
        {"task_id": "a", "node_id": "a", "status": "completed", "started_at": "2026-03-01T10:00:00Z", "ended_at": "2026-03-01T10:00:01Z"},
        {"task_id": "b", "node_id": "b", "status": "completed", "dependencies": ["a"]}]}"#;
    for end in 0..whole.len() {
        let sources = [Source::new("run.json", whole[..end].to_vec())];
        let part = [ClaimedFile { source: &sources[0], part: "export" }];
        let mut builder = RunsBuilder::new();
        let read = (IMPORTER.read)(&part, &Options::default(), &mut builder);
        let runs = builder.finish().0;
        assert_eq!(read.is_ok(), end > 0, "{end}");
        assert!(runs.iter().all(|r| r.task_count() <= 2));
    }
    let cyclic = br#"{"run": {"run_id": "r"}, "tasks": [
        {"task_id": "a", "node_id": "n", "parent_task_id": "b"}, {"task_id": "b", "node_id": "n", "parent_task_id": "a"},
        {"task_id": "c", "node_id": "n", "parent_task_id": "c", "dependencies": ["c"]}]}"#;
    let runs = runs_of(&[Source::new("run.json", cyclic.to_vec())]);
    assert_eq!((runs[0].task_count(), runs[0].attempt_count()), (2, 3));
}
