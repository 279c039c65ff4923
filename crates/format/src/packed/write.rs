//! Events to blocks of columns.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::io::{self, Write};

use super::fields::{self, COLUMNS, FLOATS, Side};
use super::texts::Written;
use super::{BLOCK_EVENTS, Fit, MAGIC, PACKED_VERSION, checksum, floats, ints, ordered, put_varint};
use crate::{Event, EventSink};

/// A block ends early if its new texts have this many bytes.
const BLOCK_TEXT: usize = 4 << 20;

/// Writes events, packed, as they come.
pub struct Packer<W: Write> {
    out: W,
    failed: Option<io::Error>,
    block: Block,
}

impl<W: Write> std::fmt::Debug for Packer<W> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Packer").field("waiting", &self.block.kinds.len()).finish_non_exhaustive()
    }
}

impl<W: Write> Packer<W> {
    /// Begins a file of packed events. Errors of `out` are kept until [`Packer::finish`].
    pub fn new(out: W) -> Packer<W> {
        let mut packer = Packer { out, failed: None, block: Block::default() };
        let mut head = MAGIC.to_vec();
        put_varint(PACKED_VERSION, &mut head);
        packer.put(&head);
        packer
    }

    /// Writes the rest, and returns the writer.
    ///
    /// # Errors
    ///
    /// The first error that writing met.
    pub fn finish(mut self) -> io::Result<W> {
        self.end_block();
        self.put(&[0]);
        match self.failed {
            Some(error) => Err(error),
            None => Ok(self.out),
        }
    }

    fn end_block(&mut self) {
        if self.block.kinds.is_empty() {
            return;
        }
        let body = self.block.take();
        let mut head = Vec::new();
        put_varint(body.len() as u64, &mut head);
        head.extend(checksum(&body).to_le_bytes());
        self.put(&head);
        self.put(&body);
    }

    fn put(&mut self, bytes: &[u8]) {
        if self.failed.is_none() {
            self.failed = self.out.write_all(bytes).err();
        }
    }
}

impl<W: Write> EventSink for Packer<W> {
    fn event(&mut self, mut event: Event<'_>) {
        self.block.kinds.push(fields::kind(&event));
        // Writing never misfits: every field has a place.
        let _ = fields::all(&mut self.block, &mut event);
        if self.block.kinds.len() == BLOCK_EVENTS || self.block.texts.waiting() > BLOCK_TEXT {
            self.end_block();
        }
    }
}

/// The values of one column: which rows have one, and those.
#[derive(Default)]
struct Column {
    has: Vec<u64>,
    values: Vec<u64>,
}

/// The block that is being filled, and the dictionary, which continues across blocks.
struct Block {
    kinds: Vec<u8>,
    texts: Written,
    columns: Vec<Column>,
    floats: Vec<Vec<f64>>,
    measured: BTreeMap<u32, Vec<f64>>,
}

impl Default for Block {
    fn default() -> Self {
        Self {
            kinds: Vec::new(),
            texts: Written::default(),
            columns: (0..COLUMNS).map(|_| Column::default()).collect(),
            floats: vec![Vec::new(); FLOATS],
            measured: BTreeMap::new(),
        }
    }
}

impl Block {
    /// Returns the body of the block and clears everything except the dictionary.
    fn take(&mut self) -> Vec<u8> {
        let mut out = Vec::new();
        let rows = self.kinds.len();
        put_varint(rows as u64, &mut out);
        out.append(&mut self.kinds);
        self.texts.write(&mut out);
        for Column { has, values } in &mut self.columns {
            ints::write(has, rows, &mut out);
            if !has.is_empty() {
                ints::write(values, rows, &mut out);
            }
            has.clear();
            values.clear();
        }
        for column in &mut self.floats {
            floats::write(column, rows, &mut out);
            column.clear();
        }
        put_varint(self.measured.len() as u64, &mut out);
        for (name, values) in std::mem::take(&mut self.measured) {
            put_varint(u64::from(name), &mut out);
            floats::write(&values, rows, &mut out);
        }
        out
    }

    fn put(&mut self, column: u8, value: Option<u64>) {
        let column = &mut self.columns[usize::from(column)];
        column.has.push(u64::from(value.is_some()));
        column.values.extend(value);
    }
}

impl<'a> Side<'a> for Block {
    fn number(&mut self, column: u8, value: &mut Option<u64>) -> Fit<()> {
        self.put(column, *value);
        Ok(())
    }

    fn text(&mut self, column: u8, value: &mut Option<Cow<'a, str>>) -> Fit<u32> {
        let id = value.as_ref().map(|text| self.texts.id(column, text));
        self.put(column, id.map(u64::from));
        Ok(id.unwrap_or(0))
    }

    fn near(&mut self, column: u8, own: u32, value: &mut Cow<'a, str>) -> Fit<()> {
        let id = self.texts.id(column, value);
        self.put(column, Some(ordered(i64::from(own) - i64::from(id))));
        Ok(())
    }

    fn float(&mut self, column: u8, value: &mut f64) -> Fit<()> {
        self.floats[usize::from(column)].push(*value);
        Ok(())
    }

    fn measured(&mut self, name: u32, value: &mut f64) -> Fit<()> {
        self.measured.entry(name).or_default().push(*value);
        Ok(())
    }
}
