//! Where a thread puts its records, and where the writer takes them from.
//!
//! Each thread has a buffer of its own behind a lock that nobody else wants, save the writer for the few
//! instructions that it takes to exchange it for an empty one. No thread of the host ever waits for that lock: it
//! tries it a bounded number of times and then drops the record and counts it, so that neither a child after a fork,
//! whose writer is gone, nor an allocator that records itself can come to a standstill here.

use std::cell::Cell;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

use super::record::Record;
use crate::text::Text;

/// Records in a block: a thread asks for memory once in so many.
pub(super) const BLOCK: usize = 128;
/// What a block takes of the bound of memory.
pub(super) const BLOCK_BYTES: usize = BLOCK * size_of::<Record>();

/// The records of one thread that were not taken yet.
#[derive(Debug)]
pub(crate) struct Chunk {
    /// Id of its recorder.
    pub(super) recorder: u64,
    pub(super) buffer: Mutex<Buffer>,
    /// The thread, as the worker of the attempts that it starts.
    pub(super) worker: Text,
    /// Whether listeners hear nothing of it: it is theirs.
    pub(super) quiet: bool,
    /// Whether its thread has ended.
    pub(super) gone: AtomicBool,
}

#[derive(Debug, Default)]
pub(super) struct Buffer {
    pub(super) current: Vec<Record>,
    pub(super) full: Vec<Vec<Record>>,
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
    static VOICE: Cell<Voice> = const { Cell::new(Voice::Heard) };
}

/// What becomes of what a thread records.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Voice {
    Heard,
    /// It is written, but listeners do not hear it: the thread is theirs.
    Quiet,
    /// Nothing.
    Muted,
}

/// Marks this thread as one that listeners run on.
pub(crate) fn be_quiet() {
    let _ = VOICE.try_with(|voice| voice.set(Voice::Quiet));
}

/// Marks this thread as one that a sink runs on.
pub(super) fn mute() {
    let _ = VOICE.try_with(|voice| voice.set(Voice::Muted));
}

pub(super) fn voice() -> Voice {
    VOICE.try_with(Cell::get).unwrap_or(Voice::Heard)
}

/// Whether listeners run on this thread.
pub(super) fn is_quiet() -> bool {
    voice() == Voice::Quiet
}

impl Chunk {
    pub(super) fn new(recorder: u64, worker: Text, quiet: bool) -> Chunk {
        Chunk { recorder, buffer: Mutex::default(), worker, quiet, gone: AtomicBool::new(false) }
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
