//! Statistics of a measure over the tasks of a run.

use super::vocabulary::{STATISTICS, Summary, find};
use makespan_model::{Order as _, quantile};

/// A statistic with which a number is compared.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Statistic {
    /// Hundredths, 0 to 100.
    Percentile(f64),
    Mean,
}

impl Statistic {
    /// Reads `p95`, `p99.9`, `median`, `avg` and the other names of the vocabulary, in any case.
    pub(super) fn read(text: &str) -> Option<Statistic> {
        let letters = text.bytes().take_while(u8::is_ascii_alphabetic).count();
        let (name, digits) = text.split_at(letters);
        match find(STATISTICS, name)?.means {
            Summary::Percentile => {
                let plain = digits.bytes().all(|b| b.is_ascii_digit() || b == b'.');
                let p: f64 = digits.parse().ok().filter(|_| plain)?;
                (p <= 100.0).then_some(Statistic::Percentile(p))
            }
            Summary::Named(p) if digits.is_empty() => Some(Statistic::Percentile(f64::from(p))),
            Summary::Mean if digits.is_empty() => Some(Statistic::Mean),
            _ => None,
        }
    }

    /// Computes the statistic of values in any order, and sorts them; `None` without values. Percentiles are
    /// [quantiles](makespan_model::quantile()). The mean is summed in ascending order, so that it does not depend on
    /// the order of tasks. O(n log n).
    pub(super) fn of(self, values: &mut [f64]) -> Option<f64> {
        values.order();
        match self {
            Statistic::Percentile(p) => quantile(values, p / 100.0),
            Statistic::Mean => (!values.is_empty()).then(|| values.iter().sum::<f64>() / values.len() as f64),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statistics_of_few_values() {
        let of = |name: &str, values: &[f64]| Statistic::read(name).and_then(|s| s.of(&mut values.to_vec()));
        let values = [40.0, 10.0, 20.0, 30.0];
        assert_eq!(of("p0", &values), Some(10.0));
        assert_eq!(of("P50", &values), Some(25.0));
        assert_eq!(of("median", &values), Some(25.0));
        assert_eq!((of("p95", &values), of("p99.9", &[5.0])), (Some(38.5), Some(5.0)));
        assert_eq!(
            (of("min", &values), of("max", &values), of("avg", &values)),
            (Some(10.0), Some(40.0), Some(25.0))
        );
        assert_eq!(of("mean", &[]), None);
        for bad in ["", "p", "p101", "p-1", "p1e1", "pinf", "median2", "q95", "p95 "] {
            assert_eq!(Statistic::read(bad), None, "{bad}");
        }
    }
}
