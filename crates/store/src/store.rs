//! What every store can do.

use std::ops::ControlFlow;
use std::time::Duration;

use makespan_format::{Diagnostic, Event, EventSink, RunInfo, Severity, read_line};

use crate::digest::MetricState;
use crate::{
    Appended, Batch, Counts, DamagedRun, Durations, Error, Gaps, Grouping, History, HistoryQuery,
    LARGEST_PAGE, Mark, Order, Page, Record, RunFilter, RunQuery, RunState, TextKey,
};

/// Which events of a run are read, and in which order.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum EventRange {
    /// All of them, as the run is made from: in the order in which they were stored, save that the events of one
    /// producer stand in the order of their numbers. A run whose producers' batches came out of order is gathered
    /// in memory first.
    #[default]
    All,
    /// All but as many as were stored first, in the order in which they were stored: for whoever follows a run and
    /// has seen so many.
    After(u64),
}

/// What a store says about itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Info {
    /// What kind of store it is: `file`, `sqlite`, `postgres` …
    pub backend: &'static str,
    /// Where it is, without any password.
    pub location: String,
    /// The version of its layout.
    pub schema: u32,
    /// How many runs it holds, with those in the trash.
    pub runs: u64,
    /// How many events.
    pub events: u64,
    /// What was found wrong with it and what was done about that; empty where all is well.
    pub findings: Vec<Diagnostic>,
}

/// What [`Store::maintain`] did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Maintained {
    /// Runs whose summary was computed anew, because their events had come out of order.
    pub settled: u64,
    /// Runs that were compressed.
    pub compressed: u64,
}

/// Takes the events of a run one by one, and says whether it wants more.
pub type EachRecord<'e> = dyn FnMut(Record<'_>) -> ControlFlow<()> + 'e;

/// Keeps runs as the events they are made from.
///
/// Calls block until they are done; a server calls them where blocking is allowed. A store may be shared by threads.
/// When [`append`](Store::append) returns, its events have been written so that neither the end of the process nor a
/// loss of power takes them away, as far as the back end's documentation promises; each event is stored once, however
/// often it is sent. Everything else a store tells is made from its events, but for [`Mark`]s.
///
/// Whoever writes a back end of their own can lean on [`Batch::check`] for the input, on [`Digest`](crate::Digest)
/// and [`RunState::mark`] for the states, and on [`Page::of`], [`Counts::of`], [`Durations::of`] and [`in_order`](crate::in_order) for the
/// answers; the module `redis` uses nothing else.
pub trait Store: Send + Sync {
    /// What this store is and how it is.
    fn info(&self) -> Result<Info, Error>;

    /// Appends events to a run and makes the run where it is not there yet; all of them or, with an error, none that
    /// would be acknowledged.
    fn append(&self, batch: &Batch<'_>) -> Result<Appended, Error>;

    /// Appends several batches, which may be of different runs, in as few commits as the back end allows. Gives the outcome of
    /// each in their order: each is stored or not by itself, as by [`append`](Store::append).
    ///
    /// # Errors
    ///
    /// That the back end could not begin; nothing is acknowledged then.
    fn append_all(&self, batches: &[Batch<'_>]) -> Result<Vec<Result<Appended, Error>>, Error> {
        Ok(batches.iter().map(|batch| self.append(batch)).collect())
    }

    /// What is known of a run, also of one in the trash; `None` where it is not there.
    fn run(&self, id: &str) -> Result<Option<RunState>, Error>;

    /// A page of runs.
    fn runs(&self, query: &RunQuery) -> Result<Page, Error>;

    /// Hands the events of a run to `each` until it wants no more: all that were acknowledged before the call, but for
    /// what is damaged. Of what `each` did not want, damage may be left out.
    fn read(&self, run: &str, part: EventRange, each: &mut EachRecord<'_>) -> Result<Gaps, Error>;

    /// Reads all that is stored of a run and gives what is damaged. Stores whose [`read`](Store::read) fails on any
    /// damage have nothing to add.
    fn check(&self, run: &str) -> Result<Gaps, Error> {
        let _ = run;
        Ok(Gaps::default())
    }

    /// The runs of which a part is damaged, as far as a look at the store shows without reading each run that was read
    /// before and whose files have not changed since.
    fn damaged(&self) -> Result<Vec<DamagedRun>, Error> {
        Ok(Vec::new())
    }

    /// One task over many runs.
    fn history(&self, query: &HistoryQuery) -> Result<History, Error>;

    /// Numbers of runs by status, in the order of their groups; no group is empty.
    fn counts(&self, filter: &RunFilter, grouping: Grouping) -> Result<Vec<Counts>, Error>;

    /// The makespans of runs; `None` where no run is over with times known.
    fn durations(&self, filter: &RunFilter) -> Result<Option<Durations>, Error>;

    /// The metrics of a run, by name and unit.
    fn metrics(&self, run: &str) -> Result<Vec<MetricState>, Error>;

    /// Marks a run.
    fn mark(&self, run: &str, mark: &Mark) -> Result<(), Error>;

    /// Removes a run for good, with all that belongs to it. Nothing happens where it is not there.
    fn delete(&self, run: &str) -> Result<(), Error>;

    /// Does what is better done now and then than with each event: computes anew the summaries of runs whose events
    /// came out of order, compresses what is over.
    fn maintain(&self) -> Result<Maintained, Error>;

    /// Opens a connection that reports changes of runs as they are made, by whichever process. `None` if the back end cannot:
    /// then ask for the runs now and then, as is also needed where this fails.
    ///
    /// # Errors
    ///
    /// The back end cannot be reached, or allows no such connection.
    fn changes(&self) -> Result<Option<Box<dyn Changes>>, Error> {
        Ok(None)
    }

    /// Folds a run's events into a sink, which is told of the run first. Lines that this release does not know are
    /// passed over and said, and so is damage.
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

/// Reports which runs of a store change. A report is a hint and may be missing, for it is sent after the change is durable: if
/// the process that writes dies between, nobody is told.
pub trait Changes: Send {
    /// Waits for a change, at most for so long. Returns the [`key`](crate::key) of the id of the run that changed.
    ///
    /// # Errors
    ///
    /// The connection broke, and reports may be missing. Open another one.
    fn next(&mut self, patience: Duration) -> Result<Option<TextKey>, Error>;
}

/// All runs of a store, the earliest first, and after them those in its trash: page by page, so a run that comes
/// meanwhile may be left out.
///
/// # Errors
///
/// What stands in the way of asking the store.
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
