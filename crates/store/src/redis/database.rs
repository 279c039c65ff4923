//! The database of a store.

use std::sync::{Mutex, MutexGuard, PoisonError};

use super::client::Client;
use super::keys::{Keys, RunKeys};

/// The version of the layout.
pub(super) const SCHEMA: u32 = 1;

/// Maximum number of threads of this process that write at once. Those that write to the same run would only conflict.
const WRITERS: usize = 16;

/// A store in a Redis database.
pub(super) struct Redis {
    pub(super) client: Client,
    pub(super) keys: Keys,
    /// Time in milliseconds after which a run expires.
    pub(super) expiry: Option<u64>,
    writing: [Mutex<()>; WRITERS],
}

impl Redis {
    pub(super) fn new(client: Client, keys: Keys, expiry: Option<u64>) -> Redis {
        Redis { client, keys, expiry, writing: Default::default() }
    }

    /// Prevents other threads of this process from writing to a run.
    pub(super) fn alone(&self, keys: &RunKeys) -> MutexGuard<'_, ()> {
        let place = keys.member.bytes().last().unwrap_or_default() as usize % WRITERS;
        self.writing[place].lock().unwrap_or_else(PoisonError::into_inner)
    }
}
