//! The number of open intervals over time, at the resolution of a chart.

/// Returns the mean number of intervals open in each of `bins` equal parts of `from..to`, weighted by time.
///
/// `intervals` are (start, end) in the unit of `from` and `to`, in any order; parts outside the range are cut off, and
/// an interval that ends before it starts counts as empty. The sum over the bins times the width of a bin is exactly
/// the time spent in the range, because sums are integers until the end. All zero if the range is empty. O(n + bins) by
/// a difference array.
pub fn depth(intervals: &[(i64, i64)], from: i64, to: i64, bins: usize) -> Vec<f64> {
    let span = i128::from(to) - i128::from(from);
    if span <= 0 || bins == 0 {
        return vec![0.0; bins];
    }
    // On a scale where a bin is `span` long and the range is `span * bins`, every border is an integer.
    let scale = |t: i64| (i128::from(t.clamp(from, to)) - i128::from(from)) * bins as i128;
    let mut whole = vec![0i64; bins + 1];
    let mut part = vec![0i128; bins + 1];
    for &(start, end) in intervals {
        let (start, end) = (scale(start), scale(end));
        if end <= start {
            continue;
        }
        let (first, last) = ((start / span) as usize, (end / span) as usize);
        if first == last {
            part[first] += end - start;
        } else {
            part[first] += span - start % span;
            part[last] += end % span;
            whole[first + 1] += 1;
            whole[last] -= 1;
        }
    }
    let mut open = 0;
    (0..bins)
        .map(|bin| {
            open += whole[bin];
            open as f64 + part[bin] as f64 / span as f64
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::depth;
    use proptest::prelude::*;

    #[test]
    fn parts_of_bins_count_by_time() {
        assert_eq!(depth(&[(0, 10)], 0, 10, 2), [1.0, 1.0]);
        assert_eq!(depth(&[(0, 5), (0, 10), (7, 8)], 0, 10, 2), [2.0, 1.2]);
        assert_eq!(depth(&[(-100, 3), (9, 100)], 0, 10, 5), [1.0, 0.5, 0.0, 0.0, 0.5]);
        assert_eq!(depth(&[(4, 4), (8, 2)], 0, 10, 1), [0.0]);
    }

    #[test]
    fn degenerate_ranges_give_zeros() {
        assert_eq!(depth(&[(0, 10)], 5, 5, 3), [0.0; 3]);
        assert_eq!(depth(&[(0, 10)], 9, 1, 1), [0.0]);
        assert!(depth(&[(0, 10)], 0, 10, 0).is_empty());
        assert_eq!(depth(&[(i64::MIN, i64::MAX)], i64::MIN, i64::MAX, 4), [1.0; 4]);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn agrees_with_the_definition(
            intervals in prop::collection::vec((-20i64..60, -20i64..60), 0..40),
            from in -5i64..10, len in 1i64..50, bins in 1usize..17,
        ) {
            let (to, width) = (from + len, len as f64 / bins as f64);
            let got = depth(&intervals, from, to, bins);
            for (bin, &mean) in got.iter().enumerate() {
                let (left, right) = (from as f64 + bin as f64 * width, from as f64 + (bin + 1) as f64 * width);
                let want: f64 = intervals.iter()
                    .map(|&(start, end)| (right.min(end as f64) - left.max(start as f64)).max(0.0) / width).sum();
                prop_assert!((mean - want).abs() < 1e-9, "bin {}: {} instead of {}", bin, mean, want);
            }
        }
    }
}
