//! The input of statistics: a run, the other open runs, and the tasks that count.

use makespan_analysis::Facts;
use makespan_scene::Role;

use crate::look::Look;
use crate::roles::status_role;

/// Limits a value so that differences of two such values are finite.
pub(crate) fn sane(value: f64) -> f64 {
    value.clamp(-4e307, 4e307)
}

/// Returns the minimum and maximum of finite values; `None` if there are none.
pub(crate) fn bounds(values: impl IntoIterator<Item = f64>) -> Option<(f64, f64)> {
    let finite = values.into_iter().filter(|v| v.is_finite()).map(sane);
    finite.fold(None, |found, v| Some(found.map_or((v, v), |(a, b): (f64, f64)| (a.min(v), b.max(v)))))
}

/// The input of a chart or a matrix.
#[derive(Clone, Copy, Debug)]
pub struct Subject<'a> {
    /// The run.
    pub facts: &'a Facts,
    /// All open runs, including this one, for charts that compare runs.
    pub runs: &'a [&'a Facts],
    /// Which tasks count, by task; `None` for all.
    pub mask: Option<&'a [bool]>,
    /// The time format and the selection.
    pub look: &'a Look,
}

impl<'a> Subject<'a> {
    /// A single run, with all of its tasks.
    pub fn of(facts: &'a Facts) -> Subject<'a> {
        static PLAIN: Look = Look::PLAIN;
        Subject { facts, runs: &[], mask: None, look: &PLAIN }
    }

    pub(crate) fn counts(&self, task: u32) -> bool {
        self.mask.is_none_or(|mask| mask.get(task as usize).copied().unwrap_or(true))
    }

    /// Returns the known values of a measure among the tasks that count, by task.
    pub(crate) fn values(&self, measure: usize) -> Vec<(u32, f64)> {
        let all = self.facts.measures().values(self.facts, measure).into_iter().enumerate();
        let known = all.map(|(t, v)| (t as u32, v)).filter(|(t, v)| v.is_finite() && self.counts(*t));
        known.map(|(t, v)| (t, sane(v))).collect()
    }

    /// Returns whether a measure is known for any task that counts.
    pub(crate) fn knows(&self, measure: usize) -> bool {
        match self.facts.measures().samples(measure) {
            // Values of samples are finite, and only samples of tasks are measures.
            Some((samples, _)) => {
                samples.iter().any(|&i| self.counts(self.facts.run().samples.task[i as usize]))
            }
            None => !self.values(measure).is_empty(),
        }
    }

    pub(crate) fn status(&self, task: u32) -> Role {
        status_role(self.facts.run().tasks.status[task as usize])
    }
}
