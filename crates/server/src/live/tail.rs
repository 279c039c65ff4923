//! The end of a growing run, kept in memory for all clients that follow it.
//!
//! Events of a run are numbered in the order in which they were stored. A client gives the number of events it has, and gets
//! the following ones: from memory, or from the store if it is far behind. So nothing is left out or sent twice, however
//! often a connection breaks, and a slow client does not delay others.

use std::collections::{HashMap, VecDeque};
use std::ops::ControlFlow;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use axum::body::Bytes;
use axum::extract::ws::Utf8Bytes;
use makespan_store::{EventRange, RunState, TextKey, key};
use tokio::sync::{Notify, watch};
use tokio::time::{Instant, sleep};

use crate::net::reply::Problem;
use crate::shelf::Shelf;
use crate::stop::stopped;

/// Maximum number of events and bytes of a chunk.
const CHUNK_EVENTS: usize = 2_000;
const CHUNK_BYTES: usize = 512 << 10;
/// Maximum number of bytes kept per run.
const KEPT: usize = 4 << 20;
/// Interval at which the store is checked for events written by other processes.
const OFTEN: Duration = Duration::from_millis(400);
/// Interval once a report has arrived. That the store accepted the connection is not enough, because a proxy in between may
/// drop the reports.
const SELDOM: Duration = Duration::from_secs(3);
/// Time for which events are gathered into a chunk after a pause, and the minimum time between two chunks.
const GATHER: Duration = Duration::from_millis(10);
const PACE: Duration = Duration::from_millis(100);
/// Maximum number of chunks kept for clients that are behind what is kept of the end.
const BEHIND: usize = 4;

/// What is sent to all clients alike, in the form of each protocol, made once.
#[derive(Debug, Default)]
pub(crate) struct Messages {
    sse: OnceLock<Bytes>,
    ws: OnceLock<Utf8Bytes>,
}

impl Messages {
    /// Returns the message of server-sent events.
    pub(crate) fn sse(&self, make: impl FnOnce() -> Bytes) -> Bytes {
        self.sse.get_or_init(make).clone()
    }

    /// Returns the message of a WebSocket.
    pub(crate) fn ws(&self, make: impl FnOnce() -> Utf8Bytes) -> Utf8Bytes {
        self.ws.get_or_init(make).clone()
    }
}

/// Consecutive events.
#[derive(Debug)]
pub(crate) struct Chunk {
    /// Number of events of the run before this chunk.
    pub(crate) from: u64,
    /// The lines of the events.
    pub(crate) lines: Vec<String>,
    /// The whole chunk as messages.
    pub(crate) messages: Messages,
    bytes: usize,
}

/// The entry of a run in the store.
#[derive(Debug)]
pub(crate) struct Shown {
    pub(crate) state: RunState,
    pub(crate) messages: Messages,
}

impl Shown {
    fn new(state: RunState) -> Arc<Shown> {
        Arc::new(Shown { state, messages: Messages::default() })
    }
}

impl Chunk {
    /// Returns the number of events of the run up to the end of this chunk.
    pub(crate) fn to(&self) -> u64 {
        self.from + self.lines.len() as u64
    }

    /// Returns its lines after the first N events of the run.
    pub(crate) fn after(&self, at: u64) -> &[String] {
        self.lines.get(at.saturating_sub(self.from) as usize..).unwrap_or_default()
    }
}

#[derive(Debug, Default)]
struct Ring {
    chunks: VecDeque<Arc<Chunk>>,
    bytes: usize,
}

impl Ring {
    fn push(&mut self, chunk: Chunk) {
        self.bytes += chunk.bytes;
        self.chunks.push_back(Arc::new(chunk));
        while self.bytes > KEPT && self.chunks.len() > 1 {
            self.bytes -= self.chunks.pop_front().map_or(0, |chunk| chunk.bytes);
        }
    }

    fn at(&self, at: u64) -> Option<Arc<Chunk>> {
        let place = self.chunks.partition_point(|chunk| chunk.to() <= at);
        self.chunks.get(place).filter(|chunk| chunk.from <= at).cloned()
    }
}

/// The end of a run.
pub(crate) struct Tail {
    run: String,
    shelf: Arc<Shelf>,
    ring: Mutex<Ring>,
    /// Chunks that were read again for clients that are further behind. One is read at a time: others are likely to need it.
    behind: tokio::sync::Mutex<VecDeque<Arc<Chunk>>>,
    /// The entry of the run in the store when its end was last read; `None` once the run is deleted.
    state: watch::Sender<Option<Arc<Shown>>>,
    wake: Notify,
}

impl Tail {
    /// Returns the events that follow the first N; `None` if there are none yet.
    pub(crate) async fn next(&self, at: u64) -> Result<Option<Arc<Chunk>>, Problem> {
        let end = self.state.borrow().as_ref().map_or(0, |shown| shown.state.events);
        if at >= end {
            return Ok(None);
        }
        let kept = self.ring.lock().unwrap_or_else(PoisonError::into_inner).at(at);
        if let Some(chunk) = kept {
            return Ok(Some(chunk));
        }
        let mut behind = self.behind.lock().await;
        if let Some(chunk) = behind.iter().find(|chunk| (chunk.from..chunk.to()).contains(&at)) {
            return Ok(Some(Arc::clone(chunk)));
        }
        let chunk = Arc::new(read(&self.shelf, &self.run, at).await?);
        if chunk.lines.is_empty() {
            return Ok(None);
        }
        behind.push_back(Arc::clone(&chunk));
        if behind.len() > BEHIND {
            behind.pop_front();
        }
        Ok(Some(chunk))
    }

    /// Drops the events that are kept: another run of the same id has others.
    async fn forget_events(&self) {
        *self.ring.lock().unwrap_or_else(PoisonError::into_inner) = Ring::default();
        self.behind.lock().await.clear();
    }

    /// Subscribes to changes of the run.
    pub(crate) fn watch(&self) -> watch::Receiver<Option<Arc<Shown>>> {
        self.state.subscribe()
    }
}

/// The followed runs.
pub(crate) struct Tails {
    shelf: Arc<Shelf>,
    stop: watch::Receiver<bool>,
    followed: Arc<Followed>,
}

/// The followed runs by the keys of their ids.
#[derive(Default)]
struct Followed {
    tails: Mutex<HashMap<TextKey, Arc<Tail>>>,
    /// Whether changes by other processes are reported.
    is_reported: AtomicBool,
}

impl Followed {
    fn wake(&self, run: &TextKey) {
        let held = self.tails.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(tail) = held.get(run) {
            tail.wake.notify_one();
        }
    }
}

impl Tails {
    pub(crate) fn new(shelf: Arc<Shelf>, stop: watch::Receiver<bool>) -> Tails {
        Tails { shelf, stop, followed: Arc::default() }
    }

    /// Returns the end of a run that is known to exist.
    pub(crate) fn follow(&self, state: RunState) -> Arc<Tail> {
        let place = key(&state.id);
        let mut held = self.followed.tails.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(tail) = held.get(&place) {
            return Arc::clone(tail);
        }
        let run = state.id.clone();
        let (state, _) = watch::channel(Some(Shown::new(state)));
        let shelf = Arc::clone(&self.shelf);
        let (ring, behind, wake) = (Mutex::default(), tokio::sync::Mutex::default(), Notify::new());
        let tail = Arc::new(Tail { run, shelf, ring, behind, state, wake });
        held.insert(place, Arc::clone(&tail));
        tokio::spawn(poll(Arc::clone(&tail), Arc::clone(&self.followed), self.stop.clone()));
        tail
    }

    /// Reports that events of a run were stored.
    pub(crate) fn notify(&self, run: &str) {
        self.followed.wake(&key(run));
    }

    /// Reports a change that the store announced, which shows that it reports changes by other processes.
    pub(crate) fn report(&self, run: &TextKey) {
        self.followed.is_reported.store(true, Ordering::Relaxed);
        self.followed.wake(run);
    }

    /// Notes that reports have stopped; the last ones may be missing.
    pub(crate) fn report_missing(&self) {
        self.followed.is_reported.store(false, Ordering::Relaxed);
        self.notify_all();
    }

    /// Reports that events of any run may have been stored.
    pub(crate) fn notify_all(&self) {
        let held = self.followed.tails.lock().unwrap_or_else(PoisonError::into_inner);
        held.values().for_each(|tail| tail.wake.notify_one());
    }
}

/// Drops a run that nobody follows; returns whether it did.
fn forget(followed: &Followed, tail: &Arc<Tail>) -> bool {
    let mut held = followed.tails.lock().unwrap_or_else(PoisonError::into_inner);
    // One reference is in the table, one with the caller.
    let unwatched = Arc::strong_count(tail) <= 2;
    if unwatched {
        held.remove(&key(&tail.run));
    }
    unwatched
}

/// Keeps the end of a run up to date with the store while anybody follows it.
async fn poll(tail: Arc<Tail>, followed: Arc<Followed>, mut stop: watch::Receiver<bool>) {
    let mut last = Instant::now();
    loop {
        let pause = if followed.is_reported.load(Ordering::Relaxed) { SELDOM } else { OFTEN };
        tokio::select! {
            () = tail.wake.notified() => sleep(GATHER.max(PACE.saturating_sub(last.elapsed()))).await,
            () = sleep(pause) => {}
            () = stopped(&mut stop) => return,
        }
        last = Instant::now();
        if forget(&followed, &tail) {
            return;
        }
        let run = tail.run.clone();
        match tail.shelf.ask(move |store| store.run(&run)).await {
            Ok(Some(state)) => take(&tail, state).await,
            Ok(None) => {
                tail.forget_events().await;
                tail.state.send_replace(None);
            }
            // The store cannot be asked now: later.
            Err(_) => {}
        }
    }
}

/// Reads new events, then reports them.
async fn take(tail: &Tail, state: RunState) {
    let mut was = tail.state.borrow().clone();
    if was.as_ref().is_some_and(|was| was.state.created != state.created) {
        tail.forget_events().await;
        was = None;
    }
    let mut end = was.as_ref().map_or(0, |was| was.state.events);
    while end < state.events {
        let Ok(chunk) = read(&tail.shelf, &tail.run, end).await else { return };
        if chunk.lines.is_empty() {
            break;
        }
        end = chunk.to();
        tail.ring.lock().unwrap_or_else(PoisonError::into_inner).push(chunk);
    }
    if was.is_none_or(|was| was.state != state) {
        tail.state.send_replace(Some(Shown::new(state)));
    }
}

async fn read(shelf: &Shelf, run: &str, from: u64) -> Result<Chunk, Problem> {
    let run = run.to_owned();
    shelf
        .ask(move |store| {
            let (mut lines, mut bytes) = (Vec::new(), 0);
            let gaps = store.read(&run, EventRange::After(from), &mut |record| {
                bytes += record.line.len();
                lines.push(record.line.to_owned());
                if lines.len() >= CHUNK_EVENTS || bytes >= CHUNK_BYTES {
                    ControlFlow::Break(())
                } else {
                    ControlFlow::Continue(())
                }
            })?;
            // The numbers of events after damage are unknown, and followers must not miss events silently.
            gaps.refuse(&run)?;
            Ok(Chunk { from, lines, messages: Messages::default(), bytes })
        })
        .await
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn events_after_a_position_are_found_or_no_longer_kept() {
        let mut ring = Ring::default();
        for i in 0..10 {
            let lines = (0..10).map(|n| format!("{n}")).collect();
            let messages = Messages::default();
            ring.push(Chunk { from: 100 + i * 10, lines, messages, bytes: 1 << 20 });
        }
        assert!(ring.at(100).is_none(), "four chunks are kept");
        let chunk = ring.at(175).unwrap();
        assert_eq!((chunk.from, chunk.to(), chunk.after(175).len()), (170, 180, 5));
        assert!(ring.at(200).is_none());
        assert_eq!(chunk.after(500).len(), 0);
    }
}
