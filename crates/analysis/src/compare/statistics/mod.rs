//! Statistics of small samples, by ranks: durations are skewed, have outliers and come from few runs, so that nothing
//! here assumes a shape of their distribution. All functions are pure and exact where the samples are small.
//!
//! Samples are slices of finite numbers; callers leave out unknown values.

use makespan_model::Order as _;

mod discoveries;
mod median;
mod normal;
mod power;
mod rank_sum;
mod rates;
mod segments;
mod shift;
mod slope;

pub use discoveries::adjusted;
pub use median::median;
pub use power::detectable;
pub use rank_sum::{RankSum, rank_sum, smallest_p};
pub use rates::fisher;
pub use segments::change_points;
pub use shift::{Depths, Shift, interval, shift};
pub use slope::{Slope, slope};

/// The level of all intervals and tests: one in twenty.
pub const LEVEL: f64 = 0.05;

/// The numbers in ascending order.
fn sorted(sample: &[f64]) -> Vec<f64> {
    let mut out = sample.to_vec();
    out.order();
    out
}
