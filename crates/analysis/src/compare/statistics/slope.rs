//! Whether a series of values creeps up or down.

use super::median;
use super::normal::two_sided;

/// Only this many values at the end of a longer series are analysed.
const LONGEST: usize = 500;
/// The normal approximation holds from that many values on (Kendall 1975).
const FEWEST: usize = 10;

/// The drift of a series of values.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Slope {
    /// Median of the slopes of all pairs, in units of the values for each place from one to the next.
    pub each: f64,
    /// Two-sided probability of an order of the values at least as far from none.
    pub p: f64,
}

/// Returns the slope of a series of values at ascending places, such as the numbers of their runs; places without a
/// value count as places (Sen 1968, *Estimates of the regression coefficient based on Kendall's tau*), and the test of
/// Mann and Kendall for it (Mann 1945), with corrections for ties and continuity. `None` for fewer than ten values. A
/// step in the level gives a slope too: callers that find [change points](super::change_points()) report these instead.
/// O(n²); of more than 500 values the last 500 count.
pub fn slope(places: &[usize], values: &[f64]) -> Option<Slope> {
    let all = places.len().min(values.len());
    let places = &places[all.saturating_sub(LONGEST)..all];
    let values = &values[all.saturating_sub(LONGEST)..all];
    let n = values.len();
    if n < FEWEST {
        return None;
    }
    let mut slopes = Vec::with_capacity(n * (n - 1) / 2);
    let mut s = 0i64;
    for (i, x) in values.iter().enumerate() {
        for (j, y) in values.iter().enumerate().skip(i + 1) {
            slopes.push((y - x) / places[j].saturating_sub(places[i]).max(1) as f64);
            s += i64::from(y > x) - i64::from(y < x);
        }
    }
    let ordered = super::sorted(values);
    let ties: f64 = ordered
        .chunk_by(|x, y| x == y)
        .map(|equal| equal.len() as f64)
        .map(|t| t * (t - 1.0) * (2.0 * t + 5.0))
        .sum();
    let m = n as f64;
    let variance = (m * (m - 1.0) * (2.0 * m + 5.0) - ties) / 18.0;
    let away = (s.abs() as f64 - 1.0).max(0.0);
    let p = if variance > 0.0 { two_sided(away / variance.sqrt()) } else { 1.0 };
    Some(Slope { each: median(&slopes)?, p })
}
