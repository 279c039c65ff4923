//! One monotonic clock for all that is recorded, and the way from it to the time of day.
//!
//! Records carry monotonic times only. Each run reads the time of day once, when it begins, and every time in its
//! file is that reading plus a monotonic distance: a clock that is set while a run goes on bends no duration of it.

use std::sync::LazyLock;
use std::time::{Instant, SystemTime, UNIX_EPOCH};

static ANCHOR: LazyLock<Instant> = LazyLock::new(Instant::now);

/// Nanoseconds since this process first asked.
pub(crate) fn now() -> i64 {
    let since = Instant::now().saturating_duration_since(*ANCHOR);
    (since.as_secs() as i64).saturating_mul(1_000_000_000).saturating_add(i64::from(since.subsec_nanos()))
}

/// What has to be added to a monotonic time of this process to have the time of day, as it is told now.
pub(crate) fn offset() -> i64 {
    offset_of(SystemTime::now(), now())
}

fn offset_of(wall: SystemTime, monotonic: i64) -> i64 {
    // Before 1970 or after 2262 a machine does not know the time; a run is then drawn from 1970 on.
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
