//! Compressed streams other than gzip: zstd, xz, bzip2. Each decoder is asked for a little at a time, so that its
//! output is compared with its input before it becomes large.

use std::cell::Cell;
use std::io::{BufRead, Read, Result};

use super::member::Stop;
use crate::limits::ZSTD_WINDOW;

const ZSTD: &[u8] = b"\x28\xb5\x2f\xfd";
const XZ: &[u8] = b"\xfd7zXZ\0";
const BZIP2: &[u8] = b"BZh";

/// What a block of bzip2, or the end of an empty stream, begins with.
const BZIP2_BLOCKS: [&[u8]; 2] = [b"\x31\x41\x59\x26\x53\x59", b"\x17\x72\x45\x38\x50\x90"];

/// Dictionaries of xz that take more than this, in KiB, are refused: the decoder allocates them at once. `xz -9` has one of
/// 64 MiB.
const XZ_MEMORY_KIB: u32 = 66 << 10;

/// Which kind of compressed stream that is, if it is one.
pub(super) fn kind(bytes: &[u8]) -> Option<&'static str> {
    if bytes.starts_with(ZSTD) || skippable(bytes).is_some() {
        Some("zstd")
    } else if bytes.starts_with(XZ) {
        Some("xz")
    } else if bytes.starts_with(BZIP2)
        && bytes.get(3).is_some_and(u8::is_ascii_digit)
        && BZIP2_BLOCKS.iter().any(|block| bytes.get(4..).is_some_and(|rest| rest.starts_with(block)))
    {
        Some("bzip2")
    } else {
        None
    }
}

/// The length of a frame of zstd that holds something else, of which there may be any.
fn skippable(bytes: &[u8]) -> Option<usize> {
    let (magic, rest) = bytes.split_first_chunk::<4>()?;
    let length = rest.first_chunk::<4>()?;
    let is_one = u32::from_le_bytes(*magic) & 0xffff_fff0 == 0x184d_2a50;
    is_one.then_some(8 + u32::from_le_bytes(*length) as usize)
}

/// Hands the decoder of each stream to `pull`: a file may hold several, one behind the other.
pub(super) fn each(
    kind: &str,
    mut from: Counted<'_>,
    pull: &mut dyn FnMut(&mut dyn Read) -> std::result::Result<(), Stop>,
) -> std::result::Result<(), Stop> {
    match kind {
        "xz" => pull(&mut lzma_rust2::XzReader::new_mem_limit(from, true, XZ_MEMORY_KIB)),
        "bzip2" => {
            let mut rest = from.rest;
            while kind_of_rest(rest) {
                let end = next_bzip2(rest);
                pull(&mut bzip2_rs::DecoderReader::new(Counted { rest: &rest[..end], read: from.read }))?;
                rest = &rest[end..];
            }
            if rest.iter().any(|b| *b != 0) {
                return Err(Stop::Damaged(format!("{} bytes behind it are not bzip2 data", rest.len())));
            }
            Ok(())
        }
        _ => {
            while !from.rest.is_empty() {
                if let Some(length) = skippable(from.rest) {
                    from.consume(length.min(from.rest.len()));
                    continue;
                }
                let decoder =
                    ruzstd::decoding::StreamingDecoder::new_with_max_window_size(&mut from, ZSTD_WINDOW);
                let mut decoder = decoder.map_err(|e| Stop::Damaged(e.to_string()))?;
                pull(&mut decoder)?;
                let frame = decoder.into_frame_decoder();
                if frame
                    .get_checksum_from_data()
                    .is_some_and(|sum| frame.get_calculated_checksum() != Some(sum))
                {
                    return Err(Stop::Damaged("its checksum is wrong".to_owned()));
                }
            }
            Ok(())
        }
    }
}

fn kind_of_rest(rest: &[u8]) -> bool {
    kind(rest) == Some("bzip2")
}

/// Where the stream behind the first one begins: streams end at whole bytes, and begin with ten known ones.
fn next_bzip2(bytes: &[u8]) -> usize {
    let mut starts = memchr::memmem::find_iter(&bytes[1..], BZIP2).map(|at| at + 1);
    starts.find(|at| kind_of_rest(&bytes[*at..])).unwrap_or(bytes.len())
}

/// Bytes, and how many of them were read.
pub(crate) struct Counted<'b> {
    rest: &'b [u8],
    read: &'b Cell<usize>,
}

impl<'b> Counted<'b> {
    pub(super) fn new(bytes: &'b [u8], read: &'b Cell<usize>) -> Counted<'b> {
        Counted { rest: bytes, read }
    }
}

impl Read for Counted<'_> {
    fn read(&mut self, out: &mut [u8]) -> Result<usize> {
        let n = self.rest.read(out)?;
        self.read.set(self.read.get() + n);
        Ok(n)
    }
}

impl BufRead for Counted<'_> {
    fn fill_buf(&mut self) -> Result<&[u8]> {
        Ok(self.rest)
    }

    fn consume(&mut self, n: usize) {
        self.rest.consume(n);
        self.read.set(self.read.get() + n);
    }
}
