//! The reader's time zone.

use makespan_import::Zone;

/// Returns the offset of the browser's zone from UTC at a time (ns since the epoch), in seconds east.
pub(crate) fn offset_at(t: i64) -> i32 {
    let date = js_sys::Date::new(&(t as f64 / 1e6).into());
    let minutes = date.get_timezone_offset();
    if minutes.is_finite() { -(minutes * 60.0) as i32 } else { 0 }
}

/// Returns a monotonic time, ms; only differences are meaningful.
pub(crate) fn now() -> f64 {
    js_sys::Date::now()
}

/// The browser's zone, for times without one.
pub(crate) struct Local;

impl Zone for Local {
    fn name(&self) -> &str {
        "the browser's time zone"
    }

    fn offset(&self, civil_seconds: i64) -> i32 {
        // The offset depends on the time and the time on the offset: one correction is sufficient, except in the hour
        // that a change from summer time repeats.
        let ns = |s: i64| s.saturating_mul(1_000_000_000);
        let first = offset_at(ns(civil_seconds));
        offset_at(ns(civil_seconds - i64::from(first)))
    }
}
