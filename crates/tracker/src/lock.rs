//! Locks of the host's threads.

use std::hint::spin_loop;
use std::sync::{Mutex, MutexGuard, TryLockError};
use std::thread;

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
