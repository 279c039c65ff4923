//! Values made from all facts of a run, or from several runs.

use makespan_model::{HashMap, Order as _, UNKNOWN};

use crate::errors::SharedError;
use crate::facts::Facts;
use crate::measures::{From, Measures};
use crate::steps::{StepStat, steps_with};

/// The steps of several runs, those of the same name taken together: their tasks as if they were of one run, so that a
/// step of a hundred runs has a hundred times the tasks, and its part of all their critical paths. O(n log n) and what
/// the facts cost.
pub fn steps_of_runs(runs: &[&Facts]) -> Vec<StepStat> {
    steps_with(runs.iter().map(|facts| (facts.run(), facts.busy(), facts.critical_path())))
}

/// The errors of several runs, alike ones together: those in most runs first, then those of most attempts, then by kind
/// and fingerprint. What the errors of each cost.
pub fn errors_of_runs(runs: &[&Facts]) -> Vec<SharedError> {
    let mut place: HashMap<(&str, &str), usize> = HashMap::default();
    let mut out: Vec<SharedError> = Vec::new();
    for group in runs.iter().flat_map(|facts| &facts.errors().groups) {
        let at = *place.entry((&group.kind, &group.fingerprint)).or_insert_with(|| {
            out.push(SharedError {
                fingerprint: group.fingerprint.clone(),
                message: group.message.clone(),
                kind: group.kind.clone(),
                ..SharedError::default()
            });
            out.len() - 1
        });
        // A run has at most one group of each kind and fingerprint.
        out[at].runs += 1;
        out[at].attempts = out[at].attempts.saturating_add(group.attempts);
        out[at].tasks = out[at].tasks.saturating_add(group.tasks.len() as u32);
    }
    out.order_by(|x, y| {
        let most = (y.runs, y.attempts).cmp(&(x.runs, x.attempts));
        most.then_with(|| (&x.kind, &x.fingerprint).cmp(&(&y.kind, &y.fingerprint)))
    });
    out
}

impl Measures {
    /// The number of every task, by task: ns, bytes, hundredths, counts, or the source's own unit; NaN where it is not
    /// known. Of a metric sampled more than once in a task, the highest where it counts memory, the mean where it is a
    /// share, the last otherwise. Slack is the total slack. O(n + s), with our own ones what their fact costs.
    pub fn values(&self, facts: &Facts, measure: usize) -> Vec<f64> {
        let run = facts.run();
        let n = run.task_count();
        let unknown = || vec![f64::NAN; n];
        let Some(from) = self.list.get(measure).map(|m| m.from) else { return unknown() };
        let known = |t: i64| if t == UNKNOWN { f64::NAN } else { t as f64 };
        match from {
            From::Duration => run
                .task_ids()
                .map(|t| run.task_interval(t).map_or(f64::NAN, |(s, e)| e.saturating_sub(s) as f64))
                .collect(),
            From::Work => {
                let mut work = vec![f64::NAN; n];
                for t in run.task_ids().filter(|t| run.task_interval(*t).is_some()) {
                    work[t.index()] = 0.0;
                }
                let busy = facts.busy();
                for (&a, length) in busy.attempt.iter().zip(busy.lengths()) {
                    let slot = &mut work[run.attempts.task[a as usize] as usize];
                    *slot = if slot.is_nan() { 0.0 } else { *slot } + length as f64;
                }
                work
            }
            From::Wait => facts.waiting().wait.iter().map(|t| known(*t)).collect(),
            From::Queue => facts.waiting().queue.iter().map(|t| known(*t)).collect(),
            From::Backoff => facts.waiting().backoff.iter().map(|t| known(*t)).collect(),
            From::Slack => facts.slack().total.iter().map(|s| s.map_or(f64::NAN, |s| s as f64)).collect(),
            From::Attempts => run.task_ids().map(|t| run.attempts_of(t).len() as f64).collect(),
            From::Metric(_) => self.of_samples(run, measure).unwrap_or_else(unknown),
        }
    }
}
