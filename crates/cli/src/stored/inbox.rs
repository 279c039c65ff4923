//! The inbox of a store: a folder into which programs that record themselves put their events, since they bring no
//! client of the store with them. Whoever opens the store takes in what is there.
//!
//! The folder is `<path>.inbox` beside a store on this machine, and for others `inbox-<FNV-1a of the URL>` in the user's
//! data folder. The Python package and the Rust tracker find it by the same rule. The folder `MAKESPAN_DIR` is read too,
//! and left as it is.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs::{self, File};
use std::io::{self, BufRead as _, BufReader, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use makespan_format::{Event, read_line};
use makespan_store::{Batch, Error, LONGEST_LINE, Location, Numbered, Store, key};
use serde::{Deserialize, Serialize};

use super::id::random;
use super::patience::patiently;
use crate::output::{clean, complain};

/// As many lines are sent at once, and no more than so many bytes of them.
const AT_ONCE: usize = 2_000;
const BYTES_AT_ONCE: usize = 4 << 20;
/// A file of which all was taken is removed from the inbox when nobody has written to it for so long.
const KEPT: Duration = Duration::from_secs(24 * 3600);
/// What was taken, in the inbox itself.
const TAKEN: &str = "taken.json";

/// How far a file was taken in.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Taken {
    bytes: u64,
    lines: u64,
    /// The run that its lines belong to where they name none.
    run: String,
    /// Who sends its lines: another one for each file, and for a file that was written anew.
    producer: String,
}

/// Where events for a store are put.
pub(super) fn folder(location: &Location, data: Option<PathBuf>) -> Option<PathBuf> {
    if matches!(location.scheme(), "file" | "sqlite") {
        return beside(location, "inbox");
    }
    Some(data?.join(format!("inbox-{:016x}", fnv(location.secret_url()))))
}

/// `<path>.<ending>` beside a store on this machine.
fn beside(location: &Location, ending: &str) -> Option<PathBuf> {
    let path = location.path().ok()?;
    let mut name: OsString = path.file_name()?.to_owned();
    name.push(format!(".{ending}"));
    let path = path.with_file_name(name);
    Some(std::path::absolute(&path).unwrap_or(path))
}

/// Where the history of alerts of a store is kept: `<path>.alerts` beside a store on this machine, for others a file of
/// the user's data folder.
pub(super) fn alerts(location: &Location, data: Option<PathBuf>) -> Option<PathBuf> {
    if matches!(location.scheme(), "file" | "sqlite") {
        return beside(location, "alerts");
    }
    Some(data?.join(format!("alerts-{:016x}.jsonl", fnv(location.secret_url()))))
}

/// FNV-1a of 64 bits: short enough to be written again in each language that records.
fn fnv(text: &str) -> u64 {
    text.bytes()
        .fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

/// The folder that programs of this environment record into where nothing else is said.
pub(super) fn other_folder() -> Option<PathBuf> {
    std::env::var_os("MAKESPAN_DIR").filter(|folder| !folder.is_empty()).map(PathBuf::from)
}

/// Takes in what programs have written since the last time. What cannot be taken in is said and tried again the next
/// time; the store can be used all the same.
pub(super) fn take_in(store: &dyn Store, inbox: Option<&Path>, wait: Duration) {
    let others = other_folder();
    let mut files = Vec::new();
    inbox.iter().for_each(|inbox| find(inbox, 0, &mut files));
    let own = files.len();
    others.iter().for_each(|folder| find(folder, 1, &mut files));
    let Some(inbox) = inbox.filter(|_| !files.is_empty()) else { return };
    let state = inbox.join(TAKEN);
    let before: BTreeMap<String, Taken> =
        fs::read(&state).ok().and_then(|bytes| serde_json::from_slice(&bytes).ok()).unwrap_or_default();
    let mut after = BTreeMap::new();
    for (at, path) in files.iter().enumerate() {
        let name = path.to_string_lossy().into_owned();
        let mut taken = before.get(&name).cloned().unwrap_or_default();
        match follow(store, path, &mut taken, wait) {
            Ok(true) if at < own => continue,
            Ok(_) => {}
            Err(why) => {
                let text = format!("{name}: not all of it is in the store yet: {why}");
                complain(&format!("makespan: warning: {}", clean(&text)));
            }
        }
        after.insert(name, taken);
    }
    if before != after
        && let Err(error) = save(inbox, &state, &after)
    {
        // Sending again doubles nothing; it only takes time.
        let text = format!("{}: {error}", state.display());
        complain(&format!("makespan: warning: {}", clean(&text)));
    }
}

fn save(inbox: &Path, state: &Path, taken: &BTreeMap<String, Taken>) -> io::Result<()> {
    makespan_store::private::create_folders(inbox)?;
    let part = inbox.join(format!("{TAKEN}.{:016x}", random()));
    File::create_new(&part)?.write_all(&serde_json::to_vec(taken)?)?;
    fs::rename(part, state)
}

/// The files of events in a folder, sorted, and in the folders in it, so deep. No link is followed.
fn find(folder: &Path, depth: usize, files: &mut Vec<PathBuf>) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    let mut entries: Vec<_> = entries.flatten().collect();
    entries.sort_by_key(fs::DirEntry::file_name);
    for entry in entries {
        let Ok(kind) = entry.file_type() else { continue };
        let path = entry.path();
        if kind.is_file() && path.extension().is_some_and(|ending| ending == "jsonl") {
            files.push(path);
        } else if kind.is_dir() && depth > 0 {
            find(&path, depth - 1, files);
        }
    }
}

/// Takes in what a file has more than before; whether it was removed, for nobody needs it any more.
fn follow(store: &dyn Store, path: &Path, taken: &mut Taken, wait: Duration) -> Result<bool, String> {
    let mut file = File::open(path).map_err(|error| error.to_string())?;
    let meta = file.metadata().map_err(|error| error.to_string())?;
    if meta.len() < taken.bytes {
        *taken = Taken::default();
    }
    if meta.len() > taken.bytes {
        file.seek(SeekFrom::Start(taken.bytes)).map_err(|error| error.to_string())?;
        let mut lines = Lines { store, wait, taken, pending: Vec::new(), bytes: 0, first: String::new() };
        lines.read(path, BufReader::new(file.take(meta.len() - lines.taken.bytes)))?;
    }
    let old = |at: SystemTime| at.elapsed().is_ok_and(|age| age > KEPT);
    let over = taken.bytes == meta.len() && meta.modified().is_ok_and(old);
    Ok(over && fs::remove_file(path).is_ok())
}

/// Lines on their way from a file to the store.
struct Lines<'l> {
    store: &'l dyn Store,
    wait: Duration,
    taken: &'l mut Taken,
    /// Lines of the run, with their numbers, that were not sent yet, and how many bytes of the file they and what
    /// stands between them take.
    pending: Vec<(u64, String)>,
    bytes: u64,
    first: String,
}

impl Lines<'_> {
    fn read(&mut self, path: &Path, mut from: impl io::BufRead) -> Result<(), String> {
        let mut line = Vec::new();
        let mut number = self.taken.lines;
        let mut too_long = 0u64;
        loop {
            line.clear();
            let limit = LONGEST_LINE as u64 + 1;
            let mut count =
                from.by_ref().take(limit).read_until(b'\n', &mut line).map_err(|e| e.to_string())? as u64;
            if count == limit && line.last() != Some(&b'\n') {
                // Not to be stored; looked for is its end.
                line.clear();
                count += skip(&mut from).map_err(|e| e.to_string())?;
                too_long += 1;
            } else if line.pop() != Some(b'\n') {
                // The last line is not complete yet.
                break;
            }
            number += 1;
            if self.taken.producer.is_empty() {
                self.first = format!("{}\n{}", path.display(), String::from_utf8_lossy(&line));
                let name: String = key(&self.first).iter().map(|byte| format!("{byte:02x}")).collect();
                self.taken.producer = format!("inbox-{name}");
            }
            let text = String::from_utf8_lossy(&line).into_owned();
            if let Some(run) = run_of(&line)
                && run != self.taken.run
            {
                self.send(number - 1)?;
                self.taken.run = run;
            }
            self.bytes += count;
            if !text.trim().is_empty() && !self.taken.run.is_empty() {
                self.pending.push((number, text));
            }
            if self.pending.len() >= AT_ONCE || self.bytes >= BYTES_AT_ONCE as u64 {
                self.send(number)?;
            }
        }
        self.send(number)?;
        if too_long > 0 {
            return Err(format!("lines longer than {} MiB: {too_long}", LONGEST_LINE >> 20));
        }
        Ok(())
    }

    /// Sends what waits; all before the line of that number is taken then.
    fn send(&mut self, number: u64) -> Result<(), String> {
        if !self.pending.is_empty() {
            let lines: Vec<Numbered<'_>> =
                self.pending.iter().map(|(seq, line)| Numbered { seq: *seq, line }).collect();
            let batch = Batch { run: &self.taken.run, producer: &self.taken.producer, lines: &lines };
            match patiently(self.wait, || self.store.append(&batch)) {
                Ok(_) => {}
                Err(error @ (Error::Busy { .. } | Error::Unavailable { .. })) => {
                    return Err(error.to_string());
                }
                Err(error) => return Err(format!("run {}: {error}", self.taken.run)),
            }
            self.pending.clear();
        }
        self.taken.bytes += std::mem::take(&mut self.bytes);
        self.taken.lines = number;
        Ok(())
    }
}

/// The run that a line names.
fn run_of(line: &[u8]) -> Option<String> {
    let line = read_line(line).ok()?;
    match (line.run, line.event) {
        (_, Event::Run(info)) => Some(info.id.into_owned()),
        (run, _) => run.map(|run| run.into_owned()),
    }
}

/// Passes over the rest of a line; how many bytes it had.
fn skip(from: &mut impl io::BufRead) -> io::Result<u64> {
    let mut count = 0;
    loop {
        let buffer = from.fill_buf()?;
        if buffer.is_empty() {
            return Ok(count);
        }
        let end = buffer.iter().position(|byte| *byte == b'\n');
        let used = end.map_or(buffer.len(), |end| end + 1);
        from.consume(used);
        count += used as u64;
        if end.is_some() {
            return Ok(count);
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn the_inbox_is_beside_a_local_store_and_otherwise_in_the_data_folder() {
        let folder = |url: &str| folder(&Location::parse(url).unwrap(), Some("/data".into())).unwrap();
        assert_eq!(folder("sqlite:/a/runs.db"), Path::new("/a/runs.db.inbox"));
        assert_eq!(folder("file:///a/b%20c"), Path::new("/a/b c.inbox"));
        assert!(folder("sqlite:runs.db").is_absolute());
        // The number stands in the tests of the Python package and of the tracker too.
        assert_eq!(folder("redis://host/1"), Path::new("/data/inbox-ac26ac9c6652db12"));
        let alerts = |url: &str| alerts(&Location::parse(url).unwrap(), Some("/data".into())).unwrap();
        assert_eq!(alerts("sqlite:/a/runs.db"), Path::new("/a/runs.db.alerts"));
        assert_eq!(alerts("redis://host/1"), Path::new("/data/alerts-ac26ac9c6652db12.jsonl"));
        assert_eq!(fnv("foobar"), 0x8594_4171_f739_67e8);
    }
}
