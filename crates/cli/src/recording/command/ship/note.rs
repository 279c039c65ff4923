//! The notes of runs that a server does not have yet.

use std::path::{Path, PathBuf};

use makespan_ship::outbox;
use serde::{Deserialize, Serialize};

use crate::output::write_private;

/// Maximum number of bytes of a note.
const LARGEST: u64 = 64 << 10;
const ENDING: &str = "run";

/// What is to be sent of a run. It has the URL of the store with its password, so only its owner can read it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Note {
    /// The place of the note; `None` if there is no home folder.
    #[serde(skip)]
    path: Option<PathBuf>,
    pub(super) run: String,
    pub(super) store: String,
    pub(super) producer: String,
    /// Number of events that the server has stored.
    pub(super) sent: u64,
    /// The process that sends the run.
    process: u32,
}

impl Note {
    /// Writes a note, before the first event: a program that is killed leaves it.
    pub(super) fn new(server: &str, producer: &str, run: &str, store: String) -> Note {
        let path = outbox::folder(server).filter(|folder| outbox::create(folder).is_ok());
        let path = path.map(|folder| folder.join(format!("{producer}.{ENDING}")));
        let (run, producer) = (run.to_owned(), producer.to_owned());
        let note = Note { path, run, store, producer, sent: 0, process: std::process::id() };
        note.keep(0);
        note
    }

    /// Writes how much was sent. Without a note the run is still in its store.
    pub(super) fn keep(&self, sent: u64) {
        let Some(path) = &self.path else { return };
        if let Ok(text) = serde_json::to_string(&Note { sent, ..self.clone() }) {
            let _ = write_private(path, text.as_bytes());
        }
    }

    /// Removes the note.
    pub(super) fn remove(&self) {
        if let Some(path) = &self.path {
            let _ = std::fs::remove_file(path);
        }
    }

    /// Returns the notes of other processes for the same server that have ended, oldest names first.
    pub(super) fn left(&self) -> Vec<Note> {
        let Some(folder) = self.path.as_ref().and_then(|path| path.parent()) else { return Vec::new() };
        let paths = outbox::notes(folder, ENDING);
        let others = paths.iter().filter(|path| self.path.as_ref() != Some(path));
        others.filter_map(|path| read(path)).filter(|note| !is_running(note.process)).collect()
    }
}

fn read(path: &Path) -> Option<Note> {
    let meta = path.symlink_metadata().ok()?;
    if !meta.is_file() || meta.len() > LARGEST {
        return None;
    }
    let note: Note = serde_json::from_slice(&std::fs::read(path).ok()?).ok()?;
    Some(Note { path: Some(path.to_owned()), ..note })
}

#[cfg(unix)]
fn is_running(process: u32) -> bool {
    use nix::errno::Errno;
    use nix::sys::signal::kill;
    use nix::unistd::Pid;
    let Ok(process) = i32::try_from(process) else { return false };
    process > 0 && !matches!(kill(Pid::from_raw(process), None), Err(Errno::ESRCH))
}

#[cfg(not(unix))]
fn is_running(_: u32) -> bool {
    false
}
