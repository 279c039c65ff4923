//! Changes that a store reports at once.

use std::time::{Duration, Instant};

use makespan_store::{Changes, Error, Mark, TextKey, key};

use crate::support::homes::{Home as _, Postgres};
use crate::support::*;

const PATIENCE: Duration = Duration::from_secs(20);

/// The next report, which must come.
fn reported(changes: &mut dyn Changes) -> TextKey {
    changes.next(PATIENCE).unwrap().expect("a report comes in time")
}

#[test]
fn whoever_listens_hears_what_others_change() {
    let Some(home) = Postgres::new() else { return };
    let (listens, writes) = (home.open(), home.open());
    tell(&*writes, "before", &[r#"{"event":"task","task":"a"}"#]);
    let mut changes = listens.changes().unwrap().unwrap();
    assert_eq!(changes.next(Duration::from_millis(300)).unwrap(), None, "what was before is not reported");
    // An id longer than a report may be, and one with a byte that no text of this database has.
    for run in ["a".repeat(60_000).as_str(), "nul \0", "r"] {
        tell(&*writes, run, &[r#"{"event":"task","task":"a"}"#]);
        assert_eq!(reported(&mut *changes), key(run));
    }
    writes.mark("r", &Mark::Pin(true)).unwrap();
    assert_eq!(reported(&mut *changes), key("r"));
    writes.delete("r").unwrap();
    assert_eq!(reported(&mut *changes), key("r"));
    // What others say on the same channel is none of ours.
    home.sql("SELECT pg_notify('makespan_runs', 'nonsense')");
    assert_eq!(changes.next(PATIENCE).unwrap(), None);
    // One commit, and one report of each run.
    tell(&*listens, "own", &[r#"{"event":"task","task":"a"}"#]);
    assert_eq!(reported(&mut *changes), key("own"), "what it stores itself, too");
}

#[test]
fn a_connection_that_breaks_is_an_error_and_the_next_one_hears_again() {
    let Some(home) = Postgres::new() else { return };
    let store = home.open();
    let mut changes = store.changes().unwrap().unwrap();
    home.sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'LISTEN%' AND datname = current_database()");
    let began = Instant::now();
    let error = loop {
        match changes.next(Duration::from_millis(100)) {
            Err(error) => break error,
            Ok(_) => assert!(began.elapsed() < PATIENCE),
        }
    };
    assert!(matches!(error, Error::Unavailable { .. }), "{error:?}");
    assert!(!error.to_string().contains(servers::PASSWORD));
    drop(changes);
    let mut changes = store.changes().unwrap().unwrap();
    tell(&*store, "r", &[r#"{"event":"task","task":"a"}"#]);
    assert_eq!(reported(&mut *changes), key("r"));
}

#[test]
fn other_stores_say_that_they_report_nothing() {
    let home = crate::support::homes::Files::new().unwrap();
    assert!(home.open().changes().unwrap().is_none());
}
