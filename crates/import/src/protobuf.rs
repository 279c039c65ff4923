//! Reads messages in the wire format of Protocol Buffers (Google, "Encoding").

use std::borrow::Cow;

/// A field of a message.
#[derive(Clone, Copy)]
pub(crate) enum Field<'a> {
    /// A varint, or 64 or 32 bits.
    Number(u64),
    Bytes(&'a [u8]),
}

impl<'a> Field<'a> {
    pub(crate) fn bytes(self) -> &'a [u8] {
        match self {
            Field::Bytes(bytes) => bytes,
            Field::Number(_) => &[],
        }
    }

    pub(crate) fn number(self) -> u64 {
        match self {
            Field::Number(number) => number,
            Field::Bytes(_) => 0,
        }
    }

    pub(crate) fn text(self) -> Cow<'a, str> {
        String::from_utf8_lossy(self.bytes())
    }
}

/// A number of seven bits a byte, and how many bytes it takes.
pub(crate) fn varint(bytes: &[u8]) -> Option<(u64, usize)> {
    let mut value = 0u64;
    for (at, byte) in bytes.iter().enumerate().take(10) {
        value |= u64::from(byte & 0x7f).checked_shl(7 * at as u32).unwrap_or(0);
        if byte & 0x80 == 0 {
            return Some((value, at + 1));
        }
    }
    None
}

/// The fields of a message with their numbers; `None` at the end for what is none.
pub(crate) fn fields(mut rest: &[u8]) -> impl Iterator<Item = Option<(u64, Field<'_>)>> {
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let read = next(rest);
        rest = read.map_or(&[], |(_, _, rest)| rest);
        Some(read.map(|(number, field, _)| (number, field)))
    })
}

fn next(bytes: &[u8]) -> Option<(u64, Field<'_>, &[u8])> {
    let (key, used) = varint(bytes)?;
    let rest = bytes.get(used..)?;
    let (field, rest) = match key & 7 {
        0 => {
            let (value, used) = varint(rest)?;
            (Field::Number(value), rest.get(used..)?)
        }
        1 => (Field::Number(u64::from_le_bytes(*rest.first_chunk()?)), rest.get(8..)?),
        2 => {
            let (len, used) = varint(rest)?;
            let body = rest.get(used..)?;
            let len = usize::try_from(len).ok().filter(|len| *len <= body.len())?;
            (Field::Bytes(&body[..len]), &body[len..])
        }
        5 => (Field::Number(u32::from_le_bytes(*rest.first_chunk()?).into()), rest.get(4..)?),
        _ => return None,
    };
    (key >> 3 > 0).then_some((key >> 3, field, rest))
}

/// The fields of one number that are bytes.
pub(crate) fn all(message: &[u8], number: u64) -> impl Iterator<Item = &[u8]> {
    fields(message)
        .flatten()
        .filter(move |(n, f)| *n == number && matches!(f, Field::Bytes(_)))
        .map(|(_, f)| f.bytes())
}

/// Does the same as [`all`], and at the end returns what the message contains of such a field that it ends within.
pub(crate) fn begun(mut rest: &[u8], number: u64) -> impl Iterator<Item = &[u8]> {
    std::iter::from_fn(move || {
        while !rest.is_empty() {
            let Some((found, field, behind)) = next(rest) else {
                let part = cut(rest, number);
                rest = &[];
                return part;
            };
            rest = behind;
            if found == number
                && let Field::Bytes(bytes) = field
            {
                return Some(bytes);
            }
        }
        None
    })
}

/// Returns the available part of a field of this number that is longer than the message around it.
fn cut(bytes: &[u8], number: u64) -> Option<&[u8]> {
    let (key, used) = varint(bytes)?;
    let (length, behind) = varint(bytes.get(used..)?)?;
    let body = bytes.get(used + behind..)?;
    (key == number << 3 | 2 && length > body.len() as u64).then_some(body)
}
