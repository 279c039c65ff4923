//! The embedded default: one file, `sqlite:runs.db`.
//!
//! The journal is a write-ahead log, and every commit waits until it is on disk (`synchronous=FULL`), so acknowledged
//! events survive the end of the process and a power failure. One process writes at a time: the first one locks the
//! file `runs.db.lock` beside the database, and others get [`Error::Busy`]. Any number may read.

mod driver;
mod open;

use crate::sql::SqlStore;
use crate::{Error, Location, Store};

/// Opens the store in a file. Creates it if it does not exist.
pub(crate) fn open(location: &Location) -> Result<Box<dyn Store>, Error> {
    let file = open::File::at(location)?;
    Ok(Box::new(SqlStore::new(file)))
}
