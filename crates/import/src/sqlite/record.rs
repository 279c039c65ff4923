//! Records: the values of one row.

use std::borrow::Cow;
use std::cell::Cell;

use super::bytes::{array_at, varint_at};
use super::schema::{Slot, Table};
use super::text::Encoding;

/// Columns a table can have at most, whatever SQLite was built with.
const MOST_COLUMNS: usize = 32_767;

/// One value. A column of REAL affinity stores whole numbers as integers: read it by [`Value::as_f64`].
#[derive(Clone, Debug, PartialEq)]
pub enum Value<'a> {
    /// NULL, a NaN (which SQLite reads as NULL), a value lost to damage, or a column the record does not
    /// have.
    Null,
    /// A 64-bit integer.
    Int(i64),
    /// A floating-point number.
    Real(f64),
    /// A text, converted to UTF-8.
    Text(Cow<'a, str>),
    /// Bytes.
    Blob(Cow<'a, [u8]>),
}

impl Value<'_> {
    /// The integer, `None` for any other value.
    pub fn as_i64(&self) -> Option<i64> {
        match self {
            Value::Int(value) => Some(*value),
            _ => None,
        }
    }

    /// The number, an integer too (rounded beyond 2^53), `None` for any other value.
    pub fn as_f64(&self) -> Option<f64> {
        match self {
            Value::Int(value) => Some(*value as f64),
            Value::Real(value) => Some(*value),
            _ => None,
        }
    }

    /// The text, `None` for any other value.
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The bytes of a blob, `None` for any other value.
    pub fn as_blob(&self) -> Option<&[u8]> {
        match self {
            Value::Blob(bytes) => Some(bytes),
            _ => None,
        }
    }

    /// Whether it is [`Value::Null`].
    pub fn is_null(&self) -> bool {
        matches!(self, Value::Null)
    }
}

/// Where a stored value is and of what serial type.
#[derive(Clone, Copy, Debug)]
pub(super) struct Field {
    serial: u64,
    start: usize,
}

/// Finds the values of a record of `length` bytes, of which `payload` may hold only the first.
///
/// Fills `fields`, and reports what is wrong: `Err` when no value can be read, `Ok(Some)` when some are lost.
pub(super) fn parse(
    payload: &[u8],
    length: u64,
    fields: &mut Vec<Field>,
) -> Result<Option<&'static str>, &'static str> {
    fields.clear();
    let (header, mut at) = varint_at(payload, 0).ok_or("the record header is cut")?;
    let end = usize::try_from(header)
        .ok()
        .filter(|&end| end >= at && end <= payload.len())
        .ok_or("the record header is longer than its record")?;
    let head = payload.get(..end).unwrap_or_default();
    let mut start = end;
    while at < end && fields.len() < MOST_COLUMNS {
        let Some((serial, next)) = varint_at(head, at) else {
            return Ok(Some("the record header is cut: its last columns are lost"));
        };
        fields.push(Field { serial, start });
        start = usize::try_from(size(serial)).map_or(usize::MAX, |size| start.saturating_add(size));
        at = next;
    }
    Ok((start as u64 > length)
        .then_some("the values are longer than their record: its last columns are lost"))
}

fn size(serial: u64) -> u64 {
    match serial {
        0 | 8..=11 => 0,
        1..=4 => serial,
        5 => 6,
        6 | 7 => 8,
        _ => (serial - 12) / 2,
    }
}

/// One row while it is visited.
pub struct Row<'r> {
    pub(super) table: &'r Table,
    pub(super) rowid: i64,
    pub(super) payload: &'r [u8],
    pub(super) fields: &'r [Field],
    pub(super) encoding: Encoding,
    pub(super) replaced: &'r Cell<u64>,
}

impl Row<'_> {
    /// The value of the column at `index` of [`Table::columns`]. NULL when there is no such column, when the
    /// row was written before the column was added (its DEFAULT is not looked up), and for a VIRTUAL
    /// generated column, which is not stored.
    pub fn get(&self, index: usize) -> Value<'_> {
        match self.table.slot(index) {
            Some(Slot::Rowid) => Value::Int(self.rowid),
            Some(Slot::Field(field)) => {
                self.fields.get(field).map_or(Value::Null, |&field| self.value(field))
            }
            Some(Slot::Computed) | None => Value::Null,
        }
    }

    /// Returns the value of a column as text; `None` if it is empty or binary.
    pub(crate) fn text_of(&self, column: &str) -> Option<String> {
        match self.by_name(column) {
            Value::Null | Value::Blob(_) => None,
            Value::Int(n) => Some(n.to_string()),
            Value::Real(x) => Some(x.to_string()),
            Value::Text(text) => Some(text.to_string()),
        }
    }

    /// The value of the column of this name (ASCII case ignored), as [`Row::get`] gives it.
    pub fn by_name(&self, name: &str) -> Value<'_> {
        self.table.column(name).map_or(Value::Null, |index| self.get(index))
    }

    /// The 64-bit key of the row, 0 in a table WITHOUT ROWID.
    pub fn rowid(&self) -> i64 {
        self.rowid
    }

    fn value(&self, field: Field) -> Value<'_> {
        let Field { serial, start } = field;
        let bytes = usize::try_from(size(serial))
            .ok()
            .and_then(|size| self.payload.get(start..start.checked_add(size)?));
        let Some(bytes) = bytes else { return Value::Null };
        match serial {
            1..=6 => Value::Int(integer(bytes)),
            7 => match array_at(bytes, 0).map(f64::from_be_bytes) {
                Some(number) if !number.is_nan() => Value::Real(number),
                _ => Value::Null,
            },
            8 => Value::Int(0),
            9 => Value::Int(1),
            0 | 10 | 11 => Value::Null,
            _ if serial % 2 == 0 => Value::Blob(Cow::Borrowed(bytes)),
            _ => {
                let (text, replaced) = self.encoding.decode(bytes);
                if replaced {
                    self.replaced.set(self.replaced.get().saturating_add(1));
                }
                Value::Text(text)
            }
        }
    }
}

/// A big-endian two's complement number of 1 to 8 bytes.
fn integer(bytes: &[u8]) -> i64 {
    let sign = if bytes.first().is_some_and(|&first| first >= 0x80) { -1 } else { 0 };
    bytes.iter().fold(sign, |value, &byte| (value << 8) | i64::from(byte))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;

    #[test]
    fn integers_of_every_width() {
        assert_eq!(integer(&[0xff]), -1);
        assert_eq!(integer(&[0x7f, 0xff]), 32_767);
        assert_eq!(integer(&[0x80, 0x00, 0x00]), -8_388_608);
        assert_eq!(integer(&i64::MIN.to_be_bytes()), i64::MIN);
        assert_eq!(integer(&i64::MAX.to_be_bytes()), i64::MAX);
    }

    #[test]
    fn a_record_that_says_more_than_it_has() {
        let mut fields = Vec::new();
        assert!(parse(&[], 0, &mut fields).is_err());
        assert!(parse(&[9, 1], 2, &mut fields).is_err());
        assert_eq!(parse(&[2, 1, 5], 3, &mut fields), Ok(None));
        assert_eq!(fields.len(), 1);
        assert!(matches!(parse(&[2, 6, 5], 3, &mut fields), Ok(Some(_))));
        let huge = [10, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff];
        assert!(matches!(parse(&huge, 10, &mut fields), Ok(Some(_))));
    }
}
