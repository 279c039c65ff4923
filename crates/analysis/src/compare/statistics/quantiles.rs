//! Quantiles.

/// The quantile `p` of ascending numbers by linear interpolation (Hyndman & Fan 1996, *Sample quantiles in statistical
/// packages*, type 7); none of none.
pub fn quantile(sorted: &[f64], p: f64) -> Option<f64> {
    let top = sorted.len().checked_sub(1)?;
    let place = top as f64 * p.clamp(0.0, 1.0);
    let low = (place.floor() as usize).min(top);
    let (a, b) = (sorted[low], sorted[(low + 1).min(top)]);
    // Equal ones exactly, also where they are too large for the difference of products.
    Some(if a == b { a } else { a + (b - a) * (place - low as f64) })
}

/// The median of numbers in any order; none of none.
pub fn median(sample: &[f64]) -> Option<f64> {
    quantile(&super::sorted(sample), 0.5)
}
