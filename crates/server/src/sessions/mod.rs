//! Open runs whose questions are answered here instead of in the browser: those that are too large for it.
//!
//! A session belongs to one thread, because what it computes is shared within it without locks. Sessions are kept as long as
//! they are used, and limited in number and memory; the one used longest ago is closed first.

mod asked;
mod kept;
mod open;

use std::sync::atomic::AtomicUsize;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::http::StatusCode;
use makespan_store::RunState;
use tokio::runtime::Handle;
use tokio::sync::{Semaphore, oneshot};

use crate::net::reply::Problem;
use crate::shelf::Shelf;
pub(crate) use asked::Asked;
use asked::{Place, Reply};
use kept::{Job, Kept, Table};

/// Maximum number of questions that are answered or wait for it.
const WAITING: usize = 256;
/// Estimated memory of an open run, bytes: per task and per event. A run of a million tasks with two events each took 570
/// bytes per task once every view had been asked for, and 670 at the peak (`cargo xtask bench serve --large sessions`); log lines
/// and errors take more than other events.
const TASK_BYTES: u64 = 200;
const EVENT_BYTES: u64 = 300;

/// Limits of the runs that a server holds open for browsers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SessionLimits {
    /// Maximum number of open runs.
    pub runs: usize,
    /// Maximum memory of all open runs, bytes, as estimated from their tasks and events.
    pub bytes: u64,
    /// Time without a question after which a run is closed.
    pub idle: Duration,
    /// Maximum number of questions that are computed at once.
    pub computing: usize,
}

impl Default for SessionLimits {
    fn default() -> SessionLimits {
        let computing = std::thread::available_parallelism().map_or(2, usize::from);
        SessionLimits { runs: 16, bytes: 4 << 30, idle: Duration::from_secs(600), computing }
    }
}

/// The open runs of a server.
pub(crate) struct Sessions {
    shelf: Arc<Shelf>,
    limits: SessionLimits,
    computing: Arc<Semaphore>,
    waiting: Arc<AtomicUsize>,
    table: Arc<Mutex<Table>>,
}

impl Sessions {
    pub(crate) fn new(shelf: Arc<Shelf>, limits: SessionLimits) -> Sessions {
        let computing = Arc::new(Semaphore::new(limits.computing.max(1)));
        Sessions { shelf, limits, computing, waiting: Arc::default(), table: Arc::default() }
    }

    /// Number of open runs.
    pub(crate) fn count(&self) -> usize {
        self.table.lock().unwrap_or_else(PoisonError::into_inner).len()
    }

    /// Answers a question about a run that is in this state; opens the run if it is not open.
    pub(crate) async fn ask(&self, state: RunState, asked: Asked) -> Reply {
        let (place, before) = Place::taken(&self.waiting);
        if before >= WAITING {
            return Err(Problem::busy("too many questions are waiting"));
        }
        let (reply, answer) = oneshot::channel();
        self.push(Job { asked, state, reply, place })?;
        let failed = || Problem::new(StatusCode::INTERNAL_SERVER_ERROR, "the question could not be answered");
        answer.await.unwrap_or_else(|_| Err(failed()))
    }

    fn push(&self, job: Job) -> Result<(), Problem> {
        let bytes = memory(&job.state);
        if bytes > self.limits.bytes {
            let (needed, most) = (bytes >> 20, self.limits.bytes >> 20);
            let why = format!(
                "the run needs about {needed} MiB, and this server holds runs of at most {most} MiB in memory"
            );
            return Err(Problem::new(StatusCode::INSUFFICIENT_STORAGE, why));
        }
        let (id, created) = (job.state.id.clone(), job.state.created);
        let mut table = self.table.lock().unwrap_or_else(PoisonError::into_inner);
        self.make_room(&mut table, &id, bytes)?;
        let mut job = job;
        if let Some(kept) = table.get(&id) {
            // A run of the same id that was deleted and created again is another one.
            if kept.created == created {
                match kept.push(job, bytes) {
                    Ok(()) => return Ok(()),
                    Err(back) => job = *back,
                }
            }
            kept.close();
        }
        let kept = Arc::new(Kept::new(created, bytes));
        let opened = kept::Thread {
            id: id.clone(),
            kept: Arc::clone(&kept),
            table: Arc::clone(&self.table),
            shelf: Arc::clone(&self.shelf),
            computing: Arc::clone(&self.computing),
            runtime: Handle::current(),
            idle: self.limits.idle,
        };
        let started = std::thread::Builder::new().name("session".to_owned()).spawn(move || opened.work());
        started.map_err(|_| Problem::busy("the server cannot start a thread now"))?;
        // It was made just now, and nobody else knows it.
        let _ = kept.push(job, bytes);
        table.insert(id, kept);
        Ok(())
    }

    /// Closes runs that nobody waits for until there is room for one of that size.
    fn make_room(&self, table: &mut Table, id: &str, bytes: u64) -> Result<(), Problem> {
        loop {
            let others = || table.iter().filter(|(of, _)| *of != id);
            let held: u64 = others().map(|(_, kept)| kept.bytes()).sum();
            if others().count() < self.limits.runs.max(1) && held.saturating_add(bytes) <= self.limits.bytes {
                return Ok(());
            }
            let idle = others().filter_map(|(of, kept)| Some((kept.idle_since()?, of.clone())));
            let Some((_, oldest)) = idle.min() else {
                return Err(Problem::busy("all open runs of the server are in use"));
            };
            if let Some(kept) = table.remove(&oldest) {
                kept.close();
            }
        }
    }
}

/// Estimates the memory of an open run, bytes. While a run grows, what its state is made from is kept beside it.
fn memory(state: &RunState) -> u64 {
    let once = state.tasks.total() * TASK_BYTES + state.events * EVENT_BYTES;
    if state.is_active() { once * 2 } else { once }
}
