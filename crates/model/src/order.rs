//! Sorting with two routines for all types.
//!
//! Each instantiation of the standard library's sort takes about seven kilobytes of code; a hundred of them were a
//! tenth of the engine, and a browser optimises each of them that becomes hot. The functions here sort places with a
//! shared routine and then move the items: by a comparison, which takes two to three times as long as the standard
//! library, or by whole numbers, which is faster than it and suits everything that is as long as a run.

use std::cmp::{Ordering, Reverse};

use crate::{AttemptId, StrId, TaskId};

/// Stable sorting of slices of at most [`u32::MAX`] items.
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

    /// Sorts items that are whole numbers, or tuples of them. O(n).
    fn order(&mut self)
    where
        T: Numbers;

    /// Sorts by whole numbers, which are computed a few times for every item. O(n).
    ///
    /// ```
    /// use makespan_model::Order as _;
    /// use std::cmp::Reverse;
    /// let mut spans = [(5, 9), (0, 3), (5, 6)];
    /// spans.order_by_numbers(|&(start, end)| (start, Reverse(end)));
    /// assert_eq!(spans, [(0, 3), (5, 9), (5, 6)]);
    /// ```
    fn order_by_numbers<K: Numbers>(&mut self, key: impl Fn(&T) -> K);
}

/// A key of one or several whole numbers, the first of which matters most. [`Reverse`] sorts in descending order, and
/// floating-point numbers sort as [`f64::total_cmp`] does.
pub trait Numbers {
    /// How many numbers it has.
    const COUNT: usize;

    /// The number in a position below [`Numbers::COUNT`].
    fn number(&self, position: usize) -> i64;
}

macro_rules! number {
    ($($type:ty: $of:expr,)*) => {$(
        impl Numbers for $type {
            const COUNT: usize = 1;

            #[inline]
            fn number(&self, _position: usize) -> i64 {
                let of: fn($type) -> i64 = $of;
                of(*self)
            }
        }
    )*};
}

number! {
    bool: i64::from,
    u8: i64::from,
    u16: i64::from,
    u32: i64::from,
    i32: i64::from,
    i64: |n| n,
    u64: |n| (n ^ 1 << 63) as i64,
    usize: |n| (n as u64 ^ 1 << 63) as i64,
    f64: rank,
    StrId: |id| id.0.into(),
    TaskId: |id| id.0.into(),
    AttemptId: |id| id.0.into(),
}

impl<T: Numbers> Numbers for Reverse<T> {
    const COUNT: usize = T::COUNT;

    #[inline]
    fn number(&self, position: usize) -> i64 {
        !self.0.number(position)
    }
}

impl<T: Numbers, const N: usize> Numbers for [T; N] {
    const COUNT: usize = N * T::COUNT;

    #[inline]
    fn number(&self, position: usize) -> i64 {
        self[position / T::COUNT].number(position % T::COUNT)
    }
}

macro_rules! numbers {
    ($($type:ident $at:tt),*) => {
        impl<$($type: Numbers),*> Numbers for ($($type,)*) {
            const COUNT: usize = 0 $(+ $type::COUNT)*;

            #[inline]
            fn number(&self, mut position: usize) -> i64 {
                $(
                    if position < $type::COUNT {
                        return self.$at.number(position);
                    }
                    position -= $type::COUNT;
                )*
                let _ = position;
                0
            }
        }
    };
}

numbers!(A 0, B 1);
numbers!(A 0, B 1, C 2);
numbers!(A 0, B 1, C 2, D 3);
numbers!(A 0, B 1, C 2, D 3, E 4);

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

    fn order(&mut self)
    where
        T: Numbers,
    {
        by_numbers(self, T::COUNT, |item, position| item.number(position));
    }

    fn order_by_numbers<K: Numbers>(&mut self, key: impl Fn(&T) -> K) {
        by_numbers(self, K::COUNT, |item, position| key(item).number(position));
    }
}

/// Sorts by the numbers in the positions below `count`.
fn by_numbers<T>(items: &mut [T], count: usize, number: impl Fn(&T, usize) -> i64) {
    let follows = |a: &T, b: &T| {
        let unequal = (0..count).map(|at| number(a, at).cmp(&number(b, at))).find(|order| order.is_ne());
        unequal.is_none_or(Ordering::is_lt)
    };
    if items.is_sorted_by(follows) {
        return;
    }
    let mut places: Vec<u32> = (0..items.len() as u32).collect();
    let mut numbers: Vec<i64> = Vec::with_capacity(items.len());
    for position in (0..count).rev() {
        numbers.clear();
        numbers.extend(items.iter().map(|item| number(item, position)));
        order_places(&mut places, &numbers);
    }
    arrange(items, places);
}

/// Returns a whole number that sorts as [`f64::total_cmp`] does.
fn rank(number: f64) -> i64 {
    let bits = number.to_bits() as i64;
    bits ^ (((bits >> 63) as u64) >> 1) as i64
}

/// Below this length, comparing is faster than counting.
const SHORT: usize = 256;
/// Bits of a number that are sorted in one pass.
const DIGIT: u32 = 11;

/// Sorts places by the number at each of them, and leaves those with equal numbers in their order: a radix sort from the
/// lowest digit up (Knuth, *The Art of Computer Programming*, vol. 3, 5.2.5, algorithm R).
#[inline(never)]
fn order_places(places: &mut Vec<u32>, numbers: &[i64]) {
    let at = |place: &u32| numbers[*place as usize];
    if places.is_sorted_by_key(at) {
        return;
    }
    if places.len() < SHORT {
        return places.sort_by_key(at);
    }
    let least = numbers.iter().copied().min().unwrap_or(0);
    let most = numbers.iter().copied().max().unwrap_or(0);
    let bits = u64::BITS - (most.wrapping_sub(least) as u64).leading_zeros();
    let mut spare = vec![0; places.len()];
    for shift in (0..bits).step_by(DIGIT as usize) {
        pass(places, &mut spare, numbers, least, shift);
        std::mem::swap(places, &mut spare);
    }
}

/// Sorts places by one digit of their numbers.
#[inline(never)]
fn pass(places: &[u32], sorted: &mut [u32], numbers: &[i64], least: i64, shift: u32) {
    let digit = |place: u32| {
        (numbers[place as usize].wrapping_sub(least) as u64 >> shift) as usize & ((1 << DIGIT) - 1)
    };
    let mut ends = [0_u32; 1 << DIGIT];
    places.iter().for_each(|place| ends[digit(*place)] += 1);
    let mut end = 0;
    for count in &mut ends {
        end += *count;
        *count = end;
    }
    for place in places.iter().rev() {
        let end = &mut ends[digit(*place)];
        *end -= 1;
        sorted[*end as usize] = *place;
    }
}

/// Returns the indices below `len` in the order that the comparison gives.
#[inline(never)]
fn sorted(len: usize, compare: &mut dyn FnMut(usize, usize) -> Ordering) -> Vec<u32> {
    let mut places: Vec<u32> = (0..len as u32).collect();
    places.sort_by(|a, b| compare(*a as usize, *b as usize));
    places
}

/// Moves the item at each given index to its place, cycle by cycle.
fn arrange<T>(items: &mut [T], mut places: Vec<u32>) {
    for start in 0..items.len() {
        let mut at = start;
        loop {
            let from = std::mem::replace(&mut places[at], at as u32) as usize;
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

        #[test]
        fn numbers_of_any_size_come_in_the_order_of_the_standard_library(
            items in proptest::collection::vec((prop_oneof![Just(i64::MIN), Just(i64::MAX), -3_i64..3, any::<i64>()], 0..3_i64), 0..900),
        ) {
            let (mut expected, mut found) = (items.clone(), items);
            let mut alone = found.clone();
            expected.sort_unstable();
            alone.order();
            prop_assert_eq!(&alone, &expected);
            expected.sort_by_key(|item| (item.0, Reverse(item.1)));
            found.order_by_numbers(|item| (item.0, Reverse(item.1)));
            prop_assert_eq!(&found, &expected);
        }

        #[test]
        fn ranks_of_numbers_come_in_their_total_order(a in any::<f64>(), b in any::<f64>()) {
            prop_assert_eq!(rank(a).cmp(&rank(b)), a.total_cmp(&b));
        }
    }
}
