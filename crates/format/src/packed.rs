//! Events as columns: a compact form for data that is stored as a whole and read only by programs.
//!
//! Contains exactly the events of the lines of `docs/events.md`, in the same order: reading returns what was written.
//! The form is designed to be compressed: each field is a column, every text occurs once in a dictionary, times are
//! stored as differences, and measured values are grouped by name.
//!
//! ```text
//! file   = MAGIC version block* 0 (a length of zero ends it)
//! block  = length checksum body
//! body   = kinds texts column* groups
//! column = present values (see `ints`), the columns in the order of `fields`
//! ```
//!
//! Lengths are variable-length integers (LEB128), all other numbers little-endian. A block holds at most
//! [`BLOCK_EVENTS`] events, which limits the memory of writer and reader; the dictionary continues from block to block.
//! Every value takes a byte of its block or one of its events, so the work of a reader is bounded by the bytes it is
//! given. A checksum (FNV-1a, 64 bits) detects accidental damage, not manipulation: a block with any content is either
//! an error or gives some events.
//!
//! ```
//! use makespan_format::{Event, EventSink, RunInfo, packed};
//! let mut packer = packed::Packer::new(Vec::new());
//! packer.event(Event::Run(RunInfo { id: "r1".into(), ..RunInfo::default() }));
//! let bytes = packer.finish().unwrap();
//! # struct Count(u32);
//! # impl EventSink for Count { fn event(&mut self, _: Event<'_>) { self.0 += 1; } }
//! let mut count = Count(0);
//! packed::read(&bytes, &mut count).unwrap();
//! assert_eq!(count.0, 1);
//! ```

mod fields;
mod floats;
mod ints;
mod read;
mod texts;
mod write;

pub use read::read;
pub use write::Packer;

/// The first bytes of a file of packed events; no text begins with them.
pub const MAGIC: [u8; 8] = *b"\x8bMKSPEV\n";

/// The version that is written. Another one is not read.
pub const PACKED_VERSION: u64 = 1;

/// The most events in a block.
pub const BLOCK_EVENTS: usize = 1 << 16;

/// Why bytes are not packed events.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PackedError {
    /// They do not begin as packed events do.
    Foreign,
    /// They were written by a later version of the program.
    Newer {
        /// The version of the form.
        version: u64,
    },
    /// The data ends early or was changed; the events of earlier blocks are valid.
    Damaged {
        /// Offset of the block in the input.
        offset: usize,
    },
}

impl std::fmt::Display for PackedError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            PackedError::Foreign => f.write_str("not packed events"),
            PackedError::Newer { version } => {
                write!(f, "packed events of version {version}; this program reads version {PACKED_VERSION}")
            }
            PackedError::Damaged { offset } => {
                write!(f, "the packed events are damaged or incomplete from byte {offset} on")
            }
        }
    }
}

impl std::error::Error for PackedError {}

/// Something within a block does not fit; the reader of the file knows where the block is.
#[derive(Debug)]
struct Misfit;

type Fit<T> = Result<T, Misfit>;

/// Reads from the front of the bytes that are left.
struct Input<'a>(&'a [u8]);

impl<'a> Input<'a> {
    fn take(&mut self, n: usize) -> Fit<&'a [u8]> {
        let (head, tail) = self.0.split_at_checked(n).ok_or(Misfit)?;
        self.0 = tail;
        Ok(head)
    }

    fn byte(&mut self) -> Fit<u8> {
        Ok(self.take(1)?[0])
    }

    fn varint(&mut self) -> Fit<u64> {
        let mut value = 0_u64;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            let bits = u64::from(byte & 0x7f);
            if shift == 63 && bits > 1 {
                return Err(Misfit);
            }
            value |= bits << shift;
            if byte < 0x80 {
                return Ok(value);
            }
        }
        Err(Misfit)
    }

    /// A number of things that are in memory, so at most as many as there can be bytes.
    fn length(&mut self) -> Fit<usize> {
        usize::try_from(self.varint()?).map_err(|_| Misfit)
    }
}

fn put_varint(mut value: u64, out: &mut Vec<u8>) {
    while value >= 0x80 {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

/// FNV-1a: each step is a bijection of the state, so a change of one byte is always seen.
fn checksum(bytes: &[u8]) -> u64 {
    bytes
        .iter()
        .fold(0xcbf2_9ce4_8422_2325, |sum, byte| (sum ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3))
}

/// Maps signed numbers to unsigned ones in the same order.
fn ordered(value: i64) -> u64 {
    value as u64 ^ (1 << 63)
}

/// The way back of [`ordered`].
fn unordered(value: u64) -> i64 {
    (value ^ (1 << 63)) as i64
}
