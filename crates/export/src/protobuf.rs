//! Writes messages in the wire format of Protocol Buffers (Google, "Encoding"), as far as traces and the answers of a server
//! need it.

/// A message while it is written. Fields are written in the order of the calls; a repeated field is one call for each value.
#[derive(Default)]
pub struct Message(Vec<u8>);

impl Message {
    /// Returns the bytes.
    pub fn finish(self) -> Vec<u8> {
        self.0
    }

    fn varint(&mut self, mut value: u64) {
        while value >= 0x80 {
            self.0.push((value as u8) | 0x80);
            value >>= 7;
        }
        self.0.push(value as u8);
    }

    fn tag(&mut self, field: u32, wire_type: u32) {
        self.varint(u64::from((field << 3) | wire_type));
    }

    /// Writes a `uint64`, `uint32`, `int64` or enumeration.
    pub fn number(&mut self, field: u32, value: u64) -> &mut Message {
        self.tag(field, 0);
        self.varint(value);
        self
    }

    /// Writes a `double`.
    pub fn double(&mut self, field: u32, value: f64) -> &mut Message {
        self.tag(field, 1);
        self.0.extend(value.to_le_bytes());
        self
    }

    /// Writes a `fixed64`.
    pub fn fixed(&mut self, field: u32, value: u64) -> &mut Message {
        self.tag(field, 1);
        self.0.extend(value.to_le_bytes());
        self
    }

    /// Writes a `string`.
    pub fn text(&mut self, field: u32, value: &str) -> &mut Message {
        self.bytes(field, value.as_bytes())
    }

    /// Writes a nested message.
    pub fn message(&mut self, field: u32, value: &Message) -> &mut Message {
        self.bytes(field, &value.0)
    }

    fn bytes(&mut self, field: u32, value: &[u8]) -> &mut Message {
        self.tag(field, 2);
        self.varint(value.len() as u64);
        self.0.extend(value);
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_have_the_bytes_of_the_specification() {
        // The three examples of its introduction: 150 in field 1, "testing" in field 2, the first within field 3.
        let mut inner = Message::default();
        inner.number(1, 150);
        assert_eq!(inner.0, [0x08, 0x96, 0x01]);
        let mut outer = Message::default();
        outer.text(2, "testing").message(3, &inner).double(4, 1.0).fixed(5, 2).number(6, u64::MAX);
        let mut expected = vec![0x12, 7];
        expected.extend(b"testing");
        expected.extend([0x1a, 3, 0x08, 0x96, 0x01]);
        expected.extend([0x21, 0, 0, 0, 0, 0, 0, 0xf0, 0x3f]);
        expected.extend([0x29, 2, 0, 0, 0, 0, 0, 0, 0]);
        expected.extend([0x30, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01]);
        assert_eq!(outer.finish(), expected);
    }
}
