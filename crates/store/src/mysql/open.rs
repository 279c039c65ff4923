//! Opens a database.

use std::sync::atomic::{AtomicBool, Ordering};

use makespan_format::{Diagnostic, Severity};
use sqlx::mysql::MySqlConnectOptions;

use crate::sql::{Cells, Connect, Dialect, Driver, Session, Sql, known, prepare, version};
use crate::{Error, LONGEST_LINE, Location};

/// Size of the longest line with its row, in bytes.
const LARGEST_PACKET: u64 = LONGEST_LINE as u64 + (1 << 20);

/// A database that is a store, or becomes one.
#[derive(Debug)]
pub(super) struct Mysql {
    location: Location,
    options: MySqlConnectOptions,
    /// Whether its tables had version 1 when they were last checked. A writer upgrades them.
    old: AtomicBool,
}

impl Mysql {
    /// Checks the database; creates the tables if they do not exist.
    pub(super) fn at(location: &Location) -> Result<Mysql, Error> {
        let options: MySqlConnectOptions = crate::sql::options(location)?;
        if options.get_database().is_none_or(str::is_empty) {
            return Err(location.wrong("missing database, as in mysql://user@host/makespan"));
        }
        let options = options.pipes_as_concat(false).timezone(None);
        let database = Mysql { location: location.clone(), options, old: AtomicBool::new(false) };
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

    /// Creates the tables. If several processes try it at once, the first one does it. The lock ends with the
    /// connection.
    fn make(&self, driver: &mut Session<sqlx::MySql>) -> Result<(), Error> {
        const NAME: &str = "SHA1(CONCAT('makespan ', DATABASE()))";
        let mut sql = Sql::of(Dialect::Mysql, "SELECT COALESCE(GET_LOCK(");
        sql.push(NAME).push(", 30), 0)");
        if !Cells::of(driver.rows(sql)?.pop().unwrap_or_default()).flag()? {
            return Err(Error::Busy { location: self.location.to_string() });
        }
        let exists = has_tables(driver)?;
        prepare(driver, &self.location, exists)?;
        let mut sql = Sql::of(Dialect::Mysql, "SELECT COALESCE(RELEASE_LOCK(");
        sql.push(NAME).push("), 0)");
        driver.rows(sql).map(|_| ())
    }
}

fn has_tables(driver: &mut impl Driver) -> Result<bool, Error> {
    let sql = "SELECT COUNT(*) FROM information_schema.tables
               WHERE table_schema = DATABASE() AND table_name = 'makespan_schema'";
    Cells::of(driver.rows(Sql::of(Dialect::Mysql, sql))?.pop().unwrap_or_default()).flag()
}

impl Connect for Mysql {
    type Driver = Session<sqlx::MySql>;

    const BACKEND: &'static str = "mysql";

    fn reader(&self) -> Result<Session<sqlx::MySql>, Error> {
        let mut session = Session::connect(&self.options, &self.location)?;
        session.old = self.old.load(Ordering::Relaxed);
        Ok(session)
    }

    fn writer(&self) -> Result<Session<sqlx::MySql>, Error> {
        let mut driver = self.reader()?;
        if driver.is_old()? {
            self.make(&mut driver)?;
        }
        self.old.store(false, Ordering::Relaxed);
        let sql = "SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED";
        driver.run(Sql::of(Dialect::Mysql, sql))?;
        Ok(driver)
    }

    fn location(&self) -> &Location {
        &self.location
    }

    fn findings(driver: &mut Session<sqlx::MySql>) -> Result<Vec<Diagnostic>, Error> {
        let sql =
            "SELECT CAST(@@innodb_flush_log_at_trx_commit AS SIGNED), CAST(@@max_allowed_packet AS SIGNED)";
        let mut cells = Cells::of(driver.rows(Sql::of(Dialect::Mysql, sql))?.pop().unwrap_or_default());
        let (flush, packet) = (cells.int()?, cells.count()?);
        let mut findings = Vec::new();
        if flush != 1 {
            let message = format!(
                "innodb_flush_log_at_trx_commit is {flush}, not 1: a power failure may lose acknowledged events"
            );
            findings.push(Diagnostic::new(Severity::Warning, "not-durable", message));
        }
        if packet < LARGEST_PACKET {
            let message = format!(
                "max_allowed_packet is {packet} bytes: lines of events that are longer will be refused"
            );
            findings.push(Diagnostic::new(Severity::Warning, "small-packets", message));
        }
        Ok(findings)
    }
}
