//! What can be wrong with a database, and the bounded list of what was.

use std::cell::RefCell;
use std::fmt;

/// How many distinct warnings are kept; a damaged file can hold one per row.
const KEPT: usize = 64;

/// Something wrong with the bytes of a database or of its write-ahead log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Error {
    /// Where, in bytes from the start of the file the message speaks of (the log only where it says so).
    pub offset: u64,
    /// What, as a sentence without the offset.
    pub message: String,
}

impl Error {
    pub(super) fn new(offset: u64, message: impl Into<String>) -> Error {
        Error { offset, message: message.into() }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} (at byte {})", self.message, self.offset)
    }
}

impl std::error::Error for Error {}

/// Damage met so far. Interior mutability, since reading rows shares the database.
#[derive(Debug, Default)]
pub(super) struct Warnings {
    kept: RefCell<Vec<Error>>,
    left_out: RefCell<u64>,
}

impl Warnings {
    /// Keeps a warning once: reading one table twice meets the same damage twice.
    pub(super) fn push(&self, warning: Error) {
        let mut kept = self.kept.borrow_mut();
        if kept.contains(&warning) {
            return;
        }
        if kept.len() < KEPT {
            kept.push(warning);
        } else {
            let mut left_out = self.left_out.borrow_mut();
            *left_out = left_out.saturating_add(1);
        }
    }

    /// The warnings kept, in the order met, and one more that counts those left out.
    pub(super) fn list(&self) -> Vec<Error> {
        let mut list = self.kept.borrow().clone();
        let left_out = *self.left_out.borrow();
        if left_out > 0 {
            let offset = list.last().map_or(0, |last| last.offset);
            list.push(Error::new(offset, format!("{left_out} more warnings are not listed")));
        }
        list
    }
}
