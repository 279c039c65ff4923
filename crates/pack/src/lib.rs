//! Blocks of bytes, such as the programs of a report, as one compressed text.
//!
//! The text is that of an LZMA stream (the `.lzma` form: properties, size, data) of the number of blocks, their lengths, all
//! `u32` little-endian, and the blocks.
//!
//! ```
//! # #[cfg(feature = "write")] {
//! let text = makespan_pack::pack(&[b"page", b"engine"])?;
//! assert_eq!(makespan_pack::unpack(&text)?, [&b"page"[..], b"engine"]);
//! # }
//! # Ok::<(), makespan_pack::PackError>(())
//! ```

mod text;

use std::io::Read as _;

use lzma_rust2::LzmaReader;

/// A problem with blocks or their text.
#[derive(Debug)]
pub enum PackError {
    /// A character that does not occur in such a text, or a text without its end.
    Text,
    /// The compressed stream is damaged, or larger than what is unpacked.
    Stream(std::io::Error),
    /// The lengths do not fit what they are of.
    Lengths,
}

impl std::fmt::Display for PackError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            PackError::Text => {
                f.write_str("the packed text is cut or holds a character that never occurs in one")
            }
            PackError::Stream(error) => write!(f, "the packed data cannot be read: {error}"),
            PackError::Lengths => f.write_str("the packed data is cut"),
        }
    }
}

impl std::error::Error for PackError {}

/// Limit on the memory for unpacking, KiB.
const MEMORY_KIB: u32 = 64 << 10;
/// Limit on the number of unpacked bytes.
const MOST_BYTES: u64 = 64 << 20;

/// Makes one text of blocks; the same bytes give the same text.
///
/// # Errors
///
/// [`PackError::Lengths`] where a block has 4 GiB or more.
#[cfg(feature = "write")]
pub fn pack(blocks: &[&[u8]]) -> Result<String, PackError> {
    use lzma_rust2::{LzmaOptions, LzmaWriter};
    use std::io::Write as _;

    let mut plain = Vec::new();
    for length in std::iter::once(blocks.len()).chain(blocks.iter().map(|block| block.len())) {
        let length = u32::try_from(length).map_err(|_| PackError::Lengths)?;
        plain.extend_from_slice(&length.to_le_bytes());
    }
    blocks.iter().for_each(|block| plain.extend_from_slice(block));
    // Code of WebAssembly has no alignment, and each byte depends much on the one before it.
    let mut options = LzmaOptions { lc: 4, lp: 0, pb: 0, ..LzmaOptions::with_preset(9) };
    options.dict_size = (plain.len().next_power_of_two() as u32).max(1 << 12);
    options.nice_len = LzmaOptions::NICE_LEN_MAX;
    options.depth_limit = 512;
    let packed = LzmaWriter::new_use_header(Vec::new(), &options, Some(plain.len() as u64))
        .and_then(|mut writer| writer.write_all(&plain).and_then(|()| writer.finish()))
        .map_err(PackError::Stream)?;
    let mut out = String::new();
    text::write(&packed, &mut out);
    Ok(out)
}

/// The blocks of such a text.
///
/// # Errors
///
/// [`PackError`] where the text was changed.
pub fn unpack(text: &str) -> Result<Vec<Vec<u8>>, PackError> {
    let packed = text::read(text).ok_or(PackError::Text)?;
    let mut plain = Vec::new();
    LzmaReader::new_mem_limit(packed.as_slice(), MEMORY_KIB, None)
        .and_then(|reader| reader.take(MOST_BYTES).read_to_end(&mut plain))
        .map_err(PackError::Stream)?;
    let mut rest = plain.as_slice();
    let count = number(&mut rest).ok_or(PackError::Lengths)?;
    if count > rest.len() / LENGTH {
        return Err(PackError::Lengths);
    }
    let (mut lengths, mut blocks) = rest.split_at(count * LENGTH);
    let mut found = Vec::new();
    while let Some(length) = number(&mut lengths) {
        let (block, after) = blocks.split_at_checked(length).ok_or(PackError::Lengths)?;
        found.push(block.to_vec());
        blocks = after;
    }
    if blocks.is_empty() { Ok(found) } else { Err(PackError::Lengths) }
}

/// The bytes of a length.
const LENGTH: usize = size_of::<u32>();

fn number(from: &mut &[u8]) -> Option<usize> {
    let (number, rest) = from.split_first_chunk()?;
    *from = rest;
    usize::try_from(u32::from_le_bytes(*number)).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn blocks_come_out_as_they_went_in(blocks in proptest::collection::vec(proptest::collection::vec(any::<u8>(), 0..300), 0..4)) {
            let slices: Vec<&[u8]> = blocks.iter().map(Vec::as_slice).collect();
            let text = pack(&slices)?;
            prop_assert_eq!(unpack(&text)?, blocks);
        }

        #[test]
        fn damage_is_never_a_panic(at in 0_usize..200, with in "[!-~]", cut in any::<bool>()) {
            let mut text = pack(&[&[7; 1000], b"some program"])?;
            let at = at.min(text.len() - 1);
            if cut {
                text.truncate(at);
                prop_assert!(unpack(&text).is_err());
            } else {
                text.replace_range(at..=at, &with);
                let _ = unpack(&text);
            }
        }
    }

    #[test]
    fn nothing_is_no_packed_text() {
        assert!(matches!(unpack(""), Err(PackError::Stream(_))));
        assert!(matches!(unpack("<script>"), Err(PackError::Text)));
    }
}
