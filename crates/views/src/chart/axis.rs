//! Axes: convert a value to its position between the ends, and choose the values to label.

use makespan_analysis::Quantity;
use makespan_scene::{AxisMode, LinearScale, ticks};
use serde::{Deserialize, Serialize};

use crate::amount::{Unit, compact, plain};
use crate::look::{Look, TimeMode};
use crate::subject::sane;

/// The meaning of positions on an axis.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Scale {
    /// Linear: equal differences have equal lengths.
    Linear(Unit),
    /// Logarithmic: equal ratios have equal lengths; values above 0 only.
    Log(Unit),
    /// Nanoseconds since `origin` (ns since the epoch), formatted according to the time mode.
    Moment {
        /// The time at position 0, ns since the epoch.
        origin: i64,
        /// How times are formatted.
        mode: TimeMode,
        /// Seconds east of UTC, for local time.
        offset: i32,
    },
    /// Whole numbers: the first sample, the second one.
    Order,
    /// Names: name `i` extends from `i` to `i + 1`.
    Names(Vec<String>),
}

/// One side of a chart.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Axis {
    /// What it measures, with the unit if the numbers do not show it.
    pub label: String,
    /// The first value shown.
    pub from: f64,
    /// The last value shown.
    pub to: f64,
    /// The meaning of its positions.
    pub scale: Scale,
}

/// A value and its label.
pub(super) type Mark = (f64, String);

impl Axis {
    /// From 0 to slightly beyond the greatest value (and the least one below 0), as bars and areas require.
    pub(super) fn from_zero(label: String, unit: Unit, bounds: Option<(f64, f64)>) -> Axis {
        let (low, high) = bounds.unwrap_or((0.0, 0.0));
        let (low, high) = (sane(low.min(0.0)), sane(high.max(0.0)));
        let air = (high - low) * 0.06;
        let to = if high > 0.0 { high + air } else { 0.0 };
        let from = if low < 0.0 { low - air } else { 0.0 };
        // An axis of zeros still needs a length.
        let to = if from == to { 1.0 } else { to };
        Axis { label, from, to, scale: Scale::Linear(unit) }
    }

    /// From the least to the greatest value, with some padding; from 0 if that is close.
    pub(super) fn around(label: String, unit: Unit, bounds: Option<(f64, f64)>) -> Axis {
        let Some((low, high)) = bounds.filter(|(low, high)| *low > high * 0.5 || *low < 0.0) else {
            return Axis::from_zero(label, unit, bounds);
        };
        let air = if high > low { (high - low) * 0.06 } else { (high.abs() * 0.05).max(f64::MIN_POSITIVE) };
        Axis { label, from: low - air, to: high + air, scale: Scale::Linear(unit) }
    }

    /// Logarithmic, from the least to the greatest value, both above 0.
    pub(super) fn log(label: String, unit: Unit, bounds: Option<(f64, f64)>) -> Axis {
        let (low, high) = bounds.filter(|b| b.0 > 0.0).unwrap_or((1.0, 10.0));
        let air = ((high / low).ln() * 0.04).exp().clamp(1.01, 4.0);
        Axis { label, from: low / air, to: high * air, scale: Scale::Log(unit) }
    }

    /// Times of a run from `origin` (ns since the epoch) on, for `length` ns.
    pub(super) fn time(origin: i64, length: f64, look: &Look) -> Axis {
        let label = match look.time {
            TimeMode::Relative => "time since start",
            TimeMode::Utc => "time, UTC",
            TimeMode::Local => "time, local",
        };
        let scale = Scale::Moment { origin, mode: look.time, offset: look.offset };
        Axis { label: label.to_owned(), from: 0.0, to: length.max(1.0), scale }
    }

    /// Positions from the first to the `n`-th.
    pub(super) fn order(label: &str, n: usize) -> Axis {
        let to = (n.max(1)) as f64;
        let air = ((to - 1.0) * 0.02).max(if n < 2 { 0.5 } else { 0.0 });
        Axis { label: label.to_owned(), from: 1.0 - air, to: to + air, scale: Scale::Order }
    }

    /// One position per name.
    pub(super) fn named(names: Vec<String>) -> Axis {
        let to = names.len().max(1) as f64;
        Axis { label: String::new(), from: 0.0, to, scale: Scale::Names(names) }
    }

    /// Returns the names along the axis, if it has names.
    pub fn names(&self) -> Option<&[String]> {
        match &self.scale {
            Scale::Names(names) => Some(names),
            _ => None,
        }
    }

    /// Returns whether the axis is logarithmic.
    pub fn is_log(&self) -> bool {
        matches!(self.scale, Scale::Log(_))
    }

    /// Returns the position of a value: 0 at the first end, 1 at the last; clamped, and always a number.
    pub fn place(&self, value: f64) -> f64 {
        let part = if self.is_log() {
            (value.ln() - self.from.ln()) / (self.to.ln() - self.from.ln())
        } else {
            (value - self.from) / (self.to - self.from)
        };
        if part.is_nan() { 0.0 } else { part.clamp(0.0, 1.0) }
    }

    /// Returns the value at a position.
    pub fn value(&self, place: f64) -> f64 {
        if self.is_log() {
            (self.from.ln() + place * (self.to.ln() - self.from.ln())).exp()
        } else {
            self.from + place * (self.to - self.from)
        }
    }

    /// Formats a value in full.
    pub fn text(&self, value: f64) -> String {
        match &self.scale {
            Scale::Linear(unit) | Scale::Log(unit) => unit.text(value),
            Scale::Moment { origin, mode, offset } => {
                let since = value as i64;
                match mode {
                    TimeMode::Relative => format!("+{}", makespan_scene::duration(since)),
                    TimeMode::Utc => makespan_scene::timestamp(origin.saturating_add(since), 0),
                    TimeMode::Local => makespan_scene::timestamp(origin.saturating_add(since), *offset),
                }
            }
            Scale::Order => plain(value.round()),
            Scale::Names(names) => names.get(value.max(0.0) as usize).cloned().unwrap_or_default(),
        }
    }

    /// Returns the labels of an axis of `px` pixels, at most one every `gap` pixels.
    pub(super) fn marks(&self, px: f32, gap: f32) -> Vec<Mark> {
        let most = (px / gap).clamp(2.0, 12.0) as usize;
        let linear = LinearScale { v0: self.from, v1: self.to, x0: 0.0, x1: f64::from(px) };
        match &self.scale {
            Scale::Linear(unit) => values(unit, linear, most, px, gap),
            Scale::Log(unit) => ratios(unit, self.from, self.to, most),
            Scale::Order => linear.count_ticks(most).into_iter().map(|t| (t.v, t.label)).collect(),
            Scale::Names(names) => {
                names.iter().enumerate().map(|(i, name)| (i as f64 + 0.5, name.clone())).collect()
            }
            Scale::Moment { origin, mode, offset } => {
                let (mode, offset) = match mode {
                    TimeMode::Relative => (AxisMode::Relative { origin: *origin }, 0),
                    TimeMode::Utc => (AxisMode::Clock, 0),
                    TimeMode::Local => (AxisMode::Clock, *offset),
                };
                let (t0, t1) =
                    (origin.saturating_add(self.from as i64), origin.saturating_add(self.to as i64));
                let found = ticks(t0, t1, px, gap, mode, offset);
                found.into_iter().map(|t| (t.t.saturating_sub(*origin) as f64, t.label)).collect()
            }
        }
    }
}

/// Returns round values of a unit.
fn values(unit: &Unit, linear: LinearScale, most: usize, px: f32, gap: f32) -> Vec<Mark> {
    let largest = linear.v0.abs().max(linear.v1.abs());
    let labelled = |suffix: &str, factor: f64| -> Vec<Mark> {
        let scaled = LinearScale { v0: linear.v0 / factor, v1: linear.v1 / factor, ..linear };
        let ticks = scaled.ticks(most).into_iter();
        ticks.map(|t| (t.v * factor, if t.v == 0.0 { "0".to_owned() } else { t.label + suffix })).collect()
    };
    match unit.quantity {
        // Saturates for spans of centuries, which no duration reaches.
        Quantity::Time if largest < 9e18 => {
            let mode = AxisMode::Relative { origin: 0 };
            let found = ticks(linear.v0 as i64, linear.v1 as i64, px, gap.max(30.0), mode, 0);
            found.into_iter().map(|t| (t.t as f64, t.label.trim_start_matches('+').to_owned())).collect()
        }
        Quantity::Bytes => {
            let prefixes = [" B", " kB", " MB", " GB", " TB", " PB", " EB"];
            let power = ((largest.max(1.0).log10() + 1e-9) / 3.0).floor().clamp(0.0, 6.0);
            labelled(prefixes[power as usize], 1000f64.powf(power))
        }
        Quantity::Percent => labelled(" %", 1.0),
        Quantity::Count => {
            let label = |v: f64| if largest >= 1e6 { compact(v) } else { plain(v) };
            linear.count_ticks(most).into_iter().map(|t| (t.v, label(t.v))).collect()
        }
        _ if (1e-4..1e6).contains(&largest) => labelled("", 1.0),
        _ => linear.ticks(most).into_iter().map(|t| (t.v, compact(t.v))).collect(),
    }
}

/// Returns powers of ten, with two and five times these if there are few; for times, minutes, hours and days instead.
fn ratios(unit: &Unit, from: f64, to: f64, most: usize) -> Vec<Mark> {
    let decades = |limit: f64, unit: f64| {
        (-320..320)
            .flat_map(move |k| {
                [1.0, 2.0, 5.0].map(|times| (times * unit * 10f64.powi(k), times == 1.0)).into_iter()
            })
            .filter(move |(v, _)| *v < limit)
    };
    let mut all: Vec<(f64, bool)> = if unit.quantity == Quantity::Time {
        let (minute, hour, day) = (6e10, 3.6e12, 8.64e13);
        let mut all: Vec<(f64, bool)> = decades(minute, 1.0).collect();
        all.extend([1.0, 2.0, 5.0, 10.0, 20.0].map(|n| (n * minute, n == 1.0 || n == 10.0)));
        all.extend([1.0, 2.0, 5.0, 10.0].map(|n| (n * hour, n == 1.0 || n == 10.0)));
        all.extend(decades(f64::INFINITY, day).filter(|(v, _)| *v >= day));
        all
    } else {
        decades(f64::INFINITY, 1.0).collect()
    };
    let (low, high) = (from * (1.0 - 1e-9), to * (1.0 + 1e-9));
    all.retain(|(v, _)| (low..=high).contains(v));
    let whole = all.iter().filter(|(_, whole)| *whole).count();
    if whole > 3 || all.len() > most {
        all.retain(|(_, whole)| *whole);
    }
    let every = all.len().div_ceil(most.max(1)).max(1);
    let label = |v: f64| {
        let text = unit.short(v);
        // Round times have only zeros after their largest unit.
        let rest = [" 00 s", " 00 min", " 0 h"].iter().find_map(|rest| text.strip_suffix(rest));
        rest.map_or_else(|| text.clone(), str::to_owned)
    };
    all.into_iter().step_by(every).map(|(v, _)| (v, label(v))).collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::subject::bounds;

    fn labels(axis: &Axis, px: f32, gap: f32) -> String {
        axis.marks(px, gap).into_iter().map(|(_, label)| label).collect::<Vec<_>>().join(" | ")
    }

    fn zero(quantity: Quantity, high: f64) -> Axis {
        Axis::from_zero(String::new(), Unit::of(quantity), Some((0.0, high)))
    }

    #[test]
    fn every_quantity_has_round_marks() {
        assert_eq!(labels(&zero(Quantity::Time, 8.0e9), 500.0, 90.0), "0 | 2 s | 4 s | 6 s | 8 s");
        assert_eq!(
            labels(&zero(Quantity::Time, 600e9), 500.0, 90.0),
            "0 | 2 min | 4 min | 6 min | 8 min | 10 min"
        );
        assert_eq!(labels(&zero(Quantity::Bytes, 336.9e6), 500.0, 90.0), "0 | 100 MB | 200 MB | 300 MB");
        assert_eq!(labels(&zero(Quantity::Percent, 46.9), 180.0, 40.0), "0 | 20 % | 40 %");
        assert_eq!(labels(&zero(Quantity::Count, 2.0), 180.0, 40.0), "0 | 1 | 2");
        assert_eq!(labels(&zero(Quantity::Number, 0.98), 180.0, 40.0), "0 | 0.5 | 1.0");
        assert_eq!(labels(&zero(Quantity::Number, 3.2e7), 180.0, 40.0), "0 | 20 M");
        assert_eq!(labels(&zero(Quantity::Number, 0.0), 180.0, 40.0), "0 | 0.5 | 1.0");
    }

    #[test]
    fn logarithmic_axes_have_decades_or_values_between() {
        let axis = |quantity, low, high| Axis::log(String::new(), Unit::of(quantity), Some((low, high)));
        assert_eq!(
            labels(&axis(Quantity::Time, 1e6, 3.6e12), 900.0, 90.0),
            "1 ms | 10 ms | 100 ms | 1 s | 10 s | 1 min | 10 min | 1 h"
        );
        assert_eq!(labels(&axis(Quantity::Number, 1.0, 90.0), 900.0, 90.0), "1 | 2 | 5 | 10 | 20 | 50 | 100");
        let wide = axis(Quantity::Number, 1e-200, 1e200).marks(400.0, 90.0);
        assert!((2..=5).contains(&wide.len()), "{wide:?}");
    }

    #[test]
    fn positions_are_always_numbers() {
        for axis in [
            zero(Quantity::Number, f64::MAX),
            Axis::around(
                String::new(),
                Unit::default(),
                Some((-f64::MAX, f64::MAX)).map(|(a, b)| (sane(a), sane(b))),
            ),
            Axis::around(String::new(), Unit::default(), Some((5.0, 5.0))),
            Axis::around(String::new(), Unit::default(), None),
            Axis::log(String::new(), Unit::default(), Some((0.0, 3.0))),
            Axis::order("sample", 1),
        ] {
            for v in [f64::NAN, f64::INFINITY, -1.0, 0.0, 5.0, f64::MAX] {
                assert!((0.0..=1.0).contains(&axis.place(v)), "{axis:?} {v}");
            }
            assert!(axis.from < axis.to && axis.from.is_finite() && axis.to.is_finite(), "{axis:?}");
        }
        assert_eq!(bounds([f64::NAN, 3.0, f64::INFINITY, -2.0]), Some((-2.0, 3.0)));
        assert_eq!(bounds([f64::NAN]), None);
    }
}
