//! Durations, sizes and shares as Nextflow writes them for people, and as bare numbers.

/// Nanoseconds of `1d 2h 3m 4.5s 6ms`, or of a bare number of milliseconds.
pub(super) fn duration(text: &str) -> Option<i64> {
    let text = text.trim();
    if let Ok(ms) = text.parse::<f64>() {
        return whole(ms * 1e6);
    }
    let mut total = 0.0;
    for part in text.split_whitespace() {
        let digits = part.find(|c: char| c.is_ascii_alphabetic())?;
        let number: f64 = part.get(..digits)?.parse().ok()?;
        let unit = match part.get(digits..)? {
            "ms" => 1e6,
            "s" | "sec" => 1e9,
            "m" | "min" => 60e9,
            "h" | "hour" | "hours" => 3600e9,
            "d" | "day" | "days" => 86_400e9,
            _ => return None,
        };
        total += number * unit;
    }
    whole(total).filter(|_| !text.is_empty())
}

fn whole(ns: f64) -> Option<i64> {
    (0.0..9.2e18).contains(&ns).then(|| ns.round() as i64)
}

/// Bytes of `12.3 MB` (powers of 1024), or of a bare number.
pub(super) fn bytes(text: &str) -> Option<f64> {
    let mut parts = text.split_whitespace();
    let number: f64 = parts.next()?.parse().ok()?;
    let power = match parts.next().unwrap_or("B") {
        "B" => 0,
        "KB" => 1,
        "MB" => 2,
        "GB" => 3,
        "TB" => 4,
        "PB" => 5,
        _ => return None,
    };
    Some(number * 1024f64.powi(power)).filter(|b| b.is_finite())
}

/// The number of `88.5%`, or a bare one.
pub(super) fn number(text: &str) -> Option<f64> {
    text.trim().trim_end_matches('%').parse().ok().filter(|n: &f64| n.is_finite())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_and_sizes_are_read_as_text_and_as_numbers() {
        let seconds = |text| duration(text).map(|ns| ns as f64 / 1e9);
        assert_eq!(seconds("297ms"), Some(0.297));
        assert_eq!(seconds("1m 20s"), Some(80.0));
        assert_eq!(seconds("1d 2h 5m 3.5s"), Some(93_903.5));
        assert_eq!(seconds("78607"), Some(78.607));
        assert_eq!((seconds("-"), seconds(""), seconds("5 parsecs")), (None, None, None));
        assert_eq!(
            (bytes("12.5 MB"), bytes("0"), bytes("913 B")),
            (Some(13_107_200.0), Some(0.0), Some(913.0))
        );
        assert_eq!((bytes("-"), number("527.0%"), number("-")), (None, Some(527.0), None));
    }
}
