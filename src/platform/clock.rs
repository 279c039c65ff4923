//! The zone of whoever looks.

use makespan_import::Zone;

/// Seconds east of UTC of the browser's zone at a moment, ns since the epoch.
pub(crate) fn offset_at(t: i64) -> i32 {
    let date = js_sys::Date::new(&(t as f64 / 1e6).into());
    let minutes = date.get_timezone_offset();
    if minutes.is_finite() { -(minutes * 60.0) as i32 } else { 0 }
}

/// A moment, ms: only differences mean anything.
pub(crate) fn now() -> f64 {
    js_sys::Date::now()
}

/// The browser's zone, for times that come without one.
pub(crate) struct Local;

impl Zone for Local {
    fn name(&self) -> &str {
        "the browser's time zone"
    }

    fn offset(&self, civil_seconds: i64) -> i32 {
        // The offset depends on the moment and the moment on the offset: one correction settles all but the hour
        // that a change of summer time repeats.
        let ns = |s: i64| s.saturating_mul(1_000_000_000);
        let first = offset_at(ns(civil_seconds));
        offset_at(ns(civil_seconds - i64::from(first)))
    }
}
