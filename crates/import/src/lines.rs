//! Lines of a text that arrives in chunks.

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

/// Cuts a text into lines; only the incomplete line is kept. A byte order mark is skipped.
#[derive(Debug, Default)]
pub(crate) struct Lines {
    carry: Vec<u8>,
    offset: u64,
    number: u64,
    /// Whether enough bytes have arrived to recognise a byte order mark.
    begun: bool,
}

/// Length of a byte order mark.
const MARK_BYTES: usize = 3;

impl Lines {
    /// Takes the next bytes and hands over the lines that are complete and not blank.
    pub(crate) fn push(&mut self, bytes: &[u8], mut line: impl FnMut(Line<'_>)) {
        if self.begun {
            return self.cut(bytes, &mut line);
        }
        if self.carry.is_empty() && bytes.len() >= MARK_BYTES {
            return self.begin(bytes, &mut line);
        }
        self.carry.extend_from_slice(bytes);
        if self.carry.len() >= MARK_BYTES {
            let carry = std::mem::take(&mut self.carry);
            self.begin(&carry, &mut line);
        }
    }

    /// Hands over what is left.
    pub(crate) fn finish(mut self, mut line: impl FnMut(Line<'_>)) {
        let rest = std::mem::take(&mut self.carry);
        self.hand_over(&rest, false, &mut line);
    }

    fn begin(&mut self, bytes: &[u8], line: &mut impl FnMut(Line<'_>)) {
        self.begun = true;
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
