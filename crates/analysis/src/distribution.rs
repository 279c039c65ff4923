//! Distribution of durations.

use makespan_model::{UNKNOWN, quantile};

/// Statistics of durations, ns; `UNKNOWN` if there are too few of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Distribution {
    /// Number of durations.
    pub count: usize,
    /// Their sum.
    pub sum: i64,
    /// Shortest.
    pub min: i64,
    /// Longest.
    pub max: i64,
    /// Arithmetic mean.
    pub mean: i64,
    /// Median; this and the next are [quantiles](makespan_model::quantile()).
    pub median: i64,
    /// 75th percentile.
    pub p75: i64,
    /// 90th percentile.
    pub p90: i64,
    /// 95th percentile.
    pub p95: i64,
    /// 99th percentile.
    pub p99: i64,
    /// Standard deviation of a sample (divisor n − 1); `UNKNOWN` of fewer than two.
    pub deviation: i64,
}

impl Default for Distribution {
    fn default() -> Distribution {
        Distribution::of(&[])
    }
}

impl Distribution {
    /// The distribution of ascending values. O(n).
    pub fn of(sorted: &[i64]) -> Distribution {
        let [min, median, p75, p90, p95, p99, max] =
            [0.0, 0.5, 0.75, 0.9, 0.95, 0.99, 1.0].map(|p| quantile(sorted, p).unwrap_or(UNKNOWN));
        let count = sorted.len();
        let sum: i128 = sorted.iter().map(|v| i128::from(*v)).sum();
        let mean = if count == 0 { UNKNOWN } else { clamped((sum as f64 / count as f64).round()) };
        let deviation = if count < 2 {
            UNKNOWN
        } else {
            let exact = sum as f64 / count as f64;
            let squares: f64 = sorted.iter().map(|v| (*v as f64 - exact).powi(2)).sum();
            clamped((squares / (count - 1) as f64).sqrt().round())
        };
        let sum = i64::try_from(sum).unwrap_or(i64::MAX);
        Distribution { count, sum, min, max, mean, median, p75, p90, p95, p99, deviation }
    }
}

/// Converts a number to ns: the cast saturates, and never gives the value for unknown.
fn clamped(value: f64) -> i64 {
    (value as i64).max(UNKNOWN + 1)
}
