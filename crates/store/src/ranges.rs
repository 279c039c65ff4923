//! The stored numbers of a producer, as ranges.

use std::collections::BTreeMap;

/// A set of numbers as ranges that neither touch nor overlap: from the first number of each range to its last.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Ranges(BTreeMap<u64, u64>);

impl Ranges {
    /// Builds ranges from pairs of first and last number, which may touch and overlap.
    pub(crate) fn of(pairs: impl IntoIterator<Item = (u64, u64)>) -> Ranges {
        let mut ranges = Ranges::default();
        pairs.into_iter().for_each(|(first, last)| ranges.add(first, last));
        ranges
    }

    /// Returns whether it contains a number.
    pub(crate) fn holds(&self, number: u64) -> bool {
        self.0.range(..=number).next_back().is_some_and(|(_, &last)| number <= last)
    }

    /// Adds a number. Returns whether it is new. O(log n).
    pub(crate) fn insert(&mut self, number: u64) -> bool {
        if self.holds(number) {
            return false;
        }
        self.add(number, number);
        true
    }

    fn add(&mut self, first: u64, last: u64) {
        let (mut first, mut last) = (first, last.max(first));
        let before = self.0.range(..=first).next_back();
        if let Some((&from, &to)) = before.filter(|(_, to)| to.saturating_add(1) >= first) {
            (first, last) = (from, last.max(to));
        }
        while let Some((&from, &to)) = self.0.range(first..=last.saturating_add(1)).next() {
            last = last.max(to);
            self.0.remove(&from);
        }
        self.0.insert(first, last);
    }

    /// Returns the greatest number.
    pub(crate) fn last(&self) -> Option<u64> {
        self.0.last_key_value().map(|(_, &last)| last)
    }

    /// Iterates over the first and last number of each range, in order.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (u64, u64)> {
        self.0.iter().map(|(&first, &last)| (first, last))
    }

    /// Returns the changes to stored rows that turn `before` into these ranges: the first numbers of rows to remove,
    /// and rows to write.
    #[cfg(any(test, feature = "sqlite", feature = "postgres", feature = "mysql"))]
    pub(crate) fn changes(&self, before: &Ranges) -> (Vec<u64>, Vec<(u64, u64)>) {
        let gone = before.0.keys().filter(|first| !self.0.contains_key(first)).copied().collect();
        let new = self.iter().filter(|(first, last)| before.0.get(first) != Some(last)).collect();
        (gone, new)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn touching_ranges_become_one() {
        let mut ranges = Ranges::of([(1, 3), (7, 9)]);
        assert!(ranges.insert(4) && !ranges.insert(4) && ranges.insert(6));
        assert_eq!(ranges, Ranges::of([(1, 4), (6, 9)]));
        assert!(ranges.insert(5));
        assert_eq!(ranges.iter().collect::<Vec<_>>(), [(1, 9)]);
        assert_eq!(ranges.changes(&Ranges::of([(1, 3), (7, 9)])), (vec![7], vec![(1, 9)]));
        let edge = Ranges::of([(u64::MAX - 1, u64::MAX), (0, 0)]);
        assert!(edge.holds(u64::MAX) && edge.holds(0) && !edge.holds(1));
    }

    proptest::proptest! {
        #[test]
        fn they_are_the_set_of_their_numbers(numbers in proptest::collection::vec(0u64..40, 0..80)) {
            let (mut ranges, mut set) = (Ranges::default(), BTreeSet::new());
            for &n in &numbers {
                assert_eq!(ranges.insert(n), set.insert(n));
            }
            for n in 0..42 {
                assert_eq!(ranges.holds(n), set.contains(&n));
            }
            assert_eq!(ranges.last(), set.last().copied());
            let rows: Vec<_> = ranges.iter().collect();
            assert!(rows.windows(2).all(|w| w[0].1 + 1 < w[1].0), "{rows:?}");
        }
    }
}
