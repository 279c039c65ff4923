//! The definition of an importer: the interface of every foreign format.

use std::fmt;
use std::rc::Rc;
use std::sync::Arc;

use makespan_format::EventSink;

pub use crate::error::ReadError;
use crate::mapping::Mapping;
use crate::sniff::Head;
pub use crate::unit::Unit;

/// A file, a member of an archive or of a dropped folder.
#[derive(Clone, Debug)]
pub struct Source {
    /// Its relative path, with `/` between the parts. It is only a label: nothing is ever opened by it.
    pub name: String,
    /// Its content.
    pub bytes: Arc<[u8]>,
}

impl Source {
    /// Creates a source.
    pub fn new(name: impl Into<String>, bytes: Vec<u8>) -> Source {
        Source { name: name.into(), bytes: bytes.into() }
    }

    /// Returns the last part of the name.
    pub fn file_name(&self) -> &str {
        self.name.rsplit('/').next().unwrap_or(&self.name)
    }
}

/// The zone for times without one.
pub trait Zone {
    /// Returns its name.
    fn name(&self) -> &str;

    /// Returns the offset from UTC, in seconds east, for a civil time, given as the seconds since 1970 if it were UTC.
    /// For a time that a clock shows twice or skips, returns the offset before the change.
    fn offset(&self, civil_seconds: i64) -> i32;

    /// Returns the unit of numeric times, if the user sets it; `None` to follow the format or to judge by their size.
    fn unit(&self) -> Option<Unit> {
        None
    }

    /// Returns the mapping of table columns, if the user sets one. It applies to files that no importer recognises with
    /// certainty.
    fn mapping(&self) -> Option<&Mapping> {
        None
    }
}

/// A zone, with the unit of numeric times.
#[derive(Clone, Copy, Debug)]
pub struct InUnit<Z> {
    /// The zone for times without one.
    pub zone: Z,
    /// The unit of numeric times.
    pub unit: Unit,
}

impl<Z: Zone> Zone for InUnit<Z> {
    fn name(&self) -> &str {
        self.zone.name()
    }

    fn offset(&self, civil_seconds: i64) -> i32 {
        self.zone.offset(civil_seconds)
    }

    fn unit(&self) -> Option<Unit> {
        Some(self.unit)
    }

    fn mapping(&self) -> Option<&Mapping> {
        self.zone.mapping()
    }
}

/// A zone, with a mapping of table columns.
#[derive(Clone, Debug)]
pub struct Mapped<Z> {
    /// The zone for times without one.
    pub zone: Z,
    /// The mapping.
    pub mapping: Mapping,
}

impl<Z: Zone> Zone for Mapped<Z> {
    fn name(&self) -> &str {
        self.zone.name()
    }

    fn offset(&self, civil_seconds: i64) -> i32 {
        self.zone.offset(civil_seconds)
    }

    fn unit(&self) -> Option<Unit> {
        self.zone.unit()
    }

    fn mapping(&self) -> Option<&Mapping> {
        Some(&self.mapping)
    }
}

/// Implements the zone for pointers to a zone.
macro_rules! behind {
    ($($pointer:ty),*) => {$(
        impl<Z: Zone + ?Sized> Zone for $pointer {
            fn name(&self) -> &str {
                (**self).name()
            }

            fn offset(&self, civil_seconds: i64) -> i32 {
                (**self).offset(civil_seconds)
            }

            fn unit(&self) -> Option<Unit> {
                (**self).unit()
            }

            fn mapping(&self) -> Option<&Mapping> {
                (**self).mapping()
            }
        }
    )*};
}

behind!(&Z, std::rc::Rc<Z>);

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

/// A zone with a fixed offset.
#[derive(Clone, Debug)]
pub struct Fixed {
    /// Seconds east of UTC.
    pub seconds: i32,
    /// Its name.
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

/// The choices of the user.
#[derive(Clone, Copy)]
pub struct Options<'z> {
    /// The zone for times without one.
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

/// An importer's claim to a file, based on its beginning.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Claim {
    /// Certainty, 1 to 100. The highest claim wins; ties go to the first in the registry.
    pub score: u8,
    /// The kind of file, one of [`Importer::parts`].
    pub part: &'static str,
    /// The reason, for people.
    pub reason: &'static str,
}

/// Returns a claim of an importer with several kinds of files.
pub(crate) fn claim(score: u8, part: &'static str, reason: &'static str) -> Option<Claim> {
    Some(Claim { score, part, reason })
}

/// One foreign format, or the family of formats that one system writes.
#[derive(Debug)]
pub struct Importer {
    /// Its id in options and verdicts: lower case, stable.
    pub id: &'static str,
    /// Its title.
    pub title: &'static str,
    /// The kinds of files that it reads.
    pub parts: &'static [&'static str],
    /// How to get such a file, in one line.
    pub how: &'static str,
    /// What the format does not record, in one line; empty if it records everything.
    pub lossy: &'static str,
    /// Returns a claim if a file has this format, judged by its beginning and never by its name alone.
    pub sniff: fn(&Head<'_>) -> Option<Claim>,
    /// Reads all files that this importer claimed, because a run may consist of several, and emits their events: first
    /// [`makespan_format::Event::Run`], then the contents.
    pub read: fn(&[ClaimedFile<'_>], &Options<'_>, &mut dyn EventSink) -> Result<(), ReadError>,
    /// Starts reading a file of this kind while it arrives, given its beginning; `None` if nothing can be read before
    /// the file is complete. For formats whose files belong together, it is called only for a single file.
    pub stream: Stream,
}

/// See [`Importer::stream`].
pub type Stream = for<'z> fn(&Head<'_>, &'static str, &Rc<dyn Zone + 'z>) -> Option<Box<dyn FileReader + 'z>>;

/// Reads one file while it arrives.
pub trait FileReader {
    /// Adds the next bytes of the file, and emits the events that are complete.
    fn push(&mut self, bytes: &[u8], sink: &mut dyn EventSink);

    /// Emits the rest, because the file is complete.
    ///
    /// # Errors
    /// [`ReadError`] if nothing could be read.
    fn finish(self: Box<Self>, sink: &mut dyn EventSink) -> Result<(), ReadError>;
}

/// Always `None`, for formats that can only be read when a file is complete; see [`Importer::stream`].
pub fn whole<'z>(
    _head: &Head<'_>,
    _part: &'static str,
    _zone: &Rc<dyn Zone + 'z>,
) -> Option<Box<dyn FileReader + 'z>> {
    None
}

/// Reads complete files one by one with the reader for arriving files.
pub(crate) fn read_each(
    importer: &Importer,
    parts: &[ClaimedFile<'_>],
    options: &Options<'_>,
    sink: &mut dyn EventSink,
) -> Result<(), ReadError> {
    let zone: Rc<dyn Zone + '_> = Rc::new(options.zone);
    for part in parts {
        let head = Head::new(&part.source.name, &part.source.bytes);
        if let Some(mut reader) = (importer.stream)(&head, part.part, &zone) {
            reader.push(&part.source.bytes, sink);
            reader.finish(sink)?;
        }
    }
    Ok(())
}

/// A file for its importer.
#[derive(Clone, Copy, Debug)]
pub struct ClaimedFile<'a> {
    /// The file.
    pub source: &'a Source,
    /// The kind of file. In addition to the importer's own kinds there is `wal`: the write-ahead log of the SQLite
    /// database with the same name without `-wal`.
    pub part: &'static str,
}
