//! What only PostgreSQL does: partitions, and users that may not write.

use makespan_store::{Error, open};

use crate::servers::{alone, deadlock, postgres::ALONE};
use crate::support::homes::{Home, Postgres};
use crate::support::*;

#[test]
fn events_are_in_the_partition_of_their_month() {
    let _alone = alone(&ALONE);
    let Some(home) = Postgres::new() else { return };
    let store = home.open();
    put(&*store, "r", "p", &[(1, child::Job::line("p", 0))]).unwrap();
    let lies = |table: &str| {
        let month = "to_char(now() AT TIME ZONE 'UTC', 'YYYYMM')";
        home.sql(&format!(
            "SELECT COUNT(*) FILTER (WHERE tableoid = to_regclass('{table}_' || {month})), COUNT(*) FROM {table}"
        ))
    };
    assert_eq!((lies("makespan_blocks"), lies("makespan_tasks")), ("1|1".to_owned(), "1|1".to_owned()));
    // Three months ahead and the rest.
    let partitions = "SELECT COUNT(*) FROM pg_inherits WHERE inhparent = 'makespan_blocks'::regclass";
    assert_eq!(home.sql(partitions), "4");
    // A process whose clock is years ahead is served, and what it wrote is found.
    home.sql("UPDATE makespan_runs SET run_no = run_no + (1::BIGINT << 58)");
    for table in ["makespan_blocks", "makespan_tasks", "makespan_ranges"] {
        home.sql(&format!("UPDATE {table} SET run_no = run_no + (1::BIGINT << 58)"));
    }
    assert_eq!(home.sql("SELECT COUNT(*) FROM makespan_blocks_other"), "1");
    assert_eq!(put(&*store, "r", "p", &[(1, "{}"), (2, "{}")]).unwrap().stored, 1);
    assert_eq!(records(&*store, "r").len(), 2);
    store.maintain().unwrap();
}

#[test]
fn a_deadlocked_transaction_is_retried() {
    let _alone = alone(&ALONE);
    let Some(home) = Postgres::new() else { return };
    let lock = |run: &str| format!("SELECT FROM makespan_runs WHERE id = '{run}' FOR UPDATE;");
    let other = |first: &str, pause: f64, then: &str| {
        home.sql(&format!("BEGIN; {first} SELECT pg_sleep({pause}); {then} COMMIT"));
    };
    deadlock(&home, &lock, &other, || {
        home.sql("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()") != "0"
    });
}

#[test]
fn a_read_only_user_can_read() {
    let _alone = alone(&ALONE);
    let Some(home) = Postgres::new() else { return };
    put(&*home.open(), "r", "p", &[(1, "{}")]).unwrap();
    home.sql("DROP ROLE IF EXISTS guest; CREATE ROLE guest LOGIN PASSWORD 'guest'");
    home.sql("GRANT SELECT ON ALL TABLES IN SCHEMA public TO guest");
    let url = home.url().replace("makespan:hunter2@", "guest:guest@");
    let store = open(&url).unwrap();
    assert_eq!(records(&*store, "r").len(), 1);
    assert!(matches!(put(&*store, "r", "p", &[(2, "{}")]), Err(Error::ReadOnly { .. })));
    drop(store);
    home.sql("DROP OWNED BY guest; DROP ROLE guest");
}

#[test]
fn foreign_tables_are_not_changed() {
    let _alone = alone(&ALONE);
    let Some(home) = Postgres::new() else { return };
    home.sql("CREATE TABLE makespan_schema (something TEXT)");
    assert!(matches!(open(&home.url()).err(), Some(Error::Foreign { .. })));
    assert_eq!(home.sql("SELECT COUNT(*) FROM pg_tables WHERE schemaname = 'public'"), "1");
}
