//! Rows for the attempts of A, such that each is in the row of the matching attempt of B, if possible.

use std::cmp::Reverse;
use std::collections::{BTreeSet, BinaryHeap};

/// Assigns a row to every interval such that no two in a row overlap, as in interval partitioning (Kleinberg and
/// Tardos, *Algorithm Design*, 4.1), but each in its preferred row if that is free. Otherwise uses the last free one of
/// the `count` existing rows (the first ones are preferred most), otherwise a new one.
///
/// `intervals` are (start, end) in the order of their starts; `preferred` is a row below `count`, or `None`. Returns
/// the rows and their number, at least `count`. O(n log n).
pub(super) fn prefer(intervals: &[(i64, i64)], preferred: &[Option<u32>], count: u32) -> (Vec<u32>, u32) {
    let mut count = count;
    let mut free: BTreeSet<u32> = (0..count).collect();
    let mut busy: BinaryHeap<Reverse<(i64, u32)>> = BinaryHeap::new();
    let mut rows = Vec::with_capacity(intervals.len());
    for (&(start, end), &wanted) in intervals.iter().zip(preferred) {
        while let Some(&Reverse((until, row))) = busy.peek() {
            if until > start {
                break;
            }
            busy.pop();
            free.insert(row);
        }
        let row = wanted.filter(|r| free.contains(r)).or_else(|| free.last().copied());
        let row = row.unwrap_or_else(|| {
            count += 1;
            count - 1
        });
        free.remove(&row);
        busy.push(Reverse((end.max(start), row)));
        rows.push(row);
    }
    (rows, count)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn intervals_get_their_preferred_row_unless_it_is_taken() {
        let some = |r: &[u32]| r.iter().map(|&r| (r < 9).then_some(r)).collect::<Vec<_>>();
        assert_eq!(prefer(&[(0, 4), (1, 5), (4, 6)], &some(&[1, 0, 1]), 2), (vec![1, 0, 1], 2));
        // Both prefer row 0: the second takes what is free, the third a new row.
        assert_eq!(prefer(&[(0, 4), (1, 5), (2, 6)], &some(&[0, 0, 0]), 2), (vec![0, 1, 2], 3));
        assert_eq!(prefer(&[(0, 4), (0, 4)], &some(&[9, 9]), 0), (vec![0, 1], 2));
        assert_eq!(prefer(&[(3, 1), (3, 3)], &some(&[0, 0]), 1), (vec![0, 0], 1));
        assert_eq!(prefer(&[], &[], 3), (vec![], 3));
    }
}
