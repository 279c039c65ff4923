//! Folders whose runs are brought into the store while they grow.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use makespan_store::Store;

use crate::args::Input;
use crate::config::Config;
use crate::failure::Failure;
use crate::keeping::import::bring_files;
use crate::output::clean;
use crate::stored::Address;

/// How deep folders are looked into, and how many files of an entry are looked at.
const MOST_DEPTH: usize = 8;
const MOST_FILES: usize = 10_000;

/// What is compared to see whether a file is another: its size, and when it was changed.
type Stamp = (u64, Option<SystemTime>);

/// The folders that are watched. What lies directly in one is an entry: a file is read alone, a folder whole, because
/// some formats spread a run over several files.
pub(crate) struct Watch {
    folders: Vec<PathBuf>,
    seen: BTreeMap<PathBuf, BTreeMap<PathBuf, Stamp>>,
}

impl Watch {
    pub(crate) fn new(folders: Vec<PathBuf>) -> Watch {
        Watch { folders, seen: BTreeMap::new() }
    }

    /// Brings what is new since the last look. What cannot be read is said once, until it changes.
    pub(crate) fn look(&mut self, config: &Config, address: &Address, store: &dyn Store) {
        for folder in self.folders.clone() {
            for entry in entries(&folder) {
                let mut files = BTreeMap::new();
                stamps(&entry, 0, &mut files);
                if files.is_empty() || self.seen.get(&entry) == Some(&files) {
                    continue;
                }
                let input = Input { files: vec![entry.clone()], zone: None, unit: None, map: None };
                match bring_files(&input, config, address, store) {
                    Ok(_) | Err(Failure::NothingRead) => drop(self.seen.insert(entry, files)),
                    // The store cannot take it now: it is tried again.
                    Err(failure) => {
                        let text = format!("{}: {failure}", entry.display());
                        let _ = writeln!(std::io::stderr(), "makespan: warning: {}", clean(&text));
                    }
                }
            }
        }
    }
}

/// What lies in a folder, sorted, without hidden files and links.
fn entries(folder: &Path) -> Vec<PathBuf> {
    let Ok(listed) = fs::read_dir(folder) else { return Vec::new() };
    let is_shown = |name: &std::ffi::OsStr| !name.as_encoded_bytes().starts_with(b".");
    let mut paths: Vec<PathBuf> =
        listed.flatten().filter(|entry| is_shown(&entry.file_name())).map(|entry| entry.path()).collect();
    paths.sort();
    paths
}

fn stamps(path: &Path, depth: usize, files: &mut BTreeMap<PathBuf, Stamp>) {
    let Ok(meta) = fs::symlink_metadata(path) else { return };
    if meta.is_file() && files.len() < MOST_FILES {
        files.insert(path.to_owned(), (meta.len(), meta.modified().ok()));
    } else if meta.is_dir() && depth < MOST_DEPTH {
        entries(path).iter().for_each(|inner| stamps(inner, depth + 1, files));
    }
}
