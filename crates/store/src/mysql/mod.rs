//! Many machines and processes at once: `mysql://user:password@host/database`, MySQL or MariaDB.
//!
//! Tables use InnoDB. A commit returns when the server's log is on disk, if the server leaves
//! `innodb_flush_log_at_trx_commit` at its default of 1. No connection can change this setting; if it differs, the
//! store reports it in its findings. All texts are in binary columns, so no collation confuses two texts. Transactions
//! use the isolation level *read committed*, so rows that do not exist are not locked.
//!
//! Tested with MariaDB 10.11; nothing here is specific to MariaDB. A packet must be able to hold the longest line; a
//! `max_allowed_packet` of 16 MiB is sufficient. A MySQL user whose password is checked by `caching_sha2_password`, the
//! default, can only connect through TLS or a socket.

mod open;
mod server;

use crate::sql::SqlStore;
use crate::{Error, Location, Store};

/// Opens the store in a database. Creates its tables if they do not exist.
pub(crate) fn open(location: &Location) -> Result<Box<dyn Store>, Error> {
    let database = open::Mysql::at(location)?;
    Ok(Box::new(SqlStore::new(database)))
}
