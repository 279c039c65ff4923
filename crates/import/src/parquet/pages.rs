//! The pages of a column: headers and decompressed content.

use std::borrow::Cow;
use std::io::Read;

use super::bits::{Runs, width_of};
use super::schema::{Chunk, Column};
use super::stop::Stop;
use super::thrift::{Reader, Thrift};
use crate::limits::ZSTD_WINDOW;

/// Maximum size of a decompressed page, bytes.
const LARGEST_PAGE: usize = 256 << 20;

/// A page of values.
pub(super) struct Page<'b> {
    /// Number of values, including nulls.
    pub(super) count: usize,
    /// Encoding of the values (`Encoding`).
    pub(super) encoding: i64,
    /// Levels and values.
    body: Cow<'b, [u8]>,
    /// Ranges of the levels in `body`, and the offset of the values.
    repetition: std::ops::Range<usize>,
    definition: std::ops::Range<usize>,
    values: usize,
}

impl Page<'_> {
    /// Returns the bytes of the values.
    pub(super) fn values(&self) -> &[u8] {
        self.body.get(self.values..).unwrap_or_default()
    }

    /// Returns the repetition level of each value; 0 begins a row.
    pub(super) fn repetition(&self, column: &Column) -> Option<Runs<'_>> {
        Runs::new(self.body.get(self.repetition.clone())?, width_of(column.repeated))
    }

    /// Returns the definition level of each value.
    pub(super) fn definition(&self, column: &Column) -> Option<Runs<'_>> {
        Runs::new(self.body.get(self.definition.clone())?, width_of(column.defined))
    }
}

/// The next page of a chunk.
pub(super) enum Next<'b> {
    Dictionary { bytes: Cow<'b, [u8]>, count: usize },
    Values(Page<'b>),
}

/// Reads the pages of a chunk.
pub(super) struct Pages<'b> {
    rest: &'b [u8],
    codec: i64,
}

impl<'b> Pages<'b> {
    pub(super) fn new(file: &'b [u8], chunk: &Chunk) -> Option<Pages<'b>> {
        let end = chunk.at.checked_add(chunk.length)?;
        Some(Pages { rest: file.get(chunk.at..end)?, codec: chunk.codec })
    }

    /// Returns the next page with values or a dictionary; `None` after the last. Each byte of its content, and each value that
    /// it declares, subtracts a byte from `room`.
    ///
    /// # Errors
    ///
    /// The page is damaged or unsupported, or needs more than `room`.
    pub(super) fn next(&mut self, column: &Column, room: &mut usize) -> Result<Option<Next<'b>>, Stop> {
        loop {
            if self.rest.is_empty() {
                return Ok(None);
            }
            let mut reader = Reader::new(self.rest);
            let head = reader.next_struct().ok_or("the head of a page is damaged")?;
            let length = head.size(3).ok_or("a page does not say its length")?;
            let behind = &self.rest[reader.read()..];
            let (packed, rest) = behind.split_at_checked(length).ok_or("a page is cut")?;
            self.rest = rest;
            let size = head.size(2).filter(|size| *size <= LARGEST_PAGE).ok_or("a page is too large")?;
            let claimed = [5, 7, 8].iter().find_map(|form| head.at(*form)?.size(1)).unwrap_or_default();
            *room = size.checked_add(claimed).and_then(|n| room.checked_sub(n)).ok_or(Stop::Full)?;
            match head.int(1) {
                Some(0) => {
                    let body = self.unpacked(packed, size)?;
                    return Ok(Some(Next::Values(first_form(&head, body, column)?)));
                }
                Some(2) => {
                    let count =
                        head.at(7).and_then(|about| about.size(1)).ok_or("a dictionary is damaged")?;
                    return Ok(Some(Next::Dictionary { bytes: self.unpacked(packed, size)?, count }));
                }
                Some(3) => return Ok(Some(Next::Values(self.second_form(&head, packed, size)?))),
                // An index page has no values.
                _ => {}
            }
        }
    }

    /// Reads a data page of version 2: the levels are never compressed and precede the values.
    fn second_form(&self, head: &Thrift<'_>, packed: &'b [u8], size: usize) -> Result<Page<'b>, String> {
        let damaged = "the head of a page is damaged";
        let about = head.at(8).ok_or(damaged)?;
        let of = |id: i16| about.size(id).ok_or(damaged);
        let (count, encoding) = (of(1)?, about.int(4).ok_or(damaged)?);
        let (definition, repetition) = (of(5)?, of(6)?);
        let levels = definition.checked_add(repetition).filter(|n| *n <= packed.len()).ok_or(damaged)?;
        let is_packed = about.int(7) != Some(0);
        let body = if is_packed && self.codec != 0 && packed.len() > levels {
            let values = self.unpacked(&packed[levels..], size.checked_sub(levels).ok_or(damaged)?)?;
            Cow::Owned([&packed[..levels], &values].concat())
        } else {
            Cow::Borrowed(packed)
        };
        Ok(Page {
            count,
            encoding,
            body,
            repetition: 0..repetition,
            definition: repetition..levels,
            values: levels,
        })
    }

    fn unpacked(&self, packed: &'b [u8], size: usize) -> Result<Cow<'b, [u8]>, String> {
        let damaged = |_| "a page is damaged: it cannot be unpacked".to_owned();
        let mut out = Vec::new();
        match self.codec {
            0 => return Ok(Cow::Borrowed(packed)),
            1 => {
                // The decoder allocates the size that the page declares.
                let length = snap::raw::decompress_len(packed).unwrap_or(usize::MAX);
                if length > size || length / 64 > packed.len() {
                    return Err("a page is damaged: it expands to more than it declares".to_owned());
                }
                out = snap::raw::Decoder::new().decompress_vec(packed).map_err(|_| damaged(()))?;
            }
            2 => {
                let mut reader = flate2::read::MultiGzDecoder::new(packed).take(size as u64);
                reader.read_to_end(&mut out).map_err(|_| damaged(()))?;
            }
            6 => {
                let decoder =
                    ruzstd::decoding::StreamingDecoder::new_with_max_window_size(packed, ZSTD_WINDOW);
                let mut reader = decoder.map_err(|_| damaged(()))?.take(size as u64);
                reader.read_to_end(&mut out).map_err(|_| damaged(()))?;
            }
            other => {
                let name = match other {
                    3 => "LZO",
                    4 => "Brotli",
                    5 | 7 => "LZ4",
                    _ => "an unknown method",
                };
                return Err(format!(
                    "compression with {name} is not supported; write the file with Snappy, zstd or gzip"
                ));
            }
        }
        if out.len() == size { Ok(Cow::Owned(out)) } else { Err(damaged(())) }
    }
}

/// Reads a data page of version 1: levels and values are compressed together, and each list of levels follows its length.
fn first_form<'b>(head: &Thrift<'_>, body: Cow<'b, [u8]>, column: &Column) -> Result<Page<'b>, String> {
    let damaged = "the head of a page is damaged";
    let about = head.at(5).ok_or(damaged)?;
    let mut at = 0;
    let mut levels = |most: u32, form: i16| {
        if most == 0 {
            return Ok(at..at);
        }
        if about.int(form) != Some(3) {
            return Err("its levels have an obsolete encoding");
        }
        let length = body.get(at..).and_then(|rest| rest.first_chunk::<4>()).ok_or(damaged)?;
        let start = at + 4;
        at = start + u32::from_le_bytes(*length) as usize;
        if at > body.len() { Err(damaged) } else { Ok(start..at) }
    };
    let repetition = levels(column.repeated, 4)?;
    let definition = levels(column.defined, 3)?;
    Ok(Page {
        count: about.size(1).ok_or(damaged)?,
        encoding: about.int(2).ok_or(damaged)?,
        repetition,
        definition,
        values: at,
        body,
    })
}
