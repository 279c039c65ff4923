//! Runs of the store where files are asked for: what no file is called may be the id of a run.

use std::path::Path;

use super::{Address, known, lines_of, missing};
use crate::config::Config;
use crate::failure::Failure;

/// The events of the run that has the path as its id, as the bytes of a file of events.
///
/// # Errors
///
/// Why there is no such run, as a part of a sentence; also where the store cannot be asked.
pub(crate) fn bytes_of(config: &Config, path: &Path) -> Result<Vec<u8>, String> {
    let id = path.to_str().ok_or("no run has such an id")?;
    let read = || -> Result<Vec<u8>, Failure> {
        let address = Address::new(config)?;
        let Some(store) = address.open_existing()? else {
            let (run, place) = (id.to_owned(), address.shown());
            return Err(Failure::NoRun { run, place, meant: String::new() });
        };
        if known(&address, &*store, id)?.is_none() {
            return Err(missing(&address, &*store, id));
        }
        lines_of(&*store, id).map_err(|error| address.failed(error))
    };
    read().map_err(|failure| failure.to_string())
}

/// The name of the file that those bytes would be.
pub(crate) fn name_of(id: &str) -> String {
    format!("{id}.jsonl")
}
