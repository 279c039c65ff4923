//! One run in a file, and how much of it the server has.

use std::collections::VecDeque;
use std::fs::{self, File};
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::outbox::private;
use crate::{MOST_BYTES, MOST_LINES};

/// Ending of notes about files; the Python package writes and reads the same ones.
const ENDING: &str = "ship";
/// Maximum number of bytes of a note.
const LARGEST_NOTE: u64 = 64 << 10;

/// What is to be sent, for the program that goes on with it if this one ends.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Note {
    file: PathBuf,
    run: String,
    producer: String,
    /// The place in the file from which on lines are sent.
    start: u64,
    /// Whether the file is removed once the server has all of it.
    delete: bool,
}

/// A run in a file.
#[derive(Debug)]
pub(crate) struct Shipment {
    note: Note,
    path: PathBuf,
    /// The note, locked: another process reads it only after this one has ended.
    _held: Opened,
    /// Kept open, so that a file that is moved or removed when its run ends is still read.
    file: Option<Opened>,
    /// The place up to which the file was read.
    read_to: u64,
    /// The run that the lines read last belong to.
    named: Option<String>,
    /// Lines of this run that were read and are not stored.
    pending: VecDeque<Vec<u8>>,
    /// Number of the first of them, from 1.
    first: u64,
    /// Maximum number of lines of a request.
    most: u64,
    /// The file had more than was read at once.
    is_behind: bool,
}

/// A file, and its device and number: a program that closes all its descriptors may open another file in its place.
#[derive(Debug)]
struct Opened {
    file: Option<File>,
    identity: [u64; 2],
}

impl Opened {
    fn new(file: File) -> io::Result<Opened> {
        Ok(Opened { identity: identity(&file)?, file: Some(file) })
    }

    /// Returns the file, unless its descriptor belongs to the program by now: that one is neither read nor closed.
    fn own(&mut self) -> Option<&mut File> {
        let known = self.identity;
        if let Some(lost) = self.file.take_if(|file| identity(file).map_or(true, |found| found != known)) {
            std::mem::forget(lost);
        }
        self.file.as_mut()
    }
}

impl Drop for Opened {
    fn drop(&mut self) {
        self.own();
    }
}

#[cfg(unix)]
fn identity(file: &File) -> io::Result<[u64; 2]> {
    use std::os::unix::fs::MetadataExt as _;
    let meta = file.metadata()?;
    Ok([meta.dev(), meta.ino()])
}

#[cfg(not(unix))]
fn identity(_: &File) -> io::Result<[u64; 2]> {
    Ok([0; 2])
}

/// Lines that follow each other.
pub(crate) struct Part {
    pub(crate) first: u64,
    pub(crate) count: u64,
    pub(crate) lines: Vec<u8>,
}

#[derive(Deserialize)]
struct Line {
    run: Option<serde_json::Value>,
}

impl Shipment {
    /// Writes a note into the outbox: the lines of a run in a file, from a place on, are to be sent.
    pub(crate) fn new(
        folder: &Path,
        producer: &str,
        file: &Path,
        run: &str,
        start: u64,
    ) -> io::Result<Shipment> {
        let note = Note {
            file: std::path::absolute(file)?,
            run: run.to_owned(),
            producer: producer.to_owned(),
            start,
            delete: file.parent() == Some(folder),
        };
        let path = folder.join(format!("{producer}.{ENDING}"));
        // It gets its name only when it is complete and locked.
        let part = folder.join(format!("{producer}.part"));
        let mut held = private().create_new(true).open(&part)?;
        let _ = held.try_lock();
        let written = held.write_all(&serde_json::to_vec(&note)?).and_then(|()| fs::rename(&part, &path));
        if let Err(error) = written {
            let _ = fs::remove_file(&part);
            return Err(error);
        }
        Ok(Shipment::of(note, path, Opened::new(held)?))
    }

    /// Returns the shipments whose programs have ended.
    pub(crate) fn left(folder: &Path) -> Vec<Shipment> {
        crate::outbox::notes(folder, ENDING)
            .into_iter()
            .filter_map(|path| Shipment::open(folder, path))
            .collect()
    }

    fn open(folder: &Path, path: PathBuf) -> Option<Shipment> {
        let meta = path.symlink_metadata().ok()?;
        if !meta.is_file() || meta.len() > LARGEST_NOTE {
            return None;
        }
        let mut held = fs::OpenOptions::new().read(true).write(true).open(&path).ok()?;
        held.try_lock().ok()?;
        let mut text = Vec::new();
        held.read_to_end(&mut text).ok()?;
        let mut note: Note = serde_json::from_slice(&text).ok()?;
        // Nothing outside the outbox is ever removed, whatever a note states.
        note.delete &= note.file.parent() == Some(folder);
        Some(Shipment::of(note, path, Opened::new(held).ok()?))
    }

    fn of(note: Note, path: PathBuf, held: Opened) -> Shipment {
        Shipment {
            read_to: note.start,
            named: Some(note.run.clone()),
            note,
            path,
            _held: held,
            file: None,
            pending: VecDeque::new(),
            first: 1,
            most: MOST_LINES,
            is_behind: false,
        }
    }

    pub(crate) fn run(&self) -> &str {
        &self.note.run
    }

    pub(crate) fn producer(&self) -> &str {
        &self.note.producer
    }

    pub(crate) fn file(&self) -> &Path {
        &self.note.file
    }

    /// Returns the next lines, complete ones of this run only; `None` if there are none at the moment.
    pub(crate) fn next(&mut self) -> io::Result<Option<Part>> {
        while self.pending.is_empty() {
            if !self.read()? {
                return Ok(None);
            }
        }
        let mut part = Part { first: self.first, count: 0, lines: Vec::new() };
        for line in &self.pending {
            let is_full = part.count >= self.most || part.lines.len() + line.len() > MOST_BYTES;
            if is_full && part.count > 0 {
                break;
            }
            part.lines.extend_from_slice(line);
            part.count += 1;
        }
        Ok(Some(part))
    }

    /// Reads on; returns whether there was a complete line.
    fn read(&mut self) -> io::Result<bool> {
        if self.file.as_mut().is_none_or(|opened| opened.own().is_none()) {
            self.file = match File::open(&self.note.file) {
                Ok(file) => Some(Opened::new(file)?),
                Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(false),
                Err(error) => return Err(error),
            };
        }
        let Some(file) = self.file.as_mut().and_then(Opened::own) else { return Ok(false) };
        file.seek(SeekFrom::Start(self.read_to))?;
        let mut bytes = Vec::new();
        file.take(MOST_BYTES as u64).read_to_end(&mut bytes)?;
        let Some(end) = bytes.iter().rposition(|byte| *byte == b'\n').map(|at| at + 1) else {
            if bytes.len() < MOST_BYTES {
                return Ok(false);
            }
            // No event is that long, and the server would not accept it.
            return Err(io::Error::new(io::ErrorKind::InvalidData, "a line is longer than 4 MiB"));
        };
        self.read_to += end as u64;
        self.is_behind = bytes.len() >= MOST_BYTES;
        for line in bytes[..end].split_inclusive(|byte| *byte == b'\n') {
            if is_of(line, &mut self.named, &self.note.run) {
                self.pending.push_back(line.to_vec());
            }
        }
        Ok(true)
    }

    /// Notes that the server has stored the next lines.
    pub(crate) fn stored(&mut self, count: u64) {
        self.first += count;
        self.pending
            .drain(..usize::try_from(count).map_or(self.pending.len(), |n| n.min(self.pending.len())));
    }

    /// Returns whether there are more lines than fitted into a request.
    pub(crate) fn has_more(&self) -> bool {
        self.is_behind || !self.pending.is_empty()
    }

    /// Makes requests smaller; returns whether that is possible.
    pub(crate) fn shrink(&mut self, count: u64) -> bool {
        self.most = (count / 2).max(1);
        count > 1
    }

    /// Removes the note, and the file if it is in the outbox.
    pub(crate) fn finish(self) {
        let _ = fs::remove_file(&self.path);
        if self.note.delete {
            let _ = fs::remove_file(&self.note.file);
        }
    }
}

/// Returns whether a line belongs to a run: it names it, or it names none and follows one that does.
fn is_of(line: &[u8], named: &mut Option<String>, run: &str) -> bool {
    if line.iter().find(|byte| !byte.is_ascii_whitespace()) != Some(&b'{') {
        return false;
    }
    match serde_json::from_slice::<Line>(line) {
        Err(_) => return false,
        Ok(Line { run: None }) => {}
        Ok(Line { run: Some(name) }) => *named = name.as_str().map(str::to_owned),
    }
    named.as_deref() == Some(run)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::outbox;

    fn fresh(name: &str) -> PathBuf {
        let folder = std::env::temp_dir().join(format!("makespan-ship-{name}-{}", std::process::id()));
        let _ = fs::remove_dir_all(&folder);
        outbox::create(&folder).unwrap();
        folder
    }

    fn text(part: Option<Part>) -> String {
        part.map(|part| String::from_utf8(part.lines).unwrap()).unwrap_or_default()
    }

    #[test]
    fn only_complete_lines_of_the_run_are_sent_each_once() {
        let folder = fresh("lines");
        let file = folder.join("r.jsonl");
        let (mine, other) = ("{\"event\":\"run\",\"run\":\"r\"}\n", "{\"event\":\"run\",\"run\":\"s\"}\n");
        let (a, b) = ("{\"event\":\"start\",\"task\":\"a\"}\n", "{\"event\":\"start\",\"task\":\"b\"}\n");
        fs::write(&file, format!("{mine}{a}broken\n[1]\n{other}{b}{mine}{{\"event\":\"en")).unwrap();
        let mut shipment = Shipment::new(&folder, "p", &file, "r", 0).unwrap();
        assert_eq!(text(shipment.next().unwrap()), format!("{mine}{a}{mine}"));
        shipment.stored(2);
        let part = shipment.next().unwrap().unwrap();
        assert_eq!((part.first, part.count), (3, 1));
        shipment.stored(1);
        assert!(shipment.next().unwrap().is_none());
        let mut more = fs::OpenOptions::new().append(true).open(&file).unwrap();
        more.write_all(b"d\"}\n").unwrap();
        assert_eq!(text(shipment.next().unwrap()), "{\"event\":\"end\"}\n");
        shipment.stored(1);
        shipment.finish();
        assert_eq!(fs::read_dir(&folder).unwrap().count(), 0);
        fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn another_process_goes_on_only_when_this_one_has_ended() {
        let folder = fresh("left");
        let file = folder.join("r.jsonl");
        fs::write(&file, "{\"event\":\"run\",\"run\":\"r\"}\n").unwrap();
        let shipment = Shipment::new(&folder, "p", &file, "r", 0).unwrap();
        assert!(Shipment::left(&folder).is_empty());
        drop(shipment);
        let mut left = Shipment::left(&folder);
        assert_eq!(left.len(), 1);
        assert_eq!(left[0].next().unwrap().unwrap().first, 1);
        fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn files_outside_the_outbox_are_never_removed() {
        let (folder, elsewhere) = (fresh("inside"), fresh("outside"));
        let file = elsewhere.join("r.jsonl");
        fs::write(&file, "").unwrap();
        let note =
            format!("{{\"file\":{file:?},\"run\":\"r\",\"producer\":\"p\",\"start\":0,\"delete\":true}}");
        fs::write(folder.join("p.ship"), note).unwrap();
        Shipment::left(&folder).into_iter().for_each(Shipment::finish);
        assert!(file.is_file());
        assert_eq!(fs::read_dir(&folder).unwrap().count(), 0);
        fs::remove_dir_all(folder).unwrap();
        fs::remove_dir_all(elsewhere).unwrap();
    }

    #[test]
    fn a_request_that_is_too_large_is_halved_down_to_one_line() {
        let folder = fresh("halved");
        let file = folder.join("r.jsonl");
        fs::write(&file, "{\"event\":\"run\",\"run\":\"r\"}\n".repeat(5)).unwrap();
        let mut shipment = Shipment::new(&folder, "p", &file, "r", 0).unwrap();
        let mut counts = Vec::new();
        while let Some(part) = shipment.next().unwrap() {
            counts.push(part.count);
            if !shipment.shrink(part.count) {
                break;
            }
        }
        assert_eq!(counts, [5, 2, 1]);
        fs::remove_dir_all(folder).unwrap();
    }
}
