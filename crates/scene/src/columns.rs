//! Columns of bars in binary formats: the bytes of all their values at once, since decoding value by value was most of
//! the time in which a page received a picture. Readable formats keep lists of values.

use std::fmt;
use std::marker::PhantomData;

use serde::de::{Error, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::items::{Hit, Paint};
use crate::role::Role;

/// A value of a fixed number of bytes.
pub(crate) trait Fixed<const N: usize>: Copy {
    /// Its bytes, the least significant first.
    fn bytes(self) -> [u8; N];

    /// The value of these bytes; `None` if there is none.
    fn of(bytes: [u8; N]) -> Option<Self>;
}

impl Fixed<4> for f32 {
    fn bytes(self) -> [u8; 4] {
        self.to_le_bytes()
    }

    fn of(bytes: [u8; 4]) -> Option<f32> {
        Some(f32::from_le_bytes(bytes))
    }
}

impl Fixed<8> for Hit {
    fn bytes(self) -> [u8; 8] {
        self.0.to_le_bytes()
    }

    fn of(bytes: [u8; 8]) -> Option<Hit> {
        Some(Hit(u64::from_le_bytes(bytes)))
    }
}

impl Fixed<2> for Paint {
    fn bytes(self) -> [u8; 2] {
        [self.role as u8, self.alpha]
    }

    fn of([role, alpha]: [u8; 2]) -> Option<Paint> {
        Some(Paint { role: *Role::ALL.get(usize::from(role))?, alpha })
    }
}

/// Writes a column.
pub(crate) fn serialize<const N: usize, T: Fixed<N> + Serialize, S: Serializer>(
    column: &[T],
    serializer: S,
) -> Result<S::Ok, S::Error> {
    if serializer.is_human_readable() {
        return column.serialize(serializer);
    }
    let mut bytes = Vec::with_capacity(column.len() * N);
    column.iter().for_each(|value| bytes.extend_from_slice(&value.bytes()));
    serializer.serialize_bytes(&bytes)
}

/// Reads a column.
pub(crate) fn deserialize<'de, const N: usize, T: Fixed<N> + Deserialize<'de>, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Vec<T>, D::Error> {
    if deserializer.is_human_readable() {
        return Vec::deserialize(deserializer);
    }
    deserializer.deserialize_bytes(Bytes(PhantomData))
}

/// Reads the bytes of a column.
struct Bytes<T, const N: usize>(PhantomData<T>);

impl<const N: usize, T: Fixed<N>> Visitor<'_> for Bytes<T, N> {
    type Value = Vec<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "values of {N} bytes")
    }

    fn visit_bytes<E: Error>(self, bytes: &[u8]) -> Result<Vec<T>, E> {
        let (values, rest) = bytes.as_chunks::<N>();
        let column: Option<Vec<T>> = values.iter().map(|value| T::of(*value)).collect();
        column.filter(|_| rest.is_empty()).ok_or_else(|| E::custom("a column of bars is damaged"))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::items::{Bars, Rect};

    fn bars() -> Bars {
        let mut bars = Bars::default();
        bars.push(Rect::new(1.5, -2.0, 3.25, 0.0), Role::Failed, Hit(1 << 40));
        bars.push(Rect::new(f32::MAX, 0.1, 9.0, 4.0), Paint { role: Role::Heat3, alpha: 9 }, Hit::NONE);
        bars
    }

    #[test]
    fn bars_are_the_same_after_writing_and_reading() {
        let binary = postcard::to_allocvec(&bars()).unwrap();
        assert_eq!(postcard::from_bytes::<Bars>(&binary).unwrap(), bars());
        let text = serde_json::to_string(&bars()).unwrap();
        assert!(text.contains(r#""fill":[{"role":"Failed","alpha":255}"#), "{text}");
        assert_eq!(serde_json::from_str::<Bars>(&text).unwrap(), bars());
    }

    #[test]
    fn a_damaged_column_is_refused() {
        let binary = postcard::to_allocvec(&bars()).unwrap();
        for cut in 0..binary.len() {
            assert!(postcard::from_bytes::<Bars>(&binary[..cut]).is_err(), "{cut}");
        }
        let unknown = [u8::MAX, 0];
        assert_eq!(<Paint as Fixed<2>>::of(unknown), None);
    }
}
