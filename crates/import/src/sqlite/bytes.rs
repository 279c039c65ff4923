//! Bounds-checked reads of the big-endian numbers and variable-length integers of the file format.

/// The byte at `at`, `None` past the end.
pub(super) fn u8_at(bytes: &[u8], at: usize) -> Option<u8> {
    bytes.get(at).copied()
}

/// The big-endian 16-bit number at `at`, `None` when it is not wholly there.
pub(super) fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    array_at(bytes, at).map(u16::from_be_bytes)
}

/// The big-endian 32-bit number at `at`, `None` when it is not wholly there.
pub(super) fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    array_at(bytes, at).map(u32::from_be_bytes)
}

/// `N` bytes from `at` on, `None` when they are not wholly there.
pub(super) fn array_at<const N: usize>(bytes: &[u8], at: usize) -> Option<[u8; N]> {
    bytes.get(at..at.checked_add(N)?)?.try_into().ok()
}

/// A variable-length integer (1 to 9 bytes, most significant group first, the ninth byte whole) and where the
/// byte after it is.
pub(super) fn varint_at(bytes: &[u8], at: usize) -> Option<(u64, usize)> {
    let rest = bytes.get(at..)?;
    let mut value = 0u64;
    for (index, &byte) in rest.iter().take(8).enumerate() {
        value = (value << 7) | u64::from(byte & 0x7f);
        if byte < 0x80 {
            return Some((value, at + index + 1));
        }
    }
    let &last = rest.get(8)?;
    Some(((value << 8) | u64::from(last), at + 9))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;

    #[test]
    fn varints_of_every_length_and_cut_ones() {
        assert_eq!(varint_at(&[0x00], 0), Some((0, 1)));
        assert_eq!(varint_at(&[0x7f], 0), Some((127, 1)));
        assert_eq!(varint_at(&[0x81, 0x00], 0), Some((128, 2)));
        assert_eq!(varint_at(&[0xff; 9], 0), Some((u64::MAX, 9)));
        let eight = [0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x01];
        assert_eq!(varint_at(&eight, 0), Some((1, 8)));
        assert_eq!(varint_at(&[0xff; 8], 0), None);
        assert_eq!(varint_at(&[0x81], 0), None);
        assert_eq!(varint_at(&[0x01], 2), None);
    }

    #[test]
    fn numbers_stop_at_the_end() {
        assert_eq!(u16_at(&[1, 2], 0), Some(0x0102));
        assert_eq!(u32_at(&[0, 1, 2, 3, 4], 1), Some(0x0102_0304));
        assert_eq!(u32_at(&[0, 1, 2], 0), None);
        assert_eq!(u16_at(&[1, 2], usize::MAX), None);
    }
}
