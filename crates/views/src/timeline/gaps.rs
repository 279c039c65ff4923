//! Gaps in which no attempt runs, and which of them the axis folds.

use makespan_model::Order as _;
use makespan_scene::Folds;
use serde::{Deserialize, Serialize};

/// A folded gap is at least this fraction of the remaining axis: 1/N.
const LEAST_PART: i128 = 20;

/// Minimum length of a folded gap, in median attempt durations: usual pauses between attempts are not folded.
const LEAST_MEDIANS: i128 = 4;

/// Maximum number of folded gaps, because each takes up some pixels.
const MOST: usize = 120;

/// Gaps are folded by default if they make up more than this percentage of the run.
const MOSTLY: i128 = 60;

/// The time before the first attempt, in which the first ones are queued, is folded by default if it makes up more than
/// this percentage of the run.
const LONG_QUEUE: i128 = 25;

/// A fold takes up 1/N of the remaining axis, or less if there are many: together they take up at most a fifth.
const SHOWN_PART: i64 = 24;

/// Whether the axis folds gaps.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Gaps {
    /// If they make up most of the run; a long queue before the first attempt in any case.
    #[default]
    Auto,
    /// Always.
    Folded,
    /// Never.
    Shown,
}

impl Gaps {
    /// All choices.
    pub const ALL: [Gaps; 3] = [Gaps::Auto, Gaps::Folded, Gaps::Shown];

    /// Returns the name in links.
    pub fn name(self) -> &'static str {
        match self {
            Gaps::Auto => "auto",
            Gaps::Folded => "folded",
            Gaps::Shown => "shown",
        }
    }
}

/// The gaps of a run that are worth folding.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Foldable {
    /// These gaps, folded.
    pub(super) folds: Folds,
    /// Those of them that are folded by default.
    pub(super) usual: Folds,
}

impl Foldable {
    /// Returns the number of gaps worth folding.
    pub(crate) fn count(&self) -> usize {
        self.folds.list().len()
    }

    /// Returns the gaps that an axis folds.
    pub(crate) fn chosen(&self, gaps: Gaps) -> Folds {
        match gaps {
            Gaps::Auto => self.usual.clone(),
            Gaps::Folded => self.folds.clone(),
            Gaps::Shown => Folds::default(),
        }
    }
}

/// Number of equal parts of the axis in which [`is_covered`] looks for attempts.
const PARTS: usize = 8192;

/// Returns whether some attempt lies in every part of the axis. Then every gap is shorter than two of them, and even
/// [`MOST`] gaps leave so much of the axis that none is [`LEAST_PART`] of the rest.
#[inline(never)]
fn is_covered((first, last): (i64, i64), spans: &[(i64, i64)]) -> bool {
    let width = last.wrapping_sub(first) as u64 / PARTS as u64 + 1;
    let part = |t: i64| ((t.clamp(first, last).wrapping_sub(first) as u64 / width) as usize).min(PARTS - 1);
    // Where attempts begin, less where others have ended: the sum up to a part is how many lie in it.
    let mut changes = vec![0_i32; PARTS + 1];
    for &(from, to) in spans {
        changes[part(from)] += 1;
        changes[part(to) + 1] -= 1;
    }
    let mut open = 0;
    changes[..=part(last)].iter().all(|change| {
        open += change;
        open > 0
    })
}

/// Returns the gaps of `extent` (first and last time, ns since the epoch) between `spans` (start and end of each
/// attempt) that are worth folding: as many of the longest ones as possible, such that each is still long compared with
/// the rest and with the median attempt. O(n log n), and O(n) if no gap is long.
pub(crate) fn foldable(extent: (i64, i64), mut spans: Vec<(i64, i64)>) -> Foldable {
    let length = |(from, to): (i64, i64)| i128::from(to) - i128::from(from);
    if spans.is_empty() || is_covered(extent, &spans) {
        return Foldable::default();
    }
    spans.order();
    let mut gaps: Vec<(i64, i64)> = Vec::new();
    let mut until = extent.0;
    for &(from, to) in &spans {
        if from > until {
            gaps.push((until, from));
        }
        until = until.max(to);
    }
    if extent.1 > until {
        gaps.push((until, extent.1));
    }
    let middle = spans.len() / 2;
    let median = length(*spans.select_nth_unstable_by_key(middle, |s| length(*s)).1);
    let is_queue = |gap: (i64, i64)| gap.0 == extent.0 && length(gap) * 100 > length(extent) * LONG_QUEUE;
    let is_long = |gap: (i64, i64)| length(gap) >= median.saturating_mul(LEAST_MEDIANS) || is_queue(gap);
    gaps.retain(|gap| length(*gap) > 0 && is_long(*gap));
    gaps.order_by_key(|gap| (std::cmp::Reverse(length(*gap)), gap.0));
    let (mut rest, mut kept, mut remains) = (length(extent), 0, 0);
    for (i, gap) in gaps.iter().take(MOST).enumerate() {
        rest -= length(*gap);
        if length(*gap) * LEAST_PART >= rest {
            (kept, remains) = (i + 1, rest);
        }
    }
    gaps.truncate(kept);
    let taken: i128 = gaps.iter().map(|gap| length(*gap)).sum();
    let part = SHOWN_PART.max(5 * kept as i64);
    let shown = i64::try_from(remains / i128::from(part)).unwrap_or(i64::MAX);
    let folds = Folds::new(gaps.iter().copied(), shown);
    let usual = match taken * 100 > length(extent) * MOSTLY {
        true => folds.clone(),
        false => Folds::new(gaps.into_iter().filter(|gap| is_queue(*gap)), shown),
    };
    Foldable { folds, usual }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const S: i64 = 1_000_000_000;
    const DAY: i64 = 86_400 * S;

    fn folded(spans: &[(i64, i64)]) -> (Vec<(i64, i64)>, bool) {
        let extent =
            (spans.iter().map(|s| s.0).min().unwrap_or(0), spans.iter().map(|s| s.1).max().unwrap_or(0));
        let found = foldable(extent, spans.to_vec());
        (found.folds.list().iter().map(|f| (f.from, f.to)).collect(), found.usual == found.folds)
    }

    #[test]
    fn days_between_two_bursts_are_folded_and_short_waits_are_not() {
        let spans = [(0, 60 * S), (61 * S, 120 * S), (3 * DAY, 3 * DAY + 90 * S)];
        assert_eq!(folded(&spans), (vec![(120 * S, 3 * DAY)], true));
        // Half an hour beside an hour of work can be folded, but nobody has to ask for the whole picture.
        let spans = [(0, 300 * S), (300 * S, 3_600 * S), (5_400 * S, 5_700 * S), (5_700 * S, 6_000 * S)];
        assert_eq!(folded(&spans), (vec![(3_600 * S, 5_400 * S)], false));
        assert_eq!(folded(&[(0, 10 * S), (11 * S, 20 * S)]), (vec![], true));
        assert_eq!(folded(&[]), (vec![], true));
    }

    #[test]
    fn many_equal_gaps_are_folded_together_or_not_at_all() {
        let bursts = |n: i64| (0..n).map(|i| (i * DAY, i * DAY + 60 * S)).collect::<Vec<_>>();
        assert_eq!(folded(&bursts(100)).0.len(), 99);
        assert_eq!(folded(&bursts(10_000)).0.len(), 0);
    }

    #[test]
    fn nothing_happens_for_long_before_the_first_attempt() {
        let found = foldable((-DAY, DAY), vec![(0, S), (S, 2 * S)]);
        assert_eq!(
            found.folds.list().iter().map(|f| (f.from, f.to)).collect::<Vec<_>>(),
            [(-DAY, 0), (2 * S, DAY)]
        );
    }

    #[test]
    fn a_long_queue_before_the_first_attempt_is_folded() {
        let usual = |queue: i64| {
            let found = foldable((-queue * S, 12 * S), vec![(0, 9 * S), (10 * S, 12 * S)]);
            found.usual.list().iter().map(|f| (f.from, f.to)).collect::<Vec<_>>()
        };
        assert_eq!(usual(6), [(-6 * S, 0)]);
        assert_eq!(usual(3), []);
    }

    proptest! {
        #[test]
        fn attempts_never_lie_within_a_fold(
            spans in proptest::collection::vec((any::<i32>(), 0i64..1_000_000_000), 1..60),
        ) {
            let spans: Vec<(i64, i64)> = spans.iter().map(|(s, l)| (i64::from(*s), i64::from(*s) + l)).collect();
            let (folds, _) = folded(&spans);
            for (from, to) in folds {
                prop_assert!(spans.iter().all(|(s, e)| e <= &from || s >= &to));
            }
        }
    }
}
