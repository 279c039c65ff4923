//! The clock of this machine.

use std::time::{SystemTime, UNIX_EPOCH};

/// Returns the current time in nanoseconds since the epoch, UTC; 0 before 1970.
pub(crate) fn now() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_nanos()).unwrap_or(i64::MAX)
}
