//! Steps and measures of two runs side by side.

use makespan_model::{HashMap, Order as _, Status};

use super::matching::Matching;
use super::statistics::median;
use crate::{Facts, Quantity, StepStat};

/// One step in both runs.
#[derive(Clone, Debug, PartialEq)]
pub struct StepDelta {
    /// Its name.
    pub step: String,
    /// Time of its tasks in the first run; `None` if it has none.
    pub a: Option<StepStat>,
    /// The same in the second run.
    pub b: Option<StepStat>,
    /// Work in the second less that in the first, ns. It is summed over tasks that may have run at once: no part of the
    /// makespan.
    pub work_ns: i64,
}

/// The steps of two runs by name, largest change of work first, then in the order of the second run and last that of
/// the first. O((n + a) log n).
pub fn step_deltas(a: &Facts, b: &Facts) -> Vec<StepDelta> {
    let mut of_a: HashMap<&str, &StepStat> = a.steps().iter().map(|s| (s.step.as_str(), s)).collect();
    let work = |s: Option<&StepStat>| s.map_or(0, |s| s.work);
    let delta = |a: Option<&StepStat>, b: Option<&StepStat>| StepDelta {
        step: b.or(a).map(|s| s.step.clone()).unwrap_or_default(),
        work_ns: work(b).saturating_sub(work(a)),
        a: a.cloned(),
        b: b.cloned(),
    };
    let mut out: Vec<StepDelta> =
        b.steps().iter().map(|s| delta(of_a.remove(s.step.as_str()), Some(s))).collect();
    let gone = a.steps().iter().filter(|s| of_a.contains_key(s.step.as_str()));
    out.extend(gone.map(|s| delta(Some(s), None)));
    out.order_by_key(|d| std::cmp::Reverse(d.work_ns.unsigned_abs()));
    out
}

/// One measure over the tasks that both runs have.
#[derive(Clone, Debug, PartialEq)]
pub struct MeasureDelta {
    /// Its key; see [`Measures`](crate::Measures).
    pub key: String,
    /// Display name.
    pub title: String,
    /// The quantity that it measures.
    pub quantity: Quantity,
    /// The unit of a plain number.
    pub unit: String,
    /// Number of pairs: tasks that have the value in both runs and succeeded in both.
    pub pairs: usize,
    /// In how many of them it is larger in the second run.
    pub rose: usize,
    /// In how many it is smaller.
    pub fell: usize,
    /// Median of the first run's values, of these pairs.
    pub a: f64,
    /// Median of the second run's values.
    pub b: f64,
    /// Median of the differences of the pairs, the second less the first.
    pub delta: f64,
    /// By position in the matching: the value in the second run minus that in the first, whatever the status of the
    /// task; NaN if one is unknown.
    pub deltas: Vec<f64>,
}

/// A measure of two runs, task by task; None where one of them has no such measure, where it counts something else
/// there, or where no pair of tasks has it. O(n log n).
pub fn measure_delta(a: &Facts, b: &Facts, matching: &Matching, key: &str) -> Option<MeasureDelta> {
    let (at_a, at_b) = (a.measures().find(key)?, b.measures().find(key)?);
    let (x, y) = (&a.measures().list[at_a], &b.measures().list[at_b]);
    if (x.quantity, &x.unit) != (y.quantity, &y.unit) {
        return None;
    }
    let (of_a, of_b) = (a.measures().values(a, at_a), b.measures().values(b, at_b));
    let (mut left, mut right, mut between) = (Vec::new(), Vec::new(), Vec::new());
    let mut deltas = Vec::with_capacity(matching.tasks.len());
    for task in &matching.tasks {
        let (Some(s), Some(t)) = (task.a, task.b) else {
            deltas.push(f64::NAN);
            continue;
        };
        let (p, q) = (of_a[s.index()], of_b[t.index()]);
        deltas.push(q - p);
        let succeeded = |f: &Facts, i: usize| f.run().tasks.status[i] == Status::Succeeded;
        if p.is_finite() && q.is_finite() && succeeded(a, s.index()) && succeeded(b, t.index()) {
            left.push(p);
            right.push(q);
            between.push(q - p);
        }
    }
    Some(MeasureDelta {
        key: x.key.clone(),
        title: x.title.clone(),
        quantity: x.quantity,
        unit: x.unit.clone(),
        pairs: between.len(),
        rose: between.iter().filter(|d| **d > 0.0).count(),
        fell: between.iter().filter(|d| **d < 0.0).count(),
        a: median(&left)?,
        b: median(&right)?,
        delta: median(&between)?,
        deltas,
    })
}

/// Every measure that both runs have, in the order of the second run's. O(m n log n) for m measures.
pub fn measure_deltas(a: &Facts, b: &Facts, matching: &Matching) -> Vec<MeasureDelta> {
    b.measures().list.iter().filter_map(|m| measure_delta(a, b, matching, &m.key)).collect()
}
