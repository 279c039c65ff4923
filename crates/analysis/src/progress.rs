//! Progress of a run by step, and the tasks to watch while it runs.

use makespan_model::{HashMap, Order as _, Run, Status, StrId, TaskId, UNKNOWN};

use crate::steps::step_of_task;

/// Progress of the tasks of one step.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StepProgress {
    /// Name of the step; see [`Run::task_step`].
    pub step: String,
    /// Number of tasks of each status, by `Status as usize`.
    pub statuses: [u32; Status::COUNT],
}

impl StepProgress {
    /// Tasks known so far; a running run may get more.
    pub fn tasks(&self) -> u32 {
        self.statuses.iter().sum()
    }

    /// Tasks whose status is final, whether they succeeded or not. Unknown is not final.
    pub fn over(&self) -> u32 {
        Status::ALL.into_iter().filter(|s| s.is_terminal()).map(|s| self.of(s)).sum()
    }

    /// Tasks of a status.
    pub fn of(&self, status: Status) -> u32 {
        self.statuses[status as usize]
    }

    /// Tasks executing: running, or between two attempts.
    pub fn running(&self) -> u32 {
        self.of(Status::Running) + self.of(Status::Retrying)
    }

    /// Tasks that did not recover, their own failures and those that follow from others.
    pub fn failed(&self) -> u32 {
        Status::ALL.into_iter().filter(|s| s.is_failure()).map(|s| self.of(s)).sum()
    }
}

/// The progress of each step, in the topological order of their first tasks, so that a list keeps its order while tasks end.
/// O(n).
pub fn progress(run: &Run) -> Vec<StepProgress> {
    let mut place: HashMap<StrId, usize> = HashMap::default();
    let mut steps: Vec<StepProgress> = Vec::new();
    for t in run.task_ids() {
        let key = step_of_task(run, t);
        let at = *place.entry(key).or_insert_with(|| {
            steps.push(StepProgress { step: run.text(key).to_owned(), ..StepProgress::default() });
            steps.len() - 1
        });
        steps[at].statuses[run.tasks.status[t.index()] as usize] += 1;
    }
    steps
}

/// The `most` tasks to watch: those executing, then those that ended last; in the order of their first starts. Only tasks of
/// `step` if one is given. A task without a start is not among them. O(n log n).
pub fn recent(run: &Run, step: Option<&str>, most: usize) -> Vec<TaskId> {
    let a = &run.attempts;
    // First start, and when the last attempt ended: the largest value while it has not.
    let times = |t: TaskId| -> Option<(i64, i64)> {
        let starts = run.attempts_of(t).map(|i| a.started[i.index()]).filter(|s| *s != UNKNOWN);
        let first = starts.min()?;
        let is_over = run.tasks.status[t.index()].is_terminal();
        let last = run.attempts_of(t).map(|i| a.ended[i.index()]).filter(|e| *e != UNKNOWN).max();
        Some((first, if is_over { last.unwrap_or(first) } else { i64::MAX }))
    };
    let wanted = run.task_ids().filter(|t| step.is_none_or(|step| run.task_step(*t) == step));
    let mut tasks: Vec<(TaskId, i64, i64)> =
        wanted.filter_map(|t| times(t).map(|(first, last)| (t, first, last))).collect();
    tasks.order_by_key(|(t, first, last)| (std::cmp::Reverse((*last, *first)), t.0));
    tasks.truncate(most);
    tasks.order_by_key(|(t, first, _)| (*first, t.0));
    tasks.into_iter().map(|(t, ..)| t).collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    const RUN: &str = "\
fetch    0..4    w1
align-1  4..9    w1  fetch  step=align
align-2  4..6    w2  fetch  step=align failed
align-3  9..     w1  fetch  step=align
report   -       -   align-1 align-2 align-3
";

    #[test]
    fn steps_keep_their_order_and_count_each_task_once() {
        let run = makespan_model::notation::run(RUN).unwrap();
        let found = progress(&run);
        let rows: Vec<_> =
            found.iter().map(|s| (s.step.as_str(), s.tasks(), s.over(), s.running(), s.failed())).collect();
        assert_eq!(rows, [("fetch", 1, 1, 0, 0), ("align", 3, 2, 1, 1), ("report", 1, 0, 0, 0)]);
        assert_eq!(found.iter().map(StepProgress::tasks).sum::<u32>() as usize, run.task_count());
    }

    #[test]
    fn the_watched_tasks_are_the_running_and_the_latest_finished_ones() {
        let run = makespan_model::notation::run(RUN).unwrap();
        let watched = |step, most| -> Vec<&str> {
            recent(&run, step, most).into_iter().map(|t| run.task_id(t)).collect()
        };
        assert_eq!(watched(None, 2), ["align-1", "align-3"]);
        assert_eq!(watched(None, 10), ["fetch", "align-1", "align-2", "align-3"]);
        assert_eq!(watched(Some("align"), 1), ["align-3"]);
        assert!(watched(Some("report"), 10).is_empty(), "it did not start");
    }
}
