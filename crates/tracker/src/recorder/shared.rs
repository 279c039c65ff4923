//! State shared by the threads of the host and the writer.

use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex, OnceLock};
use std::thread::Thread;
use std::time::{Duration, Instant};

use super::chunk::{BLOCK, BLOCK_BYTES, Chunk, Pushed};
use super::record::{Class, Record};
use super::state::RunState;
use crate::durability::Durability;
use crate::lock::{briefly, within};
use crate::stats::Stats;
use crate::text::Text;

/// The part of the bound of memory that is kept for the life of tasks, in parts of 100.
const RESERVED: usize = 10;
/// The part of the bound of memory that may be kept as empty blocks for later, in parts of 100.
const SPARE: usize = 12;

/// One for each recorder.
#[derive(Debug)]
pub(crate) struct Shared {
    pub(super) id: u64,
    /// The process that the writer lives in; another one after a fork.
    process: u32,
    /// Bytes of records and lines that are held.
    held: AtomicUsize,
    /// Memory limits by class: details are dropped first.
    bounds: [usize; 2],
    /// Above what nothing comes in, by class: the bounds, or 0 once nothing is taken any more.
    gates: [AtomicUsize; 2],
    chunks: Mutex<Vec<Arc<Chunk>>>,
    stray: Arc<Chunk>,
    spare: Mutex<Vec<Vec<Record>>>,
    /// Runs that the writer does not know yet.
    pub(super) new_runs: Mutex<Vec<Arc<RunState>>>,
    writer: OnceLock<Thread>,
    asleep: AtomicBool,
    urgent: AtomicBool,
    stop: AtomicBool,
    rounds: Mutex<Rounds>,
    turned: Condvar,
    patience: Duration,
    /// Records that the writer has taken.
    pub(super) taken: AtomicU64,
    /// Records that were dropped, by class.
    dropped: [AtomicU64; 2],
}

/// Progress of the writer.
#[derive(Debug, Default)]
pub(super) struct Rounds {
    /// Everything older is with its sink, and listeners have heard it.
    pub(super) through: i64,
    /// The writer has ended.
    pub(super) over: bool,
}

impl Shared {
    pub(super) fn new(memory: usize, patience: Duration) -> Shared {
        static IDS: AtomicU64 = AtomicU64::new(1);
        let bounds = [memory - memory / 100 * RESERVED, memory];
        let id = IDS.fetch_add(1, Ordering::Relaxed);
        let stray = Arc::new(Chunk::new(id, Text::from("ending"), false));
        Shared {
            id,
            process: std::process::id(),
            held: AtomicUsize::new(0),
            bounds,
            gates: bounds.map(AtomicUsize::new),
            chunks: Mutex::new(vec![Arc::clone(&stray)]),
            stray,
            spare: Mutex::default(),
            new_runs: Mutex::default(),
            writer: OnceLock::new(),
            asleep: AtomicBool::new(false),
            urgent: AtomicBool::new(false),
            stop: AtomicBool::new(false),
            rounds: Mutex::default(),
            turned: Condvar::new(),
            patience,
            taken: AtomicU64::new(0),
            dropped: Default::default(),
        }
    }

    // ------------------------------------------------------------------------------------------------------- memory

    /// Whether a record of this class may come in at all.
    #[inline]
    pub(super) fn has_room(&self, class: Class) -> bool {
        self.held.load(Ordering::Relaxed) < self.gates[class as usize].load(Ordering::Relaxed)
    }

    /// Returns whether so much memory is used that the writer should not rest.
    pub(super) fn is_filling(&self) -> bool {
        self.held.load(Ordering::Relaxed) > self.bounds[1] / 4
    }

    /// Reserves memory, unless the limit is reached.
    pub(super) fn reserve(&self, bytes: usize, class: Class) -> bool {
        let before = self.held.fetch_add(bytes, Ordering::Relaxed);
        let fits = before.saturating_add(bytes) <= self.bounds[class as usize];
        if !fits {
            self.release(bytes);
        }
        fits
    }

    /// Reserves memory beyond the limit, for reports of dropped records.
    pub(super) fn overdraw(&self, bytes: usize) {
        self.held.fetch_add(bytes, Ordering::Relaxed);
    }

    pub(super) fn release(&self, bytes: usize) {
        if bytes > 0 {
            self.held.fetch_sub(bytes, Ordering::Relaxed);
        }
    }

    /// Takes nothing any more.
    pub(super) fn close(&self) {
        self.gates.iter().for_each(|gate| gate.store(0, Ordering::Relaxed));
    }

    /// An empty block.
    pub(super) fn block(&self) -> Vec<Record> {
        let spare = briefly(&self.spare).and_then(|mut spare| spare.pop());
        spare.unwrap_or_else(|| Vec::with_capacity(BLOCK))
    }

    /// Keeps an empty block for later.
    pub(super) fn keep(&self, block: Vec<Record>) {
        if let Some(mut spare) = briefly(&self.spare)
            && spare.len() < self.bounds[1] / 100 * SPARE / BLOCK_BYTES
            && block.capacity() == BLOCK
        {
            spare.push(block);
        }
    }

    // ------------------------------------------------------------------------------------------------------ records

    /// Registers a run with the writer, and makes its first line as durable as the run requires.
    pub(crate) fn open(&self, run: &Arc<RunState>) {
        let Some(mut runs) = briefly(&self.new_runs) else { return };
        runs.push(Arc::clone(run));
        drop(runs);
        self.wake();
        self.settle(run, Pushed::At(crate::clock::now()));
    }

    /// Counts of all that came.
    pub(crate) fn stats(&self) -> Stats {
        let dropped = |class: Class| self.dropped[class as usize].load(Ordering::Relaxed);
        Stats {
            taken: self.taken.load(Ordering::Relaxed),
            dropped_details: dropped(Class::Detail),
            dropped_lifecycle: dropped(Class::Lifecycle),
            held: self.held.load(Ordering::Relaxed) as u64,
        }
    }

    /// Counts records that were dropped.
    pub(super) fn count_dropped(&self, run: &RunState, class: Class, records: u64) {
        run.dropped[class as usize].fetch_add(records, Ordering::Relaxed);
        self.dropped[class as usize].fetch_add(records, Ordering::Relaxed);
    }

    /// Adds a new chunk; false if the lock is not available, as in a child after a fork.
    pub(super) fn adopt(&self, chunk: &Arc<Chunk>) -> bool {
        briefly(&self.chunks).map(|mut chunks| chunks.push(Arc::clone(chunk))).is_some()
    }

    /// The chunk of those threads that can have none.
    pub(super) fn stray(&self) -> &Arc<Chunk> {
        &self.stray
    }

    /// All chunks; those whose threads had ended before are given for the last time.
    pub(super) fn chunks(&self) -> Vec<Arc<Chunk>> {
        let mut chunks = self.chunks.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        let all = chunks.clone();
        chunks.retain(|chunk| !chunk.is_gone());
        all
    }

    // ------------------------------------------------------------------------------------------------------- waking

    pub(super) fn set_writer(&self, thread: Thread) {
        let _ = self.writer.set(thread);
    }

    /// Makes the writer look.
    pub(super) fn wake(&self) {
        if let Some(writer) = self.writer.get() {
            writer.unpark();
        }
    }

    /// Whether the writer sleeps until it is woken.
    #[inline]
    pub(super) fn is_asleep(&self) -> bool {
        self.asleep.load(Ordering::Relaxed)
    }

    pub(super) fn set_asleep(&self, asleep: bool) {
        self.asleep.store(asleep, Ordering::SeqCst);
    }

    /// Whether somebody waits; asking answers them.
    pub(super) fn take_urgent(&self) -> bool {
        self.urgent.swap(false, Ordering::AcqRel)
    }

    pub(super) fn must_stop(&self) -> bool {
        self.stop.load(Ordering::Acquire)
    }

    pub(crate) fn stop(&self) {
        self.stop.store(true, Ordering::Release);
        self.wake();
    }

    // ------------------------------------------------------------------------------------------------------ waiting

    /// Whether waiting for the writer could ever end: not on its own thread, and not in a child after a fork.
    fn may_wait(&self) -> bool {
        let own = self.writer.get().is_some_and(|writer| writer.id() == std::thread::current().id());
        !own && std::process::id() == self.process
    }

    /// Whether this is the process that the writer lives in.
    pub(crate) fn is_at_home(&self) -> bool {
        std::process::id() == self.process
    }

    /// Waits, as the run's durability asks for, until a record is safe; never longer than the patience, and not at
    /// all while the sink is behind.
    #[inline]
    pub(crate) fn settle(&self, run: &RunState, pushed: Pushed) {
        match run.durability {
            Durability::Buffered => {}
            Durability::Write => self.settle_with(run, &run.written, pushed),
            Durability::Strict => self.settle_with(run, &run.synced, pushed),
        }
    }

    fn settle_with(&self, run: &RunState, safe: &AtomicI64, pushed: Pushed) {
        let Pushed::At(at) = pushed else { return };
        if run.behind.load(Ordering::Relaxed) {
            run.unwaited.fetch_add(1, Ordering::Relaxed);
        } else if self.may_wait() && !self.wait(self.patience, |_| safe.load(Ordering::Acquire) > at) {
            run.behind.store(true, Ordering::Relaxed);
            run.unwaited.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// Waits until all that was recorded before is with its sinks, or the time is over; whether it is.
    pub(crate) fn flush(&self, limit: Duration) -> bool {
        let now = crate::clock::now();
        self.may_wait() && self.wait(limit, |rounds| rounds.through > now)
    }

    /// Waits until the writer has ended, or the time is over; whether it has.
    pub(crate) fn wait_for_end(&self, limit: Duration) -> bool {
        self.may_wait() && self.wait(limit, |rounds| rounds.over)
    }

    fn wait(&self, limit: Duration, done: impl Fn(&Rounds) -> bool) -> bool {
        let start = Instant::now();
        let Some(mut rounds) = within(&self.rounds, limit) else { return false };
        loop {
            if done(&rounds) {
                return true;
            }
            let Some(left) = limit.checked_sub(start.elapsed()).filter(|left| !left.is_zero()) else {
                return false;
            };
            if rounds.over {
                return false;
            }
            self.urgent.store(true, Ordering::Release);
            self.wake();
            (rounds, _) = self.turned.wait_timeout(rounds, left).unwrap_or_else(|p| p.into_inner());
        }
    }

    /// Says how far the writer is.
    pub(super) fn turn(&self, change: impl FnOnce(&mut Rounds)) {
        let mut rounds = self.rounds.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        change(&mut rounds);
        drop(rounds);
        self.turned.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signal_handler_on_a_thread_that_holds_the_locks_does_not_block() {
        let limit = Duration::from_millis(20);
        let shared = Shared::new(1 << 20, limit);
        let begun = Instant::now();
        let held = (shared.rounds.lock().unwrap(), shared.new_runs.lock().unwrap());
        let held = (held, shared.chunks.lock().unwrap(), shared.spare.lock().unwrap());
        // What a start or an end does from a handler.
        let run = Arc::new(RunState::default());
        shared.open(&run);
        assert!(!shared.flush(limit) && !shared.wait_for_end(limit));
        shared.settle_with(&run, &run.written, Pushed::At(1));
        assert_eq!(shared.block().len(), 0);
        assert!(begun.elapsed() < Duration::from_secs(5), "{:?}", begun.elapsed());
        drop(held);
    }
}
