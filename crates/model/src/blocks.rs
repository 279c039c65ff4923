//! A column that grows by blocks: existing rows are never copied to make room, and freezing the column frees each block
//! as it is converted.

use std::ops::{Index, IndexMut};

/// Number of rows in a block.
const ROWS: usize = 1 << SHIFT;
const SHIFT: u32 = 13;

/// A column on its way.
#[derive(Clone, Debug)]
pub(crate) struct Blocks<T> {
    /// All but the last are full.
    blocks: Vec<Vec<T>>,
}

impl<T> Default for Blocks<T> {
    fn default() -> Blocks<T> {
        Blocks { blocks: Vec::new() }
    }
}

impl<T: Copy> Blocks<T> {
    pub(crate) fn len(&self) -> usize {
        self.blocks.last().map_or(0, |last| (self.blocks.len() - 1) * ROWS + last.len())
    }

    pub(crate) fn push(&mut self, value: T) {
        match self.blocks.last_mut() {
            Some(last) if last.len() < ROWS => last.push(value),
            // A run of a few tasks needs no whole block, nor room for others: a file may hold a million of them.
            None => {
                self.blocks.reserve_exact(1);
                self.blocks.push(vec![value]);
            }
            Some(_) => {
                let mut next = Vec::with_capacity(ROWS);
                next.push(value);
                self.blocks.push(next);
            }
        }
    }

    pub(crate) fn get(&self, i: usize) -> Option<T> {
        self.blocks.get(i >> SHIFT)?.get(i & (ROWS - 1)).copied()
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = T> + '_ {
        self.blocks.iter().flatten().copied()
    }

    pub(crate) fn for_each_mut(&mut self, f: impl FnMut(&mut T)) {
        self.blocks.iter_mut().flatten().for_each(f);
    }

    /// Returns the rows in the order of `order`, or in their present order without one.
    pub(crate) fn freeze(mut self, order: Option<&[u32]>) -> Vec<T> {
        match order {
            Some(order) => order.iter().map(|&i| self[i as usize]).collect(),
            None if self.blocks.len() == 1 => self.blocks.pop().unwrap_or_default(),
            None => {
                let mut all = Vec::with_capacity(self.len());
                for block in self.blocks {
                    all.extend_from_slice(&block);
                }
                all
            }
        }
    }
}

impl<T> Index<usize> for Blocks<T> {
    type Output = T;
    fn index(&self, i: usize) -> &T {
        &self.blocks[i >> SHIFT][i & (ROWS - 1)]
    }
}

impl<T> IndexMut<usize> for Blocks<T> {
    fn index_mut(&mut self, i: usize) -> &mut T {
        &mut self.blocks[i >> SHIFT][i & (ROWS - 1)]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_stay_where_they_are() {
        let mut b = Blocks::default();
        let n = 3 * ROWS as u32 + 5;
        (0..n).for_each(|i| b.push(i));
        b[ROWS] = 7;
        assert_eq!((b.len(), b[0], b[ROWS], b.get(n as usize)), (n as usize, 0, 7, None));
        assert_eq!(b.clone().freeze(Some(&[2, ROWS as u32])), [2, 7]);
        let all = b.freeze(None);
        assert_eq!((all.len(), all[n as usize - 1]), (n as usize, n - 1));
        assert!(Blocks::<u8>::default().freeze(None).is_empty());
    }
}
