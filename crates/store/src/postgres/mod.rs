//! Many machines and processes at once: `postgres://user:password@host/database`.
//!
//! A commit returns when the server's log is on its disk; a connection that writes sees to that even where the
//! server's default is otherwise. Rows go in as one array a column, so a statement takes any number of them. Events and
//! tasks lie in partitions by the month in which the store first heard of their run, so that what is appended to and
//! what is old lie apart.
//!
//! After each commit the runs that it changed are announced (`NOTIFY`), so that servers over one database show at once what
//! another one stored.
//!
//! Tested with PostgreSQL 15; partitions ask for 12. The user needs the right to create tables the first time, and each time a month begins
//! whose partition is missing; without it the rows go into a partition for all the rest.

mod changes;
mod open;
mod partitions;
mod server;

use crate::sql::SqlStore;
use crate::{Error, Location, Store};

/// Opens the store in a database, and makes its tables where there are none.
pub(crate) fn open(location: &Location) -> Result<Box<dyn Store>, Error> {
    let database = open::Postgres::at(location)?;
    Ok(Box::new(SqlStore::new(database)))
}
