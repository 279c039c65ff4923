//! Sorting with one routine for all types.
//!
//! Each instantiation of the standard library's sort takes about seven kilobytes of code; a hundred of them were a
//! fifth of the page. This function sorts indices with one shared routine and then moves the items. It takes two to
//! three times as long, which matters from some hundred thousand items on, so code that sorts all attempts of a run
//! uses the standard library.

use std::cmp::Ordering;

/// Stable sorting for slices that are mostly short.
///
/// ```
/// use makespan_model::Order as _;
/// let mut words = ["pear", "fig", "date"];
/// words.order_by_key(|word| word.len());
/// assert_eq!(words, ["fig", "pear", "date"]);
/// ```
pub trait Order<T> {
    /// Sorts by a comparison, as `sort_by` does.
    fn order_by(&mut self, compare: impl FnMut(&T, &T) -> Ordering);

    /// Sorts by a key that is computed for every comparison, as `sort_by_key` does.
    fn order_by_key<K: Ord>(&mut self, key: impl FnMut(&T) -> K);

    /// Sorts by a key that is computed once for every item, as `sort_by_cached_key` does.
    fn order_by_cached_key<K: Ord>(&mut self, key: impl FnMut(&T) -> K);
}

impl<T> Order<T> for [T] {
    fn order_by(&mut self, mut compare: impl FnMut(&T, &T) -> Ordering) {
        let places = sorted(self.len(), &mut |a, b| compare(&self[a], &self[b]));
        arrange(self, places);
    }

    fn order_by_key<K: Ord>(&mut self, mut key: impl FnMut(&T) -> K) {
        self.order_by(|a, b| key(a).cmp(&key(b)));
    }

    fn order_by_cached_key<K: Ord>(&mut self, key: impl FnMut(&T) -> K) {
        let keys: Vec<K> = self.iter().map(key).collect();
        let places = sorted(self.len(), &mut |a, b| keys[a].cmp(&keys[b]));
        arrange(self, places);
    }
}

/// The one routine: the indices below `len` in the order that the comparison gives.
#[inline(never)]
fn sorted(len: usize, compare: &mut dyn FnMut(usize, usize) -> Ordering) -> Vec<usize> {
    let mut places: Vec<usize> = (0..len).collect();
    places.sort_by(|a, b| compare(*a, *b));
    places
}

/// Moves the item at each given index to its place, cycle by cycle.
fn arrange<T>(items: &mut [T], mut places: Vec<usize>) {
    for start in 0..items.len() {
        let mut at = start;
        loop {
            let from = std::mem::replace(&mut places[at], at);
            if from == start {
                break;
            }
            items.swap(at, from);
            at = from;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn items_come_in_the_order_of_the_standard_library(items in proptest::collection::vec((0..20_u8, any::<u16>()), 0..80)) {
            let (mut expected, mut by, mut by_key, mut cached) = (items.clone(), items.clone(), items.clone(), items);
            expected.sort_by_key(|item| item.0);
            by.order_by(|a, b| a.0.cmp(&b.0));
            by_key.order_by_key(|item| item.0);
            cached.order_by_cached_key(|item| item.0);
            prop_assert_eq!(&by, &expected);
            prop_assert_eq!(&by_key, &expected);
            prop_assert_eq!(&cached, &expected);
        }
    }
}
