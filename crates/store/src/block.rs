//! Blocks: many events stored in one piece, as one text of their lines and a list of their producers and numbers.

use std::cell::RefCell;
use std::io::{Read as _, Write as _};

use flate2::Compression;
use flate2::read::ZlibDecoder;
use flate2::write::ZlibEncoder;

use crate::{Error, LONGEST_LINE, Record};

/// Maximum number of events in a block.
pub(crate) const MOST_EVENTS: u64 = 512;
/// Maximum number of bytes of lines in a block.
pub(crate) const MOST_BYTES: usize = 128 << 10;
/// Maximum number of bytes of lines in a block to which further events are added. Each time a block is read, compressed and
/// written again as a whole, which is most of the work of storing single events.
pub(crate) const MOST_REOPENED: usize = 16 << 10;

/// Events of one producer with consecutive numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Span {
    producer: usize,
    first: u64,
    count: u64,
}

/// Events in the order in which they were stored.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Block {
    producers: Vec<String>,
    spans: Vec<Span>,
    events: u64,
    /// The lines, each with its line break.
    text: String,
}

impl Block {
    /// Adds an event.
    pub(crate) fn push(&mut self, record: Record<'_>) {
        let known = self.producers.iter().rposition(|p| p == record.producer);
        let producer = known.unwrap_or_else(|| {
            self.producers.push(record.producer.to_owned());
            self.producers.len() - 1
        });
        match self.spans.last_mut() {
            Some(span) if span.producer == producer && span.first + span.count == record.seq => {
                span.count += 1
            }
            _ => self.spans.push(Span { producer, first: record.seq, count: 1 }),
        }
        self.events += 1;
        self.text.push_str(record.line);
        self.text.push('\n');
    }

    /// Returns the number of events.
    pub(crate) fn events(&self) -> u64 {
        self.events
    }

    /// Returns the number of bytes of all lines, with their line breaks.
    pub(crate) fn bytes(&self) -> usize {
        self.text.len()
    }

    /// Returns whether an event of this size belongs in the next block.
    pub(crate) fn is_full_for(&self, line: usize) -> bool {
        self.events > 0 && (self.events >= MOST_EVENTS || self.text.len() + line > MOST_BYTES)
    }

    /// Returns the lines.
    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    /// Iterates over the events.
    pub(crate) fn records(&self) -> impl Iterator<Item = Record<'_>> {
        let numbers = self.spans.iter().flat_map(|span| {
            (0..span.count).map(|i| (self.producers[span.producer].as_str(), span.first.saturating_add(i)))
        });
        numbers.zip(self.text.split('\n')).map(|((producer, seq), line)| Record { producer, seq, line })
    }

    /// Encodes which events came from which producer: numbers of seven bits per byte, least significant first (LEB128).
    pub(crate) fn spans(&self) -> Vec<u8> {
        let mut out = Vec::new();
        put(&mut out, self.producers.len() as u64);
        for producer in &self.producers {
            put(&mut out, producer.len() as u64);
            out.extend_from_slice(producer.as_bytes());
        }
        put(&mut out, self.spans.len() as u64);
        for span in &self.spans {
            put(&mut out, span.producer as u64);
            put(&mut out, span.first);
            put(&mut out, span.count);
        }
        out
    }

    /// Builds a block from encoded spans and lines.
    pub(crate) fn of(spans: &[u8], text: String) -> Result<Block, Error> {
        let mut input = spans;
        let block = read_spans(&mut input).filter(|_| input.is_empty());
        let mut block = block.ok_or_else(|| Error::corrupt("a block does not say who sent its events"))?;
        block.events = block.spans.iter().fold(0, |sum: u64, span| sum.saturating_add(span.count));
        let lines = text.bytes().filter(|b| *b == b'\n').count() as u64;
        if lines != block.events || !(text.is_empty() || text.ends_with('\n')) {
            return Err(Error::corrupt(format!("a block of {} events has {lines} lines", block.events)));
        }
        block.text = text;
        Ok(block)
    }
}

fn read_spans(input: &mut &[u8]) -> Option<Block> {
    let mut block = Block::default();
    for _ in 0..take(input)? {
        let len = usize::try_from(take(input)?).ok()?;
        let (producer, rest) = input.split_at_checked(len)?;
        *input = rest;
        block.producers.push(String::from_utf8(producer.to_vec()).ok()?);
    }
    for _ in 0..take(input)? {
        let producer = usize::try_from(take(input)?).ok()?;
        let span = Span { producer, first: take(input)?, count: take(input)? };
        if producer >= block.producers.len() || span.count == 0 {
            return None;
        }
        block.spans.push(span);
    }
    Some(block)
}

fn put(out: &mut Vec<u8>, mut number: u64) {
    while number >= 0x80 {
        out.push(number as u8 | 0x80);
        number >>= 7;
    }
    out.push(number as u8);
}

fn take(input: &mut &[u8]) -> Option<u64> {
    let mut number = 0u64;
    for shift in (0..64).step_by(7) {
        let (&byte, rest) = input.split_first()?;
        *input = rest;
        number |= u64::from(byte & 0x7f).checked_shl(shift)?;
        if byte < 0x80 {
            return Some(number);
        }
    }
    None
}

thread_local! {
    /// Its tables are a third of a megabyte. Allocating them for each block took longer than compressing a small block.
    static ENCODER: RefCell<ZlibEncoder<Vec<u8>>> =
        RefCell::new(ZlibEncoder::new(Vec::new(), Compression::fast()));
}

/// Compresses lines (zlib, RFC 1950: its checksum detects damage).
pub(crate) fn compress(text: &str) -> Result<Vec<u8>, Error> {
    ENCODER.with_borrow_mut(|encoder| {
        // Begins a new stream, whatever an error left behind.
        encoder.reset(Vec::with_capacity(text.len() / 4))?;
        encoder.write_all(text.as_bytes())?;
        encoder.try_finish()?;
        Ok(encoder.reset(Vec::new())?)
    })
}

/// Decompresses lines of this total size.
pub(crate) fn expand(body: &[u8], bytes: u64) -> Result<String, Error> {
    let damaged = |why: &str| Error::corrupt(format!("a block cannot be expanded: {why}"));
    let size = usize::try_from(bytes).unwrap_or(usize::MAX);
    if size > MOST_BYTES + LONGEST_LINE + 1 {
        return Err(damaged("it claims too many bytes"));
    }
    let mut text = Vec::with_capacity(size);
    let mut decoder = ZlibDecoder::new(body).take(bytes.saturating_add(1));
    decoder.read_to_end(&mut text).map_err(|e| damaged(&e.to_string()))?;
    if text.len() != size {
        return Err(damaged("it has not as many bytes as it should"));
    }
    String::from_utf8(text).map_err(|_| damaged("it is not valid UTF-8"))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn sample() -> (Block, Vec<(String, u64, String)>) {
        let mut block = Block::default();
        let mut records = Vec::new();
        for (producer, seq) in [("a", 1), ("a", 2), ("b", 7), ("a", 3), ("b", u64::MAX >> 1), ("a", 9)] {
            let line = format!("{{\"n\":{seq}}}");
            block.push(Record { producer, seq, line: &line });
            records.push((producer.to_owned(), seq, line));
        }
        (block, records)
    }

    #[test]
    fn a_block_reads_back_as_written() {
        let (block, records) = sample();
        let body = compress(block.text()).unwrap();
        let text = expand(&body, block.bytes() as u64).unwrap();
        let again = Block::of(&block.spans(), text).unwrap();
        assert_eq!(again, block);
        let read: Vec<_> =
            again.records().map(|r| (r.producer.to_owned(), r.seq, r.line.to_owned())).collect();
        assert_eq!(read, records);
    }

    #[test]
    fn the_same_lines_give_the_same_bytes_whatever_was_compressed_before() {
        let long = "{\"event\":\"log\",\"text\":\"a line that repeats\"}\n".repeat(3_000);
        let first = compress("{}\n").unwrap();
        let all: Vec<Vec<u8>> =
            [&long, "", "{}\n", &long].iter().map(|text| compress(text).unwrap()).collect();
        assert_eq!((&all[2], &all[3]), (&first, &all[0]));
        assert_eq!(expand(&all[0], long.len() as u64).unwrap(), long);
        assert_eq!(expand(&all[1], 0).unwrap(), "");
    }

    #[test]
    fn damage_is_an_error_and_never_a_panic() {
        let (block, _) = sample();
        let spans = block.spans();
        let mut refused = 0;
        for at in 0..spans.len() {
            for flip in [1, 0x80, 0xff] {
                let mut broken = spans.clone();
                broken[at] ^= flip;
                refused += usize::from(Block::of(&broken, block.text().to_owned()).is_err());
            }
            assert!(Block::of(&spans[..at], block.text().to_owned()).is_err());
        }
        assert!(refused > 0);
        let body = compress(block.text()).unwrap();
        for at in 0..body.len() {
            let mut broken = body.clone();
            broken[at] ^= 0x10;
            // The two bytes that say how it was compressed may change without harm.
            let read = expand(&broken, block.bytes() as u64);
            assert!(at < 2 || read.is_err(), "{at}: {read:?}");
        }
        assert!(expand(&body, 3).is_err() && expand(&body, u64::MAX).is_err());
    }
}
