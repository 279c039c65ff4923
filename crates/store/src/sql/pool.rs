//! Connections for reading, opened when needed and kept for reuse.

use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::Duration;

use super::driver::Connect;
use crate::Error;

/// Maximum number of concurrent readers; others wait.
const LARGEST: usize = 8;

struct State<D> {
    idle: Vec<D>,
    lent: usize,
}

/// Connections for reading.
pub(super) struct Pool<C: Connect> {
    connect: Arc<C>,
    state: Mutex<State<C::Driver>>,
    returned: Condvar,
}

impl<C: Connect> Pool<C> {
    /// Creates a pool without connections.
    pub(super) fn new(connect: C) -> Pool<C> {
        let state = Mutex::new(State { idle: Vec::new(), lent: 0 });
        Pool { connect: Arc::new(connect), state, returned: Condvar::new() }
    }

    /// Returns the way to open connections.
    pub(super) fn connect(&self) -> &C {
        &self.connect
    }

    /// Returns the same, to be kept.
    pub(super) fn shared(&self) -> Arc<C> {
        self.connect.clone()
    }

    /// Runs a query on a connection. A connection that broke since its last use is replaced once.
    pub(super) fn with<T>(
        &self,
        mut ask: impl FnMut(&mut C::Driver) -> Result<T, Error>,
    ) -> Result<T, Error> {
        let lent = self.borrow();
        let _returns = Returns(self);
        let fresh = lent.is_none();
        let mut driver = match lent {
            Some(driver) => driver,
            None => self.connect.reader()?,
        };
        let mut answer = ask(&mut driver);
        if matches!(answer, Err(Error::Unavailable { .. })) && !fresh {
            // The other connections broke too.
            self.lock().idle.clear();
            driver = self.connect.reader()?;
            answer = ask(&mut driver);
        }
        if !matches!(answer, Err(Error::Unavailable { .. } | Error::Corrupt { .. })) {
            self.lock().idle.push(driver);
        }
        answer
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, State<C::Driver>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Returns an idle connection, or permission to open one.
    fn borrow(&self) -> Option<C::Driver> {
        let mut state = self.lock();
        while state.lent >= LARGEST {
            state = self.returned.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        state.lent += 1;
        state.idle.pop()
    }
}

/// Releases the place in any case.
struct Returns<'p, C: Connect>(&'p Pool<C>);

impl<C: Connect> Drop for Returns<'_, C> {
    fn drop(&mut self) {
        self.0.lock().lent -= 1;
        self.0.returned.notify_one();
    }
}

/// Returns the time to wait before the next attempt: doubled each time, and different for every process.
pub(super) fn pause(tried: u32) -> Duration {
    let spread = u64::from(std::process::id() % 16);
    Duration::from_millis((20 << tried.min(6)) + spread)
}
