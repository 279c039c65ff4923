//! Many runs in a row: how long things took over time, and when that changed.

use makespan_model::{Order as _, Status, quantile};

use super::lineup::{Lineup, lineup};
use super::samples::{Margin, Samples, fair_makespan};
use super::statistics::{Slope, change_points, median, slope};
use crate::{Facts, Quantity};

/// Values that have one level for a while.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Level {
    /// The run of its first value.
    pub first: usize,
    /// The run of its last value.
    pub last: usize,
    /// Number of values.
    pub values: usize,
    /// Their median.
    pub median: f64,
}

/// The development of a value over runs.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Trend {
    /// Its levels, in order of the runs; one if it never changed, none if nothing counts.
    pub levels: Vec<Level>,
    /// Its drift per run, if it has one level and at least ten values; see [`slope()`](super::statistics::slope()).
    pub slope: Option<Slope>,
}

impl Trend {
    /// The change from the previous to the current level; `None` if it never changed.
    pub fn last_change(&self) -> Option<f64> {
        match self.levels.as_slice() {
            [.., before, now] => Some(now.median - before.median),
            _ => None,
        }
    }
}

/// The trend of a series of numbers, one a run, NaN where a run has none that counts: its
/// [change points](super::statistics::change_points()), without those across which the median stays within the margin.
/// O(n²) in the number of runs.
pub fn trend(values: &[f64], margin: Margin) -> Trend {
    let known: Vec<(usize, f64)> =
        values.iter().copied().enumerate().filter(|(_, x)| x.is_finite()).collect();
    let numbers: Vec<f64> = known.iter().map(|k| k.1).collect();
    let mut cuts = change_points(&numbers);
    let level = |from: usize, to: usize| median(&numbers[from..to]).unwrap_or(f64::NAN);
    // The least important change is removed first, because the neighbouring levels may split again without it.
    loop {
        let bounds: Vec<usize> = [0].into_iter().chain(cuts.iter().copied()).chain([numbers.len()]).collect();
        let slight = bounds.windows(3).enumerate().filter_map(|(i, b)| {
            let (before, after) = (level(b[0], b[1]), level(b[1], b[2]));
            let by = (after - before).abs();
            (by <= margin.around(before)).then_some((by, i))
        });
        let Some((_, least)) = slight.min_by(|x, y| x.0.total_cmp(&y.0).then(x.1.cmp(&y.1))) else { break };
        cuts.remove(least);
    }
    let bounds: Vec<usize> = [0].into_iter().chain(cuts).chain([numbers.len()]).collect();
    let levels: Vec<Level> = bounds
        .windows(2)
        .filter(|b| b[0] < b[1])
        .map(|b| Level {
            first: known[b[0]].0,
            last: known[b[1] - 1].0,
            values: b[1] - b[0],
            median: level(b[0], b[1]),
        })
        .collect();
    let places: Vec<usize> = known.iter().map(|k| k.0).collect();
    let slope = if levels.len() == 1 { slope(&places, &numbers) } else { None };
    Trend { levels, slope }
}

/// Distribution of a value in the earlier runs, drawn behind the bar of the newest one.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Spread {
    /// Number of values.
    pub values: usize,
    /// The smallest.
    pub min: f64,
    /// The 10th percentile.
    pub p10: f64,
    /// The median.
    pub median: f64,
    /// The 90th percentile.
    pub p90: f64,
    /// The largest.
    pub max: f64,
}

/// The spread of numbers, NaN left out; none of none. O(n log n).
pub fn spread(values: &[f64]) -> Option<Spread> {
    let mut known: Vec<f64> = values.iter().copied().filter(|x| x.is_finite()).collect();
    known.order();
    let at = |p: f64| quantile(&known, p);
    let (min, p10, median, p90, max) = (at(0.0)?, at(0.1)?, at(0.5)?, at(0.9)?, at(1.0)?);
    Some(Spread { values: known.len(), min, p10, median, p90, max })
}

/// One number of one run.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Point {
    /// The value, whatever the status of the task or run; NaN if unknown.
    pub value: f64,
    /// Whether it counts: what failed, was not executed or is not over is shown and never pooled.
    pub counts: bool,
    /// Status of the task or run; `None` if the run does not have the task, or its status is unknown.
    pub status: Option<Status>,
}

/// The development of one task, or of the makespan, over runs.
#[derive(Clone, Debug, PartialEq)]
pub struct Series {
    /// By run.
    pub points: Vec<Point>,
    /// The trend of the points that count.
    pub trend: Trend,
    /// The distribution of those before the last run.
    pub before: Option<Spread>,
}

impl Series {
    fn new(points: Vec<Point>, margin: Margin) -> Series {
        let counted: Vec<f64> = points.iter().map(|p| if p.counts { p.value } else { f64::NAN }).collect();
        let earlier = counted.split_last().map_or(&[][..], |(_, earlier)| earlier);
        Series { before: spread(earlier), trend: trend(&counted, margin), points }
    }
}

/// Many runs, in order of time.
#[derive(Clone, Debug, PartialEq)]
pub struct Trends {
    /// Key of the measure; see [`Measures`](crate::Measures).
    pub measure: String,
    /// The quantity that it measures.
    pub quantity: Quantity,
    /// The tasks of all runs.
    pub lineup: Lineup,
    /// The makespan from run to run, where the measure is the duration.
    pub makespan: Option<Series>,
    /// By row of the line-up.
    pub rows: Vec<Series>,
}

/// Returns the development of the tasks of many runs, oldest first, by a measure; `None` if no run has it. Values of
/// tasks that succeeded count, and makespans of runs that succeeded. O(r (n + e) log n) to line up r runs, then O(r²)
/// per task.
pub fn trends(runs: &[&Facts], measure: &str) -> Option<Trends> {
    let samples = Samples::new(runs, measure)?;
    let margin = Margin::of(samples.quantity);
    let lineup = lineup(runs);
    let rows = lineup.rows.iter().map(|row| {
        let values = samples.all(&row.tasks);
        let points = values.into_iter().zip(runs).zip(&row.tasks).map(|((value, facts), task)| {
            let status = task.map(|t| facts.run().tasks.status[t.index()]);
            Point { value, counts: status == Some(Status::Succeeded) && value.is_finite(), status }
        });
        Series::new(points.collect(), margin)
    });
    let rows = rows.collect();
    let makespan = (samples.key == "duration").then(|| {
        let points = runs.iter().map(|facts| {
            let totals = facts.totals();
            let value = totals.makespan.map_or(f64::NAN, |m| m as f64);
            Point { value, counts: fair_makespan(facts).is_finite(), status: totals.status }
        });
        Series::new(points.collect(), margin)
    });
    Some(Trends { measure: samples.key, quantity: samples.quantity, lineup, makespan, rows })
}
