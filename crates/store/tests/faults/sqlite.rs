//! Damaged files of SQLite.

use std::fs;

use makespan_store::{Error, open};

use crate::support::homes::{Folder, Home, Sqlite};
use crate::support::*;

#[test]
fn files_that_are_not_stores_are_not_changed() {
    let home = Sqlite::new().unwrap();
    fs::write(home.file(), "this is no database at all, but a letter of some length".repeat(100)).unwrap();
    let before = home.contents();
    assert!(matches!(open(&home.url()).err(), Some(Error::Foreign { .. })));
    assert!(home.contents() == before);

    let home = Sqlite::new().unwrap();
    let other = rusqlite::Connection::open(home.file()).unwrap();
    other.execute_batch("CREATE TABLE makespan_runs (x); INSERT INTO makespan_runs VALUES (1)").unwrap();
    other.close().unwrap();
    let before = home.contents();
    assert!(matches!(open(&home.url()).err(), Some(Error::Foreign { .. })));
    assert!(home.contents() == before);
    assert!(matches!(open("sqlite:/no/such/folder/runs.db").err(), Some(Error::Location { .. })));
}

/// A store as version 1 wrote it, which had no place for tasks of unknown outcome.
fn of_version_1() -> Sqlite {
    let home = Sqlite::new().unwrap();
    let store = home.open();
    tell(&*store, "r", &[r#"{"event":"task","task":"a"}"#.to_owned()]);
    drop(store);
    let file = rusqlite::Connection::open(home.file()).unwrap();
    file.execute_batch(
        "ALTER TABLE makespan_runs DROP COLUMN unclear; PRAGMA user_version = 1; PRAGMA journal_mode = DELETE;",
    )
    .unwrap();
    file.close().unwrap();
    home
}

fn version(home: &Sqlite) -> i64 {
    let file = rusqlite::Connection::open(home.file()).unwrap();
    file.pragma_query_value(None, "user_version", |row| row.get(0)).unwrap()
}

#[test]
fn reading_a_store_of_version_1_leaves_it_as_it_is() {
    let home = of_version_1();
    let before = fs::read(home.file()).unwrap();
    let store = home.open();
    let unknown = |run: &str| store.run(run).unwrap().unwrap().tasks.of(makespan_format::Status::Unknown);
    assert_eq!(unknown("r"), 0);
    assert_eq!(store.runs(&Default::default()).unwrap().runs.len(), 1);
    assert_eq!(lines(&*store, "r").len(), 1);
    assert!(fs::read(home.file()).unwrap() == before, "reading changed the file");
    // Who writes brings it up, and readers that were there before see what is new.
    tell(&*store, "s", &[r#"{"event":"end","task":"a","at":9,"status":"unknown"}"#.to_owned()]);
    assert_eq!((unknown("r"), unknown("s"), version(&home)), (0, 1, 2));
}

#[test]
fn a_store_of_version_1_that_cannot_be_written_is_read() {
    use std::os::unix::fs::PermissionsExt as _;
    let home = of_version_1();
    fs::set_permissions(home.file(), fs::Permissions::from_mode(0o444)).unwrap();
    let store = home.open();
    assert_eq!(store.run("r").unwrap().unwrap().id, "r");
    assert_eq!(version(&home), 1);
}

#[test]
fn a_damaged_block_is_reported_and_other_runs_are_read() {
    let home = Sqlite::new().unwrap();
    let store = home.open();
    for run in ["r", "other"] {
        tell(
            &*store,
            run,
            &(0..2_000).map(|i| format!("{{\"event\":\"log\",\"text\":\"{run} {i}\"}}")).collect::<Vec<_>>(),
        );
    }
    drop(store);
    let file = rusqlite::Connection::open(home.file()).unwrap();
    file.execute_batch(
        "UPDATE makespan_blocks SET body = zeroblob(length(body)) WHERE first_event = 512 AND run_no =
         (SELECT run_no FROM makespan_runs WHERE id = CAST('r' AS BLOB));",
    )
    .unwrap();
    file.close().unwrap();
    let store = home.open();
    assert!(matches!(records_of(&*store, "r", Default::default()), Err(Error::Corrupt { .. })));
    assert_eq!(lines(&*store, "other").len(), 2_000);
    assert_eq!(store.run("r").unwrap().unwrap().events, 2_000);
}

#[test]
fn storing_an_event_writes_a_bounded_part_of_its_run_again() {
    let home = Sqlite::new().unwrap();
    let store = home.open();
    let line = |i: u64| format!("{{\"event\":\"log\",\"text\":\"{i} {}\"}}", "x".repeat(900));
    for i in 1..=60 {
        put(&*store, "single", "p", &[(i, line(i))]).unwrap();
    }
    put(&*store, "batch", "p", &(1..=60).map(|i| (i, line(i))).collect::<Vec<_>>()).unwrap();
    assert_eq!((lines(&*store, "single").len(), lines(&*store, "batch").len()), (60, 60));
    drop(store);
    let file = rusqlite::Connection::open(home.file()).unwrap();
    let sizes = |run: &str| -> Vec<i64> {
        let of_run = "SELECT bytes FROM makespan_blocks WHERE run_no =
            (SELECT run_no FROM makespan_runs WHERE id = CAST(?1 AS BLOB))";
        file.prepare(of_run)
            .unwrap()
            .query_map([run], |row| row.get(0))
            .unwrap()
            .map(Result::unwrap)
            .collect()
    };
    let (single, batch) = (sizes("single"), sizes("batch"));
    assert!(single.len() > 2 && single.iter().all(|bytes| *bytes < 18 << 10), "{single:?}");
    assert!(batch.len() == 1 && batch[0] > 50 << 10, "{batch:?}");
}

/// A loss of power leaves some beginning of the log, as far as it was written back. Whatever it is, the store opens and
/// holds a beginning of what was appended, and everything that was acknowledged before the log began.
#[test]
fn any_prefix_of_the_log_is_a_prefix_of_the_events() {
    let home = Sqlite::new().unwrap();
    let store = home.open();
    put(&*store, "r", "p", &[(1, child::Job::line("p", 1))]).unwrap();
    drop(store);
    let before = fs::read(home.file()).unwrap();
    let store = home.open();
    for i in 0..30 {
        let lines: Vec<(u64, String)> =
            (2 + i * 5..7 + i * 5).map(|n| (n, child::Job::line("p", n))).collect();
        put(&*store, "r", "p", &lines).unwrap();
    }
    let log = fs::read(home.file().with_file_name("runs.db-wal")).unwrap();
    assert_eq!(fs::read(home.file()).unwrap(), before, "the log was not written back meanwhile");
    let (mut random, mut seen) = (Random(17), std::collections::BTreeSet::new());
    for image in 0..200 {
        let folder = Folder::new();
        let file = folder.path().join("runs.db");
        fs::write(&file, &before).unwrap();
        let cut = if image == 0 { log.len() } else { random.below(log.len() as u64) as usize };
        let mut cut_log = log[..cut].to_vec();
        if image % 3 == 1 && cut > 4_096 {
            // The last page was never written though the file had grown.
            let from = cut - 4_096;
            cut_log[from..].fill(0);
        }
        fs::write(folder.path().join("runs.db-wal"), cut_log).unwrap();
        let url = format!("sqlite:{}", file.display());
        let store = open(&url).unwrap();
        let numbers: Vec<u64> = records(&*store, "r").into_iter().map(|(_, seq, _)| seq).collect();
        assert_eq!(numbers, (1..=numbers.len() as u64).collect::<Vec<_>>());
        assert_eq!(numbers.len() % 5, 1, "batches are there whole or not at all");
        assert_eq!(store.run("r").unwrap().unwrap().events, numbers.len() as u64);
        put(&*store, "r", "p", &[(1_000, "{}")]).unwrap();
        seen.insert(numbers.len());
        if image == 0 {
            assert_eq!(numbers.len(), 151);
        }
    }
    assert!(seen.len() > 20, "{seen:?}");
}
