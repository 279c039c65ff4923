//! The numbers that many runs are compared by: of each task and run one, or none that counts.

use makespan_model::{Run, Status, TaskId, UNKNOWN};

use crate::{Facts, Measure, Quantity};

/// Up to which shift a change is of no matter: the larger of a share of the baseline's median and a fixed amount.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Margin {
    /// Share of the baseline's median.
    pub share: f64,
    /// Least shift that matters, in units of the measure.
    pub least: f64,
}

impl Margin {
    /// 5 %, and of times at least 1 ms: what [`Change::Duration`](super::Change) takes for a change.
    pub fn of(quantity: Quantity) -> Margin {
        Margin { share: 0.05, least: if quantity == Quantity::Time { 1e6 } else { 0.0 } }
    }

    /// Returns how far from a baseline with this median a change does not matter.
    pub fn around(self, baseline: f64) -> f64 {
        (self.share * baseline.abs()).max(self.least)
    }
}

/// The makespan of a run that succeeded, ns; NaN for any other, since what a failed run left out makes it no faster.
pub fn fair_makespan(facts: &Facts) -> f64 {
    let totals = facts.totals();
    let whole = totals.status == Some(Status::Succeeded);
    totals.makespan.filter(|_| whole && closed(facts.run())).map_or(f64::NAN, |m| m as f64)
}

/// Whether no attempt is open.
fn closed(run: &Run) -> bool {
    run.attempts.started.iter().zip(&run.attempts.ended).all(|(s, e)| *s == UNKNOWN || *e != UNKNOWN)
}

/// The values of one measure in many runs.
pub(super) struct Samples<'r> {
    pub(super) key: String,
    pub(super) quantity: Quantity,
    runs: Vec<&'r Facts>,
    /// By run, then by task; none where the run has no such measure.
    columns: Vec<Option<Vec<f64>>>,
}

impl<'r> Samples<'r> {
    /// None where no run has that measure. Runs in which its name is that of another quantity have none.
    pub(super) fn new(runs: &[&'r Facts], measure: &str) -> Option<Samples<'r>> {
        let find = |f: &&'r Facts| f.measures().find(measure).map(|at| (at, &f.measures().list[at]));
        let (_, first) = runs.iter().find_map(find)?;
        let alike = |own: &(usize, &Measure)| own.1.quantity == first.quantity && own.1.unit == first.unit;
        let column = |f: &&'r Facts| find(f).filter(alike).map(|(at, _)| f.measures().values(f, at));
        let columns = runs.iter().map(column).collect();
        Some(Samples { key: first.key.clone(), quantity: first.quantity, runs: runs.to_vec(), columns })
    }

    /// The values of one row of a line-up, by run; NaN where one is not known.
    pub(super) fn all(&self, tasks: &[Option<TaskId>]) -> Vec<f64> {
        let value = |(column, task): (&Option<Vec<f64>>, &Option<TaskId>)| {
            column.as_ref().zip(*task).map_or(f64::NAN, |(column, t)| column[t.index()])
        };
        self.columns.iter().zip(tasks).map(value).collect()
    }

    /// The values that count: those of tasks that succeeded. Failed, skipped and cached tasks give no information about
    /// how long the work takes.
    pub(super) fn counted(&self, tasks: &[Option<TaskId>]) -> Vec<f64> {
        let mut out = self.all(tasks);
        for ((value, facts), task) in out.iter_mut().zip(&self.runs).zip(tasks) {
            if task.is_some_and(|t| facts.run().tasks.status[t.index()] != Status::Succeeded) {
                *value = f64::NAN;
            }
        }
        out
    }
}
