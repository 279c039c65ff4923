//! Compressed and packed sources, one layer deep, each byte of output counted.

use std::io::{BufRead, Read};

use flate2::Crc;
use flate2::bufread::DeflateDecoder;

use crate::importer::Source;
use crate::limits::ARCHIVE_MEMBERS;

mod budget;
mod gunzip;
mod html;
mod zip;

pub(crate) use budget::Budget;
pub(crate) use gunzip::Gunzip;
pub(crate) use html::base64;

/// What became of a source.
pub(crate) enum Expanded {
    /// It is not an archive.
    Plain(Source),
    /// What was in it.
    Members(Vec<Member>),
    /// It could not be opened, and why.
    Refused(String),
}

/// What was in an archive.
pub(crate) struct Member {
    pub(crate) name: String,
    /// The content, or why there is none.
    pub(crate) content: Result<Vec<u8>, String>,
    /// What was wrong with the packing although content came out.
    pub(crate) damage: Option<String>,
}

/// Opens archives, within one budget for all of them.
pub(crate) struct Expander {
    pub(crate) budget: Budget,
}

const GZIP: &[u8] = b"\x1f\x8b";
const ZIP: &[u8] = b"PK\x03\x04";
const EMPTY_ZIP: &[u8] = b"PK\x05\x06";

/// What kind of archive that is, if it is one.
pub(crate) fn kind(bytes: &[u8]) -> Option<&'static str> {
    if bytes.starts_with(GZIP) {
        Some("gzip")
    } else if bytes.starts_with(ZIP) || bytes.starts_with(EMPTY_ZIP) {
        Some("zip")
    } else {
        None
    }
}

impl Expander {
    pub(crate) fn new() -> Expander {
        Expander { budget: Budget::new() }
    }

    /// Opens a source: gzip, zip, a Makespan report; also a report within gzip or zip.
    pub(crate) fn expand(&mut self, source: Source) -> Expanded {
        let mut members = match kind(&source.bytes) {
            Some("gzip") => {
                let name = source.name.strip_suffix(".gz").unwrap_or(&source.name).to_owned();
                let (content, damage) = match self.gunzip(&source.bytes) {
                    Ok((bytes, damage)) => (Ok(bytes), damage),
                    Err(why) => (Err(why), None),
                };
                vec![Member { name, content, damage }]
            }
            Some(_) => match self.unzip(&source) {
                Ok(members) => members,
                Err(why) => return Expanded::Refused(why),
            },
            None => {
                return match html::payload(&source.bytes) {
                    None => Expanded::Plain(source),
                    Some(payload) => Expanded::Members(vec![self.report(source.name, payload)]),
                };
            }
        };
        members.iter_mut().for_each(|member| self.open_inner(member));
        Expanded::Members(members)
    }

    /// Opens a report within an archive; refuses an archive within one.
    pub(crate) fn open_inner(&mut self, member: &mut Member) {
        let Ok(bytes) = &member.content else { return };
        if let Some(kind) = kind(bytes) {
            member.content = Err(format!("{kind} within an archive: only one layer is opened"));
        } else if let Some(payload) = html::payload(bytes) {
            let payload = payload.map(<[u8]>::to_vec);
            let inner = self.report(member.name.clone(), payload.as_deref().map_err(|e| *e));
            member.content = inner.content;
            member.damage = member.damage.take().or(inner.damage);
        }
    }

    /// The events within a Makespan report.
    fn report(&mut self, name: String, payload: Result<&[u8], &'static str>) -> Member {
        let packed = payload.map_err(str::to_owned).and_then(html::base64);
        let (content, damage) = match packed.and_then(|p| self.gunzip(&p)) {
            Ok((bytes, damage)) => (Ok(bytes), damage),
            Err(why) => (Err(format!("a Makespan report whose data cannot be read: {why}")), None),
        };
        Member { name, content, damage }
    }

    fn gunzip(&mut self, bytes: &[u8]) -> Result<(Vec<u8>, Option<String>), String> {
        let mut out = Vec::new();
        let mut gunzip = Gunzip::new();
        gunzip.push(bytes, &mut self.budget, |part| out.extend_from_slice(part))?;
        match gunzip.finish() {
            Some(why) if out.is_empty() => Err(why),
            damage => Ok((out, damage)),
        }
    }

    fn unzip(&mut self, source: &Source) -> Result<Vec<Member>, String> {
        let entries = zip::entries(&source.bytes)?;
        let mut members = Vec::new();
        for entry in entries.into_iter().take(ARCHIVE_MEMBERS) {
            if entry.name.ends_with('/') || entry.name.starts_with("__MACOSX/") {
                continue;
            }
            let name = format!("{}/{}", source.name, entry.name);
            let mut content = Vec::new();
            let mut damage = None;
            let packed = match entry.data {
                Ok(packed) => packed,
                Err(why) => {
                    members.push(Member { name, content: Err(why), damage: None });
                    continue;
                }
            };
            let result = if entry.deflated {
                self.pull(&mut DeflateDecoder::new(packed), source.bytes.len(), &mut content)
            } else {
                self.pull(&mut { packed }, source.bytes.len(), &mut content)
            };
            match result {
                Ok(()) => {
                    let mut crc = Crc::new();
                    crc.update(&content);
                    if crc.sum() != entry.crc {
                        damage = Some("its checksum in the zip archive is wrong".to_owned());
                    }
                }
                Err(Stop::TooMuch(why)) => return Err(why),
                Err(Stop::Damaged(why)) => damage = Some(format!("its zip data is damaged: {why}")),
            }
            let content =
                if content.is_empty() { damage.take().map_or(Ok(content), Err) } else { Ok(content) };
            members.push(Member { name, content, damage });
        }
        Ok(members)
    }

    /// Reads to the end, within the budget; `packed` is the length of the whole archive.
    fn pull(&mut self, from: &mut impl Read, packed: usize, out: &mut Vec<u8>) -> Result<(), Stop> {
        let mut buffer = [0u8; 16 << 10];
        loop {
            match from.read(&mut buffer) {
                Ok(0) => return Ok(()),
                Ok(n) => {
                    out.extend_from_slice(&buffer[..n]);
                    self.budget.spend(n, out.len(), packed).map_err(Stop::TooMuch)?;
                }
                Err(e) if e.kind() == std::io::ErrorKind::Interrupted => {}
                Err(e) => return Err(Stop::Damaged(e.to_string())),
            }
        }
    }
}

enum Stop {
    TooMuch(String),
    Damaged(String),
}

/// Little-endian numbers at the front of a slice, for the fixed-size records of archives.
fn take<const N: usize>(from: &mut &[u8]) -> Option<[u8; N]> {
    let (head, rest) = from.split_first_chunk::<N>()?;
    *from = rest;
    Some(*head)
}

fn skip(from: &mut &[u8], n: usize) -> Option<()> {
    if n > from.len() {
        return None;
    }
    from.consume(n);
    Some(())
}

#[cfg(test)]
mod tests;
