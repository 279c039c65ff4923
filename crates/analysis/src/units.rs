//! Units of metrics, brought to one unit for each quantity.

/// What a number counts, and so how it is written and what it may be compared with.
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
/// use makespan_analysis::{Quantity, unit};
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
        _ => return bytes(name).map(|factor| (Quantity::Bytes, factor)),
    };
    Some(exact)
}

fn bytes(name: &str) -> Option<f64> {
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

#[cfg(test)]
mod tests {
    use super::*;

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
}
