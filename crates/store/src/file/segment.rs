//! Segments: the files that hold the records of a run, one after another. The last one grows; those of a run that is
//! over are compressed.
//!
//! A compressed segment is a gzip file (RFC 1952) of several members, each of whole records, so that `gunzip` reads it
//! and damage costs one member. Their headers are all the same, which is how the next one is found.

use std::fs;
use std::io::{ErrorKind, Read as _, Write as _};
use std::path::{Path, PathBuf};

use flate2::Compression;
use flate2::bufread::GzDecoder;
use flate2::{GzBuilder, GzHeader};

use super::record::{Gap, Record, scan};
use crate::Error;

/// A segment of so many bytes takes no more.
pub(super) const LARGEST: u64 = 16 << 20;
/// As often segments are looked at that change while they are read.
const TRIES: u32 = 16;
/// About so many bytes go into a member of a compressed segment.
const MEMBER: usize = 256 << 10;
/// How every member begins: gzip with an extra field of ours, `MK` without content, and no time.
const SIGN: [u8; 16] = [0x1f, 0x8b, 8, 4, 0, 0, 0, 0, 0, 255, 4, 0, b'M', b'K', 0, 0];

/// What is wrong with a segment that was read.
#[derive(Debug)]
pub(super) struct Contents {
    pub(super) gaps: Vec<Gap>,
    /// Where the last gap begins, if it is what a writer that died left behind.
    pub(super) torn: Option<usize>,
}

/// A segment of a run, by its number from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
pub(super) struct Segment {
    pub(super) number: u32,
    pub(super) compressed: bool,
    /// Bytes of the file.
    pub(super) length: u64,
}

/// A segment as it lies in a folder. Where this did not change, nothing was written to the file since.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub(super) struct Found {
    pub(super) segment: Segment,
    /// When its content and when anything about it last changed, ns since the epoch.
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
    /// Where it lies.
    pub(super) fn path(&self, folder: &Path) -> PathBuf {
        folder.join(format!("{:06}.seg{}", self.number, if self.compressed { ".gz" } else { "" }))
    }

    /// The segments in a folder, in order. Where one is there compressed and as it was, the compressed one counts: it
    /// got its name when it was whole.
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
                // It was compressed since the folder was listed, or the whole run goes.
                Err(error) if error.kind() == ErrorKind::NotFound => return Segment::all(folder),
                metadata => metadata?,
            };
            // Of a link this is the link itself, which is not followed.
            if file.is_file() {
                let segment = Segment { number, compressed, length: file.len() };
                found.push(Found { segment, changed: changed(&file) });
            }
        }
        found.sort_by_key(|f| (f.segment.number, !f.segment.compressed));
        found.dedup_by_key(|f| f.segment.number);
        Ok(found)
    }

    /// Does something with the segments of a folder, which says whether they make sense. The process that writes may add
    /// to them meanwhile, or compress them, which takes the plain ones away: then it is done once more, with those that
    /// are there now.
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

    /// Hands over its records; what is not a record are gaps, and so is what the file is too short for. The places in a
    /// compressed segment are those of its members.
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

    /// Its file. Who has it can read it to the end, also after it was compressed or removed.
    pub(super) fn open(&self, folder: &Path) -> Result<fs::File, Error> {
        Ok(fs::File::open(self.path(folder))?)
    }

    /// What is in the file, of which no more counts than was there when it was looked at.
    fn bytes(&self, file: fs::File) -> Result<Vec<u8>, Error> {
        let mut bytes = Vec::new();
        file.take(self.length).read_to_end(&mut bytes)?;
        Ok(bytes)
    }

    /// Compresses it; the file as it was goes once the new one is on the disk. Damaged parts are handed to `keep`
    /// first, with where they lay; the record that it gives stands in their place.
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

/// The content of the member that these bytes begin with, and how long it is packed; `None` where it is damaged.
fn expand(bytes: &[u8]) -> Option<(Vec<u8>, usize)> {
    let mut decoder = GzDecoder::new(bytes);
    let ours = |header: &GzHeader| header.extra() == Some(&SIGN[12..]);
    if !decoder.header().is_some_and(ours) {
        return None;
    }
    let mut records = Vec::new();
    // A member ends with the record that filled it, and no record is longer than the longest segment.
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

/// Writes a file so that it is there whole or not at all, and on the disk when this returns.
pub(super) fn write_whole(path: &Path, bytes: &[u8]) -> Result<(), Error> {
    write_beside(path, bytes, true)?;
    path.parent().map_or(Ok(()), sync_folder)
}

/// Writes a file that can be made anew: a loss of power may leave nothing of it, or something that cannot be read.
pub(super) fn write_derived(path: &Path, bytes: &[u8]) -> Result<(), Error> {
    write_beside(path, bytes, false)
}

fn write_beside(path: &Path, bytes: &[u8], durable: bool) -> Result<(), Error> {
    let mut name = path.as_os_str().to_owned();
    name.push(".tmp");
    let beside = PathBuf::from(name);
    let write = || -> std::io::Result<()> {
        // What is left of a process that was stopped, or a link that somebody put there.
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
        // What is half written only takes room.
        let _ = fs::remove_file(&beside);
    })?)
}

/// Makes the names in a folder durable.
pub(super) fn sync_folder(folder: &Path) -> Result<(), Error> {
    // Windows has no such thing and needs none.
    if cfg!(unix) {
        fs::File::open(folder)?.sync_all()?;
    }
    Ok(())
}
