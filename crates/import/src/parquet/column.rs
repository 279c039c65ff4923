//! Decodes the cells of a column in a row group, with nulls and lists.

use super::bits::{Runs, deltas};
use super::cells::{Cells, Value, write};
use super::pages::{Next, Page, Pages};
use super::schema::{Chunk, Column, Stored};
use super::stop::Stop;

/// Cells, and the number of texts with invalid UTF-8.
#[derive(Default)]
pub(super) struct Read {
    pub(super) cells: Cells,
    pub(super) odd: u64,
}

/// Reads the cells of a column, one per row.
///
/// # Errors
///
/// The data is damaged or unsupported, or needs more than `room`, in bytes.
pub(super) fn read(file: &[u8], column: &Column, chunk: &Chunk, room: &mut usize) -> Result<Read, Stop> {
    let mut pages = Pages::new(file, chunk).ok_or("its data is beyond the end of the file")?;
    let mut decoder = Decoder { column, dictionary: Cells::default(), odd: 0 };
    let mut rows = Rows::default();
    let mut met = 0usize;
    while met < chunk.values
        && let Some(next) = pages.next(column, room)?
    {
        match next {
            Next::Dictionary { bytes, count } => {
                decoder.dictionary = decoder.plain(&bytes, count, room)?;
            }
            Next::Values(page) => {
                met = met.saturating_add(page.count);
                rows.add(column, &page, &mut decoder, room)?;
            }
        }
    }
    rows.close(room)?;
    if met < chunk.values {
        return Err("pages are missing".into());
    }
    Ok(Read { cells: rows.cells, odd: decoder.odd })
}

/// Cells assembled from pages.
#[derive(Default)]
struct Rows {
    cells: Cells,
    /// The open list, if any: whether it has an element.
    list: Option<bool>,
}

impl Rows {
    /// Adds the values of a page.
    fn add(
        &mut self,
        column: &Column,
        page: &Page<'_>,
        decoder: &mut Decoder<'_>,
        room: &mut usize,
    ) -> Result<(), Stop> {
        let cut = "the levels of a page are cut";
        let mut definition = page.definition(column).ok_or(cut)?;
        let mut repetition = page.repetition(column).ok_or(cut)?;
        let there = page.definition(column).ok_or(cut)?.take(page.count);
        let defined =
            if column.defined == 0 { page.count } else { there.filter(|d| *d >= column.defined).count() };
        let values = decoder.values(page, defined, room)?;
        let mut next = 0;
        for _ in 0..page.count {
            let level = if column.defined == 0 { 0 } else { definition.next().ok_or(cut)? };
            let begins = column.repeated == 0 || repetition.next().ok_or(cut)? == 0;
            if begins && column.repeated > 0 {
                self.close(room)?;
                if level + 1 >= column.element {
                    self.list = Some(false);
                    self.cells.text().push('[');
                } else {
                    self.cells.end(room)?;
                }
            }
            let text = if level >= column.defined {
                next += 1;
                values.get(next - 1)
            } else {
                ""
            };
            let is_element = column.repeated == 0 || level >= column.element;
            if is_element {
                if let Some(has) = &mut self.list
                    && std::mem::replace(has, true)
                {
                    self.cells.text().push(',');
                }
                let null = if self.list.is_some() && text.is_empty() { "null" } else { text };
                self.cells.text().push_str(null);
                *room = room.checked_sub(null.len()).ok_or(Stop::Full)?;
            }
            if column.repeated == 0 {
                self.cells.end(room)?;
            }
        }
        Ok(())
    }

    fn close(&mut self, room: &mut usize) -> Result<(), Stop> {
        if self.list.take().is_some() {
            self.cells.text().push(']');
            self.cells.end(room)?;
        }
        Ok(())
    }
}

struct Decoder<'c> {
    column: &'c Column,
    dictionary: Cells,
    odd: u64,
}

impl Decoder<'_> {
    /// Decodes the values of a page that are not null, as JSON.
    fn values(&mut self, page: &Page<'_>, count: usize, room: &mut usize) -> Result<Cells, Stop> {
        let bytes = page.values();
        match (page.encoding, self.column.stored) {
            (0, _) => self.plain(bytes, count, room),
            (2 | 8, _) => {
                let Some((width, indexes)) = bytes.split_first() else { return self.none(count) };
                let mut indexes = Runs::new(indexes, u32::from(*width)).ok_or("a dictionary is damaged")?;
                let mut cells = Cells::default();
                for _ in 0..count {
                    let at = indexes.next().ok_or("values are missing")? as usize;
                    if at >= self.dictionary.len() {
                        return Err("a value is not in the dictionary".into());
                    }
                    cells.text().push_str(self.dictionary.get(at));
                    cells.end(room)?;
                }
                Ok(cells)
            }
            (3, Stored::Bool) => {
                let bits = bytes.get(4..).and_then(|bits| Runs::new(bits, 1)).ok_or("values are missing")?;
                let values = bits.take(count).map(|bit| Value::Bool(bit == 1));
                self.all(values, count, room)
            }
            (5, Stored::Int32 | Stored::Int64) => {
                let (values, _) = deltas(bytes, count).ok_or("differences are damaged")?;
                let is_short = self.column.stored == Stored::Int32;
                let value = |n: i64| if is_short { Value::Int32(n as i32) } else { Value::Int64(n) };
                self.all(values.into_iter().map(value), count, room)
            }
            (6, Stored::Bytes) => {
                let texts = lengths(bytes, count).ok_or("lengths are damaged")?;
                self.all(texts.into_iter().map(Value::Bytes), count, room)
            }
            (7, Stored::Bytes | Stored::Fixed(_)) => self.prefixed(bytes, count, room),
            (9, _) => self.split(bytes, count, room),
            (other, _) => Err(format!("encoding {other} is not supported").into()),
        }
    }

    fn none(&self, count: usize) -> Result<Cells, Stop> {
        if count == 0 { Ok(Cells::default()) } else { Err("values are missing".into()) }
    }

    fn all<'v>(
        &mut self,
        values: impl Iterator<Item = Value<'v>>,
        count: usize,
        room: &mut usize,
    ) -> Result<Cells, Stop> {
        let mut cells = Cells::default();
        for value in values {
            self.odd += u64::from(write(value, self.column, cells.text()));
            cells.end(room)?;
        }
        if cells.len() == count { Ok(cells) } else { Err("values are missing".into()) }
    }

    /// Decodes `PLAIN` values.
    fn plain(&mut self, bytes: &[u8], count: usize, room: &mut usize) -> Result<Cells, Stop> {
        let stored = self.column.stored;
        let mut rest = bytes;
        let mut at = 0;
        let values = std::iter::from_fn(|| {
            at += 1;
            if stored == Stored::Bool {
                let bit = bytes.get((at - 1) / 8)? >> ((at - 1) % 8) & 1;
                return Some(Value::Bool(bit == 1));
            }
            let length = match width(stored) {
                Some(length) => length,
                None => {
                    let (length, after) = rest.split_first_chunk::<4>()?;
                    rest = after;
                    u32::from_le_bytes(*length) as usize
                }
            };
            let (value, after) = rest.split_at_checked(length)?;
            rest = after;
            of_bytes(stored, value)
        });
        self.all(values.take(count), count, room)
    }

    /// Decodes texts that share a prefix with the previous text (`DELTA_BYTE_ARRAY`).
    fn prefixed(&mut self, bytes: &[u8], count: usize, room: &mut usize) -> Result<Cells, Stop> {
        let damaged = "lengths are damaged";
        let (prefixes, rest) = deltas(bytes, count).ok_or(damaged)?;
        let endings = lengths(rest, count).ok_or(damaged)?;
        let mut cells = Cells::default();
        let mut last: Vec<u8> = Vec::new();
        for (prefix, ending) in prefixes.into_iter().zip(endings) {
            let prefix = usize::try_from(prefix).ok().filter(|n| *n <= last.len()).ok_or(damaged)?;
            last.truncate(prefix);
            last.extend_from_slice(ending);
            let value = of_bytes(self.column.stored, &last).ok_or(damaged)?;
            self.odd += u64::from(write(value, self.column, cells.text()));
            cells.end(room)?;
        }
        if cells.len() == count { Ok(cells) } else { Err("values are missing".into()) }
    }

    /// Decodes values whose first bytes are stored together, then the second bytes, and so on (`BYTE_STREAM_SPLIT`).
    fn split(&mut self, bytes: &[u8], count: usize, room: &mut usize) -> Result<Cells, Stop> {
        let stored = self.column.stored;
        let length = width(stored).ok_or("BYTE_STREAM_SPLIT does not fit its type")?;
        if count == 0 {
            return self.none(count);
        }
        if count.checked_mul(length) != Some(bytes.len()) {
            return Err("values are missing".into());
        }
        let mut cells = Cells::default();
        let mut value = vec![0; length];
        for at in 0..count {
            for (part, byte) in value.iter_mut().enumerate() {
                *byte = bytes.get(part * count + at).copied().unwrap_or_default();
            }
            let value = of_bytes(stored, &value).ok_or("values are missing")?;
            self.odd += u64::from(write(value, self.column, cells.text()));
            cells.end(room)?;
        }
        Ok(cells)
    }
}

/// Returns the size of a value in bytes; `None` for variable sizes and for bits.
fn width(stored: Stored) -> Option<usize> {
    match stored {
        Stored::Int32 | Stored::Float => Some(4),
        Stored::Int64 | Stored::Double => Some(8),
        Stored::Int96 => Some(12),
        Stored::Fixed(length) => Some(length),
        Stored::Bool | Stored::Bytes => None,
    }
}

fn of_bytes(stored: Stored, bytes: &[u8]) -> Option<Value<'_>> {
    Some(match stored {
        Stored::Bool => return None,
        Stored::Int32 => Value::Int32(i32::from_le_bytes(bytes.try_into().ok()?)),
        Stored::Int64 => Value::Int64(i64::from_le_bytes(bytes.try_into().ok()?)),
        Stored::Int96 => Value::Int96(bytes.try_into().ok()?),
        // The shortest text of a single-precision number, not that of the double nearest to it.
        Stored::Float => Value::Float(f32::from_le_bytes(bytes.try_into().ok()?).to_string().parse().ok()?),
        Stored::Double => Value::Float(f64::from_le_bytes(bytes.try_into().ok()?)),
        Stored::Bytes | Stored::Fixed(_) => Value::Bytes(bytes),
    })
}

/// Decodes texts stored after all of their lengths (`DELTA_LENGTH_BYTE_ARRAY`).
fn lengths(bytes: &[u8], most: usize) -> Option<Vec<&[u8]>> {
    let (lengths, mut rest) = deltas(bytes, most)?;
    let mut texts = Vec::with_capacity(lengths.len());
    for length in lengths {
        let (text, after) = rest.split_at_checked(usize::try_from(length).ok()?)?;
        texts.push(text);
        rest = after;
    }
    Some(texts)
}
