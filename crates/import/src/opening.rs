//! Files that arrive in chunks.

use std::fmt;
use std::rc::Rc;

use makespan_format::EventSink;

use crate::importer::{Options, Source, Utc, Zone};
use crate::open::{Outcome, open};

/// What whoever opens files in chunks decides; the owned counterpart of [`Options`].
#[derive(Clone)]
pub struct Settings<'z> {
    /// The zone of times that name none.
    pub zone: Rc<dyn Zone + 'z>,
    /// How many files will come, where that is known. A single file is read as it arrives also where its format may
    /// spread a run over several.
    pub files: Option<usize>,
}

impl Default for Settings<'_> {
    fn default() -> Self {
        Settings { zone: Rc::new(Utc), files: None }
    }
}

impl fmt::Debug for Settings<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Settings").field("zone", &self.zone.name()).field("files", &self.files).finish()
    }
}

/// How far the opening of files has come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// How many bytes of files have come.
    pub bytes_read: u64,
    /// How many bytes the files begun so far have, where all of them said so.
    pub bytes_total: Option<u64>,
    /// How many tasks were met so far, in what has been read of the files; a task told in parts counts once a part.
    pub tasks: u64,
}

/// Files arriving in chunks, read as they come: [`open()`](crate::open()) for who has no whole files.
///
/// ```
/// use makespan_import::{Opening, Settings};
/// let mut runs = makespan_model::RunsBuilder::new();
/// let mut opening = Opening::new(Settings { files: Some(1), ..Settings::default() });
/// opening.begin("run.json", Some(42));
/// opening.push(br#"{"tasks":[{"id":"a","sta"#, &mut runs);
/// opening.push(br#"rt":0,"end":9}]}"#, &mut runs);
/// opening.end(&mut runs);
/// assert_eq!(opening.finish(&mut runs).runs, 1);
/// ```
#[derive(Debug)]
pub struct Opening<'z> {
    settings: Settings<'z>,
    files: Vec<Source>,
    /// The file that is arriving.
    arriving: Option<(String, Vec<u8>)>,
    progress: Progress,
    unsized_file: bool,
}

impl<'z> Opening<'z> {
    /// No files yet.
    pub fn new(settings: Settings<'z>) -> Opening<'z> {
        let progress = Progress { bytes_total: Some(0), ..Progress::default() };
        Opening { settings, files: Vec::new(), arriving: None, progress, unsized_file: false }
    }

    /// Begins a file: its relative path, and its length in bytes where that is known. A file that was not ended ends
    /// here as if it were cut off.
    pub fn begin(&mut self, name: &str, size: Option<u64>) {
        self.keep();
        self.unsized_file |= size.is_none();
        let total = self.progress.bytes_total.unwrap_or(0).saturating_add(size.unwrap_or(0));
        self.progress.bytes_total = (!self.unsized_file).then_some(total);
        self.arriving = Some((name.to_owned(), Vec::new()));
    }

    /// Takes the next bytes of the file begun last, any number of them, cut anywhere, and reads what is complete.
    /// Without a file that was begun they are nobody's and are left out.
    pub fn push(&mut self, bytes: &[u8], _sink: &mut dyn EventSink) {
        if let Some((_, content)) = &mut self.arriving {
            content.extend_from_slice(bytes);
            self.progress.bytes_read += bytes.len() as u64;
        }
    }

    /// Says that the file begun last is complete.
    pub fn end(&mut self, _sink: &mut dyn EventSink) {
        self.keep();
    }

    /// Says that all files are complete, and reads what had to wait for that. The outcome is the one of
    /// [`open()`](crate::open()).
    pub fn finish(mut self, sink: &mut dyn EventSink) -> Outcome {
        self.keep();
        open(self.files, &Options { zone: &*self.settings.zone }, sink)
    }

    /// How far it has come.
    pub fn progress(&self) -> Progress {
        self.progress
    }

    /// How many bytes of memory the runs will take at their peak once all is read, going by what was read so far and
    /// by what is kept waiting; `None` while too little has come, or where a file did not tell its size.
    pub fn expected_memory(&self) -> Option<u64> {
        let total = self.progress.bytes_total?;
        (self.progress.bytes_read >= ENOUGH).then(|| total.saturating_mul(3))
    }

    fn keep(&mut self) {
        self.files.extend(self.arriving.take().map(|(name, bytes)| Source::new(name, bytes)));
    }
}

/// So many bytes must have come before the memory is estimated.
const ENOUGH: u64 = 1 << 20;
