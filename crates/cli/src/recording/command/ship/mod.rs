//! Sends a run to the server that `MAKESPAN_SERVER` names, while it is recorded.
//!
//! The store is the queue: what it acknowledged is sent from there, in its order, numbered. So a command never waits for
//! the network, nothing is kept in memory but what is being sent, and nothing is stored twice. A note in the outbox, the
//! folder that the tracker and the Python package use too, names what was not sent; the next `makespan run` for the same
//! server sends it.

mod note;

use std::ops::ControlFlow;
use std::sync::atomic::{AtomicBool, AtomicU8, AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, Instant};

use makespan_ship::{MOST_BYTES, MOST_LINES, Sent, Server, Waits};
use makespan_store::{Error, EventRange, Store};

use crate::stored::{Address, now, random};
use note::Note;

/// Number of requests whose lines are in memory at a time.
const QUEUED: usize = 2;
/// How long the end of the program waits for a server that answers.
const PATIENCE: Duration = Duration::from_secs(5);
/// How often a waiting thread looks whether it is still needed.
const LOOK: Duration = Duration::from_millis(20);

/// What the server did last.
const ANSWERS: u8 = 0;
const SILENT: u8 = 1;
const REFUSED: u8 = 2;

/// Requests have at most half of the bytes that the server accepts by default.
const TOO_LARGE: &str = "status 413 the events are too large for the server";

/// Lines of a run that follow each other in the store.
struct Part {
    /// Number of the first line among those of the run, from 1.
    first: u64,
    count: u64,
    lines: Vec<u8>,
}

impl Part {
    /// Reads what follows the first `after` events of a run.
    fn read(store: &dyn Store, run: &str, after: u64) -> Result<Part, Error> {
        let mut part = Part { first: after + 1, count: 0, lines: Vec::new() };
        let _ = store.read(run, EventRange::After(after), &mut |record| {
            let is_full = part.count >= MOST_LINES || part.lines.len() + record.line.len() > MOST_BYTES;
            if is_full && part.count > 0 {
                return ControlFlow::Break(());
            }
            part.lines.extend_from_slice(record.line.as_bytes());
            part.lines.push(b'\n');
            part.count += 1;
            ControlFlow::Continue(())
        })?;
        Ok(part)
    }
}

/// What both threads know.
#[derive(Default)]
struct Shared {
    /// Number of events that the server has stored.
    stored: AtomicU64,
    server: AtomicU8,
    is_closing: AtomicBool,
    /// Why the server refused the events, or did not answer.
    reason: RwLock<String>,
}

impl Shared {
    fn set(&self, server: u8, reason: String) {
        *self.reason.write().unwrap_or_else(PoisonError::into_inner) = reason;
        self.server.store(server, Ordering::Release);
    }

    fn reason(&self) -> String {
        self.reason.read().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// A run on its way to a server.
pub(super) struct Shipping {
    run: String,
    /// Number of events that were handed to the other thread.
    read: u64,
    queue: SyncSender<Part>,
    shared: Arc<Shared>,
    note: Note,
    server: String,
}

impl Shipping {
    /// Starts to send a run, if the environment names a server. Fails if the name is not a valid address. `warn` gets problems
    /// with what other programs left.
    pub(super) fn of_environment(
        address: &Address,
        run: &str,
        warn: fn(&str),
    ) -> Result<Option<Shipping>, String> {
        let Some(server) = Server::of_environment()? else { return Ok(None) };
        let producer = format!("run-{}-{:x}-{:016x}", std::process::id(), now(), random());
        let note = Note::new(&server.address, &producer, run, address.for_others());
        let shared = Arc::new(Shared::default());
        let (queue, parts) = sync_channel(QUEUED);
        let (theirs, run_id, own) = (Arc::clone(&shared), run.to_owned(), note.clone());
        let shown = server.address.clone();
        std::thread::spawn(move || work(&server, &run_id, &producer, &own, &parts, &theirs));
        // What programs that recorded to files left.
        if let Some(server) = Server::of_environment()? {
            std::thread::spawn(move || makespan_ship::leftovers(server, warn));
        }
        Ok(Some(Shipping { run: run.to_owned(), read: 0, queue, shared, note, server: shown }))
    }

    /// Hands over what the store has and was not handed over; returns whether that is all.
    pub(super) fn take(&mut self, store: &dyn Store) -> Result<bool, Error> {
        loop {
            let part = Part::read(store, &self.run, self.read)?;
            let count = part.count;
            if count == 0 {
                return Ok(true);
            }
            // A full queue is tried again with the next events.
            if self.queue.try_send(part).is_err() {
                return Ok(false);
            }
            self.read += count;
        }
    }

    /// Waits, for a limited time, until the server has everything; `more` hands over what the store still has, and returns
    /// whether that is all. Returns a sentence for the user if something is missing.
    pub(super) fn finish(mut self, mut more: impl FnMut(&mut Shipping) -> bool) -> Option<String> {
        self.shared.is_closing.store(true, Ordering::Release);
        let until = Instant::now() + PATIENCE;
        let mut is_all = false;
        loop {
            is_all = is_all || more(&mut self);
            let stored = self.shared.stored.load(Ordering::Acquire);
            if is_all && stored >= self.read {
                self.note.remove();
                return None;
            }
            let (server, run) = (&self.server, &self.run);
            match self.shared.server.load(Ordering::Acquire) {
                REFUSED => {
                    self.note.remove();
                    return Some(format!("run {run} is not sent to {server}: {}", self.shared.reason()));
                }
                state if state == SILENT || Instant::now() >= until => {
                    self.note.keep(stored);
                    let why = if state == SILENT { self.shared.reason() } else { "it is busy".to_owned() };
                    return Some(format!(
                        "run {run} is not yet sent to {server} ({why}); the next `makespan run` with this server sends the rest"
                    ));
                }
                _ => std::thread::sleep(LOOK),
            }
        }
    }
}

/// Sends what earlier calls left, then the parts of this run.
fn work(server: &Server, run: &str, producer: &str, own: &Note, parts: &Receiver<Part>, shared: &Shared) {
    own.left().iter().all(|note| recover(server, note));
    for part in parts {
        let mut waits = Waits::default();
        loop {
            match server.send(run, producer, part.first, &part.lines) {
                Sent::Stored => {
                    shared.stored.store(part.first + part.count - 1, Ordering::Release);
                    shared.set(ANSWERS, String::new());
                    break;
                }
                Sent::Busy(after) => {
                    shared.set(ANSWERS, String::new());
                    pause(waits.next(after), shared);
                }
                Sent::Silent(reason) => {
                    shared.set(SILENT, reason);
                    pause(waits.next(None), shared);
                }
                Sent::TooLarge => return shared.set(REFUSED, TOO_LARGE.to_owned()),
                Sent::Unauthorized(reason) | Sent::Refused(reason) => return shared.set(REFUSED, reason),
            }
        }
    }
}

/// Waits, at most a moment once the program ends.
fn pause(wait: Duration, shared: &Shared) {
    let until = Instant::now() + wait;
    let least = Instant::now() + Waits::FIRST;
    while Instant::now() < until {
        if shared.is_closing.load(Ordering::Acquire) && Instant::now() >= least {
            return;
        }
        std::thread::sleep(LOOK);
    }
}

/// Sends what an earlier call left; returns whether the server answers.
fn recover(server: &Server, note: &Note) -> bool {
    let mut sent = note.sent;
    loop {
        let part =
            match makespan_store::open(&note.store).and_then(|store| Part::read(&*store, &note.run, sent)) {
                Ok(part) => part,
                Err(error) if error.is_transient() => return true,
                // The run or its store was removed.
                Err(_) => Part { first: sent + 1, count: 0, lines: Vec::new() },
            };
        if part.count == 0 {
            note.remove();
            return true;
        }
        match server.send(&note.run, &note.producer, part.first, &part.lines) {
            Sent::Stored => sent += part.count,
            Sent::Busy(_) | Sent::Silent(_) => {
                note.keep(sent);
                return false;
            }
            Sent::TooLarge | Sent::Unauthorized(_) | Sent::Refused(_) => {
                note.remove();
                return true;
            }
        }
    }
}
