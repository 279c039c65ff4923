//! Numbers with units.

use crate::{Quantity, unit};

/// A number as written.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Amount {
    /// In the base unit of the quantity (ns, bytes, hundredths), else as written.
    pub(super) value: f64,
    pub(super) unit: Unit,
}

/// What is written behind a number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Unit {
    None,
    Known(Quantity),
    Other(String),
}

impl Amount {
    /// Reads `4`, `-0.5`, `1e6`, `2GiB`, `150 %`, `3 MB/s`, and spans of time in several units, `1h 30m`; `None` for
    /// anything else. Spans of time are whole nanoseconds. O(length).
    pub(super) fn read(text: &str) -> Option<Amount> {
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
    pub(super) fn of(&self, quantity: Quantity, name: &str) -> Option<f64> {
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

/// What an amount of a quantity looks like, for a message.
pub(super) fn example(quantity: Quantity, unit: &str) -> String {
    match quantity {
        Quantity::Time => "a duration such as 1m30s or 250ms".to_owned(),
        Quantity::Bytes => "a size such as 2GiB or 500MB".to_owned(),
        Quantity::Percent => "a share such as 150%".to_owned(),
        Quantity::Count => "a number".to_owned(),
        Quantity::Number if unit.is_empty() => "a number".to_owned(),
        Quantity::Number => format!("a number, with or without the unit {unit}"),
    }
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
    fn what_cannot_be_compared_is_not() {
        let of = |text: &str, quantity| Amount::read(text).and_then(|a| a.of(quantity, "MB/s"));
        assert_eq!(of("10", Quantity::Time), None);
        assert_eq!(of("0", Quantity::Time), Some(0.0));
        assert_eq!(of("10", Quantity::Bytes), Some(10.0));
        assert_eq!(of("10s", Quantity::Bytes), None);
        assert_eq!((of("5MB/s", Quantity::Number), of("5kB/s", Quantity::Number)), (Some(5.0), None));
    }
}
