//! Metrics over time, at any interval.

use std::collections::BTreeMap;

use makespan_model::Order as _;
use makespan_model::{NONE, Run, TaskId, UNKNOWN};

use makespan_format::amount::{Quantity, unit};

/// Whose samples count.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Scope {
    /// Those of the run as a whole and those of its tasks.
    #[default]
    All,
    /// Those of the run as a whole.
    Run,
    /// Those of its tasks.
    Tasks,
    /// Those of one task.
    Task(TaskId),
}

impl Scope {
    fn holds(self, task: u32) -> bool {
        match self {
            Scope::All => true,
            Scope::Run => task == NONE,
            Scope::Tasks => task != NONE,
            Scope::Task(t) => task == t.0,
        }
    }
}

/// The samples of one interval.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TrendBin {
    /// Its start, ns since the epoch.
    pub from: i64,
    /// Number of samples in it, at least one.
    pub samples: u32,
    /// Lowest.
    pub min: f64,
    /// Highest.
    pub max: f64,
    /// Sum.
    pub sum: f64,
    /// The last in time, of those at the same moment the last recorded.
    pub last: f64,
}

impl TrendBin {
    /// Arithmetic mean.
    pub fn mean(&self) -> f64 {
        self.sum / f64::from(self.samples)
    }
}

/// A metric over time.
#[derive(Clone, Debug, PartialEq)]
pub struct Trend {
    /// The quantity that it measures.
    pub quantity: Quantity,
    /// The unit of a plain number as the source gives it; empty for other quantities and if there is none.
    pub unit: String,
    /// Length of an interval, ns.
    pub interval: i64,
    /// The intervals that hold samples, ascending; counted from the first sample on.
    pub bins: Vec<TrendBin>,
    /// Slope per second of the least-squares line through all samples (Legendre 1805); negative if falling. `None` with
    /// fewer than two moments.
    pub slope: Option<f64>,
    /// Samples that were left out because they have no time.
    pub untimed: u32,
    /// Samples that were left out because their unit counts something else than that of the first.
    pub unlike: u32,
}

/// The samples of a metric, by its exact name, in intervals of time. Values are brought to ns, bytes or hundredths
/// where their unit is known. An interval below 1 ns counts as one. `None` where the run holds no such sample with a
/// time. O(s log s).
pub fn trend(run: &Run, metric: &str, scope: Scope, interval: i64) -> Option<Trend> {
    let samples = &run.samples;
    let mut found: Vec<(i64, u32, f64)> = Vec::new();
    let mut kind: Option<(Quantity, String)> = None;
    let (mut untimed, mut unlike) = (0, 0);
    for i in (0..samples.task.len()).filter(|&i| scope.holds(samples.task[i])) {
        if run.text(samples.name[i]) != metric {
            continue;
        }
        let name = run.text(samples.unit[i]);
        let (quantity, factor) = unit(name).unwrap_or((Quantity::Number, 1.0));
        let own = (quantity, if quantity == Quantity::Number { name.to_owned() } else { String::new() });
        if samples.t[i] == UNKNOWN {
            untimed += 1;
        } else if *kind.get_or_insert_with(|| own.clone()) == own {
            found.push((samples.t[i], i as u32, samples.value[i] * factor));
        } else {
            unlike += 1;
        }
    }
    let (quantity, unit) = kind?;
    found.order_by_key(|f| (f.0, f.1));
    let (start, interval) = (found.first()?.0, interval.max(1));
    let mut bins: BTreeMap<i64, TrendBin> = BTreeMap::new();
    for &(t, _, value) in &found {
        let place = t.saturating_sub(start) / interval;
        let from = start.saturating_add(place.saturating_mul(interval));
        let empty = TrendBin { from, samples: 0, min: value, max: value, sum: 0.0, last: value };
        let bin = bins.entry(place).or_insert(empty);
        bin.samples += 1;
        (bin.min, bin.max) = (bin.min.min(value), bin.max.max(value));
        (bin.sum, bin.last) = (bin.sum + value, value);
    }
    let slope = slope(&found);
    Some(Trend { quantity, unit, interval, bins: bins.into_values().collect(), slope, untimed, unlike })
}

/// Units a second, with times taken from their mean so that nothing cancels out.
fn slope(found: &[(i64, u32, f64)]) -> Option<f64> {
    let n = found.len() as f64;
    let start = found.first()?.0;
    let seconds = |t: i64| t.saturating_sub(start) as f64 / 1e9;
    let mean_t = found.iter().map(|f| seconds(f.0)).sum::<f64>() / n;
    let mean_v = found.iter().map(|f| f.2).sum::<f64>() / n;
    let (mut along, mut square) = (0.0, 0.0);
    for f in found {
        let t = seconds(f.0) - mean_t;
        along += t * (f.2 - mean_v);
        square += t * t;
    }
    (square > 0.0).then(|| along / square).filter(|s| s.is_finite())
}
