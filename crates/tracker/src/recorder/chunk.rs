//! Where a thread puts its records, and where the writer takes them from.
//!
//! Each thread has a buffer of its own behind a lock that nobody else wants, save the writer for the few
//! instructions that it takes to exchange it for an empty one. No thread of the host ever waits for that lock: it
//! tries it a bounded number of times and then drops the record and counts it, so that neither a child after a fork,
//! whose writer is gone, nor an allocator that records itself can come to a standstill here.

use std::cell::{Cell, RefCell};
use std::hint::spin_loop;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, TryLockError};
use std::thread;

use super::record::{Class, Record};
use super::shared::Shared;
use crate::clock;
use crate::text::Text;

/// Records in a block: a thread asks for memory once in so many.
pub(super) const BLOCK: usize = 128;
/// What a block takes of the bound of memory.
pub(super) const BLOCK_BYTES: usize = BLOCK * size_of::<Record>();

/// The records of one thread that were not taken yet.
#[derive(Debug)]
pub(crate) struct Chunk {
    buffer: Mutex<Buffer>,
    /// The thread, as the worker of the attempts that it starts.
    pub(super) worker: Text,
    /// Whether listeners hear nothing of it: it is theirs.
    pub(super) quiet: bool,
    /// Whether its thread has ended.
    gone: AtomicBool,
}

#[derive(Debug, Default)]
struct Buffer {
    current: Vec<Record>,
    full: Vec<Vec<Record>>,
}

/// What became of a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Pushed {
    /// It is on its way; when it happened.
    At(i64),
    /// There was no room, or nobody takes records any more.
    Dropped,
    /// It is from the writer's own thread, where a sink would record its own work without end.
    Muted,
}

thread_local! {
    static CHUNKS: RefCell<Held> = const { RefCell::new(Held(Vec::new())) };
    static VOICE: Cell<Voice> = const { Cell::new(Voice::Heard) };
}

/// What becomes of what a thread records.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Voice {
    Heard,
    /// It is written, but listeners do not hear it: the thread is theirs.
    Quiet,
    /// Nothing.
    Muted,
}

/// The chunks of this thread, one for each recorder that it met.
struct Held(Vec<(u64, Arc<Chunk>)>);

impl Drop for Held {
    fn drop(&mut self) {
        for (_, chunk) in &self.0 {
            chunk.gone.store(true, Ordering::Release);
        }
    }
}

/// Marks this thread as one that listeners run on.
pub(crate) fn be_quiet() {
    let _ = VOICE.try_with(|voice| voice.set(Voice::Quiet));
}

/// Marks this thread as one that a sink runs on.
pub(super) fn mute() {
    let _ = VOICE.try_with(|voice| voice.set(Voice::Muted));
}

fn voice() -> Voice {
    VOICE.try_with(Cell::get).unwrap_or(Voice::Heard)
}

/// Whether listeners run on this thread.
pub(super) fn is_quiet() -> bool {
    voice() == Voice::Quiet
}

/// Takes a lock that is only ever held for a few instructions, without ever waiting long for it.
pub(crate) fn briefly<T>(lock: &Mutex<T>) -> Option<MutexGuard<'_, T>> {
    for attempt in 0..400 {
        match lock.try_lock() {
            Ok(guard) => return Some(guard),
            Err(TryLockError::Poisoned(poisoned)) => return Some(poisoned.into_inner()),
            Err(TryLockError::WouldBlock) if attempt < 200 => spin_loop(),
            Err(TryLockError::WouldBlock) => thread::yield_now(),
        }
    }
    None
}

impl Chunk {
    pub(super) fn new(worker: Text, quiet: bool) -> Chunk {
        Chunk { buffer: Mutex::default(), worker, quiet, gone: AtomicBool::new(false) }
    }

    /// Adds the record that `make` makes for the time it is given. The time is read under the lock: whoever takes
    /// the lock later sees every record that is older than the moment they took it.
    #[inline]
    fn push(&self, shared: &Shared, class: Class, make: impl FnOnce(i64) -> Record) -> Pushed {
        let Some(mut buffer) = briefly(&self.buffer) else { return Pushed::Dropped };
        let at = clock::now();
        let record = make(at);
        let weight = record.weight();
        if !shared.has_room(class) || (weight > 0 && !shared.reserve(weight, class)) {
            return Pushed::Dropped;
        }
        let mut wake = false;
        if buffer.current.len() == buffer.current.capacity() {
            if !shared.reserve(BLOCK_BYTES, class) {
                shared.release(weight);
                return Pushed::Dropped;
            }
            let block = std::mem::replace(&mut buffer.current, shared.block());
            if !block.is_empty() {
                buffer.full.push(block);
                // Waking costs as much as fifty records; a writer that is not asleep looks soon by itself.
                wake = shared.is_filling();
            }
        }
        let first = buffer.current.is_empty() && buffer.full.is_empty();
        buffer.current.push(record);
        drop(buffer);
        if wake || (first && shared.is_asleep()) {
            shared.wake();
        }
        Pushed::At(at)
    }

    /// Takes all records, oldest first, block by block.
    pub(super) fn take(&self, into: &mut Vec<Vec<Record>>) {
        let mut buffer = self.buffer.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        if buffer.current.is_empty() && buffer.full.is_empty() {
            return;
        }
        into.append(&mut buffer.full);
        into.push(std::mem::take(&mut buffer.current));
    }

    /// Whether its thread has ended.
    pub(super) fn is_gone(&self) -> bool {
        self.gone.load(Ordering::Acquire)
    }
}

impl Shared {
    /// Adds a record to the chunk of this thread. About 25 ns beside the clock.
    #[inline]
    pub(super) fn record(&self, class: Class, make: impl FnOnce(i64) -> Record) -> Pushed {
        let mut make = Some(make);
        let pushed = CHUNKS.try_with(|held| {
            let held = held.try_borrow().ok()?;
            let chunk = held.of(self.id)?;
            Some(chunk.push(self, class, make.take()?))
        });
        match (pushed, make) {
            (Ok(Some(pushed)), _) => pushed,
            (Ok(None), Some(_)) if voice() == Voice::Muted => Pushed::Muted,
            (Ok(None), Some(make)) => self.first_of_thread().push(self, class, make),
            // This thread is about to end and its own chunks are gone already.
            (Err(_), Some(make)) => self.stray().push(self, class, make),
            (_, None) => Pushed::Dropped,
        }
    }

    /// Makes the chunk of this thread.
    #[cold]
    fn first_of_thread(&self) -> Arc<Chunk> {
        let chunk = Arc::new(Chunk::new(thread_name(), is_quiet()));
        let held = CHUNKS.try_with(|held| {
            // Borrowed already where the allocator of the host records what it does.
            let mut held = held.try_borrow_mut().ok()?;
            self.adopt(&chunk).then(|| {
                // Chunks that nobody else holds belong to recorders that are gone.
                held.0.retain(|(_, chunk)| Arc::strong_count(chunk) > 1);
                held.0.push((self.id, Arc::clone(&chunk)));
            })
        });
        match held {
            Ok(Some(())) => chunk,
            _ => Arc::clone(self.stray()),
        }
    }
}

impl Held {
    #[inline]
    fn of(&self, recorder: u64) -> Option<&Chunk> {
        self.0.iter().find(|(id, _)| *id == recorder).map(|(_, chunk)| &**chunk)
    }
}

/// The name of this thread, or a number where it has none.
pub(crate) fn thread_name() -> Text {
    static UNNAMED: AtomicU64 = AtomicU64::new(1);
    match thread::current().name() {
        Some("main") => Text::from("main"),
        Some(name) => Text::from(name.to_owned()),
        None => Text::from(format!("thread-{}", UNNAMED.fetch_add(1, Ordering::Relaxed))),
    }
}
