//! Pages by number: from the log where a committed transaction replaced them, else from the database file.

use super::bytes::{u8_at, u16_at, u32_at};
use super::error::{Error, Warnings};
use super::text::Encoding;
use super::wal::{self, Log};

/// How every database file begins.
pub(super) const MAGIC: &[u8; 16] = b"SQLite format 3\0";
/// Bytes of the database header at the start of page 1.
pub(super) const DATABASE_HEADER: usize = 100;
/// The format promises at least this many usable bytes per page; fewer would make cell sizes negative.
const LEAST_USABLE: usize = 480;

/// One page.
#[derive(Clone, Copy, Debug)]
pub(super) struct Page<'a> {
    pub(super) number: u32,
    /// The whole page without the reserved bytes at its end.
    pub(super) bytes: &'a [u8],
    offset: u64,
    in_log: bool,
}

impl Page<'_> {
    /// An error about the byte `at` of this page.
    pub(super) fn error(&self, at: usize, message: impl std::fmt::Display) -> Error {
        let place = if self.in_log { " in the write-ahead log" } else { "" };
        Error::new(self.offset.saturating_add(at as u64), format!("page {}{place}: {message}", self.number))
    }
}

/// The pages of a database as its last commit left them.
#[derive(Debug)]
pub(super) struct Pager<'a> {
    database: &'a [u8],
    wal: &'a [u8],
    log: Log,
    page_size: usize,
    usable: usize,
    pub(super) encoding: Encoding,
}

impl<'a> Pager<'a> {
    pub(super) fn open(
        database: &'a [u8],
        wal: Option<&'a [u8]>,
        warnings: &Warnings,
    ) -> Result<Pager<'a>, Error> {
        let page_size = page_size(database)?;
        let wal = wal.unwrap_or_default();
        let log = wal::read(wal, page_size, warnings);
        let mut pager =
            Pager { database, wal, log, page_size, usable: page_size, encoding: Encoding::default() };
        // A transaction in the log may have replaced page 1, and the header with it.
        let first = pager.page(1)?;
        let (usable, encoding) = pager.header(&first, warnings)?;
        pager.usable = usable;
        pager.encoding = encoding;
        Ok(pager)
    }

    /// Page `number`, counted from 1. A page the file ends within counts as missing.
    pub(super) fn page(&self, number: u32) -> Result<Page<'a>, Error> {
        let (source, start, in_log) = match self.log.pages.get(&number) {
            Some(&start) => (self.wal, start as u64, true),
            None => {
                let before = number.checked_sub(1).ok_or_else(|| Error::new(0, "there is no page 0"))?;
                (self.database, u64::from(before).saturating_mul(self.page_size as u64), false)
            }
        };
        let bytes = usize::try_from(start)
            .ok()
            .and_then(|start| source.get(start..start.checked_add(self.page_size)?))
            .and_then(|page| page.get(..self.usable));
        match bytes {
            Some(bytes) => Ok(Page { number, bytes, offset: start, in_log }),
            None => {
                Err(Error::new(start, format!("page {number} is missing: the file ends before or in it")))
            }
        }
    }

    /// Usable bytes of a page.
    pub(super) fn usable(&self) -> usize {
        self.usable
    }

    /// No payload can be longer than all there is.
    pub(super) fn longest_payload(&self) -> u64 {
        (self.database.len() as u64).saturating_add(self.wal.len() as u64)
    }

    fn header(&self, first: &Page<'a>, warnings: &Warnings) -> Result<(usize, Encoding), Error> {
        let head = first.bytes;
        if !head.starts_with(MAGIC) {
            return Err(first.error(0, "the header is not that of a SQLite database"));
        }
        let reserved = u8_at(head, 20).map_or(0, usize::from);
        let usable = self.page_size - reserved;
        if usable < LEAST_USABLE {
            return Err(first.error(20, format!("{reserved} reserved bytes leave too little of each page")));
        }
        if head.get(21..24) != Some(&[64, 32, 32]) {
            warnings.push(first.error(21, "the payload fractions are not 64, 32, 32"));
        }
        if u8_at(head, 19).is_some_and(|version| version > 2) {
            warnings.push(first.error(19, "the read version is newer than this reader knows"));
        }
        let encoding = match u32_at(head, 56) {
            Some(0 | 1) => Encoding::Utf8,
            Some(2) => Encoding::Utf16Le,
            Some(3) => Encoding::Utf16Be,
            _ => {
                warnings.push(first.error(56, "the text encoding is unknown: read as UTF-8"));
                Encoding::Utf8
            }
        };
        self.warn_when_cut(head, warnings);
        Ok((usable, encoding))
    }

    fn warn_when_cut(&self, head: &[u8], warnings: &Warnings) {
        // Writers older than 3.7.0 leave the page count stale, and then the two counters differ.
        let counted = u32_at(head, 28).filter(|_| u32_at(head, 24) == u32_at(head, 92));
        let expected = u64::from(self.log.database_pages.or(counted).unwrap_or(0));
        let length = self.database.len() as u64;
        let whole = length / self.page_size as u64;
        if expected <= whole {
            return;
        }
        let beyond = |number: u32| u64::from(number) > whole && u64::from(number) <= expected;
        let in_log = self.log.pages.keys().filter(|&&number| beyond(number)).count() as u64;
        let missing = (expected - whole).saturating_sub(in_log);
        if missing > 0 {
            warnings.push(Error::new(
                length,
                format!("the file is cut: {missing} of {expected} pages are missing"),
            ));
        }
    }
}

fn page_size(database: &[u8]) -> Result<usize, Error> {
    if !database.starts_with(MAGIC) {
        return Err(Error::new(0, "not a SQLite 3 database"));
    }
    if database.len() < DATABASE_HEADER {
        return Err(Error::new(database.len() as u64, "the file ends within the database header"));
    }
    match u16_at(database, 16) {
        Some(1) => Ok(65_536),
        Some(size) if size >= 512 && size.is_power_of_two() => Ok(usize::from(size)),
        _ => Err(Error::new(16, "the page size is not a power of two from 512 to 65536")),
    }
}
