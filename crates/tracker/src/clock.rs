//! One monotonic clock for all records, and its conversion to the time of day.
//!
//! Records carry only monotonic times. Each run reads the time of day once, at its beginning, and every time in its
//! file is that reading plus a monotonic distance, so setting the clock during a run does not change any duration.

use std::time::{SystemTime, UNIX_EPOCH};

/// Returns nanoseconds since a moment that is fixed for the life of this process. Reads the system clock directly:
/// [`std::time::Instant`] takes a sixth longer, and this is half of the cost of a record.
#[cfg(target_os = "linux")]
#[inline]
pub(crate) fn now() -> i64 {
    let now = rustix::time::clock_gettime(rustix::time::ClockId::Monotonic);
    now.tv_sec * 1_000_000_000 + now.tv_nsec
}

/// Returns the same from the standard library.
#[cfg(not(target_os = "linux"))]
pub(crate) fn now() -> i64 {
    use std::sync::LazyLock;
    use std::time::Instant;
    static ANCHOR: LazyLock<Instant> = LazyLock::new(Instant::now);
    i64::try_from(ANCHOR.elapsed().as_nanos()).unwrap_or(i64::MAX)
}

/// Returns the value that converts a monotonic time of this process to the time of day when added to it, by the present
/// clock.
pub(crate) fn offset() -> i64 {
    offset_of(SystemTime::now(), now())
}

fn offset_of(wall: SystemTime, monotonic: i64) -> i64 {
    // The time of day cannot be represented before 1970 or after 2262; the run then starts in 1970.
    let wall = wall.duration_since(UNIX_EPOCH).ok().and_then(|d| i64::try_from(d.as_nanos()).ok());
    wall.unwrap_or(0).saturating_sub(monotonic)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn the_clock_does_not_run_backwards() {
        let mut last = now();
        for _ in 0..10_000 {
            let next = now();
            assert!(next >= last);
            last = next;
        }
    }

    #[test]
    fn the_time_of_day_is_the_reading_plus_the_distance() {
        let wall = UNIX_EPOCH + Duration::from_secs(1_767_600_000);
        assert_eq!(offset_of(wall, 250) + 250, 1_767_600_000_000_000_000);
        assert_eq!(offset_of(UNIX_EPOCH - Duration::from_secs(1), 250) + 250, 0);
    }
}
