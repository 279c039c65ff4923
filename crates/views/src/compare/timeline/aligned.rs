//! Two indexes of bars with the same lanes and rows, each run relative to its own zero.

use makespan_analysis::natural_cmp;
use makespan_layout::lanes::pack;
use makespan_model::{AttemptId, HashMap, Order as _, Run, TaskId, UNKNOWN};
use makespan_scene::Folds;

use super::super::Pair;
use super::rows::prefer;
use crate::tasks::start_of;
use crate::timeline::{
    Foldable, Gaps, Index, Lane, Lanes, PlacedLane, UNNAMED, foldable, folded_window, grouped, lacking, timed,
};

/// The attempts of two runs in common lanes. Row `r` is the same in both; matched attempts share a row if possible.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Aligned {
    /// The bars of run A.
    pub a: Index,
    /// The bars of run B.
    pub b: Index,
    /// The times of A and of B at 0 on the axis, ns since the epoch.
    pub zero: (i64, i64),
    /// First and last time of both runs, ns since zero.
    pub extent: (i64, i64),
    /// The row of the matching whose starts are aligned; `None` if the starts of the runs are.
    pub at: Option<u32>,
    /// The gaps in which neither run has an attempt.
    foldable: Foldable,
}

/// The attempts of a lane in A and in B.
#[derive(Default)]
struct Members {
    a: Vec<u32>,
    b: Vec<u32>,
}

impl Aligned {
    /// Aligns two runs: at the starts of the row `at` if both are known, otherwise at the starts of the runs. O(n log
    /// n).
    pub fn new(pair: &Pair<'_>, lanes: Lanes, at: Option<u32>) -> Aligned {
        let (a, b) = (pair.a.run(), pair.b.run());
        let (extent_a, extent_b) = (a.extent().unwrap_or((0, 0)), b.extent().unwrap_or((0, 0)));
        let started = at.and_then(|row| {
            let t = pair.row(row)?;
            let (a, b) = (start_of(a, t.a?), start_of(b, t.b?));
            (a != UNKNOWN && b != UNKNOWN).then_some((a, b))
        });
        let origin = |run: &Run, extent: (i64, i64)| run.span().map_or(extent.0, |s| s.0);
        let zero = started.unwrap_or((origin(a, extent_a), origin(b, extent_b)));
        let since =
            |extent: (i64, i64), zero: i64| (extent.0.saturating_sub(zero), extent.1.saturating_sub(zero));
        let (in_a, in_b) = (since(extent_a, zero.0), since(extent_b, zero.1));
        // A run without times has no extent.
        let extent = match (a.extent(), b.extent()) {
            (Some(_), None) => in_a,
            (None, Some(_)) => in_b,
            _ => (in_a.0.min(in_b.0), in_a.1.max(in_b.1)),
        };
        let mut placed = (Vec::new(), Vec::new());
        let mut spans: Vec<(i64, i64)> = Vec::new();
        for (name, members) in common(pair, lanes, zero) {
            let timed_a = timed(a, &members.a, extent_a);
            let timed_b = timed(b, &members.b, extent_b);
            for (timed, zero) in [(&timed_a, zero.0), (&timed_b, zero.1)] {
                spans.extend(timed.iter().map(|&(s, e, _)| (s.saturating_sub(zero), e.saturating_sub(zero))));
            }
            let ends = |timed: &[(i64, i64, u32)]| timed.iter().map(|&(s, e, _)| (s, e)).collect::<Vec<_>>();
            let (rows_b, count) = pack(&ends(&timed_b));
            let row_in_b: HashMap<u32, u32> =
                timed_b.iter().zip(&rows_b).map(|(&(.., attempt), &row)| (attempt, row)).collect();
            let preferred: Vec<Option<u32>> = timed_a
                .iter()
                .map(|&(.., attempt)| row_in_b.get(&counterpart(pair, AttemptId(attempt))?.0).copied())
                .collect();
            let (rows_a, count) = prefer(&ends(&timed_a), &preferred, count);
            placed.0.push(PlacedLane {
                name: name.clone(),
                timed: timed_a,
                rows: rows_a,
                count,
                ..PlacedLane::default()
            });
            placed.1.push(PlacedLane { name, timed: timed_b, rows: rows_b, count, ..PlacedLane::default() });
        }
        let (a, b) = (Index::placed(a, placed.0), Index::placed(b, placed.1));
        let foldable = foldable(extent, spans);
        Aligned { a, b, zero, extent, at: at.filter(|_| started.is_some()), foldable }
    }

    /// Returns the lanes, which are the same in both runs except for their numbers of attempts.
    pub fn lanes(&self) -> &[Lane] {
        &self.b.lanes
    }

    /// Returns the number of rows in all lanes.
    pub fn row_count(&self) -> u32 {
        self.b.row_count()
    }

    /// Returns the number of common gaps that are worth folding.
    pub fn gap_count(&self) -> usize {
        self.foldable.count()
    }

    /// Returns the common gaps that the axis folds, ns since zero.
    pub fn folds(&self, gaps: Gaps) -> Folds {
        self.foldable.chosen(gaps)
    }

    /// Returns the whole axis with some padding at both ends, ns since zero.
    pub fn whole(&self, folds: &Folds) -> (i64, i64) {
        folded_window(self.extent, folds)
    }

    /// Converts a window of the axis to the time of one run.
    pub(super) fn window(window: (i64, i64), zero: i64) -> (i64, i64) {
        (window.0.saturating_add(zero), window.1.saturating_add(zero))
    }
}

/// Returns the attempt of B that matches an attempt of A: the one with the same number, otherwise the last one of the
/// task.
fn counterpart(pair: &Pair<'_>, attempt: AttemptId) -> Option<AttemptId> {
    let (a, b) = (pair.a.run(), pair.b.run());
    let task = a.attempts.task[attempt.index()];
    let row = pair.row(*pair.matching.of_a.get(task as usize)?)?;
    let mut tries = b.attempts_of(row.b?);
    let count = tries.len();
    let first = tries.next()?;
    // Attempts of a task are in the order of their numbers.
    let numbers = b.attempts.number.get(first.index()..first.index() + count)?;
    match numbers.binary_search(&a.attempts.number[attempt.index()]) {
        Ok(at) => Some(AttemptId(first.0 + at as u32)),
        Err(_) => Some(AttemptId(first.0 + count as u32 - 1)),
    }
}

/// Returns the lanes of both runs, combined by name, in the order that a single run would have.
fn common(pair: &Pair<'_>, lanes: Lanes, zero: (i64, i64)) -> Vec<(String, Members)> {
    let (a, b) = (pair.a.run(), pair.b.run());
    let mut of: HashMap<String, usize> = HashMap::default();
    let mut all: Vec<(String, Members)> = Vec::new();
    for (run, is_a) in [(b, false), (a, true)] {
        for lane in grouped(run, &lanes.flat(b), run.extent().unwrap_or((0, 0))) {
            let (name, members) = (lane.name, lane.attempts);
            let at = *of.entry(name.clone()).or_insert_with(|| {
                all.push((name, Members::default()));
                all.len() - 1
            });
            // Two tasks with the same name share a lane.
            (if is_a { &mut all[at].1.a } else { &mut all[at].1.b }).extend(members);
        }
    }
    let first = |run: &Run, members: &[u32], zero: i64| {
        let starts = members.iter().map(|&a| run.attempts.started[a as usize]).filter(|t| *t != UNKNOWN);
        starts.min().map(|t| t.saturating_sub(zero))
    };
    match lanes.flat(b) {
        Lanes::Worker => by_name(&mut all, UNNAMED),
        Lanes::Of(property) => by_name(&mut all, &lacking(&property)),
        // Tasks and steps are in the order in which they began in either run.
        Lanes::Auto | Lanes::Task | Lanes::Step | Lanes::Nested => all.order_by_cached_key(|(name, m)| {
            let starts = [first(a, &m.a, zero.0), first(b, &m.b, zero.1)];
            (starts.into_iter().flatten().min().unwrap_or(i64::MAX), name.clone())
        }),
        Lanes::Status => {
            let place = |name: &str| makespan_model::Status::ALL.iter().position(|s| s.name() == name);
            all.order_by_key(|(name, _)| place(name));
        }
    }
    all
}

/// Sorts lanes by name, with the one that has no name of its own last.
fn by_name(all: &mut [(String, Members)], last: &str) {
    all.order_by(|x, y| (x.0 == last).cmp(&(y.0 == last)).then_with(|| natural_cmp(&x.0, &y.0)));
}

/// Returns the row of the matching to which an attempt belongs.
pub(super) fn row_of(run: &Run, rows: &[u32], attempt: AttemptId) -> u32 {
    let task = run.attempts.task.get(attempt.index()).copied().unwrap_or(u32::MAX);
    rows.get(task as usize).copied().unwrap_or(u32::MAX)
}

/// Returns the start of a task since zero, if known.
pub(super) fn since(run: &Run, task: Option<TaskId>, zero: i64) -> Option<i64> {
    let start = start_of(run, task?);
    (start != UNKNOWN).then(|| start.saturating_sub(zero))
}
