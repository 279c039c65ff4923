//! The tasks of many runs, lined up.

use makespan_model::{NONE, Run, TaskId};

use super::columns::{Columns, Texts, own_name};
use super::keys::{self, Pairs, keys};
use super::neighbourhood::{ELSEWHERE, pair_by_neighbourhood, pair_by_step, pair_names_by_neighbourhood};
use crate::Facts;

/// A task across many runs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LineupRow {
    /// Stable name of it, unique among the rows; see [`MatchedTask::key`](super::MatchedTask::key).
    pub key: String,
    /// Display name: its name in the last run that has it.
    pub title: String,
    /// Its step in that run; see [`Run::task_step`](makespan_model::Run::task_step).
    pub step: String,
    /// The task, by run; none where a run has no such task.
    pub tasks: Vec<Option<TaskId>>,
}

/// The tasks of many runs: one row for each that any of them has.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Lineup {
    /// Number of runs.
    pub runs: usize,
    /// In the order of the first run that has them, then in the order within it.
    pub rows: Vec<LineupRow>,
}

impl Lineup {
    /// By task of one run: its row.
    pub fn rows_of(&self, run: usize, tasks: usize) -> Vec<u32> {
        let mut out = vec![NONE; tasks];
        for (i, row) in self.rows.iter().enumerate() {
            let task = row.tasks.get(run).copied().flatten();
            if let Some(slot) = task.and_then(|t| out.get_mut(t.index())) {
                *slot = i as u32;
            }
        }
        out
    }
}

/// Lines up the tasks of many runs, in the order of the runs: each run is matched with the rows so far, a row showing
/// what the last run that has it holds, by the same means as in [`matching`](super::matching()); the graph is that of
/// the run before. Of two runs it is the same as their matching. O(r (n + e) log n) for r runs.
pub fn lineup(runs: &[&Facts]) -> Lineup {
    let mut texts = Texts::default();
    let mut rows = Columns::default();
    let mut tasks: Vec<Vec<Option<TaskId>>> = Vec::new();
    let mut by_id = true;
    // The last run that has tasks, its columns, and by task its row.
    let mut before: Option<(usize, Columns<'_>, Vec<u32>)> = None;
    for (at, facts) in runs.iter().enumerate() {
        let right = Columns::new(facts.run(), &mut texts);
        let mut pairs = Pairs::none(rows.len(), right.len());
        if let Some((last, left, row_of)) = before.as_ref().filter(|_| right.len() > 0) {
            let graph = ((runs[*last], left, row_of.as_slice()), (*facts, &right));
            let by_graph =
                |pairs: &mut Pairs| with_graph(graph.0, graph.1, pairs, pair_names_by_neighbourhood);
            by_id &= keys::pair(&rows, &right, &mut pairs, by_graph);
            pair_by_step(&rows, &right, &mut pairs);
            with_graph(graph.0, graph.1, &mut pairs, pair_by_neighbourhood);
        }
        let mut row_of = pairs.of_right;
        for slot in row_of.iter_mut().filter(|row| **row == NONE) {
            *slot = tasks.len() as u32;
            tasks.push(vec![None; runs.len()]);
        }
        // New rows come in the order of their tasks, so that each is put one past the end.
        for (t, &row) in row_of.iter().enumerate() {
            let parent = row_of.get(right.parent[t] as usize).copied().unwrap_or(NONE);
            rows.set(row as usize, &right, t, parent);
            tasks[row as usize][at] = Some(TaskId(t as u32));
        }
        if right.len() > 0 {
            before = Some((at, right, row_of));
        }
    }
    let last = |tasks: &[Option<TaskId>]| {
        let at = tasks.iter().rposition(Option::is_some);
        at.and_then(|at| Some((runs[at].run(), tasks[at]?)))
    };
    let names: Vec<&str> =
        tasks.iter().map(|row| last(row).map_or("", |(run, t)| own_name(run, t))).collect();
    let keys = keys(&rows, &names, by_id);
    let rows = keys.into_iter().zip(tasks).map(|(key, tasks)| {
        let (title, step) = last(&tasks).map_or(("", ""), |(run, t)| (run.task_name(t), run.task_step(t)));
        LineupRow { key, title: title.to_owned(), step: step.to_owned(), tasks }
    });
    Lineup { runs: runs.len(), rows: rows.collect() }
}

/// Matches the remaining tasks by the graphs of two runs; the tasks of the first are in rows.
fn with_graph(
    (last, left, row_of): (&Facts, &Columns<'_>, &[u32]),
    (facts, right): (&Facts, &Columns<'_>),
    pairs: &mut Pairs,
    find: impl FnOnce((&Run, &Columns<'_>), (&Run, &Columns<'_>), &mut Pairs),
) {
    let mut task_of = vec![NONE; pairs.of_left.len()];
    row_of.iter().enumerate().for_each(|(t, &row)| task_of[row as usize] = t as u32);
    let mut between = Pairs::none(left.len(), right.len());
    for (r, &row) in pairs.of_right.iter().enumerate().filter(|(_, row)| **row != NONE) {
        match task_of[row as usize] {
            NONE => between.of_right[r] = ELSEWHERE,
            l => between.join(l, r as u32),
        }
    }
    find((last.run(), left), (facts.run(), right), &mut between);
    for (r, &l) in between.of_right.iter().enumerate() {
        if l != NONE && l != ELSEWHERE {
            pairs.join(row_of[l as usize], r as u32);
        }
    }
}
