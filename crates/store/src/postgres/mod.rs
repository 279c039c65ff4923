//! Many machines and processes at once: `postgres://user:password@host/database`.
//!
//! A commit returns when the server's log is on disk; writing connections ensure this even if the server's default
//! differs. Rows are sent as one array per column, so a statement can take any number of them. Events and tasks are in
//! partitions by the month in which the store received the first event of their run, which separates growing data from
//! old data.
//!
//! After each commit, the changed runs are announced (`NOTIFY`), so that servers over the same database show at once what
//! another one stored.
//!
//! Tested with PostgreSQL 15; partitions require 12. The user needs permission to create tables the first time, and at
//! the beginning of each month whose partition is missing; without it, rows go to a default partition.

mod changes;
mod open;
mod partitions;
mod server;

use crate::sql::SqlStore;
use crate::{Error, Location, Store};

/// Opens the store in a database. Creates its tables if they do not exist.
pub(crate) fn open(location: &Location) -> Result<Box<dyn Store>, Error> {
    let database = open::Postgres::at(location)?;
    Ok(Box::new(SqlStore::new(database)))
}
