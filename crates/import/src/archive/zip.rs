//! The directory of a zip archive, also of a zip64 archive (PKWARE APPNOTE 6.3.10, sections 4.3 to 4.5).

/// A member as the directory lists it.
pub(super) struct Entry<'a> {
    pub(super) name: String,
    /// Its packed bytes, or why there are none.
    pub(super) data: Result<&'a [u8], String>,
    /// Whether they are deflated; else they are stored as they are.
    pub(super) deflated: bool,
    /// Checksum of the content.
    pub(super) crc: u32,
}

const END: &[u8] = b"PK\x05\x06";
const END64: [u8; 4] = *b"PK\x06\x06";
const LOCATOR64: [u8; 4] = *b"PK\x06\x07";
/// Length of the locator, which stands directly before the end record.
const LOCATOR64_LENGTH: usize = 20;
const CENTRAL: [u8; 4] = *b"PK\x01\x02";
const LOCAL: [u8; 4] = *b"PK\x03\x04";
/// Marks a number that is given in a zip64 record instead.
const ELSEWHERE: u32 = u32::MAX;
/// The kind of the extra field with the numbers of zip64.
const EXTRA64: u16 = 1;

pub(super) fn entries(bytes: &[u8]) -> Result<Vec<Entry<'_>>, String> {
    let lost = || "the directory of the zip archive is missing: it was cut short or damaged".to_owned();
    // The end record is 22 bytes and a comment of at most 64 KiB.
    let tail = bytes.len().saturating_sub(22 + 0xffff);
    let at = tail + memchr::memmem::rfind(&bytes[tail..], END).ok_or_else(lost)?;
    let mut end = &bytes[at..];
    skip(&mut end, 10).ok_or_else(lost)?;
    let count = u16::from_le_bytes(take(&mut end).ok_or_else(lost)?);
    let size = u32::from_le_bytes(take(&mut end).ok_or_else(lost)?);
    let start = u32::from_le_bytes(take(&mut end).ok_or_else(lost)?);
    let (mut count, mut start) = (u64::from(count), u64::from(start));
    if count == u64::from(u16::MAX) || size == ELSEWHERE || start == u64::from(ELSEWHERE) {
        match end64(bytes, at) {
            Some(end) => (count, start) = end,
            // So many files can be there without zip64.
            None if start != u64::from(ELSEWHERE) => {}
            None => return Err(lost()),
        }
    }
    let start = usize::try_from(start).map_err(|_| lost())?;
    let mut directory = bytes.get(start..at).ok_or_else(lost)?;
    let mut all = Vec::new();
    // The count is that of the archive: a wrong one ends where the directory does.
    for _ in 0..count {
        all.push(entry(bytes, &mut directory).ok_or_else(lost)?);
    }
    Ok(all)
}

/// How many entries the directory has and where it begins, by the zip64 end record; `at` is where the end record is.
fn end64(bytes: &[u8], at: usize) -> Option<(u64, u64)> {
    let mut locator = bytes.get(at.checked_sub(LOCATOR64_LENGTH)?..at)?;
    if take::<4>(&mut locator)? != LOCATOR64 {
        return None;
    }
    skip(&mut locator, 4)?;
    let record = usize::try_from(u64::from_le_bytes(take(&mut locator)?)).ok()?;
    let mut record = bytes.get(record..at)?;
    if take::<4>(&mut record)? != END64 {
        return None;
    }
    skip(&mut record, 28)?;
    let count = u64::from_le_bytes(take(&mut record)?);
    skip(&mut record, 8)?;
    Some((count, u64::from_le_bytes(take(&mut record)?)))
}

/// The numbers that do not fit into an entry, from its extra field: in their order, only those that are marked.
fn wide(mut extra: &[u8], numbers: [u32; 3]) -> Option<[u64; 3]> {
    let mut wide = numbers.map(u64::from);
    if !numbers.contains(&ELSEWHERE) {
        return Some(wide);
    }
    loop {
        let kind = u16::from_le_bytes(take(&mut extra)?);
        let length = usize::from(u16::from_le_bytes(take(&mut extra)?));
        let mut field = extra.get(..length)?;
        skip(&mut extra, length)?;
        if kind != EXTRA64 {
            continue;
        }
        for wide in wide.iter_mut().filter(|wide| **wide == u64::from(ELSEWHERE)) {
            *wide = u64::from_le_bytes(take(&mut field)?);
        }
        return Some(wide);
    }
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
    let extra = from.get(name_len..name_len + extra_len)?;
    skip(from, name_len + extra_len + comment_len)?;
    let wide = wide(extra, [size, packed, local]);
    let data = if flags & 1 != 0 {
        Err("it is encrypted in the zip archive".to_owned())
    } else if method != 0 && method != 8 {
        Err(format!(
            "it is packed by method {method} of zip, which is not supported; unpack the archive first"
        ))
    } else {
        wide.and_then(|[_, packed, local]| {
            content(bytes, usize::try_from(local).ok()?, usize::try_from(packed).ok()?)
        })
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

/// The next `N` bytes of a record, which move out of its front.
fn take<const N: usize>(from: &mut &[u8]) -> Option<[u8; N]> {
    let (head, rest) = from.split_first_chunk::<N>()?;
    *from = rest;
    Some(*head)
}

/// Passes over `n` bytes of a record.
fn skip(from: &mut &[u8], n: usize) -> Option<()> {
    *from = from.get(n..)?;
    Some(())
}
