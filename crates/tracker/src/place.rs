//! Finds the destination of a program that is configured only by its environment.

use std::env;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

use crate::recorder::Around;

/// Id of the run that contains the program.
pub(crate) const RUN: &str = "MAKESPAN_RUN";
/// Id of the task of that run that contains it.
pub(crate) const TASK: &str = "MAKESPAN_TASK";
/// File of that run, which lines are appended to.
pub(crate) const FILE: &str = "MAKESPAN_FILE";

/// A destination.
#[derive(Debug)]
pub(crate) enum Place {
    /// Into a run that another program records, and the file of that run.
    Within(Around, PathBuf),
    /// Into separate files below this folder.
    Folder(PathBuf),
}

impl Place {
    /// Returns the destination that the environment names.
    pub(crate) fn of_environment() -> Option<Place> {
        let value = |name: &str| env::var_os(name).filter(|value| !value.is_empty());
        let text = |name: &str| value(name).and_then(|value| value.into_string().ok());
        if let (Some(run), Some(file)) = (text(RUN), value(FILE)) {
            return Some(Place::Within(Around { run, task: text(TASK) }, file.into()));
        }
        let data = || {
            let absolute = |name: &str| value(name).map(PathBuf::from).filter(|path| path.is_absolute());
            let local = || if cfg!(windows) { absolute("LOCALAPPDATA") } else { None };
            let home = || absolute("HOME").map(|home| home.join(".local/share"));
            Some(absolute("XDG_DATA_HOME").or_else(local).or_else(home)?.join("makespan"))
        };
        let folder = value("MAKESPAN_DIR").map(PathBuf::from);
        folder.or_else(|| inbox(&text("MAKESPAN_STORE")?, data)).map(Place::Folder)
    }
}

/// Returns the inbox folder of the store with that URL: beside a store on this machine, otherwise in the user's data
/// folder.
fn inbox(url: &str, data: impl Fn() -> Option<PathBuf>) -> Option<PathBuf> {
    let (scheme, rest) = url.split_once(':')?;
    if !matches!(scheme, "file" | "sqlite") {
        let prime = 0x0100_0000_01b3;
        // FNV-1a of 64 bits.
        let hash = url
            .bytes()
            .fold(0xcbf2_9ce4_8422_2325, |hash: u64, byte| (hash ^ u64::from(byte)).wrapping_mul(prime));
        return Some(data()?.join(format!("inbox-{hash:016x}")));
    }
    let path = match rest.strip_prefix("//") {
        Some(local) => {
            Some(local.strip_prefix("localhost").unwrap_or(local)).filter(|path| path.starts_with('/'))?
        }
        None => rest,
    };
    let path = decoded(path.split(['?', '#']).next()?);
    let mut name: OsString = Path::new(&path).file_name()?.to_owned();
    name.push(".inbox");
    std::path::absolute(Path::new(&path).with_file_name(name)).ok()
}

/// Decodes percent signs; invalid sequences are kept.
fn decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, more @ ..] = rest {
        let pair = more.get(..2).filter(|_| *first == b'%').and_then(|pair| std::str::from_utf8(pair).ok());
        match pair.and_then(|pair| u8::from_str_radix(pair, 16).ok()) {
            Some(byte) => {
                bytes.push(byte);
                rest = &more[2..];
            }
            None => {
                bytes.push(*first);
                rest = more;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_inbox_is_where_the_program_reads_it() {
        let inbox = |url: &str| inbox(url, || Some(PathBuf::from("/data")));
        assert_eq!(inbox("sqlite:/a/runs.db").unwrap(), Path::new("/a/runs.db.inbox"));
        assert_eq!(inbox("file:///a/b%20c?x=1").unwrap(), Path::new("/a/b c.inbox"));
        assert!(inbox("file:runs").unwrap().is_absolute());
        // The program and the Python package have the same number in their tests.
        assert_eq!(inbox("redis://host/1").unwrap(), Path::new("/data/inbox-ac26ac9c6652db12"));
        assert!(["", "runs.db", "file://host/a", "sqlite:"].iter().all(|wrong| inbox(wrong).is_none()));
    }
}
