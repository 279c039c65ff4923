//! Lines of a text that arrives in chunks.

use crate::encoding::{decode_utf16, looks_utf16};

/// A line, without its break.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Line<'a> {
    pub(crate) bytes: &'a [u8],
    /// Whether a line break ends it.
    pub(crate) whole: bool,
    /// From 1.
    pub(crate) number: u64,
    /// Byte of the file at which it begins.
    pub(crate) offset: u64,
}

/// Cuts a text into lines; nothing is kept but the line that is not complete yet. A byte order mark is passed over.
#[derive(Debug, Default)]
pub(crate) struct Lines {
    carry: Vec<u8>,
    offset: u64,
    number: u64,
    /// Whether enough has come to tell which text it is.
    begun: bool,
    /// Whether it is UTF-16, and big-endian; that is read when all of it is there.
    utf16: Option<bool>,
}

/// So many bytes tell UTF-16 and byte order marks.
const BEGINNING: usize = 4;

impl Lines {
    /// Takes the next bytes and hands over the lines that are complete and not blank.
    pub(crate) fn push(&mut self, bytes: &[u8], mut line: impl FnMut(Line<'_>)) {
        if self.utf16.is_some() || (!self.begun && self.carry.len() + bytes.len() < BEGINNING) {
            self.carry.extend_from_slice(bytes);
            return;
        }
        if !self.begun && !self.carry.is_empty() {
            self.carry.extend_from_slice(bytes);
            let carry = std::mem::take(&mut self.carry);
            self.begin(&carry, &mut line);
        } else if !self.begun {
            self.begin(bytes, &mut line);
        } else {
            self.cut(bytes, &mut line);
        }
    }

    /// Hands over what is left; whether the text was UTF-16.
    pub(crate) fn finish(mut self, mut line: impl FnMut(Line<'_>)) -> bool {
        let rest = std::mem::take(&mut self.carry);
        if let Some(big_endian) = self.utf16.take() {
            let text = decode_utf16(&rest, big_endian);
            self.cut(text.as_bytes(), &mut line);
            let rest = std::mem::take(&mut self.carry);
            self.hand_over(&rest, false, &mut line);
            return true;
        }
        self.hand_over(&rest, false, &mut line);
        false
    }

    fn begin(&mut self, bytes: &[u8], line: &mut impl FnMut(Line<'_>)) {
        self.begun = true;
        self.utf16 = looks_utf16(bytes);
        if self.utf16.is_some() {
            self.carry.extend_from_slice(bytes);
            return;
        }
        let plain = crate::encoding::without_bom(bytes);
        self.offset = (bytes.len() - plain.len()) as u64;
        self.cut(plain, line);
    }

    fn cut(&mut self, mut bytes: &[u8], line: &mut impl FnMut(Line<'_>)) {
        if !self.carry.is_empty() {
            let Some(at) = memchr::memchr(b'\n', bytes) else {
                self.carry.extend_from_slice(bytes);
                return;
            };
            let mut carry = std::mem::take(&mut self.carry);
            carry.extend_from_slice(&bytes[..at]);
            self.hand_over(&carry, true, line);
            carry.clear();
            self.carry = carry;
            bytes = &bytes[at + 1..];
        }
        while let Some(at) = memchr::memchr(b'\n', bytes) {
            self.hand_over(&bytes[..at], true, line);
            bytes = &bytes[at + 1..];
        }
        self.carry.extend_from_slice(bytes);
    }

    fn hand_over(&mut self, bytes: &[u8], whole: bool, line: &mut impl FnMut(Line<'_>)) {
        self.number += 1;
        if !bytes.trim_ascii().is_empty() {
            line(Line { bytes, whole, number: self.number, offset: self.offset });
        }
        self.offset += bytes.len() as u64 + 1;
    }
}
