//! Times as nanoseconds since the Unix epoch, and the text forms they come in.
//!
//! Civil-date arithmetic after Howard Hinnant, "chrono-compatible low-level date algorithms" (2013).

/// Nanoseconds in a second.
pub const SECOND: i64 = 1_000_000_000;

/// A date and time of day with no zone, as text gives it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Civil {
    /// Seconds since 1970-01-01T00:00:00 as if the text were UTC.
    pub seconds: i64,
    /// Nanoseconds of the second, 0 to 999,999,999.
    pub nanos: u32,
    /// Seconds east of UTC, if the text has a zone (`Z` is 0).
    pub offset: Option<i32>,
}

impl Civil {
    /// Nanoseconds since the epoch, a time without a zone taken as `default_offset` seconds east of UTC;
    /// `None` where an `i64` cannot hold it (before 1677 or after 2262).
    pub fn to_ns(self, default_offset: i32) -> Option<i64> {
        let utc = i128::from(self.seconds) - i128::from(self.offset.unwrap_or(default_offset));
        i64::try_from(utc * i128::from(SECOND) + i128::from(self.nanos)).ok()
    }
}

/// Days from 1970-01-01 to a date of the proleptic Gregorian calendar.
pub fn days_from_civil(year: i64, month: u32, day: u32) -> i64 {
    let y = if month <= 2 { year - 1 } else { year };
    let era = y.div_euclid(400);
    let yoe = y.rem_euclid(400);
    let mp = i64::from((month + 9) % 12);
    let doy = (153 * mp + 2) / 5 + i64::from(day) - 1;
    let doe = yoe * 365 + yoe / 4 - yoe / 100 + doy;
    era * 146_097 + doe - 719_468
}

/// (year, month, day) of a day counted from 1970-01-01.
pub fn civil_from_days(days: i64) -> (i64, u32, u32) {
    let z = days + 719_468;
    let era = z.div_euclid(146_097);
    let doe = z.rem_euclid(146_097);
    let yoe = (doe - doe / 1_460 + doe / 36_524 - doe / 146_096) / 365;
    let doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    let mp = (5 * doy + 2) / 153;
    let day = (doy - (153 * mp + 2) / 5 + 1) as u32;
    let month = if mp < 10 { mp + 3 } else { mp - 9 } as u32;
    (yoe + era * 400 + i64::from(month <= 2), month, day)
}

/// Reads `2026-01-05T08:00:00.123456789+01:00` and its common kin: a space or `_` for the `T`, `-` for `:` in the
/// time (as in file names), `,` for `.`, no seconds, no fraction, more than nine digits of fraction (cut), `Z`,
/// `+0100` or `UTC`, also behind a space, with the zone's name behind it, or no zone at all. A leap second counts as the second before it. `None` for anything else, also for
/// dates that do not exist.
pub fn parse_civil(text: &str) -> Option<Civil> {
    let b = text.trim().as_bytes();
    let digits = |from: usize, n: usize| -> Option<i64> {
        let part = b.get(from..from + n)?;
        part.iter().try_fold(0i64, |acc, c| c.is_ascii_digit().then(|| acc * 10 + i64::from(c - b'0')))
    };
    if b.len() < 16 || b[4] != b'-' || b[7] != b'-' || !matches!(b[10], b'T' | b't' | b' ' | b'_') {
        return None;
    }
    let (year, month, day) = (digits(0, 4)?, digits(5, 2)? as u32, digits(8, 2)? as u32);
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let last = match month {
        2 => 28 + u32::from(leap),
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => return None,
    };
    let is_sep = |c: u8| c == b':' || c == b'-';
    if day == 0 || day > last || !is_sep(b[13]) {
        return None;
    }
    let (hour, minute) = (digits(11, 2)?, digits(14, 2)?);
    let mut at = 16;
    let mut second = 0;
    if b.get(at) == Some(&b[13]) && digits(at + 1, 2).is_some() && b.get(at + 3) != Some(&b':') {
        second = digits(at + 1, 2)?;
        at += 3;
    }
    if hour > 23 || minute > 59 || second > 60 {
        return None;
    }
    let mut nanos = 0u32;
    if matches!(b.get(at), Some(b'.' | b',')) {
        let fraction = b[at + 1..].iter().take_while(|c| c.is_ascii_digit()).count();
        if fraction == 0 {
            return None;
        }
        for i in 0..9 {
            let digit = if i < fraction { u32::from(b[at + 1 + i] - b'0') } else { 0 };
            nanos = nanos * 10 + digit;
        }
        at += 1 + fraction;
    }
    let rest = b[at..].trim_ascii_start();
    // `+0100 CET`, as Go writes it.
    let rest = rest.iter().position(|c| *c == b' ').map_or(rest, |space| match &rest[space + 1..] {
        name if name.len() <= 5 && name.iter().all(u8::is_ascii_uppercase) && space > 1 => &rest[..space],
        _ => rest,
    });
    let offset = match rest {
        [] => None,
        [b'Z' | b'z'] | b"UTC" | b"GMT" => Some(0),
        [sign @ (b'+' | b'-'), tail @ ..] => {
            // Hours, minutes and seconds, with or without colons between them.
            let (mut plain, mut count) = ([b'0'; 6], 0);
            for digit in tail.iter().filter(|c| **c != b':') {
                *plain.get_mut(count).filter(|_| digit.is_ascii_digit())? = *digit;
                count += 1;
            }
            if !matches!(count, 2 | 4 | 6) {
                return None;
            }
            let two = |i: usize| i32::from(plain[i] - b'0') * 10 + i32::from(plain[i + 1] - b'0');
            let value = two(0) * 3600 + two(2) * 60 + two(4);
            Some(if *sign == b'-' { -value } else { value })
        }
        _ => return None,
    };
    let seconds = days_from_civil(year, month, day) * 86_400 + hour * 3600 + minute * 60 + second.min(59);
    Some(Civil { seconds, nanos, offset })
}

/// Reads an RFC 3339 time; one without a zone is refused, since it names no moment.
pub fn parse_rfc3339(text: &str) -> Option<i64> {
    let civil = parse_civil(text)?;
    civil.offset?;
    civil.to_ns(0)
}

/// Converts seconds since the epoch to nanoseconds; `None` if the number is not finite or too large.
pub fn from_epoch_seconds(seconds: f64) -> Option<i64> {
    // Split first: the product of a present-day epoch and 1e9 has more digits than an f64 holds.
    let whole = seconds.floor();
    if !seconds.is_finite() || whole.abs() > 9.2e9 {
        return None;
    }
    // A present-day f64 resolves about 0.24 µs: finer digits are noise of the conversion, not of the clock.
    let micros = ((seconds - whole) * 1e6).round() as i64;
    (whole as i64).checked_mul(SECOND)?.checked_add(micros * 1_000)
}

/// RFC 3339 in UTC with as many digits of fraction as are needed (none, 3, 6 or 9).
pub fn format_rfc3339(ns: i64) -> String {
    let (seconds, nanos) = (ns.div_euclid(SECOND), ns.rem_euclid(SECOND));
    let (y, m, d) = civil_from_days(seconds.div_euclid(86_400));
    let s = seconds.rem_euclid(86_400);
    let head = format!("{y:04}-{m:02}-{d:02}T{:02}:{:02}:{:02}", s / 3600, s / 60 % 60, s % 60);
    if nanos == 0 {
        format!("{head}Z")
    } else if nanos % 1_000_000 == 0 {
        format!("{head}.{:03}Z", nanos / 1_000_000)
    } else if nanos % 1_000 == 0 {
        format!("{head}.{:06}Z", nanos / 1_000)
    } else {
        format!("{head}.{nanos:09}Z")
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn the_forms_that_files_hold() {
        let t = 1_767_600_000 * SECOND;
        for text in [
            "2026-01-05T08:00:00Z",
            "2026-01-05 08:00:00+00:00",
            "2026-01-05T09:00:00+0100",
            "2026-01-05T03:00-05",
            "2026-01-05 09:00:00 +0100",
            "2026-01-05 08:00:00 UTC",
            "2026-01-05 08:00:00.000 GMT",
            "2026-01-05 09:00:00 +0100 CET",
        ] {
            assert_eq!(parse_rfc3339(text), Some(t), "{text}");
        }
        assert_eq!(parse_rfc3339("2026-01-05T08:00:00.123456789Z"), Some(t + 123_456_789));
        assert_eq!(parse_rfc3339("2026-01-05T08:00:00"), None);
        let naive = parse_civil("2026-01-05_08-00-00").unwrap();
        assert_eq!((naive.offset, naive.to_ns(7200)), (None, Some(t - 7200 * SECOND)));
        for bad in [
            "",
            "2026-02-30T00:00:00Z",
            "2026-01-05T25:00:00Z",
            "0000-00-00T00:00:00Z",
            "2026-01-05T08:00:00+1",
            "2026-01-05 08:00:00 CET",
            "2026-01-05 08:00:00 +0100 CET more",
            "2026-01-05 08:00:00 and so on",
            "x".repeat(40).as_str(),
        ] {
            assert_eq!(parse_civil(bad), None, "{bad}");
        }
        assert_eq!(parse_rfc3339("9999-12-31T23:59:59Z"), None);
    }

    #[test]
    fn formatting_reads_back() {
        for ns in [0, -1, i64::MAX, i64::MIN, 1_767_600_000_123_000_000, 951_782_400 * SECOND] {
            assert_eq!(parse_rfc3339(&format_rfc3339(ns)), Some(ns), "{}", format_rfc3339(ns));
        }
        assert_eq!(from_epoch_seconds(1_767_600_000.25), Some(1_767_600_000_250_000_000));
        assert_eq!(from_epoch_seconds(f64::NAN), None);
        assert_eq!(from_epoch_seconds(1e300), None);
    }
}
