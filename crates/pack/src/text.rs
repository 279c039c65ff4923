//! Bytes as printable ASCII, 13 bits in two characters: 23 % more than the bytes, where base64 takes 33 %.
//!
//! The alphabet is `!` to `~` without `<`: without it neither `</script` nor `<!--` can occur, the only texts that mean
//! something within a script block (HTML, 13.2.6.4, "script data state"). 93 × 93 pairs hold 13 bits, and a single
//! character at the end holds the last 6.

const FIRST: u8 = b'!';
const LAST: u8 = b'~';
const LEFT_OUT: u8 = b'<';
/// Number of characters in the alphabet.
const RADIX: u32 = (LAST - FIRST) as u32;

/// Bits in a pair of characters.
const PAIR: u32 = 13;
/// Bits in a single character.
const SINGLE: u32 = 6;

/// Appends the text of `bytes`.
#[cfg(feature = "write")]
pub(crate) fn write(bytes: &[u8], out: &mut String) {
    let character = |value: u32| {
        let plain = FIRST + value as u8;
        char::from(if plain < LEFT_OUT { plain } else { plain + 1 })
    };
    let (mut held, mut bits) = (0_u32, 0);
    for &byte in bytes {
        held |= u32::from(byte) << bits;
        bits += 8;
        if bits >= PAIR {
            let value = held & ((1 << PAIR) - 1);
            out.push(character(value % RADIX));
            out.push(character(value / RADIX));
            held >>= PAIR;
            bits -= PAIR;
        }
    }
    if bits > 0 {
        out.push(character(held % RADIX));
    }
    if bits > SINGLE {
        out.push(character(held / RADIX));
    }
}

/// Decodes a text to bytes, ignoring white space. `None` if a character is not in the alphabet, or the text is
/// incomplete.
pub(crate) fn read(text: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(text.len() / 16 * 13 + 2);
    let (mut held, mut bits) = (0_u32, 0);
    let mut low = None;
    for character in text.bytes().filter(|c| !c.is_ascii_whitespace()) {
        let value = match character {
            FIRST..LEFT_OUT => u32::from(character - FIRST),
            LEFT_OUT => return None,
            ..=LAST => u32::from(character.checked_sub(FIRST + 1)?),
            _ => return None,
        };
        let Some(low) = low.take() else {
            low = Some(value);
            continue;
        };
        let value = low + value * RADIX;
        if value >> PAIR != 0 {
            return None;
        }
        held |= value << bits;
        bits += PAIR;
        while bits >= 8 {
            bytes.push(held as u8);
            held >>= 8;
            bits -= 8;
        }
    }
    if let Some(value) = low {
        if value >> SINGLE != 0 {
            return None;
        }
        held |= value << bits;
        if bits + SINGLE >= 8 {
            bytes.push(held as u8);
            held >>= 8;
        }
    }
    // The remaining bits of the last byte are padding.
    (held == 0).then_some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn text(bytes: &[u8]) -> String {
        let mut out = String::new();
        write(bytes, &mut out);
        out
    }

    proptest! {
        #[test]
        fn the_text_of_bytes_gives_these_bytes(bytes in proptest::collection::vec(any::<u8>(), 0..80)) {
            let text = text(&bytes);
            prop_assert!(text.bytes().all(|c| c.is_ascii_graphic() && c != b'<'), "{text}");
            prop_assert!(text.len() <= (bytes.len() * 8).div_ceil(13) * 2);
            prop_assert_eq!(read(&text), Some(bytes));
        }

        #[test]
        fn no_text_is_read_wrongly(text in "[ -~]{0,12}") {
            if let Some(bytes) = read(&text) {
                let dense: String = text.split_whitespace().collect();
                let written = self::text(&bytes);
                // A pair may stand for no more bits than a single character does.
                prop_assert!(dense == written || dense == written + "!", "{text:?}");
            }
        }
    }

    #[test]
    fn characters_outside_the_alphabet_are_refused() {
        for bad in ["<!", "\u{e4}!", "\u{7f}!", "~~"] {
            assert_eq!(read(bad), None, "{bad:?}");
        }
        assert_eq!(read(" ! !\n"), Some(vec![0]));
    }
}
