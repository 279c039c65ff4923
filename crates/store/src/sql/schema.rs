//! The version of the tables, and their creation.

use super::driver::Driver;
use super::tables::TABLES;
#[cfg(any(feature = "postgres", feature = "mysql"))]
use super::text::{Cells, Sql};
use crate::Error;
#[cfg(any(feature = "postgres", feature = "mysql"))]
use crate::Location;

/// The version of the tables that this release writes, and the latest one that it reads.
pub(crate) const SCHEMA: u32 = 2;

/// Checks that a version is supported.
pub(crate) fn known(found: i64) -> Result<(), Error> {
    let found = u32::try_from(found).unwrap_or(u32::MAX);
    if found > SCHEMA { Err(Error::Newer { found, known: SCHEMA }) } else { Ok(()) }
}

/// Upgrades tables of version 1, which have no column for tasks of unknown outcome. Writers do this, readers never. The
/// caller writes the version afterwards.
pub(crate) const FROM_1: &str = "ALTER TABLE makespan_runs ADD COLUMN unclear BIGINT NOT NULL DEFAULT 0";

/// Creates all tables and indexes that do not exist.
pub(crate) fn make_tables(driver: &mut impl Driver) -> Result<(), Error> {
    for table in TABLES {
        driver.run(table.create(driver.dialect()))?;
        for index in table.create_indexes(driver.dialect()) {
            driver.run(index)?;
        }
    }
    Ok(())
}

/// Prepares the tables on a server, which may hold other tables too: creates missing ones, and rejects those of a later
/// release. `exists` is whether the table with the version exists.
#[cfg(any(feature = "postgres", feature = "mysql"))]
pub(crate) fn prepare(driver: &mut impl Driver, location: &Location, exists: bool) -> Result<(), Error> {
    let dialect = driver.dialect();
    if !exists {
        let sql = "CREATE TABLE IF NOT EXISTS makespan_schema (version BIGINT NOT NULL PRIMARY KEY)";
        driver.run(Sql::of(dialect, sql))?;
    }
    match version(driver, location)? {
        Some(1) => {
            driver.run(Sql::of(dialect, FROM_1))?;
            state_version(driver)
        }
        Some(found) => known(found),
        // The version is written last: a process that stopped half-way leaves tables without one, and the next process
        // continues.
        None => {
            make_tables(driver)?;
            state_version(driver)
        }
    }
}

#[cfg(any(feature = "postgres", feature = "mysql"))]
fn state_version(driver: &mut impl Driver) -> Result<(), Error> {
    let mut sql = Sql::of(driver.dialect(), "INSERT INTO makespan_schema (version) VALUES (");
    sql.bind(SCHEMA).push(")");
    driver.run(sql).map(|_| ())
}

/// Returns the version of the tables on a server; `None` if there are none yet.
#[cfg(any(feature = "postgres", feature = "mysql"))]
pub(crate) fn version(driver: &mut impl Driver, location: &Location) -> Result<Option<i64>, Error> {
    let sql = Sql::of(driver.dialect(), "SELECT version FROM makespan_schema ORDER BY version DESC");
    let mut rows = driver.rows(sql).map_err(|error| match error {
        Error::Backend { reason } => Error::Foreign { location: location.to_string(), reason },
        other => other,
    })?;
    if rows.is_empty() { Ok(None) } else { Cells::of(rows.swap_remove(0)).int().map(Some) }
}
