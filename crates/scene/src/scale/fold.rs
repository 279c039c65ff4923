//! Folds: stretches of time that an axis shows shorter than they are, to leave more room for what is before and after.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

/// A stretch of time that is folded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fold {
    /// Begin, ns since the epoch.
    pub from: i64,
    /// End, ns since the epoch; after the begin.
    pub to: i64,
    /// Its length on the axis, ns; at least 1 and less than its real length.
    shown: i64,
    /// Time that the earlier folds remove, ns.
    before: i128,
}

impl Fold {
    /// Its real length, ns.
    pub fn length(&self) -> i64 {
        self.to.saturating_sub(self.from)
    }

    /// Time that it and the earlier folds remove, ns.
    fn removed(&self) -> i128 {
        self.before + i128::from(self.to) - i128::from(self.from) - i128::from(self.shown)
    }
}

/// The folded stretches of an axis, ascending and disjoint. Outside of them time passes at its usual pace, within them
/// faster, so that every moment has its place and every place its moment.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "(Vec<(i64, i64)>, i64)", into = "(Vec<(i64, i64)>, i64)")]
pub struct Folds(Arc<[Fold]>);

impl Folds {
    /// Folds of `stretches` (begin and end, ns since the epoch), each to `shown` ns. Stretches that are not longer than
    /// that, or begin before another one ends, are not folded. O(n log n).
    pub fn new(stretches: impl IntoIterator<Item = (i64, i64)>, shown: i64) -> Folds {
        let shown = shown.max(1);
        let mut all: Vec<(i64, i64)> = stretches.into_iter().collect();
        all.sort_unstable();
        let mut folds: Vec<Fold> = Vec::with_capacity(all.len());
        for (from, to) in all {
            let is_free = folds.last().is_none_or(|last| last.to <= from);
            if is_free && i128::from(to) - i128::from(from) > i128::from(shown) {
                let before = folds.last().map_or(0, Fold::removed);
                folds.push(Fold { from, to, shown, before });
            }
        }
        Folds(folds.into())
    }

    /// The folds in the order of time.
    pub fn list(&self) -> &[Fold] {
        &self.0
    }

    /// Returns whether there are no folds.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Returns the total length of the folded stretches, ns.
    pub fn length(&self) -> i64 {
        self.0.iter().fold(0, |sum: i64, f| sum.saturating_add(f.length()))
    }

    /// Converts a time to the folded axis: unchanged before the first fold, then earlier by the time that folds remove.
    pub fn fold(&self, t: i64) -> i64 {
        fold(&self.0, t)
    }

    /// The moment of a place on the folded axis; the inverse of [`Folds::fold`].
    pub fn unfold(&self, at: i64) -> i64 {
        unfold(&self.0, i128::from(at))
    }
}

impl From<(Vec<(i64, i64)>, i64)> for Folds {
    fn from((stretches, shown): (Vec<(i64, i64)>, i64)) -> Folds {
        Folds::new(stretches, shown)
    }
}

impl From<Folds> for (Vec<(i64, i64)>, i64) {
    fn from(folds: Folds) -> (Vec<(i64, i64)>, i64) {
        (folds.0.iter().map(|f| (f.from, f.to)).collect(), folds.0.first().map_or(1, |f| f.shown))
    }
}

/// `value * times / by` to the nearest; all positive, and `times` and `by` below 2^64.
fn scaled(value: i128, times: i128, by: i128) -> i128 {
    // The product of two numbers of 64 bits may be too large for a signed one of 128: then 53 bits have to do.
    let (quotient, rest) = (times / by, times % by);
    let part = value.checked_mul(rest).map_or_else(
        || (value as f64 / by as f64 * rest as f64).round() as i128,
        |product| (product + by / 2) / by,
    );
    value * quotient + part
}

fn clamped(t: i128) -> i64 {
    t.clamp(i128::from(i64::MIN), i128::from(i64::MAX)) as i64
}

/// See [`Folds::fold`]. O(log n).
pub(super) fn fold(folds: &[Fold], t: i64) -> i64 {
    let Some(last) = folds.partition_point(|f| f.from < t).checked_sub(1).map(|i| folds[i]) else { return t };
    let t = i128::from(t);
    if t >= i128::from(last.to) {
        return clamped(t - last.removed());
    }
    let from = i128::from(last.from);
    let length = i128::from(last.to) - from;
    clamped(from - last.before + scaled(t - from, i128::from(last.shown), length))
}

/// See [`Folds::unfold`]. O(log n).
pub(super) fn unfold(folds: &[Fold], at: i128) -> i64 {
    let begins = |f: &Fold| i128::from(f.from) - f.before;
    let Some(last) = folds.partition_point(|f| begins(f) < at).checked_sub(1).map(|i| folds[i]) else {
        return clamped(at);
    };
    let since = at - begins(&last);
    if since >= i128::from(last.shown) {
        return clamped(at + last.removed());
    }
    let length = i128::from(last.to) - i128::from(last.from);
    clamped(i128::from(last.from) + scaled(since, length, i128::from(last.shown)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn times_after_a_fold_move_closer() {
        let folds = Folds::new([(100, 1_100), (2_000, 12_000)], 10);
        let at = |t| (folds.fold(t), folds.unfold(folds.fold(t)));
        assert_eq!([at(50), at(100)], [(50, 50), (100, 100)]);
        assert_eq!([at(600), at(1_100)], [(105, 600), (110, 1_100)]);
        assert_eq!([at(1_500), at(12_001)], [(510, 1_500), (1_021, 12_001)]);
        assert_eq!(folds.length(), 11_000);
    }

    #[test]
    fn odd_folds_are_left_out() {
        assert!(Folds::new([(5, 5), (9, 3), (0, 10)], 10).is_empty());
        let kept = Folds::new([(0, 100), (50, 200), (100, 300)], 0);
        assert_eq!(kept.list().iter().map(|f| (f.from, f.to)).collect::<Vec<_>>(), [(0, 100), (100, 300)]);
        let all = Folds::new([(i64::MIN, i64::MAX)], 4);
        assert_eq!((all.fold(i64::MIN), all.fold(i64::MAX)), (i64::MIN, i64::MIN + 4));
        assert_eq!(all.unfold(i64::MIN + 4), i64::MAX);
    }

    proptest! {
        #[test]
        fn folding_and_back_is_identity(
            ends in proptest::collection::vec(-1_000_000i64..1_000_000, 0..40), shown in 1i64..500, t in -2_000_000i64..2_000_000,
        ) {
            let folds = Folds::new(ends.chunks_exact(2).map(|p| (p[0].min(p[1]), p[0].max(p[1]))), shown);
            // Every place on the axis is the image of a time.
            prop_assert_eq!(folds.fold(folds.unfold(t)), t);
            // Outside of folds every moment comes back, within them the order of moments stays.
            if folds.list().iter().all(|f| t <= f.from || t >= f.to) {
                prop_assert_eq!(folds.unfold(folds.fold(t)), t);
            }
            prop_assert!(folds.fold(t) <= folds.fold(t + 1) && folds.fold(t + 1) - folds.fold(t) <= 1);
            let (list, shown): (Vec<(i64, i64)>, i64) = folds.clone().into();
            prop_assert_eq!(Folds::from((list, shown)), folds);
        }
    }
}
