//! The trait that every store implements.

use std::ops::ControlFlow;
use std::time::Duration;

use makespan_format::{Diagnostic, Event, EventSink, RunInfo, Severity, read_line};

use crate::digest::MetricState;
use crate::{
    Appended, Batch, Counts, DamagedRun, Durations, Error, Gaps, Grouping, History, HistoryQuery,
    LARGEST_PAGE, Mark, Order, Page, Record, RunFilter, RunQuery, RunState, TextKey,
};

/// A selection of a run's events, with their order.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum EventRange {
    /// All events, in the order from which the run is built: the order in which they were stored, except that the
    /// events of one producer are in the order of their numbers. If batches arrived out of order, the run is collected
    /// in memory first.
    #[default]
    All,
    /// All events after the first N stored ones, in the order in which they were stored: for a reader that follows a
    /// run and has seen N events.
    After(u64),
}

/// Information about a store.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Info {
    /// Kind of the store: `file`, `sqlite`, `postgres` …
    pub backend: &'static str,
    /// Its URL, without a password.
    pub location: String,
    /// Version of its layout.
    pub schema: u32,
    /// Number of runs, including those in the trash.
    pub runs: u64,
    /// Number of events.
    pub events: u64,
    /// Problems found in the store, and what was done about them; empty if there are none.
    pub findings: Vec<Diagnostic>,
}

/// Result of [`Store::maintain`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Maintained {
    /// Number of runs whose summary was computed again, because their events had arrived out of order.
    pub settled: u64,
    /// Number of runs that were compressed.
    pub compressed: u64,
}

/// A callback that receives the events of a run one by one, and returns whether to continue.
pub type EachRecord<'e> = dyn FnMut(Record<'_>) -> ControlFlow<()> + 'e;

/// Keeps runs as the events they are made from.
///
/// Calls block until they are done; a server calls them where blocking is allowed. A store may be shared by threads.
/// When [`append`](Store::append) returns, its events are durable: they survive the end of the process and a power
/// failure, as far as the documentation of the back end promises. Each event is stored once, however often it is sent.
/// Everything else that a store returns is derived from its events, except [`Mark`]s.
///
/// A new back end can use [`Batch::check`] for the input, [`Digest`](crate::Digest) and [`RunState::mark`] for the
/// summaries, and [`Page::of`], [`Counts::of`], [`Durations::of`] and [`in_order`](crate::in_order) for the answers;
/// the module `redis` uses nothing else.
pub trait Store: Send + Sync {
    /// Returns information about the store and its condition.
    fn info(&self) -> Result<Info, Error>;

    /// Appends events to a run, and creates the run if it does not exist. On an error, none of the events is
    /// acknowledged.
    fn append(&self, batch: &Batch<'_>) -> Result<Appended, Error>;

    /// Appends several batches, which may belong to different runs, in as few commits as the back end allows. Returns
    /// their outcomes in the same order; each batch is stored or rejected by itself, as by [`append`](Store::append).
    ///
    /// # Errors
    ///
    /// An error if the back end could not begin; nothing is acknowledged in this case.
    fn append_all(&self, batches: &[Batch<'_>]) -> Result<Vec<Result<Appended, Error>>, Error> {
        Ok(batches.iter().map(|batch| self.append(batch)).collect())
    }

    /// Returns the summary of a run, also if it is in the trash; `None` if it does not exist.
    fn run(&self, id: &str) -> Result<Option<RunState>, Error>;

    /// Returns a page of runs.
    fn runs(&self, query: &RunQuery) -> Result<Page, Error>;

    /// Passes the events of a run to `each` until it stops: all events that were acknowledged before the call, except
    /// damaged ones. Returns the damaged parts; if `each` stops early, parts after that point may be missing from the
    /// result.
    fn read(&self, run: &str, part: EventRange, each: &mut EachRecord<'_>) -> Result<Gaps, Error>;

    /// Reads all events of a run and returns its damaged parts. Stores whose [`read`](Store::read) fails on any damage
    /// do not need to override this.
    fn check(&self, run: &str) -> Result<Gaps, Error> {
        let _ = run;
        Ok(Gaps::default())
    }

    /// Returns the damaged runs, as far as they can be found without reading runs again whose files have not changed
    /// since they were last read.
    fn damaged(&self) -> Result<Vec<DamagedRun>, Error> {
        Ok(Vec::new())
    }

    /// Returns one task in many runs.
    fn history(&self, query: &HistoryQuery) -> Result<History, Error>;

    /// Counts runs by status, sorted by group; no group is empty.
    fn counts(&self, filter: &RunFilter, grouping: Grouping) -> Result<Vec<Counts>, Error>;

    /// Returns the distribution of makespans; `None` if no finished run has known times.
    fn durations(&self, filter: &RunFilter) -> Result<Option<Durations>, Error>;

    /// Returns the metrics of a run, by name and unit.
    fn metrics(&self, run: &str) -> Result<Vec<MetricState>, Error>;

    /// Marks a run.
    fn mark(&self, run: &str, mark: &Mark) -> Result<(), Error>;

    /// Deletes a run permanently, with everything that belongs to it. Does nothing if the run does not exist.
    fn delete(&self, run: &str) -> Result<(), Error>;

    /// Does deferred work: computes the summaries of runs again whose events arrived out of order, and compresses
    /// finished runs.
    fn maintain(&self) -> Result<Maintained, Error>;

    /// Opens a connection that reports changes of runs by any process at once. `None` if the back end cannot report them; then,
    /// and after an error, poll the runs.
    ///
    /// # Errors
    ///
    /// The back end cannot be reached, or allows no such connection.
    fn changes(&self) -> Result<Option<Box<dyn Changes>>, Error> {
        Ok(None)
    }

    /// Sends the events of a run to a sink, which receives the run first. Lines that this release does not know are
    /// skipped and reported, and so is damage.
    fn events(&self, run: &str, sink: &mut dyn EventSink) -> Result<Gaps, Error> {
        let (mut lines, mut unread, mut first) = (0u64, 0u64, 0u64);
        sink.event(Event::Run(RunInfo { id: run.into(), ..RunInfo::default() }));
        let gaps = self.read(run, EventRange::All, &mut |record| {
            lines += 1;
            match read_line(record.line.as_bytes()) {
                Ok(read) => sink.event(read.event),
                Err(_) => {
                    unread += 1;
                    first = if unread == 1 { lines } else { first };
                }
            }
            ControlFlow::Continue(())
        })?;
        if unread > 0 {
            let message = format!("{unread} stored events are not known to this release and are left out");
            let found = Diagnostic::new(Severity::Warning, "unknown-event", message);
            sink.diagnostic(found.times(unread).on_line(first));
        }
        if let Some(found) = gaps.diagnostic() {
            sink.diagnostic(found);
        }
        Ok(gaps)
    }
}

/// Reports which runs of a store change. A report is a hint and may be missing: it is sent after the change is durable, so
/// none is sent if the writing process dies in between.
pub trait Changes: Send {
    /// Waits for a change, at most for the given time. Returns the [`key`](crate::key) of the id of the run that changed.
    ///
    /// # Errors
    ///
    /// The connection broke, and reports may be missing. Open another one.
    fn next(&mut self, patience: Duration) -> Result<Option<TextKey>, Error>;
}

/// Returns all runs of a store, the earliest first, followed by those in its trash. The runs are read page by page, so
/// a run that is added meanwhile may be missing.
///
/// # Errors
///
/// Errors of the store.
pub fn all_runs(store: &dyn Store) -> Result<Vec<RunState>, Error> {
    let mut runs = Vec::new();
    for trashed in [false, true] {
        let filter = RunFilter { trashed, ..RunFilter::default() };
        let mut query = RunQuery { filter, order: Order::Oldest, limit: LARGEST_PAGE, after: None };
        loop {
            let page = store.runs(&query)?;
            runs.extend(page.runs);
            match page.next {
                Some(next) => query.after = Some(next),
                None => break,
            }
        }
    }
    Ok(runs)
}
