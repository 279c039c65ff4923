//! Runs of the store where files are asked for: `run:ID`, or an ID alone that looks like nothing but an id. A file that
//! is missing must not open a store, which may be on another machine.

use std::path::Path;

use super::{Address, known, lines_of, missing};
use crate::config::Config;
use crate::failure::Failure;

/// Before an id, says that it is one.
pub(crate) const RUN_PREFIX: &str = "run:";
/// The longest ending of the name of a file, in characters.
const LONGEST_ENDING: usize = 10;

/// The id of the run that a path means, where it is not there as a file; `None` where it looks like a file.
pub(crate) fn id_of(path: &Path) -> Option<&str> {
    let text = path.to_str()?;
    if let Some(id) = text.strip_prefix(RUN_PREFIX) {
        return Some(id);
    }
    let ending = text.rsplit_once('.').map(|(_, ending)| ending);
    let is_file = ending.is_some_and(|ending| {
        ending.len() <= LONGEST_ENDING
            && ending.bytes().all(|b| b.is_ascii_alphanumeric())
            && ending.bytes().any(|b| b.is_ascii_alphabetic())
    });
    (!is_file && !text.contains(['/', '\\'])).then_some(text)
}

/// The events of the run that has the path as its id, as the bytes of a file of events.
///
/// # Errors
///
/// Why there is no such run, as a part of a sentence; also where the store cannot be asked.
pub(crate) fn bytes_of(config: &Config, path: &Path) -> Result<Vec<u8>, String> {
    let Some(id) = id_of(path) else {
        return Err(format!("to open a run of the store, write {RUN_PREFIX}{}", path.display()));
    };
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
pub(crate) fn name_of(path: &Path) -> String {
    let text = path.to_string_lossy();
    format!("{}.jsonl", text.strip_prefix(RUN_PREFIX).unwrap_or(&text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_argument_that_looks_like_a_file_is_not_a_run_id() {
        for file in ["missing.jsonl", "a/b", "./x", "..", "x.tar.gz", "x.zst", "C:\\runs", "trace.JSON"] {
            assert_eq!(id_of(Path::new(file)), (file == "..").then_some(file), "{file}");
        }
        for id in ["nightly-20260105-080000-3f9a1c", "v1.2", "manual__2026-01-05T00:00:00+00:00", "a b", "x."]
        {
            assert_eq!(id_of(Path::new(id)), Some(id));
        }
        assert_eq!(id_of(Path::new("run:a/b.jsonl")), Some("a/b.jsonl"));
    }
}
