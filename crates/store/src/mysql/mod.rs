//! Many machines and processes at once: `mysql://user:password@host/database`, MySQL or MariaDB.
//!
//! Tables are of InnoDB. A commit returns when the server's log is on its disk as long as the server leaves
//! `innodb_flush_log_at_trx_commit` at 1, its default, which no connection can change; where it does not, the store
//! says so in its findings. All texts lie in binary columns, so no collation takes one for another, and transactions
//! read what is committed, so rows that are not there are not locked.
//!
//! Tested with MariaDB 10.11; nothing here is MariaDB's alone. A packet must hold the longest line, which a
//! `max_allowed_packet` of 16 MiB does. A user of MySQL whose password is checked by `caching_sha2_password`, its default,
//! comes in through TLS or a socket only.

mod open;
mod server;

use crate::sql::SqlStore;
use crate::{Error, Location, Store};

/// Opens the store in a database, and makes its tables where there are none.
pub(crate) fn open(location: &Location) -> Result<Box<dyn Store>, Error> {
    let database = open::Mysql::at(location)?;
    Ok(Box::new(SqlStore::new(database)))
}
