//! Blocks of columns to events.

use std::borrow::Cow;
use std::collections::HashMap;

use super::fields::{self, COLUMNS, FLOATS, Side};
use super::floats::Floats;
use super::ints::Ints;
use super::texts::Texts;
use super::{BLOCK_EVENTS, Fit, Input, MAGIC, Misfit, PACKED_VERSION, PackedError, checksum, unordered};
use crate::EventSink;

/// Reads packed events, in the order in which they were written.
///
/// # Errors
///
/// [`PackedError`]. The events of a block are given only once the whole block was found to be undamaged.
pub fn read(bytes: &[u8], sink: &mut dyn EventSink) -> Result<(), PackedError> {
    let mut input = Input(bytes.strip_prefix(&MAGIC).ok_or(PackedError::Foreign)?);
    let damaged = |offset| move |Misfit| PackedError::Damaged { offset };
    let version = input.varint().map_err(damaged(MAGIC.len()))?;
    if version != PACKED_VERSION {
        return Err(PackedError::Newer { version });
    }
    let mut texts = Texts::default();
    loop {
        let offset = bytes.len() - input.0.len();
        let Some(body) = body(&mut input).map_err(damaged(offset))? else { break };
        block(body, &mut texts, sink).map_err(damaged(offset))?;
    }
    if input.0.is_empty() {
        Ok(())
    } else {
        Err(PackedError::Damaged { offset: bytes.len() - input.0.len() })
    }
}

/// The body of the next block; none at the end of the file.
fn body<'a>(input: &mut Input<'a>) -> Fit<Option<&'a [u8]>> {
    let length = input.length()?;
    if length == 0 {
        return Ok(None);
    }
    let sum = u64::from_le_bytes(input.take(8)?.try_into().map_err(|_| Misfit)?);
    let body = input.take(length)?;
    if checksum(body) == sum { Ok(Some(body)) } else { Err(Misfit) }
}

fn block(body: &[u8], texts: &mut Texts, sink: &mut dyn EventSink) -> Fit<()> {
    let mut input = Input(body);
    let count = input.length()?;
    if count > BLOCK_EVENTS {
        return Err(Misfit);
    }
    let kinds = input.take(count)?;
    texts.read(&mut input)?;
    let mut block =
        Block { texts, columns: Vec::with_capacity(COLUMNS), floats: Vec::new(), measured: HashMap::new() };
    for _ in 0..COLUMNS {
        let has = Ints::read(&mut input, count)?;
        let values = if has.left() > 0 { Ints::read(&mut input, count)? } else { Ints::default() };
        block.columns.push(Column { has, values });
    }
    for _ in 0..FLOATS {
        block.floats.push(Floats::read(&mut input, count)?);
    }
    for _ in 0..input.length()? {
        let name = u32::try_from(input.varint()?).map_err(|_| Misfit)?;
        block.measured.insert(name, Floats::read(&mut input, count)?);
    }
    if !input.0.is_empty() {
        return Err(Misfit);
    }
    for kind in kinds {
        let mut event = fields::empty(*kind)?;
        fields::all(&mut block, &mut event)?;
        sink.event(event);
    }
    if block.is_used_up() { Ok(()) } else { Err(Misfit) }
}

struct Column<'a> {
    has: Ints<'a>,
    values: Ints<'a>,
}

/// The columns of a block, each read from its front.
struct Block<'a> {
    texts: &'a Texts,
    columns: Vec<Column<'a>>,
    floats: Vec<Floats<'a>>,
    measured: HashMap<u32, Floats<'a>>,
}

impl<'a> Block<'a> {
    fn next(&mut self, column: u8) -> Fit<Option<u64>> {
        let column = &mut self.columns[usize::from(column)];
        Ok(if column.has.next()? == 1 { Some(column.values.next()?) } else { None })
    }

    fn get(&self, id: u64) -> Fit<(u32, &'a str)> {
        let id = u32::try_from(id).map_err(|_| Misfit)?;
        Ok((id, self.texts.get(id as usize)?))
    }

    fn is_used_up(&self) -> bool {
        self.columns.iter().all(|column| column.has.left() == 0 && column.values.left() == 0)
            && self.floats.iter().chain(self.measured.values()).all(|floats| floats.left() == 0)
    }
}

impl<'a> Side<'a> for Block<'a> {
    fn number(&mut self, column: u8, value: &mut Option<u64>) -> Fit<()> {
        *value = self.next(column)?;
        Ok(())
    }

    fn text(&mut self, column: u8, value: &mut Option<Cow<'a, str>>) -> Fit<u32> {
        let Some(id) = self.next(column)? else {
            *value = None;
            return Ok(0);
        };
        let (id, text) = self.get(id)?;
        *value = Some(Cow::Borrowed(text));
        Ok(id)
    }

    fn near(&mut self, column: u8, own: u32, value: &mut Cow<'a, str>) -> Fit<()> {
        let back = unordered(self.next(column)?.ok_or(Misfit)?);
        let id = i64::from(own).checked_sub(back).and_then(|id| u64::try_from(id).ok()).ok_or(Misfit)?;
        *value = Cow::Borrowed(self.get(id)?.1);
        Ok(())
    }

    fn float(&mut self, column: u8, value: &mut f64) -> Fit<()> {
        *value = self.floats[usize::from(column)].next()?;
        Ok(())
    }

    fn measured(&mut self, name: u32, value: &mut f64) -> Fit<()> {
        *value = self.measured.get_mut(&name).ok_or(Misfit)?.next()?;
        Ok(())
    }
}
