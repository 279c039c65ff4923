//! How a database is opened.

use sqlx::mysql::MySqlConnectOptions;

use crate::sql::{Cells, Connect, Dialect, Driver, Session, Sql, known, prepare, version};
use crate::{Error, Location};

/// A database that is, or becomes, a store.
#[derive(Debug)]
pub(super) struct Mysql {
    location: Location,
    options: MySqlConnectOptions,
}

impl Mysql {
    /// Looks at what is there; makes the tables where there are none.
    pub(super) fn at(location: &Location) -> Result<Mysql, Error> {
        let options: MySqlConnectOptions = crate::sql::options(location)?;
        if options.get_database().is_none_or(str::is_empty) {
            return Err(location.wrong("it names no database, as in mysql://user@host/makespan"));
        }
        let options = options.pipes_as_concat(false).timezone(None);
        let database = Mysql { location: location.clone(), options };
        let mut driver = database.reader()?;
        // A database that is a store is only looked at: whoever may not write can open it, too.
        let found = if has_tables(&mut driver)? { version(&mut driver, location)? } else { None };
        match found {
            Some(found) => known(found)?,
            None => database.make(&mut driver)?,
        }
        Ok(database)
    }

    /// Makes the tables; of several processes that come at once the first does it. The lock ends with the connection.
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
        Session::connect(&self.options, &self.location)
    }

    fn writer(&self) -> Result<Session<sqlx::MySql>, Error> {
        let mut driver = self.reader()?;
        let sql = "SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED";
        driver.run(Sql::of(Dialect::Mysql, sql))?;
        Ok(driver)
    }

    fn location(&self) -> &Location {
        &self.location
    }
}
