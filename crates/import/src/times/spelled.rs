//! Times that are not spelled as ISO 8601, and leave no doubt: `Tue, 06 Jan 2026 12:00:00 GMT` (RFC 1123), `Tue Jan  6
//! 12:00:00 2026` (`ctime`, `date`), `06/Jan/2026:12:00:00 +0000` (logs of web servers), `20260106T120000Z`, `2026/01/06
//! 12:00:00`, `2026-01-06T12:00:00Z[UTC]` (Java). Dates of which only the country distinguishes day and month are not among them.

use std::borrow::Cow;

use makespan_format::time::{Civil, parse_civil};

/// Longest time that is looked at, bytes.
const LONGEST: usize = 64;

/// Parses a time in ISO 8601 or in one of these spellings.
pub(crate) fn civil(text: &str) -> Option<Civil> {
    parse_civil(text).or_else(|| {
        let text = text.trim();
        if text.len() > LONGEST || !text.is_ascii() {
            return None;
        }
        let (text, zone) = match text.strip_suffix(']').and_then(|text| text.split_once('[')) {
            Some((text, zone)) => (text, zone),
            None => (text, ""),
        };
        let iso = basic(text).or_else(|| slashes(text)).or_else(|| words(text));
        let civil = parse_civil(&iso.map_or(Cow::Borrowed(text), Cow::Owned))?;
        let is_utc = matches!(zone, "UTC" | "GMT" | "Z" | "Etc/UTC");
        match civil.offset {
            None if is_utc => Some(Civil { offset: Some(0), ..civil }),
            // The name of a zone alone does not give its offset.
            None if !zone.is_empty() => None,
            _ => Some(civil),
        }
    })
}

/// `20260106T120000Z`
fn basic(text: &str) -> Option<String> {
    let bytes = text.as_bytes();
    let is_basic = bytes.len() >= 15
        && matches!(bytes[8], b'T' | b't' | b'_')
        && bytes[..15].iter().enumerate().all(|(at, byte)| at == 8 || byte.is_ascii_digit());
    is_basic.then(|| {
        let part = |from: usize, to: usize| &text[from..to];
        format!(
            "{}-{}-{}T{}:{}:{}{}",
            part(0, 4),
            part(4, 6),
            part(6, 8),
            part(9, 11),
            part(11, 13),
            part(13, 15),
            &text[15..]
        )
    })
}

/// `2026/01/06 12:00:00`
fn slashes(text: &str) -> Option<String> {
    let bytes = text.as_bytes();
    let is_date = bytes.len() > 10 && bytes[4] == b'/' && bytes[7] == b'/';
    is_date.then(|| format!("{}-{}-{}", &text[..4], &text[5..7], &text[8..]))
}

/// A date with the name of its month.
fn words(text: &str) -> Option<String> {
    // `06/Jan/2026:12:00:00 +0000`
    let log = match text.split_once(':') {
        Some((date, time)) if date.matches('/').count() == 2 => {
            Cow::Owned(format!("{} {time}", date.replace('/', " ")))
        }
        _ => Cow::Borrowed(text),
    };
    let mut parts = log.split([' ', ',']).filter(|part| !part.is_empty()).peekable();
    const DAYS: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
    let is_day = |part: &&str| part.get(..3).is_some_and(|start| DAYS.contains(&start));
    parts.next_if(is_day);
    let first = parts.next()?;
    let second = parts.next()?;
    let (day, month, year, time, zone) = match month(second) {
        Some(month) => {
            let (year, time) = (parts.next()?, parts.next()?);
            (first, month, year, time, parts.next())
        }
        None => {
            let (time, next) = (parts.next()?, parts.next()?);
            match parts.next() {
                Some(year) => (second, month(first)?, year, time, Some(next)),
                None => (second, month(first)?, next, time, None),
            }
        }
    };
    let is_year = year.len() == 4 && year.bytes().all(|b| b.is_ascii_digit());
    let is_end = parts.next().is_none();
    (is_year && is_end).then(|| format!("{year}-{month:02}-{day:0>2}T{time} {}", zone.unwrap_or_default()))
}

/// The number of a month, by the first three letters of its English name.
fn month(name: &str) -> Option<usize> {
    const MONTHS: [&str; 12] =
        ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    MONTHS.iter().position(|month| name.get(..3) == Some(month)).map(|at| at + 1)
}

#[cfg(test)]
mod tests {
    use makespan_format::time::parse_rfc3339;

    use super::*;

    #[test]
    fn times_of_other_spellings_are_the_same_moments() {
        let noon = parse_rfc3339("2026-01-06T12:00:00Z");
        for text in [
            "Tue, 06 Jan 2026 12:00:00 GMT",
            "Tue, 6 Jan 2026 13:00:00 +0100",
            "06 Jan 2026 12:00:00 Z",
            "Tue Jan  6 12:00:00 2026",
            "Tue Jan 06 12:00:00 UTC 2026",
            "Jan 6 12:00:00 2026",
            "06/Jan/2026:12:00:00 +0000",
            "20260106T120000Z",
            "20260106T130000.000+01:00",
            "2026/01/06 12:00:00",
            "2026/01/06 12:00:00.000 UTC",
            "2026-01-06T12:00:00[UTC]",
            "2026-01-06T13:00:00+01:00[Europe/Berlin]",
            "2026-01-06T12:00:00Z",
        ] {
            assert_eq!(civil(text).and_then(|time| time.to_ns(0)), noon, "{text}");
        }
    }

    #[test]
    fn what_leaves_a_doubt_is_not_a_time() {
        for text in [
            "",
            "01/06/2026 12:00:00",
            "2026-01-06",
            "Tue Jan  6 12:00:00 CET 2026",
            "2026-01-06T12:00:00[Europe/Berlin]",
            "Jan 6 12:00:00",
            "Tue Foo 6 12:00:00 2026",
            "Tue Jan 36 12:00:00 2026",
            "20260106120000",
            "Jan 6 12:00:00 2026 and more",
            "é Jan 6 12:00:00 2026",
            "]",
            "Jan",
        ] {
            assert_eq!(civil(text).map(|time| time.seconds), None, "{text}");
        }
    }
}
