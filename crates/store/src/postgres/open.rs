//! Opens a database.

use std::sync::atomic::{AtomicBool, Ordering};

use makespan_format::{Diagnostic, Severity};
use sqlx::postgres::PgConnectOptions;

use super::changes::Listening;
use super::partitions;
use crate::sql::{Cells, Connect, Dialect, Driver, Session, Sql, known, prepare, version};
use crate::{Changes, Error, Location};

/// A database that is a store, or becomes one.
#[derive(Debug)]
pub(super) struct Postgres {
    location: Location,
    options: PgConnectOptions,
    /// Whether its tables had version 1 when they were last checked. A writer upgrades them.
    old: AtomicBool,
}

impl Postgres {
    /// Checks the database; creates the tables if they do not exist.
    pub(super) fn at(location: &Location) -> Result<Postgres, Error> {
        let options: PgConnectOptions = crate::sql::options(location)?;
        let options = match options.get_application_name() {
            Some(_) => options,
            None => options.application_name("makespan"),
        };
        let database = Postgres { location: location.clone(), options, old: AtomicBool::new(false) };
        let mut driver = database.reader()?;
        // An existing store is only read here, so users without permission to write can open it.
        let found = if has_tables(&mut driver)? { version(&mut driver, location)? } else { None };
        match found {
            Some(1) => database.old.store(true, Ordering::Relaxed),
            Some(found) => known(found)?,
            None => database.make(&mut driver)?,
        }
        Ok(database)
    }

    /// Creates the tables, in one transaction. If several processes try it at once, the first one does it.
    fn make(&self, driver: &mut Session<sqlx::Postgres>) -> Result<(), Error> {
        driver.begin()?;
        partitions::lock(driver)?;
        let exists = has_tables(driver)?;
        prepare(driver, &self.location, exists)?;
        partitions::make_default(driver)?;
        driver.commit()
    }
}

fn has_tables(driver: &mut impl Driver) -> Result<bool, Error> {
    let sql = "SELECT COUNT(to_regclass('makespan_schema'))";
    let row = driver.rows(Sql::of(Dialect::Postgres, sql))?.pop().unwrap_or_default();
    Cells::of(row).flag()
}

impl Connect for Postgres {
    type Driver = Session<sqlx::Postgres>;

    const BACKEND: &'static str = "postgres";

    fn reader(&self) -> Result<Session<sqlx::Postgres>, Error> {
        let mut session = Session::connect(&self.options, &self.location)?;
        session.old = self.old.load(Ordering::Relaxed);
        Ok(session)
    }

    fn writer(&self) -> Result<Session<sqlx::Postgres>, Error> {
        let mut driver = self.reader()?;
        if driver.is_old()? {
            self.make(&mut driver)?;
        }
        self.old.store(false, Ordering::Relaxed);
        // `local`, and settings that wait for other servers too, are not changed.
        let sql = "SELECT 1::BIGINT FROM (SELECT set_config('synchronous_commit', 'on', false)
                   WHERE current_setting('synchronous_commit') = 'off') AS durable";
        driver.rows(Sql::of(Dialect::Postgres, sql))?;
        partitions::make_next(&mut driver)?;
        Ok(driver)
    }

    fn location(&self) -> &Location {
        &self.location
    }

    fn findings(driver: &mut Session<sqlx::Postgres>) -> Result<Vec<Diagnostic>, Error> {
        let sql = "SELECT COUNT(*) FROM pg_settings WHERE setting = 'off' AND name IN ('fsync', 'full_page_writes')";
        let row = driver.rows(Sql::of(Dialect::Postgres, sql))?.pop().unwrap_or_default();
        if !Cells::of(row).flag()? {
            return Ok(Vec::new());
        }
        let message = "fsync or full_page_writes is off: a power failure may lose acknowledged events";
        Ok(vec![Diagnostic::new(Severity::Warning, "not-durable", message)])
    }

    fn changes(&self) -> Result<Option<Box<dyn Changes>>, Error> {
        Ok(Some(Box::new(Listening::start(&self.options, &self.location)?)))
    }

    fn maintain(&self) -> Result<(), Error> {
        partitions::make_next(&mut self.reader()?)
    }
}
