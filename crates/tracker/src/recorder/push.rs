//! Adds a record to the chunk of its thread.

use std::cell::{Cell, RefCell};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;

use super::chunk::{BLOCK_BYTES, Buffer, Chunk, Pushed, Voice, is_quiet, voice};
use super::record::{Class, Record};
use super::shared::Shared;
use super::state::RunState;
use crate::clock;
use crate::lock::briefly;
use crate::text::Text;

thread_local! {
    static CHUNKS: RefCell<Held> = const { RefCell::new(Held(Vec::new())) };
    /// The chunk used last. It is taken out while it is in use; a nested call that finds none takes the slow path.
    static LAST: Cell<Option<Arc<Chunk>>> = const { Cell::new(None) };
}

/// The chunks of this thread, one for each recorder that it met.
struct Held(Vec<Arc<Chunk>>);

impl Drop for Held {
    fn drop(&mut self) {
        // Records made while the thread ends use another path: the writer checks this chunk once more and then drops
        // it.
        let _ = LAST.try_with(Cell::take);
        for chunk in &self.0 {
            chunk.gone.store(true, Ordering::Release);
        }
    }
}

impl Buffer {
    /// Begins another block. Returns whether the writer should be woken because memory is filling up; `None` if there
    /// is no room.
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
        // Waking costs as much as fifty records; a writer that is awake checks soon by itself.
        Some(shared.is_filling())
    }
}

impl Chunk {
    /// Adds the record that `make` returns for the given time; it holds `weight` bytes. The time is read under the
    /// lock, so whoever takes the lock later sees every record older than that moment.
    ///
    /// Inlined into its callers, so that a record is created in its final place: copying it would cost more than the
    /// lock.
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
}

impl Shared {
    /// Records an item of a run with `weight` bytes; dropped records are counted with the run.
    #[inline(always)]
    pub(crate) fn push(
        &self,
        run: &RunState,
        class: Class,
        weight: usize,
        make: impl FnOnce(i64) -> Record,
    ) -> Pushed {
        let pushed = self.record(class, weight, make);
        if pushed == Pushed::Dropped {
            self.count_dropped(run, class, 1);
        }
        pushed
    }

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
            // Already borrowed if the allocator of the host records its own work.
            let mut held = held.try_borrow_mut().ok()?;
            held.of(self.id).or_else(|| self.first_of_thread(&mut held))
        });
        // A thread that is about to end has no chunks either.
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

    /// Creates the chunk of this thread, unless its records are ignored.
    fn first_of_thread(&self, held: &mut Held) -> Option<Arc<Chunk>> {
        if voice() == Voice::Muted {
            return None;
        }
        let chunk = Arc::new(Chunk::new(self.id, thread_name(), is_quiet()));
        if !self.adopt(&chunk) {
            return None;
        }
        // Chunks without another owner belong to recorders that no longer exist.
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

/// Returns the name of this thread, or a number if it has none.
pub(crate) fn thread_name() -> Text {
    static UNNAMED: AtomicU64 = AtomicU64::new(1);
    match thread::current().name() {
        Some("main") => Text::from("main"),
        Some(name) => Text::from(name.to_owned()),
        None => Text::from(format!("thread-{}", UNNAMED.fetch_add(1, Ordering::Relaxed))),
    }
}
