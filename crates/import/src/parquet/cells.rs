//! Cells as JSON.

use makespan_format::time::format_rfc3339;
use makespan_format::write_json_string;

use super::schema::{Column, Meaning};

/// Julian day number of 1 January 1970.
const JULIAN_1970: i64 = 2_440_588;
const DAY: i64 = 86_400 * 1_000_000_000;

/// A stored value.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Value<'v> {
    Bool(bool),
    Int32(i32),
    Int64(i64),
    Float(f64),
    Int96([u8; 12]),
    Bytes(&'v [u8]),
}

/// Cells in one string, of bounded size.
#[derive(Debug, Default)]
pub(super) struct Cells {
    text: String,
    ends: Vec<usize>,
}

/// The file expands to more than the limit ([`Cells::end`]).
#[derive(Debug)]
pub(super) struct Full;

impl Cells {
    pub(super) fn len(&self) -> usize {
        self.ends.len()
    }

    /// Returns cell `at`; empty for null and after the last cell.
    pub(super) fn get(&self, at: usize) -> &str {
        let start = at.checked_sub(1).map_or(0, |before| self.ends.get(before).copied().unwrap_or_default());
        self.ends.get(at).and_then(|end| self.text.get(start..*end)).unwrap_or_default()
    }

    /// Returns the text to which the current cell is appended.
    pub(super) fn text(&mut self) -> &mut String {
        &mut self.text
    }

    /// Ends the current cell, and subtracts its size from `room`, in bytes.
    pub(super) fn end(&mut self, room: &mut usize) -> Result<(), Full> {
        let before = self.ends.last().copied().unwrap_or_default();
        let taken = self.text.len() - before + size_of::<usize>();
        *room = room.checked_sub(taken).ok_or(Full)?;
        self.ends.push(self.text.len());
        Ok(())
    }
}

/// Appends a value as JSON; nothing for NaN, which many programs write for null. Returns whether a text was invalid UTF-8.
pub(super) fn write(value: Value<'_>, column: &Column, out: &mut String) -> bool {
    match value {
        Value::Bool(value) => out.push_str(if value { "true" } else { "false" }),
        Value::Int32(value) => integer(i64::from(value), i64::from(value.cast_unsigned()), column, out),
        Value::Int64(value) if column.meaning == Meaning::Unsigned && value < 0 => {
            out.push_str(&value.cast_unsigned().to_string());
        }
        Value::Int64(value) => integer(value, value, column, out),
        Value::Float(value) if value.is_nan() => {}
        Value::Float(value) if value.is_infinite() => {
            out.push_str(if value > 0.0 { "\"Infinity\"" } else { "\"-Infinity\"" });
        }
        Value::Float(value) => out.push_str(&value.to_string()),
        Value::Int96(bytes) => {
            let (within, day) = bytes.split_at(8);
            let number = |bytes: &[u8]| bytes.iter().rev().fold(0i64, |n, byte| (n << 8) | i64::from(*byte));
            let since = (number(day) - JULIAN_1970).checked_mul(DAY);
            match since.and_then(|ns| ns.checked_add(number(within))) {
                Some(ns) => write_json_string(&format_rfc3339(ns), out),
                None => out.push_str(&number(within).to_string()),
            }
        }
        Value::Bytes(bytes) => return text(bytes, column, out),
    }
    false
}

fn integer(value: i64, unsigned: i64, column: &Column, out: &mut String) {
    match column.meaning {
        Meaning::Time { unit, is_utc } => match value.checked_mul(unit) {
            Some(ns) => {
                let time = format_rfc3339(ns);
                write_json_string(if is_utc { &time } else { time.trim_end_matches('Z') }, out);
            }
            None => out.push_str(&value.to_string()),
        },
        Meaning::Date => match value.checked_mul(DAY) {
            Some(ns) => write_json_string(format_rfc3339(ns).split('T').next().unwrap_or_default(), out),
            None => out.push_str(&value.to_string()),
        },
        Meaning::Decimal(scale) => decimal(i128::from(value), scale, out),
        Meaning::Unsigned => out.push_str(&unsigned.to_string()),
        _ => out.push_str(&value.to_string()),
    }
}

fn text(bytes: &[u8], column: &Column, out: &mut String) -> bool {
    match column.meaning {
        Meaning::Decimal(scale) if bytes.len() <= 16 => {
            let sign = if bytes.first().is_some_and(|byte| byte & 0x80 != 0) { -1 } else { 0 };
            decimal(bytes.iter().fold(sign, |n: i128, byte| (n << 8) | i128::from(*byte)), scale, out);
            return false;
        }
        Meaning::Uuid if bytes.len() == 16 => {
            let mut text: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
            for at in [20, 16, 12, 8] {
                text.insert(at, '-');
            }
            write_json_string(&text, out);
            return false;
        }
        _ => {}
    }
    let text = String::from_utf8_lossy(bytes);
    write_json_string(&text, out);
    matches!(text, std::borrow::Cow::Owned(_))
}

/// Appends a number with `scale` digits after the decimal point.
fn decimal(value: i128, scale: u32, out: &mut String) {
    let digits = format!("{:0>width$}", value.unsigned_abs(), width = scale as usize + 1);
    let (whole, part) = digits.split_at(digits.len() - scale as usize);
    let sign = if value < 0 { "-" } else { "" };
    let point = if part.is_empty() { "" } else { "." };
    out.push_str(&format!("{sign}{whole}{point}{part}"));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parquet::schema::Stored;

    fn written(value: Value<'_>, meaning: Meaning) -> String {
        let column = Column {
            name: String::new(),
            stored: Stored::Bytes,
            meaning,
            defined: 0,
            repeated: 0,
            element: 0,
            unreadable: None,
        };
        let mut out = String::new();
        write(value, &column, &mut out);
        out
    }

    #[test]
    fn values_are_written_as_what_they_mean() {
        let time = |unit, is_utc| Meaning::Time { unit, is_utc };
        for (value, meaning, text) in [
            (Value::Bool(true), Meaning::Plain, "true"),
            (Value::Int32(-1), Meaning::Plain, "-1"),
            (Value::Int32(-1), Meaning::Unsigned, "4294967295"),
            (Value::Int64(-1), Meaning::Unsigned, "18446744073709551615"),
            (Value::Int64(1_500), time(1_000_000, true), "\"1970-01-01T00:00:01.500Z\""),
            (Value::Int64(1_500), time(1_000_000, false), "\"1970-01-01T00:00:01.500\""),
            (Value::Int64(i64::MAX), time(1_000_000, true), "9223372036854775807"),
            (Value::Int32(19_000), Meaning::Date, "\"2022-01-08\""),
            (Value::Int32(-5), Meaning::Decimal(2), "-0.05"),
            (Value::Int64(12_345), Meaning::Decimal(0), "12345"),
            (Value::Bytes(&[0xff, 0x38]), Meaning::Decimal(1), "-20.0"),
            (Value::Float(0.5), Meaning::Plain, "0.5"),
            (Value::Float(f64::NAN), Meaning::Plain, ""),
            (Value::Float(f64::INFINITY), Meaning::Plain, "\"Infinity\""),
            (Value::Bytes(b"a\"\n"), Meaning::Text, "\"a\\\"\\n\""),
            (Value::Bytes(&[0xab; 16]), Meaning::Uuid, "\"abababab-abab-abab-abab-abababababab\""),
            // Half a second after the first midnight of 1970.
            (
                Value::Int96([0, 0x65, 0xcd, 0x1d, 0, 0, 0, 0, 0x8c, 0x3d, 0x25, 0]),
                Meaning::Plain,
                "\"1970-01-01T00:00:00.500Z\"",
            ),
        ] {
            assert_eq!(written(value, meaning), text, "{value:?} as {meaning:?}");
        }
    }

    #[test]
    fn cells_take_no_more_than_they_may() {
        let (mut cells, mut room) = (Cells::default(), 30);
        cells.text().push_str("ab");
        assert!(cells.end(&mut room).is_ok() && cells.end(&mut room).is_ok() && cells.end(&mut room).is_ok());
        assert_eq!((cells.len(), cells.get(0), cells.get(1), cells.get(9)), (3, "ab", "", ""));
        assert!(cells.end(&mut room).is_err());
    }
}
