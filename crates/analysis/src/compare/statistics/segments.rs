//! Change points: where a series of values changes its level.

use super::rank_sum::ranks;
use makespan_model::Order as _;

/// Shortest segment.
const SHORTEST: usize = 3;
/// Penalty of a change point, times the logarithm of the length. With it, 3 of 100 series without a change show one,
/// whatever their length (simulated, 8 to 100 values).
const PENALTY: f64 = 2.5;
/// Only this many values at the end of a longer series are analysed.
const LONGEST: usize = 2000;

/// The places at which a series of values changes its level: the first value of each new segment, ascending; at least
/// three values lie before, between and behind them.
///
/// Values are replaced by their ranks, so that an outlier is not a change and the spread need not be known. Of all ways
/// to split the series, the result has the least sum of squares within its segments, in units of the variance of all
/// ranks, plus 2.5 ln n for each change (optimal partitioning, Jackson et al. 2005, *An algorithm for optimal
/// partitioning of data on an interval*; a penalty in ln n is that of Schwarz's criterion, Yao 1988). Each segment is
/// then ranked and split on its own, because large changes leave few ranks for small ones, until no segment splits any
/// more. Distinguishing a new level from chance takes several values: a step in the middle is found from ten values on.
/// O(n²) for each split; of more than 2000 values the last 2000 count.
pub fn change_points(values: &[f64]) -> Vec<usize> {
    let mut open = vec![(values.len().saturating_sub(LONGEST), values.len())];
    let mut out = Vec::new();
    while let Some((from, to)) = open.pop() {
        let cuts = cuts(&ranks(&values[from..to]));
        if cuts.is_empty() {
            continue;
        }
        let ends = cuts.iter().copied().chain([to - from]);
        let starts = [0].into_iter().chain(cuts.iter().copied());
        open.extend(starts.zip(ends).map(|(start, end)| (from + start, from + end)));
        out.extend(cuts.into_iter().map(|cut| from + cut));
    }
    out.order();
    out
}

/// Splits ranks at the least cost, measured against all of them.
fn cuts(ranks: &[f64]) -> Vec<usize> {
    let n = ranks.len();
    if n < 2 * SHORTEST {
        return Vec::new();
    }
    let mean = (n + 1) as f64 / 2.0;
    let (mut sum, mut square) = (vec![0.0], vec![0.0]);
    for (i, rank) in ranks.iter().enumerate() {
        sum.push(sum[i] + rank - mean);
        square.push(square[i] + (rank - mean) * (rank - mean));
    }
    let variance = square[n] / (n - 1) as f64;
    if variance <= 0.0 {
        return Vec::new();
    }
    let cost = |from: usize, to: usize| {
        let total = sum[to] - sum[from];
        (square[to] - square[from] - total * total / (to - from) as f64) / variance
    };
    let penalty = PENALTY * (n as f64).ln();
    // The minimum cost up to each position, and the beginning of its last segment.
    let mut best = vec![f64::INFINITY; n + 1];
    let mut from = vec![0; n + 1];
    best[0] = 0.0;
    for to in SHORTEST..=n {
        for start in 0..=to - SHORTEST {
            // Infinite where the part before would be too short.
            let change = if start > 0 { penalty } else { 0.0 };
            let offer = best[start] + change + cost(start, to);
            // Of equal costs, the fewest changes: the earlier start.
            if offer < best[to] - 1e-9 {
                (best[to], from[to]) = (offer, start);
            }
        }
    }
    let mut out = Vec::new();
    let mut at = from[n];
    while at > 0 {
        out.push(at);
        at = from[at];
    }
    out.reverse();
    out
}
