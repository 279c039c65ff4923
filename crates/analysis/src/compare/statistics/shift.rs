//! The shift between two samples: the estimate of Hodges and Lehmann, with its interval.

use rustc_hash::FxHashMap;

use super::normal::distance;
use super::{LEVEL, sorted};

/// The shift from the first of two samples to the second.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Shift {
    /// The median of all differences, one value of the second less one of the first.
    pub estimate: f64,
    /// An interval that holds the true shift in at least 95 of 100 cases. None where the samples are too small for
    /// any: three against three hold it in 90 at the very most.
    pub interval: Option<(f64, f64)>,
}

/// The lower tail of the distribution of U for two samples of one distribution, by their sizes, from which intervals
/// are made. Cached, because it costs more than the estimate.
#[derive(Debug, Default)]
pub struct Depths {
    known: FxHashMap<(usize, usize), Tail>,
}

/// Of all splits of this number of values, those with U up to 0, 1, 2 …, up to half the level.
#[derive(Debug)]
struct Tail {
    upto: Vec<f64>,
    all: f64,
}

/// Sizes up to which the distribution of U is computed and not approximated, both samples together.
const EXACT: usize = 60;

impl Depths {
    /// The ends of an interval are the `k`-th smallest and the `k`-th largest difference for the largest `k` such that U
    /// is below `k` in at most half of `level`; none where that is 0. No level above [`LEVEL`].
    pub(super) fn of(&mut self, n1: usize, n2: usize, level: f64) -> Option<u64> {
        let k = if n1 + n2 <= EXACT {
            let sizes = (n1.min(n2), n1.max(n2));
            let tail = self.known.entry(sizes).or_insert_with(|| Tail::new(sizes.0, sizes.1));
            tail.upto.partition_point(|ways| *ways <= tail.all * level / 2.0) as u64
        } else {
            normal_depth(n1, n2, level)
        };
        (k > 0).then_some(k)
    }
}

impl Tail {
    /// By the number of partings for each value of U, where the values are all different (Mann & Whitney 1947).
    fn new(few: usize, many: usize) -> Tail {
        // ways[k][u]: subsets of k of the values so far that are larger than u of the others so far.
        let most = few * many;
        let mut ways = vec![vec![0u64; most + 1]; few + 1];
        ways[0][0] = 1;
        for value in 0..few + many {
            for k in (1..=few.min(value + 1)).rev() {
                // The k-th taken of value + 1 has all but k - 1 of those before it below it among the others.
                let below = value + 1 - k;
                if below > many {
                    continue;
                }
                let (fewer, these) = ways.split_at_mut(k);
                for u in below..=most {
                    these[0][u] += fewer[k - 1][u - below];
                }
            }
        }
        let all: f64 = ways[few].iter().map(|&w| w as f64).sum();
        let mut sum = 0.0;
        let upto = ways[few].iter().map(|&w| {
            sum += w as f64;
            sum
        });
        Tail { upto: upto.take_while(|ways| *ways <= all * LEVEL / 2.0).collect(), all }
    }
}

/// The same by the normal approximation, with the correction for continuity.
fn normal_depth(n1: usize, n2: usize, level: f64) -> u64 {
    let (m1, m2) = (n1 as f64, n2 as f64);
    let deviation = (m1 * m2 * (m1 + m2 + 1.0) / 12.0).sqrt();
    (m1 * m2 / 2.0 + 0.5 - distance(level) * deviation).floor().max(0.0) as u64
}

/// The shift from one sample to another (Hodges & Lehmann 1963, *Estimates of location based on rank tests*), and the
/// interval of 95 % that belongs to the rank-sum test (Moses; Hollander & Wolfe 1999, *Nonparametric statistical
/// methods*, section 4.3). None where one is empty.
///
/// Exact for up to 60 values together that are all different; with ties the interval holds the shift at least as often.
/// The order statistics of the n₁n₂ differences are found by bisection over the sorted samples, so that none of the
/// differences is kept: O((n₁ + n₂) log (n₁ + n₂)).
pub fn shift(a: &[f64], b: &[f64], depths: &mut Depths) -> Option<Shift> {
    if a.is_empty() || b.is_empty() {
        return None;
    }
    let (low, high) = (sorted(a), sorted(b));
    let pairs = (a.len() as u64).saturating_mul(b.len() as u64);
    let (x, y) = (nth_difference(&low, &high, (pairs - 1) / 2), nth_difference(&low, &high, pairs / 2));
    let estimate = if x == y { x } else { x + (y - x) / 2.0 };
    Some(Shift { estimate, interval: interval(a, b, LEVEL, depths) })
}

/// The interval that holds the shift from one sample to another in all but `level` of cases, as in [`shift()`]; none
/// where the samples are too small for it. No level above [`LEVEL`].
pub fn interval(a: &[f64], b: &[f64], level: f64, depths: &mut Depths) -> Option<(f64, f64)> {
    let k = depths.of(a.len(), b.len(), level)?;
    let (low, high) = (sorted(a), sorted(b));
    let pairs = (a.len() as u64).saturating_mul(b.len() as u64);
    Some((nth_difference(&low, &high, k - 1), nth_difference(&low, &high, pairs.saturating_sub(k))))
}

/// The difference below which that share of all lie, of samples that are not empty.
pub(super) fn quantile_of_differences(a: &[f64], b: &[f64], share: f64) -> f64 {
    let pairs = (a.len() as u64).saturating_mul(b.len() as u64);
    let at = (pairs.saturating_sub(1) as f64 * share).round() as u64;
    nth_difference(&sorted(a), &sorted(b), at)
}

/// The `k`-th smallest, from 0, of all differences of one of `b` less one of `a`, both ascending.
fn nth_difference(a: &[f64], b: &[f64], k: u64) -> f64 {
    // Rounded subtraction never turns an order around, so that the difference falls along `a` and rises along `b`.
    let upto = |most: f64| {
        let (mut count, mut from) = (0u64, 0);
        for &y in b {
            while from < a.len() && y - a[from] > most {
                from += 1;
            }
            count += (a.len() - from) as u64;
        }
        count
    };
    let (mut low, mut high) = (place(b[0] - a[a.len() - 1]), place(b[b.len() - 1] - a[0]));
    while low < high {
        let middle = (low & high) + ((low ^ high) >> 1);
        if upto(value(middle)) > k { high = middle } else { low = middle + 1 }
    }
    // No negative zero.
    value(low) + 0.0
}

/// Converts a number to its position among all numbers, and back: the order of IEEE 754 as that of integers.
fn place(x: f64) -> i64 {
    let bits = x.to_bits() as i64;
    bits ^ (((bits >> 63) as u64) >> 1) as i64
}

fn value(place: i64) -> f64 {
    f64::from_bits((place ^ (((place >> 63) as u64) >> 1) as i64) as u64)
}
