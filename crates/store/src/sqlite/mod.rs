//! The embedded default: one file, `sqlite:runs.db`.
//!
//! The journal is a write-ahead log and every commit waits until it is on the disk (`synchronous=FULL`), so what was
//! acknowledged survives the end of the process and a loss of power. One process writes at a time: the first that
//! does locks the file `runs.db.lock` beside the database, another gets [`Error::Busy`]. Any number may read.

mod driver;
mod open;

use crate::sql::SqlStore;
use crate::{Error, Location, Store};

/// Opens the store in a file, and makes it where there is none.
pub(crate) fn open(location: &Location) -> Result<Box<dyn Store>, Error> {
    let file = open::File::at(location)?;
    Ok(Box::new(SqlStore::new(file)))
}
