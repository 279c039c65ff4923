//! Statistics of each step.

use makespan_model::{Run, Status, StrId, UNKNOWN};
use rustc_hash::FxHashMap;

use crate::busy::{Busy, busy};
use crate::natural_cmp;

/// What the tasks of one step took.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StepStat {
    /// Name of the step; see [`Run::task_step`].
    pub step: String,
    /// Its tasks.
    pub tasks: u32,
    /// Those of them whose status is failed.
    pub failed: u32,
    /// Those of them with more than one attempt.
    pub retried: u32,
    /// Sum of the [busy](crate::busy()) intervals of their attempts, ns.
    pub work: i64,
    /// Shortest duration of a task, ns. This and the three below are `UNKNOWN` where no task of the step has one.
    pub min: i64,
    /// Median duration, ns.
    pub median: i64,
    /// 95th percentile, ns.
    pub p95: i64,
    /// Longest duration, ns.
    pub max: i64,
}

/// The quantile `p` of ascending values by linear interpolation (Hyndman & Fan 1996, type 7); `UNKNOWN` of none.
fn quantile(sorted: &[i64], p: f64) -> i64 {
    let Some(top) = sorted.len().checked_sub(1) else { return UNKNOWN };
    let place = top as f64 * p;
    let low = (place.floor() as usize).min(top);
    let (a, b) = (sorted[low], sorted[(low + 1).min(top)]);
    a.saturating_add((b.saturating_sub(a) as f64 * (place - low as f64)).round() as i64)
}

/// The steps of a run, most work first, then by name. The duration of a task is from its first start to its last
/// end, retries and the time between them included; tasks without a closed interval count as tasks only.
/// O((n + a) log n).
pub fn steps(run: &Run) -> Vec<StepStat> {
    steps_with(run, &busy(run))
}

pub(crate) fn steps_with(run: &Run, busy: &Busy) -> Vec<StepStat> {
    let mut step_of: FxHashMap<StrId, usize> = FxHashMap::default();
    let mut stats: Vec<StepStat> = Vec::new();
    let mut durations: Vec<(usize, i64)> = Vec::new();
    let mut place = Vec::with_capacity(run.task_count());
    for t in run.task_ids() {
        let i = t.index();
        // Strings are interned, so equal ids are equal names.
        let key = [run.tasks.step[i], run.tasks.name[i], run.tasks.id[i]];
        let key = key.into_iter().find(|s| !s.is_empty()).unwrap_or_default();
        let at = *step_of.entry(key).or_insert_with(|| {
            stats.push(StepStat { step: run.text(key).to_owned(), ..StepStat::default() });
            stats.len() - 1
        });
        place.push(at);
        stats[at].tasks += 1;
        stats[at].failed += u32::from(run.tasks.status[i] == Status::Failed);
        stats[at].retried += u32::from(run.attempts_of(t).len() > 1);
        if let Some((s, e)) = run.task_interval(t) {
            durations.push((at, e.saturating_sub(s)));
        }
    }
    for (&a, length) in busy.attempt.iter().zip(busy.lengths()) {
        let stat = &mut stats[place[run.attempts.task[a as usize] as usize]];
        stat.work = stat.work.saturating_add(length);
    }
    durations.sort_unstable();
    let mut rest = durations.as_slice();
    for (at, stat) in stats.iter_mut().enumerate() {
        let (mine, others) = rest.split_at(rest.partition_point(|d| d.0 == at));
        rest = others;
        let mine: Vec<i64> = mine.iter().map(|d| d.1).collect();
        [stat.min, stat.median, stat.p95, stat.max] = [0.0, 0.5, 0.95, 1.0].map(|p| quantile(&mine, p));
    }
    stats.sort_by(|a, b| b.work.cmp(&a.work).then_with(|| natural_cmp(&a.step, &b.step)));
    stats
}
