//! Numbers with units, as sources and people write them.

/// The quantity that a number measures: decides how it is written and what it can be compared with.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize,
)]
pub enum Quantity {
    /// Nanoseconds.
    Time,
    /// Bytes.
    Bytes,
    /// Hundredths.
    Percent,
    /// Things that are counted one by one.
    Count,
    /// Anything else, in the unit that the source gives.
    #[default]
    Number,
}

/// The quantity that a unit measures and how many base units (ns, bytes, hundredths) it has; `None` for a unit that
/// is not known, and for none at all.
///
/// `k`, `M`, `G`, `T` are powers of 1000, with an `i` behind them of 1024 (IEC 80000-13). `By` is a byte as UCUM and
/// OpenTelemetry write it. What belongs to a span of
/// time (`MB/s`) is a number in its own unit.
///
/// ```
/// use makespan_format::amount::{Quantity, unit};
/// assert_eq!(unit("MiB"), Some((Quantity::Bytes, 1_048_576.0)));
/// assert_eq!(unit("ms"), Some((Quantity::Time, 1e6)));
/// assert_eq!(unit("furlong"), None);
/// ```
pub fn unit(name: &str) -> Option<(Quantity, f64)> {
    let name = name.trim();
    let exact = match name {
        "ns" | "nanoseconds" => (Quantity::Time, 1.0),
        "us" | "µs" | "μs" | "microseconds" => (Quantity::Time, 1e3),
        "ms" | "milliseconds" | "millis" => (Quantity::Time, 1e6),
        "s" | "sec" | "secs" | "second" | "seconds" => (Quantity::Time, 1e9),
        "m" | "min" | "mins" | "minute" | "minutes" => (Quantity::Time, 6e10),
        "h" | "hr" | "hour" | "hours" => (Quantity::Time, 3.6e12),
        "d" | "day" | "days" => (Quantity::Time, 8.64e13),
        "%" | "percent" | "pct" => (Quantity::Percent, 1.0),
        _ => return byte_factor(name).map(|factor| (Quantity::Bytes, factor)),
    };
    Some(exact)
}

fn byte_factor(name: &str) -> Option<f64> {
    let lower = name.to_ascii_lowercase();
    if matches!(lower.as_str(), "b" | "by" | "byte" | "bytes") {
        return Some(1.0);
    }
    let (prefix, rest) = (lower.chars().next()?, lower.get(1..)?);
    let power = "kmgtp".find(prefix)? as i32 + 1;
    match rest {
        "ib" | "iby" => Some(1024f64.powi(power)),
        "b" | "by" => Some(1000f64.powi(power)),
        _ => None,
    }
}

/// A number as written.
#[derive(Clone, Debug, PartialEq)]
pub struct Amount {
    /// In the base unit of the quantity (ns, bytes, hundredths), else as written.
    pub value: f64,
    /// Returns the unit that is written after the number.
    pub unit: Unit,
}

/// Returns the suffix that is written after a number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unit {
    /// Nothing.
    None,
    /// A unit of a known quantity.
    Known(Quantity),
    /// Anything else, as written.
    Other(String),
}

impl Amount {
    /// Reads `4`, `-0.5`, `1e6`, `2GiB`, `150 %`, `3 MB/s`, and spans of time in several units, `1h 30m`; `None` for
    /// anything else. Spans of time are whole nanoseconds. O(length).
    pub fn read(text: &str) -> Option<Amount> {
        let text = text.trim();
        let (negative, text) = match text.as_bytes().first()? {
            b'-' => (true, &text[1..]),
            b'+' => (false, &text[1..]),
            _ => (false, text),
        };
        let (mut value, mut found, mut rest) = part(text)?;
        while !rest.is_empty() {
            // Only spans of time have several parts.
            let (more, next, after) = part(rest)?;
            let times = [&found, &next].iter().all(|u| **u == Unit::Known(Quantity::Time));
            if !times {
                return None;
            }
            (value, found, rest) = (value + more, next, after);
        }
        if found == Unit::Known(Quantity::Time) {
            value = value.round();
        }
        value.is_finite().then_some(Amount { value: if negative { -value } else { value }, unit: found })
    }

    /// The number in the unit of a measure; `None` where the two cannot be compared. A plain number counts bytes and
    /// hundredths, too, but of time only 0 needs no unit.
    pub fn of(&self, quantity: Quantity, name: &str) -> Option<f64> {
        let fits = match &self.unit {
            Unit::None => quantity != Quantity::Time || self.value == 0.0,
            Unit::Known(known) => *known == quantity,
            Unit::Other(other) => quantity == Quantity::Number && other == name,
        };
        fits.then_some(self.value)
    }
}

/// The number at the front with its unit, and what follows.
fn part(text: &str) -> Option<(f64, Unit, &str)> {
    let digits = |text: &str| text.bytes().take_while(u8::is_ascii_digit).count();
    let mut end = digits(text);
    let whole = end;
    if text[end..].starts_with('.') {
        let fraction = digits(&text[end + 1..]);
        end += if fraction > 0 { 1 + fraction } else { 0 };
    }
    if whole == 0 && end == 0 {
        return None;
    }
    if text[end..].starts_with(['e', 'E']) {
        let signed = usize::from(text[end + 1..].starts_with(['+', '-']));
        let exponent = digits(&text[end + 1 + signed..]);
        end += if exponent > 0 { 1 + signed + exponent } else { 0 };
    }
    let number: f64 = text[..end].parse().ok()?;
    let rest = text[end..].trim_start();
    let name = &rest[..rest.find(|c: char| c.is_ascii_digit() || c == '.').unwrap_or(rest.len())];
    let rest = &rest[name.len()..];
    Some(match (name.trim(), unit(name)) {
        ("", _) => (number, Unit::None, rest),
        (_, Some((quantity, factor))) => (number * factor, Unit::Known(quantity), rest),
        (other, None) if other.chars().all(|c| c.is_alphabetic() || "/%°_".contains(c)) => {
            (number, Unit::Other(other.to_owned()), rest)
        }
        _ => return None,
    })
}

/// Parses a duration, ns: `500 ms`, `1m30s`, `2d`. `None` for anything else, for a number other than 0 without a unit,
/// and for durations that do not fit into 64 bits.
pub fn duration(text: &str) -> Option<i64> {
    let ns = Amount::read(text)?.of(Quantity::Time, "")?;
    (ns.abs() < 9.2e18).then_some(ns as i64)
}

/// Parses a number of bytes: `64 KiB`, `2GB`, `500000`; `None` for anything else, and for values below 0 or beyond 63
/// bits. Parts of a byte are rounded.
pub fn bytes(text: &str) -> Option<u64> {
    let bytes = Amount::read(text)?.of(Quantity::Bytes, "")?.round();
    (0.0..9.2e18).contains(&bytes).then_some(bytes as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_with_units_are_in_base_units() {
        let known = |text: &str| match Amount::read(text) {
            Some(Amount { value, unit: Unit::Known(quantity) }) => Some((value, quantity)),
            _ => None,
        };
        assert_eq!(known("1m30s"), Some((90e9, Quantity::Time)));
        assert_eq!(known("-1h 0.5m"), Some((-3_630e9, Quantity::Time)));
        assert_eq!(known("1.1s"), Some((1_100_000_000.0, Quantity::Time)));
        assert_eq!(known("2GiB"), Some((2_147_483_648.0, Quantity::Bytes)));
        assert_eq!(known("150 %"), Some((150.0, Quantity::Percent)));
        let plain = |text: &str| Amount::read(text).filter(|a| a.unit == Unit::None).map(|a| a.value);
        assert_eq!(
            (plain("1e6"), plain(".5"), plain("+2."), plain("1e-3")),
            (Some(1e6), Some(0.5), None, Some(1e-3))
        );
        assert_eq!(Amount::read("5MB/s").map(|a| a.unit), Some(Unit::Other("MB/s".to_owned())));
        for bad in
            ["", "-", "s", "1s2", "1MB 2MB", "1 2", "12:00", "2026-01-05", "1e999", "1s#", "1.2.3", "..", "٣"]
        {
            assert_eq!(Amount::read(bad), None, "{bad}");
        }
    }

    #[test]
    fn values_with_incompatible_units_are_not_compared() {
        let of = |text: &str, quantity| Amount::read(text).and_then(|a| a.of(quantity, "MB/s"));
        assert_eq!(of("10", Quantity::Time), None);
        assert_eq!(of("0", Quantity::Time), Some(0.0));
        assert_eq!(of("10", Quantity::Bytes), Some(10.0));
        assert_eq!(of("10s", Quantity::Bytes), None);
        assert_eq!((of("5MB/s", Quantity::Number), of("5kB/s", Quantity::Number)), (Some(5.0), None));
    }

    #[test]
    fn units_are_brought_to_one() {
        assert_eq!(unit(" GB "), Some((Quantity::Bytes, 1e9)));
        assert_eq!(unit("kb"), Some((Quantity::Bytes, 1e3)));
        assert_eq!(unit("By"), Some((Quantity::Bytes, 1.0)));
        assert_eq!(unit("KiBy"), Some((Quantity::Bytes, 1024.0)));
        assert_eq!(unit("TiB"), Some((Quantity::Bytes, 1024f64.powi(4))));
        assert_eq!(unit("h"), Some((Quantity::Time, 3.6e12)));
        assert_eq!(unit("%"), Some((Quantity::Percent, 1.0)));
        for unknown in ["", "MB/s", "é", "1/min", "kilo", "ibb"] {
            assert_eq!(unit(unknown), None, "{unknown}");
        }
    }

    #[test]
    fn settings_and_queries_use_the_same_grammar() {
        assert_eq!(
            ["500 ms", "1m30s", "2d", "0"].map(duration),
            [Some(500_000_000), Some(90_000_000_000), Some(172_800_000_000_000), Some(0)]
        );
        assert_eq!(["", "10", "4 GB", "1e30 s"].map(duration), [None; 4]);
        assert_eq!(
            ["500000", "64 KiB", "1.5MB", "0"].map(bytes),
            [Some(500_000), Some(65_536), Some(1_500_000), Some(0)]
        );
        assert_eq!(["", "MB", "-1", "5 apples", "99999999999 TB", "3 s"].map(bytes), [None; 6]);
    }
}
