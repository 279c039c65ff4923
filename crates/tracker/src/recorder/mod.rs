//! The recorder: threads add records to their own chunks; a writer takes them, sorts them by time, encodes them and
//! passes them to the sink.
//!
//! ```text
//! thread ─▶ chunk ─┐
//! thread ─▶ chunk ─┼─▶ writer ─▶ outbox of each run ─▶ sink
//! thread ─▶ chunk ─┘      └────▶ listeners
//! ```
//!
//! Every wait has a limit, and so has the memory.

mod chunk;
mod encode;
mod ids;
mod listener;
mod outbox;
mod push;
mod record;
mod shared;
mod state;
mod writer;

use std::io;
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::thread;
use std::time::{Duration, Instant};

pub(crate) use chunk::Pushed;
pub(crate) use listener::Listener;
pub(crate) use record::{Alarm, Class, Declared, Details, Failure, Line, Over, Record, TaskKey, Thing, What};
pub(crate) use shared::Shared;
pub(crate) use state::RunState;

use crate::contain::{contained, watch_panics};
use crate::durability::Durability;
use crate::lock::briefly;
use crate::redact::Redactor;
use crate::sink::{Paths, Sink};
use crate::usage::Sampler;
use listener::Heard;

/// The side of the host; dropping the last handle stops the writer.
pub(crate) struct Recorder {
    pub(crate) shared: Arc<Shared>,
    pub(crate) redactor: Option<Redactor>,
    pub(crate) durability: Durability,
    pub(crate) sampler: Arc<Sampler>,
    heard: Option<Arc<Heard>>,
    ids: Mutex<ids::Ids>,
    /// The folder or file of runs, if they are written to files.
    pub(crate) paths: Option<Paths>,
    /// The run that the program was started within, and its task there.
    pub(crate) around: Option<Around>,
    at_end: Option<AtEnd>,
}

/// What the end of the program waits for after everything is written, at most that long.
pub(crate) type AtEnd = Box<dyn Fn(Duration) + Send + Sync>;

/// The run that a program was started within.
#[derive(Clone, Debug)]
pub(crate) struct Around {
    pub(crate) run: String,
    pub(crate) task: Option<String>,
}

/// State shared by all handles of a run.
#[derive(Debug)]
pub(crate) struct RunInner {
    pub(crate) state: Arc<RunState>,
    pub(crate) recorder: Arc<Recorder>,
}

/// Maximum time for which the end of a program waits for unwritten records.
const EXIT: Duration = Duration::from_secs(2);
/// Maximum time for which it then waits for the server.
const SENDING: Duration = Duration::from_secs(5);
/// Maximum time for which a panic waits for unwritten records.
const PANIC: Duration = Duration::from_millis(100);

/// Settings of a recorder.
pub(crate) struct Parts {
    pub(crate) sink: Box<dyn Sink>,
    pub(crate) listeners: Vec<Listener>,
    pub(crate) redactor: Option<Redactor>,
    pub(crate) durability: Durability,
    pub(crate) memory: usize,
    pub(crate) patience: Duration,
    pub(crate) sampling: Duration,
    pub(crate) watch_panics: bool,
    pub(crate) paths: Option<Paths>,
    pub(crate) at_end: Option<AtEnd>,
    pub(crate) around: Option<Around>,
}

impl std::fmt::Debug for Recorder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Recorder").field("shared", &self.shared).finish_non_exhaustive()
    }
}

impl Recorder {
    /// Starts the writer, and the listeners' thread if there are any.
    ///
    /// # Errors
    ///
    /// Errors of starting a thread.
    pub(crate) fn start(parts: Parts) -> io::Result<Recorder> {
        let shared = Arc::new(Shared::new(parts.memory, parts.patience));
        let (post, heard) = if parts.listeners.is_empty() {
            (None, None)
        } else {
            let (post, heard) = listener::start(parts.listeners, Arc::clone(&shared))?;
            (Some(post), Some(heard))
        };
        let writer = writer::Writer::new(Arc::clone(&shared), parts.sink, random_word(16), post);
        let own = Arc::clone(&shared);
        let thread = thread::Builder::new().name("makespan-write".to_owned()).spawn(move || {
            chunk::mute();
            // The writer calls foreign code only in containment; if it fails itself, nobody may wait for it.
            let _ = contained(|| writer.work());
            own.close();
            own.turn(|rounds| rounds.over = true);
        })?;
        shared.set_writer(thread.thread().clone());
        if parts.watch_panics {
            watch_panics(flush_all);
        }
        remember(&shared);
        let sampler = Sampler::new(parts.sampling);
        let (redactor, durability) = (parts.redactor, parts.durability);
        let (paths, around, at_end) = (parts.paths, parts.around, parts.at_end);
        let ids = Mutex::default();
        Ok(Recorder { shared, redactor, durability, sampler, heard, ids, paths, around, at_end })
    }

    /// Returns the id for a run: the given one, with a number if another run had it.
    pub(crate) fn unique_id(&self, id: &str) -> Arc<str> {
        // In a child process after a fork, nothing is recorded anyway.
        briefly(&self.ids).map_or_else(|| id.into(), |mut ids| ids.unique(id))
    }

    /// Waits until everything recorded before was passed to sinks and listeners, or the time is over.
    pub(crate) fn flush(&self, limit: Duration) -> bool {
        self.shared.flush(limit)
            && self.heard.as_ref().is_none_or(|heard| chunk::is_quiet() || heard.wait(limit))
    }

    /// Stops the writer after everything is written, or when the time is over. `sending` is the time for both this and
    /// what follows it.
    pub(crate) fn stop(&self, limit: Duration, sending: Duration) -> bool {
        self.shared.stop();
        let since = Instant::now();
        let written = self.shared.wait_for_end(limit);
        if let Some(at_end) = self.at_end.as_ref().filter(|_| !chunk::is_quiet()) {
            at_end(sending.saturating_sub(since.elapsed()));
        }
        written && self.heard.as_ref().is_none_or(|heard| chunk::is_quiet() || heard.wait(limit))
    }
}

impl Drop for Recorder {
    fn drop(&mut self) {
        if self.shared.is_at_home() {
            self.stop(EXIT, EXIT + SENDING);
        }
    }
}

static LIVE: Mutex<Vec<Weak<Shared>>> = Mutex::new(Vec::new());

fn remember(shared: &Arc<Shared>) {
    let mut live = LIVE.lock().unwrap_or_else(PoisonError::into_inner);
    live.retain(|one| one.strong_count() > 0);
    live.push(Arc::downgrade(shared));
}

/// Writes everything that any thread recorded, because the process may be about to abort.
fn flush_all() {
    // A panic of this thread may have happened anywhere, so no lock is waited for.
    let Some(live) = briefly(&LIVE).map(|live| live.clone()) else { return };
    for shared in live.iter().filter_map(Weak::upgrade) {
        shared.flush(PANIC);
    }
}

/// Returns unpredictable letters and digits, from the randomness that seeds the hash tables of this process.
pub(crate) fn random_word(length: usize) -> String {
    use std::hash::{BuildHasher, RandomState};
    const LETTERS: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
    let mut word = String::with_capacity(length);
    while word.len() < length {
        let mut bits = RandomState::new().hash_one(word.len());
        for _ in 0..12.min(length - word.len()) {
            word.push(char::from(LETTERS[(bits & 31) as usize]));
            bits >>= 5;
        }
    }
    word
}
