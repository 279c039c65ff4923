//! Connections for reading, made when they are needed and kept for the next who does.

use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::Duration;

use super::driver::Connect;
use crate::Error;

/// As many readers work at once; the others wait.
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
    /// No connection yet.
    pub(super) fn new(connect: C) -> Pool<C> {
        let state = Mutex::new(State { idle: Vec::new(), lent: 0 });
        Pool { connect: Arc::new(connect), state, returned: Condvar::new() }
    }

    /// How connections are made.
    pub(super) fn connect(&self) -> &C {
        &self.connect
    }

    /// The same, to be kept.
    pub(super) fn shared(&self) -> Arc<C> {
        self.connect.clone()
    }

    /// Asks something over a connection. One that broke since it was last used is replaced, once.
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
            // The others broke with it.
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

    /// An idle connection, or the leave to make one.
    fn borrow(&self) -> Option<C::Driver> {
        let mut state = self.lock();
        while state.lent >= LARGEST {
            state = self.returned.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        state.lent += 1;
        state.idle.pop()
    }
}

/// Gives the place back, whatever happens.
struct Returns<'p, C: Connect>(&'p Pool<C>);

impl<C: Connect> Drop for Returns<'_, C> {
    fn drop(&mut self) {
        self.0.lock().lent -= 1;
        self.0.returned.notify_one();
    }
}

/// How long to wait before the next try: twice as long each time, and not the same for every process.
pub(super) fn pause(tried: u32) -> Duration {
    let spread = u64::from(std::process::id() % 16);
    Duration::from_millis((20 << tried.min(6)) + spread)
}
