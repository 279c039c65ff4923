//! The dictionary: every text once, by number. A new text is stored as the length of the beginning that it shares with
//! the previous new text of the same column, and the rest.

use std::collections::HashMap;

use super::{Fit, Input, Misfit, put_varint};

/// Maximum number of bytes that a text can share with the previous one: limits how large a few bytes can become.
const MOST_SHARED: usize = 64;

/// Texts as a writer knows them.
#[derive(Default)]
pub(super) struct Written {
    ids: HashMap<Box<str>, u32>,
    /// New since the last block, with their columns.
    fresh: Vec<(u8, Box<str>)>,
    last: HashMap<u8, Box<str>>,
    bytes: usize,
}

impl Written {
    /// The number of a text.
    pub(super) fn id(&mut self, column: u8, text: &str) -> u32 {
        if let Some(id) = self.ids.get(text) {
            return *id;
        }
        let id = self.ids.len() as u32;
        self.ids.insert(text.into(), id);
        self.fresh.push((column, text.into()));
        self.bytes += text.len();
        id
    }

    /// Bytes of texts that wait for the next block.
    pub(super) fn waiting(&self) -> usize {
        self.bytes
    }

    /// Writes the texts that are new: columns, shared lengths, lengths of the rest, the rest.
    pub(super) fn write(&mut self, out: &mut Vec<u8>) {
        let fresh = std::mem::take(&mut self.fresh);
        self.bytes = 0;
        put_varint(fresh.len() as u64, out);
        out.extend(fresh.iter().map(|(column, _)| *column));
        let (mut lengths, mut rest) = (Vec::new(), Vec::new());
        for (column, text) in fresh {
            let before = self.last.get(&column).map_or("", |text| text);
            let shared =
                text.bytes().zip(before.bytes()).take(MOST_SHARED).take_while(|(a, b)| a == b).count();
            out.push(shared as u8);
            put_varint((text.len() - shared) as u64, &mut lengths);
            rest.extend_from_slice(&text.as_bytes()[shared..]);
            self.last.insert(column, text);
        }
        out.extend(lengths);
        out.extend(rest);
    }
}

/// Texts as a reader knows them.
#[derive(Default)]
pub(super) struct Texts {
    all: String,
    ends: Vec<usize>,
    last: HashMap<u8, usize>,
}

impl Texts {
    /// The text of that number.
    pub(super) fn get(&self, id: usize) -> Fit<&str> {
        let end = *self.ends.get(id).ok_or(Misfit)?;
        let start = if id == 0 { 0 } else { self.ends[id - 1] };
        self.all.get(start..end).ok_or(Misfit)
    }

    /// Reads the texts that a block adds.
    pub(super) fn read(&mut self, input: &mut Input<'_>) -> Fit<()> {
        let count = input.length()?;
        let columns = input.take(count)?;
        let shared = input.take(count)?;
        // Every length takes a byte, so this reserves no more than the block is long.
        let mut lengths = Vec::with_capacity(count.min(input.0.len()));
        for _ in 0..count {
            lengths.push(input.length()?);
        }
        let mut text = Vec::new();
        for ((column, shared), length) in columns.iter().zip(shared).zip(lengths) {
            let rest = input.take(length)?;
            let shared = usize::from(*shared);
            text.clear();
            if shared > MOST_SHARED {
                return Err(Misfit);
            }
            if shared > 0 {
                let before = self.get(*self.last.get(column).ok_or(Misfit)?)?;
                text.extend_from_slice(before.as_bytes().get(..shared).ok_or(Misfit)?);
            }
            text.extend_from_slice(rest);
            self.all.push_str(std::str::from_utf8(&text).map_err(|_| Misfit)?);
            self.last.insert(*column, self.ends.len());
            self.ends.push(self.all.len());
        }
        Ok(())
    }
}
