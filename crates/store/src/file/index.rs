//! The list of runs, in memory: the result of the last look at the folders, plus the changes by the writer of this
//! process.

use std::fs;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use serde::{Deserialize, Serialize};
use std::collections::HashMap;

use super::folders::Folders;
use super::segment::{Found, Segment, write_derived};
use super::state::{Entry, State};
use crate::{Error, RunState, TextKey, key};

/// A run of the list.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Listed {
    /// Its folder, relative to the folder of the store.
    pub(super) folder: PathBuf,
    /// Its files as they were at the last look.
    pub(super) seen: Vec<Found>,
    /// Its summary.
    pub(super) entry: Entry,
}

/// The list.
#[derive(Debug, Default)]
pub(super) struct Index {
    runs: HashMap<TextKey, Listed>,
    /// Runs with unreadable ids, by folder.
    nameless: Vec<Listed>,
    /// Whether it contains all runs. Until a list is requested, it contains only the runs that were requested.
    complete: bool,
}

impl Index {
    /// Reads the stored list; only a look at the folders shows whether it is still correct.
    fn kept(folders: &Folders) -> Option<Vec<Listed>> {
        let mut json = Vec::new();
        GzDecoder::new(fs::File::open(folders.index()).ok()?).read_to_end(&mut json).ok()?;
        serde_json::from_slice(&json).ok()
    }

    /// Returns whether it contains all runs.
    pub(super) fn is_complete(&self) -> bool {
        self.complete
    }

    /// Stores the list for the next process that opens the store, if it contains all runs.
    pub(super) fn keep(&self, folders: &Folders) -> Result<(), Error> {
        if !self.complete {
            return Ok(());
        }
        let mut all: Vec<&Listed> = self.runs.values().collect();
        all.sort_unstable_by(|a, b| a.folder.cmp(&b.folder));
        let mut packed = GzEncoder::new(Vec::new(), Compression::fast());
        serde_json::to_writer(&mut packed, &all).map_err(|e| Error::Backend { reason: e.to_string() })?;
        write_derived(&folders.index(), &packed.finish()?)
    }

    /// Looks at all folders, and reads what has changed.
    pub(super) fn refresh(&mut self, folders: &Folders) -> Result<(), Error> {
        let kept = if self.complete { None } else { Index::kept(folders) };
        let known = kept.into_iter().flatten().chain(self.runs.drain().map(|(_, listed)| listed));
        let mut before: HashMap<PathBuf, Listed> =
            known.map(|listed| (listed.folder.clone(), listed)).collect();
        self.nameless.clear();
        // If this stops half-way, the next call starts again.
        self.complete = false;
        for folder in folders.runs()? {
            let looked = look(folders, &folder, before.remove(&folder));
            // A run that was removed during the look may have been created again.
            let listed = match looked.or_else(|_| look(folders, &folder, None)) {
                Ok(listed) => listed,
                Err(_) if !folders.root.join(&folder).is_dir() => continue,
                Err(error) => return Err(error),
            };
            // A folder without a first record and without damage is a run of which nothing was acknowledged.
            if !listed.entry.run.id.is_empty() {
                self.put(listed);
            } else if !listed.entry.damage.is_empty() {
                self.nameless.push(listed);
            }
        }
        self.complete = true;
        Ok(())
    }

    /// Looks at the folder of one run.
    pub(super) fn refresh_run(&mut self, folders: &Folders, id: &str) -> Result<(), Error> {
        let known = self.runs.remove(&key(id));
        let there = |listed: &Listed| folders.root.join(&listed.folder).is_dir();
        let folder = match &known {
            Some(listed) if there(listed) => Some(listed.folder.clone()),
            _ => folders.find(id)?,
        };
        let Some(folder) = folder else { return Ok(()) };
        let looked = look(folders, &folder, known).or_else(|_| look(folders, &folder, None));
        match looked {
            Ok(listed) if listed.entry.run.id == id => self.put(listed),
            Ok(_) => {}
            // It was removed during the look.
            Err(_) if !folders.root.join(&folder).is_dir() => {}
            Err(error) => return Err(error),
        }
        Ok(())
    }

    /// Returns a run.
    pub(super) fn get(&self, id: &str) -> Option<&Listed> {
        self.runs.get(&key(id))
    }

    /// Adds or replaces a run.
    pub(super) fn put(&mut self, listed: Listed) {
        self.runs.insert(key(&listed.entry.run.id), listed);
    }

    /// Removes a run.
    pub(super) fn remove(&mut self, id: &str) {
        self.runs.remove(&key(id));
    }

    /// Returns the damaged runs, by folder.
    pub(super) fn damaged(&self) -> Vec<&Listed> {
        let all = self.runs.values().chain(&self.nameless);
        let mut found: Vec<&Listed> = all.filter(|listed| !listed.entry.damage.is_empty()).collect();
        found.sort_unstable_by(|a, b| a.folder.cmp(&b.folder));
        found
    }

    /// Iterates over all runs, in no particular order.
    pub(super) fn all(&self) -> impl Iterator<Item = &Listed> {
        self.runs.values()
    }

    /// Iterates over the summaries of all runs, in no particular order.
    pub(super) fn runs(&self) -> impl Iterator<Item = &RunState> {
        self.runs.values().map(|listed| &listed.entry.run)
    }
}

/// Reads the content of a folder; reuses what is known if its files have not changed.
fn look(folders: &Folders, folder: &Path, known: Option<Listed>) -> Result<Listed, Error> {
    let path = folders.root.join(folder);
    let seen = Segment::all(&path)?;
    match known {
        Some(known) if known.seen == seen => Ok(known),
        _ => Ok(Listed { folder: folder.to_owned(), seen, entry: State::load(&path)?.entry }),
    }
}
