//! The history of alerts: a file of lines that several programs append to, one at a time.

use std::fs::{self, File, TryLockError};
use std::io::{self, ErrorKind, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use makespan_alerts::{AlertBook, AlertEntry};
use makespan_store::private;

/// Size above which the file is rewritten with its newest alerts and all that are firing.
const LONGEST: u64 = 8 << 20;
const KEPT: usize = 2_000;
/// Maximum time to wait for another program that is writing.
const PATIENCE: Duration = Duration::from_secs(2);

/// The history of alerts, and the state that it gives.
#[derive(Debug)]
pub struct AlertLedger {
    path: PathBuf,
    held: Mutex<Held>,
}

#[derive(Debug, Default)]
struct Held {
    book: AlertBook,
    /// Number of bytes of the file already read, and the identity of that file.
    read: u64,
    file: Option<u64>,
    /// Number of lines unknown to this version.
    unread: u64,
}

impl AlertLedger {
    /// Opens the history in a file, which need not exist. Nothing is read yet.
    pub fn new(path: PathBuf) -> AlertLedger {
        AlertLedger { path, held: Mutex::default() }
    }

    /// Returns the path.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Reads the current state; the second argument of `look` is the number of lines of unknown kinds.
    ///
    /// # Errors
    ///
    /// The error of the system for the file.
    pub fn read<T>(&self, look: impl FnOnce(&AlertBook, u64) -> T) -> io::Result<T> {
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        held.refresh(&self.path)?;
        Ok(look(&held.book, held.unread))
    }

    /// Appends the entries that follow from the current state, while no other program can change it. Returns the appended
    /// entries.
    ///
    /// # Errors
    ///
    /// The error of the system for the file; [`ErrorKind::WouldBlock`] if another program holds it for too long.
    pub fn change(&self, next: impl FnOnce(&AlertBook) -> Vec<AlertEntry>) -> io::Result<Vec<AlertEntry>> {
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        let _lock = lock(&self.path)?;
        held.refresh(&self.path)?;
        let entries = next(&held.book);
        if entries.is_empty() {
            return Ok(entries);
        }
        let mut lines: String = entries.iter().map(|entry| entry.line() + "\n").collect();
        let mut file = private::options().read(true).append(true).create(true).open(&self.path)?;
        let length = file.metadata()?.len();
        if length > held.read {
            // The last writer died within its line, which must not swallow the next one.
            lines.insert(0, '\n');
        }
        file.write_all(lines.as_bytes())?;
        file.sync_data()?;
        held.refresh(&self.path)?;
        if held.read > LONGEST {
            shorten(&self.path, &held.book)?;
            held.refresh(&self.path)?;
        }
        Ok(entries)
    }
}

impl Held {
    /// Reads appended lines; the whole file if it was replaced.
    fn refresh(&mut self, path: &Path) -> io::Result<()> {
        let mut file = match File::open(path) {
            Ok(file) => file,
            Err(error) if error.kind() == ErrorKind::NotFound => {
                *self = Held::default();
                return Ok(());
            }
            Err(error) => return Err(error),
        };
        let metadata = file.metadata()?;
        if self.file != Some(identity(&metadata)) || metadata.len() < self.read {
            *self = Held { file: Some(identity(&metadata)), ..Held::default() };
        }
        if metadata.len() == self.read {
            return Ok(());
        }
        file.seek(SeekFrom::Start(self.read))?;
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes)?;
        // The text after the last line break may still be incomplete.
        let end = bytes.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
        for line in String::from_utf8_lossy(&bytes[..end]).lines().filter(|line| !line.trim().is_empty()) {
            match AlertEntry::read(line) {
                Some(entry) => self.book.apply(&entry),
                None => self.unread += 1,
            }
        }
        self.read += end as u64;
        Ok(())
    }
}

/// Returns the identity of a file, which differs after the file was replaced.
#[cfg(unix)]
fn identity(metadata: &fs::Metadata) -> u64 {
    std::os::unix::fs::MetadataExt::ino(metadata)
}

#[cfg(not(unix))]
fn identity(metadata: &fs::Metadata) -> u64 {
    let created = metadata.created().ok().and_then(|at| at.duration_since(std::time::UNIX_EPOCH).ok());
    created.map_or(0, |since| since.as_nanos() as u64)
}

fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(ending);
    path.with_file_name(name)
}

/// Locks the file against other writers until it is dropped.
fn lock(path: &Path) -> io::Result<File> {
    if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        private::create_folders(folder)?;
    }
    let file = private::options().create(true).truncate(false).open(beside(path, ".lock"))?;
    let until = Instant::now() + PATIENCE;
    loop {
        match file.try_lock() {
            Ok(()) => return Ok(file),
            Err(TryLockError::Error(error)) => return Err(error),
            Err(TryLockError::WouldBlock) if Instant::now() >= until => {
                return Err(ErrorKind::WouldBlock.into());
            }
            Err(TryLockError::WouldBlock) => std::thread::sleep(Duration::from_millis(5)),
        }
    }
}

fn shorten(path: &Path, book: &AlertBook) -> io::Result<()> {
    let lines: String = book.entries(KEPT).iter().map(|entry| entry.line() + "\n").collect();
    let new = beside(path, ".new");
    let mut file = private::options().create(true).truncate(true).open(&new)?;
    file.write_all(lines.as_bytes())?;
    file.sync_all()?;
    fs::rename(&new, path)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::sync::atomic::{AtomicU32, Ordering};

    use super::*;

    fn place() -> PathBuf {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let (id, count) = (std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
        let folder = std::env::temp_dir().join(format!("makespan-ledger-{id}-{count}"));
        let _ = fs::remove_dir_all(&folder);
        folder.join("deep/runs.db.alerts")
    }

    fn snooze(rule: &str) -> Vec<AlertEntry> {
        vec![AlertEntry::snooze(rule, None, 1, 100)]
    }

    fn is_snoozed(ledger: &AlertLedger, rule: &str) -> bool {
        ledger.read(|book, _| book.snoozed(rule, "r", 2)).unwrap().is_some()
    }

    #[test]
    fn two_processes_see_each_others_entries() {
        let path = place();
        let (one, two) = (AlertLedger::new(path.clone()), AlertLedger::new(path.clone()));
        assert!(!is_snoozed(&one, "a") && !path.exists());
        one.change(|_| snooze("a")).unwrap();
        two.change(|book| if book.snoozed("a", "r", 2).is_some() { snooze("b") } else { Vec::new() })
            .unwrap();
        assert!(is_snoozed(&one, "b") && is_snoozed(&two, "a"));
        // A file that was removed is an empty history.
        fs::remove_file(&path).unwrap();
        assert!(!is_snoozed(&one, "a"));
    }

    #[test]
    fn a_truncated_line_does_not_affect_the_next() {
        let path = place();
        let ledger = AlertLedger::new(path.clone());
        ledger.change(|_| snooze("a")).unwrap();
        let mut text = fs::read_to_string(&path).unwrap();
        text.push_str("{\"t\":1,\"kin");
        fs::write(&path, text).unwrap();
        assert!(is_snoozed(&AlertLedger::new(path.clone()), "a"));
        ledger.change(|_| snooze("b")).unwrap();
        let again = AlertLedger::new(path);
        assert!(is_snoozed(&again, "a") && is_snoozed(&again, "b"));
        assert_eq!(again.read(|_, unread| unread).unwrap(), 1);
    }

    #[test]
    fn a_long_history_is_shortened_and_others_notice() {
        let path = place();
        let (one, two) = (AlertLedger::new(path.clone()), AlertLedger::new(path.clone()));
        let long = "x".repeat(1 << 20);
        for _ in 0..10 {
            two.read(|_, _| ()).unwrap();
            one.change(|_| snooze(&long)).unwrap();
        }
        one.change(|_| snooze("b")).unwrap();
        assert!(fs::metadata(&path).unwrap().len() < 4 << 20);
        assert!(is_snoozed(&two, "b") && is_snoozed(&two, &long));
    }
}
