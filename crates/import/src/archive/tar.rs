//! Tar archives (ustar, pax, GNU): the regular files in them. Names are labels only; nothing is ever written.

use super::member::{Member, beyond_limit};
use crate::limits::ARCHIVE_MEMBERS;

const BLOCK: usize = 512;

/// Names and extended headers beyond this are not read.
const LONGEST_HEADER: usize = 1 << 20;

/// Whether bytes begin with the header of a tar archive: its checksum says so.
pub(super) fn is_tar(bytes: &[u8]) -> bool {
    bytes.get(..BLOCK).is_some_and(|header| header[0] != 0 && is_header(header))
}

fn is_header(header: &[u8]) -> bool {
    let Some(stated) = octal(&header[148..156]) else { return false };
    let spaces = 8 * u64::from(b' ');
    let all: u64 = header.iter().map(|b| u64::from(*b)).sum();
    let field: u64 = header[148..156].iter().map(|b| u64::from(*b)).sum();
    stated == all - field + spaces && stated > spaces
}

/// A number as text in octal, or as GNU writes long ones, in base 256.
fn octal(field: &[u8]) -> Option<u64> {
    if let [first, rest @ ..] = field
        && *first >= 0x80
    {
        let start = u64::from(first & 0x7f);
        return rest.iter().try_fold(start, |n, b| n.checked_mul(256)?.checked_add(u64::from(*b)));
    }
    let text = field.split(|b| *b == 0).next()?.trim_ascii();
    if text.is_empty() {
        return Some(0);
    }
    text.iter().try_fold(0u64, |n, b| match b {
        b'0'..=b'7' => n.checked_mul(8)?.checked_add(u64::from(b - b'0')),
        _ => None,
    })
}

fn text(field: &[u8]) -> String {
    String::from_utf8_lossy(field.split(|b| *b == 0).next().unwrap_or_default()).into_owned()
}

/// The files of an archive. The last member reports what is cut short or damaged.
pub(super) fn members(archive: &str, bytes: &[u8]) -> Vec<Member> {
    let mut members = Vec::new();
    let mut at = 0;
    // What an extended header says of the file behind it.
    let (mut long_name, mut long_size) = (None, None);
    // Files beyond the limit, which are counted only.
    let mut beyond = 0;
    let fault = loop {
        let Some(header) = bytes.get(at..at + BLOCK) else {
            // Two blocks of zeros end an archive.
            break Some("the tar archive is cut short: its end is missing");
        };
        if header.iter().all(|b| *b == 0) {
            break None;
        }
        if !is_header(header) {
            break Some("the tar archive is damaged here: a header has the wrong checksum");
        }
        let kind = header[156];
        let is_file = matches!(kind, b'0' | 0 | b'7' | b'S');
        let size = octal(&header[124..136]).unwrap_or(0);
        let size = if is_file { long_size.take().unwrap_or(size) } else { size };
        let size = usize::try_from(size).unwrap_or(usize::MAX);
        at += BLOCK;
        let content = bytes.get(at..at.saturating_add(size).min(bytes.len())).unwrap_or_default();
        let is_cut = content.len() < size;
        at = at.saturating_add(size).saturating_add(BLOCK - 1) / BLOCK * BLOCK;
        match kind {
            b'L' if size <= LONGEST_HEADER => long_name = Some(text(content)),
            b'x' if size <= LONGEST_HEADER => {
                let (name, size) = extended(content);
                long_name = name.or(long_name);
                long_size = size;
            }
            b'g' | b'K' | b'L' | b'x' => {}
            _ => {
                let name = long_name.take().unwrap_or_else(|| {
                    let (prefix, name) = (text(&header[345..500]), text(&header[..100]));
                    let is_ustar = header[257..].starts_with(b"ustar\0") && !prefix.is_empty();
                    if is_ustar { format!("{prefix}/{name}") } else { name }
                });
                let file = name.rsplit('/').next().unwrap_or(&name);
                // `._NAME` holds what macOS knows about NAME.
                if !is_file || name.ends_with('/') || file.starts_with("._") {
                    continue;
                }
                if members.len() >= ARCHIVE_MEMBERS {
                    beyond += 1;
                    continue;
                }
                let name = format!("{archive}/{}", name.trim_start_matches("./").trim_start_matches('/'));
                let damage = is_cut.then(|| "the tar archive ends within it".to_owned());
                members.push(match (kind, content.is_empty() && is_cut) {
                    (b'S', _) => Member {
                        name,
                        content: Err(
                            "it is a sparse file in the tar archive; unpack the archive first".to_owned()
                        ),
                        damage: None,
                    },
                    (_, true) => Member { name, content: Err(damage.unwrap_or_default()), damage: None },
                    (_, false) => Member { name, content: Ok(content.to_vec()), damage },
                });
            }
        }
    };
    // First, because only the first files that cannot be read are reported one by one.
    if let Some(why) = beyond_limit(beyond) {
        members.insert(0, broken(archive, why));
    }
    members.extend(fault.map(|why| broken(archive, why.to_owned())));
    members
}

fn broken(archive: &str, why: String) -> Member {
    Member { name: archive.to_owned(), content: Err(why), damage: None }
}

/// Name and size of an extended header of pax: `LENGTH KEY=VALUE\n`, again and again.
fn extended(mut rest: &[u8]) -> (Option<String>, Option<u64>) {
    let (mut name, mut size) = (None, None);
    while let Some(space) = memchr::memchr(b' ', rest) {
        let length = std::str::from_utf8(&rest[..space]).ok().and_then(|n| n.parse::<usize>().ok());
        let Some(record) = length.and_then(|length| rest.get(space + 1..length)) else { break };
        let record = String::from_utf8_lossy(record);
        match record.trim_end_matches('\n').split_once('=') {
            Some(("path", value)) => name = Some(value.to_owned()),
            Some(("size", value)) => size = value.parse().ok(),
            _ => {}
        }
        rest = &rest[length.unwrap_or(rest.len())..];
    }
    (name, size)
}
