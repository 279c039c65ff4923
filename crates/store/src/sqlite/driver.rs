//! A connection to an SQLite file.

use std::fs;

use rusqlite::types::ValueRef;
use rusqlite::{Connection, ErrorCode, params_from_iter};

use crate::Error;
use crate::sql::{Dialect, Driver, Row, Sql, Table, Value};

/// A connection, with the lock if it writes.
#[derive(Debug)]
pub(crate) struct Sqlite {
    pub(super) connection: Connection,
    /// The URL to show in errors.
    pub(super) shown: String,
    /// Whether the tables had version 1 when they were last checked.
    pub(super) old: bool,
    /// Held as long as this connection exists; its holder writes.
    pub(super) _lock: Option<fs::File>,
}

impl Sqlite {
    fn error(&self, error: &rusqlite::Error) -> Error {
        describe(error, &self.shown)
    }

    fn simple(&mut self, sql: &str) -> Result<(), Error> {
        self.connection.execute_batch(sql).map_err(|e| self.error(&e))
    }

    fn each_row(&mut self, table_row: Sql, rows: Vec<Row>) -> Result<(), Error> {
        let run = |connection: &Connection| -> rusqlite::Result<()> {
            let mut statement = connection.prepare_cached(table_row.text())?;
            for row in &rows {
                statement.execute(params_from_iter(row.iter().map(Param)))?;
            }
            Ok(())
        };
        run(&self.connection).map_err(|e| self.error(&e))
    }
}

impl Driver for Sqlite {
    fn dialect(&self) -> Dialect {
        Dialect::Sqlite
    }

    fn is_old(&mut self) -> Result<bool, Error> {
        if self.old {
            let found = self.connection.pragma_query_value(None, "user_version", |row| row.get::<_, i64>(0));
            self.old = found.map_err(|e| self.error(&e))? == 1;
        }
        Ok(self.old)
    }

    fn run(&mut self, sql: Sql) -> Result<u64, Error> {
        let run = |connection: &Connection| {
            let mut statement = connection.prepare_cached(sql.text())?;
            statement.execute(params_from_iter(sql.values().iter().map(Param)))
        };
        run(&self.connection).map(|rows| rows as u64).map_err(|e| self.error(&e))
    }

    fn rows(&mut self, sql: Sql) -> Result<Vec<Row>, Error> {
        let run = |connection: &Connection| -> rusqlite::Result<Vec<Row>> {
            let mut statement = connection.prepare_cached(sql.text())?;
            let width = statement.column_count();
            let mut rows = statement.query(params_from_iter(sql.values().iter().map(Param)))?;
            let mut all = Vec::new();
            while let Some(row) = rows.next()? {
                let cells = (0..width).map(|i| Ok(value(row.get_ref(i)?)));
                all.push(cells.collect::<rusqlite::Result<Row>>()?);
            }
            Ok(all)
        };
        run(&self.connection).map_err(|e| self.error(&e))
    }

    fn begin(&mut self) -> Result<(), Error> {
        self.simple("BEGIN IMMEDIATE")
    }

    fn commit(&mut self) -> Result<(), Error> {
        self.simple("COMMIT")
    }

    fn rollback(&mut self) -> Result<(), Error> {
        self.simple("ROLLBACK")
    }

    // A prepared statement costs less than the text of one for many rows.
    fn insert(&mut self, table: &Table, rows: Vec<Row>) -> Result<(), Error> {
        let Some(first) = rows.first() else { return Ok(()) };
        self.each_row(table.insert(Dialect::Sqlite, first.clone()), rows)
    }

    fn upsert(&mut self, table: &Table, rows: Vec<Row>) -> Result<(), Error> {
        let Some(first) = rows.first() else { return Ok(()) };
        self.each_row(table.upsert(Dialect::Sqlite, first.clone()), rows)
    }
}

/// A value as a parameter.
struct Param<'v>(&'v Value);

impl rusqlite::ToSql for Param<'_> {
    fn to_sql(&self) -> rusqlite::Result<rusqlite::types::ToSqlOutput<'_>> {
        let value = match self.0 {
            Value::Int(Some(v)) => ValueRef::Integer(*v),
            Value::Real(Some(v)) => ValueRef::Real(*v),
            Value::Bytes(Some(v)) => ValueRef::Blob(v),
            Value::Int(None) | Value::Real(None) | Value::Bytes(None) => ValueRef::Null,
        };
        Ok(rusqlite::types::ToSqlOutput::Borrowed(value))
    }
}

fn value(cell: ValueRef<'_>) -> Value {
    match cell {
        ValueRef::Null => Value::Int(None),
        ValueRef::Integer(v) => Value::Int(Some(v)),
        ValueRef::Real(v) => Value::Real(Some(v)),
        ValueRef::Text(v) | ValueRef::Blob(v) => Value::Bytes(Some(v.to_vec())),
    }
}

/// Describes an error in our own words if it is known.
pub(super) fn describe(error: &rusqlite::Error, shown: &str) -> Error {
    let reason = error.to_string();
    let code = error.sqlite_error_code();
    match code {
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => {
            Error::Busy { location: shown.to_owned() }
        }
        Some(ErrorCode::ReadOnly | ErrorCode::PermissionDenied) => Error::ReadOnly { reason },
        Some(ErrorCode::DiskFull) => Error::Full { reason },
        Some(ErrorCode::DatabaseCorrupt) => Error::Corrupt { reason },
        Some(ErrorCode::NotADatabase) => Error::Foreign { location: shown.to_owned(), reason },
        Some(ErrorCode::SystemIoFailure) if no_room(error) => Error::Full { reason },
        Some(ErrorCode::CannotOpen) => Error::Unavailable { location: shown.to_owned(), reason },
        _ => Error::Backend { reason },
    }
}

/// Returns whether a write failed or a file could not grow. A quota or a file size limit looks like this to SQLite,
/// which recognises a full disk only by its own error number.
fn no_room(error: &rusqlite::Error) -> bool {
    use rusqlite::ffi::{SQLITE_IOERR_SHMSIZE, SQLITE_IOERR_WRITE};
    let extended = error.sqlite_error().map(|e| e.extended_code);
    extended.is_some_and(|code| [SQLITE_IOERR_WRITE, SQLITE_IOERR_SHMSIZE].contains(&code))
}
