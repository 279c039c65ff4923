//! The median.

use makespan_model::quantile;

/// The median of numbers in any order; none of none.
pub fn median(sample: &[f64]) -> Option<f64> {
    quantile(&super::sorted(sample), 0.5)
}
