//! All strings of a run in one arena, each once.

use std::hash::Hasher;

use rustc_hash::FxHasher;

/// Index of a string of one run; 0 is the empty string.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct StrId(pub u32);

impl StrId {
    /// The empty string, which stands for an absent one.
    pub const EMPTY: StrId = StrId(0);

    /// Whether it is the empty string.
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }
}

/// The strings: `ends[i]` is where string `i` ends in `text`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Strings {
    pub(crate) text: String,
    pub(crate) ends: Vec<u32>,
}

impl Default for Strings {
    fn default() -> Strings {
        Strings { text: String::new(), ends: vec![0] }
    }
}

impl Strings {
    /// The string of an id; empty for an id of another run.
    pub fn get(&self, id: StrId) -> &str {
        let i = id.0 as usize;
        let from = if i == 0 { 0 } else { self.ends.get(i - 1).copied().unwrap_or(0) };
        let to = self.ends.get(i).copied().unwrap_or(from);
        self.text.get(from as usize..to as usize).unwrap_or("")
    }

    /// How many strings.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether only the empty string is there.
    pub fn is_empty(&self) -> bool {
        self.ends.len() <= 1
    }
}

/// Finds the id of a string or gives it one: open addressing over the arena, no second copy of any text.
#[derive(Debug, Default)]
pub(crate) struct Interner {
    pub(crate) strings: Strings,
    slots: Vec<u32>,
    /// How many strings found no room in the 4 GiB that a `u32` addresses.
    pub(crate) refused: u64,
}

fn hash(text: &str) -> u64 {
    let mut h = FxHasher::default();
    h.write(text.as_bytes());
    // The low bits choose the slot; Fx leaves its entropy in the high ones.
    h.finish() ^ (h.finish() >> 29)
}

impl Interner {
    pub(crate) fn intern(&mut self, text: &str) -> StrId {
        if text.is_empty() {
            return StrId::EMPTY;
        }
        if self.slots.len() < (self.strings.len() + 1) * 2 {
            self.grow();
        }
        let mask = self.slots.len() - 1;
        let mut at = hash(text) as usize & mask;
        while self.slots[at] != 0 {
            let id = StrId(self.slots[at]);
            if self.strings.get(id) == text {
                return id;
            }
            at = (at + 1) & mask;
        }
        let Ok(end) = u32::try_from(self.strings.text.len() + text.len()) else {
            self.refused += 1;
            return StrId::EMPTY;
        };
        let id = StrId(self.strings.ends.len() as u32);
        self.strings.text.push_str(text);
        self.strings.ends.push(end);
        self.slots[at] = id.0;
        id
    }

    fn grow(&mut self) {
        let size = (self.slots.len() * 2).max(1024);
        let mask = size - 1;
        self.slots = vec![0; size];
        for i in 1..self.strings.len() as u32 {
            let mut at = hash(self.strings.get(StrId(i))) as usize & mask;
            while self.slots[at] != 0 {
                at = (at + 1) & mask;
            }
            self.slots[at] = i;
        }
    }
}
