//! Rules for merging an event into what is already known.

use makespan_format::clip;

use crate::key::key;

/// Maximum length of a name in summaries, in bytes; the events contain the whole name.
pub(crate) const LONGEST_TEXT: usize = 1 << 10;

/// Identifies the latest event: its producer, as a number made from the producer's id, and its own number.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Stamp {
    /// Number made from the producer's id.
    pub producer: i64,
    /// Number of the event.
    pub seq: i64,
}

impl Stamp {
    /// Returns the stamp of an event.
    pub fn new(producer: &str, seq: u64) -> Stamp {
        let [a, b, c, d, e, f, g, h, ..] = key(producer);
        Stamp {
            producer: i64::from_le_bytes([a, b, c, d, e, f, g, h]),
            seq: i64::try_from(seq).unwrap_or(i64::MAX),
        }
    }

    /// Returns whether `next` was sent before this one, by the same producer.
    fn is_after(self, next: Stamp) -> bool {
        self.producer == next.producer && next.seq < self.seq
    }
}

/// How an event is merged: it replaces earlier values, or only fills in values that are unknown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Merge {
    Replace,
    Fill,
}

impl Merge {
    /// Decides how an event is merged, and advances the stamp if the event is in order.
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
