//! The integer encodings of Parquet (github.com/apache/parquet-format, `Encodings.md`): run lengths, bit packing and
//! differences.

use crate::protobuf::varint;

/// Decodes a zigzag-encoded integer.
pub(super) fn unzigzag(value: u64) -> i64 {
    (value >> 1).cast_signed() ^ -((value & 1).cast_signed())
}

/// Returns the number of bits that values up to `most` need.
pub(super) fn width_of(most: u32) -> u32 {
    u32::BITS - most.leading_zeros()
}

/// Returns value `at` of values packed with `width` bits each, at most 64, starting at the lowest bit of each byte.
fn packed(bytes: &[u8], width: u32, at: usize) -> Option<u64> {
    let first = at.checked_mul(width as usize)?;
    let (mut byte, shift) = (first / 8, (first % 8) as u32);
    let mut value = u128::from(*bytes.get(byte)?) >> shift;
    let mut got = 8 - shift;
    while got < width {
        byte += 1;
        value |= u128::from(*bytes.get(byte)?) << got;
        got += 8;
    }
    let mask = if width == 64 { u128::from(u64::MAX) } else { (1 << width) - 1 };
    u64::try_from(value & mask).ok()
}

/// Values below 2³² in the hybrid encoding: runs of a repeated value, or of bit-packed values.
pub(super) struct Runs<'b> {
    rest: &'b [u8],
    width: u32,
    run: Run<'b>,
}

enum Run<'b> {
    Repeated { value: u32, left: usize },
    Packed { bytes: &'b [u8], at: usize, count: usize },
}

impl<'b> Runs<'b> {
    /// Starts reading values of `width` bits; `None` for more than 32.
    pub(super) fn new(rest: &'b [u8], width: u32) -> Option<Runs<'b>> {
        (width <= 32).then_some(Runs { rest, width, run: Run::Repeated { value: 0, left: 0 } })
    }

    fn next_run(&mut self) -> Option<()> {
        let (head, length) = varint(self.rest)?;
        self.rest = &self.rest[length..];
        let count = usize::try_from(head >> 1).ok().filter(|count| *count > 0)?;
        if head & 1 == 1 {
            // The last group may end with its last value.
            let wanted = count.checked_mul(self.width as usize)?;
            let (bytes, rest) = self.rest.split_at(wanted.min(self.rest.len()));
            self.rest = rest;
            self.run = Run::Packed { bytes, at: 0, count: count.checked_mul(8)? };
        } else {
            let (bytes, rest) = self.rest.split_at_checked(self.width.div_ceil(8) as usize)?;
            self.rest = rest;
            let value = bytes.iter().rev().fold(0, |value, byte| (value << 8) | u32::from(*byte));
            self.run = Run::Repeated { value, left: count };
        }
        Some(())
    }
}

impl Iterator for Runs<'_> {
    type Item = u32;

    /// Returns the next value; `None` at the end of the bytes.
    fn next(&mut self) -> Option<u32> {
        if self.width == 0 && self.rest.is_empty() {
            return Some(0);
        }
        loop {
            match &mut self.run {
                Run::Repeated { value, left } if *left > 0 => {
                    *left -= 1;
                    return Some(*value);
                }
                Run::Packed { bytes, at, count } if *at < *count => {
                    let value = if self.width == 0 { 0 } else { packed(bytes, self.width, *at)? };
                    *at += 1;
                    return u32::try_from(value).ok();
                }
                _ => self.next_run()?,
            }
        }
    }
}

/// Decodes integers stored as packed differences (`DELTA_BINARY_PACKED`). Returns at most `most` values, and the bytes after
/// them.
pub(super) fn deltas(bytes: &[u8], most: usize) -> Option<(Vec<i64>, &[u8])> {
    let mut rest = bytes;
    let mut number = || {
        let (value, length) = varint(rest)?;
        rest = &rest[length..];
        Some(value)
    };
    let block = usize::try_from(number()?).ok()?;
    let parts = usize::try_from(number()?).ok()?;
    let total = usize::try_from(number()?).ok()?;
    let mut last = unzigzag(number()?);
    if parts == 0 || parts > rest.len().max(1) || !block.is_multiple_of(parts) || total > most {
        return None;
    }
    let in_part = block / parts;
    if !in_part.is_multiple_of(8) {
        return None;
    }
    let mut values = Vec::new();
    if total > 0 {
        values.push(last);
    }
    while values.len() < total {
        let (least, length) = varint(rest)?;
        let least = unzigzag(least);
        let (widths, after) = rest.get(length..)?.split_at_checked(parts)?;
        rest = after;
        for width in widths.iter().map(|width| u32::from(*width)) {
            if values.len() >= total {
                break;
            }
            if width > 64 {
                return None;
            }
            let length = in_part.checked_mul(width as usize)? / 8;
            let (packs, after) = rest.split_at(length.min(rest.len()));
            rest = after;
            for at in 0..in_part.min(total - values.len()) {
                let step = if width == 0 { 0 } else { packed(packs, width, at)? };
                last = last.wrapping_add(least).wrapping_add(step.cast_signed());
                values.push(last);
            }
        }
    }
    Some((values, rest))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn zigzag_and_widths() {
        assert_eq!([0, 1, 2, 3].map(unzigzag), [0, -1, 1, -2]);
        assert_eq!([0, 1, 2, 3, 4].map(width_of), [0, 1, 2, 2, 3]);
    }

    #[test]
    fn runs_repeat_or_are_packed() {
        // The specification's example: 0 to 7 in three bits each, after four times 5.
        let bytes = [4 << 1, 5, 0b11, 0b1000_1000, 0b1100_0110, 0b1111_1010];
        let read: Vec<u32> = Runs::new(&bytes, 3).unwrap().collect();
        assert_eq!(read, [5, 5, 5, 5, 0, 1, 2, 3, 4, 5, 6, 7]);
        assert_eq!(Runs::new(&[], 0).unwrap().take(3).collect::<Vec<_>>(), [0, 0, 0]);
        assert_eq!(Runs::new(&[8], 3).unwrap().count(), 0);
        assert!(Runs::new(&[], 33).is_none());
    }

    #[test]
    fn differences_are_added_up() {
        // The specification's second example: 7, 5, 3, 1, 2, 3, 4, 5 in a block of 128 with four parts.
        let mut bytes = vec![0x80, 0x01, 4, 8, 14, 3, 2, 0, 0, 0];
        bytes.extend([0b1100_0000, 0b0011_1111, 0, 0, 0, 0, 0, 0]);
        let (values, rest) = deltas(&bytes, 100).unwrap();
        assert_eq!(values, [7, 5, 3, 1, 2, 3, 4, 5]);
        assert!(rest.is_empty());
        assert_eq!(deltas(&bytes, 7), None);
        assert_eq!(deltas(&bytes[..9], 100), None);
    }
}
