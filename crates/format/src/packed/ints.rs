//! A column of integers: as they are or as differences, in units of what divides them all, cut into planes of bytes.
//!
//! Planes, not numbers one after the other: the high bytes of a column are alike and compress to nothing beside the low
//! ones, which are noise.

use super::{Fit, Input, Misfit, put_varint};

/// The values themselves, less the smallest.
const PLAIN: u8 = 0;
/// Differences from the value before, zigzag.
const DELTA: u8 = 1;

/// Writes a column of a block of `rows` events: `count form width low unit planes`.
pub(super) fn write(values: &[u64], rows: usize, out: &mut Vec<u8>) {
    put_varint(values.len() as u64, out);
    let Some((&first, &low)) = values.first().zip(values.iter().min()) else { return };
    let (mut plain_unit, mut delta_unit) = (0, 0);
    let mut before = first;
    for &value in values {
        plain_unit = divisor(plain_unit, value - low);
        delta_unit = divisor(delta_unit, (value.wrapping_sub(before) as i64).unsigned_abs());
        before = value;
    }
    let (plain_unit, delta_unit) = (plain_unit.max(1), delta_unit.max(1));
    let mut before = first;
    let (mut plain, mut delta) = (Size::default(), Size::default());
    for &value in values {
        plain.add((value - low) / plain_unit);
        delta.add(step(before, value, delta_unit));
        before = value;
    }
    // A reader believes in as many values as there are events or bytes.
    let least = u8::from(values.len() > rows);
    if plain.bits <= delta.bits {
        let width = plain.width().max(least);
        header(PLAIN, width, low, plain_unit, out);
        planes(values.iter().map(|value| (value - low) / plain_unit), values.len(), width, out);
    } else {
        let width = delta.width().max(least);
        header(DELTA, width, first, delta_unit, out);
        let mut before = first;
        let steps =
            values.iter().map(|&value| step(std::mem::replace(&mut before, value), value, delta_unit));
        planes(steps, values.len(), width, out);
    }
}

fn header(form: u8, width: u8, low: u64, unit: u64, out: &mut Vec<u8>) {
    out.push(form | width << 1);
    put_varint(low, out);
    put_varint(unit, out);
}

fn planes(values: impl Iterator<Item = u64>, count: usize, width: u8, out: &mut Vec<u8>) {
    let start = out.len();
    out.resize(start + count * usize::from(width), 0);
    for (i, value) in values.enumerate() {
        for plane in 0..usize::from(width) {
            out[start + plane * count + i] = (value >> (8 * plane)) as u8;
        }
    }
}

/// Returns the size of the numbers in a form, bytes.
#[derive(Default)]
struct Size {
    bits: u64,
    most: u64,
}

impl Size {
    fn add(&mut self, value: u64) {
        self.bits += u64::from(64 - value.leading_zeros());
        self.most = self.most.max(value);
    }

    fn width(&self) -> u8 {
        (64 - self.most.leading_zeros()).div_ceil(8) as u8
    }
}

/// The difference in units, zigzag-encoded: small in either direction.
fn step(before: u64, value: u64, unit: u64) -> u64 {
    let difference = value.wrapping_sub(before) as i64;
    let units = (difference.unsigned_abs() / unit) as i64;
    let units = if difference < 0 { units.wrapping_neg() } else { units };
    (units << 1 ^ units >> 63) as u64
}

/// The greatest common divisor; 0 divides nothing and is divided by all.
fn divisor(mut a: u64, mut b: u64) -> u64 {
    if a == 1 {
        return 1;
    }
    while b != 0 {
        (a, b) = (b, a % b);
    }
    a
}

/// Reads a column value by value.
#[derive(Default)]
pub(super) struct Ints<'a> {
    planes: &'a [u8],
    count: usize,
    at: usize,
    width: usize,
    delta: bool,
    unit: u64,
    /// The smallest value, or the one before.
    base: u64,
}

impl<'a> Ints<'a> {
    /// Reads the head of a column. One that takes no bytes for its values holds `rows` of them at most.
    pub(super) fn read(input: &mut Input<'a>, rows: usize) -> Fit<Ints<'a>> {
        let count = input.length()?;
        if count == 0 {
            return Ok(Ints::default());
        }
        let form = input.byte()?;
        let width = usize::from(form >> 1);
        let (base, unit) = (input.varint()?, input.varint()?);
        if width > 8 || (width == 0 && count > rows) {
            return Err(Misfit);
        }
        let planes = input.take(count.checked_mul(width).ok_or(Misfit)?)?;
        Ok(Ints { planes, count, at: 0, width, delta: form & 1 == DELTA, unit, base })
    }

    /// Returns the number of values left.
    pub(super) fn left(&self) -> usize {
        self.count - self.at
    }

    /// The next value.
    pub(super) fn next(&mut self) -> Fit<u64> {
        if self.at == self.count {
            return Err(Misfit);
        }
        let mut value = 0;
        for plane in 0..self.width {
            value |= u64::from(self.planes[plane * self.count + self.at]) << (8 * plane);
        }
        self.at += 1;
        if self.delta {
            let units = (value >> 1) ^ (value & 1).wrapping_neg();
            self.base = self.base.wrapping_add(units.wrapping_mul(self.unit));
            Ok(self.base)
        } else {
            Ok(self.base.wrapping_add(value.wrapping_mul(self.unit)))
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn bytes_of(values: &[u64]) -> usize {
        let mut out = Vec::new();
        write(values, values.len(), &mut out);
        let mut input = Input(&out);
        let mut ints = Ints::read(&mut input, values.len()).unwrap();
        let back: Vec<u64> = values.iter().map(|_| ints.next().unwrap()).collect();
        assert_eq!(back, values);
        assert!(ints.next().is_err() && input.0.is_empty());
        out.len()
    }

    #[test]
    fn more_values_than_events_take_bytes_and_come_back() {
        let mut out = Vec::new();
        write(&[3; 50], 10, &mut out);
        assert!(out.len() > 50);
        let mut ints = Ints::read(&mut Input(&out), 10).unwrap();
        assert!((0..50).all(|_| matches!(ints.next(), Ok(3))));
        let mut lie = Vec::new();
        write(&[3; 50], 50, &mut lie);
        assert!(Ints::read(&mut Input(&lie), 10).is_err());
    }

    #[test]
    fn every_column_comes_back() {
        for values in [
            vec![],
            vec![u64::MAX],
            vec![0, u64::MAX, 0, 1 << 63, (1 << 63) - 1],
            vec![7; 300],
            vec![5, 3, 1, 0],
            vec![i64::MIN as u64, i64::MAX as u64, 0],
        ] {
            bytes_of(&values);
        }
    }

    #[test]
    fn equal_values_take_no_space_and_times_little() {
        assert!(bytes_of(&[1_767_592_800_000_000_000; 10_000]) < 16);
        // Microseconds in nanoseconds, each some milliseconds after the one before.
        let times: Vec<u64> = (0..10_000).map(|i| 1_767_592_800_000_000_000 + i * 7_001_000).collect();
        assert!(bytes_of(&times) < 10_000 * 2 + 32, "{}", bytes_of(&times));
    }
}
