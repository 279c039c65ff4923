//! The thread that sends files.

use std::collections::HashSet;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crate::file::Shipment;
use crate::outbox;
use crate::server::{Sent, Server};
use crate::waits::Waits;

/// Interval between two looks at the files.
const PAUSE: Duration = Duration::from_millis(250);
/// How long a run that has ended is still looked at: programs that it started may add to it.
const LINGER: Duration = Duration::from_secs(10);
/// Maximum number of characters of a reason or name in a complaint, and of complaints.
const SHOWN: usize = 300;
const MOST_COMPLAINTS: usize = 5;

/// What the thread and its owner share.
#[derive(Default)]
struct Shared {
    state: Mutex<State>,
    turned: Condvar,
}

#[derive(Default)]
struct State {
    added: Vec<(Shipment, Arc<AtomicBool>)>,
    /// The owner ends: what can be sent at once is sent, the rest is left to the next program.
    is_closing: bool,
    /// The owner no longer waits.
    is_given_up: bool,
    /// The thread has ended.
    is_over: bool,
    /// Runs of this program are not sent; why.
    missing: Option<String>,
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Runs in files on their way to a server.
pub struct Shipping {
    folder: PathBuf,
    shared: Arc<Shared>,
}

/// A run that is recorded; dropped when no more lines come from this program.
#[derive(Debug)]
pub struct Open(Arc<AtomicBool>);

impl Drop for Open {
    fn drop(&mut self) {
        self.0.store(false, Ordering::Release);
    }
}

/// The work of the thread.
pub struct Worker {
    server: Server,
    folder: PathBuf,
    shared: Arc<Shared>,
    complain: Box<dyn FnMut(&str) + Send>,
    complaints: usize,
    shipments: Vec<Moving>,
    waits: Waits,
    wait_until: Option<Instant>,
    /// The server does not answer, as opposed to one that is busy.
    is_silent: bool,
    /// Why the server did not take the last request.
    reason: String,
    /// The server does not accept the token: nothing more is sent.
    is_barred: bool,
}

struct Moving {
    shipment: Shipment,
    is_open: Arc<AtomicBool>,
    /// It is of this program, not of one that has ended.
    is_live: bool,
    /// When its last lines were sent.
    still_since: Instant,
}

/// What became of one look at a file.
enum Step {
    /// There is more to send at once.
    More,
    Nothing,
    /// The server takes nothing at the moment.
    Wait,
    Done,
    /// It cannot be read; the next program tries again.
    Left,
    /// The reason why this run cannot be sent.
    Refused(String),
    /// The reason why nothing can be sent.
    Barred(String),
}

impl Shipping {
    /// Creates the outbox of a server, and returns the handle and the work for a thread. `complain` gets sentences for
    /// the user.
    ///
    /// # Errors
    ///
    /// Errors of creating the outbox.
    pub fn new(
        server: Server,
        complain: impl FnMut(&str) + Send + 'static,
    ) -> io::Result<(Shipping, Worker)> {
        let folder = outbox::folder(&server.address)
            .ok_or_else(|| io::Error::new(io::ErrorKind::NotFound, "there is no home folder"))?;
        Shipping::in_folder(server, folder, complain)
    }

    /// Like [`Shipping::new`], with the outbox in a given folder.
    ///
    /// # Errors
    ///
    /// Errors of creating the outbox.
    pub fn in_folder(
        server: Server,
        folder: PathBuf,
        complain: impl FnMut(&str) + Send + 'static,
    ) -> io::Result<(Shipping, Worker)> {
        outbox::create(&folder)?;
        let shared = Arc::<Shared>::default();
        let worker = Worker {
            server,
            folder: folder.clone(),
            shared: Arc::clone(&shared),
            complain: Box::new(complain),
            complaints: 0,
            shipments: Vec::new(),
            waits: Waits::default(),
            wait_until: None,
            is_silent: false,
            reason: String::new(),
            is_barred: false,
        };
        Ok((Shipping { folder, shared }, worker))
    }

    /// Returns the folder of what was not sent.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Sends a run in a file, from a place on. `producer` is a text that no other run has.
    ///
    /// # Errors
    ///
    /// Errors of writing the note, without which nothing is sent.
    pub fn add(&self, producer: &str, file: &Path, run: &str, start: u64) -> io::Result<Open> {
        let shipment = Shipment::new(&self.folder, producer, file, run, start)?;
        let is_open = Arc::new(AtomicBool::new(true));
        self.shared.state().added.push((shipment, Arc::clone(&is_open)));
        Ok(Open(is_open))
    }

    /// Waits until the server has everything, for a limited time, and not for a server that does not answer. What is
    /// missing is left to the next program.
    ///
    /// # Errors
    ///
    /// Why something is missing.
    pub fn finish(&self, limit: Duration) -> Result<(), String> {
        let mut state = self.shared.state();
        state.is_closing = true;
        self.shared.turned.notify_all();
        let until = Instant::now() + limit;
        while !state.is_over {
            let Some(left) = until.checked_duration_since(Instant::now()) else { break };
            state = self.shared.turned.wait_timeout(state, left).unwrap_or_else(PoisonError::into_inner).0;
        }
        state.is_given_up = true;
        match &state.missing {
            Some(reason) => Err(reason.clone()),
            None if state.is_over => Ok(()),
            None => Err("no answer in time".to_owned()),
        }
    }
}

impl Worker {
    /// Sends until the owner ends.
    pub fn work(mut self) {
        let over = Over(Arc::clone(&self.shared));
        self.recover();
        loop {
            let (is_closing, is_given_up) = self.take();
            let has_more = self.pass(is_closing);
            let is_useless = self.shipments.is_empty() || self.is_silent || is_given_up;
            if is_closing && is_useless && self.shared.state().added.is_empty() {
                break;
            }
            self.rest(has_more, is_closing);
        }
        let is_missing = !self.is_barred && self.shipments.iter().any(|moving| moving.is_live);
        self.shared.state().missing = is_missing.then_some(self.reason);
        drop(over);
    }

    /// Takes what programs that ended left.
    fn recover(&mut self) {
        let ended = Arc::new(AtomicBool::new(false));
        for shipment in Shipment::left(&self.folder) {
            let (is_open, still_since) = (Arc::clone(&ended), Instant::now());
            self.shipments.push(Moving { shipment, is_open, is_live: false, still_since });
        }
    }

    fn take(&mut self) -> (bool, bool) {
        let mut state = self.shared.state();
        for (shipment, is_open) in state.added.drain(..) {
            if !self.is_barred {
                self.shipments.push(Moving { shipment, is_open, is_live: true, still_since: Instant::now() });
            }
        }
        (state.is_closing, state.is_given_up)
    }

    /// Waits for the next pass: not at all while there is more to send.
    fn rest(&self, has_more: bool, is_closing: bool) {
        let now = Instant::now();
        let asked = self.wait_until.map_or(Duration::ZERO, |until| until.saturating_duration_since(now));
        let pause = match (has_more, is_closing) {
            (true, _) => return,
            (false, true) => asked.clamp(Duration::from_millis(20), PAUSE),
            (false, false) => PAUSE,
        };
        let state = self.shared.state();
        if state.is_closing == is_closing {
            let _ = self.shared.turned.wait_timeout(state, pause).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// Sends a part of each run; returns whether there is more to send at once.
    fn pass(&mut self, is_closing: bool) -> bool {
        // The end makes one more attempt, even if the next one is not due yet.
        let is_due = self.wait_until.is_none_or(|until| Instant::now() >= until);
        if !(is_due || is_closing && self.is_silent) {
            return false;
        }
        self.wait_until = None;
        let mut has_more = false;
        // The files of one run follow each other.
        let mut behind = HashSet::new();
        let mut at = 0;
        while let Some(moving) = self.shipments.get(at) {
            let run = moving.shipment.run().to_owned();
            if behind.contains(&run) {
                at += 1;
                continue;
            }
            match self.step(at, is_closing) {
                Step::Wait => return false,
                Step::More => {
                    behind.insert(run);
                    has_more = true;
                    at += 1;
                }
                Step::Nothing => at += 1,
                Step::Done => self.shipments.remove(at).shipment.finish(),
                Step::Left => drop(self.shipments.remove(at)),
                Step::Refused(reason) => {
                    let shipment = self.shipments.remove(at).shipment;
                    self.complain(&format!(
                        "run {} is not sent to {}: {}; its events are kept in {}",
                        clipped(&run),
                        self.server.address,
                        clipped(&reason),
                        shipment.file().display()
                    ));
                }
                Step::Barred(reason) => {
                    self.is_barred = true;
                    self.shipments.clear();
                    let (address, folder) = (&self.server.address, self.folder.display());
                    let reason = clipped(&reason);
                    self.complain(&format!(
                        "nothing is sent to {address}: {reason}; check MAKESPAN_TOKEN. The next program sends the runs that {folder} lists"
                    ));
                    return false;
                }
            }
        }
        has_more
    }

    fn complain(&mut self, text: &str) {
        self.complaints += 1;
        match self.complaints.cmp(&MOST_COMPLAINTS) {
            std::cmp::Ordering::Less => (self.complain)(text),
            std::cmp::Ordering::Equal => {
                (self.complain)(&format!("{text}; further problems are not reported"))
            }
            std::cmp::Ordering::Greater => {}
        }
    }

    fn step(&mut self, at: usize, is_closing: bool) -> Step {
        let Some(moving) = self.shipments.get_mut(at) else { return Step::Nothing };
        // Asked before the file is read: afterwards, lines may come before the end.
        let is_open = moving.is_open.load(Ordering::Acquire);
        let part = match moving.shipment.next() {
            Ok(Some(part)) => part,
            Ok(None) => {
                let is_still = is_closing || !moving.is_live || moving.still_since.elapsed() > LINGER;
                let is_done = !is_open && is_still;
                return if is_done { Step::Done } else { Step::Nothing };
            }
            Err(error) if error.kind() == io::ErrorKind::InvalidData => {
                return Step::Refused(error.to_string());
            }
            Err(_) if is_closing || !moving.is_live => return Step::Left,
            Err(_) => return Step::Nothing,
        };
        let shipment = &mut moving.shipment;
        match self.server.send(shipment.run(), shipment.producer(), part.first, &part.lines) {
            Sent::Stored => {
                shipment.stored(part.count);
                if moving.is_live {
                    moving.still_since = Instant::now();
                }
                let has_more = is_closing || shipment.has_more();
                (self.waits, self.is_silent) = (Waits::default(), false);
                if has_more { Step::More } else { Step::Nothing }
            }
            Sent::Busy(after) => {
                self.reason = "it is busy".to_owned();
                (self.wait_until, self.is_silent) = (Some(Instant::now() + self.waits.next(after)), false);
                Step::Wait
            }
            Sent::Silent(reason) => {
                self.reason = reason;
                (self.wait_until, self.is_silent) = (Some(Instant::now() + self.waits.next(None)), true);
                Step::Wait
            }
            Sent::TooLarge if shipment.shrink(part.count) => Step::More,
            Sent::TooLarge => Step::Refused("an event is too large for the server".to_owned()),
            Sent::Unauthorized(reason) => Step::Barred(reason),
            Sent::Refused(reason) => Step::Refused(reason),
        }
    }
}

fn clipped(text: &str) -> String {
    text.chars().take(SHOWN).collect()
}

/// Reports the end of the thread, even if it panics.
struct Over(Arc<Shared>);

impl Drop for Over {
    fn drop(&mut self) {
        self.0.state().is_over = true;
        self.0.turned.notify_all();
    }
}

/// Sends what programs that ended left for a server, as far as it is possible at once.
pub fn leftovers(server: Server, complain: impl FnMut(&str) + Send + 'static) {
    if let Ok((shipping, worker)) = Shipping::new(server, complain) {
        shipping.shared.state().is_closing = true;
        worker.work();
    }
}
