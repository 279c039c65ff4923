//! Moments as people write them: times of day, dates, and spans since the start of the run.

use makespan_format::amount::{Amount, Unit};
use makespan_format::time::{SECOND, parse_civil};

use crate::Quantity;

const DAY: i64 = 86_400 * SECOND;

/// A moment as written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Instant {
    /// ns since midnight of the day on which the run began.
    Clock(i64),
    /// A date, with its time of day or at midnight.
    Date(makespan_format::time::Civil),
    /// ns since the start of the run.
    Since(i64),
}

impl Instant {
    /// Reads `12:00`, `12:00:30.5`, `2026-01-05`, `2026-01-05T12:00` with or without a zone, `10m`, `+1m30s`; `None`
    /// for anything else.
    pub(super) fn read(text: &str) -> Option<Instant> {
        let text = text.trim();
        if let Some(span) = Amount::read(text).and_then(|a| match a.unit {
            Unit::Known(Quantity::Time) | Unit::None => a.of(Quantity::Time, ""),
            _ => None,
        }) {
            // A cast of a float saturates.
            return Some(Instant::Since(span as i64));
        }
        if let Some(colon) = text.find(':').filter(|colon| *colon < 3) {
            let day = if colon == 1 { "1970-01-01T0" } else { "1970-01-01T" };
            let civil = parse_civil(&format!("{day}{text}")).filter(|c| c.offset.is_none())?;
            return Some(Instant::Clock(civil.seconds * SECOND + i64::from(civil.nanos)));
        }
        let date = if text.len() == 10 { parse_civil(&format!("{text}T00:00")) } else { parse_civil(text) };
        date.map(Instant::Date)
    }

    /// Converts to ns since the epoch, for a run that began at `origin`, in a zone that many seconds east of UTC;
    /// `None` if the origin is needed and unknown, or the result is out of range.
    pub(super) fn resolve(self, origin: Option<i64>, offset: i32) -> Option<i64> {
        let east = i64::from(offset) * SECOND;
        match self {
            Instant::Clock(since) => {
                let local = origin?.saturating_add(east);
                let midnight = local.checked_sub(local.rem_euclid(DAY))?;
                midnight.checked_add(since)?.checked_sub(east)
            }
            Instant::Date(civil) => civil.to_ns(offset),
            Instant::Since(span) => Some(origin?.saturating_add(span)),
        }
    }
}

/// Returns an example of a moment, for a message.
pub(super) const EXAMPLES: [&str; 3] =
    ["a time of day such as 12:00", "a date such as 2026-01-05T12:00", "+10m"];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instants_are_relative_to_the_day_or_the_start_of_the_run() {
        // 2026-01-05T22:30:00Z
        let origin = 1_767_652_200 * SECOND;
        let at = |text: &str, offset| Instant::read(text).and_then(|i| i.resolve(Some(origin), offset));
        let since = |text, offset| at(text, offset).map(|t| (t - origin) / SECOND);
        assert_eq!(since("22:30", 0), Some(0));
        assert_eq!(since("9:00", 0), Some(-13 * 3600 - 1800));
        assert_eq!(since("23:00:30.5", 0), Some(1830));
        // Two hours further east the run begins on the day after.
        assert_eq!(since("00:30", 7200), Some(0));
        assert_eq!((since("2026-01-06", 0), since("2026-01-06", 7200)), (Some(5400), Some(-1800)));
        assert_eq!(since("2026-01-06T00:00+01:00", 7200), Some(1800));
        assert_eq!((since("10m", 0), since("+1m30s", 0), since("-5s", 0)), (Some(600), Some(90), Some(-5)));
        assert_eq!((at("0", 0), at("1e300h", 0)), (Some(origin), None));
        assert_eq!(at("9e9h", 0), Some(i64::MAX));
        for bad in
            ["", "noon", "10", "25:00", "12:60", "2026-13-01", "12:00Z", "2026-01-05T", ":", "1:", "é:00"]
        {
            assert_eq!(Instant::read(bad), None, "{bad}");
        }
    }

    #[test]
    fn without_a_start_only_dates_are_valid_instants() {
        let at = |text: &str| Instant::read(text).and_then(|i| i.resolve(None, 0));
        assert_eq!((at("12:00"), at("10m"), at("1970-01-02")), (None, None, Some(DAY)));
        let ends = |origin| Instant::read("12:00").and_then(|i| i.resolve(Some(origin), -3600));
        assert_eq!(
            (ends(i64::MIN + 1), ends(i64::MAX)),
            (None, Some(9_223_372_036_854_775_807 / DAY * DAY + DAY / 2 + 3600 * SECOND))
        );
    }
}
