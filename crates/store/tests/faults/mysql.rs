//! What only MySQL and MariaDB do: settings that no connection can change, and names of databases.

use makespan_store::{Error, open};

use crate::servers::{alone, deadlock, mysql::ALONE};
use crate::support::homes::{Home, Mysql};
use crate::support::*;

#[test]
fn risky_server_settings_are_reported() {
    let _alone = alone(&ALONE);
    let Some(home) = Mysql::new() else { return };
    assert_eq!(home.open().info().unwrap().findings, []);
    home.sql("SET GLOBAL innodb_flush_log_at_trx_commit = 2; SET GLOBAL max_allowed_packet = 4194304");
    let findings = home.open().info().unwrap().findings;
    home.sql("SET GLOBAL innodb_flush_log_at_trx_commit = 1; SET GLOBAL max_allowed_packet = 16777216");
    assert_eq!(findings.iter().map(|f| &*f.code).collect::<Vec<_>>(), ["not-durable", "small-packets"]);
}

#[test]
fn a_deadlocked_transaction_is_retried() {
    let _alone = alone(&ALONE);
    let Some(home) = Mysql::new() else { return };
    home.sql("CREATE TABLE weight (x BIGINT) ENGINE = InnoDB");
    // By the index that the store locks by; without one the whole table would be locked.
    let lock = |run: &str| {
        let key = format!("LEFT(UNHEX(SHA2('{run}', 256)), 16)");
        format!("SELECT 1 FROM makespan_runs WHERE run_key = {key} FOR UPDATE;")
    };
    // Of two transactions the one that wrote less begins again, which is the store's.
    let weight = "INSERT INTO weight VALUES (1), (2), (3), (4), (5), (6), (7), (8), (9)";
    let other = |first: &str, pause: f64, then: &str| {
        home.sql(&format!("BEGIN; {weight}; {first} SELECT SLEEP({pause}); {then} COMMIT"));
    };
    let deadlocks = || home.sql("SHOW GLOBAL STATUS LIKE 'Innodb_deadlocks'");
    let before = deadlocks();
    deadlock(&home, &lock, &other, || deadlocks() != before);
}

#[test]
fn names_of_places() {
    let _alone = alone(&ALONE);
    let Some(home) = Mysql::new() else { return };
    put(&*home.open(), "r", "p", &[(1, "{}")]).unwrap();
    let other = home.url().replacen("mysql:", "mariadb:", 1);
    assert_eq!(records(&*open(&other).unwrap(), "r").len(), 1);
    for wrong in ["mysql://makespan@localhost", "mysql://makespan@localhost/?socket=/nowhere"] {
        assert!(open(wrong).is_err_and(|e| e.to_string().contains("missing database")));
    }
    let nowhere = home.url().replacen("/makespan_", "/no_such_database_", 1);
    assert!(matches!(open(&nowhere).err(), Some(Error::Location { .. })));
}
