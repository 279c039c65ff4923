//! Statistics of each step.

use makespan_model::{HashMap, Order as _, Run, Status, StrId, TaskId};

use crate::busy::{Busy, busy};
use crate::{CriticalPath, Distribution, critical_path, natural_cmp};

/// Statistics of the tasks of one step.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StepStat {
    /// Name of the step; see [`Run::task_step`].
    pub step: String,
    /// Its tasks.
    pub tasks: u32,
    /// Those of them whose status is failed.
    pub failed: u32,
    /// Those of them whose status is succeeded.
    pub succeeded: u32,
    /// Those of them with more than one attempt.
    pub retried: u32,
    /// Sum of the [busy](crate::busy()) intervals of their attempts, ns.
    pub work: i64,
    /// Sum of what those of them weigh that are on the critical path, ns; see [`CriticalPath::weights`].
    pub critical: i64,
    /// Shortest successful attempt, ns. This and the following only cover successful attempts, because a failed one
    /// does not show how long the work takes; `UNKNOWN` if the step has none.
    pub min: i64,
    /// Mean duration, ns.
    pub mean: i64,
    /// Median duration, ns. This and the percentiles are type-7 quantiles.
    pub median: i64,
    /// 75th percentile, ns.
    pub p75: i64,
    /// 90th percentile, ns.
    pub p90: i64,
    /// 95th percentile, ns.
    pub p95: i64,
    /// 99th percentile, ns.
    pub p99: i64,
    /// Longest duration, ns.
    pub max: i64,
    /// Standard deviation of the durations as of a sample (divisor n − 1), ns; `UNKNOWN` also of a single one.
    pub deviation: i64,
}

impl StepStat {
    /// Returns failed tasks divided by failed and succeeded ones, 0 to 1; `None` if there are none. Skipped, cancelled,
    /// cached and unfinished tasks do not count.
    pub fn failure_rate(&self) -> Option<f64> {
        let ended = self.failed.saturating_add(self.succeeded);
        (ended > 0).then(|| f64::from(self.failed) / f64::from(ended))
    }
}

/// The step of a task as [`Run::task_step`] names it. Strings are interned, so equal ids are equal names.
pub(crate) fn step_of_task(run: &Run, task: TaskId) -> StrId {
    let i = task.index();
    let names = [run.tasks.step[i], run.tasks.name[i], run.tasks.id[i]];
    names.into_iter().find(|s| !s.is_empty()).unwrap_or_default()
}

/// The steps of a run, most work first, then by name. Durations are those of the attempts that succeeded and have both
/// times.
/// O((n + a) log n + e).
pub fn steps(run: &Run) -> Vec<StepStat> {
    steps_with([(run, &busy(run), critical_path(run).as_ref())])
}

pub(crate) fn steps_with<'a>(
    runs: impl IntoIterator<Item = (&'a Run, &'a Busy, Option<&'a CriticalPath>)>,
) -> Vec<StepStat> {
    let mut by_name: HashMap<&str, usize> = HashMap::default();
    let mut stats: Vec<StepStat> = Vec::new();
    let mut durations: Vec<(usize, i64)> = Vec::new();
    for (run, busy, path) in runs {
        // Within a run equal ids mean equal names, so only the first of each is looked up by its text.
        let mut step_of: HashMap<StrId, usize> = HashMap::default();
        let mut place = Vec::with_capacity(run.task_count());
        for t in run.task_ids() {
            let i = t.index();
            let key = step_of_task(run, t);
            let at = *step_of.entry(key).or_insert_with(|| {
                let name = run.text(key);
                *by_name.entry(name).or_insert_with(|| {
                    stats.push(StepStat { step: name.to_owned(), ..StepStat::default() });
                    stats.len() - 1
                })
            });
            place.push(at);
            stats[at].tasks += 1;
            stats[at].failed += u32::from(run.tasks.status[i] == Status::Failed);
            stats[at].succeeded += u32::from(run.tasks.status[i] == Status::Succeeded);
            stats[at].retried += u32::from(run.attempts_of(t).len() > 1);
            let succeeded =
                run.attempts_of(t).filter(|a| run.attempts.status[a.index()] == Status::Succeeded);
            let intervals = succeeded.filter_map(|a| run.interval(a));
            durations.extend(intervals.map(|(s, e)| (at, e.saturating_sub(s))));
        }
        for (&a, length) in busy.attempt.iter().zip(busy.lengths()) {
            let stat = &mut stats[place[run.attempts.task[a as usize] as usize]];
            stat.work = stat.work.saturating_add(length);
        }
        for (t, weight) in path.iter().flat_map(|p| p.tasks.iter().zip(&p.weights)) {
            let stat = &mut stats[place[t.index()]];
            stat.critical = stat.critical.saturating_add(*weight);
        }
    }
    durations.order();
    let mut rest = durations.as_slice();
    for (at, stat) in stats.iter_mut().enumerate() {
        let (mine, others) = rest.split_at(rest.partition_point(|d| d.0 == at));
        rest = others;
        let mine: Vec<i64> = mine.iter().map(|d| d.1).collect();
        let spread = Distribution::of(&mine);
        (stat.min, stat.mean, stat.max) = (spread.min, spread.mean, spread.max);
        (stat.median, stat.p75, stat.p90) = (spread.median, spread.p75, spread.p90);
        (stat.p95, stat.p99, stat.deviation) = (spread.p95, spread.p99, spread.deviation);
    }
    stats.order_by(|a, b| b.work.cmp(&a.work).then_with(|| natural_cmp(&a.step, &b.step)));
    stats
}
