//! Calendar dates from nanoseconds since the epoch, in the proleptic Gregorian calendar.

/// Nanoseconds of a second.
pub(super) const SECOND: i128 = 1_000_000_000;
/// Nanoseconds of a day without leap seconds.
pub(super) const DAY: i128 = 86_400 * SECOND;

/// Names of the months as axes show them.
pub(super) const MONTHS: [&str; 12] =
    ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// A date and a time of day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Civil {
    /// Year; 0 is 1 BC.
    pub year: i64,
    /// Month, 1 to 12.
    pub month: u32,
    /// Day of the month, 1 to 31.
    pub day: u32,
    /// Hour, 0 to 23.
    pub hour: u32,
    /// Minute, 0 to 59.
    pub minute: u32,
    /// Second, 0 to 59.
    pub second: u32,
    /// Nanosecond, 0 to 999,999,999.
    pub nano: u32,
}

/// Date and time of day at `ns` nanoseconds since the epoch, on a clock `offset_seconds` east of Greenwich.
pub fn civil(ns: i64, offset_seconds: i32) -> Civil {
    at_local(i128::from(ns) + i128::from(offset_seconds) * SECOND)
}

/// Date and time of day of a local clock that shows `local` nanoseconds since its own 1970.
pub(super) fn at_local(local: i128) -> Civil {
    let (year, month, day) = date(local.div_euclid(DAY) as i64);
    let rest = local.rem_euclid(DAY);
    let seconds = (rest / SECOND) as u32;
    Civil {
        year,
        month,
        day,
        hour: seconds / 3600,
        minute: seconds / 60 % 60,
        second: seconds % 60,
        nano: (rest % SECOND) as u32,
    }
}

/// Days since 1970-01-01 of the first of a month; months beyond 12 run into later years, `month` counts from 0.
pub(super) fn first_of_month(year: i64, month: i64) -> i64 {
    let (year, month) = (year + month.div_euclid(12), month.rem_euclid(12));
    // Counting years from March puts the leap day at the end, so the months before it have fixed starts.
    let (shifted, from_march) = if month < 2 { (year - 1, month + 10) } else { (year, month - 2) };
    days_before_march(shifted) + days_before_month(from_march)
}

/// Year, month (1 to 12) and day of a count of days since 1970-01-01.
fn date(days: i64) -> (i64, u32, u32) {
    // An estimate from the mean year of 365.2425 days is off by one at most; the loops put it right.
    let mut year = (i128::from(days) * 10_000).div_euclid(3_652_425) as i64 + 1970;
    while days_before_march(year) > days {
        year -= 1;
    }
    while days_before_march(year + 1) <= days {
        year += 1;
    }
    let in_year = days - days_before_march(year);
    let from_march = (0..12).rev().find(|&m| days_before_month(m) <= in_year).unwrap_or(0);
    let day = in_year - days_before_month(from_march) + 1;
    let month = (from_march + 2) % 12 + 1;
    (if month <= 2 { year + 1 } else { year }, month as u32, day as u32)
}

/// Days since 1970-01-01 of March 1 of a year.
fn days_before_march(year: i64) -> i64 {
    let leap_days = year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400);
    // March 1 of year 0 was 719,468 days before the epoch.
    year * 365 + leap_days - 719_468
}

/// Days from March 1 to the first of the month that is `m` months later (months of 31, 30, 31, 30, 31 days repeat).
fn days_before_month(m: i64) -> i64 {
    (m * 153 + 2) / 5
}

/// A year as RFC 3339 requires it; with a sign if it has more than four digits or is before year 0 (ISO 8601).
pub(super) fn year(year: i64) -> String {
    if (0..=9999).contains(&year) { format!("{year:04}") } else { format!("{year:+05}") }
}

/// RFC 3339 with milliseconds (cut, not rounded): `2026-11-21T08:30:05.250+01:00`, with `Z` if the offset is zero.
pub fn timestamp(ns: i64, offset_seconds: i32) -> String {
    let at = civil(ns, offset_seconds);
    let zone = if offset_seconds == 0 {
        "Z".to_owned()
    } else {
        let minutes = offset_seconds.unsigned_abs() / 60;
        let sign = if offset_seconds < 0 { '-' } else { '+' };
        format!("{sign}{:02}:{:02}", minutes / 60, minutes % 60)
    };
    let (year, milli) = (year(at.year), at.nano / 1_000_000);
    let (month, day, hour, minute, second) = (at.month, at.day, at.hour, at.minute, at.second);
    format!("{year}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{milli:03}{zone}")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn timestamps() {
        assert_eq!(timestamp(0, 0), "1970-01-01T00:00:00.000Z");
        assert_eq!(timestamp(1_709_164_800_000_000_000, 0), "2024-02-29T00:00:00.000Z");
        assert_eq!(timestamp(951_868_799_999_000_000, 0), "2000-02-29T23:59:59.999Z");
        assert_eq!(timestamp(1_763_713_805_250_000_000, 3600), "2025-11-21T09:30:05.250+01:00");
        assert_eq!(timestamp(-1, -12_600), "1969-12-31T20:29:59.999-03:30");
        assert_eq!(timestamp(i64::MIN, 0), "1677-09-21T00:12:43.145Z");
        assert_eq!(timestamp(i64::MAX, 0), "2262-04-11T23:47:16.854Z");
    }

    #[test]
    fn years_beyond_four_digits_have_a_sign() {
        assert_eq!(year(-1), "-0001");
        assert_eq!(year(0), "0000");
        assert_eq!(year(12_345), "+12345");
        assert_eq!(date(-719_528), (0, 1, 1));
        assert_eq!(date(-719_529), (-1, 12, 31));
        assert_eq!(date(2_932_897), (10_000, 1, 1));
    }

    proptest! {
        #[test]
        fn days_and_dates_agree(days in -10_000_000i64..10_000_000) {
            let (year, month, day) = date(days);
            prop_assert!((1..=12).contains(&month) && (1..=31).contains(&day));
            prop_assert_eq!(first_of_month(year, i64::from(month) - 1) + i64::from(day) - 1, days);
            let (next_year, next_month, next_day) = date(days + 1);
            prop_assert!((next_year, next_month, next_day) > (year, month, day));
        }
    }
}
