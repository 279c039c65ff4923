//! Many runs against many: what can be said of a change, and how sure it is.

use makespan_model::Order as _;
use makespan_model::TaskId;

use super::lineup::{Lineup, lineup};
use super::samples::{Margin, Samples, fair_makespan};
use super::statistics::{Depths, LEVEL, adjusted, interval, median, rank_sum, shift, smallest_p};
use crate::{Facts, Quantity};

/// What the samples say of a change.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Verdict {
    /// The candidate lies higher: took longer, or of another measure shows more.
    Slower,
    /// The candidate lies lower: took less time, or of another measure shows less.
    Faster,
    /// The interval lies wholly within this distance of no change: the same, as far as anybody asked.
    Equivalent {
        /// The distance, in units of the measure; see [`Margin`].
        margin: f64,
    },
    /// Nothing was shown, which is not to say that nothing changed.
    NoEvidence {
        /// The smallest shift that would have been told from none among so many tests, with samples that spread as these
        /// do: the distance from the estimate to the farther end of the interval for that many tests (Bonferroni).
        /// None where no shift would have, however large, since the samples are too small.
        detectable: Option<f64>,
    },
    /// Samples of these sizes cannot show anything at this level, whatever their values.
    TooFew,
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
        }
    }
}

/// One sample against another.
#[derive(Clone, Debug, PartialEq)]
pub struct TwoSamples {
    /// The values of the baseline, by run; NaN where a run has none that counts.
    pub baseline: Vec<f64>,
    /// The values of the candidate.
    pub candidate: Vec<f64>,
    /// Median of those of the baseline that count.
    pub baseline_median: Option<f64>,
    /// Median of those of the candidate that count.
    pub candidate_median: Option<f64>,
    /// By how much the candidate lies higher; see [`shift()`](super::statistics::shift()).
    pub estimate: Option<f64>,
    /// The interval of 95 % around it, where there is one.
    pub interval: Option<(f64, f64)>,
    /// Probability of the test by ranks; see [`rank_sum()`](super::statistics::rank_sum()).
    pub p: Option<f64>,
    /// Whether it is exact.
    pub exact: bool,
    /// The same, adjusted for the number of tasks tested; see [`adjusted()`](super::statistics::adjusted()).
    pub adjusted: Option<f64>,
    /// What it comes to.
    pub verdict: Verdict,
}

impl TwoSamples {
    /// Compares two samples, of which NaN is left out. The verdict is that of this one test; [`Self::conclude`] makes it
    /// one among many.
    pub fn new(baseline: Vec<f64>, candidate: Vec<f64>, margin: Margin, depths: &mut Depths) -> TwoSamples {
        let (a, b) = (known(&baseline), known(&candidate));
        let (found, test) = (shift(&a, &b, depths), rank_sum(&a, &b));
        let mut out = TwoSamples {
            baseline_median: median(&a),
            candidate_median: median(&b),
            baseline,
            candidate,
            estimate: found.map(|f| f.estimate),
            interval: found.and_then(|f| f.interval),
            p: test.map(|t| t.p),
            exact: test.is_some_and(|t| t.exact),
            adjusted: None,
            verdict: Verdict::TooFew,
        };
        if let Some(p) = out.p.filter(|_| smallest_p(a.len(), b.len()) <= LEVEL) {
            out.conclude(p, margin, 1, depths);
        }
        out
    }

    /// How many values of the baseline and of the candidate count.
    pub fn sizes(&self) -> (usize, usize) {
        (known(&self.baseline).len(), known(&self.candidate).len())
    }

    /// Draws the verdict from a probability that was adjusted for so many tests.
    fn conclude(&mut self, adjusted: f64, margin: Margin, tests: usize, depths: &mut Depths) {
        self.adjusted = Some(adjusted);
        let (Some(estimate), Some((low, high))) = (self.estimate, self.interval) else { return };
        let margin = self.baseline_median.map_or(0.0, |m| margin.around(m));
        self.verdict = if -margin <= low && high <= margin {
            Verdict::Equivalent { margin }
        } else if adjusted > LEVEL || estimate == 0.0 {
            let ends =
                interval(&known(&self.baseline), &known(&self.candidate), LEVEL / tests as f64, depths);
            // Among ties the test may be stricter than the interval.
            let far = |(low, high): (f64, f64)| (estimate - low).max(high - estimate).max(estimate.abs());
            Verdict::NoEvidence { detectable: ends.map(far) }
        } else if estimate > 0.0 {
            Verdict::Slower
        } else {
            Verdict::Faster
        };
    }
}

/// The numbers without those that do not count.
fn known(sample: &[f64]) -> Vec<f64> {
    sample.iter().copied().filter(|x| x.is_finite()).collect()
}

/// One task in both sets of runs.
#[derive(Clone, Debug, PartialEq)]
pub struct RowVerdict {
    /// Which row of [`Verdicts::lineup`].
    pub row: u32,
    /// Its values.
    pub samples: TwoSamples,
    /// Share of the runs that have the task in which it is on the critical path; none where none of them has one.
    pub on_path: Option<f64>,
    /// Estimate times that share: about how much of the change of the makespan comes from it, in units of the measure.
    pub contribution: Option<f64>,
}

/// A set of runs against another.
#[derive(Clone, Debug, PartialEq)]
pub struct Verdicts {
    /// Key of the measure; see [`Measures`](crate::Measures).
    pub measure: String,
    /// What it counts.
    pub quantity: Quantity,
    /// How many runs of the line-up are the baseline; the others are the candidate.
    pub baseline: usize,
    /// The tasks of all runs, those of the baseline first.
    pub lineup: Lineup,
    /// The makespans of the runs that succeeded, where the measure is the duration. One test by itself, so that its
    /// probability is not adjusted.
    pub makespan: Option<TwoSamples>,
    /// The tasks that have a value in any run, largest contribution first, then largest shift, then in the order of the
    /// line-up.
    pub rows: Vec<RowVerdict>,
    /// How many tasks were tested that are on the critical path of any of the runs, and how many others. Probabilities
    /// are adjusted within these two, so that many small tasks do not hide what became of the few that count (stratified
    /// control, Sun et al. 2006). Tasks of too few values are in neither, since they could not have been found different
    /// whatever they are (Tarone 1990).
    pub tested: [usize; 2],
    /// The margin within which a change is of no matter.
    pub margin: Margin,
}

/// A set of runs, the baseline, against another, the candidate: for each task of theirs, and for the makespan, by how
/// much the candidate lies higher, how sure that is, and what it comes to.
///
/// `measure` is a key of [`Measures`](crate::Measures); None where no run has it. A task's probabilities are adjusted
/// for the number of tasks tested, its interval is not: one may leave out 0 although the verdict finds no evidence.
/// O(r (n + e) log n) for the line-up of r runs, then O(r log r) for each task, and for small samples the exact test.
pub fn verdicts(baseline: &[&Facts], candidate: &[&Facts], measure: &str) -> Option<Verdicts> {
    let runs: Vec<&Facts> = baseline.iter().chain(candidate).copied().collect();
    let samples = Samples::new(&runs, measure)?;
    let (key, quantity) = (samples.key.clone(), samples.quantity);
    let margin = Margin::of(quantity);
    let lineup = lineup(&runs);
    let mut depths = Depths::default();
    let mut rows: Vec<RowVerdict> = Vec::new();
    for (at, row) in lineup.rows.iter().enumerate() {
        let sample = samples.counted(&row.tasks);
        if sample.iter().all(|x| x.is_nan()) {
            continue;
        }
        let (a, b) = sample.split_at(baseline.len());
        let samples = TwoSamples::new(a.to_vec(), b.to_vec(), margin, &mut depths);
        let on_path = share_on_path(&runs, &row.tasks);
        let contribution = samples.estimate.zip(on_path).map(|(shift, share)| shift * share);
        rows.push(RowVerdict { row: at as u32, samples, on_path, contribution });
    }
    let mut tested = [0; 2];
    for (on_path, tested) in [true, false].into_iter().zip(&mut tested) {
        let stratum = |r: &RowVerdict| r.samples.adjusted.is_some() && (r.on_path > Some(0.0)) == on_path;
        let tests: Vec<usize> = (0..rows.len()).filter(|&i| stratum(&rows[i])).collect();
        let p: Vec<f64> = tests.iter().filter_map(|&i| rows[i].samples.p).collect();
        for (&i, adjusted) in tests.iter().zip(adjusted(&p)) {
            rows[i].samples.conclude(adjusted, margin, tests.len(), &mut depths);
        }
        *tested = tests.len();
    }
    let size = |x: Option<f64>| x.map_or(-1.0, f64::abs);
    rows.order_by(|x, y| {
        let by = |r: &RowVerdict| (size(r.contribution), size(r.samples.estimate));
        let ((c, s), (d, t)) = (by(x), by(y));
        d.total_cmp(&c).then(t.total_cmp(&s)).then(x.row.cmp(&y.row))
    });
    let makespan = (key == "duration").then(|| {
        let makespans = |runs: &[&Facts]| runs.iter().map(|f| fair_makespan(f)).collect::<Vec<f64>>();
        TwoSamples::new(makespans(baseline), makespans(candidate), margin, &mut depths)
    });
    let baseline = baseline.len();
    Some(Verdicts { measure: key, quantity, baseline, lineup, makespan, rows, tested, margin })
}

/// Of the runs that have the task and a critical path, the share in which it is on that.
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
