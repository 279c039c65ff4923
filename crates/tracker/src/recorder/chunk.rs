//! Buffers into which threads record, and from which the writer takes records.
//!
//! Each thread has a buffer of its own behind a lock. The only contender is the writer, for the few instructions that
//! exchange the buffer for an empty one. No thread of the host waits for that lock: it tries a bounded number of times,
//! then drops the record and counts it. Therefore neither a child after a fork, whose writer does not exist, nor an
//! allocator that records itself can deadlock here.

use std::cell::Cell;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

use super::record::Record;
use crate::text::Text;

/// Number of records per block: a thread allocates memory once per block.
pub(super) const BLOCK: usize = 128;
/// Memory of a block, in bytes of the memory limit.
pub(super) const BLOCK_BYTES: usize = BLOCK * size_of::<Record>();

/// The records of one thread that the writer has not taken yet.
#[derive(Debug)]
pub(crate) struct Chunk {
    /// Id of its recorder.
    pub(super) recorder: u64,
    pub(super) buffer: Mutex<Buffer>,
    /// Name of the thread, as the worker of the attempts that it starts.
    pub(super) worker: Text,
    /// Whether listeners do not receive its records, because it is their thread.
    pub(super) quiet: bool,
    /// Whether its thread has ended.
    pub(super) gone: AtomicBool,
}

#[derive(Debug, Default)]
pub(super) struct Buffer {
    pub(super) current: Vec<Record>,
    pub(super) full: Vec<Vec<Record>>,
}

/// Outcome of a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Pushed {
    /// It was recorded, at this time.
    At(i64),
    /// The memory limit is reached, or the writer has stopped.
    Dropped,
    /// It is from the writer's own thread, where a sink would record its own work endlessly.
    Muted,
}

thread_local! {
    static VOICE: Cell<Voice> = const { Cell::new(Voice::Heard) };
}

/// What happens to the records of a thread.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Voice {
    Heard,
    /// They are written, but not passed to listeners, because it is their thread.
    Quiet,
    /// They are ignored.
    Muted,
}

/// Marks this thread as one on which listeners run.
pub(crate) fn be_quiet() {
    let _ = VOICE.try_with(|voice| voice.set(Voice::Quiet));
}

/// Marks this thread as one on which a sink runs.
pub(super) fn mute() {
    let _ = VOICE.try_with(|voice| voice.set(Voice::Muted));
}

pub(super) fn voice() -> Voice {
    VOICE.try_with(Cell::get).unwrap_or(Voice::Heard)
}

/// Returns whether listeners run on this thread.
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

    /// Returns whether its thread has ended.
    pub(super) fn is_gone(&self) -> bool {
        self.gone.load(Ordering::Acquire)
    }
}
