//! A linear scale for counts, bytes and rates.

/// Maps values `v0..=v1` to pixels `x0..=x1`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LinearScale {
    /// First value.
    pub v0: f64,
    /// Last value.
    pub v1: f64,
    /// Pixel of `v0`.
    pub x0: f64,
    /// Pixel of `v1`.
    pub x1: f64,
}

/// A labelled value on an axis.
#[derive(Clone, Debug, PartialEq)]
pub struct ValueTick {
    /// The value.
    pub v: f64,
    /// The label, with the same number of decimals along the axis.
    pub label: String,
}

impl LinearScale {
    /// The pixel of a value; `x0` for every value where the range is empty.
    pub fn x(&self, v: f64) -> f64 {
        let part = (v - self.v0) / (self.v1 - self.v0);
        if part.is_finite() { self.x0 + part * (self.x1 - self.x0) } else { self.x0 }
    }

    /// The value at a pixel; `v0` where the scale has no width.
    pub fn v(&self, x: f64) -> f64 {
        let part = (x - self.x0) / (self.x1 - self.x0);
        if part.is_finite() { self.v0 + part * (self.v1 - self.v0) } else { self.v0 }
    }

    /// The same pixels with the values widened to whole steps, so that the axis ends on ticks.
    pub fn nice(&self, max: usize) -> LinearScale {
        match step(self.v1 - self.v0, max) {
            Some((step, _)) => {
                let (v0, v1) = ((self.v0 / step).floor() * step, (self.v1 / step).ceil() * step);
                LinearScale { v0, v1, ..*self }
            }
            None => *self,
        }
    }

    /// Ticks at 1, 2 or 5 times a power of ten, `max` of them at most (but at least 2 steps are tried for).
    pub fn ticks(&self, max: usize) -> Vec<ValueTick> {
        match step(self.v1 - self.v0, max) {
            Some((step, decimals)) => self.every(step, decimals),
            None => Vec::new(),
        }
    }

    /// The same for counts of things: never between whole numbers.
    pub fn count_ticks(&self, max: usize) -> Vec<ValueTick> {
        match step(self.v1 - self.v0, max) {
            Some((step, _)) if step < 1.0 => self.every(1.0, 0),
            Some((step, decimals)) => self.every(step, decimals),
            None => Vec::new(),
        }
    }

    fn every(&self, step: f64, decimals: usize) -> Vec<ValueTick> {
        let (low, high) = (self.v0.min(self.v1), self.v0.max(self.v1));
        // A hair of slack, for 0.1 * 3 is not 0.3.
        let first = (low / step - 1e-9).ceil();
        let last = (high / step + 1e-9).floor();
        let steps = (last - first).clamp(-1.0, 1000.0) as i64;
        (0..=steps)
            .map(|i| {
                // Adding 0.0 turns -0.0 into 0.0.
                let v = (first + i as f64) * step + 0.0;
                ValueTick { v, label: label(v, decimals) }
            })
            .collect()
    }
}

/// Fixed decimals, commas between groups of three digits, a true minus.
fn label(v: f64, decimals: usize) -> String {
    let text = format!("{:.decimals$}", v.abs());
    let (whole, part) = text.split_once('.').map_or((text.as_str(), ""), |(whole, part)| (whole, part));
    let whole = whole.parse().map_or_else(|_| format!("{:e}", v.abs()), super::count);
    let sign = if v < 0.0 { "−" } else { "" };
    if part.is_empty() { format!("{sign}{whole}") } else { format!("{sign}{whole}.{part}") }
}

/// The smallest nice step that divides the span into fewer than `max` parts, and the decimals that show it.
fn step(span: f64, max: usize) -> Option<(f64, usize)> {
    let span = span.abs();
    if !(span.is_finite() && span > 1e-300) {
        return None;
    }
    let raw = span / max.clamp(3, 500).saturating_sub(1) as f64;
    let power = raw.log10().floor();
    let base = 10f64.powf(power);
    let times = [1.0, 2.0, 5.0, 10.0].into_iter().find(|times| times * base >= raw * (1.0 - 1e-9))?;
    let power = if times == 10.0 { power + 1.0 } else { power };
    Some((times * base, (-power).clamp(0.0, 12.0) as usize))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;
    use proptest::prelude::*;

    fn labels(ticks: Vec<ValueTick>) -> String {
        ticks.into_iter().map(|tick| tick.label).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn ticks_are_nice() {
        let scale = |v0, v1| LinearScale { v0, v1, x0: 0.0, x1: 100.0 };
        assert_eq!(labels(scale(0.0, 10.0).ticks(6)), "0 2 4 6 8 10");
        assert_eq!(labels(scale(0.0, 0.3).ticks(4)), "0.0 0.1 0.2 0.3");
        assert_eq!(labels(scale(-20.0, 20.0).ticks(5)), "−20 −10 0 10 20");
        assert_eq!(labels(scale(0.0, 2.0).count_ticks(9)), "0 1 2");
        assert_eq!(labels(scale(0.0, 12_000.0).count_ticks(4)), "0 5,000 10,000");
        assert_eq!(labels(scale(3.0, 3.0).ticks(4)), "");
        assert_eq!(labels(scale(f64::NAN, 3.0).ticks(4)), "");
        let nice = scale(0.3, 9.1).nice(6);
        assert_eq!((nice.v0, nice.v1), (0.0, 10.0));
        assert_eq!(nice.x(5.0), 50.0);
        assert_eq!(nice.v(50.0), 5.0);
    }

    proptest! {
        #[test]
        fn ticks_are_bounded_and_inside(v0: f64, v1: f64, max in 3usize..60) {
            let scale = LinearScale { v0, v1, x0: 0.0, x1: 100.0 };
            let ticks = scale.ticks(max);
            prop_assert!(ticks.len() <= max + 1);
            let (low, high) = (v0.min(v1), v0.max(v1));
            let slack = (high - low) * 1e-6;
            prop_assert!(ticks.iter().all(|t| t.v >= low - slack && t.v <= high + slack));
        }
    }
}
