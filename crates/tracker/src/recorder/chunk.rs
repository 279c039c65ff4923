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
    /// Id of its recorder.
    recorder: u64,
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
    /// The one of them that was used last. It is taken out while it is used: whoever finds none takes the long way.
    static LAST: Cell<Option<Arc<Chunk>>> = const { Cell::new(None) };
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
struct Held(Vec<Arc<Chunk>>);

impl Drop for Held {
    fn drop(&mut self) {
        // What the thread still records while it ends goes elsewhere: the writer looks once more, and then forgets.
        let _ = LAST.try_with(Cell::take);
        for chunk in &self.0 {
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
#[inline]
pub(crate) fn briefly<T>(lock: &Mutex<T>) -> Option<MutexGuard<'_, T>> {
    match lock.try_lock() {
        Ok(guard) => Some(guard),
        Err(_) => patiently(lock),
    }
}

#[cold]
fn patiently<T>(lock: &Mutex<T>) -> Option<MutexGuard<'_, T>> {
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

impl Buffer {
    /// Begins another block. Whether the writer should be woken, for memory fills; nothing where there is no room.
    #[cold]
    fn turn(&mut self, shared: &Shared, class: Class) -> Option<bool> {
        if !shared.reserve(BLOCK_BYTES, class) {
            return None;
        }
        let block = std::mem::replace(&mut self.current, shared.block());
        if block.is_empty() {
            return Some(false);
        }
        self.full.push(block);
        // Waking costs as much as fifty records; a writer that is not asleep looks soon by itself.
        Some(shared.is_filling())
    }
}

impl Chunk {
    pub(super) fn new(recorder: u64, worker: Text, quiet: bool) -> Chunk {
        Chunk { recorder, buffer: Mutex::default(), worker, quiet, gone: AtomicBool::new(false) }
    }

    /// Adds the record that `make` makes for the time it is given, and that holds `weight` bytes. The time is read
    /// under the lock: whoever takes the lock later sees every record that is older than the moment they took it.
    ///
    /// Inlined into its callers, so that a record is made where it stays: copies of it cost more than the lock.
    #[inline(always)]
    fn push(&self, shared: &Shared, class: Class, weight: usize, make: impl FnOnce(i64) -> Record) -> Pushed {
        let Some(mut buffer) = briefly(&self.buffer) else { return Pushed::Dropped };
        let at = clock::now();
        if !shared.has_room(class) || (weight > 0 && !shared.reserve(weight, class)) {
            return Pushed::Dropped;
        }
        let mut wake = shared.is_asleep() && buffer.current.is_empty() && buffer.full.is_empty();
        if buffer.current.len() == buffer.current.capacity() {
            match buffer.turn(shared, class) {
                Some(filling) => wake |= filling,
                None => {
                    shared.release(weight);
                    return Pushed::Dropped;
                }
            }
        }
        buffer.current.push(make(at));
        drop(buffer);
        if wake {
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
    /// Adds a record to the chunk of this thread.
    #[inline(always)]
    pub(super) fn record(&self, class: Class, weight: usize, make: impl FnOnce(i64) -> Record) -> Pushed {
        match LAST.try_with(Cell::take) {
            Ok(Some(chunk)) if chunk.recorder == self.id => {
                let pushed = chunk.push(self, class, weight, make);
                let _ = LAST.try_with(|last| last.set(Some(chunk)));
                pushed
            }
            _ => self.record_elsewhere(class, weight, make),
        }
    }

    #[cold]
    fn record_elsewhere(&self, class: Class, weight: usize, make: impl FnOnce(i64) -> Record) -> Pushed {
        let found = CHUNKS.try_with(|held| {
            // Borrowed already where the allocator of the host records what it does.
            let mut held = held.try_borrow_mut().ok()?;
            held.of(self.id).or_else(|| self.first_of_thread(&mut held))
        });
        // Without chunks of its own is a thread that is about to end, too.
        match found.ok().flatten() {
            Some(chunk) => {
                let pushed = chunk.push(self, class, weight, make);
                let _ = LAST.try_with(|last| last.set(Some(chunk)));
                pushed
            }
            None if voice() == Voice::Muted => Pushed::Muted,
            None => self.stray().push(self, class, weight, make),
        }
    }

    /// Makes the chunk of this thread, unless nothing is to be heard of it.
    fn first_of_thread(&self, held: &mut Held) -> Option<Arc<Chunk>> {
        if voice() == Voice::Muted {
            return None;
        }
        let chunk = Arc::new(Chunk::new(self.id, thread_name(), is_quiet()));
        if !self.adopt(&chunk) {
            return None;
        }
        // Chunks that nobody else holds belong to recorders that are gone.
        held.0.retain(|chunk| Arc::strong_count(chunk) > 1);
        held.0.push(Arc::clone(&chunk));
        Some(chunk)
    }
}

impl Held {
    fn of(&self, recorder: u64) -> Option<Arc<Chunk>> {
        self.0.iter().find(|chunk| chunk.recorder == recorder).map(Arc::clone)
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
