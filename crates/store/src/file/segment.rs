//! Segments: the files that contain the records of a run, one after another. The last one grows; the segments of a
//! finished run are compressed.
//!
//! A compressed segment is a gzip file (RFC 1952) with several members, each of which contains whole records. `gunzip`
//! can therefore read it, and damage affects only one member. All members have the same header, which is used to find
//! the next one.

use std::fs;
use std::io::{ErrorKind, Read as _, Write as _};
use std::path::{Path, PathBuf};

use flate2::Compression;
use flate2::bufread::GzDecoder;
use flate2::{GzBuilder, GzHeader};

use super::record::{Gap, Record, scan};
use crate::Error;

/// Maximum size of a segment, in bytes; after that, a new one is started.
pub(super) const LARGEST: u64 = 16 << 20;
/// Maximum number of attempts to read segments that change meanwhile.
const TRIES: u32 = 16;
/// Approximate size of a member of a compressed segment, in bytes, before compression.
const MEMBER: usize = 256 << 10;
/// Header of every member: gzip with an extra field `MK` of our own, without content, and no time.
const SIGN: [u8; 16] = [0x1f, 0x8b, 8, 4, 0, 0, 0, 0, 0, 255, 4, 0, b'M', b'K', 0, 0];

/// Problems of a segment that was read.
#[derive(Debug)]
pub(super) struct Contents {
    pub(super) gaps: Vec<Gap>,
    /// Offset of the last gap, if it is the unfinished record of a writer that died.
    pub(super) torn: Option<usize>,
}

/// A segment of a run, with its number from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
pub(super) struct Segment {
    pub(super) number: u32,
    pub(super) compressed: bool,
    /// Size of the file in bytes.
    pub(super) length: u64,
}

/// A segment as found in a folder. If this has not changed, nothing was written to the file since.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub(super) struct Found {
    pub(super) segment: Segment,
    /// Times of the last change of its content and of its metadata, ns since the epoch.
    changed: (i64, i64),
}

#[cfg(unix)]
fn changed(file: &fs::Metadata) -> (i64, i64) {
    use std::os::unix::fs::MetadataExt as _;
    let ns = |seconds: i64, ns: i64| seconds.saturating_mul(1_000_000_000).saturating_add(ns);
    (ns(file.mtime(), file.mtime_nsec()), ns(file.ctime(), file.ctime_nsec()))
}

#[cfg(not(unix))]
fn changed(file: &fs::Metadata) -> (i64, i64) {
    let modified = file.modified().ok().and_then(|t| t.duration_since(std::time::UNIX_EPOCH).ok());
    (modified.map_or(0, |t| i64::try_from(t.as_nanos()).unwrap_or(i64::MAX)), 0)
}

impl Segment {
    /// Returns its path.
    pub(super) fn path(&self, folder: &Path) -> PathBuf {
        folder.join(format!("{:06}.seg{}", self.number, if self.compressed { ".gz" } else { "" }))
    }

    /// Returns the segments in a folder, in order. If one exists both compressed and uncompressed, the compressed one
    /// counts, because it gets its name when it is complete.
    pub(super) fn all(folder: &Path) -> Result<Vec<Found>, Error> {
        let mut found: Vec<Found> = Vec::new();
        for entry in fs::read_dir(folder)? {
            let entry = entry?;
            let name = entry.file_name();
            let Some((number, ending)) = name.to_str().and_then(|name| name.split_once('.')) else {
                continue;
            };
            let compressed = match ending {
                "seg" => false,
                "seg.gz" => true,
                _ => continue,
            };
            let (Ok(number), 6) = (number.parse(), number.len()) else { continue };
            let file = match entry.metadata() {
                // It was compressed after the folder was listed, or the whole run is being removed.
                Err(error) if error.kind() == ErrorKind::NotFound => return Segment::all(folder),
                metadata => metadata?,
            };
            // For a link, this is the link itself, which is not followed.
            if file.is_file() {
                let segment = Segment { number, compressed, length: file.len() };
                found.push(Found { segment, changed: changed(&file) });
            }
        }
        found.sort_by_key(|f| (f.segment.number, !f.segment.compressed));
        found.dedup_by_key(|f| f.segment.number);
        Ok(found)
    }

    /// Calls a function with the segments of a folder; the function returns whether they are consistent. The writing
    /// process may meanwhile append to them or replace them by compressed ones; then the function is called again with
    /// the current segments.
    pub(super) fn unmoved<T>(
        folder: &Path,
        mut work: impl FnMut(&[Found]) -> Result<(T, bool), Error>,
    ) -> Result<T, Error> {
        let mut segments = Segment::all(folder)?;
        for _ in 1..TRIES {
            let done = match work(&segments) {
                Ok((done, true)) => return Ok(done),
                other => other,
            };
            let now = Segment::all(folder)?;
            if now == segments {
                return done.map(|(done, _)| done);
            }
            segments = now;
        }
        work(&segments).map(|(done, _)| done)
    }

    /// Passes its records to `each`. Bytes that are not a record are gaps, and so are bytes that the file is too short
    /// for. The offsets in a compressed segment are those of its members.
    pub(super) fn read(
        &self,
        file: fs::File,
        mut each: impl FnMut(Record) -> Result<(), Error>,
    ) -> Result<Contents, Error> {
        let bytes = self.bytes(file)?;
        let (mut at, mut gaps) = (0, Vec::new());
        if !self.compressed {
            gaps = scan(&bytes, |record, _| each(record))?;
            at = bytes.len();
        }
        while at < bytes.len() {
            let member = expand(&bytes[at..]);
            let end = match &member {
                Some((_, length)) => at + length,
                None => next_member(&bytes, at + 1),
            };
            let damaged = match member {
                Some((records, _)) => !scan(&records, |record, _| each(record))?.is_empty(),
                None => true,
            };
            if damaged {
                gaps.push(Gap { from: at, to: end });
            }
            at = end;
        }
        let torn = gaps.last().filter(|gap| {
            !self.compressed && gap.to == bytes.len() && super::record::is_torn(&bytes, gap.from)
        });
        let torn = torn.map(|gap| gap.from);
        let length = usize::try_from(self.length).unwrap_or(usize::MAX);
        if bytes.len() < length {
            gaps.push(Gap { from: bytes.len(), to: length });
        }
        Ok(Contents { gaps, torn })
    }

    /// Opens its file. The open file can be read to the end even after it was compressed or removed.
    pub(super) fn open(&self, folder: &Path) -> Result<fs::File, Error> {
        Ok(fs::File::open(self.path(folder))?)
    }

    /// Reads the file, up to the length that it had when it was found.
    fn bytes(&self, file: fs::File) -> Result<Vec<u8>, Error> {
        let mut bytes = Vec::new();
        file.take(self.length).read_to_end(&mut bytes)?;
        Ok(bytes)
    }

    /// Compresses it, and removes the uncompressed file once the new one is on disk. Damaged parts are first passed to
    /// `keep` with their offsets; the record that `keep` returns replaces them.
    pub(super) fn compress(
        &self,
        folder: &Path,
        mut keep: impl FnMut(Gap, &[u8]) -> Result<Record, Error>,
    ) -> Result<Segment, Error> {
        let bytes = self.bytes(self.open(folder)?)?;
        let mut out = Vec::with_capacity(bytes.len() / 6);
        let (mut member, mut wrong) = (Vec::new(), None);
        let gaps = scan(&bytes, |record, _| {
            record.write(&mut member);
            if member.len() >= MEMBER {
                wrong = wrong.take().or(pack(&member, &mut out).err());
                member.clear();
            }
            Ok(())
        })?;
        for gap in gaps {
            keep(gap, &bytes[gap.from..gap.to])?.write(&mut member);
        }
        if !member.is_empty() {
            pack(&member, &mut out)?;
        }
        wrong.map_or(Ok(()), Err)?;
        let packed = Segment { compressed: true, length: out.len() as u64, ..*self };
        write_whole(&packed.path(folder), &out)?;
        fs::remove_file(self.path(folder))?;
        sync_folder(folder)?;
        Ok(packed)
    }
}

fn pack(records: &[u8], out: &mut Vec<u8>) -> Result<(), Error> {
    let mut encoder =
        GzBuilder::new().extra(&SIGN[12..]).operating_system(255).write(&mut *out, Compression::default());
    encoder.write_all(records)?;
    encoder.finish()?;
    Ok(())
}

/// Returns the content of the member at the beginning of these bytes, and its compressed length; `None` if it is
/// damaged.
fn expand(bytes: &[u8]) -> Option<(Vec<u8>, usize)> {
    let mut decoder = GzDecoder::new(bytes);
    let ours = |header: &GzHeader| header.extra() == Some(&SIGN[12..]);
    if !decoder.header().is_some_and(ours) {
        return None;
    }
    let mut records = Vec::new();
    // A member ends with the record that filled it, and a record is at most as long as the longest segment.
    let most = LARGEST + MEMBER as u64;
    decoder.by_ref().take(most).read_to_end(&mut records).ok()?;
    if records.len() as u64 == most {
        return None;
    }
    Some((records, bytes.len() - decoder.into_inner().len()))
}

fn next_member(bytes: &[u8], from: usize) -> usize {
    let found = bytes.get(from..).and_then(|rest| rest.windows(SIGN.len()).position(|w| w == SIGN));
    found.map_or(bytes.len(), |i| from + i)
}

/// Writes a file completely or not at all; it is on disk when this returns.
pub(super) fn write_whole(path: &Path, bytes: &[u8]) -> Result<(), Error> {
    write_beside(path, bytes, true)?;
    path.parent().map_or(Ok(()), sync_folder)
}

/// Writes a file that can be derived again: after a power failure it may be missing or unreadable.
pub(super) fn write_derived(path: &Path, bytes: &[u8]) -> Result<(), Error> {
    write_beside(path, bytes, false)
}

fn write_beside(path: &Path, bytes: &[u8], durable: bool) -> Result<(), Error> {
    let mut name = path.as_os_str().to_owned();
    name.push(".tmp");
    let beside = PathBuf::from(name);
    let write = || -> std::io::Result<()> {
        // Left over from a process that was stopped, or a link that somebody created.
        match fs::remove_file(&beside) {
            Err(error) if error.kind() != ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        let mut file = crate::private::options().create_new(true).open(&beside)?;
        file.write_all(bytes)?;
        if durable {
            file.sync_all()?;
        }
        fs::rename(&beside, path)
    };
    Ok(write().inspect_err(|_| {
        // A half-written file only takes up space.
        let _ = fs::remove_file(&beside);
    })?)
}

/// Makes the names in a folder durable.
pub(super) fn sync_folder(folder: &Path) -> Result<(), Error> {
    // Windows has no equivalent and does not need one.
    if cfg!(unix) {
        fs::File::open(folder)?.sync_all()?;
    }
    Ok(())
}
