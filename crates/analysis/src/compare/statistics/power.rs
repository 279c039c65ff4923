//! The smallest difference that a test of two samples could have detected.

use super::normal::{distance, two_sided};
use super::shift::{Depths, quantile_of_differences};

/// Power at which a shift counts as detectable: it is found in four of five cases.
const POWER: f64 = 0.8;
/// From this number of pairs of values on, the spread is estimated from their differences, which resists outliers.
const MANY_PAIRS: usize = 400;

/// The shift that the rank-sum test at `level` finds with a power of 80 %, for samples of these sizes that spread as these
/// do. None where no shift would be found however large, since the samples are too small.
///
/// U must reach its critical value. Its mean is n₁n₂ times the probability that a value of the second sample is the
/// larger one; its deviation is that without a shift, times 2√(p(1 − p)), since U cannot vary where all pairs agree.
/// From p follows the shift in deviations of a difference of two values (as for a normal distribution; Noether 1987,
/// *Sample size determination for some common nonparametric tests*). That deviation is pooled from both samples, and
/// of many values half of the middle 68 % of all differences. O(n log n), once for the exact distribution of U O(n³).
pub fn detectable(a: &[f64], b: &[f64], level: f64, depths: &mut Depths) -> Option<f64> {
    let depth = depths.of(a.len(), b.len(), level)? as f64;
    let (n1, n2) = (a.len() as f64, b.len() as f64);
    let pairs = n1 * n2;
    let deviation = (pairs * (n1 + n2 + 1.0) / 12.0).sqrt();
    let z = distance(2.0 * (1.0 - POWER));
    let reached = |p: f64| pairs * p - z * deviation * 2.0 * (p * (1.0 - p)).sqrt() >= pairs - depth + 0.5;
    let (mut low, mut high) = (0.5, 1.0 - 1e-12);
    for _ in 0..60 {
        let middle = (low + high) / 2.0;
        if reached(middle) { high = middle } else { low = middle }
    }
    Some(spread(a, b) * distance(2.0 * (1.0 - high)))
}

/// The standard deviation of a difference of two values, one of each sample.
fn spread(a: &[f64], b: &[f64]) -> f64 {
    if a.len().saturating_mul(b.len()) >= MANY_PAIRS {
        let share = two_sided(1.0) / 2.0;
        let at = |share: f64| quantile_of_differences(a, b, share);
        return (at(1.0 - share) - at(share)) / 2.0;
    }
    let squares = |sample: &[f64]| {
        let mean = sample.iter().sum::<f64>() / sample.len() as f64;
        sample.iter().map(|x| (x - mean) * (x - mean)).sum::<f64>()
    };
    let freedom = (a.len() + b.len()).saturating_sub(2).max(1) as f64;
    (2.0 * (squares(a) + squares(b)) / freedom).sqrt()
}
