//! Runs that are only sent: their files are in the outbox, and are removed once the server has them.

use std::collections::HashMap;
use std::fs;
use std::io;
use std::sync::Arc;

use makespan_ship::{Open, Shipping, outbox};

use super::shipped::{complain, may_write_note};
use super::{Batch, FileSink, Paths, Sink};

/// Size from which on a run continues in another file, so that what the server has can be removed.
const LARGEST_FILE: u64 = 64 << 20;

/// Writes the outbox. All its files together have a maximum size; if it is reached, writes fail until some are removed.
pub(super) struct Spool {
    shipping: Arc<Shipping>,
    runs: HashMap<String, Spooled>,
    paths: Paths,
    largest: u64,
    has_complained: bool,
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
        let (runs, paths) = (HashMap::new(), Paths::default());
        Spool { shipping, runs, paths, largest: LARGEST_FILE, has_complained: false }
    }

    /// Returns the first files of runs.
    pub(super) fn paths(&self) -> Paths {
        self.paths.clone()
    }

    /// Opens a file for a batch, and has it sent.
    fn open(&mut self, batch: &Batch<'_>, number: u32) -> io::Result<(FileSink, u64, Arc<Open>)> {
        may_write_note()?;
        let room = outbox::room(self.shipping.folder()).min(self.largest);
        if room < batch.text.len() as u64 {
            let folder = self.shipping.folder().display();
            let full = format!("the outbox {folder} is full");
            if !std::mem::replace(&mut self.has_complained, true) {
                complain(&format!("{full}; events are dropped if the server does not take some of it soon"));
            }
            return Err(io::Error::new(io::ErrorKind::StorageFull, full));
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

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use makespan_ship::Server;

    use super::*;

    fn spool(name: &str, largest: u64) -> (Spool, PathBuf) {
        let folder = std::env::temp_dir().join(format!("makespan-spool-{name}-{}", std::process::id()));
        let _ = fs::remove_dir_all(&folder);
        let server = Server::new("http://127.0.0.1:1", None);
        let (shipping, _) = Shipping::in_folder(server, folder.clone(), |_| {}).unwrap();
        (Spool { largest, ..Spool::new(Arc::new(shipping)) }, folder)
    }

    fn batch(first: u64, text: &str) -> Batch<'_> {
        Batch { run: "r", producer: "p", first, count: 1, text }
    }

    #[test]
    fn a_long_run_continues_in_another_file_that_names_it_again() {
        let (mut spool, folder) = spool("long", 60);
        let line = "{\"event\":\"log\",\"text\":\"0123456789\"}\n";
        (1..=3).for_each(|first| spool.write(&batch(first, line)).unwrap());
        let files = outbox::notes(&folder, "jsonl");
        assert_eq!((files.len(), outbox::notes(&folder, "ship").len()), (3, 3));
        let texts: Vec<String> = files.iter().map(|file| fs::read_to_string(file).unwrap()).collect();
        assert_eq!(texts[0], line);
        let named = format!("{{\"event\":\"run\",\"makespan\":1,\"run\":\"r\"}}\n{line}");
        assert_eq!(texts[1..], [named.clone(), named]);
        // Programs that the run starts append to its first file.
        assert_eq!(spool.paths().of("r").as_ref(), files.first());
        fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn a_full_outbox_takes_nothing_until_there_is_room() {
        let (mut spool, folder) = spool("full", LARGEST_FILE);
        let old = folder.join("old.jsonl");
        fs::File::create(&old).unwrap().set_len(1 << 30).unwrap();
        let error = spool.write(&batch(1, "{}\n")).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::StorageFull);
        assert_eq!(fs::read_dir(&folder).unwrap().count(), 1);
        fs::remove_file(old).unwrap();
        spool.write(&batch(1, "{}\n")).unwrap();
        assert_eq!(outbox::notes(&folder, "jsonl").len(), 1);
        fs::remove_dir_all(folder).unwrap();
    }
}
