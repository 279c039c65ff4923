//! Runs that are only sent: their files are in the outbox, and are removed once the server has them.

use std::collections::HashMap;
use std::fs;
use std::io;
use std::sync::Arc;

use makespan_ship::{Open, Shipping, outbox};

use super::shipped::may_write_note;
use super::{Batch, FileSink, Paths, Sink};

/// Size from which on a run continues in another file, so that what the server has can be removed.
const LARGEST_FILE: u64 = 64 << 20;

/// Writes the outbox. All its files together have a maximum size; if it is reached, writes fail until some are removed.
pub(super) struct Spool {
    shipping: Arc<Shipping>,
    runs: HashMap<String, Spooled>,
    paths: Paths,
    largest: u64,
}

/// A run in the outbox.
struct Spooled {
    file: FileSink,
    /// The size that the current file may reach.
    room: u64,
    written: u64,
    files: u32,
    /// The first file, which programs that the run starts append to, and the current one.
    _first: Arc<Open>,
    _current: Arc<Open>,
}

impl Spool {
    pub(super) fn new(shipping: Arc<Shipping>) -> Spool {
        Spool { shipping, runs: HashMap::new(), paths: Paths::default(), largest: LARGEST_FILE }
    }

    /// Returns the first files of runs.
    pub(super) fn paths(&self) -> Paths {
        self.paths.clone()
    }

    /// Opens a file for a batch, and has it sent.
    fn open(&self, batch: &Batch<'_>, number: u32) -> io::Result<(FileSink, u64, Arc<Open>)> {
        may_write_note()?;
        let room = outbox::room(self.shipping.folder()).min(self.largest);
        if room < batch.text.len() as u64 {
            let folder = self.shipping.folder().display();
            return Err(io::Error::new(io::ErrorKind::StorageFull, format!("the outbox {folder} is full")));
        }
        let producer = format!("rust-{}-{number:06}", batch.producer);
        let path = self.shipping.folder().join(format!("{producer}.jsonl"));
        let file = FileSink::file(&path)?;
        match self.shipping.add(&producer, &path, batch.run, 0) {
            Ok(open) => {
                self.paths.add(batch.run, &path);
                Ok((file, room, Arc::new(open)))
            }
            Err(error) => {
                // Without a note, nobody else would remove it.
                let _ = fs::remove_file(&path);
                Err(error)
            }
        }
    }
}

impl Sink for Spool {
    fn write(&mut self, batch: &Batch<'_>) -> io::Result<()> {
        let size = batch.text.len() as u64;
        match self.runs.get(batch.run).map(|run| (run.written.saturating_add(size) > run.room, run.files)) {
            None => {
                let (file, room, open) = self.open(batch, 1)?;
                let (_first, _current) = (Arc::clone(&open), open);
                let run = Spooled { file, room, written: 0, files: 1, _first, _current };
                self.runs.insert(batch.run.to_owned(), run);
            }
            Some((true, files)) => {
                let (file, room, current) = self.open(batch, files + 1)?;
                if let Some(run) = self.runs.get_mut(batch.run) {
                    (run.file, run.room, run.written, run.files) = (file, room, 0, files + 1);
                    run._current = current;
                }
            }
            Some((false, _)) => {}
        }
        let Some(run) = self.runs.get_mut(batch.run) else { return Err(io::ErrorKind::NotFound.into()) };
        run.file.write(batch)?;
        run.written = run.written.saturating_add(size);
        Ok(())
    }

    fn sync(&mut self, run: &str) -> io::Result<()> {
        self.runs.get_mut(run).map_or(Ok(()), |spooled| spooled.file.sync(run))
    }

    fn close(&mut self, run: &str) {
        self.paths.remove(run);
        self.runs.remove(run);
    }
}
