//! The alphabets that credentials are written in, as one table of bits a byte.

/// A set of ASCII characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Alphabet(u16);

const DIGIT: u16 = 1;
const HEX_LETTER: u16 = 2;
const LOWER: u16 = 4;
const UPPER: u16 = 8;
const UNDERSCORE: u16 = 16;
const DASH: u16 = 32;
const DOT: u16 = 64;
const BASE64: u16 = 128;
const PAD: u16 = 256;
const DOLLAR: u16 = 512;

/// Decimal digits.
pub(crate) const DIGITS: Alphabet = Alphabet(DIGIT);
/// Hexadecimal digits, of either case.
pub(crate) const HEX: Alphabet = Alphabet(DIGIT | HEX_LETTER);
/// Digits and lower case letters.
pub(crate) const SMALL: Alphabet = Alphabet(DIGIT | LOWER);
/// Digits and capitals.
pub(crate) const CAPITAL: Alphabet = Alphabet(DIGIT | UPPER);
/// Digits and letters.
pub(crate) const ALNUM: Alphabet = Alphabet(DIGIT | LOWER | UPPER);
/// The characters of keys and words.
pub(crate) const WORD: Alphabet = Alphabet(DIGIT | LOWER | UPPER | UNDERSCORE);
/// The same in parts that dollars join.
pub(crate) const DOLLARS: Alphabet = Alphabet(DIGIT | LOWER | UPPER | UNDERSCORE | DOLLAR);
/// Base64 for addresses (RFC 4648, 5), without its padding.
pub(crate) const URL64: Alphabet = Alphabet(DIGIT | LOWER | UPPER | UNDERSCORE | DASH);
/// The same with dots between parts.
pub(crate) const PARTS: Alphabet = Alphabet(DIGIT | LOWER | UPPER | UNDERSCORE | DASH | DOT);
/// Base64 (RFC 4648, 4) without its padding.
pub(crate) const RAW64: Alphabet = Alphabet(DIGIT | LOWER | UPPER | BASE64);
/// The same with its padding.
pub(crate) const B64: Alphabet = Alphabet(DIGIT | LOWER | UPPER | BASE64 | PAD);
/// Capitals and dashes.
pub(crate) const CAPITAL_DASH: Alphabet = Alphabet(DIGIT | UPPER | DASH);
/// Letters and digits in parts.
pub(crate) const ALNUM_DOT: Alphabet = Alphabet(DIGIT | LOWER | UPPER | DOT);
/// Letters of either case.
pub(crate) const LETTERS: Alphabet = Alphabet(LOWER | UPPER);
/// The characters of all these tokens, without padding.
pub(crate) const ANY64: Alphabet = Alphabet(255);

const TABLE: [u16; 256] = {
    let mut table = [0; 256];
    let mut b = 0;
    while b < 256 {
        let c = b as u8;
        table[b] = match c {
            b'0'..=b'9' => DIGIT,
            b'a'..=b'f' => LOWER | HEX_LETTER,
            b'g'..=b'z' => LOWER,
            b'A'..=b'F' => UPPER | HEX_LETTER,
            b'G'..=b'Z' => UPPER,
            b'_' => UNDERSCORE,
            b'-' => DASH,
            b'.' => DOT,
            b'+' | b'/' => BASE64,
            b'=' => PAD,
            b'$' => DOLLAR,
            _ => 0,
        };
        b += 1;
    }
    table
};

impl Alphabet {
    /// Returns whether the alphabet contains the character.
    pub(crate) fn has(self, b: u8) -> bool {
        TABLE[usize::from(b)] & self.0 != 0
    }

    /// The first byte from `from` on that does not belong, at most `most` bytes on.
    pub(crate) fn end(self, bytes: &[u8], from: usize, most: usize) -> usize {
        let until = bytes.len().min(from.saturating_add(most));
        let mut at = from;
        while at < until && self.has(bytes[at]) {
            at += 1;
        }
        at
    }
}
