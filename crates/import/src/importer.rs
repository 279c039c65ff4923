//! What an importer is: the one contract behind which every foreign format stands.

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

    /// Seconds east of UTC for a civil time, given as the seconds since 1970 that it would be if it were UTC. Where a
    /// clock shows a time twice, or skips it, the offset before the change.
    fn offset(&self, civil_seconds: i64) -> i32;

    /// The unit of numbers since 1970, where whoever opens the files names it; `None` to judge by their size, or to
    /// take what the format says.
    fn unit(&self) -> Option<Unit> {
        None
    }

    /// What the columns of tables mean, where whoever opens the files says it. Files that no importer is sure of are read
    /// by it.
    fn mapping(&self) -> Option<&Mapping> {
        None
    }
}

/// A zone, and the unit of numbers since 1970.
#[derive(Clone, Copy, Debug)]
pub struct InUnit<Z> {
    /// The zone of times that name none.
    pub zone: Z,
    /// The unit of numbers.
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

/// A zone, and what the columns of tables mean.
#[derive(Clone, Debug)]
pub struct Mapped<Z> {
    /// The zone of times that name none.
    pub zone: Z,
    /// The meaning of columns.
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

/// A zone behind a pointer is that zone.
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

/// A claim, as importers that know many kinds of files make them.
pub(crate) fn claim(score: u8, part: &'static str, reason: &'static str) -> Option<Claim> {
    Some(Claim { score, part, reason })
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
    /// What this format does not record, in one line; empty if it records everything.
    pub lossy: &'static str,
    /// Whether a file is of this format, judged by its beginning and never by its name alone.
    pub sniff: fn(&Head<'_>) -> Option<Claim>,
    /// Reads all the files that this importer claimed, since the files of a run may be many, and emits their
    /// events: first [`makespan_format::Event::Run`], then what belongs to it.
    pub read: fn(&[ClaimedFile<'_>], &Options<'_>, &mut dyn EventSink) -> Result<(), ReadError>,
    /// Begins to read a file of that part while it arrives, given its beginning; `None` where nothing can be told
    /// before all of it is there. Where files of this format belong together, it is asked for a single file only.
    pub stream: Stream,
}

/// See [`Importer::stream`].
pub type Stream = for<'z> fn(&Head<'_>, &'static str, &Rc<dyn Zone + 'z>) -> Option<Box<dyn FileReader + 'z>>;

/// Reads one file while it arrives.
pub trait FileReader {
    /// Takes the next bytes of the file and emits the events of what is complete.
    fn push(&mut self, bytes: &[u8], sink: &mut dyn EventSink);

    /// Emits the rest: the file is complete.
    ///
    /// # Errors
    /// Where nothing at all could be read.
    fn finish(self: Box<Self>, sink: &mut dyn EventSink) -> Result<(), ReadError>;
}

/// For formats of which nothing can be told before a file is complete; see [`Importer::stream`].
pub fn whole<'z>(
    _head: &Head<'_>,
    _part: &'static str,
    _zone: &Rc<dyn Zone + 'z>,
) -> Option<Box<dyn FileReader + 'z>> {
    None
}

/// Reads whole files, each by itself, with what reads them while they arrive.
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

/// A file as its importer gets it.
#[derive(Clone, Copy, Debug)]
pub struct ClaimedFile<'a> {
    /// The file.
    pub source: &'a Source,
    /// Which kind of the importer's files it is. Besides the importer's own kinds there is `wal`: the write-ahead
    /// log of the SQLite database whose name it carries, less `-wal`.
    pub part: &'static str,
}
