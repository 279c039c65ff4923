//! Summary of a metric of a run.

use makespan_format::clip;

use serde::{Deserialize, Serialize};

use super::merge::LONGEST_TEXT;
use super::serial;

/// Summary of the samples of one metric of a run, over all its tasks. It is updated with each sample.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MetricState {
    /// Its name.
    pub name: String,
    /// Its unit; `None` if dimensionless. The same name with two units is two metrics.
    pub unit: Option<String>,
    /// Number of samples.
    pub count: u64,
    /// Their mean.
    #[serde(with = "serial::exact")]
    pub mean: f64,
    /// Sum of the squared distances from the mean (Welford, 1962); `None` if it exceeds the range of 64-bit floats.
    #[serde(with = "serial::maybe_exact")]
    pub squares: Option<f64>,
    /// Minimum.
    #[serde(with = "serial::exact")]
    pub min: f64,
    /// Maximum.
    #[serde(with = "serial::exact")]
    pub max: f64,
    /// The latest value: the one with the greatest time; without times, the one that arrived last.
    #[serde(with = "serial::exact")]
    pub latest: f64,
    /// Time of the latest sample, ns since the epoch.
    pub latest_t: Option<i64>,
}

impl MetricState {
    pub(super) fn new(name: &str, unit: Option<&str>) -> MetricState {
        MetricState {
            name: clip(name, LONGEST_TEXT).to_owned(),
            unit: unit.map(|unit| clip(unit, LONGEST_TEXT).to_owned()),
            count: 0,
            mean: 0.0,
            squares: Some(0.0),
            min: f64::INFINITY,
            max: f64::NEG_INFINITY,
            latest: 0.0,
            latest_t: None,
        }
    }

    pub(super) fn apply(&mut self, value: f64, t: Option<i64>) {
        self.count += 1;
        let (n, before) = (self.count as f64, self.mean);
        // Divide first: the difference of two numbers of opposite sign may overflow, its parts do not.
        self.mean += value / n - before / n;
        let squares = self.squares.map(|s| s + (value - before) * (value - self.mean));
        self.squares = squares.filter(|s| s.is_finite());
        self.min = self.min.min(value);
        self.max = self.max.max(value);
        if self.count == 1 || t >= self.latest_t {
            (self.latest, self.latest_t) = (value, t);
        }
    }

    /// Returns the standard deviation of the samples (with n − 1); `None` for fewer than two.
    pub fn deviation(&self) -> Option<f64> {
        let squares = self.squares.filter(|_| self.count > 1)?;
        Some((squares.max(0.0) / (self.count - 1) as f64).sqrt())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn of(values: &[(f64, Option<i64>)]) -> MetricState {
        let mut metric = MetricState::new("m", None);
        values.iter().for_each(|&(value, t)| metric.apply(value, t));
        metric
    }

    #[test]
    fn the_textbook_example() {
        let metric = of(&[2.0, 4.0, 4.0, 4.0, 5.0, 5.0, 7.0, 9.0].map(|v| (v, None)));
        assert_eq!((metric.count, metric.mean, metric.min, metric.max), (8, 5.0, 2.0, 9.0));
        assert!((metric.deviation().unwrap() - (32.0f64 / 7.0).sqrt()).abs() < 1e-12);
        assert_eq!(metric.latest, 9.0);
    }

    #[test]
    fn the_latest_sample_is_by_time_not_by_arrival() {
        assert_eq!(of(&[(1.0, Some(10)), (2.0, Some(30)), (3.0, Some(20))]).latest, 2.0);
        assert_eq!(of(&[(1.0, Some(10)), (2.0, None)]).latest, 1.0);
    }

    #[test]
    fn values_beyond_64_bits_are_unknown() {
        let metric = of(&[(f64::MAX, None), (-f64::MAX, None)]);
        assert_eq!((metric.mean, metric.deviation()), (0.0, None));
        assert_eq!(of(&[(1.0, None)]).deviation(), None);
    }
}
