//! Times of which nobody said what they are.

use std::rc::Rc;

use makespan_format::Severity;
use makespan_format::time::{Civil, from_epoch_seconds, parse_civil};

use crate::importer::Zone;
use crate::json::tape::Value;
use crate::tally::Tally;

/// Reads times and durations, and remembers what it had to assume.
pub(super) struct Clock<'z> {
    zone: Rc<dyn Zone + 'z>,
    naive: u64,
    /// How many numbers were taken for s, ms, µs and ns since the epoch.
    guessed: [u64; 4],
    /// How many numbers lie so near to the epoch that they hardly are dates.
    near_zero: u64,
}

/// Unit of a number since the epoch: its name, and nanoseconds in it.
const UNITS: [(&str, i128); 4] =
    [("seconds", 1_000_000_000), ("milliseconds", 1_000_000), ("microseconds", 1_000), ("nanoseconds", 1)];

/// Seconds up to here (year 5138) are seconds; three digits more are the next finer unit.
const MOST_SECONDS: f64 = 1e11;

/// Ends of the first two years: nothing that is traced began then.
const NEAR_ZERO: f64 = 6.3e7;

impl<'z> Clock<'z> {
    pub(super) fn new(zone: Rc<dyn Zone + 'z>) -> Clock<'z> {
        Clock { zone, naive: 0, guessed: [0; 4], near_zero: 0 }
    }

    /// Nanoseconds since the epoch; `None`, and a complaint, where the value is no time. `null` and the empty string
    /// are no times without complaint.
    pub(super) fn read(&mut self, value: Value<'_, '_>, tally: &mut Tally) -> Option<i64> {
        let text = value.get();
        if text == "null" || text == "\"\"" {
            return None;
        }
        let read = match parse_civil(text.trim_matches('"')) {
            Some(civil) => self.civil(civil),
            None => value.number().and_then(|n| self.number(n, text.trim_matches('"').trim())),
        };
        if read.is_none() {
            tally.warn(
                "bad-time",
                "times that cannot be read, or that lie beyond 1677 to 2262, were left out",
                || text,
            );
        }
        read
    }

    fn civil(&mut self, civil: Civil) -> Option<i64> {
        self.naive += u64::from(civil.offset.is_none());
        // A zone may be asked of a browser, which takes longer than all the rest.
        let offset = if civil.offset.is_some() { 0 } else { self.zone.offset(civil.seconds) };
        civil.to_ns(offset)
    }

    fn number(&mut self, number: f64, text: &str) -> Option<i64> {
        let size = number.abs();
        let unit =
            [MOST_SECONDS, MOST_SECONDS * 1e3, MOST_SECONDS * 1e6].iter().filter(|m| size >= **m).count();
        let (_, ns) = UNITS[unit];
        let read = match text.parse::<i64>() {
            Ok(whole) => i64::try_from(i128::from(whole) * ns).ok(),
            Err(_) if unit == 0 => from_epoch_seconds(number),
            Err(_) if size < 9.2e18 / ns as f64 => Some((number * ns as f64).round() as i64),
            Err(_) => None,
        };
        if read.is_some() {
            self.guessed[unit] += 1;
            self.near_zero += u64::from(unit == 0 && size < NEAR_ZERO);
        }
        read
    }

    pub(super) fn report(self, tally: &mut Tally) {
        let what = format!("times without a zone were taken as {}", self.zone.name());
        tally.count(Severity::Info, "naive-times", &what, self.naive);
        for (count, (unit, _)) in self.guessed.into_iter().zip(UNITS) {
            let what = format!("numbers were taken as {unit} since 1970, going by their size");
            tally.count(Severity::Info, "time-unit-guessed", &what, count);
        }
        let what = "times lie so near to 1970 that they are counted from some other moment";
        tally.count(Severity::Info, "relative-times", what, self.near_zero);
    }
}

/// A duration in nanoseconds, from a number of the given unit; `None` where it is no number, negative or too long.
pub(super) fn duration(value: Value<'_, '_>, unit_ns: f64) -> Option<i64> {
    let ns = value.number()? * unit_ns;
    (0.0..9.2e18).contains(&ns).then(|| ns.round() as i64)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::importer::{Fixed, Utc};
    use crate::json::tape::Tape;

    fn read(json: &str) -> Option<i64> {
        let mut tape = Tape::default();
        let text = format!("{json} ");
        tape.read(&text, 0).unwrap();
        Clock::new(Rc::new(Utc)).read(tape.value(&text), &mut Tally::new())
    }

    #[test]
    fn numbers_by_their_size_and_texts_by_their_form() {
        let t = 1_767_225_600_000_000_000;
        for same in [
            "1767225600",
            "1767225600.0",
            "\"1767225600\"",
            "1767225600000",
            "1767225600000000",
            "1767225600000000000",
            "\"2026-01-01T00:00:00Z\"",
            "\"2026-01-01 00:00:00\"",
            "1.7672256e9",
        ] {
            assert_eq!(read(same), Some(t), "{same}");
        }
        assert_eq!(read("1767225600123456789"), Some(t + 123_456_789));
        assert_eq!(read("1767225600.25"), Some(t + 250_000_000));
        for none in [
            "null",
            "true",
            "[]",
            "\"\"",
            "\"now\"",
            "1e999",
            "18446744073709551616",
            "\"9999-12-31T23:59:59Z\"",
        ] {
            assert_eq!(read(none), None, "{none}");
        }
    }

    #[test]
    fn zones_are_applied_to_naive_times_only() {
        let zone = Fixed { seconds: 3600, name: "+01:00".to_owned() };
        let mut clock = Clock::new(Rc::new(zone));
        let mut tally = Tally::new();
        let mut tape = Tape::default();
        for (text, t) in [("\"1970-01-01T01:00:00\"", 0), ("\"1970-01-01T01:00:00Z\"", 3_600_000_000_000)] {
            tape.read(text, 0).unwrap();
            assert_eq!(clock.read(tape.value(text), &mut tally), Some(t));
        }
        assert_eq!(clock.naive, 1);
    }

    #[test]
    fn durations() {
        let read = |json: &str| {
            let mut tape = Tape::default();
            let text = format!("{json} ");
            tape.read(&text, 0).unwrap();
            duration(tape.value(&text), 1e9)
        };
        assert_eq!(
            (read("1.5"), read("-1"), read("\"2\""), read("1e300")),
            (Some(1_500_000_000), None, Some(2_000_000_000), None)
        );
    }
}
