//! Dates and lengths of time of the command line.

use std::str::FromStr;

use makespan_format::amount::duration;
use makespan_format::time::{Civil, parse_civil};
use makespan_import::Zone as _;

use crate::zone::NamedZone;

/// A date, with a time or without.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Date {
    civil: Civil,
    is_day: bool,
}

impl FromStr for Date {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Date, &'static str> {
        let day = parse_civil(&format!("{text}T00:00")).filter(|_| text.len() == 10);
        let civil = day.or_else(|| parse_civil(text));
        let civil =
            civil.ok_or("write a date such as 2026-01-05, 2026-01-05 08:00 or 2026-01-05T08:00:00Z")?;
        Ok(Date { civil, is_day: day.is_some() })
    }
}

impl Date {
    /// The first moment of it, ns since the epoch; at the ends of time where no moment of ours is that early or late.
    pub(crate) fn start(self, zone: &NamedZone) -> i64 {
        let offset = zone.offset(self.civil.seconds);
        self.civil.to_ns(offset).unwrap_or(if self.civil.seconds < 0 { i64::MIN } else { i64::MAX })
    }

    /// The first moment after it: a day is over when the next one begins, a moment at once.
    pub(crate) fn end(self, zone: &NamedZone) -> i64 {
        if !self.is_day {
            return self.start(zone);
        }
        let next = Civil { seconds: self.civil.seconds + 86_400, ..self.civil };
        Date { civil: next, is_day: true }.start(zone)
    }
}

/// A length of time, ns, above 0.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Length(pub(crate) i64);

impl FromStr for Length {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Length, &'static str> {
        let ns = duration(text).filter(|ns| *ns > 0);
        ns.map(Length).ok_or("write a number and a unit of time: 500 ms, 10s, 1m30s, 1 h")
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use makespan_format::time::SECOND;

    use super::*;

    #[test]
    fn days_and_moments_in_a_zone() {
        let zone = "+02:00".parse::<NamedZone>().unwrap();
        let day: Date = "2026-01-05".parse().unwrap();
        let midnight = 1_767_564_000 * SECOND;
        assert_eq!((day.start(&zone), day.end(&zone)), (midnight, midnight + 86_400 * SECOND));
        let moment: Date = "2026-01-05T08:00:00Z".parse().unwrap();
        assert_eq!(moment.start(&zone), 1_767_600_000 * SECOND);
        assert_eq!(moment.end(&zone), moment.start(&zone));
        assert_eq!("2026-01-05 10:00".parse::<Date>().unwrap().start(&zone), 1_767_600_000 * SECOND);
        assert_eq!("9999-12-31".parse::<Date>().unwrap().end(&zone), i64::MAX);
        assert_eq!("1.5 min".parse::<Length>().unwrap().0, 90 * SECOND);
        assert_eq!("1m30s".parse::<Length>().unwrap().0, 90 * SECOND);
        for bad in ["", "10", "s", "0", "0 s", "4 GB", "-1 s", "1e10 s"] {
            assert!(bad.parse::<Length>().is_err(), "{bad}");
        }
        for bad in ["", "yesterday", "2026-13-01", "2026-01-05T", "05.01.2026"] {
            assert!(bad.parse::<Date>().is_err(), "{bad}");
        }
    }
}
