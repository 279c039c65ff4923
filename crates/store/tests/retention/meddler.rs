//! A store that does something of its own while it is used, or stops.

use std::sync::atomic::{AtomicI64, Ordering};

use makespan_store::*;

/// Stands before a store.
pub(crate) struct Meddler<'s> {
    pub(crate) store: &'s dyn Store,
    /// As many changes go through; all after them fail.
    pub(crate) changes: AtomicI64,
    /// Called before each change but appending, with the id of the run.
    pub(crate) before: &'s (dyn Fn(&dyn Store, &str) + Sync),
}

impl<'s> Meddler<'s> {
    /// Stops after so many changes.
    pub(crate) fn stopping(store: &'s dyn Store, changes: i64) -> Meddler<'s> {
        Meddler { store, changes: AtomicI64::new(changes), before: &|_, _| () }
    }

    /// Does that before each mark and each removal.
    pub(crate) fn before(store: &'s dyn Store, before: &'s (dyn Fn(&dyn Store, &str) + Sync)) -> Meddler<'s> {
        Meddler { store, changes: AtomicI64::new(i64::MAX), before }
    }

    fn change(&self) -> Result<(), Error> {
        let stopped = || Error::Unavailable { location: "here".to_owned(), reason: "stopped".to_owned() };
        let left = self.changes.fetch_sub(1, Ordering::Relaxed);
        if left > 0 { Ok(()) } else { Err(stopped()) }
    }
}

impl Store for Meddler<'_> {
    fn info(&self) -> Result<Info, Error> {
        self.store.info()
    }

    fn append(&self, batch: &Batch<'_>) -> Result<Appended, Error> {
        self.change()?;
        self.store.append(batch)
    }

    fn run(&self, id: &str) -> Result<Option<RunState>, Error> {
        self.store.run(id)
    }

    fn runs(&self, query: &RunQuery) -> Result<Page, Error> {
        self.store.runs(query)
    }

    fn read(&self, run: &str, part: EventRange, each: &mut EachRecord<'_>) -> Result<Gaps, Error> {
        self.store.read(run, part, each)
    }

    fn check(&self, run: &str) -> Result<Gaps, Error> {
        self.store.check(run)
    }

    fn damaged(&self) -> Result<Vec<DamagedRun>, Error> {
        self.store.damaged()
    }

    fn history(&self, query: &HistoryQuery) -> Result<History, Error> {
        self.store.history(query)
    }

    fn counts(&self, filter: &RunFilter, grouping: Grouping) -> Result<Vec<Counts>, Error> {
        self.store.counts(filter, grouping)
    }

    fn durations(&self, filter: &RunFilter) -> Result<Option<Durations>, Error> {
        self.store.durations(filter)
    }

    fn metrics(&self, run: &str) -> Result<Vec<MetricState>, Error> {
        self.store.metrics(run)
    }

    fn mark(&self, run: &str, mark: &Mark) -> Result<(), Error> {
        self.change()?;
        (self.before)(self.store, run);
        self.store.mark(run, mark)
    }

    fn delete(&self, run: &str) -> Result<(), Error> {
        self.change()?;
        (self.before)(self.store, run);
        self.store.delete(run)
    }

    fn maintain(&self) -> Result<Maintained, Error> {
        self.store.maintain()
    }
}
