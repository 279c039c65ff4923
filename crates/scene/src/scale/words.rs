//! Numbers written for people.

/// The units of a duration from the largest: nanoseconds, symbol, word.
const UNITS: [(u128, &str, &str); 7] = [
    (86_400_000_000_000, "d", "day"),
    (3_600_000_000_000, "h", "hour"),
    (60_000_000_000, "min", "minute"),
    (1_000_000_000, "s", "second"),
    (1_000_000, "ms", "millisecond"),
    (1_000, "µs", "microsecond"),
    (1, "ns", "nanosecond"),
];

/// A duration rounded to what is worth saying: a large and a small part, or one decimal number.
enum Rounded {
    /// Count and index of the large unit, count of the next smaller one.
    Two(u128, usize, u128),
    /// Three significant digits and the index of the unit.
    One(String, usize),
}

/// `value / unit` with three significant digits, without trailing zeros; and whether it rounds up to `limit` units.
fn three_digits(value: u128, unit: u128, limit: u128) -> (String, bool) {
    // The more digits before the decimal point, the fewer after it.
    for decimals in (0..=2u32).rev() {
        let scale = 10u128.pow(decimals);
        let scaled = (value * scale + unit / 2) / unit;
        if scaled < 1000 || decimals == 0 {
            let (whole, part) = (scaled / scale, scaled % scale);
            let mut text = whole.to_string();
            if part > 0 {
                let digits = format!("{part:0width$}", width = decimals as usize);
                text.push('.');
                text.push_str(digits.trim_end_matches('0'));
            }
            return (text, whole >= limit);
        }
    }
    (String::new(), false)
}

fn rounded(ns: u128) -> Rounded {
    // Below a minute one decimal number; the loop climbs a unit when rounding fills it (999.9 ms is 1 s).
    for i in (3..UNITS.len()).rev() {
        let (unit, ..) = UNITS[i];
        let limit = if i == 3 { 60 } else { 1000 };
        let (text, full) = three_digits(ns, unit, limit);
        if !full {
            return Rounded::One(text, i);
        }
    }
    // From a minute on two units, rounded once, to the smaller one.
    for i in (0..3).rev() {
        let ((unit, ..), (small, ..)) = (UNITS[i], UNITS[i + 1]);
        let parts = (ns + small / 2) / small;
        let per_unit = unit / small;
        if i == 0 || parts < per_unit * (UNITS[i - 1].0 / unit) {
            return Rounded::Two(parts / per_unit, i, parts % per_unit);
        }
    }
    Rounded::One(String::new(), 0)
}

/// A duration in nanoseconds with two significant units: "3 d 4 h", "1 h 02 min", "4 min 12 s", "12.3 s", "340 ms".
pub fn duration(ns: i64) -> String {
    let sign = if ns < 0 { "−" } else { "" };
    if ns == 0 {
        return "0 s".to_owned();
    }
    match rounded(u128::from(ns.unsigned_abs())) {
        Rounded::One(text, i) => format!("{sign}{text} {}", UNITS[i].1),
        Rounded::Two(large, 0, small) => format!("{sign}{large} {} {small} {}", UNITS[0].1, UNITS[1].1),
        Rounded::Two(large, i, small) => {
            format!("{sign}{large} {} {small:02} {}", UNITS[i].1, UNITS[i + 1].1)
        }
    }
}

/// The same in words, for accessible names: "4 minutes 12 seconds".
pub fn duration_words(ns: i64) -> String {
    let sign = if ns < 0 { "minus " } else { "" };
    let say =
        |count: &str, i: usize| format!("{count} {}{}", UNITS[i].2, if count == "1" { "" } else { "s" });
    if ns == 0 {
        return say("0", 3);
    }
    match rounded(u128::from(ns.unsigned_abs())) {
        Rounded::One(text, i) => format!("{sign}{}", say(&text, i)),
        Rounded::Two(large, i, 0) => format!("{sign}{}", say(&large.to_string(), i)),
        Rounded::Two(large, i, small) => {
            format!("{sign}{} {}", say(&large.to_string(), i), say(&small.to_string(), i + 1))
        }
    }
}

/// A number with a comma between groups of three digits: "12,480".
pub fn count(n: u64) -> String {
    let digits = n.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (i, c) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(c);
    }
    out
}

/// A number of things, in the singular or in the plural: "1 task", "1,204 tasks", "0 dependencies". The word is an
/// English noun in the singular, alone or after adjectives; negative numbers are not supported.
pub fn counted<N: TryInto<u64>>(n: N, thing: &str) -> String {
    let n = n.try_into().unwrap_or(u64::MAX);
    if n == 1 {
        return format!("1 {thing}");
    }
    let n = count(n);
    let before_y = thing.strip_suffix('y').filter(|stem| !stem.ends_with(['a', 'e', 'i', 'o', 'u']));
    match before_y {
        Some(stem) => format!("{n} {stem}ies"),
        None if thing.ends_with(['s', 'x']) || thing.ends_with("ch") || thing.ends_with("sh") => {
            format!("{n} {thing}es")
        }
        None => format!("{n} {thing}s"),
    }
}

/// Formats a size in bytes with three significant digits and decimal prefixes: "512 B", "1.5 kB", "212 MB"; "–" for
/// NaN.
pub fn bytes(n: f64) -> String {
    const PREFIXES: [&str; 7] = ["B", "kB", "MB", "GB", "TB", "PB", "EB"];
    if !n.is_finite() {
        return "–".to_owned();
    }
    let sign = if n <= -0.5 { "−" } else { "" };
    // Saturates far above the largest prefix.
    let size = n.abs().round() as u64;
    let mut unit = 1u128;
    for (i, prefix) in PREFIXES.iter().enumerate() {
        let (text, full) = three_digits(u128::from(size), unit, 1000);
        if !full || i + 1 == PREFIXES.len() {
            return format!("{sign}{text} {prefix}");
        }
        unit *= 1000;
    }
    String::new()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn durations() {
        const S: i64 = 1_000_000_000;
        for (ns, text, words) in [
            (0, "0 s", "0 seconds"),
            (12, "12 ns", "12 nanoseconds"),
            (85_000, "85 µs", "85 microseconds"),
            (999_999, "1 ms", "1 millisecond"),
            (1_254_000, "1.25 ms", "1.25 milliseconds"),
            (340 * S / 1000, "340 ms", "340 milliseconds"),
            (999_600_000, "1 s", "1 second"),
            (12_300_000_000, "12.3 s", "12.3 seconds"),
            (59_960_000_000, "1 min 00 s", "1 minute"),
            (252 * S, "4 min 12 s", "4 minutes 12 seconds"),
            (3599 * S + 600_000_000, "1 h 00 min", "1 hour"),
            (3720 * S, "1 h 02 min", "1 hour 2 minutes"),
            (86_400 * 3 * S + 4 * 3600 * S, "3 d 4 h", "3 days 4 hours"),
            (86_399 * S, "1 d 0 h", "1 day"),
            (-61 * S, "−1 min 01 s", "minus 1 minute 1 second"),
            // Both extremes are 106,751 days, 23 h 47 min long.
            (i64::MIN, "−106752 d 0 h", "minus 106752 days"),
            (i64::MAX, "106752 d 0 h", "106752 days"),
        ] {
            assert_eq!(duration(ns), text);
            assert_eq!(duration_words(ns), words);
        }
    }

    #[test]
    fn counts_and_bytes() {
        assert_eq!(count(0), "0");
        assert_eq!(count(999), "999");
        assert_eq!(count(12_480), "12,480");
        assert_eq!(count(u64::MAX), "18,446,744,073,709,551,615");
        assert_eq!(bytes(0.0), "0 B");
        assert_eq!(bytes(512.0), "512 B");
        assert_eq!(bytes(1500.0), "1.5 kB");
        assert_eq!(bytes(999_999.0), "1 MB");
        assert_eq!(bytes(212e6), "212 MB");
        assert_eq!(bytes(-2e9), "−2 GB");
        assert_eq!(bytes(f64::NAN), "–");
        assert_eq!(bytes(1e300), "18.4 EB");
    }

    #[test]
    fn things_are_counted_in_the_singular_and_in_the_plural() {
        assert_eq!([counted(1, "task"), counted(0u32, "task")], ["1 task", "0 tasks"]);
        assert_eq!(counted(12_480usize, "failed attempt"), "12,480 failed attempts");
        assert_eq!([counted(1, "dependency"), counted(2, "dependency")], ["1 dependency", "2 dependencies"]);
        assert_eq!([counted(2, "day"), counted(2, "process")], ["2 days", "2 processes"]);
    }

    proptest! {
        #[test]
        fn durations_are_short(ns: i64) {
            prop_assert!(duration(ns).chars().count() <= 16);
            prop_assert!(duration(ns).split(' ').nth(2) != Some("60"));
        }
    }
}
