//! Gzip (RFC 1952) that arrives in chunks.

use flate2::{Crc, Decompress, FlushDecompress, Status};

use super::budget::Budget;

/// A header is no longer than this, or it is none.
const LONGEST_HEADER: usize = 64 << 10;

const MAGIC: [u8; 2] = [0x1f, 0x8b];

/// Where in a member the next byte stands.
enum Place {
    /// In its header, of which this has come.
    Header(Vec<u8>),
    Body(Box<Decompress>),
    /// In its checksum and length, of which this has come.
    Trailer(Vec<u8>),
    /// Behind the last member: how many bytes follow, and whether any is not zero.
    Behind(u64, bool),
    /// Behind something that makes no sense of what follows.
    Lost,
}

/// All members of a gzip file, one after the other. What comes out before damage is handed over.
pub(crate) struct Gunzip {
    place: Place,
    crc: Crc,
    out: usize,
    packed: usize,
    /// Whether a member was complete.
    complete: bool,
    damage: Option<String>,
}

impl Gunzip {
    pub(crate) fn new() -> Gunzip {
        let place = Place::Header(Vec::new());
        Gunzip { place, crc: Crc::new(), out: 0, packed: 0, complete: false, damage: None }
    }

    /// Takes the next bytes and hands over what comes out of them.
    ///
    /// # Errors
    /// Where more comes out than may.
    pub(crate) fn push(
        &mut self,
        mut bytes: &[u8],
        budget: &mut Budget,
        mut take: impl FnMut(&[u8]),
    ) -> Result<(), String> {
        while !bytes.is_empty() {
            let used = match &mut self.place {
                Place::Header(header) => {
                    let had = header.len();
                    header.extend_from_slice(bytes);
                    match header_length(header) {
                        Ok(Some(length)) => {
                            self.place = Place::Body(Box::new(Decompress::new(false)));
                            self.crc = Crc::new();
                            length - had
                        }
                        Ok(None) if header.len() <= LONGEST_HEADER => bytes.len(),
                        _ if self.complete => {
                            let rest = std::mem::take(header);
                            self.place = Place::Behind(rest.len() as u64, rest.iter().any(|b| *b != 0));
                            bytes.len()
                        }
                        _ => {
                            self.lose("its header makes no sense");
                            bytes.len()
                        }
                    }
                }
                Place::Body(inflate) => {
                    let mut buffer = [0u8; 32 << 10];
                    let before = (inflate.total_in(), inflate.total_out());
                    let result = inflate.decompress(bytes, &mut buffer, FlushDecompress::None);
                    let read = (inflate.total_in() - before.0) as usize;
                    let wrote = (inflate.total_out() - before.1) as usize;
                    self.crc.update(&buffer[..wrote]);
                    self.out += wrote;
                    self.packed += read;
                    budget.spend(wrote, self.out, self.packed)?;
                    if wrote > 0 {
                        take(&buffer[..wrote]);
                    }
                    match result {
                        Ok(Status::StreamEnd) => self.place = Place::Trailer(Vec::with_capacity(8)),
                        Ok(_) if read == 0 && wrote == 0 => self.lose("it makes no sense"),
                        Ok(_) => {}
                        Err(e) => self.lose(&e.to_string()),
                    }
                    read
                }
                Place::Trailer(trailer) => {
                    let used = bytes.len().min(8 - trailer.len());
                    trailer.extend_from_slice(&bytes[..used]);
                    if let Some(sum) = trailer.first_chunk::<4>().filter(|_| trailer.len() == 8) {
                        if u32::from_le_bytes(*sum) == self.crc.sum() {
                            self.complete = true;
                            self.place = Place::Header(Vec::new());
                        } else {
                            self.lose("its checksum is wrong");
                        }
                    }
                    used
                }
                Place::Behind(count, any) => {
                    *count += bytes.len() as u64;
                    *any |= bytes.iter().any(|b| *b != 0);
                    bytes.len()
                }
                Place::Lost => bytes.len(),
            };
            bytes = &bytes[used..];
        }
        // What is decompressed but found no room yet.
        if let Place::Body(_) = self.place {
            self.drain(budget, take)?;
        }
        Ok(())
    }

    fn drain(&mut self, budget: &mut Budget, mut take: impl FnMut(&[u8])) -> Result<(), String> {
        while let Place::Body(inflate) = &mut self.place {
            let mut buffer = [0u8; 32 << 10];
            let before = inflate.total_out();
            let result = inflate.decompress(&[], &mut buffer, FlushDecompress::None);
            let wrote = (inflate.total_out() - before) as usize;
            self.crc.update(&buffer[..wrote]);
            self.out += wrote;
            budget.spend(wrote, self.out, self.packed)?;
            if wrote > 0 {
                take(&buffer[..wrote]);
            }
            match result {
                Ok(Status::StreamEnd) => self.place = Place::Trailer(Vec::with_capacity(8)),
                Ok(_) if wrote == 0 => return Ok(()),
                Ok(_) => {}
                Err(_) if wrote == 0 => return Ok(()),
                Err(e) => self.lose(&e.to_string()),
            }
        }
        Ok(())
    }

    fn lose(&mut self, why: &str) {
        self.damage = Some(format!("gzip data is damaged: {why}"));
        self.place = Place::Lost;
    }

    /// The file is complete: what was wrong with it.
    pub(crate) fn finish(mut self) -> Option<String> {
        match &self.place {
            Place::Header(rest) if self.complete && !rest.iter().any(|b| *b != 0) => {}
            Place::Header(rest) if self.complete && !rest.starts_with(&MAGIC) => {
                self.damage = Some(format!("{} bytes after the gzip data are not gzip data", rest.len()));
            }
            Place::Header(_) | Place::Body(_) | Place::Trailer(_) => self.lose("it ends too early"),
            Place::Behind(count, true) => {
                self.damage = Some(format!("{count} bytes after the gzip data are not gzip data"));
            }
            Place::Behind(_, false) | Place::Lost => {}
        }
        self.damage
    }
}

/// How long the header is that the bytes begin with; `None` where it goes on beyond them.
fn header_length(bytes: &[u8]) -> Result<Option<usize>, ()> {
    if !MAGIC.starts_with(&bytes[..bytes.len().min(2)]) || bytes.get(2).is_some_and(|method| *method != 8) {
        return Err(());
    }
    let Some(&flags) = bytes.get(3) else { return Ok(None) };
    let mut at = 10;
    if flags & 4 != 0 {
        let Some(length) = bytes.get(at..).and_then(|b| b.first_chunk::<2>()) else { return Ok(None) };
        at += 2 + usize::from(u16::from_le_bytes(*length));
    }
    for flag in [8, 16] {
        if flags & flag != 0 {
            let Some(end) = bytes.get(at..).and_then(|b| memchr::memchr(0, b)) else { return Ok(None) };
            at += end + 1;
        }
    }
    at += if flags & 2 != 0 { 2 } else { 0 };
    Ok((bytes.len() >= at).then_some(at))
}
