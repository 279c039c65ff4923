//! The write-ahead log: which pages its committed transactions replace.
//!
//! Layout and checksum: section 4 of <https://sqlite.org/fileformat2.html>.

use std::collections::BTreeMap;

use super::bytes::{array_at, u32_at};
use super::error::{Error, Warnings};

const HEADER: usize = 32;
const FRAME_HEADER: usize = 24;
/// The only log version there is.
const VERSION: u32 = 3_007_000;

/// The effect of the committed transactions of a log.
#[derive(Debug, Default)]
pub(super) struct Log {
    /// Page number to where the page's bytes begin in the log.
    pub(super) pages: BTreeMap<u32, usize>,
    /// Size of the database in pages after the last commit; `None` when nothing is committed.
    pub(super) database_pages: Option<u32>,
}

/// Reads the frames of `wal` up to the last valid commit. A log that cannot be used gives an empty [`Log`]
/// and a warning, since the database can be read without it; an empty one (left by a checkpoint) gives no
/// warning.
pub(super) fn read(wal: &[u8], page_size: usize, warnings: &Warnings) -> Log {
    let mut log = Log::default();
    if wal.is_empty() {
        return log;
    }
    let (order, salts, mut sum) = match header(wal, page_size) {
        Ok(parts) => parts,
        Err(message) => {
            warnings.push(Error::new(0, format!("the write-ahead log is left out: {message}")));
            return log;
        }
    };
    let mut pending: Vec<(u32, usize)> = Vec::new();
    let mut at = HEADER;
    let mut torn = None;
    while let Some(frame) = wal.get(at..at.saturating_add(FRAME_HEADER + page_size)) {
        // Frames of an earlier round keep their old salts: the log simply ends here.
        if array_at(frame, 8) != Some(salts) {
            break;
        }
        let (Some(number), Some(commit), Some(sum_words)) =
            (u32_at(frame, 0), u32_at(frame, 4), array_at::<8>(frame, 16))
        else {
            break;
        };
        sum = checksum(order, sum, &frame[..8]);
        sum = checksum(order, sum, &frame[FRAME_HEADER..]);
        if sum != big_endian_pair(sum_words) || number == 0 {
            torn = Some(at);
            break;
        }
        pending.push((number, at + FRAME_HEADER));
        if commit != 0 {
            log.pages.extend(pending.drain(..));
            log.database_pages = Some(commit);
        }
        at += FRAME_HEADER + page_size;
    }
    if let Some(at) = torn {
        let message = "the write-ahead log is damaged here; the rest of it was ignored";
        warnings.push(Error::new(at as u64, message));
    }
    if let Some(&(_, first)) = pending.first() {
        let count = pending.len();
        let message =
            format!("the write-ahead log ends with an uncommitted transaction; {count} pages were ignored");
        warnings.push(Error::new(first.saturating_sub(FRAME_HEADER) as u64, message));
    }
    log
}

/// In which order the checksum reads the bytes of a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Order {
    Little,
    Big,
}

type Sum = (u32, u32);

fn header(wal: &[u8], page_size: usize) -> Result<(Order, [u8; 8], Sum), &'static str> {
    let head = wal.get(..HEADER).ok_or("it is shorter than its header")?;
    let order = match u32_at(head, 0) {
        Some(0x377f_0682) => Order::Little,
        Some(0x377f_0683) => Order::Big,
        _ => return Err("it does not begin as one"),
    };
    if u32_at(head, 4) != Some(VERSION) {
        return Err("it is of an unknown version");
    }
    if u32_at(head, 8) != u32::try_from(page_size).ok() {
        return Err("its page size is not that of the database");
    }
    let sum = checksum(order, (0, 0), &head[..24]);
    let stored = array_at(head, 24).map(big_endian_pair);
    if stored != Some(sum) {
        return Err("the checksum of its header is wrong");
    }
    let salts = array_at(head, 16).ok_or("it is shorter than its header")?;
    Ok((order, salts, sum))
}

fn big_endian_pair(bytes: [u8; 8]) -> Sum {
    let [a, b, c, d, e, f, g, h] = bytes;
    (u32::from_be_bytes([a, b, c, d]), u32::from_be_bytes([e, f, g, h]))
}

fn checksum(order: Order, start: Sum, bytes: &[u8]) -> Sum {
    let (mut first, mut second) = start;
    for pair in bytes.chunks_exact(8) {
        let Some(words) = array_at::<8>(pair, 0) else { break };
        let (mut a, mut b) = big_endian_pair(words);
        if order == Order::Little {
            (a, b) = (a.swap_bytes(), b.swap_bytes());
        }
        first = first.wrapping_add(a).wrapping_add(second);
        second = second.wrapping_add(b).wrapping_add(first);
    }
    (first, second)
}
