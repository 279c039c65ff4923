//! Compressed and packed sources, one layer deep; every byte of output is counted.

use std::cell::Cell;
use std::io::Read;

use flate2::Crc;
use flate2::bufread::DeflateDecoder;

use crate::importer::Source;
use crate::limits::ARCHIVE_MEMBERS;
use crate::parquet;
use crate::sqlite::Database;

mod budget;
mod gunzip;
mod html;
mod member;
mod streams;
mod tar;
mod zip;

pub(crate) use budget::Budget;
pub(crate) use gunzip::Gunzip;
pub(crate) use html::base64;
pub(crate) use member::Member;
use member::{Stop, beyond_limit};
use streams::Counted;

/// What became of a source.
pub(crate) enum Expanded {
    /// It is not an archive.
    Plain(Source),
    /// What was in it.
    Members(Vec<Member>),
    /// It could not be opened, and why.
    Refused(String),
}

/// Opens archives, within one budget for all of them.
pub(crate) struct Expander {
    pub(crate) budget: Budget,
    decoders: Option<&'static Decoders>,
}

/// Reads what a decoder gives.
type Pull<'p> = &'p mut dyn FnMut(&mut dyn Read) -> Result<(), Stop>;
/// Returns the schema of a database with its log.
type Schema = fn(&[u8], Option<&[u8]>) -> Option<Vec<u8>>;

/// Decoders besides those of gzip, zip and tar; see [`Importers::decoders`](crate::Importers). They are most of the code for
/// archives.
#[derive(Clone, Copy, Debug)]
pub struct Decoders {
    /// Hands the decoder of each stream of a kind to a function.
    streams: fn(&str, Counted<'_>, Pull<'_>) -> Result<(), Stop>,
    /// Returns the rows of a Parquet file.
    rows: fn(&[u8]) -> Result<parquet::Rows, String>,
    /// Returns the schema of an SQLite file with its log.
    pub(crate) schema: Schema,
}

/// The decoders of this crate.
pub(crate) static DECODERS: Decoders = Decoders { streams: streams::each, rows: parquet::rows, schema };

fn schema(bytes: &[u8], log: Option<&[u8]>) -> Option<Vec<u8>> {
    Database::outline(bytes, log)
}

/// A table, which is opened as what a JSON Lines file of its rows would be.
const PARQUET: &str = "Parquet";
const GZIP: &[u8] = b"\x1f\x8b";
const ZIP: &[u8] = b"PK\x03\x04";
const EMPTY_ZIP: &[u8] = b"PK\x05\x06";

/// What kind of archive that is, if it is one, by its first bytes; those of tar are 512.
pub(crate) fn kind(bytes: &[u8]) -> Option<&'static str> {
    if bytes.starts_with(GZIP) {
        Some("gzip")
    } else if bytes.starts_with(ZIP) || bytes.starts_with(EMPTY_ZIP) {
        Some("zip")
    } else if bytes.starts_with(parquet::MAGIC) {
        Some(PARQUET)
    } else {
        streams::kind(bytes).or_else(|| tar::is_tar(bytes).then_some("tar"))
    }
}

/// Returns the name of a file without the extension of its compression.
pub fn unpacked_name(name: &str) -> &str {
    let cut =
        |ending: &str| name.strip_suffix(ending).filter(|rest| !rest.is_empty() && !rest.ends_with('/'));
    [".gz", ".zst", ".xz", ".bz2"].into_iter().find_map(cut).unwrap_or(name)
}

impl Expander {
    /// One that opens what these decoders can, besides gzip, zip and tar.
    pub(crate) fn new(decoders: Option<&'static Decoders>) -> Expander {
        Expander { budget: Budget::new(), decoders }
    }

    /// Opens a source: what is compressed, what is packed, both (`.tar.gz`), a Makespan report, a Parquet file; also these
    /// two within those.
    pub(crate) fn expand(&mut self, source: Source) -> Expanded {
        let members = match kind(&source.bytes) {
            Some("zip") => match self.unzip(&source) {
                Ok(members) => members,
                Err(why) => return Expanded::Refused(why),
            },
            Some("tar") => tar::members(&source.name, &source.bytes),
            Some(PARQUET) => return Expanded::Members(vec![self.rows(source.name, &source.bytes)]),
            Some(kind) => {
                let name = unpacked_name(&source.name).to_owned();
                let result = match kind {
                    "gzip" => self.gunzip(&source.bytes),
                    kind => self.unpack(kind, &source.bytes),
                };
                let (content, damage) = match result {
                    Ok((bytes, damage)) => (Ok(bytes), damage),
                    Err(why) => (Err(why), None),
                };
                return Expanded::Members(self.open_inner(Member { name, content, damage }));
            }
            None => {
                return match html::payload(&source.bytes) {
                    None => Expanded::Plain(source),
                    Some(payload) => Expanded::Members(vec![self.report(source.name, payload)]),
                };
            }
        };
        Expanded::Members(members.into_iter().map(|member| self.open_member(member)).collect())
    }

    /// Opens what was compressed: the members of a tar archive, a report, or the content itself.
    pub(crate) fn open_inner(&mut self, member: Member) -> Vec<Member> {
        match &member.content {
            Ok(bytes) if tar::is_tar(bytes) => {
                let mut all = tar::members(&member.name, bytes);
                // Which member the damage has cut, or how many are missing, cannot be known.
                all.extend(member.damage.map(|why| Member {
                    name: member.name,
                    content: Err(why),
                    damage: None,
                }));
                all.into_iter().map(|member| self.open_member(member)).collect()
            }
            _ => vec![self.open_packed(member)],
        }
    }

    /// Opens a file within an archive, which may be compressed by itself.
    fn open_member(&mut self, member: Member) -> Member {
        let member = self.open_stream(member);
        self.open_packed(member)
    }

    /// Opens a report or a Parquet file; refuses what is packed once more.
    fn open_packed(&mut self, mut member: Member) -> Member {
        let Ok(bytes) = &member.content else { return member };
        let kind = kind(bytes);
        if kind == Some(PARQUET) {
            let inner = self.rows(member.name, bytes);
            return Member { damage: member.damage.or(inner.damage), ..inner };
        }
        if let Some(kind) = kind {
            member.content = Err(format!("{kind} within an archive: only one layer is opened"));
        } else if let Some(payload) = html::payload(bytes) {
            let payload = payload.map(<[u8]>::to_vec);
            let inner = self.report(member.name.clone(), payload.as_deref().map_err(|e| *e));
            member.content = inner.content;
            member.damage = member.damage.take().or(inner.damage);
        }
        member
    }

    /// Opens a file within an archive that is compressed by itself.
    fn open_stream(&mut self, member: Member) -> Member {
        let Ok(bytes) = &member.content else { return member };
        let result = match kind(bytes) {
            Some("gzip") => self.gunzip(bytes),
            Some(kind) if streams::kind(bytes).is_some() => self.unpack(kind, bytes),
            _ => return member,
        };
        let name = unpacked_name(&member.name).to_owned();
        match result {
            Ok((bytes, damage)) => Member { name, content: Ok(bytes), damage: member.damage.or(damage) },
            Err(why) => Member { name, content: Err(why), damage: None },
        }
    }

    /// The rows of a Parquet file, as JSON lines.
    fn rows(&mut self, name: String, file: &[u8]) -> Member {
        let decoders = self.decoders.ok_or_else(|| without_decoder(PARQUET));
        let rows = decoders.and_then(|decoders| (decoders.rows)(file)).and_then(|rows| {
            self.budget.spend(rows.lines.len(), rows.lines.len(), file.len()).map(|()| rows)
        });
        match rows {
            Ok(rows) => Member { name, content: Ok(rows.lines.into_bytes()), damage: rows.damage },
            Err(why) => Member { name, content: Err(why), damage: None },
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
        let is_file = |name: &str| !name.ends_with('/') && !name.starts_with("__MACOSX/");
        let mut files = entries.into_iter().filter(|entry| is_file(&entry.name));
        for entry in files.by_ref().take(ARCHIVE_MEMBERS) {
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
            let read = Cell::new(0);
            let packed = Counted::new(packed, &read);
            let result = if entry.deflated {
                self.pull(&mut DeflateDecoder::new(packed), &read, &mut content)
            } else {
                self.pull(&mut { packed }, &read, &mut content)
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
        let beyond = beyond_limit(files.count());
        if let Some(why) = beyond {
            members.insert(0, Member { name: source.name.clone(), content: Err(why), damage: None });
        }
        Ok(members)
    }

    /// Unpacks zstd, xz or bzip2, and what is wrong with it although content came out.
    fn unpack(&mut self, kind: &str, bytes: &[u8]) -> Result<(Vec<u8>, Option<String>), String> {
        let Some(decoders) = self.decoders else { return Err(without_decoder(kind)) };
        let (mut out, read) = (Vec::new(), Cell::new(0));
        let mut pull = |from: &mut dyn Read| self.pull(from, &read, &mut out);
        let result = (decoders.streams)(kind, Counted::new(bytes, &read), &mut pull);
        match result {
            Ok(()) => Ok((out, None)),
            Err(Stop::TooMuch(why)) => Err(why),
            Err(Stop::Damaged(why)) if out.is_empty() => Err(format!("{kind} data is damaged: {why}")),
            Err(Stop::Damaged(why)) => Ok((out, Some(format!("{kind} data is damaged: {why}")))),
        }
    }

    /// Reads to the end, within the budget; `packed` counts the bytes of the archive that were read.
    fn pull(&mut self, from: &mut dyn Read, packed: &Cell<usize>, out: &mut Vec<u8>) -> Result<(), Stop> {
        let mut buffer = [0u8; 16 << 10];
        loop {
            match from.read(&mut buffer) {
                Ok(0) => return Ok(()),
                Ok(n) => {
                    out.extend_from_slice(&buffer[..n]);
                    self.budget.spend(n, out.len(), packed.get()).map_err(Stop::TooMuch)?;
                }
                Err(e) if e.kind() == std::io::ErrorKind::Interrupted => {}
                Err(e) if e.kind() == std::io::ErrorKind::UnexpectedEof => {
                    return Err(Stop::Damaged("it ends too early".to_owned()));
                }
                Err(e) => return Err(Stop::Damaged(e.to_string())),
            }
        }
    }
}

fn without_decoder(kind: &str) -> String {
    format!("{kind} files are not opened here; open them in the app or with the program")
}

#[cfg(test)]
mod tests;
