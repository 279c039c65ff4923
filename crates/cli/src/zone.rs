//! `--zone`: the zone in which times without one are read.

use std::str::FromStr;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use makespan_import::{Mapping, Unit, Zone};

/// A zone as the user named it.
#[derive(Clone, Debug)]
pub(crate) struct NamedZone {
    name: String,
    zone: TimeZone,
}

impl FromStr for NamedZone {
    type Err = String;

    fn from_str(text: &str) -> Result<NamedZone, String> {
        let named = |name: &str, zone| Ok(NamedZone { name: name.to_owned(), zone });
        if text.eq_ignore_ascii_case("utc") || text == "Z" {
            return named("UTC", TimeZone::UTC);
        }
        if text.eq_ignore_ascii_case("local") {
            let zone = TimeZone::system();
            let name = zone.iana_name().unwrap_or("local").to_owned();
            return named(&name, zone);
        }
        if let Some(seconds) = offset(text) {
            let offset = jiff::tz::Offset::from_seconds(seconds).map_err(|e| e.to_string())?;
            return named(text, TimeZone::fixed(offset));
        }
        match TimeZone::get(text) {
            Ok(zone) => named(text, zone),
            Err(_) => Err(
                "unknown time zone: write UTC, local, an offset such as +02:00, or a name of the time zone \
                           database such as Europe/Berlin"
                    .to_owned(),
            ),
        }
    }
}

/// `+02:00`, `-0330` or `+2` as seconds east of UTC.
fn offset(text: &str) -> Option<i32> {
    let (sign, rest) = match text.as_bytes().first()? {
        b'+' => (1, &text[1..]),
        b'-' => (-1, &text[1..]),
        _ => return None,
    };
    let (hours, minutes) = match rest.split_once(':') {
        Some(parts) => parts,
        None if rest.len() == 4 => rest.split_at_checked(2)?,
        None => (rest, "00"),
    };
    let number = |s: &str, most: i32| {
        let fits = matches!(s.len(), 1 | 2) && s.bytes().all(|b| b.is_ascii_digit());
        s.parse::<i32>().ok().filter(|n| fits && *n <= most)
    };
    Some(sign * (number(hours, 25)? * 3600 + number(minutes, 59)? * 60))
}

/// The interpretation of times that do not state it themselves: their zone, and the unit of numbers.
#[derive(Clone, Debug)]
pub(crate) struct TimeReading {
    pub(crate) zone: NamedZone,
    pub(crate) unit: Option<Unit>,
    /// The meaning of the columns of tables.
    pub(crate) mapping: Option<Mapping>,
}

impl Zone for TimeReading {
    fn name(&self) -> &str {
        self.zone.name()
    }

    fn offset(&self, civil_seconds: i64) -> i32 {
        self.zone.offset(civil_seconds)
    }

    fn unit(&self) -> Option<Unit> {
        self.unit
    }

    fn mapping(&self) -> Option<&Mapping> {
        self.mapping.as_ref()
    }
}

impl Zone for NamedZone {
    fn name(&self) -> &str {
        &self.name
    }

    /// Where a clock shows a time twice, the first counts; where it skips one, the offset before the gap does. Times
    /// out of the range of the time zone library are taken as UTC.
    fn offset(&self, civil_seconds: i64) -> i32 {
        let offset = || {
            let civil = Timestamp::from_second(civil_seconds).ok()?.to_zoned(TimeZone::UTC).datetime();
            let moment = self.zone.to_ambiguous_timestamp(civil).compatible().ok()?;
            i32::try_from(civil_seconds.checked_sub(moment.as_second())?).ok()
        };
        offset().unwrap_or(0)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::print_stdout)]
    use super::*;

    fn at(zone: &str, civil: &str) -> i32 {
        let seconds = makespan_format::time::parse_civil(civil).unwrap().seconds;
        zone.parse::<NamedZone>().unwrap().offset(seconds)
    }

    #[test]
    fn zones_by_offset_and_by_name() {
        for (zone, seconds) in [("UTC", 0), ("+02:00", 7200), ("-0330", -12_600), ("+5", 18_000)] {
            assert_eq!(at(zone, "2026-07-01T12:00:00"), seconds, "{zone}");
        }
        for bad in ["", "+", "+99:00", "Mars/Olympus", "+1:99", "../etc/passwd"] {
            assert!(bad.parse::<NamedZone>().is_err(), "{bad}");
        }
        assert_eq!("+02:00".parse::<NamedZone>().unwrap().offset(i64::MAX), 0);
    }

    #[test]
    fn summer_time_and_its_edges() {
        if TimeZone::get("Europe/Berlin").is_err() {
            println!("skipped: this machine has no time zone database");
            return;
        }
        let berlin = |civil| at("Europe/Berlin", civil);
        assert_eq!(berlin("2026-01-15T12:00:00"), 3600);
        assert_eq!(berlin("2026-07-15T12:00:00"), 7200);
        assert_eq!(berlin("2026-03-29T02:30:00"), 3600, "a time that no clock showed");
        assert_eq!(berlin("2026-10-25T02:30:00"), 7200, "a time that clocks showed twice");
    }
}
