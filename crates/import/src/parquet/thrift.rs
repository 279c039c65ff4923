//! A reader of Thrift's compact protocol, the format of Parquet metadata (github.com/apache/thrift,
//! `doc/specs/thrift-compact-protocol.md`), without a schema.

/// Maximum nesting of structures, lists and maps.
const DEEPEST: usize = 24;

/// A value of any type.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Thrift<'b> {
    /// A boolean, or an integer of any width.
    Int(i64),
    /// A double.
    Double(f64),
    /// Bytes or text.
    Bytes(&'b [u8]),
    /// A list, a set, or the alternating keys and values of a map.
    List(Vec<Thrift<'b>>),
    /// Fields with their numbers, ascending.
    Struct(Vec<(i16, Thrift<'b>)>),
}

impl<'b> Thrift<'b> {
    /// Returns a field of a structure.
    pub(super) fn at(&self, id: i16) -> Option<&Thrift<'b>> {
        let Thrift::Struct(fields) = self else { return None };
        fields.iter().find(|(field, _)| *field == id).map(|(_, value)| value)
    }

    /// Returns the integer or boolean of a field.
    pub(super) fn int(&self, id: i16) -> Option<i64> {
        match self.at(id)? {
            Thrift::Int(value) => Some(*value),
            _ => None,
        }
    }

    /// Returns a length or an offset: an integer that is not negative.
    pub(super) fn size(&self, id: i16) -> Option<usize> {
        usize::try_from(self.int(id)?).ok()
    }

    /// Returns the text of a field; invalid UTF-8 is replaced.
    pub(super) fn text(&self, id: i16) -> Option<String> {
        match self.at(id)? {
            Thrift::Bytes(bytes) => Some(String::from_utf8_lossy(bytes).into_owned()),
            _ => None,
        }
    }

    /// Returns the elements of a list; none if the field is not a list.
    pub(super) fn list(&self, id: i16) -> &[Thrift<'b>] {
        match self.at(id) {
            Some(Thrift::List(list)) => list,
            _ => &[],
        }
    }
}

/// Reads one value after another.
pub(super) struct Reader<'b> {
    bytes: &'b [u8],
    at: usize,
}

impl<'b> Reader<'b> {
    pub(super) fn new(bytes: &'b [u8]) -> Reader<'b> {
        Reader { bytes, at: 0 }
    }

    /// Returns the number of bytes read.
    pub(super) fn read(&self) -> usize {
        self.at
    }

    /// Reads the next structure; `None` if the bytes are not a structure.
    pub(super) fn next_struct(&mut self) -> Option<Thrift<'b>> {
        self.structure(0)
    }

    fn byte(&mut self) -> Option<u8> {
        let byte = *self.bytes.get(self.at)?;
        self.at += 1;
        Some(byte)
    }

    fn varint(&mut self) -> Option<u64> {
        let (value, length) = crate::protobuf::varint(self.bytes.get(self.at..)?)?;
        self.at += length;
        Some(value)
    }

    fn zigzag(&mut self) -> Option<i64> {
        self.varint().map(super::bits::unzigzag)
    }

    fn structure(&mut self, depth: usize) -> Option<Thrift<'b>> {
        let mut fields = Vec::new();
        let mut id = 0i16;
        loop {
            let head = self.byte()?;
            let kind = head & 0x0f;
            if kind == 0 {
                return Some(Thrift::Struct(fields));
            }
            id = match head >> 4 {
                0 => i16::try_from(self.zigzag()?).ok()?,
                step => id.checked_add(i16::from(step))?,
            };
            // The type of a boolean field contains its value.
            let value = match kind {
                1 => Thrift::Int(1),
                2 => Thrift::Int(0),
                _ => self.value(kind, depth)?,
            };
            fields.push((id, value));
        }
    }

    fn value(&mut self, kind: u8, depth: usize) -> Option<Thrift<'b>> {
        if depth > DEEPEST {
            return None;
        }
        Some(match kind {
            1 | 2 => Thrift::Int(i64::from(self.byte()? == 1)),
            3 => Thrift::Int(i64::from(self.byte()?.cast_signed())),
            4..=6 => Thrift::Int(self.zigzag()?),
            7 => {
                let bytes = self.bytes.get(self.at..self.at + 8)?.first_chunk::<8>()?;
                self.at += 8;
                Thrift::Double(f64::from_le_bytes(*bytes))
            }
            8 => {
                let length = usize::try_from(self.varint()?).ok()?;
                let end = self.at.checked_add(length)?;
                let bytes = self.bytes.get(self.at..end)?;
                self.at = end;
                Thrift::Bytes(bytes)
            }
            9 | 10 => {
                let head = self.byte()?;
                let count = match head >> 4 {
                    15 => usize::try_from(self.varint()?).ok()?,
                    few => usize::from(few),
                };
                self.elements(count, &[head & 0x0f], depth)?
            }
            11 => {
                let count = usize::try_from(self.varint()?).ok()?;
                if count == 0 {
                    return Some(Thrift::List(Vec::new()));
                }
                let kinds = self.byte()?;
                self.elements(count.checked_mul(2)?, &[kinds >> 4, kinds & 0x0f], depth)?
            }
            12 => self.structure(depth + 1)?,
            _ => return None,
        })
    }

    /// Reads elements of alternating types. Each takes at least one byte, which bounds the count.
    fn elements(&mut self, count: usize, kinds: &[u8], depth: usize) -> Option<Thrift<'b>> {
        if count > self.bytes.len() - self.at {
            return None;
        }
        let mut list = Vec::new();
        for kind in kinds.iter().cycle().take(count) {
            list.push(self.value(*kind, depth + 1)?);
        }
        Some(Thrift::List(list))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_structure_with_every_kind_of_field() {
        // 1: i32 -3; 2: true; 3: "ab"; 4: list of two i64; 20 (long form): {1: false}.
        let bytes = [0x15, 0x05, 0x11, 0x18, 2, b'a', b'b', 0x19, 0x26, 2, 4, 0x0c, 40, 0x12, 0, 0, 99];
        let mut reader = Reader::new(&bytes);
        let read = reader.next_struct().unwrap();
        assert_eq!(reader.read(), bytes.len() - 1);
        assert_eq!((read.int(1), read.int(2), read.text(3).as_deref()), (Some(-3), Some(1), Some("ab")));
        assert_eq!(read.list(4), [Thrift::Int(1), Thrift::Int(2)]);
        assert_eq!(read.at(20).and_then(|inner| inner.int(1)), Some(0));
        assert_eq!((read.size(1), read.int(9), read.text(1)), (None, None, None));
    }

    #[test]
    fn cut_or_nested_without_end_is_no_structure() {
        let bytes = [0x15, 0x05, 0x18, 2, b'a', b'b', 0];
        for end in 0..bytes.len() {
            assert_eq!(Reader::new(&bytes[..end]).next_struct(), None, "{end}");
        }
        assert_eq!(Reader::new(&[0x1c; 100_000]).next_struct(), None);
        assert_eq!(Reader::new(&[0x19, 0xf8, 0xff, 0xff, 0xff, 0x7f]).next_struct(), None);
    }
}
