//! Two runs and what of the one is what of the other: what every view of a comparison is given.

use std::borrow::Cow;

use makespan_analysis::Facts;
use makespan_analysis::compare::{Match, MatchedTask, Matching, fair_makespan};
use makespan_model::{Run, Status, TaskId};

use super::Noise;
use crate::clip::shortened_name;
use crate::table::Cell;

/// The baseline A, the candidate B, and which task of the one is which of the other.
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
    /// Their tasks side by side.
    pub matching: &'f Matching,
    /// Which differences are grey.
    pub noise: Noise,
}

impl<'f> Pair<'f> {
    /// Two runs, with the noise that is assumed where nothing is known of it.
    pub fn new(a: &'f Facts, b: &'f Facts, matching: &'f Matching) -> Pair<'f> {
        Pair { a, b, matching, noise: Noise::default() }
    }

    /// The rows.
    pub fn rows(&self) -> &'f [MatchedTask] {
        &self.matching.tasks
    }

    /// A row, where there is one.
    pub fn row(&self, row: u32) -> Option<&'f MatchedTask> {
        self.matching.tasks.get(row as usize)
    }

    /// The run and the task that name a row: those of B, else those of A.
    pub fn side(&self, task: &MatchedTask) -> Option<(&'f Run, TaskId)> {
        let b = task.b.map(|t| (self.b.run(), t));
        b.or_else(|| task.a.map(|t| (self.a.run(), t)))
    }

    /// What people call a row: its name in B, else in A; with both where it was renamed.
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

    /// The step of a row, in B, else in A.
    pub fn step(&self, task: &MatchedTask) -> &'f str {
        self.side(task).map_or("", |(run, t)| run.task_step(t))
    }

    /// How a row was matched, as a cell: its sign and its word.
    pub fn match_cell(&self, task: &MatchedTask) -> Cell {
        Cell::new(format!("{} {}", sign(task.how, self.strength(task)), task.how.name()))
    }

    /// For colour, how much longer or shorter the row became; `None` where one of the two durations is unknown, and
    /// where it did not succeed in both runs: what failed is not faster.
    pub fn strength(&self, task: &MatchedTask) -> Option<f32> {
        let done =
            |run: &Run, t: TaskId| matches!(run.tasks.status[t.index()], Status::Succeeded | Status::Cached);
        let both = done(self.a.run(), task.a?) && done(self.b.run(), task.b?);
        self.noise.strength(task.a_ns, task.b_ns).filter(|_| both)
    }

    /// The same for the runs as wholes.
    pub fn whole_strength(&self) -> Option<f32> {
        let fair = fair_makespan(self.a).is_finite() && fair_makespan(self.b).is_finite();
        self.noise.strength(self.a.totals().makespan, self.b.totals().makespan).filter(|_| fair)
    }

    /// Which rows pass, given which tasks of each run do: a row passes when its task does in either run.
    pub fn mask(&self, of_a: &[bool], of_b: &[bool]) -> Vec<bool> {
        let at =
            |mask: &[bool], t: Option<TaskId>| t.and_then(|t| mask.get(t.index())).copied().unwrap_or(false);
        self.rows().iter().map(|t| at(of_a, t.a) || at(of_b, t.b)).collect()
    }
}

/// The sign for how a task was matched, so that colour never speaks alone.
pub fn match_sign(how: Match) -> &'static str {
    match how {
        Match::Same => "=",
        Match::Changed => "≠",
        Match::Added => "+",
        Match::Removed => "−",
        Match::Renamed => "→",
    }
}

/// The sign of a row: how it was matched, and where both runs have it, which way its duration went.
pub fn sign(how: Match, strength: Option<f32>) -> &'static str {
    match (how, strength) {
        (Match::Same | Match::Changed, Some(s)) if s > 0.0 => "▲",
        (Match::Same | Match::Changed, Some(s)) if s < 0.0 => "▼",
        _ => match_sign(how),
    }
}
