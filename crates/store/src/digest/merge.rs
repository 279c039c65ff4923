//! How what an event says is merged with what is known.

use makespan_format::clip;

use crate::key::key;

/// Names are kept up to this many bytes in summaries; the events hold them whole.
pub(crate) const LONGEST_TEXT: usize = 1 << 10;

/// Which event spoke last: its producer, by a number made of its id, and its own number.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Stamp {
    /// Stands for the producer.
    pub producer: i64,
    /// Number of the event.
    pub seq: i64,
}

impl Stamp {
    /// The stamp of an event.
    pub fn new(producer: &str, seq: u64) -> Stamp {
        let [a, b, c, d, e, f, g, h, ..] = key(producer);
        Stamp {
            producer: i64::from_le_bytes([a, b, c, d, e, f, g, h]),
            seq: i64::try_from(seq).unwrap_or(i64::MAX),
        }
    }

    /// Whether `next` was sent before this one, by the same producer.
    fn is_after(self, next: Stamp) -> bool {
        self.producer == next.producer && next.seq < self.seq
    }
}

/// How what an event says is merged: it replaces what was said before it, and yields to what was said after it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Merge {
    Replace,
    Fill,
}

impl Merge {
    /// Moves the stamp on, where the event is in order.
    pub(super) fn of(stamp: &mut Stamp, next: Stamp) -> Merge {
        if stamp.is_after(next) {
            return Merge::Fill;
        }
        *stamp = next;
        Merge::Replace
    }

    pub(super) fn put<T>(self, slot: &mut Option<T>, value: Option<T>) {
        if value.is_some() && (self == Merge::Replace || slot.is_none()) {
            *slot = value;
        }
    }

    pub(super) fn put_text(self, slot: &mut Option<String>, value: Option<&str>) {
        if let Some(value) = value
            && (self == Merge::Replace || slot.is_none())
        {
            *slot = Some(clip(value, LONGEST_TEXT).to_owned());
        }
    }
}
