//! Adjusts many p-values for the number of tests.

use makespan_model::Order as _;

/// The probabilities adjusted so that those below a level hold no more than that share of false discoveries, in the
/// order given (Benjamini & Hochberg 1995, *Controlling the false discovery rate*): of m probabilities the i-th
/// smallest times m / i, and none larger than that of a larger one. O(m log m).
pub fn adjusted(p: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..p.len()).collect();
    order.order_by(|&i, &j| p[i].total_cmp(&p[j]));
    let mut out = vec![1.0; p.len()];
    let mut least = 1.0f64;
    for (rank, &i) in order.iter().enumerate().rev() {
        least = least.min(p[i] * p.len() as f64 / (rank + 1) as f64);
        out[i] = least;
    }
    out
}
