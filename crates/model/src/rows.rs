//! Compressed rows: for each of `n` items a slice of indices, in two flat arrays.

/// `targets[starts[i]..starts[i + 1]]` belongs to item `i`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rows {
    pub(crate) starts: Vec<u32>,
    pub(crate) targets: Vec<u32>,
}

impl Rows {
    /// Rows of `n` items from (item, target) pairs; the order within a row is that of the pairs. O(n + pairs).
    pub fn from_pairs(n: usize, pairs: &[(u32, u32)]) -> Rows {
        Rows::collect(n, pairs.iter().copied())
    }

    /// The same of pairs that are nowhere gathered; they are gone through twice.
    pub(crate) fn collect(n: usize, pairs: impl Iterator<Item = (u32, u32)> + Clone) -> Rows {
        let mut starts = vec![0u32; n + 1];
        let mut count = 0;
        for (from, _) in pairs.clone() {
            starts[from as usize + 1] += 1;
            count += 1;
        }
        for i in 0..n {
            starts[i + 1] += starts[i];
        }
        let mut next = starts.clone();
        let mut targets = vec![0u32; count];
        for (from, to) in pairs {
            targets[next[from as usize] as usize] = to;
            next[from as usize] += 1;
        }
        Rows { starts, targets }
    }

    /// The targets of item `i`.
    pub fn row(&self, i: usize) -> &[u32] {
        match (self.starts.get(i), self.starts.get(i + 1)) {
            (Some(&a), Some(&b)) => &self.targets[a as usize..b as usize],
            _ => &[],
        }
    }

    /// Number of items.
    pub fn len(&self) -> usize {
        self.starts.len().saturating_sub(1)
    }

    /// Returns whether there are no items.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Number of pairs.
    pub fn pair_count(&self) -> usize {
        self.targets.len()
    }

    /// All (item, target) pairs in order.
    pub fn pairs(&self) -> impl Iterator<Item = (u32, u32)> + '_ {
        (0..self.len()).flat_map(move |i| self.row(i).iter().map(move |&t| (i as u32, t)))
    }
}
