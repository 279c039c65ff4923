//! The database that a store is in.

use std::sync::{Mutex, MutexGuard, PoisonError};

use super::client::Client;
use super::keys::{Keys, RunKeys};

/// The version of the layout.
pub(super) const SCHEMA: u32 = 1;

/// As many threads of this process write at once. Those that write to one run would only get in each other's way.
const WRITERS: usize = 16;

/// A store in a database of Redis.
pub(super) struct Redis {
    pub(super) client: Client,
    pub(super) keys: Keys,
    /// After so many milliseconds a run goes away.
    pub(super) expiry: Option<u64>,
    writing: [Mutex<()>; WRITERS],
}

impl Redis {
    pub(super) fn new(client: Client, keys: Keys, expiry: Option<u64>) -> Redis {
        Redis { client, keys, expiry, writing: Default::default() }
    }

    /// Keeps the other threads of this process from writing to a run.
    pub(super) fn alone(&self, keys: &RunKeys) -> MutexGuard<'_, ()> {
        let place = keys.member.bytes().last().unwrap_or_default() as usize % WRITERS;
        self.writing[place].lock().unwrap_or_else(PoisonError::into_inner)
    }
}
