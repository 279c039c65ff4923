//! A store in a database: everything that SQLite, PostgreSQL and MySQL share.
//!
//! Events are stored in compressed blocks of some hundred, in the order in which they arrived. Narrow rows beside them
//! answer queries without reading events ([`tables`]). One transaction writes both, so they never disagree.

mod append;
mod ask;
mod codes;
mod driver;
mod pool;
mod read;
mod rows;
mod schema;
#[cfg(any(feature = "postgres", feature = "mysql"))]
mod session;
mod tables;
mod text;

use std::collections::{BTreeMap, BTreeSet};
use std::ops::ControlFlow;
use std::sync::{Mutex, PoisonError};

use append::OpenRun;
#[cfg(feature = "postgres")]
pub(crate) use append::first_number_at;
#[cfg(feature = "postgres")]
pub(crate) use driver::bytes_of;
#[cfg(feature = "mysql")]
pub(crate) use driver::in_pieces;
pub(crate) use driver::{Connect, Driver};
use pool::Pool;
#[cfg(feature = "sqlite")]
pub(crate) use schema::make_tables;
pub(crate) use schema::{FROM_1, SCHEMA, known};
#[cfg(any(feature = "postgres", feature = "mysql"))]
pub(crate) use schema::{prepare, version};
#[cfg(any(feature = "postgres", feature = "mysql"))]
pub(crate) use session::{Meaning, Server, Session, options};
#[cfg(feature = "postgres")]
pub(crate) use session::{PATIENCE_TO_CONNECT, describe};
use tables::TABLES;
pub(crate) use tables::Table;
#[cfg(any(feature = "postgres", feature = "mysql"))]
pub(crate) use text::Cells;
pub(crate) use text::{Dialect, Row, Sql, Value};

use crate::commit::{Commit, Job, Outcome, Writer};
use crate::digest::MetricState;
use crate::{
    Appended, Batch, Changes, Counts, Digest, Durations, EachRecord, Error, EventRange, Gaps, Grouping,
    History, HistoryQuery, Info, Maintained, Mark, Page, Read, RunFilter, RunQuery, RunState, Store, clock,
    key,
};

/// A store in a database.
pub(crate) struct SqlStore<C: Connect> {
    pool: Pool<C>,
    writer: Mutex<Option<std::sync::Arc<Writer>>>,
}

impl<C: Connect> SqlStore<C> {
    /// Creates a store that uses these connections.
    pub(crate) fn new(connect: C) -> SqlStore<C> {
        SqlStore { pool: Pool::new(connect), writer: Mutex::new(None) }
    }

    /// Returns the writer, which is started by the first write, so a process that only reads takes no lock.
    fn writer(&self) -> Result<std::sync::Arc<Writer>, Error> {
        let mut writer = self.writer.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(writer) = &*writer {
            return Ok(writer.clone());
        }
        let driver = self.pool.connect().writer()?;
        let commit = Transactions { connect: self.pool.shared(), driver: Some(driver) };
        let started = std::sync::Arc::new(Writer::start(commit)?);
        *writer = Some(started.clone());
        Ok(started)
    }

    fn number(&self, run: &str) -> Result<(i64, RunState), Error> {
        let found = self.pool.with(|driver| ask::run(driver, run))?;
        found.ok_or_else(|| Error::NoRun { run: run.to_owned() })
    }
}

impl<C: Connect> Store for SqlStore<C> {
    fn info(&self) -> Result<Info, Error> {
        let (runs, events) = self.pool.with(ask::totals)?;
        let location = self.pool.connect().location().to_string();
        let findings = self.pool.with(C::findings)?;
        Ok(Info { backend: C::BACKEND, location, schema: SCHEMA, runs, events, findings })
    }

    fn append(&self, batch: &Batch<'_>) -> Result<Appended, Error> {
        self.writer()?.append(batch)
    }

    fn append_all(&self, batches: &[Batch<'_>]) -> Result<Vec<Result<Appended, Error>>, Error> {
        self.writer()?.append_all(batches)
    }

    fn run(&self, id: &str) -> Result<Option<RunState>, Error> {
        Ok(self.pool.with(|driver| ask::run(driver, id))?.map(|(_, run)| run))
    }

    fn runs(&self, query: &RunQuery) -> Result<Page, Error> {
        self.pool.with(|driver| ask::page(driver, query))
    }

    fn read(&self, run: &str, part: EventRange, each: &mut EachRecord<'_>) -> Result<Gaps, Error> {
        let (no, run) = self.number(run)?;
        read::read(|event| self.pool.with(|driver| read::fetch(driver, no, event)), &run, part, each)?;
        // Damage to a database is an error.
        Ok(Gaps::default())
    }

    fn history(&self, query: &HistoryQuery) -> Result<History, Error> {
        self.pool.with(|driver| ask::history(driver, query))
    }

    fn counts(&self, filter: &RunFilter, grouping: Grouping) -> Result<Vec<Counts>, Error> {
        self.pool.with(|driver| ask::counts(driver, filter, grouping))
    }

    fn durations(&self, filter: &RunFilter) -> Result<Option<Durations>, Error> {
        self.pool.with(|driver| ask::durations(driver, filter))
    }

    fn metrics(&self, run: &str) -> Result<Vec<MetricState>, Error> {
        let (no, _) = self.number(run)?;
        self.pool.with(|driver| ask::metrics(driver, no))
    }

    fn mark(&self, run: &str, mark: &Mark) -> Result<(), Error> {
        self.writer()?.mark(run, mark)
    }

    fn delete(&self, run: &str) -> Result<(), Error> {
        self.writer()?.delete(run)
    }

    fn maintain(&self) -> Result<Maintained, Error> {
        let mut done = Maintained::default();
        for run in self.pool.with(ask::unsettled)? {
            self.writer()?.settle(&run)?;
            done.settled += 1;
        }
        self.pool.connect().maintain()?;
        Ok(done)
    }

    fn changes(&self) -> Result<Option<Box<dyn Changes>>, Error> {
        self.pool.connect().changes()
    }
}

/// Executes jobs in one transaction, on a connection that is opened again after it broke.
struct Transactions<C: Connect> {
    connect: std::sync::Arc<C>,
    driver: Option<C::Driver>,
}

/// Maximum number of attempts at a transaction. Events are identified by their numbers, so repeating it is harmless
/// even if the previous attempt was committed.
const TRIES: u32 = 5;

impl<C: Connect> Commit for Transactions<C> {
    fn commit(&mut self, jobs: &[Job<'_>]) -> Result<Vec<Outcome>, Error> {
        let mut tried = 0;
        loop {
            tried += 1;
            let error = match self.try_once(jobs) {
                Ok(outcomes) => return Ok(outcomes),
                Err(error) => error,
            };
            let again = matches!(error, Error::Unavailable { .. } | Error::Busy { .. });
            if !again || tried >= TRIES {
                return Err(error);
            }
            std::thread::sleep(pool::pause(tried));
        }
    }
}

impl<C: Connect> Transactions<C> {
    fn try_once(&mut self, jobs: &[Job<'_>]) -> Result<Vec<Outcome>, Error> {
        // A connection on which anything failed is dropped, and with it any transaction.
        let mut driver = match self.driver.take() {
            Some(driver) => driver,
            None => self.connect.writer()?,
        };
        driver.begin()?;
        match transaction(&mut driver, jobs).and_then(|outcomes| driver.commit().map(|()| outcomes)) {
            Ok(outcomes) => {
                let runs: BTreeSet<_> = jobs.iter().map(|job| key(job.run())).collect();
                // What is committed is acknowledged even if nobody can be told: those who follow it ask, too.
                if driver.announce(&Vec::from_iter(runs)).is_ok() {
                    self.driver = Some(driver);
                }
                Ok(outcomes)
            }
            Err(error) => {
                if driver.rollback().is_ok() && !error.is_transient() {
                    self.driver = Some(driver);
                }
                Err(error)
            }
        }
    }
}

/// Executes the jobs within a transaction that has begun.
fn transaction(driver: &mut impl Driver, jobs: &[Job<'_>]) -> Result<Vec<Outcome>, Error> {
    let now = clock::now();
    match jobs {
        [Job::Delete(run)] => return delete(driver, run).map(|()| vec![Ok(Appended::default())]),
        [Job::Settle(run)] => return settle(driver, run).map(|()| vec![Ok(Appended::default())]),
        _ => {}
    }
    // Rows are locked in the order of their ids, so that two processes cannot deadlock.
    let mut open: BTreeMap<&str, Option<OpenRun>> = BTreeMap::new();
    for job in jobs {
        open.entry(job.run()).or_default();
    }
    for (id, run) in &mut open {
        let appends = jobs.iter().any(|job| job.run() == *id && matches!(job, Job::Append(_)));
        *run =
            if appends { Some(OpenRun::load_or_make(driver, id, now)?) } else { OpenRun::load(driver, id)? };
    }
    let mut outcomes = Vec::with_capacity(jobs.len());
    for job in jobs {
        let Some(run) = open.get_mut(job.run()).and_then(Option::as_mut) else {
            outcomes.push(Err(Error::NoRun { run: job.run().to_owned() }));
            continue;
        };
        outcomes.push(Ok(match job {
            Job::Append(batch) => run.append(driver, batch, now)?,
            Job::Mark(_, mark) => {
                run.mark(mark);
                Appended::default()
            }
            Job::Delete(_) | Job::Settle(_) => Appended::default(),
        }));
    }
    for run in open.into_values().flatten() {
        run.flush(driver)?;
    }
    Ok(outcomes)
}

fn delete(driver: &mut impl Driver, run: &str) -> Result<(), Error> {
    if let Some((no, _)) = locked(driver, run)? {
        // The run itself is deleted last, so that leftovers could still be found if this were not a transaction.
        for table in TABLES.iter().rev() {
            append::delete_of(driver, table.name, no)?;
        }
    }
    Ok(())
}

fn settle(driver: &mut impl Driver, id: &str) -> Result<(), Error> {
    let Some((no, run)) = locked(driver, id)? else { return Ok(()) };
    let mut digest = Digest { run: run.without_events(), ..Digest::default() };
    read::read(|event| read::fetch(driver, no, event), &run, EventRange::All, &mut |record| {
        digest.apply(record.producer, &Read::of(record.seq, record.line));
        ControlFlow::Continue(())
    })?;
    append::settle(driver, no, digest)
}

/// Locks a run's row. Returns its number and summary.
fn locked(driver: &mut impl Driver, id: &str) -> Result<Option<(i64, RunState)>, Error> {
    Ok(OpenRun::load(driver, id)?.map(OpenRun::into_parts))
}
