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
    /// The hash of a string and its id, 0 where the slot is free: most strings that are not meant are
    /// told by the hash alone, and a larger table is filled without looking at any text.
    pub(crate) slots: Vec<(u32, u32)>,
    /// How many strings found no room in the 4 GiB that a `u32` addresses.
    pub(crate) refused: u64,
}

fn hash(text: &str) -> u32 {
    let mut h = FxHasher::default();
    h.write(text.as_bytes());
    // In wasm the hasher has 32 bits, elsewhere 64: both halves together hold what there is.
    let hash = h.finish();
    (hash ^ (hash >> 32)) as u32
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
        let print = hash(text);
        let mut at = place(print) & mask;
        while self.slots[at].1 != 0 {
            let (other, id) = self.slots[at];
            if other == print && self.bytes(id) == text.as_bytes() {
                return StrId(id);
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
        self.slots[at] = (print, id.0);
        id
    }

    fn bytes(&self, id: u32) -> &[u8] {
        let ends = &self.strings.ends;
        let (from, to) = (ends[id as usize - 1] as usize, ends[id as usize] as usize);
        &self.strings.text.as_bytes()[from..to]
    }

    fn grow(&mut self) {
        let size = (self.slots.len() * 2).max(1024);
        let mask = size - 1;
        let old = std::mem::replace(&mut self.slots, vec![(0, 0); size]);
        for slot in old.into_iter().filter(|s| s.1 != 0) {
            let mut at = place(slot.0) & mask;
            while self.slots[at].1 != 0 {
                at = (at + 1) & mask;
            }
            self.slots[at] = slot;
        }
    }
}

/// Where the search begins: the low bits count there, and of Fx these are not the best.
fn place(print: u32) -> usize {
    (print ^ (print >> 15)).wrapping_mul(0x9E37_79B1).rotate_left(16) as usize
}
