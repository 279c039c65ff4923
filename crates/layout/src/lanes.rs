//! Rows for intervals that overlap: greedy interval partitioning, which needs exactly as many rows as there are
//! intervals open at once (Kleinberg and Tardos, *Algorithm Design*, 4.1).

use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// Assigns a row, from 0, to every interval, such that no two intervals in a row overlap, with as few rows as possible.
///
/// `intervals` are (start, end) in any unit and any order. Returns the rows in the same order, and their number. An
/// interval that starts where another ends may share its row; one that ends before it starts counts as empty. The
/// lowest free row is used. Of those that start together, the longer has the lower row, except that empty ones come
/// first. O(n log n).
pub fn pack(intervals: &[(i64, i64)]) -> (Vec<u32>, u32) {
    let mut by_start: Vec<u32> = (0..intervals.len() as u32).collect();
    let key = |&(start, end): &(i64, i64)| (start, end > start, Reverse(end.max(start)));
    if !intervals.is_sorted_by_key(key) {
        by_start.sort_by_key(|&i| key(&intervals[i as usize]));
    }

    let mut rows = vec![0; intervals.len()];
    let mut count = 0;
    let mut busy: BinaryHeap<Reverse<(i64, u32)>> = BinaryHeap::new();
    let mut free: BinaryHeap<Reverse<u32>> = BinaryHeap::new();
    for i in by_start {
        let (start, end) = intervals[i as usize];
        while let Some(&Reverse((until, row))) = busy.peek() {
            if until > start {
                break;
            }
            busy.pop();
            free.push(Reverse(row));
        }
        let row = match free.pop() {
            Some(Reverse(row)) => row,
            None => {
                count += 1;
                count - 1
            }
        };
        rows[i as usize] = row;
        busy.push(Reverse((end.max(start), row)));
    }
    (rows, count)
}

#[cfg(test)]
mod tests {
    use super::pack;
    use proptest::prelude::*;

    #[test]
    fn touching_intervals_share_a_row() {
        assert_eq!(pack(&[(0, 4), (4, 9), (5, 7), (9, 9), (9, 12)]), (vec![0, 0, 1, 0, 0], 2));
    }

    #[test]
    fn what_contains_others_has_the_lower_row() {
        assert_eq!(pack(&[(0, 3), (0, 9), (3, 9), (0, 0)]), (vec![1, 0, 1, 0], 2));
    }

    #[test]
    fn order_of_the_input_is_kept() {
        assert_eq!(pack(&[(5, 8), (0, 6), (7, 3)]), (vec![1, 0, 0], 2));
        assert_eq!(pack(&[]), (vec![], 0));
        assert_eq!(pack(&[(i64::MIN, i64::MAX), (0, 0)]), (vec![0, 1], 2));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn rows_are_as_many_as_intervals_open_at_once(raw in prop::collection::vec((0i64..40, 0i64..12), 0..60)) {
            let intervals: Vec<(i64, i64)> = raw.iter().map(|&(start, len)| (start, start + len)).collect();
            let (rows, count) = pack(&intervals);
            for (i, a) in intervals.iter().enumerate() {
                prop_assert!(rows[i] < count);
                for (j, b) in intervals.iter().enumerate().skip(i + 1) {
                    prop_assert!(rows[i] != rows[j] || a.1 <= b.0 || b.1 <= a.0);
                }
            }
            let open = |t: i64| intervals.iter().filter(|&&(start, end)| start <= t && t < end).count();
            let most = (0..60).map(open).max().unwrap_or(0) as u32;
            // Empty intervals inside a longer one need a row that no instant counts.
            let empty = intervals.iter().filter(|i| i.0 == i.1).count() as u32;
            prop_assert!(count >= most && count <= most + empty.min(1));
        }
    }
}
