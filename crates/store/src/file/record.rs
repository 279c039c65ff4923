//! Records: the parts of a segment.
//!
//! | bytes | content |
//! |---|---|
//! | 4 | `MKR1` |
//! | 4 | length of the payload, little-endian |
//! | 4 | CRC-32C (RFC 3720) of the eight bytes before |
//! | 4 | CRC-32C of the payload |
//! | … | the payload: one byte for its kind, eight for the time at which it was written (ns since the epoch), and its
//! content |
//!
//! A payload of events holds the producers and numbers, followed by the lines as they arrived, so a segment can be
//! searched with any text tool. After a damaged record, the next one is found by its first four bytes; the checksum of
//! its header prevents a line that happens to contain these bytes from being taken for a record.

use crate::block::{self, Block};
use crate::{Error, LONGEST_LINE};

const MAGIC: &[u8; 4] = b"MKR1";
const HEAD: usize = 16;
const PREFIX: usize = 9;
/// Maximum length of a payload: one line, with its producer and number.
const LONGEST: usize = LONGEST_LINE + block::MOST_BYTES + (1 << 20);

/// The content of a record.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Content {
    /// Identifies the run, as JSON; the first record of a run.
    Run(String),
    /// Events.
    Events(Block),
    /// A change by a person, as JSON.
    Mark(String),
    /// Replaces damaged records, as JSON; the damaged bytes are in quarantine or lost. Releases that do not know this
    /// kind treat it as damage.
    Lost(String),
}

/// A record, and the time at which it was written.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Record {
    pub(super) written: i64,
    pub(super) content: Content,
}

impl Record {
    /// Appends the bytes of this record.
    pub(super) fn write(&self, out: &mut Vec<u8>) {
        let begin = out.len();
        out.extend_from_slice(&[0; HEAD]);
        out.push(match self.content {
            Content::Run(_) => b'R',
            Content::Events(_) => b'E',
            Content::Mark(_) => b'M',
            Content::Lost(_) => b'L',
        });
        out.extend_from_slice(&self.written.to_le_bytes());
        match &self.content {
            Content::Run(json) | Content::Mark(json) | Content::Lost(json) => {
                out.extend_from_slice(json.as_bytes())
            }
            Content::Events(block) => {
                let spans = block.spans();
                out.extend_from_slice(&(spans.len() as u32).to_le_bytes());
                out.extend_from_slice(&spans);
                out.extend_from_slice(block.text().as_bytes());
            }
        }
        let length = (out.len() - begin - HEAD) as u32;
        let payload = crc32c::crc32c(&out[begin + HEAD..]);
        let head = &mut out[begin..begin + HEAD];
        head[..4].copy_from_slice(MAGIC);
        head[4..8].copy_from_slice(&length.to_le_bytes());
        let crc = crc32c::crc32c(&head[..8]);
        head[8..12].copy_from_slice(&crc.to_le_bytes());
        head[12..].copy_from_slice(&payload.to_le_bytes());
    }

    fn read(payload: &[u8]) -> Result<Record, Error> {
        let damaged = || Error::corrupt("a record says nothing that is known");
        let (prefix, rest) = payload.split_at_checked(PREFIX).ok_or_else(damaged)?;
        let (kind, written) = prefix.split_at(1);
        let written = i64::from_le_bytes(written.try_into().map_err(|_| damaged())?);
        let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).map_err(|_| damaged());
        let content = match kind {
            b"R" => Content::Run(text(rest)?),
            b"M" => Content::Mark(text(rest)?),
            b"L" => Content::Lost(text(rest)?),
            b"E" => {
                let (length, rest) = rest.split_first_chunk::<4>().ok_or_else(damaged)?;
                let (spans, lines) =
                    rest.split_at_checked(u32::from_le_bytes(*length) as usize).ok_or_else(damaged)?;
                Content::Events(Block::of(spans, text(lines)?)?)
            }
            _ => return Err(damaged()),
        };
        Ok(Record { written, content })
    }
}

fn number(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_le_bytes(bytes.get(at..at + 4)?.try_into().ok()?))
}

/// Returns the payload length of the record that begins at this offset; `None` if no record begins there.
fn payload_at(bytes: &[u8], at: usize) -> Option<usize> {
    let head = bytes.get(at..at + HEAD)?;
    let length = number(head, 4)? as usize;
    let sound = &head[..4] == MAGIC && length <= LONGEST && number(head, 8)? == crc32c::crc32c(&head[..8]);
    sound.then_some(length)
}

/// Returns whether the bytes from this offset on are the beginning of an unfinished record, as a writer leaves it when
/// it dies: the header is complete and announces more bytes than there are, or there are fewer bytes than a header has.
/// Anything else was once complete.
pub(super) fn is_torn(bytes: &[u8], at: usize) -> bool {
    let rest = bytes.get(at..).unwrap_or_default();
    if rest.len() < HEAD {
        let known = rest.len().min(MAGIC.len());
        return rest[..known] == MAGIC[..known];
    }
    payload_at(bytes, at).is_some_and(|length| rest.len() < HEAD + length)
}

/// Returns the record that begins at this offset, and the offset of its end.
fn record_at(bytes: &[u8], at: usize) -> Option<(Record, usize)> {
    let head = bytes.get(at..at + HEAD)?;
    let end = at + HEAD + payload_at(bytes, at)?;
    let payload = bytes.get(at + HEAD..end)?;
    if number(head, 12)? != crc32c::crc32c(payload) {
        return None;
    }
    Some((Record::read(payload).ok()?, end))
}

/// Bytes that are not a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Gap {
    pub(super) from: usize,
    pub(super) to: usize,
}

/// Passes every complete record to `each`, with the offset of its end. The bytes between records and after the last one
/// are gaps. O(n): the first bytes show whether a record begins at an offset.
pub(super) fn scan(
    bytes: &[u8],
    mut each: impl FnMut(Record, usize) -> Result<(), Error>,
) -> Result<Vec<Gap>, Error> {
    let (mut at, mut gaps) = (0, Vec::new());
    while at < bytes.len() {
        if let Some((record, end)) = record_at(bytes, at) {
            each(record, end)?;
            at = end;
            continue;
        }
        let from = at;
        let next = loop {
            at += 1;
            let found = bytes.get(at..).and_then(|rest| rest.windows(4).position(|w| w == MAGIC));
            match found {
                Some(i) if record_at(bytes, at + i).is_some() => break at + i,
                Some(i) => at += i,
                None => break bytes.len(),
            }
        };
        gaps.push(Gap { from, to: next });
        at = next;
    }
    Ok(gaps)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn segment(size: usize) -> (Vec<u8>, Vec<(Record, usize)>) {
        let (mut bytes, mut records) = (Vec::new(), Vec::new());
        for i in 0.. {
            if bytes.len() > size {
                break;
            }
            let content = match i % 5 {
                0 => Content::Mark(format!("{{\"n\":{i}}}")),
                1 => Content::Run("{}".to_owned()),
                _ => {
                    let mut block = Block::default();
                    for seq in i * 10..i * 10 + i % 7 + 1 {
                        // A line that holds the beginning of a record.
                        let line = format!("{{\"event\":\"log\",\"text\":\"MKR1 {seq}\"}}");
                        block.push(crate::Record { producer: "p", seq, line: &line });
                    }
                    Content::Events(block)
                }
            };
            let record = Record { written: i as i64, content };
            record.write(&mut bytes);
            records.push((record, bytes.len()));
        }
        (bytes, records)
    }

    fn read(bytes: &[u8]) -> (Vec<(Record, usize)>, Vec<Gap>) {
        let mut records = Vec::new();
        let gaps = scan(bytes, |record, end| {
            records.push((record, end));
            Ok(())
        });
        (records, gaps.unwrap())
    }

    #[test]
    fn what_is_written_is_read() {
        let (bytes, records) = segment(10_000);
        assert_eq!(read(&bytes), (records, vec![]));
        assert_eq!(read(&[]), (vec![], vec![]));
    }

    #[test]
    fn a_flipped_byte_damages_only_its_record() {
        let (bytes, records) = segment(4_000);
        let mut broken = bytes.clone();
        for at in 0..bytes.len() {
            broken[at] ^= 1 << (at % 8);
            let (found, gaps) = read(&broken);
            let hit = records.iter().position(|(_, end)| at < *end).unwrap();
            let expected: Vec<_> =
                records.iter().enumerate().filter(|(i, _)| *i != hit).map(|(_, r)| r.clone()).collect();
            assert_eq!(found, expected, "byte {at}");
            let from = if hit == 0 { 0 } else { records[hit - 1].1 };
            assert_eq!(gaps, [Gap { from, to: records[hit].1 }], "byte {at}");
            broken[at] = bytes[at];
        }
    }

    #[test]
    fn no_flipped_bit_makes_the_last_record_look_torn() {
        let (bytes, records) = segment(2_000);
        let last = records[records.len() - 2].1;
        let mut broken = bytes.clone();
        for bit in last * 8..bytes.len() * 8 {
            broken[bit / 8] ^= 1 << (bit % 8);
            assert!(!is_torn(&broken, last), "bit {bit}");
            broken[bit / 8] = bytes[bit / 8];
        }
    }

    #[test]
    fn a_zeroed_page_damages_only_the_records_it_covers() {
        let (bytes, records) = segment(64 << 10);
        for page in (0..bytes.len() - 4_096).step_by(1_021) {
            let mut broken = bytes.clone();
            broken[page..page + 4_096].fill(0);
            let (found, gaps) = read(&broken);
            let whole = |(i, (_, end)): &(usize, &(Record, usize))| {
                let from = if *i == 0 { 0 } else { records[i - 1].1 };
                *end <= page || from >= page + 4_096
            };
            let expected: Vec<_> =
                records.iter().enumerate().filter(whole).map(|(_, record)| record.clone()).collect();
            assert_eq!(found, expected, "page at {page}");
            assert!(!gaps.is_empty());
        }
    }

    #[test]
    fn a_cut_leaves_every_record_before_it() {
        let (bytes, records) = segment(3_000);
        for cut in 0..bytes.len() {
            let (found, gaps) = read(&bytes[..cut]);
            let whole: Vec<_> = records.iter().filter(|(_, end)| *end <= cut).cloned().collect();
            let end = whole.last().map_or(0, |(_, end)| *end);
            assert_eq!(found, whole);
            assert!(end == cut || is_torn(&bytes[..cut], end), "cut at {cut}");
            assert_eq!(gaps, if end < cut { vec![Gap { from: end, to: cut }] } else { vec![] });
        }
    }
}
