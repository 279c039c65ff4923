//! Two runs and their matched tasks: the input of every view of a comparison.

use std::borrow::Cow;

use makespan_analysis::Facts;
use makespan_analysis::compare::{Match, MatchedTask, Matching, fair_makespan};
use makespan_model::{Run, Status, TaskId};

use super::Noise;
use crate::clip::shortened_name;
use crate::table::Cell;

/// The baseline A, the candidate B, and the matching of their tasks.
///
/// A row is an index of [`Matching::tasks`]: a task of A, of B, or of both. In comparisons the marks, the selection and
/// the hover of a [`Look`](crate::Look) are rows, and so are the hits of shapes
/// ([`Target::Matched`](crate::Target::Matched)).
#[derive(Clone, Copy, Debug)]
pub struct Pair<'f> {
    /// The baseline.
    pub a: &'f Facts,
    /// The candidate.
    pub b: &'f Facts,
    /// Their matched tasks.
    pub matching: &'f Matching,
    /// The bounds of differences that are drawn grey.
    pub noise: Noise,
}

impl<'f> Pair<'f> {
    /// Combines two runs, with default noise.
    pub fn new(a: &'f Facts, b: &'f Facts, matching: &'f Matching) -> Pair<'f> {
        Pair { a, b, matching, noise: Noise::default() }
    }

    /// Returns the rows.
    pub fn rows(&self) -> &'f [MatchedTask] {
        &self.matching.tasks
    }

    /// Returns a row, if it exists.
    pub fn row(&self, row: u32) -> Option<&'f MatchedTask> {
        self.matching.tasks.get(row as usize)
    }

    /// Returns the run and the task that give a row its name: those of B, otherwise those of A.
    pub fn side(&self, task: &MatchedTask) -> Option<(&'f Run, TaskId)> {
        let b = task.b.map(|t| (self.b.run(), t));
        b.or_else(|| task.a.map(|t| (self.a.run(), t)))
    }

    /// Returns the name of a row: that in B, otherwise that in A; both if the task was renamed.
    pub fn name(&self, task: &MatchedTask) -> Cow<'f, str> {
        let Some((run, t)) = self.side(task) else { return Cow::Borrowed("") };
        let name = run.task_name(t);
        match task.a.map(|t| self.a.run().task_name(t)) {
            Some(old) if task.how == Match::Renamed && old != name => {
                Cow::Owned(format!("{} → {}", shortened_name(old), shortened_name(name)))
            }
            _ => Cow::Borrowed(name),
        }
    }

    /// Returns the step of a row, in B, otherwise in A.
    pub fn step(&self, task: &MatchedTask) -> &'f str {
        self.side(task).map_or("", |(run, t)| run.task_step(t))
    }

    /// Returns how a row was matched, as a cell: sign and word.
    pub fn match_cell(&self, task: &MatchedTask) -> Cell {
        Cell::new(format!("{} {}", sign(task.how, self.strength(task)), task.how.name()))
    }

    /// Returns how much longer or shorter the row became, for colours; `None` if one of the two durations is unknown or
    /// one of the tasks did not succeed, because a failure is not faster.
    pub fn strength(&self, task: &MatchedTask) -> Option<f32> {
        let done =
            |run: &Run, t: TaskId| matches!(run.tasks.status[t.index()], Status::Succeeded | Status::Cached);
        let both = done(self.a.run(), task.a?) && done(self.b.run(), task.b?);
        self.noise.strength(task.a_ns, task.b_ns).filter(|_| both)
    }

    /// Returns the same for the runs as a whole.
    pub fn whole_strength(&self) -> Option<f32> {
        let fair = fair_makespan(self.a).is_finite() && fair_makespan(self.b).is_finite();
        self.noise.strength(self.a.totals().makespan, self.b.totals().makespan).filter(|_| fair)
    }

    /// Returns which rows match a filter, given the matching tasks of each run: a row matches if its task does in
    /// either run.
    pub fn mask(&self, of_a: &[bool], of_b: &[bool]) -> Vec<bool> {
        let at =
            |mask: &[bool], t: Option<TaskId>| t.and_then(|t| mask.get(t.index())).copied().unwrap_or(false);
        self.rows().iter().map(|t| at(of_a, t.a) || at(of_b, t.b)).collect()
    }
}

/// Returns the sign for how a task was matched, so that colour is never the only distinction.
pub fn match_sign(how: Match) -> &'static str {
    match how {
        Match::Same => "=",
        Match::Changed => "≠",
        Match::Added => "+",
        Match::Removed => "−",
        Match::Renamed => "→",
    }
}

/// Returns the sign of a row: how it was matched, and if both runs have it, how its duration changed.
pub fn sign(how: Match, strength: Option<f32>) -> &'static str {
    match (how, strength) {
        (Match::Same | Match::Changed, Some(s)) if s > 0.0 => "▲",
        (Match::Same | Match::Changed, Some(s)) if s < 0.0 => "▼",
        _ => match_sign(how),
    }
}
