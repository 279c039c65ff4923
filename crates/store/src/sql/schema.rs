//! The version of the tables, and how they come to be.

use super::driver::Driver;
use super::tables::TABLES;
#[cfg(any(feature = "postgres", feature = "mysql"))]
use super::text::{Cells, Sql};
use crate::Error;
#[cfg(any(feature = "postgres", feature = "mysql"))]
use crate::Location;

/// The version of the tables that this release writes, and the last one that it reads.
pub(crate) const SCHEMA: u32 = 2;

/// Whether a version can be used.
pub(crate) fn known(found: i64) -> Result<(), Error> {
    let found = u32::try_from(found).unwrap_or(u32::MAX);
    if found > SCHEMA { Err(Error::Newer { found, known: SCHEMA }) } else { Ok(()) }
}

/// Brings the tables of version 1, which have no place for tasks of unknown outcome, to this one: what a writer does,
/// and a reader never. Their version is written by whoever calls this, afterwards.
pub(crate) const FROM_1: &str = "ALTER TABLE makespan_runs ADD COLUMN unclear BIGINT NOT NULL DEFAULT 0";

/// Makes all tables and their indexes, where they are not there.
pub(crate) fn make_tables(driver: &mut impl Driver) -> Result<(), Error> {
    for table in TABLES {
        driver.run(table.create(driver.dialect()))?;
        for index in table.create_indexes(driver.dialect()) {
            driver.run(index)?;
        }
    }
    Ok(())
}

/// On a server, where other tables may lie beside ours: makes the tables where there are none, and refuses those of a
/// later release. `exists` says whether the table that holds the version is there.
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
        // The version comes last: a process that stopped half-way leaves tables without one, and the next goes on.
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

/// The version of the tables of a server; `None` where there are none yet.
#[cfg(any(feature = "postgres", feature = "mysql"))]
pub(crate) fn version(driver: &mut impl Driver, location: &Location) -> Result<Option<i64>, Error> {
    let sql = Sql::of(driver.dialect(), "SELECT version FROM makespan_schema ORDER BY version DESC");
    let mut rows = driver.rows(sql).map_err(|error| match error {
        Error::Backend { reason } => Error::Foreign { location: location.to_string(), reason },
        other => other,
    })?;
    if rows.is_empty() { Ok(None) } else { Cells::of(rows.swap_remove(0)).int().map(Some) }
}
