//! Callbacks on events.
//!
//! They run on a separate thread, which exists only if there are listeners, and receive events after these were passed
//! to the sink: a slow or panicking listener delays neither the host nor the writing.

use std::io;
use std::sync::atomic::Ordering;
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use makespan_format::{Diagnostic, Event, Severity, read_line};

use super::chunk::be_quiet;
use super::record::{Class, Record, TaskKey, What};
use super::shared::Shared;
use super::state::RunState;
use crate::contain::contained;
use crate::lock::within;

/// Receives the events of all runs of a tracker; the first argument is the id of the run.
pub(crate) type Listener = Box<dyn FnMut(&str, &Event<'_>) + Send>;

/// Maximum number of letters waiting for listeners; further ones are dropped and counted.
const LETTERS: usize = 256;

/// The writer's end.
pub(crate) struct Post {
    sender: SyncSender<Letter>,
    bundle: Vec<Letter>,
    heard: Arc<Heard>,
}

/// Lines of one run.
struct Letter {
    run: Arc<RunState>,
    text: String,
}

/// Number of letters that were sent and received.
#[derive(Debug, Default)]
pub(crate) struct Heard {
    counts: Mutex<(u64, u64)>,
    changed: Condvar,
}

impl Heard {
    /// Waits until everything sent before was received, or the time is over. Returns whether it was received.
    pub(crate) fn wait(&self, limit: Duration) -> bool {
        let start = Instant::now();
        let Some(mut counts) = within(&self.counts, limit) else { return false };
        let sent = counts.0;
        while counts.1 < sent {
            let Some(left) = limit.checked_sub(start.elapsed()).filter(|left| !left.is_zero()) else {
                return false;
            };
            (counts, _) = self.changed.wait_timeout(counts, left).unwrap_or_else(PoisonError::into_inner);
        }
        true
    }

    fn count(&self, sent: u64, heard: u64) {
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        counts.0 += sent;
        counts.1 += heard;
        drop(counts);
        self.changed.notify_all();
    }
}

impl Post {
    /// Adds lines to the next letter.
    pub(crate) fn add(&mut self, run: &Arc<RunState>, lines: &str) {
        match self.bundle.last_mut().filter(|letter| letter.run.index == run.index) {
            Some(letter) => letter.text.push_str(lines),
            None => self.bundle.push(Letter { run: Arc::clone(run), text: lines.to_owned() }),
        }
    }

    /// Sends the collected lines, if there is room.
    pub(crate) fn send(&mut self) {
        for letter in self.bundle.drain(..) {
            // Counted before it is sent, so that the number received never exceeds the number sent.
            self.heard.count(1, 0);
            if let Err(TrySendError::Full(letter) | TrySendError::Disconnected(letter)) =
                self.sender.try_send(letter)
            {
                letter.run.unheard.fetch_add(letter.text.lines().count() as u64, Ordering::Relaxed);
                self.heard.count(0, 1);
            }
        }
    }
}

/// Starts the listeners' thread.
///
/// # Errors
///
/// Errors of starting a thread.
pub(crate) fn start(listeners: Vec<Listener>, shared: Arc<Shared>) -> io::Result<(Post, Arc<Heard>)> {
    let (sender, receiver) = sync_channel(LETTERS);
    let heard = Arc::new(Heard::default());
    let post = Post { sender, bundle: Vec::new(), heard: Arc::clone(&heard) };
    let ears = Arc::clone(&heard);
    thread::Builder::new()
        .name("makespan-listen".to_owned())
        .spawn(move || listen(listeners, &receiver, &shared, &ears))?;
    Ok((post, heard))
}

fn listen(mut listeners: Vec<Listener>, receiver: &Receiver<Letter>, shared: &Shared, heard: &Heard) {
    be_quiet();
    while let Ok(letter) = receiver.recv() {
        for line in letter.text.lines() {
            let Ok(read) = read_line(line.as_bytes()) else { continue };
            listeners.retain_mut(|listener| match contained(|| listener(&letter.run.id, &read.event)) {
                Ok(()) => true,
                Err(panic) => {
                    switched_off(&letter.run, &panic, shared);
                    false
                }
            });
        }
        heard.count(0, 1);
    }
}

/// Reports in the run that a listener was disabled.
fn switched_off(run: &RunState, panic: &str, shared: &Shared) {
    let text = format!("a listener panicked and is switched off: {panic}");
    let finding = Box::new(Diagnostic::new(Severity::Warning, "listener-failed", text));
    let what = What::Finding(finding);
    shared.push(run, Class::Lifecycle, what.weight(), |at| Record {
        at,
        run: run.index,
        attempt: 0,
        task: TaskKey::RUN,
        what,
    });
}
