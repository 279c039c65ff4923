//! The store of a server, used by many requests and only where blocking is allowed.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use axum::http::StatusCode;
use makespan_store::{Changes, Error, RunState, Store};
use tokio::sync::Semaphore;

use crate::net::reply::Problem;

/// Maximum number of calls at once that read, and that write, and of calls that wait for their turn.
const STORE_CALLS: usize = 8;
const STORE_WRITES: usize = 4;
const STORE_QUEUE: u64 = 512;
/// Maximum time that a call waits for another process that is writing.
const PATIENCE: Duration = Duration::from_secs(2);

/// A store on a disk has one writer at a time, which locks others out while it is open. Therefore it is closed when idle for
/// the first of these times, and in any case after the second, so that others get their turn.
const IDLE: Duration = Duration::from_millis(250);
const TURN: Duration = Duration::from_secs(2);

/// Opens the store again for writing.
pub type OpenWriter = Box<dyn Fn() -> Result<Box<dyn Store>, Error> + Send + Sync>;

/// The store while it is used for writing.
struct Writer {
    open: OpenWriter,
    held: Mutex<Option<Held>>,
}

struct Held {
    store: Arc<dyn Store>,
    opened: Instant,
    used: Instant,
}

impl Writer {
    fn store(&self) -> Result<Arc<dyn Store>, Error> {
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        if held.as_ref().is_some_and(|held| held.opened.elapsed() > TURN) {
            *held = None;
        }
        let now = Instant::now();
        if let Some(held) = &mut *held {
            held.used = now;
            return Ok(Arc::clone(&held.store));
        }
        let store: Arc<dyn Store> = Arc::from((self.open)()?);
        *held = Some(Held { store: Arc::clone(&store), opened: now, used: now });
        Ok(store)
    }

    /// Closes the store if nobody is writing; returns whether it is closed.
    fn close_idle(&self) -> bool {
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        if held.as_ref().is_some_and(|held| held.used.elapsed() > IDLE) {
            *held = None;
        }
        held.is_none()
    }
}

/// The store of a server, which may have none.
pub(crate) struct Shelf {
    store: Option<Arc<dyn Store>>,
    writer: Option<Arc<Writer>>,
    /// Whether a task is watching the writer.
    is_watched: Arc<AtomicBool>,
    calls: Arc<Semaphore>,
    writes: Arc<Semaphore>,
    waiting: AtomicU64,
}

impl Shelf {
    pub(crate) fn new(store: Option<Arc<dyn Store>>, open_writer: Option<OpenWriter>) -> Shelf {
        let writer = open_writer.map(|open| Arc::new(Writer { open, held: Mutex::new(None) }));
        let is_watched = Arc::default();
        Shelf {
            store,
            writer,
            is_watched,
            calls: Arc::new(Semaphore::new(STORE_CALLS)),
            writes: Arc::new(Semaphore::new(STORE_WRITES)),
            waiting: AtomicU64::new(0),
        }
    }

    /// Returns whether there is a store.
    pub(crate) fn is_there(&self) -> bool {
        self.store.is_some()
    }

    /// Reads from the store, where blocking is allowed.
    pub(crate) async fn ask<T: Send + 'static>(
        &self,
        ask: impl Fn(&dyn Store) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Problem> {
        let Some(store) = self.store.clone() else {
            return Err(Problem::not_found("this server has no store"));
        };
        self.run(&self.calls, move || patiently(|| ask(&*store))).await
    }

    /// Reads from the store on a thread of the caller's own, where blocking is allowed.
    pub(crate) fn ask_here<T>(
        &self,
        mut ask: impl FnMut(&dyn Store) -> Result<T, Error>,
    ) -> Result<T, Problem> {
        let store = self.store.as_ref().ok_or_else(|| Problem::not_found("this server has no store"))?;
        patiently(|| ask(&**store)).map_err(problem)
    }

    /// Opens a connection that reports changes, if the store has such; blocks.
    pub(crate) fn changes(&self) -> Result<Option<Box<dyn Changes>>, Error> {
        self.store.as_ref().map_or(Ok(None), |store| store.changes())
    }

    /// Writes to the store, where blocking is allowed.
    pub(crate) async fn write<T: Send + 'static>(
        &self,
        write: impl Fn(&dyn Store) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Problem> {
        let Some(writer) = self.writer.clone() else {
            let store = self.store.clone().ok_or_else(|| Problem::not_found("this server has no store"))?;
            return self.run(&self.writes, move || patiently(|| write(&*store))).await;
        };
        self.look_after(&writer);
        self.run(&self.writes, move || patiently(|| write(&*writer.store()?))).await
    }

    /// Makes sure that the writer is closed soon after its last use.
    fn look_after(&self, writer: &Arc<Writer>) {
        if self.is_watched.swap(true, Ordering::AcqRel) {
            return;
        }
        let (writer, is_watched) = (Arc::clone(writer), Arc::clone(&self.is_watched));
        tokio::spawn(async move {
            loop {
                tokio::time::sleep(IDLE).await;
                let looked = Arc::clone(&writer);
                // Closing may write.
                let closed = tokio::task::spawn_blocking(move || looked.close_idle()).await;
                if closed.unwrap_or(true) {
                    is_watched.store(false, Ordering::Release);
                    return;
                }
            }
        });
    }

    async fn run<T: Send + 'static>(
        &self,
        calls: &Arc<Semaphore>,
        work: impl FnOnce() -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Problem> {
        if self.waiting.fetch_add(1, Ordering::Relaxed) >= STORE_QUEUE {
            self.waiting.fetch_sub(1, Ordering::Relaxed);
            return Err(Problem::busy("too many requests are waiting for the store"));
        }
        let permit = Arc::clone(calls).acquire_owned().await;
        self.waiting.fetch_sub(1, Ordering::Relaxed);
        let answered = tokio::task::spawn_blocking(move || {
            let _permit = permit;
            work()
        });
        match answered.await {
            Ok(answer) => answer.map_err(problem),
            Err(_) => {
                Err(Problem::new(StatusCode::INTERNAL_SERVER_ERROR, "the request could not be completed"))
            }
        }
    }

    /// Returns the entry of a run in the store.
    ///
    /// # Errors
    ///
    /// 404 if the run does not exist.
    pub(crate) async fn state_of(&self, id: &str) -> Result<RunState, Problem> {
        let asked = id.to_owned();
        let found = self
            .ask(move |store| match store.run(&asked) {
                // A word that can be no id is the id of no run.
                Err(Error::Invalid { .. }) => Ok(None),
                other => other,
            })
            .await?;
        found.ok_or_else(|| Problem::not_found("there is no run with this id"))
    }
}

/// Retries for a moment while another process is writing.
fn patiently<T>(mut attempt: impl FnMut() -> Result<T, Error>) -> Result<T, Error> {
    let until = Instant::now() + PATIENCE;
    loop {
        match attempt() {
            Err(Error::Busy { .. }) if Instant::now() < until => {
                std::thread::sleep(Duration::from_millis(20));
            }
            other => return other,
        }
    }
}

/// Returns what a client sees of an error of the store: never the location of the store, nor the messages of its server.
pub(crate) fn problem(error: Error) -> Problem {
    match error {
        Error::NoRun { run } => Problem::not_found(format!("there is no run {run:?}")),
        Error::Invalid { reason } => Problem::bad(reason),
        Error::Busy { .. } => Problem::busy("another process is writing to the store"),
        Error::Unavailable { .. } => Problem::busy("the store cannot be reached"),
        Error::Full { .. } => Problem::new(StatusCode::INSUFFICIENT_STORAGE, "the store has no room left"),
        Error::ReadOnly { .. } => Problem::new(StatusCode::FORBIDDEN, "the store is read-only"),
        _ => Problem::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "the store failed; see `makespan list` on the server",
        ),
    }
}
