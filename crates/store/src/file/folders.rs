//! Layout of a store's folder.
//!
//! ```text
//! makespan-store.json                 identifies the folder as a store, with its version
//! lock                                locked by the writing process
//! index.json.gz                       summaries of all runs; rebuilt if out of date
//! runs/2026-01-05/<key>-<name>/       a run, by the UTC day on which the store received its first event
//!   000001.seg, 000002.seg.gz …       its records, see `record` and `segment`
//!   state.json.gz                     its summary; rebuilt if out of date
//! removed/                            runs that are being removed
//! quarantine/                         damaged bytes that were cut off or left out when a segment was rewritten
//! ```

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use makespan_format::time::civil_from_days;

use super::segment::{sync_folder, write_whole};
use crate::statistics::DAY;
use crate::{Error, Location, key, private};

/// The version of this layout, and the latest one that this release reads.
pub(super) const SCHEMA: u32 = 1;
const SIGN: &str = "makespan-store.json";
const RUNS: &str = "runs";
const REMOVED: &str = "removed";
const QUARANTINE: &str = "quarantine";

/// The folder of a store.
#[derive(Clone, Debug)]
pub(super) struct Folders {
    pub(super) root: PathBuf,
}

impl Folders {
    /// Opens the folder; creates the store if the folder is missing or empty.
    pub(super) fn at(location: &Location) -> Result<Folders, Error> {
        let sign = location.path()?.join(SIGN);
        let was_there = sign.exists();
        match Folders::look(location) {
            // Another process has just created it, which looks like a store that is half created.
            Err(_) if !was_there && sign.exists() => Folders::look(location),
            found => found,
        }
    }

    fn look(location: &Location) -> Result<Folders, Error> {
        let folders = Folders { root: location.path()? };
        let foreign =
            |reason: &str| Error::Foreign { location: location.to_string(), reason: reason.to_owned() };
        match fs::read(folders.root.join(SIGN)) {
            Ok(sign) => {
                let sign: serde_json::Value = serde_json::from_slice(&sign)
                    .map_err(|_| foreign("its makespan-store.json is damaged"))?;
                let found = sign.get("makespan-store").and_then(serde_json::Value::as_u64);
                let found = found.ok_or_else(|| foreign("its makespan-store.json names no version"))?;
                let found = u32::try_from(found).unwrap_or(u32::MAX);
                if found > SCHEMA { Err(Error::Newer { found, known: SCHEMA }) } else { Ok(folders) }
            }
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                // A half-written marker file is ours: the process that created the folder was stopped.
                let ours = |entry: std::io::Result<fs::DirEntry>| {
                    entry.is_ok_and(|entry| entry.file_name().to_string_lossy().starts_with(SIGN))
                };
                if fs::read_dir(&folders.root).is_ok_and(|mut entries| !entries.all(ours)) {
                    return Err(foreign("it contains files of another program"));
                }
                folders.make()?;
                Ok(folders)
            }
            Err(error) if error.kind() == std::io::ErrorKind::NotADirectory => {
                Err(foreign("it is not a folder"))
            }
            Err(error) => Err(error.into()),
        }
    }

    fn make(&self) -> Result<(), Error> {
        private::create_folders(&self.root)?;
        // The marker file comes first: a folder with other files would be taken for a foreign one.
        // It is first written under a name of its own, because other processes may be creating the store at the same
        // time.
        static MADE: AtomicU64 = AtomicU64::new(0);
        let number = MADE.fetch_add(1, Ordering::Relaxed);
        let beside = self.root.join(format!("{SIGN}.{}.{number}", std::process::id()));
        write_whole(&beside, format!("{{\"makespan-store\":{SCHEMA}}}\n").as_bytes())?;
        fs::rename(beside, self.root.join(SIGN))?;
        private::create_folders(&self.root.join(RUNS))?;
        sync_folder(&self.root)
    }

    /// Returns the path of the file that the writer locks.
    pub(super) fn lock(&self) -> PathBuf {
        self.root.join("lock")
    }

    /// Returns the path of the file with the summaries of all runs.
    pub(super) fn index(&self) -> PathBuf {
        self.root.join("index.json.gz")
    }

    /// Returns the folder of a new run, relative to the root: by day and key, with as much of the id as any disk
    /// allows.
    pub(super) fn for_run(id: &str, now: i64) -> PathBuf {
        let (year, month, day) = civil_from_days(now.div_euclid(DAY));
        let mut name = hex(&key(id));
        let plain: String =
            id.chars().filter(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_')).take(40).collect();
        if !plain.is_empty() {
            name.push('-');
            name.push_str(&plain);
        }
        Path::new(RUNS).join(format!("{year:04}-{month:02}-{day:02}")).join(name)
    }

    /// Returns every folder that may contain a run, relative to the root. Links are not followed, and anything that is
    /// not a folder is ignored.
    pub(super) fn runs(&self) -> Result<Vec<PathBuf>, Error> {
        let mut found = Vec::new();
        for day in folders_in(&self.root.join(RUNS))? {
            for run in folders_in(&self.root.join(RUNS).join(&day))? {
                found.push(Path::new(RUNS).join(&day).join(run));
            }
        }
        found.sort();
        Ok(found)
    }

    /// Returns the folder of a run, relative to the root; `None` if it does not exist. The name follows from the id, so
    /// only the folders of days have to be listed.
    pub(super) fn find(&self, id: &str) -> Result<Option<PathBuf>, Error> {
        let name = Folders::for_run(id, 0);
        let Some(name) = name.file_name() else { return Ok(None) };
        for day in folders_in(&self.root.join(RUNS))? {
            let folder = Path::new(RUNS).join(day).join(name);
            if fs::symlink_metadata(self.root.join(&folder)).is_ok_and(|found| found.is_dir()) {
                return Ok(Some(folder));
            }
        }
        Ok(None)
    }

    /// Creates the folder of a run. Its name is durable after [`day_of`](Folders::day_of) was synchronised.
    pub(super) fn make_run(&self, relative: &Path) -> Result<(), Error> {
        let (folder, day) = (self.root.join(relative), self.day_of(relative));
        if !day.is_dir() {
            private::create_folders(&day)?;
            sync_folder(&self.root.join(RUNS))?;
        }
        match private::create_folder(&folder) {
            Err(error) if error.kind() != std::io::ErrorKind::AlreadyExists => Err(error.into()),
            _ => Ok(()),
        }
    }

    /// Returns the folder that contains the folder of a run.
    pub(super) fn day_of(&self, relative: &Path) -> PathBuf {
        self.root.join(relative.parent().unwrap_or(Path::new(RUNS)))
    }

    /// Removes a run: first out of the list, in one step, then permanently.
    pub(super) fn remove(&self, relative: &Path) -> Result<(), Error> {
        let removed = self.root.join(REMOVED);
        private::create_folders(&removed)?;
        let Some(name) = relative.file_name() else { return Ok(()) };
        let goal = removed.join(name);
        if goal.exists() {
            fs::remove_dir_all(&goal)?;
        }
        fs::rename(self.root.join(relative), &goal)?;
        if let Some(day) = self.root.join(relative).parent() {
            sync_folder(day)?;
            // Removing the last run of a day removes the folder of the day; otherwise this does nothing.
            let _ = fs::remove_dir(day);
        }
        fs::remove_dir_all(&goal)?;
        Ok(())
    }

    /// Completes removals that a process started before it died.
    pub(super) fn finish_removing(&self) -> Result<(), Error> {
        let removed = self.root.join(REMOVED);
        if removed.is_dir() {
            fs::remove_dir_all(&removed)?;
        }
        Ok(())
    }

    /// Saves damaged bytes in the quarantine folder, for inspection.
    pub(super) fn quarantine(&self, run: &Path, segment: u32, from: u64, bytes: &[u8]) -> Result<(), Error> {
        let folder = self.root.join(QUARANTINE);
        private::create_folders(&folder)?;
        let run = run.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        write_whole(&folder.join(format!("{run}.{segment:06}.{from}")), bytes)
    }

    /// Returns the number of quarantined pieces, and their total bytes.
    pub(super) fn quarantined(&self) -> Result<(u64, u64), Error> {
        let entries = match fs::read_dir(self.root.join(QUARANTINE)) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok((0, 0)),
            entries => entries?,
        };
        let (mut pieces, mut bytes) = (0, 0);
        for entry in entries {
            pieces += 1;
            bytes += entry?.metadata()?.len();
        }
        Ok((pieces, bytes))
    }
}

/// Formats bytes as hexadecimal digits.
pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn folders_in(folder: &Path) -> Result<Vec<std::ffi::OsString>, Error> {
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(error.into()),
    };
    let mut names = Vec::new();
    for entry in entries {
        let entry = entry?;
        // For a link, this is the type of the link itself.
        if entry.file_type()?.is_dir() {
            names.push(entry.file_name());
        }
    }
    Ok(names)
}
