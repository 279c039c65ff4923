//! Short names for long texts.

use sha2::{Digest as _, Sha256};

/// Represents a text in indexes: the first 16 bytes of its SHA-256 (FIPS 180-4).
///
/// Ids may be longer than a database can index, and databases disagree on which texts are equal (case, trailing spaces,
/// accents); equal keys mean equal bytes everywhere. Finding two texts with the same key would take about 2⁶⁴ tries.
pub type TextKey = [u8; 16];

/// Returns the key of a text.
pub fn key(text: &str) -> TextKey {
    let mut key = TextKey::default();
    key.copy_from_slice(&Sha256::digest(text.as_bytes())[..16]);
    key
}

/// Returns the key of two texts, the second of which may be absent.
pub(crate) fn key_of_two(one: &str, two: Option<&str>) -> TextKey {
    let mut hash = Sha256::new();
    // The length distinguishes ("ab", "c") from ("a", "bc").
    hash.update((one.len() as u64).to_le_bytes());
    hash.update(one.as_bytes());
    hash.update([u8::from(two.is_some())]);
    hash.update(two.unwrap_or_default().as_bytes());
    let mut key = TextKey::default();
    key.copy_from_slice(&hash.finalize()[..16]);
    key
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_the_beginning_of_the_sha_256() {
        // FIPS 180-4, the example "abc".
        assert_eq!(key("abc")[..4], [0xba, 0x78, 0x16, 0xbf]);
        assert_ne!(key_of_two("ab", Some("c")), key_of_two("a", Some("bc")));
        assert_ne!(key_of_two("a", None), key_of_two("a", Some("")));
    }
}
