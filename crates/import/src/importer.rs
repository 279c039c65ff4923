//! What an importer is: the one contract behind which every foreign format stands.

use std::fmt;
use std::sync::Arc;

use makespan_format::EventSink;

use crate::sniff::Head;

/// A file, a member of an archive or of a dropped folder.
#[derive(Clone, Debug)]
pub struct Source {
    /// Its relative path, with `/` between the parts. A label only: nothing is ever opened by it.
    pub name: String,
    /// What it holds.
    pub bytes: Arc<[u8]>,
}

impl Source {
    /// A source of that name and content.
    pub fn new(name: impl Into<String>, bytes: Vec<u8>) -> Source {
        Source { name: name.into(), bytes: bytes.into() }
    }

    /// The last part of the name.
    pub fn file_name(&self) -> &str {
        self.name.rsplit('/').next().unwrap_or(&self.name)
    }
}

/// The zone in which times without one are read.
pub trait Zone {
    /// What people call it.
    fn name(&self) -> &str;

    /// Seconds east of UTC for a civil time, given as the seconds since 1970 that it would be if it were UTC.
    fn offset(&self, civil_seconds: i64) -> i32;
}

/// Coordinated Universal Time.
#[derive(Clone, Copy, Debug, Default)]
pub struct Utc;

impl Zone for Utc {
    fn name(&self) -> &str {
        "UTC"
    }

    fn offset(&self, _civil_seconds: i64) -> i32 {
        0
    }
}

/// A zone that is always the same number of seconds east of UTC.
#[derive(Clone, Debug)]
pub struct Fixed {
    /// Seconds east of UTC.
    pub seconds: i32,
    /// What people call it.
    pub name: String,
}

impl Zone for Fixed {
    fn name(&self) -> &str {
        &self.name
    }

    fn offset(&self, _civil_seconds: i64) -> i32 {
        self.seconds
    }
}

/// What the person who opens files decides.
#[derive(Clone, Copy)]
pub struct Options<'z> {
    /// The zone of times that name none.
    pub zone: &'z dyn Zone,
}

impl Default for Options<'_> {
    fn default() -> Self {
        Options { zone: &Utc }
    }
}

impl fmt::Debug for Options<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Options").field("zone", &self.zone.name()).finish()
    }
}

/// An importer's answer to a look at the beginning of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Claim {
    /// How sure it is, 1 to 100. The highest claim wins, and among equals the first of the registry.
    pub score: u8,
    /// Which kind of the importer's files it is; one of [`Importer::parts`].
    pub part: &'static str,
    /// What gave it away, for people.
    pub reason: &'static str,
}

/// One foreign format, or the family of formats that one system writes.
#[derive(Debug)]
pub struct Importer {
    /// Its name in options and in verdicts: lower case, stable.
    pub id: &'static str,
    /// What people call it.
    pub title: &'static str,
    /// The kinds of files it knows.
    pub parts: &'static [&'static str],
    /// How one gets such a file, in one line.
    pub how: &'static str,
    /// What this format never holds, in one line; empty where it holds everything.
    pub lossy: &'static str,
    /// Whether a file is of this format, judged by its beginning and never by its name alone.
    pub sniff: fn(&Head<'_>) -> Option<Claim>,
    /// Reads all the files that this importer claimed, since the files of a run may be many, and emits their
    /// events: first [`makespan_format::Event::Run`], then what belongs to it.
    pub read: fn(&[Part<'_>], &Options<'_>, &mut dyn EventSink) -> Result<(), ReadError>,
}

/// A file as its importer gets it.
#[derive(Clone, Copy, Debug)]
pub struct Part<'a> {
    /// The file.
    pub source: &'a Source,
    /// Which kind of the importer's files it is. Besides the importer's own kinds there is `wal`: the write-ahead
    /// log of the SQLite database whose name it carries, less `-wal`.
    pub part: &'static str,
}

/// Why nothing at all could be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ReadError {
    /// It is of this format, but damaged.
    Broken {
        /// What is wrong, for people.
        message: String,
        /// Byte of the file, where known.
        offset: Option<u64>,
    },
    /// It is of this format, of a version that this program does not know yet.
    Newer {
        /// Which version it is and which ones are known, for people.
        message: String,
    },
}

impl ReadError {
    /// Damaged, place unknown.
    pub fn broken(message: impl Into<String>) -> ReadError {
        ReadError::Broken { message: message.into(), offset: None }
    }
}

impl fmt::Display for ReadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ReadError::Broken { message, offset: Some(offset) } => write!(f, "{message} (byte {offset})"),
            ReadError::Broken { message, offset: None } | ReadError::Newer { message } => {
                f.write_str(message)
            }
        }
    }
}

impl std::error::Error for ReadError {}
