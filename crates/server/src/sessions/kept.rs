//! An open run: the questions that wait for it, and the thread that answers them.

use std::collections::{HashMap, VecDeque};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use axum::http::StatusCode;
use makespan_store::RunState;
use tokio::runtime::Handle;
use tokio::sync::{Semaphore, oneshot};

use super::asked::{Asked, Place, Reply};
use super::open::Open;
use crate::net::reply::Problem;
use crate::shelf::Shelf;

/// A question, and who waits for the answer.
pub(super) struct Job {
    pub(super) asked: Asked,
    /// The entry of the run in the store when the question arrived.
    pub(super) state: RunState,
    pub(super) reply: oneshot::Sender<Reply>,
    pub(super) place: Place,
}

/// An open run.
pub(super) struct Kept {
    /// When the store received the first event of the run, ns since the epoch.
    pub(super) created: i64,
    bytes: AtomicU64,
    jobs: Mutex<Jobs>,
    ready: Condvar,
}

struct Jobs {
    waiting: VecDeque<Job>,
    is_busy: bool,
    is_closed: bool,
    used: Instant,
}

impl Kept {
    pub(super) fn new(created: i64, bytes: u64) -> Kept {
        let jobs = Jobs { waiting: VecDeque::new(), is_busy: false, is_closed: false, used: Instant::now() };
        Kept { created, bytes: AtomicU64::new(bytes), jobs: Mutex::new(jobs), ready: Condvar::new() }
    }

    fn jobs(&self) -> MutexGuard<'_, Jobs> {
        self.jobs.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The estimated memory of the run, bytes.
    pub(super) fn bytes(&self) -> u64 {
        self.bytes.load(Ordering::Relaxed)
    }

    /// When it was last used; `None` if a question waits or is being answered.
    pub(super) fn idle_since(&self) -> Option<Instant> {
        let jobs = self.jobs();
        (!jobs.is_busy && jobs.waiting.is_empty()).then_some(jobs.used)
    }

    /// Adds a question, which replaces an older one of its line. A run that is closed gives the question back.
    pub(super) fn push(&self, job: Job, bytes: u64) -> Result<(), Box<Job>> {
        let mut jobs = self.jobs();
        if jobs.is_closed {
            return Err(Box::new(job));
        }
        self.bytes.store(bytes, Ordering::Relaxed);
        let line = job.asked.line.as_deref();
        let older = jobs.waiting.iter().position(|old| line.is_some() && old.asked.line.as_deref() == line);
        if let Some(older) = older.and_then(|place| jobs.waiting.remove(place)) {
            let why = "a newer question of the same line has overtaken this one";
            // A client that is gone needs no answer.
            let _ = older.reply.send(Err(Problem::new(StatusCode::CONFLICT, why)));
        }
        jobs.waiting.push_back(job);
        self.ready.notify_one();
        Ok(())
    }

    /// Lets the thread end after the waiting questions.
    pub(super) fn close(&self) {
        self.jobs().is_closed = true;
        self.ready.notify_one();
    }

    /// Waits for the next question; `None` if the run is to be closed.
    fn next(&self, idle: Duration) -> Option<Job> {
        let mut jobs = self.jobs();
        jobs.is_busy = false;
        loop {
            if let Some(job) = jobs.waiting.pop_front() {
                (jobs.is_busy, jobs.used) = (true, Instant::now());
                return Some(job);
            }
            if jobs.is_closed {
                return None;
            }
            let (again, waited) = self.ready.wait_timeout(jobs, idle).unwrap_or_else(PoisonError::into_inner);
            jobs = again;
            if waited.timed_out() && jobs.waiting.is_empty() {
                jobs.is_closed = true;
            }
        }
    }
}

/// The open runs, by their ids.
pub(super) type Table = HashMap<String, Arc<Kept>>;

/// The thread of an open run.
pub(super) struct Thread {
    pub(super) id: String,
    pub(super) kept: Arc<Kept>,
    pub(super) table: Arc<Mutex<Table>>,
    pub(super) shelf: Arc<Shelf>,
    pub(super) computing: Arc<Semaphore>,
    pub(super) runtime: Handle,
    pub(super) idle: Duration,
}

impl Thread {
    /// Answers questions until the run is closed.
    pub(super) fn work(self) {
        let mut open = Open::new(&self.id);
        while let Some(job) = self.kept.next(self.idle) {
            let Job { asked, state, reply, place } = job;
            let permit = self.runtime.block_on(Arc::clone(&self.computing).acquire_owned());
            // A client that is gone, or has asked something newer, needs no answer.
            if !reply.is_closed() {
                let _ = reply.send(open.answer(&self.shelf, &state, asked));
            }
            drop((permit, place));
        }
    }
}

/// However the thread ends, the run is no longer open.
impl Drop for Thread {
    fn drop(&mut self) {
        let mut table = self.table.lock().unwrap_or_else(PoisonError::into_inner);
        if table.get(&self.id).is_some_and(|kept| Arc::ptr_eq(kept, &self.kept)) {
            table.remove(&self.id);
        }
        drop(table);
        self.kept.close();
        self.kept.jobs().waiting.clear();
    }
}
