//! Databases that have grown: the tables that matter were created late, so that their schema lies far into the file, or
//! only in the log beside it.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::path::{Path, PathBuf};

use makespan_format::EventSink;
use makespan_import::{Opening, Options, Settings, Source, Verdict, open};
use makespan_model::{Run, RunsBuilder};
use rusqlite::Connection;

const KAILASH: &str = "CREATE TABLE workflow_runs(run_id TEXT PRIMARY KEY, workflow_name TEXT NOT NULL, \
    status TEXT NOT NULL, started_at TEXT NOT NULL, ended_at TEXT, metadata TEXT, error TEXT);
    CREATE TABLE tasks(task_id TEXT PRIMARY KEY, run_id TEXT NOT NULL, node_id TEXT NOT NULL, \
    node_type TEXT NOT NULL, status TEXT NOT NULL, started_at TEXT, ended_at TEXT, result TEXT, error TEXT, \
    metadata TEXT, input_data TEXT, output_data TEXT);
    CREATE TABLE task_runs(task_id TEXT PRIMARY KEY, run_id TEXT NOT NULL);
    INSERT INTO workflow_runs VALUES('r1', 'nightly', 'completed', '2026-02-03T04:05:06+00:00', \
    '2026-02-03T04:05:16+00:00', NULL, NULL);
    INSERT INTO tasks(task_id, run_id, node_id, node_type, status, started_at, ended_at) VALUES \
    ('t1', 'r1', 'load', 'Reader', 'completed', '2026-02-03T04:05:06+00:00', '2026-02-03T04:05:10+00:00'), \
    ('t2', 'r1', 'sum', 'Reducer', 'failed', '2026-02-03T04:05:10+00:00', '2026-02-03T04:05:16+00:00');";

const MONITOR: &str = "CREATE TABLE workflows(workflow_id TEXT PRIMARY KEY, name TEXT NOT NULL, description TEXT, \
    status TEXT NOT NULL, start_time REAL, end_time REAL, duration REAL, total_steps INTEGER, \
    completed_steps INTEGER, failed_steps INTEGER, progress REAL, metadata TEXT);
    CREATE TABLE workflow_steps(step_id TEXT PRIMARY KEY, workflow_id TEXT NOT NULL, name TEXT NOT NULL, \
    description TEXT, status TEXT NOT NULL, start_time REAL, end_time REAL, duration REAL, progress REAL, \
    dependencies TEXT, metadata TEXT, error_message TEXT, retry_count INTEGER DEFAULT 0);
    CREATE TABLE workflow_alerts(alert_id TEXT PRIMARY KEY, workflow_id TEXT NOT NULL, severity TEXT NOT NULL);
    INSERT INTO workflows(workflow_id, name, status, start_time, end_time) VALUES \
    ('w1', 'video', 'failed', 1770000000.0, 1770000010.0);
    INSERT INTO workflow_steps(step_id, workflow_id, name, status, start_time, end_time) VALUES \
    ('s1', 'w1', 'script', 'completed', 1770000000.0, 1770000004.0), \
    ('s2', 'w1', 'voice', 'failed', 1770000004.0, 1770000010.0);";

/// A folder of its own for a database, removed with it.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Folder {
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("late-schema-{name}"));
        let _ = std::fs::remove_dir_all(&path);
        std::fs::create_dir_all(&path).unwrap();
        Folder(path)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// Fills the first three mebibytes with a table that nobody reads and with a schema that the first page cannot hold.
fn grow(database: &Connection) {
    database
        .execute_batch(
            "CREATE TABLE archive(id INTEGER PRIMARY KEY, body BLOB);
            WITH RECURSIVE n(i) AS (VALUES(1) UNION ALL SELECT i + 1 FROM n WHERE i < 768) \
            INSERT INTO archive SELECT i, zeroblob(4000) FROM n;",
        )
        .unwrap();
    for old in 0..60 {
        let columns: Vec<String> = (0..20).map(|c| format!("measured_value_{c} REAL")).collect();
        database.execute_batch(&format!("CREATE TABLE old_{old}({})", columns.join(", "))).unwrap();
    }
}

fn position(bytes: &[u8], needle: &str) -> Option<usize> {
    bytes.windows(needle.len()).position(|part| part == needle.as_bytes())
}

/// Status and id of each task.
fn tasks(run: &Run) -> Vec<(String, &'static str)> {
    let mut all: Vec<_> =
        run.task_ids().map(|t| (run.task_name(t).to_owned(), run.tasks.status[t.index()].name())).collect();
    all.sort();
    all
}

/// Opens the files whole and in chunks, and gives the only run.
fn check(id: &str, sources: &[Source], expected: [(&str, &'static str); 2]) {
    let expected = expected.map(|(task, status)| (task.to_owned(), status));
    let mut runs = RunsBuilder::new();
    let outcome = open(sources.to_vec(), &Options::default(), &mut runs);
    let verdict = &outcome.files[0];
    assert_eq!((verdict.kind, verdict.format), (Verdict::Read, Some(id)), "{verdict}");
    let runs = runs.finish().0;
    assert_eq!((runs.len(), tasks(&runs[0])), (1, expected.to_vec()), "{id}");

    let mut builder = RunsBuilder::new();
    let mut opening = Opening::new(Settings { files: Some(sources.len()), ..Settings::default() });
    for source in sources {
        opening.begin(&source.name, Some(source.bytes.len() as u64));
        for chunk in source.bytes.chunks(100_000) {
            opening.push(chunk, &mut builder as &mut dyn EventSink);
        }
        opening.end(&mut builder);
    }
    assert_eq!(opening.finish(&mut builder).runs, 1, "{id}");
    assert_eq!(tasks(&builder.finish().0[0]), expected, "{id} in chunks");
}

#[test]
fn tables_whose_schema_lies_far_into_the_file_are_found() {
    let cases = [
        ("kailash", "tracking.db", KAILASH, [("load", "succeeded"), ("sum", "failed")]),
        ("mpt", "workflow_monitor.db", MONITOR, [("script", "succeeded"), ("voice", "failed")]),
    ];
    for (id, name, script, expected) in cases {
        let folder = Folder::new(id);
        let path = folder.0.join(name);
        let database = Connection::open(&path).unwrap();
        grow(&database);
        database.execute_batch(script).unwrap();
        drop(database);
        let bytes = std::fs::read(&path).unwrap();
        let table = if id == "mpt" { "CREATE TABLE workflow_steps" } else { "CREATE TABLE workflow_runs" };
        assert!(position(&bytes, table).is_some_and(|at| at > 3 << 20), "{id}");
        // The name decides nothing.
        for name in [name, "x.bin"] {
            check(id, &[Source::new(name, bytes.clone())], expected);
        }
    }
}

#[test]
fn tables_whose_schema_lies_only_in_the_log_are_found() {
    let folder = Folder::new("log");
    let path = folder.0.join("tracking.db");
    let database = Connection::open(&path).unwrap();
    grow(&database);
    let _mode: String =
        database.query_row("PRAGMA journal_mode=WAL", [], |row| row.get(0)).expect("a write-ahead log");
    database.execute_batch("PRAGMA wal_autocheckpoint=0").unwrap();
    database.execute_batch(KAILASH).unwrap();
    let bytes = std::fs::read(&path).unwrap();
    let log = std::fs::read(folder.0.join("tracking.db-wal")).unwrap();
    assert_eq!(position(&bytes, "CREATE TABLE workflow_runs"), None);
    let sources = [Source::new("tracking.db", bytes), Source::new("tracking.db-wal", log)];
    check("kailash", &sources, [("load", "succeeded"), ("sum", "failed")]);
}
