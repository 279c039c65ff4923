//! Tasks that took much longer than others of their step.

use std::cmp::Reverse;

use makespan_model::{HashMap, Order as _, Run, Status, StrId, TaskId, UNKNOWN, quantile};

use crate::slots::containers;
use crate::steps::step_of_task;

/// Fewest tasks of a step that a straggler can be among: itself and four peers.
const FEWEST: usize = 5;
/// Minimum duration of a straggler, in medians: smaller factors are noise in most steps.
const TIMES: f64 = 1.5;

/// A task that took much longer than others of its step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Straggler {
    /// The task.
    pub task: TaskId,
    /// Duration of its successful attempt, ns.
    pub duration: i64,
    /// The median of its step, ns.
    pub median: i64,
    /// Number of tasks of the step that the median is taken of, including the straggler.
    pub peers: u32,
}

impl Straggler {
    /// Its duration minus the median, ns.
    pub fn excess(&self) -> i64 {
        self.duration.saturating_sub(self.median)
    }
}

/// The stragglers of a run, largest excess first, then by index.
///
/// A succeeded task is compared with all succeeded tasks of its step, by the duration of the successful attempt, so
/// that retries and failures do not matter. It is a straggler if this duration is above the upper fence of Tukey (1977,
/// *Exploratory data analysis*: the third quartile plus 1.5 times the interquartile range), and above 1.5 times the
/// median, in a step with at least five such tasks. Containers are left out, because their durations are those of their
/// contents. O(n log n + a).
pub fn stragglers(run: &Run) -> Vec<Straggler> {
    let mut place: HashMap<StrId, usize> = HashMap::default();
    let mut timed: Vec<(usize, i64, TaskId)> = Vec::new();
    let contains = containers(run);
    let counts = |t: &TaskId| {
        run.tasks.status[t.index()] == Status::Succeeded && contains.get(t.index()) != Some(&true)
    };
    for task in run.task_ids().filter(counts) {
        let Some((s, e)) = run.attempts_of(task).next_back().and_then(|a| run.interval(a)) else { continue };
        let next = place.len();
        let at = *place.entry(step_of_task(run, task)).or_insert(next);
        timed.push((at, e.saturating_sub(s), task));
    }
    timed.order();
    let mut out = Vec::new();
    for step in timed.chunk_by(|a, b| a.0 == b.0).filter(|step| step.len() >= FEWEST) {
        let durations: Vec<i64> = step.iter().map(|t| t.1).collect();
        let [low, median, high] = [0.25, 0.5, 0.75].map(|p| quantile(&durations, p).unwrap_or(UNKNOWN));
        let fence = (high as f64 + 1.5 * high.saturating_sub(low) as f64).max(median as f64 * TIMES);
        let slow = step.iter().rev().take_while(|t| t.1 as f64 > fence);
        let peers = step.len() as u32;
        out.extend(slow.map(|&(_, duration, task)| Straggler { task, duration, median, peers }));
    }
    out.order_by_key(|s| (Reverse(s.excess()), s.task));
    out
}
