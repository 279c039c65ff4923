//! The rank-sum test of Wilcoxon, Mann and Whitney: whether one sample is larger than another.

use super::normal::two_sided;
use super::sorted;
use makespan_model::Order as _;

/// The exact distribution is computed if the size of the smaller sample times the size of both is at most this: 10
/// against 10, 5 against 35, 2 against 98.
const EXACT: usize = 200;

/// Result of the test.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RankSum {
    /// Pairs in which the second sample's value is the larger, with half of those that are equal: U of the second
    /// sample, from 0 to n₁n₂.
    pub u: f64,
    /// Two-sided probability of a U at least as far from its mean, were both samples of one distribution.
    pub p: f64,
    /// Whether `p` is that of all ways to part the values at hand into two samples of these sizes; else the normal
    /// approximation.
    pub exact: bool,
}

/// The rank-sum test of two samples (Wilcoxon 1945; Mann & Whitney 1947, *On a test of whether one of two random
/// variables is stochastically larger than the other*). None where one is empty.
///
/// Equal values have the mean of their ranks. Small samples are tested exactly: p is the share, among all ways to split
/// the values (ties included) into samples of these sizes, in which U is at least as far from its mean. Larger samples
/// use the normal approximation with corrections for ties and continuity (Lehmann 1975, *Nonparametrics*, section 1.2).
/// O(n log n); the exact test is O(m²n²) with m the smaller size and n both, where mn is bounded.
pub fn rank_sum(a: &[f64], b: &[f64]) -> Option<RankSum> {
    if a.is_empty() || b.is_empty() {
        return None;
    }
    let (n1, n2) = (a.len(), b.len());
    let n = n1 + n2;
    let mut all: Vec<(f64, bool)> =
        a.iter().map(|&x| (x, false)).chain(b.iter().map(|&x| (x, true))).collect();
    all.order_by(|x, y| x.0.total_cmp(&y.0));
    // Twice the ranks, so that those of ties are whole; and by tie how many.
    let mut ranks: Vec<usize> = Vec::with_capacity(n);
    let (mut second, mut ties) = (0usize, 0.0);
    for equal in all.chunk_by(|x, y| x.0 == y.0) {
        let rank = 2 * ranks.len() + equal.len() + 1;
        second += rank * equal.iter().filter(|x| x.1).count();
        let t = equal.len() as f64;
        ties += t * t * t - t;
        ranks.extend(std::iter::repeat_n(rank, equal.len()));
    }
    let u = second as f64 / 2.0 - (n2 * (n2 + 1)) as f64 / 2.0;
    let fewer = n1.min(n2);
    if fewer * n <= EXACT {
        // The sum of the smaller sample is as far from its mean as that of the larger one.
        let sum = if n2 <= n1 { second } else { n * (n + 1) - second };
        return Some(RankSum { u, p: exact(&ranks, fewer, sum), exact: true });
    }
    let (m1, m2, m) = (n1 as f64, n2 as f64, n as f64);
    let variance = m1 * m2 / 12.0 * (m + 1.0 - ties / (m * (m - 1.0)));
    let away = ((u - m1 * m2 / 2.0).abs() - 0.5).max(0.0);
    let p = if variance > 0.0 { two_sided(away / variance.sqrt()) } else { 1.0 };
    Some(RankSum { u, p, exact: false })
}

/// The share of the subsets of that size whose sum is at least as far from the mean as `sum`.
fn exact(ranks: &[usize], size: usize, sum: usize) -> f64 {
    let n = ranks.len();
    let mean = size * (n + 1);
    let mut top: Vec<usize> = ranks.to_vec();
    top.order();
    let most: usize = top[n - size..].iter().sum();
    // Number of subsets of each size that have each sum; below 2^53 for everything that is computed exactly.
    let mut ways = vec![vec![0.0f64; most + 1]; size + 1];
    ways[0][0] = 1.0;
    for (taken, &rank) in ranks.iter().enumerate() {
        for k in (1..=size.min(taken + 1)).rev() {
            let (fewer, these) = ways.split_at_mut(k);
            let (from, to) = (&fewer[k - 1], &mut these[0]);
            for (to, from) in to[rank.min(most + 1)..].iter_mut().zip(from.iter()) {
                *to += from;
            }
        }
    }
    let all: f64 = ways[size].iter().sum();
    let far = |s: usize| s.abs_diff(mean) >= sum.abs_diff(mean);
    let extreme: f64 = ways[size].iter().enumerate().filter(|(s, _)| far(*s)).map(|(_, ways)| ways).sum();
    extreme / all
}

/// The smallest probability that samples of these sizes can have, where they lie wholly apart: two of all partings. 3
/// against 3 have 2 of 20 and so never show a difference at the [level](super::LEVEL), 4 against 4 may with 2 of 70. 1
/// where one is empty.
pub fn smallest_p(n1: usize, n2: usize) -> f64 {
    let (few, n) = (n1.min(n2), n1 + n2);
    // n over few, by factors that never make it smaller.
    let mut partings = 1.0f64;
    for i in 0..few {
        partings = (partings * (n - i) as f64 / (i + 1) as f64).min(1e300);
    }
    (2.0 / partings.round()).min(1.0)
}

/// The ranks of values, ties with the mean of theirs.
pub(super) fn ranks(values: &[f64]) -> Vec<f64> {
    let order = sorted(values);
    let rank = |x: f64| {
        let below = order.partition_point(|y| *y < x);
        let upto = order.partition_point(|y| *y <= x);
        (below + upto + 1) as f64 / 2.0
    };
    values.iter().map(|&x| rank(x)).collect()
}
