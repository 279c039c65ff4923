//! The directory of a zip archive (PKWARE APPNOTE 6.3.10, sections 4.3 and 4.4).

use super::{skip, take};

/// A member as the directory lists it.
pub(super) struct Entry<'a> {
    pub(super) name: String,
    /// Its packed bytes, or why they cannot be had.
    pub(super) data: Result<&'a [u8], String>,
    /// Whether they are deflated; else they are stored as they are.
    pub(super) deflated: bool,
    /// Checksum of the content.
    pub(super) crc: u32,
}

const END: &[u8] = b"PK\x05\x06";
const CENTRAL: [u8; 4] = *b"PK\x01\x02";
const LOCAL: [u8; 4] = *b"PK\x03\x04";
/// Marks a number that is given in a zip64 record instead.
const ELSEWHERE: u32 = u32::MAX;

pub(super) fn entries(bytes: &[u8]) -> Result<Vec<Entry<'_>>, String> {
    let lost = || "the directory of the zip archive is missing: it was cut short or damaged".to_owned();
    // The end record is 22 bytes and a comment of at most 64 KiB.
    let tail = bytes.len().saturating_sub(22 + 0xffff);
    let at = tail + memchr::memmem::rfind(&bytes[tail..], END).ok_or_else(lost)?;
    let mut end = &bytes[at..];
    skip(&mut end, 10).ok_or_else(lost)?;
    let count = u16::from_le_bytes(take(&mut end).ok_or_else(lost)?);
    let _size = take::<4>(&mut end).ok_or_else(lost)?;
    let start = u32::from_le_bytes(take(&mut end).ok_or_else(lost)?);
    if count == u16::MAX || start == ELSEWHERE {
        return Err("a zip64 archive; unpack it first".to_owned());
    }
    let mut directory = bytes.get(start as usize..at).ok_or_else(lost)?;
    let mut all = Vec::new();
    for _ in 0..count {
        all.push(entry(bytes, &mut directory).ok_or_else(lost)?);
    }
    Ok(all)
}

fn entry<'a>(bytes: &'a [u8], from: &mut &[u8]) -> Option<Entry<'a>> {
    if take::<4>(from)? != CENTRAL {
        return None;
    }
    skip(from, 4)?;
    let flags = u16::from_le_bytes(take(from)?);
    let method = u16::from_le_bytes(take(from)?);
    skip(from, 4)?;
    let crc = u32::from_le_bytes(take(from)?);
    let packed = u32::from_le_bytes(take(from)?);
    let size = u32::from_le_bytes(take(from)?);
    let name_len = usize::from(u16::from_le_bytes(take(from)?));
    let extra_len = usize::from(u16::from_le_bytes(take(from)?));
    let comment_len = usize::from(u16::from_le_bytes(take(from)?));
    skip(from, 8)?;
    let local = u32::from_le_bytes(take(from)?);
    let name = String::from_utf8_lossy(from.get(..name_len)?).replace('\\', "/");
    skip(from, name_len + extra_len + comment_len)?;
    let data = if flags & 1 != 0 {
        Err("it is encrypted in the zip archive".to_owned())
    } else if packed == ELSEWHERE || size == ELSEWHERE || local == ELSEWHERE {
        Err("it is stored as zip64; unpack the archive first".to_owned())
    } else if method != 0 && method != 8 {
        Err(format!(
            "it is packed by method {method} of zip, which is not supported; unpack the archive first"
        ))
    } else {
        content(bytes, local as usize, packed as usize)
            .ok_or_else(|| "the zip archive does not hold it whole".to_owned())
    };
    Some(Entry { name, data, deflated: method == 8, crc })
}

fn content(bytes: &[u8], local: usize, packed: usize) -> Option<&[u8]> {
    let mut header = bytes.get(local..)?;
    if take::<4>(&mut header)? != LOCAL {
        return None;
    }
    skip(&mut header, 22)?;
    let name_len = usize::from(u16::from_le_bytes(take(&mut header)?));
    let extra_len = usize::from(u16::from_le_bytes(take(&mut header)?));
    skip(&mut header, name_len + extra_len)?;
    header.get(..packed)
}
