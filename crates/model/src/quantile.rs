//! Quantiles.

/// Interpolates between two numbers.
pub trait Interpolate: Copy {
    /// The number that far (0 to 1) on the way from this one to `other`.
    fn towards(self, other: Self, share: f64) -> Self;
}

impl Interpolate for f64 {
    fn towards(self, other: f64, share: f64) -> f64 {
        // Equal ones exactly, also where they are too large for the difference of products.
        if self == other { self } else { self + (other - self) * share }
    }
}

/// Times and durations: rounded to whole ones, saturating.
impl Interpolate for i64 {
    fn towards(self, other: i64, share: f64) -> i64 {
        self.saturating_add((other.saturating_sub(self) as f64 * share).round() as i64)
    }
}

/// The quantile `p` (0 to 1) of ascending numbers by linear interpolation (Hyndman & Fan 1996, *Sample quantiles in
/// statistical packages*, type 7); none of none.
///
/// ```
/// assert_eq!(makespan_model::quantile(&[1.0, 2.0, 4.0], 0.75), Some(3.0));
/// assert_eq!(makespan_model::quantile(&[10, 20], 0.5), Some(15));
/// ```
pub fn quantile<T: Interpolate>(sorted: &[T], p: f64) -> Option<T> {
    let top = sorted.len().checked_sub(1)?;
    let place = top as f64 * p.clamp(0.0, 1.0);
    let low = (place.floor() as usize).min(top);
    Some(sorted[low].towards(sorted[(low + 1).min(top)], place - low as f64))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_lie_between_their_neighbours() {
        let of = |p| quantile(&[1.0, 2.0, 4.0, 8.0], p);
        assert_eq!([0.0, 0.5, 1.0, -1.0, 2.0].map(of), [1.0, 3.0, 8.0, 1.0, 8.0].map(Some));
        assert_eq!(quantile(&[i64::MIN, i64::MAX], 0.5), Some(i64::MIN + i64::MAX / 2 + 1));
        assert_eq!(quantile(&[f64::MAX, f64::MAX], 0.3), Some(f64::MAX));
        assert_eq!(quantile::<f64>(&[], 0.5), None);
    }
}
