//! A store on a server that is not up yet: databases are often started together with what uses them, and take longer.
//! The server listens at once and answers 503 until the store can be opened.

use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use makespan_store::{
    Appended, Batch, Changes, Counts, DamagedRun, Durations, EachRecord, Error, EventRange, Gaps, Grouping,
    History, HistoryQuery, Info, Maintained, Mark, MetricState, Page, RunFilter, RunQuery, RunState, Store,
};

/// Time between two tries: at first, and at most.
const FIRST_PAUSE: Duration = Duration::from_millis(250);
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

/// A store that may not be open yet.
#[derive(Default)]
pub(super) struct LateStore {
    opened: OnceLock<Box<dyn Store>>,
    /// Why it could not be opened the last time.
    why: Mutex<Option<Error>>,
}

impl LateStore {
    /// Returns a store that `open` is tried for until it succeeds. `report` receives each new reason why it does not, and
    /// `None` when it has.
    ///
    /// # Errors
    ///
    /// The error of the system if no thread can be started.
    pub(super) fn start(
        first: Error,
        open: impl Fn() -> Result<Box<dyn Store>, Error> + Send + 'static,
        report: impl Fn(Option<&Error>) + Send + 'static,
    ) -> std::io::Result<Arc<LateStore>> {
        let store = Arc::new(LateStore::default());
        store.fails(first, &report);
        let late = Arc::clone(&store);
        std::thread::Builder::new().name("store".to_owned()).spawn(move || {
            let mut pause = FIRST_PAUSE;
            loop {
                std::thread::sleep(pause);
                match open() {
                    Ok(opened) => {
                        // Nobody else sets it.
                        let _ = late.opened.set(opened);
                        return report(None);
                    }
                    Err(error) => late.fails(error, &report),
                }
                pause = (pause * 2).min(LONGEST_PAUSE);
            }
        })?;
        Ok(store)
    }

    fn fails(&self, error: Error, report: &impl Fn(Option<&Error>)) {
        let mut why = self.why.lock().unwrap_or_else(PoisonError::into_inner);
        if why.as_ref().map(ToString::to_string) != Some(error.to_string()) {
            report(Some(&error));
        }
        *why = Some(error);
    }

    fn store(&self) -> Result<&dyn Store, Error> {
        self.opened.get().map(|store| &**store).ok_or_else(|| {
            let why = self.why.lock().unwrap_or_else(PoisonError::into_inner).clone();
            why.unwrap_or_else(|| Error::Backend { reason: "the store is not open yet".to_owned() })
        })
    }
}

impl Store for LateStore {
    fn info(&self) -> Result<Info, Error> {
        self.store()?.info()
    }

    fn append(&self, batch: &Batch<'_>) -> Result<Appended, Error> {
        self.store()?.append(batch)
    }

    fn append_all(&self, batches: &[Batch<'_>]) -> Result<Vec<Result<Appended, Error>>, Error> {
        self.store()?.append_all(batches)
    }

    fn run(&self, id: &str) -> Result<Option<RunState>, Error> {
        self.store()?.run(id)
    }

    fn runs(&self, query: &RunQuery) -> Result<Page, Error> {
        self.store()?.runs(query)
    }

    fn read(&self, run: &str, part: EventRange, each: &mut EachRecord<'_>) -> Result<Gaps, Error> {
        self.store()?.read(run, part, each)
    }

    fn check(&self, run: &str) -> Result<Gaps, Error> {
        self.store()?.check(run)
    }

    fn damaged(&self) -> Result<Vec<DamagedRun>, Error> {
        self.store()?.damaged()
    }

    fn history(&self, query: &HistoryQuery) -> Result<History, Error> {
        self.store()?.history(query)
    }

    fn counts(&self, filter: &RunFilter, grouping: Grouping) -> Result<Vec<Counts>, Error> {
        self.store()?.counts(filter, grouping)
    }

    fn durations(&self, filter: &RunFilter) -> Result<Option<Durations>, Error> {
        self.store()?.durations(filter)
    }

    fn metrics(&self, run: &str) -> Result<Vec<MetricState>, Error> {
        self.store()?.metrics(run)
    }

    fn mark(&self, run: &str, mark: &Mark) -> Result<(), Error> {
        self.store()?.mark(run, mark)
    }

    fn delete(&self, run: &str) -> Result<(), Error> {
        self.store()?.delete(run)
    }

    fn maintain(&self) -> Result<Maintained, Error> {
        self.store()?.maintain()
    }

    fn changes(&self) -> Result<Option<Box<dyn Changes>>, Error> {
        self.store()?.changes()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::sync::atomic::{AtomicU32, Ordering};
    use std::sync::mpsc;

    use makespan_store::Numbered;

    use super::*;

    fn unavailable(reason: &str) -> Error {
        Error::Unavailable { location: "postgres://host/runs".to_owned(), reason: reason.to_owned() }
    }

    #[test]
    fn a_store_that_starts_late_is_opened_and_each_reason_is_reported_once() {
        let folder = std::env::temp_dir().join(format!("makespan-late-{}", std::process::id()));
        let _ = std::fs::remove_dir_all(&folder);
        let (url, tries) = (format!("file:{}", folder.display()), AtomicU32::new(0));
        let open = move || match tries.fetch_add(1, Ordering::Relaxed) {
            0 => Err(unavailable("refused")),
            1 => Err(unavailable("the database system is starting up")),
            _ => makespan_store::open(&url),
        };
        let (said, heard) = mpsc::channel();
        let report = move |error: Option<&Error>| said.send(error.map(ToString::to_string)).unwrap();
        let store = LateStore::start(unavailable("refused"), open, report).unwrap();
        assert!(matches!(store.run("a"), Err(Error::Unavailable { .. })));
        let wait = Duration::from_secs(60);
        let said: Vec<Option<String>> = (0..3).map(|_| heard.recv_timeout(wait).unwrap()).collect();
        assert!(said[0].as_ref().unwrap().ends_with("refused"), "{said:?}");
        assert!(said[1].as_ref().unwrap().ends_with("starting up") && said[2].is_none(), "{said:?}");
        let lines = [Numbered { seq: 1, line: r#"{"event":"run","run":"a"}"# }];
        assert_eq!(store.append(&Batch { run: "a", producer: "p", lines: &lines }).unwrap().stored, 1);
        assert!(store.run("a").unwrap().is_some() && store.info().unwrap().runs == 1);
        std::fs::remove_dir_all(folder).unwrap();
    }
}
