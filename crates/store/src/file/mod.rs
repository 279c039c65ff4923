//! Runs as files, `file:runs`: a folder per day that contains a folder per run, whose records are appended to segments
//! ([`record`], [`segment`], [`folders`]).
//!
//! Only the segments are authoritative. Lists, summaries and stored numbers are derived from them, and saved only so
//! that the segments need not be read again. Acknowledged events are on disk (`fdatasync`, and `fsync` of the folder
//! for a new name). One process writes at a time, and locks the file `lock`. Any number of processes may read; each
//! looks at the folders before it answers. Lists are held in memory, which suits up to about ten thousand runs.

mod folders;
mod index;
mod read;
mod record;
mod segment;
mod state;
mod writer;

use std::ops::ControlFlow;
use std::sync::{Arc, Mutex, PoisonError, RwLock, RwLockReadGuard};

use makespan_format::{Diagnostic, Severity};

use crate::commit::Writer;
use crate::digest::MetricState;
use crate::{
    Appended, Batch, Counts, Cursor, DamagedRun, Durations, EachRecord, Error, EventRange, Gaps, Grouping,
    History, HistoryQuery, Info, Location, Maintained, Mark, Page, RunFilter, RunQuery, RunState, Store,
    TaskRun, key,
};
use folders::Folders;
use index::Index;
use read::Reading;
use state::State;
use writer::Files;

/// A store in a folder.
struct FileStore {
    location: Location,
    folders: Folders,
    index: Arc<RwLock<Index>>,
    writer: Mutex<Option<Arc<Writer>>>,
}

/// Opens the store in a folder. Creates it if it does not exist.
pub(crate) fn open(location: &Location) -> Result<Box<dyn Store>, Error> {
    let folders = Folders::at(location)?;
    let index = Arc::new(RwLock::new(Index::default()));
    Ok(Box::new(FileStore { location: location.clone(), folders, index, writer: Mutex::new(None) }))
}

impl FileStore {
    /// Returns the writer, which is started by the first write, so a process that only reads takes no lock.
    fn writer(&self) -> Result<Arc<Writer>, Error> {
        let mut writer = self.writer.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(writer) = &*writer {
            return Ok(writer.clone());
        }
        let lock = crate::private::options().create(true).truncate(false).open(self.folders.lock())?;
        if !crate::lock::claim(&lock)? {
            return Err(Error::Busy { location: self.location.to_string() });
        }
        self.folders.finish_removing()?;
        let files = Files::new(self.folders.clone(), self.index.clone(), lock);
        let started = Arc::new(Writer::start(files)?);
        *writer = Some(started.clone());
        Ok(started)
    }

    /// Returns the current list of runs. A writing process knows it; others have to look at the folders.
    fn index(&self) -> Result<RwLockReadGuard<'_, Index>, Error> {
        let writes = self.writes();
        let mut index = self.index.write().unwrap_or_else(PoisonError::into_inner);
        if !writes || !index.is_complete() {
            index.refresh(&self.folders)?;
        }
        drop(index);
        Ok(self.index.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Returns the list with the current state of one run, looking only at the folder of that run.
    fn index_for(&self, run: &str) -> Result<RwLockReadGuard<'_, Index>, Error> {
        let writes = self.writes();
        let mut index = self.index.write().unwrap_or_else(PoisonError::into_inner);
        if !writes || index.get(run).is_none() && !index.is_complete() {
            index.refresh_run(&self.folders, run)?;
        }
        drop(index);
        Ok(self.index.read().unwrap_or_else(PoisonError::into_inner))
    }

    fn writes(&self) -> bool {
        self.writer.lock().unwrap_or_else(PoisonError::into_inner).is_some()
    }

    /// Opens the files of a run. If another process compressed them after they were listed, they are listed again.
    fn reading(&self, run: &str) -> Result<Reading, Error> {
        let mut in_vain = None;
        loop {
            let index = self.index_for(run)?;
            let listed = index.get(run).ok_or_else(|| Error::NoRun { run: run.to_owned() })?;
            match Reading::of(&self.folders.root, listed) {
                Err(error) if in_vain.as_ref() == Some(&listed.seen) => return Err(error),
                Err(_) => in_vain = Some(listed.seen.clone()),
                Ok(reading) => return Ok(reading),
            }
        }
    }

    fn state(&self, index: &Index, run: &str) -> Result<State, Error> {
        let listed = index.get(run).ok_or_else(|| Error::NoRun { run: run.to_owned() })?;
        State::load(&self.folders.root.join(&listed.folder))
    }
}

impl Store for FileStore {
    fn info(&self) -> Result<Info, Error> {
        let index = self.index()?;
        let mut findings = Vec::new();
        let damaged = index.damaged();
        if let Some(damage) = damaged.first().and_then(|listed| listed.entry.damage.first()) {
            let count = damaged.iter().map(|listed| listed.entry.damage.len() as u64).sum();
            let text = format!(
                "segments are damaged; the records there are lost and all others are read (first: {}, segment {})",
                damaged[0].folder.display(),
                damage.segment
            );
            let found = Diagnostic::new(Severity::Error, "damaged-segment", text);
            findings.push(found.times(count).at(damage.from));
        }
        let (pieces, bytes) = self.folders.quarantined()?;
        if pieces > 0 {
            let text = format!(
                "{bytes} bytes of incomplete records were moved to the folder quarantine; their writers had not received an answer, or received an error"
            );
            findings.push(Diagnostic::new(Severity::Warning, "put-aside", text).times(pieces));
        }
        Ok(Info {
            backend: "file",
            location: self.location.to_string(),
            schema: folders::SCHEMA,
            runs: index.runs().count() as u64,
            events: index.runs().map(|run| run.events).sum(),
            findings,
        })
    }

    fn append(&self, batch: &Batch<'_>) -> Result<Appended, Error> {
        self.writer()?.append(batch)
    }

    fn append_all(&self, batches: &[Batch<'_>]) -> Result<Vec<Result<Appended, Error>>, Error> {
        self.writer()?.append_all(batches)
    }

    fn run(&self, id: &str) -> Result<Option<RunState>, Error> {
        Ok(self.index_for(id)?.get(id).map(|listed| listed.entry.run.clone()))
    }

    fn runs(&self, query: &RunQuery) -> Result<Page, Error> {
        Ok(Page::of(query, self.index()?.runs()))
    }

    fn read(&self, run: &str, part: EventRange, each: &mut EachRecord<'_>) -> Result<Gaps, Error> {
        // The list is unlocked once the files are open, because `each` may write to this store.
        self.reading(run)?.read(part, each)
    }

    fn check(&self, run: &str) -> Result<Gaps, Error> {
        self.reading(run)?.read(EventRange::After(0), &mut |_| ControlFlow::Continue(()))
    }

    fn damaged(&self) -> Result<Vec<DamagedRun>, Error> {
        let index = self.index()?;
        let found = index.damaged().into_iter().map(|listed| DamagedRun {
            run: Some(listed.entry.run.id.clone()).filter(|id| !id.is_empty()),
            place: listed.folder.display().to_string(),
            gaps: listed.entry.damage.iter().copied().collect(),
        });
        Ok(found.collect())
    }

    fn history(&self, query: &HistoryQuery) -> Result<History, Error> {
        let index = self.index()?;
        let all = RunQuery { limit: u32::MAX, ..query.runs.clone() };
        let (task, size) = (key(&query.task), query.runs.page_size());
        let (mut tasks, mut last, mut page) = (Vec::new(), None, Page::of(&all, index.runs()));
        loop {
            for run in &page.runs {
                let state = self.state(&index, &run.id)?;
                let Some(task) = state.digest.tasks.get(&task) else { continue };
                if tasks.len() == size {
                    return Ok(History { tasks, next: last });
                }
                let (at, run_status) = (run.at(), run.status());
                tasks.push(TaskRun { run: run.id.clone(), at, run_status, task: task.clone() });
                last = Some(Cursor::after(run));
            }
            let Some(next) = page.next else { return Ok(History { tasks, next: None }) };
            page = Page::of(&RunQuery { after: Some(next), ..all.clone() }, index.runs());
        }
    }

    fn counts(&self, filter: &RunFilter, grouping: Grouping) -> Result<Vec<Counts>, Error> {
        Ok(Counts::of(grouping, self.index()?.runs().filter(|run| filter.matches(run))))
    }

    fn durations(&self, filter: &RunFilter) -> Result<Option<Durations>, Error> {
        Ok(Durations::of(self.index()?.runs().filter(|run| filter.matches(run))))
    }

    fn metrics(&self, run: &str) -> Result<Vec<MetricState>, Error> {
        let state = self.state(&*self.index_for(run)?, run)?;
        let mut metrics: Vec<MetricState> = state.digest.metrics.into_values().collect();
        metrics.sort_by(|a, b| (&a.name, &a.unit).cmp(&(&b.name, &b.unit)));
        Ok(metrics)
    }

    fn mark(&self, run: &str, mark: &Mark) -> Result<(), Error> {
        self.writer()?.mark(run, mark)
    }

    fn delete(&self, run: &str) -> Result<(), Error> {
        self.writer()?.delete(run)
    }

    fn maintain(&self) -> Result<Maintained, Error> {
        let writer = self.writer()?;
        let mut done = Maintained::default();
        let mut todo = Vec::new();
        for listed in self.index()?.all() {
            let run = &listed.entry.run;
            let plain = listed.entry.segments.iter().any(|(segment, _)| !segment.compressed);
            let compress = plain && !run.is_active();
            if compress || run.unsettled {
                todo.push((run.id.clone(), run.unsettled, compress));
            }
        }
        todo.sort_unstable();
        for (run, unsettled, compress) in todo {
            writer.settle(&run)?;
            done.settled += u64::from(unsettled);
            done.compressed += u64::from(compress);
        }
        Ok(done)
    }
}
