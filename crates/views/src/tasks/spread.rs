//! The distribution of a column of numbers, for its heading and for bars in its cells.

use makespan_model::{Order as _, quantile};
use serde::{Deserialize, Serialize};

/// Number of bins.
const BINS: usize = 20;

/// If the maximum is this many times the median, bins have logarithmic widths.
const SKEWED: f64 = 20.0;

/// The distribution of a column.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Spread {
    /// The largest amount, by which bars are scaled; 0 if the cells have no bars.
    pub most: f64,
    /// Number of tasks in each bin, from the smallest value to the largest.
    pub bins: Vec<u32>,
    /// Minimum, median and maximum, and whether bins are logarithmic.
    pub about: String,
}

impl Spread {
    /// Computes the distribution of numbers; `None` if there are fewer than two different ones. `is_amount` says
    /// whether bars from zero make sense. O(n log n).
    pub(super) fn of(mut numbers: Vec<f64>, is_amount: bool, text: impl Fn(f64) -> String) -> Option<Spread> {
        numbers.retain(|n| n.is_finite());
        numbers.order();
        let (least, most) = (*numbers.first()?, *numbers.last()?);
        let median = quantile(&numbers, 0.5)?;
        if least >= most {
            return None;
        }
        let is_log = is_amount && least >= 0.0 && median > 0.0 && most > SKEWED * median;
        // Zero has no logarithm; what is far below the median falls into the first bin.
        let floor = if is_log { least.max(median / 1_000.0) } else { least };
        let place = |n: f64| {
            let part = if is_log {
                (n.max(floor) / floor).ln() / (most / floor).ln()
            } else {
                (n - least) / (most - least)
            };
            ((part * BINS as f64) as usize).min(BINS - 1)
        };
        let mut bins = vec![0; BINS];
        numbers.iter().for_each(|n| bins[place(*n)] += 1);
        let scale = if is_log { "; logarithmic" } else { "" };
        let about = format!("{} to {}, median {}{scale}", text(least), text(most), text(median));
        Some(Spread { most: if is_amount && least >= 0.0 { most } else { 0.0 }, bins, about })
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_skewed_column_has_logarithmic_bins() {
        let spread = |numbers: &[f64]| Spread::of(numbers.to_vec(), true, |n| format!("{n}"));
        let even = spread(&[0.0, 1.0, 2.0, f64::NAN]).unwrap();
        assert_eq!((even.bins[0], even.bins[10], even.bins[19]), (1, 1, 1));
        assert_eq!((even.most, even.about.as_str()), (2.0, "0 to 2, median 1"));
        let skewed = spread(&[0.0, 1.0, 1.0, 1.0, 1000.0]).unwrap();
        assert_eq!(skewed.bins.iter().sum::<u32>(), 5);
        assert_eq!((skewed.bins[0], skewed.bins[10], skewed.bins[19]), (1, 3, 1));
        assert_eq!(skewed.about, "0 to 1000, median 1; logarithmic");
        assert_eq!((spread(&[7.0, 7.0]), spread(&[])), (None, None));
    }
}
