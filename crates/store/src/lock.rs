//! Claiming the right to write, by locking a file.

use std::fs::{File, TryLockError};
use std::io;
use std::time::Duration;

/// As often the lock is asked for, and how long is waited between.
const TRIES: u32 = 40;
const PAUSE: Duration = Duration::from_millis(10);

/// Locks a file for as long as it is open; whether that went well. One that another process holds is waited for a
/// moment: a child that this process starts holds all its locks, too, until its own program runs, which may be after
/// they were given back.
pub(crate) fn claim(file: &File) -> io::Result<bool> {
    for _ in 0..TRIES {
        match file.try_lock() {
            Ok(()) => return Ok(true),
            Err(TryLockError::WouldBlock) => std::thread::sleep(PAUSE),
            Err(TryLockError::Error(error)) => return Err(error),
        }
    }
    Ok(false)
}
