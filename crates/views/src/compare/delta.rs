//! Differences in words and in colour: signs, percentages, and their distance from the noise.

use makespan_analysis::compare::Margin;
use makespan_model::UNKNOWN;
use makespan_scene::Role;

pub use crate::amount::{change as percent, signed};
use crate::table::{Cell, duration_cell};
use crate::value::Value;

/// Bounds of the noise: differences below either of them are drawn grey.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Noise {
    /// Fraction of the longer of the two.
    pub share: f64,
    /// Length in ns.
    pub least: i64,
}

impl Default for Noise {
    /// A single pair of runs does not show how much runs vary. By the convention of
    /// [`Change::Duration`](makespan_analysis::compare::Change::Duration), 5 % and 1 ms count as noise.
    fn default() -> Noise {
        Noise { share: 0.05, least: 1_000_000 }
    }
}

impl Noise {
    /// Returns whether the difference of two durations in ns is within the noise.
    pub fn covers(&self, a_ns: i64, b_ns: i64) -> bool {
        let delta = b_ns.abs_diff(a_ns) as f64;
        delta < self.least.max(0) as f64 || delta < self.share * a_ns.max(b_ns) as f64 || delta == 0.0
    }

    /// Returns how much shorter (below 0) or longer (above 0) `b_ns` is, for colours: 0 within the noise, ±1 at half or
    /// double and beyond, logarithmic between. `None` if one of the two is unknown.
    pub fn strength(&self, a_ns: Option<i64>, b_ns: Option<i64>) -> Option<f32> {
        let (a_ns, b_ns) = (a_ns?, b_ns?);
        if self.covers(a_ns, b_ns) {
            return Some(0.0);
        }
        let ratio = b_ns.max(1) as f64 / a_ns.max(1) as f64;
        let t = ratio.log2().clamp(-1.0, 1.0);
        // A difference outside the noise is never as grey as one within.
        Some((t.signum() * t.abs().max(0.15)) as f32)
    }
}

/// Returns the distance from a median within which a change does not matter, in units of the measure.
pub(crate) fn around(margin: Margin, median: f64) -> f64 {
    (margin.share * median.abs()).max(margin.least)
}

/// Returns the colour of text about a difference: less, more, or neither.
pub fn word_role(strength: f32) -> Role {
    if strength < 0.0 {
        Role::Less
    } else if strength > 0.0 {
        Role::More
    } else {
        Role::Neutral
    }
}

/// Returns how much longer the second of two durations in ns is; empty if one is unknown.
pub(crate) fn percent_ns(a_ns: Option<i64>, b_ns: Option<i64>) -> String {
    a_ns.zip(b_ns).map_or(String::new(), |(a, b)| percent(a as f64, b as f64))
}

/// Returns `b - a` if both are known.
pub(crate) fn difference(a: Option<i64>, b: Option<i64>) -> Option<i64> {
    a.zip(b).map(|(a, b)| b.saturating_sub(a))
}

/// Returns the cell of a duration in ns; empty if it is unknown.
pub(crate) fn known_cell(ns: Option<i64>) -> Cell {
    duration_cell(ns.unwrap_or(UNKNOWN))
}

/// Returns the same as a value.
pub(crate) fn relative(a_ns: Option<i64>, b_ns: Option<i64>) -> Value {
    a_ns.zip(b_ns).map_or(Value::Empty, |(a, b)| Value::Relative(a as f64, b as f64))
}

/// Returns the cell of the difference of two durations, in the colour of its strength.
pub fn delta_cell(a_ns: Option<i64>, b_ns: Option<i64>, strength: Option<f32>) -> Cell {
    let Some(delta) = difference(a_ns, b_ns) else { return Cell::default().exact("unknown in both") };
    Cell::new(Value::Delta(delta)).status(word_role(strength.unwrap_or(0.0)))
}

#[cfg(test)]
mod tests {
    use super::*;

    const MS: i64 = 1_000_000;

    #[test]
    fn noise_is_grey_and_doubling_has_the_full_colour() {
        let n = Noise::default();
        let s = |a: i64, b: i64| n.strength(Some(a * MS), Some(b * MS));
        assert_eq!(s(1_000, 1_050), Some(0.0));
        assert_eq!(s(3_000, 3_000), Some(0.0));
        assert_eq!(n.strength(Some(200_000), Some(1_100_000)), Some(0.0));
        assert_eq!(s(1_000, 2_000), Some(1.0));
        assert_eq!(s(1_000, 100), Some(-1.0));
        assert_eq!(s(1_000, 1_060), Some(0.15));
        assert!(s(1_000, 1_400).is_some_and(|t| t > 0.4 && t < 0.5));
        assert_eq!(n.strength(None, Some(3)), None);
        assert_eq!(n.strength(Some(0), Some(i64::MAX)), Some(1.0));
        assert_eq!([-0.2, 0.0, 0.2].map(word_role), [Role::Less, Role::Neutral, Role::More]);
    }

    #[test]
    fn differences_are_written_with_their_sign() {
        assert_eq!([signed(252_000 * MS), signed(-3_000 * MS), signed(0)], ["+4 min 12 s", "−3 s", "±0 s"]);
        assert_eq!([3.0, -0.25, 0.0].map(crate::amount::signed_number), ["+3", "−0.25", "±0"]);
        let p = |a: f64, b: f64| percent(a, b);
        assert_eq!([p(720.0, 972.0), p(100.0, 95.8), p(1.0, 12.0)], ["+35 %", "−4.2 %", "×12"]);
        assert_eq!([p(100.0, 100.01), p(0.0, 5.0), p(100.0, f64::NAN)], ["±0 %", "", ""]);
        assert_eq!([p(100.0, 0.0), p(1.0, 1.0996), p(1.0, 1e12)], ["−100 %", "+10 %", "×10⁶ and more"]);
        assert_eq!(difference(Some(i64::MAX), Some(-9)), Some(i64::MIN));
        assert_eq!(delta_cell(Some(5), None, None).text(), "");
        assert_eq!(delta_cell(Some(5), Some(4), Some(-0.2)).status, Some(Role::Less));
    }
}
