//! Tests of two sets of runs: which tasks changed, by how much, and how certain that is.

use makespan_model::Order as _;
use makespan_model::{Status, TaskId};

use super::lineup::{Lineup, lineup};
use super::samples::{Margin, Samples, fair_makespan};
use super::set_fairness::{SetCaveat, set_caveats};
use super::statistics::{Depths, LEVEL, adjusted, detectable, fisher, median, rank_sum, shift, smallest_p};
use crate::{Facts, Quantity};

/// Maximum difference of the failure rates at which the remaining runs can be equivalent.
const RATES: f64 = 0.05;

/// The verdict on a change.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Verdict {
    /// The candidate is higher: slower, or for other measures more.
    Slower,
    /// The candidate is lower: faster, or for other measures less.
    Faster,
    /// The whole interval is within this distance of no change: equivalent for practical purposes.
    Equivalent {
        /// The distance, in units of the measure; see [`Margin`].
        margin: f64,
    },
    /// Nothing was shown. This does not mean that nothing changed.
    NoEvidence {
        /// The shift that would be detected among this number of tests with a power of 80 %, given the spread of these
        /// samples, and at least the shift that was observed and was not significant; see
        /// [`detectable()`](super::statistics::detectable()). `None` if no shift would be detected, however large,
        /// because the samples are too small.
        detectable: Option<f64>,
    },
    /// Samples of these sizes cannot show anything at this level, whatever their values.
    TooFew,
    /// One side fails more often than the other, or the sets have little in common: the remaining values are a
    /// selection, and their shift does not show a change in speed.
    NotComparable,
}

impl Verdict {
    /// The name in JSON output.
    pub fn name(self) -> &'static str {
        match self {
            Verdict::Slower => "slower",
            Verdict::Faster => "faster",
            Verdict::Equivalent { .. } => "equivalent",
            Verdict::NoEvidence { .. } => "no-evidence",
            Verdict::TooFew => "too-few",
            Verdict::NotComparable => "not-comparable",
        }
    }
}

/// Two samples and their comparison.
#[derive(Clone, Debug, PartialEq)]
pub struct TwoSamples {
    /// The values of the baseline, by run; NaN if a run does not count.
    pub baseline: Vec<f64>,
    /// The values of the candidate.
    pub candidate: Vec<f64>,
    /// Median of the counted values of the baseline.
    pub baseline_median: Option<f64>,
    /// Median of the counted values of the candidate.
    pub candidate_median: Option<f64>,
    /// Number of runs of the baseline and of the candidate that failed or were cancelled and therefore have no value.
    /// In tests of times they rank worst.
    pub failed: [u32; 2],
    /// The shift of the candidate, over the counted values; see [`shift()`](super::statistics::shift()).
    pub estimate: Option<f64>,
    /// Its 95 % confidence interval, if there is one.
    pub interval: Option<(f64, f64)>,
    /// P-value of the rank test; see [`rank_sum()`](super::statistics::rank_sum()).
    pub p: Option<f64>,
    /// Whether it is exact.
    pub exact: bool,
    /// The p-value adjusted for the number of tests; see [`adjusted()`](super::statistics::adjusted()).
    pub adjusted: Option<f64>,
    /// Whether the test finds the candidate higher.
    is_higher: bool,
    /// The verdict.
    pub verdict: Verdict,
}

impl TwoSamples {
    /// Compares two samples, ignoring NaN. The verdict is that of this test alone; `conclude` adjusts it for
    /// the number of tests.
    pub fn new(baseline: Vec<f64>, candidate: Vec<f64>, margin: Margin, depths: &mut Depths) -> TwoSamples {
        TwoSamples::with_failures(baseline, candidate, [0; 2], false, margin, depths)
    }

    /// Does the same, given the number of failed runs of either side; they rank worst if `are_worst`.
    pub(super) fn with_failures(
        baseline: Vec<f64>,
        candidate: Vec<f64>,
        failed: [u32; 2],
        are_worst: bool,
        margin: Margin,
        depths: &mut Depths,
    ) -> TwoSamples {
        let (a, b) = (known(&baseline), known(&candidate));
        let worst = |sample: &[f64], failed: u32| {
            let failed = if are_worst { failed as usize } else { 0 };
            sample.iter().copied().chain(std::iter::repeat_n(f64::INFINITY, failed)).collect::<Vec<f64>>()
        };
        let ranked = (worst(&a, failed[0]), worst(&b, failed[1]));
        let (found, test) = (shift(&a, &b, depths), rank_sum(&ranked.0, &ranked.1));
        let middle = (ranked.0.len() as f64) * (ranked.1.len() as f64) / 2.0;
        let mut out = TwoSamples {
            baseline_median: median(&a),
            candidate_median: median(&b),
            baseline,
            candidate,
            failed,
            estimate: found.map(|f| f.estimate),
            interval: found.and_then(|f| f.interval),
            p: test.map(|t| t.p),
            exact: test.is_some_and(|t| t.exact),
            adjusted: None,
            is_higher: test.is_some_and(|t| t.u > middle),
            verdict: Verdict::TooFew,
        };
        if out.fail_unequally() {
            out.verdict = Verdict::NotComparable;
        }
        if let Some(p) = out.p.filter(|_| smallest_p(ranked.0.len(), ranked.1.len()) <= LEVEL) {
            out.conclude(p, margin, LEVEL, depths);
        }
        out
    }

    /// Returns whether both tests are of the same values.
    fn has_values_of(&self, other: &TwoSamples) -> bool {
        let same = |a: &[f64], b: &[f64]| a.iter().map(|x| x.to_bits()).eq(b.iter().map(|x| x.to_bits()));
        same(&self.baseline, &other.baseline) && same(&self.candidate, &other.candidate)
    }

    /// Returns the numbers of values of the baseline and of the candidate that count.
    pub fn sizes(&self) -> (usize, usize) {
        (known(&self.baseline).len(), known(&self.candidate).len())
    }

    /// Returns for both sides the number of failed runs, and of runs that failed or have a value.
    fn rates(&self) -> [(u32, u32); 2] {
        let (n, m) = self.sizes();
        let of = |failed: u32, values: usize| (failed, failed.saturating_add(values as u32));
        [of(self.failed[0], n), of(self.failed[1], m)]
    }

    /// Returns whether one side fails significantly more often than the other.
    fn fail_unequally(&self) -> bool {
        let [a, b] = self.rates();
        self.failed != [0, 0] && fisher(a, b) <= LEVEL
    }

    /// Sets the verdict from a p-value that was adjusted for all tests; `level` is the one at which a further test
    /// would have shown a shift.
    fn conclude(&mut self, adjusted: f64, margin: Margin, level: f64, depths: &mut Depths) {
        self.adjusted = Some(adjusted);
        let shown = adjusted <= LEVEL;
        let [a, b] = self.rates().map(|(failed, of)| f64::from(failed) / f64::from(of.max(1)));
        // If all runs failed there is no estimate, and the test decides.
        let rises = self.is_higher && self.estimate.is_none_or(|e| e > 0.0);
        let falls = !self.is_higher && self.estimate.is_some_and(|e| e < 0.0);
        let margin = self.baseline_median.map_or(0.0, |m| margin.around(m));
        let within = self.interval.is_some_and(|(low, high)| -margin <= low && high <= margin);
        self.verdict = if self.fail_unequally() {
            // A candidate that is slower and fails more often is slower; otherwise the excluded runs may matter.
            let worse = shown && rises && b > a && self.estimate.is_some();
            if worse { Verdict::Slower } else { Verdict::NotComparable }
        } else if within && (a - b).abs() <= RATES {
            Verdict::Equivalent { margin }
        } else if shown && rises {
            Verdict::Slower
        } else if shown && falls {
            Verdict::Faster
        } else {
            let (a, b) = (known(&self.baseline), known(&self.candidate));
            let seen = self.estimate.unwrap_or(0.0).abs();
            Verdict::NoEvidence { detectable: detectable(&a, &b, level, depths).map(|d| d.max(seen)) }
        };
    }
}

/// Returns the values that count.
fn known(sample: &[f64]) -> Vec<f64> {
    sample.iter().copied().filter(|x| x.is_finite()).collect()
}

/// One task in both sets of runs.
#[derive(Clone, Debug, PartialEq)]
pub struct RowVerdict {
    /// The row of [`Verdicts::lineup`].
    pub row: u32,
    /// Its values.
    pub samples: TwoSamples,
    /// Fraction of the runs with the task in which it is on the critical path; `None` if none of them has a critical
    /// path.
    pub on_path: Option<f64>,
    /// Estimate multiplied by that fraction: its approximate contribution to the change of the makespan, in units of
    /// the measure.
    pub contribution: Option<f64>,
}

/// The comparison of two sets of runs.
#[derive(Clone, Debug, PartialEq)]
pub struct Verdicts {
    /// Key of the measure; see [`Measures`](crate::Measures).
    pub measure: String,
    /// The quantity that it measures.
    pub quantity: Quantity,
    /// Number of runs of the line-up that are the baseline; the others are the candidate.
    pub baseline: usize,
    /// The tasks of all runs, those of the baseline first.
    pub lineup: Lineup,
    /// The makespans of the runs that succeeded, if the measure is the duration. It is tested like each task.
    pub makespan: Option<TwoSamples>,
    /// The tasks that have a value in any run, largest contribution first, then largest shift, then in the order of the
    /// line-up.
    pub rows: Vec<RowVerdict>,
    /// Numbers of tested tasks that are on the critical path of any run, and of other tested tasks. P-values are
    /// adjusted over all of them and the makespan, so that at most one in twenty differences reported is false. Tasks
    /// with too few values are in neither number, because no values could make them significant (Tarone 1990).
    pub tested: [usize; 2],
    /// Caveats about the sets, those that forbid a comparison first.
    pub notes: Vec<SetCaveat>,
    /// The margin within which a change does not matter.
    pub margin: Margin,
}

/// Compares a set of runs, the baseline, with another, the candidate: for each task and for the makespan, the shift,
/// its certainty, and the verdict.
///
/// `measure` is a key of [`Measures`](crate::Measures); `None` if no run has it. Values of tasks that succeeded count,
/// whatever the status of their run, and makespans of runs that succeeded. A failed or cancelled one has no value and
/// ranks worst in tests of times; if one side fails more often, nothing is called faster or equivalent. P-values are
/// adjusted for multiple tests; intervals are not, so an interval may exclude 0 when the verdict is *no evidence*.
/// O(r (n + e) log n) to line up r runs, then O(r log r) per task, and the exact test for small samples.
pub fn verdicts(baseline: &[&Facts], candidate: &[&Facts], measure: &str) -> Option<Verdicts> {
    let runs: Vec<&Facts> = baseline.iter().chain(candidate).copied().collect();
    let samples = Samples::new(&runs, measure)?;
    let (key, quantity) = (samples.key.clone(), samples.quantity);
    let margin = Margin::of(quantity);
    let lineup = lineup(&runs);
    let mut depths = Depths::default();
    let is_time = quantity == Quantity::Time;
    let mut rows: Vec<RowVerdict> = Vec::new();
    for (at, row) in lineup.rows.iter().enumerate() {
        let sample = samples.counted(&row.tasks);
        let failed = failed(&runs, baseline.len(), |at, facts| {
            row.tasks[at].map(|t| facts.run().tasks.status[t.index()])
        });
        if sample.iter().all(|x| x.is_nan()) {
            continue;
        }
        let (a, b) = sample.split_at(baseline.len());
        let samples = TwoSamples::with_failures(a.to_vec(), b.to_vec(), failed, is_time, margin, &mut depths);
        let on_path = share_on_path(&runs, &row.tasks);
        let contribution = samples.estimate.zip(on_path).map(|(shift, share)| shift * share);
        rows.push(RowVerdict { row: at as u32, samples, on_path, contribution });
    }
    let mut makespan = (key == "duration").then(|| {
        let makespans = |runs: &[&Facts]| runs.iter().map(|f| fair_makespan(f)).collect::<Vec<f64>>();
        let failed = failed(&runs, baseline.len(), |_, facts| facts.totals().status);
        let (a, b) = (makespans(baseline), makespans(candidate));
        TwoSamples::with_failures(a, b, failed, true, margin, &mut depths)
    });
    let has_makespan = makespan.as_ref().is_some_and(|m| m.adjusted.is_some());
    let mut tests: Vec<&mut TwoSamples> =
        makespan.iter_mut().chain(rows.iter_mut().map(|r| &mut r.samples)).collect();
    tests.retain(|s| s.adjusted.is_some());
    // A task that takes as long as each of its runs is tested with the makespan, the first test.
    let places: Vec<usize> = tests
        .iter()
        .scan(0, |next, test| {
            let is_makespan = has_makespan && *next > 0 && test.has_values_of(tests[0]);
            let place = if is_makespan { 0 } else { *next };
            *next += usize::from(place == *next);
            Some(place)
        })
        .collect();
    let mut p: Vec<f64> = Vec::with_capacity(tests.len());
    for (test, place) in tests.iter().zip(&places) {
        p.extend(test.p.filter(|_| *place == p.len()));
    }
    let adjusted = adjusted(&p);
    // The level at which one more test would have been significant.
    let shown = adjusted.iter().filter(|p| **p <= LEVEL).count();
    let level = (LEVEL * (shown + 1) as f64 / p.len().max(1) as f64).min(LEVEL);
    for (samples, place) in tests.into_iter().zip(places) {
        samples.conclude(adjusted[place], margin, level, &mut depths);
    }
    let is_tested = |on_path: bool| {
        let one = |r: &&RowVerdict| r.samples.adjusted.is_some() && (r.on_path > Some(0.0)) == on_path;
        rows.iter().filter(one).count()
    };
    let tested = [is_tested(true), is_tested(false)];
    let unequal = makespan.as_ref().is_some_and(TwoSamples::fail_unequally);
    let notes = set_caveats(baseline, candidate, &lineup, unequal);
    let forbids = notes.iter().any(|n| n.forbids());
    let stays = |m: &&mut TwoSamples| matches!(m.verdict, Verdict::Slower | Verdict::TooFew);
    if let Some(makespan) = makespan.as_mut().filter(|m| forbids && !stays(m)) {
        makespan.verdict = Verdict::NotComparable;
    }
    let size = |x: Option<f64>| x.map_or(-1.0, f64::abs);
    rows.order_by(|x, y| {
        let by = |r: &RowVerdict| (size(r.contribution), size(r.samples.estimate));
        let ((c, s), (d, t)) = (by(x), by(y));
        d.total_cmp(&c).then(t.total_cmp(&s)).then(x.row.cmp(&y.row))
    });
    let baseline = baseline.len();
    Some(Verdicts { measure: key, quantity, baseline, lineup, makespan, rows, tested, notes, margin })
}

/// Returns how many of the first runs failed or were cancelled, and how many of the others.
fn failed(runs: &[&Facts], baseline: usize, status: impl Fn(usize, &Facts) -> Option<Status>) -> [u32; 2] {
    let mut out = [0; 2];
    for (at, facts) in runs.iter().enumerate() {
        let failed = matches!(status(at, facts), Some(Status::Failed | Status::Cancelled));
        out[usize::from(at >= baseline)] += u32::from(failed);
    }
    out
}

/// Returns the share of runs with the task on their critical path, among those that have the task and a critical path.
fn share_on_path(runs: &[&Facts], tasks: &[Option<TaskId>]) -> Option<f64> {
    let (mut on, mut all) = (0u32, 0u32);
    for (facts, task) in runs.iter().zip(tasks) {
        if let (Some(task), Some(path)) = (task, facts.critical_path()) {
            all += 1;
            on += u32::from(path.on_path[task.index()]);
        }
    }
    (all > 0).then(|| f64::from(on) / f64::from(all))
}
