//! Locks that threads of the host take.

use std::hint::spin_loop;
use std::sync::{Mutex, MutexGuard, TryLockError};
use std::thread;
use std::time::{Duration, Instant};

/// Maximum time that a call waits for a lock.
const LONGEST: Duration = Duration::from_millis(10);

/// Takes a lock that is only ever held for a few instructions, and never waits long for it.
#[inline]
pub(crate) fn briefly<T>(lock: &Mutex<T>) -> Option<MutexGuard<'_, T>> {
    match lock.try_lock() {
        Ok(guard) => Some(guard),
        Err(_) => patiently(lock),
    }
}

/// Takes a lock, or gives up after the limit. Waiting without a limit could wait for itself: the handler of a signal
/// may have interrupted the thread that holds the lock.
pub(crate) fn within<T>(lock: &Mutex<T>, limit: Duration) -> Option<MutexGuard<'_, T>> {
    let start = Instant::now();
    loop {
        if let Some(guard) = briefly(lock) {
            return Some(guard);
        }
        if start.elapsed() >= limit {
            return None;
        }
        thread::sleep(Duration::from_micros(50));
    }
}

#[cold]
fn patiently<T>(lock: &Mutex<T>) -> Option<MutexGuard<'_, T>> {
    let start = Instant::now();
    for attempt in 0..400 {
        match lock.try_lock() {
            Ok(guard) => return Some(guard),
            Err(TryLockError::Poisoned(poisoned)) => return Some(poisoned.into_inner()),
            Err(TryLockError::WouldBlock) if attempt < 200 => spin_loop(),
            // On a busy machine each of these may take milliseconds.
            Err(TryLockError::WouldBlock) if start.elapsed() < LONGEST => thread::yield_now(),
            Err(TryLockError::WouldBlock) => return None,
        }
    }
    None
}
