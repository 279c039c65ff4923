//! All strings of a run in one arena, each once.

use std::hash::BuildHasher;

use crate::seeded::Seeded;

/// Index of a string of one run; 0 is the empty string.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct StrId(pub u32);

impl StrId {
    /// The empty string, which represents a missing one.
    pub const EMPTY: StrId = StrId(0);

    /// Whether it is the empty string.
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }
}

/// Bytes of text in a block of the arena; a longer string gets a block of its own.
const BLOCK: usize = 1 << SHIFT;
const SHIFT: u32 = 20;

/// The strings. Their text is stored in blocks, so that it is never copied to make room.
#[derive(Clone, Debug)]
pub struct Strings {
    blocks: Vec<Block>,
    /// The end of each string, counted as if the blocks were one text.
    ends: Vec<u32>,
    /// For each [`BLOCK`] of that text, the block in which it begins.
    block_at: Vec<u32>,
}

#[derive(Clone, Debug)]
struct Block {
    from: u32,
    text: String,
}

impl Default for Strings {
    fn default() -> Strings {
        Strings { blocks: Vec::new(), ends: vec![0], block_at: Vec::new() }
    }
}

impl PartialEq for Strings {
    fn eq(&self, other: &Strings) -> bool {
        self.ends == other.ends
            && (0..self.ends.len() as u32).all(|i| self.get(StrId(i)) == other.get(StrId(i)))
    }
}

impl Eq for Strings {}

impl Strings {
    /// The string of an id; empty for an id of another run.
    pub fn get(&self, id: StrId) -> &str {
        let i = id.0 as usize;
        if i == 0 {
            return "";
        }
        let (Some(&from), Some(&to)) = (self.ends.get(i - 1), self.ends.get(i)) else { return "" };
        let mut at = self.block_at.get((from >> SHIFT) as usize).copied().unwrap_or(0) as usize;
        while self.blocks.get(at + 1).is_some_and(|next| next.from <= from) {
            at += 1;
        }
        let Some(block) = self.blocks.get(at) else { return "" };
        block.text.get((from - block.from) as usize..(to - block.from) as usize).unwrap_or("")
    }

    /// Returns the number of strings.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether only the empty string is there.
    pub fn is_empty(&self) -> bool {
        self.ends.len() <= 1
    }

    /// Adds a string behind the others; `None` where the 4 GiB that a `u32` addresses hold no more.
    fn push(&mut self, text: &str) -> Option<StrId> {
        let from = self.ends.last().copied().unwrap_or(0);
        let end = u32::try_from(from as usize + text.len()).ok()?;
        match self.blocks.last_mut() {
            Some(last) if last.text.len() + text.len() <= BLOCK => last.text.push_str(text),
            last => {
                let mut block = Block { from, text: String::new() };
                // A run of a few strings needs no whole block.
                block.text.reserve_exact(if last.is_some() { text.len().max(BLOCK) } else { text.len() });
                block.text.push_str(text);
                self.blocks.reserve_exact(usize::from(self.blocks.is_empty()));
                self.blocks.push(block);
            }
        }
        while self.block_at.len() <= (end >> SHIFT) as usize {
            let begins = (self.block_at.len() as u32) << SHIFT;
            let behind = self.blocks.iter().rev().take_while(|b| b.from > begins).count();
            self.block_at.push((self.blocks.len() - 1 - behind) as u32);
        }
        self.ends.push(end);
        Some(StrId(self.ends.len() as u32 - 1))
    }
}

/// Finds the id of a string or gives it one: open addressing over the arena, no second copy of any text.
///
/// The hash is seeded anew in every process, so that no file can be made whose strings all meet in one slot. Ids are given
/// in the order of the strings, so that nothing depends on the seed.
#[derive(Clone, Debug, Default)]
pub struct Interner {
    seeds: Seeded,
    pub(crate) strings: Strings,
    /// Hash and id of a string, 0 if the slot is free. The hash alone rules out most other strings, and growing the
    /// table needs no text.
    pub(crate) slots: Vec<(u32, u32)>,
    /// Number of used slots.
    taken: usize,
    /// Number of strings that did not fit.
    pub(crate) refused: u64,
}

impl Interner {
    /// One that only gives back what is there: nothing is found in it.
    pub(crate) fn of(strings: Strings) -> Interner {
        Interner { strings, ..Interner::default() }
    }

    /// The string of an id; empty for an id of another interner.
    pub fn get(&self, id: StrId) -> &str {
        self.strings.get(id)
    }

    /// Returns the number of strings, including the empty one.
    pub fn len(&self) -> usize {
        self.strings.len()
    }

    /// Returns whether there is only the empty string.
    pub fn is_empty(&self) -> bool {
        self.strings.is_empty()
    }

    /// The id of a string that is there already.
    pub fn find(&self, text: &str) -> Option<StrId> {
        if text.is_empty() {
            return Some(StrId::EMPTY);
        }
        let at = self.slot(self.hash(text), text)?;
        Some(StrId(self.slots[at].1)).filter(|id| !id.is_empty())
    }

    /// Gives a string an id of its own without looking whether it is there: for texts that hardly repeat and that
    /// nobody looks for.
    pub fn append(&mut self, text: &str) -> StrId {
        if text.is_empty() {
            return StrId::EMPTY;
        }
        self.strings.push(text).unwrap_or_else(|| {
            self.refused += 1;
            StrId::EMPTY
        })
    }

    /// The id of a string, which is one of its own where it is new; that of the empty string where no room is left in
    /// the 4 GiB that an interner holds.
    pub fn intern(&mut self, text: &str) -> StrId {
        if text.is_empty() {
            return StrId::EMPTY;
        }
        // Four of five slots are taken at most.
        if (self.taken + 1) * 5 > self.slots.len() * 4 {
            self.grow();
        }
        let print = self.hash(text);
        let Some(at) = self.slot(print, text) else { return StrId::EMPTY };
        if self.slots[at].1 != 0 {
            return StrId(self.slots[at].1);
        }
        let id = self.append(text);
        if !id.is_empty() {
            self.slots[at] = (print, id.0);
            self.taken += 1;
        }
        id
    }

    fn hash(&self, text: &str) -> u32 {
        let hash = self.seeds.hash_one(text);
        (hash ^ (hash >> 32)) as u32
    }

    /// The slot of a string, or the free one that it would have.
    fn slot(&self, print: u32, text: &str) -> Option<usize> {
        let mask = self.slots.len().checked_sub(1)?;
        let mut at = place(print) & mask;
        loop {
            let (other, id) = self.slots[at];
            if id == 0 || (other == print && self.strings.get(StrId(id)) == text) {
                return Some(at);
            }
            at = (at + 1) & mask;
        }
    }

    fn grow(&mut self) {
        let size = (self.slots.len() * 2).max(8);
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

/// First slot to search.
fn place(print: u32) -> usize {
    print as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strings_are_found_again_across_blocks() {
        let mut all = Interner::default();
        let long = "x".repeat(3 * BLOCK + 17);
        let mut texts: Vec<String> = (0..9000).map(|i| format!("{i}{}", "y".repeat(i % 700))).collect();
        texts.insert(4000, long.clone());
        texts.insert(4001, "behind a long one".to_owned());
        texts.insert(0, long + "z");
        let ids: Vec<StrId> = texts.iter().map(|t| all.intern(t)).collect();
        for (text, id) in texts.iter().zip(&ids) {
            assert!(all.get(*id) == text && all.find(text) == Some(*id) && all.intern(text) == *id);
        }
        assert_eq!((all.len(), all.find("no such"), all.get(StrId(1 << 30))), (texts.len() + 1, None, ""));
    }
}
