//! From values to pixels and back: time and linear scales, their ticks, and numbers written for people.

mod civil;
mod linear;
mod ticks;
mod words;

pub use civil::{Civil, civil, timestamp};
pub use linear::{LinearScale, ValueTick};
pub use ticks::{AxisMode, Tick, ticks};
pub use words::{bytes, count, counted, duration, duration_words};

/// Maps times `t0..=t1` (nanoseconds since the epoch) to pixels `x0..=x1`, and beyond on both sides.
///
/// Times are subtracted as integers before anything becomes a float, so single nanoseconds stay apart at any zoom.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TimeScale {
    /// First time shown.
    pub t0: i64,
    /// Last time shown.
    pub t1: i64,
    /// Pixel of `t0`.
    pub x0: f64,
    /// Pixel of `t1`.
    pub x1: f64,
}

/// `a - b` as a float; exact up to 2^53 whatever `a` and `b` are.
fn difference(a: i64, b: i64) -> f64 {
    let size = a.abs_diff(b) as f64;
    if a < b { -size } else { size }
}

fn clamp_time(t: i128) -> i64 {
    t.clamp(i128::from(i64::MIN), i128::from(i64::MAX)) as i64
}

impl TimeScale {
    /// The time shown, in nanoseconds; at least 1, so that divisions by it are defined.
    pub fn span(&self) -> f64 {
        difference(self.t1, self.t0).max(1.0)
    }

    /// Pixels per nanosecond.
    pub fn density(&self) -> f64 {
        (self.x1 - self.x0) / self.span()
    }

    /// The pixel of a time.
    pub fn x(&self, t: i64) -> f64 {
        self.x0 + difference(t, self.t0) * self.density()
    }

    /// The time at a pixel, to the nearest nanosecond; saturates. A scale of no width shows `t0` everywhere.
    pub fn t(&self, x: f64) -> i64 {
        let offset = (x - self.x0) / self.density();
        if offset.is_nan() {
            return self.t0;
        }
        // Floats become integers saturating, and the sum of two clamped parts cannot overflow 128 bits.
        let offset = offset.round().clamp(-4e19, 4e19) as i128;
        clamp_time(i128::from(self.t0) + offset)
    }

    /// Zooms in (`factor` above 1) or out about the pixel `at_x`, whose time stays where it is as far as `bounds`
    /// (first and last time that may be shown) and `min_span` (nanoseconds) allow.
    pub fn zoom(&self, at_x: f64, factor: f64, bounds: (i64, i64), min_span: i64) -> TimeScale {
        if !(factor > 0.0 && factor.is_finite() && at_x.is_finite()) {
            return *self;
        }
        let widest = difference(bounds.1, bounds.0).max(1.0);
        let least = (min_span.max(1) as f64).min(widest);
        let span = (self.span() / factor).clamp(least, widest);
        let part = (at_x - self.x0) / (self.x1 - self.x0);
        let part = if part.is_finite() { part } else { 0.5 };
        let start = i128::from(self.t(at_x)) - (span * part) as i128;
        self.placed(start, span as i128, bounds)
    }

    /// Moves the window by `dx` pixels: towards later times where positive. Never beyond `bounds`.
    pub fn pan(&self, dx: f64, bounds: (i64, i64)) -> TimeScale {
        let offset = dx / self.density();
        if !offset.is_finite() {
            return *self;
        }
        let start = i128::from(self.t0) + offset.round().clamp(-4e19, 4e19) as i128;
        self.placed(start, i128::from(self.t1) - i128::from(self.t0), bounds)
    }

    /// The same pixels over the window of `span` from `start`, pushed inside the bounds.
    fn placed(&self, start: i128, span: i128, bounds: (i64, i64)) -> TimeScale {
        let (first, last) = (i128::from(bounds.0), i128::from(bounds.1.max(bounds.0)));
        let span = span.clamp(0, last - first);
        let start = start.clamp(first, last - span);
        TimeScale { t0: clamp_time(start), t1: clamp_time(start + span), ..*self }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn single_nanoseconds_stay_apart_far_from_the_epoch() {
        let t0 = 1_700_000_000_000_000_000;
        let scale = TimeScale { t0, t1: t0 + 100, x0: 0.0, x1: 1000.0 };
        assert_eq!(scale.x(t0 + 1), 10.0);
        assert_eq!(scale.t(10.0), t0 + 1);
    }

    #[test]
    fn scales_without_width_or_span_answer() {
        let flat = TimeScale { t0: 5, t1: 5, x0: 0.0, x1: 0.0 };
        assert_eq!(flat.x(5), 0.0);
        assert_eq!(flat.t(0.0), 5);
        assert_eq!(flat.zoom(0.0, 2.0, (5, 5), 1), flat);
        assert_eq!(flat.pan(3.0, (0, 10)), flat);
    }

    #[test]
    fn zoom_keeps_the_time_under_the_pointer_and_the_bounds() {
        let scale = TimeScale { t0: 0, t1: 1000, x0: 0.0, x1: 100.0 };
        let closer = scale.zoom(50.0, 2.0, (0, 1000), 10);
        assert_eq!((closer.t0, closer.t1), (250, 750));
        let closest = scale.zoom(100.0, 1e9, (0, 1000), 10);
        assert_eq!((closest.t0, closest.t1), (990, 1000));
        let out = closer.zoom(0.0, 0.1, (0, 1000), 10);
        assert_eq!((out.t0, out.t1), (0, 1000));
        let moved = closer.pan(10.0, (0, 1000));
        assert_eq!((moved.t0, moved.t1), (300, 800));
        let stopped = closer.pan(1e9, (0, 1000));
        assert_eq!((stopped.t0, stopped.t1), (500, 1000));
        assert_eq!(scale.zoom(1.0, f64::NAN, (0, 1000), 10), scale);
    }

    proptest! {
        #[test]
        fn time_to_pixel_and_back(a: i64, b: i64, part in 0.0f64..1.0, width in 1.0f64..1e5) {
            let (t0, t1) = (a.min(b), a.max(b));
            let scale = TimeScale { t0, t1, x0: 20.0, x1: 20.0 + width };
            let t = clamp_time(i128::from(t0) + (difference(t1, t0) * part) as i128);
            let x = scale.x(t);
            prop_assert!(x >= 20.0 - 1e-6 && x <= 20.0 + width + 1e-6);
            // A float of 53 bits over the whole span, a few roundings.
            let slack = scale.span() * 1e-11 + 1.0;
            prop_assert!(difference(scale.t(x), t).abs() <= slack);
        }

        #[test]
        fn zoom_and_pan_stay_in_bounds(
            t: (i64, i64), bounds: (i64, i64), x in -1e6f64..1e6, factor in any::<f64>(), min: i64,
        ) {
            let bounds = (bounds.0.min(bounds.1), bounds.0.max(bounds.1));
            let scale = TimeScale { t0: t.0.min(t.1), t1: t.0.max(t.1), x0: 0.0, x1: 800.0 };
            for next in [scale.zoom(x, factor, bounds, min), scale.pan(factor, bounds), scale.pan(x, bounds)] {
                prop_assert!(next.t0 <= next.t1);
                prop_assert!(next == scale || (next.t0 >= bounds.0 && next.t1 <= bounds.1));
            }
        }
    }
}
