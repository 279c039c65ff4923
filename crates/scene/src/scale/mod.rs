//! From values to pixels and back: time and linear scales, their ticks, and numbers written for people.

mod civil;
mod fold;
mod linear;
mod ticks;
mod words;

pub use civil::{Civil, civil, timestamp};
pub use fold::{Fold, Folds};
pub use linear::{LinearScale, ValueTick};
pub use ticks::{AxisMode, Tick, ticks};
pub use words::{bytes, count, counted, duration, duration_words};

/// Maps times `t0..=t1` (nanoseconds since the epoch) to pixels `x0..=x1`, and continues on both sides. Folded
/// stretches take less room than their length; users of a scale do not have to handle them.
///
/// Times are subtracted as integers before anything becomes a float, so single nanoseconds stay apart at any zoom.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TimeScale<'f> {
    /// First time shown.
    pub t0: i64,
    /// Last time shown.
    pub t1: i64,
    /// Pixel of `t0`.
    pub x0: f64,
    /// Pixel of `t1`.
    pub x1: f64,
    /// Folded stretches; see [`Folds::list`].
    pub folds: &'f [Fold],
}

/// A folded stretch on a scale.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Break {
    /// The stretch.
    pub fold: Fold,
    /// Pixel of its begin.
    pub left: f64,
    /// Pixel of its end.
    pub right: f64,
}

/// `a - b` as a float; exact up to 2^53 whatever `a` and `b` are.
fn difference(a: i64, b: i64) -> f64 {
    let size = a.abs_diff(b) as f64;
    if a < b { -size } else { size }
}

fn clamp_time(t: i128) -> i64 {
    t.clamp(i128::from(i64::MIN), i128::from(i64::MAX)) as i64
}

impl<'f> TimeScale<'f> {
    /// A scale without folds.
    pub fn plain((t0, t1): (i64, i64), (x0, x1): (f64, f64)) -> TimeScale<'static> {
        TimeScale { t0, t1, x0, x1, folds: &[] }
    }

    /// The same pixels over another window of time, ns since the epoch.
    pub fn over(&self, (t0, t1): (i64, i64)) -> TimeScale<'f> {
        TimeScale { t0, t1, ..*self }
    }

    /// The same pixels over the folded axis, on which time passes at one pace.
    fn flat(&self) -> TimeScale<'static> {
        TimeScale::plain(
            (fold::fold(self.folds, self.t0), fold::fold(self.folds, self.t1)),
            (self.x0, self.x1),
        )
    }

    /// What happened to the flat scale, done to this one.
    fn unflat(&self, flat: TimeScale<'_>) -> TimeScale<'f> {
        let back = |at| fold::unfold(self.folds, i128::from(at));
        self.over((back(flat.t0), back(flat.t1)))
    }

    /// The time that the pixels cover, ns, with folds at their shown length; at least 1, so that it can be a divisor.
    pub fn span(&self) -> f64 {
        difference(fold::fold(self.folds, self.t1), fold::fold(self.folds, self.t0)).max(1.0)
    }

    /// Nanoseconds per pixel, outside of folds; at least 1.
    pub fn resolution(&self) -> f64 {
        (self.span() / (self.x1 - self.x0).max(1.0)).max(1.0)
    }

    /// Pixels per nanosecond, outside of folds.
    pub fn density(&self) -> f64 {
        (self.x1 - self.x0) / self.span()
    }

    /// The pixel of a time.
    pub fn x(&self, t: i64) -> f64 {
        self.x0 + difference(fold::fold(self.folds, t), fold::fold(self.folds, self.t0)) * self.density()
    }

    /// The time at a pixel, to the nearest nanosecond; saturates. A scale of no width shows `t0` everywhere.
    pub fn t(&self, x: f64) -> i64 {
        let offset = (x - self.x0) / self.density();
        if offset.is_nan() {
            return self.t0;
        }
        // Floats become integers saturating, and the sum of two clamped parts cannot overflow 128 bits.
        let offset = offset.round().clamp(-4e19, 4e19) as i128;
        fold::unfold(self.folds, i128::from(fold::fold(self.folds, self.t0)) + offset)
    }

    /// The folds between the ends of the scale.
    pub fn breaks(&self) -> impl Iterator<Item = Break> + '_ {
        let first = self.folds.partition_point(|f| f.to <= self.t0);
        let shown = self.folds[first..].iter().take_while(|f| f.from < self.t1);
        shown.map(|fold| Break { fold: *fold, left: self.x(fold.from), right: self.x(fold.to) })
    }

    /// Ticks as [`ticks`] chooses them, of one distance outside of folds and none within.
    pub fn ticks(&self, min_gap_px: f64, mode: AxisMode, offset_seconds: i32) -> Vec<Tick> {
        let mut stretches = Vec::new();
        let mut from = self.t0;
        for Break { fold, .. } in self.breaks() {
            if fold.from > from {
                stretches.push((from, fold.from));
            }
            from = fold.to;
        }
        if stretches.is_empty() || from < self.t1 {
            stretches.push((from, self.t1));
        }
        ticks::within(&stretches, self.span(), self.x1 - self.x0, min_gap_px, mode, offset_seconds)
    }

    /// Zooms in (`factor` above 1) or out around the pixel `at_x`, whose time stays in place as far as `bounds` (first
    /// and last time that can be shown) and `min_span` (ns) permit.
    pub fn zoom(&self, at_x: f64, factor: f64, bounds: (i64, i64), min_span: i64) -> TimeScale<'f> {
        if !(factor > 0.0 && factor.is_finite() && at_x.is_finite()) {
            return *self;
        }
        let (flat, bounds) = (self.flat(), self.flat_bounds(bounds));
        let widest = difference(bounds.1, bounds.0).max(1.0);
        let least = (min_span.max(1) as f64).min(widest);
        let span = (flat.span() / factor).clamp(least, widest);
        let part = (at_x - self.x0) / (self.x1 - self.x0);
        let part = if part.is_finite() { part } else { 0.5 };
        let start = i128::from(flat.t(at_x)) - (span * part) as i128;
        self.unflat(flat.placed(start, span as i128, bounds))
    }

    /// Moves the window by `dx` pixels: towards later times where positive. Never beyond `bounds`.
    pub fn pan(&self, dx: f64, bounds: (i64, i64)) -> TimeScale<'f> {
        let offset = dx / self.density();
        if !offset.is_finite() {
            return *self;
        }
        let flat = self.flat();
        let start = i128::from(flat.t0) + offset.round().clamp(-4e19, 4e19) as i128;
        let span = i128::from(flat.t1) - i128::from(flat.t0);
        self.unflat(flat.placed(start, span, self.flat_bounds(bounds)))
    }

    /// Returns the window of the same width with a time in its centre, as far as `bounds` permit.
    pub fn centred(&self, t: i64, bounds: (i64, i64)) -> TimeScale<'f> {
        let flat = self.flat();
        let span = i128::from(flat.t1) - i128::from(flat.t0);
        let start = i128::from(fold::fold(self.folds, t)) - span / 2;
        self.unflat(flat.placed(start, span, self.flat_bounds(bounds)))
    }

    fn flat_bounds(&self, bounds: (i64, i64)) -> (i64, i64) {
        (fold::fold(self.folds, bounds.0), fold::fold(self.folds, bounds.1))
    }

    /// The same pixels over the window of `span` from `start`, pushed inside the bounds.
    fn placed(&self, start: i128, span: i128, bounds: (i64, i64)) -> TimeScale<'f> {
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
        let scale = TimeScale::plain((t0, t0 + 100), (0.0, 1000.0));
        assert_eq!(scale.x(t0 + 1), 10.0);
        assert_eq!(scale.t(10.0), t0 + 1);
    }

    #[test]
    fn scales_without_width_or_span_answer() {
        let flat = TimeScale::plain((5, 5), (0.0, 0.0));
        assert_eq!(flat.x(5), 0.0);
        assert_eq!(flat.t(0.0), 5);
        assert_eq!(flat.zoom(0.0, 2.0, (5, 5), 1), flat);
        assert_eq!(flat.pan(3.0, (0, 10)), flat);
    }

    #[test]
    fn zoom_keeps_the_time_under_the_pointer_and_the_bounds() {
        let scale = TimeScale::plain((0, 1000), (0.0, 100.0));
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

    const S: i64 = 1_000_000_000;

    #[test]
    fn a_folded_axis_is_cut_and_has_ticks_on_both_sides() {
        // Ten seconds of work, three days of nothing, ten seconds of work.
        let (from, to) = (10 * S, 10 * S + 3 * 86_400 * S);
        let folds = Folds::new([(from, to)], S);
        let scale = TimeScale { t0: 0, t1: to + 10 * S, x0: 0.0, x1: 630.0, folds: folds.list() };
        assert_eq!((scale.x(from).round(), scale.x(to).round(), scale.span()), (300.0, 330.0, 21e9));
        let broken: Vec<_> =
            scale.breaks().map(|b| (b.left.round(), b.right.round(), b.fold.length())).collect();
        assert_eq!(broken, [(300.0, 330.0, 3 * 86_400 * S)]);
        let labels =
            |mode| scale.ticks(60.0, mode, 0).into_iter().map(|t| t.label).collect::<Vec<_>>().join(" | ");
        assert_eq!(
            labels(AxisMode::Relative { origin: 0 }),
            "0 | +2 s | +4 s | +6 s | +8 s | +10 s | +3 d 10 s | +3 d 12 s | +3 d 14 s | +3 d 16 s | +3 d 18 s | +3 d 20 s"
        );
        assert_eq!(
            labels(AxisMode::Clock),
            "Jan 1 | 00:00:02 | 00:00:04 | 00:00:06 | 00:00:08 | 00:00:10 | Jan 4 00:00:10 | 00:00:12 | 00:00:14 | 00:00:16 | 00:00:18 | 00:00:20"
        );
        let narrow = scale.over((to, to + S));
        assert_eq!(narrow.breaks().count(), 0);
        let middle = scale.zoom(315.0, 2.0, (0, to + 10 * S), 1);
        assert_eq!((middle.x(from).round(), middle.x(to).round()), (285.0, 345.0));
    }

    proptest! {
        #[test]
        fn zooming_in_and_out_on_a_folded_axis_comes_back(
            gaps in proptest::collection::vec((0i64..1_000_000, 1_000i64..100_000), 0..12), x in 100.0f64..700.0, by in 1.1f64..20.0,
        ) {
            let folds = Folds::new(gaps.iter().map(|(from, length)| (*from, from + length)), 500);
            let scale = TimeScale { t0: -5_000, t1: 2_000_000, x0: 0.0, x1: 800.0, folds: folds.list() };
            let bounds = (scale.t0 - 10_000_000, scale.t1 + 10_000_000);
            let back = scale.zoom(x, by, bounds, 1).zoom(x, 1.0 / by, bounds, 1);
            // Twice rounded to a nanosecond, the first time where it is `by` times as large.
            let near = |a: i64, b: i64| (folds.fold(a) - folds.fold(b)).abs() as f64 <= 3.0 + by;
            prop_assert!(near(back.t0, scale.t0) && near(back.t1, scale.t1), "{back:?}");
            let moved = scale.pan(x, bounds).pan(-x, bounds);
            prop_assert!(near(moved.t0, scale.t0) && near(moved.t1, scale.t1), "{moved:?}");
            let t = scale.t(x);
            prop_assert!((scale.x(t) - x).abs() <= scale.density() + 1e-6);
        }

        #[test]
        fn time_to_pixel_and_back(a: i64, b: i64, part in 0.0f64..1.0, width in 1.0f64..1e5) {
            let (t0, t1) = (a.min(b), a.max(b));
            let scale = TimeScale::plain((t0, t1), (20.0, 20.0 + width));
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
            let scale = TimeScale::plain((t.0.min(t.1), t.0.max(t.1)), (0.0, 800.0));
            for next in [scale.zoom(x, factor, bounds, min), scale.pan(factor, bounds), scale.pan(x, bounds)] {
                prop_assert!(next.t0 <= next.t1);
                prop_assert!(next == scale || (next.t0 >= bounds.0 && next.t1 <= bounds.1));
            }
        }
    }
}
