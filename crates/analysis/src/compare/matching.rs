//! Matches the tasks of one run with those of another.

use makespan_model::{HashMap, NONE, Run, TaskId, UNKNOWN};

use super::changes::{Change, changes};
use super::columns::{Columns, Texts, own_name};
use super::keys::{self, Pairs, keys, unique_key};
use super::neighbourhood::{pair_by_neighbourhood, pair_by_step, pair_names_by_neighbourhood};
use crate::Facts;

/// How a task changed from one run to the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Match {
    /// In both runs, and nothing that counts differs.
    Same,
    /// In both runs under one key; [`MatchedTask::changes`] lists the differences.
    Changed,
    /// In the second run only.
    Added,
    /// In the first run only.
    Removed,
    /// In both runs under different keys; [`MatchedTask::by`] is the rule that matched it.
    Renamed,
}

impl Match {
    /// All of them.
    pub const ALL: [Match; 5] = [Match::Same, Match::Changed, Match::Added, Match::Removed, Match::Renamed];

    /// The name in JSON output and links.
    pub fn name(self) -> &'static str {
        match self {
            Match::Same => "same",
            Match::Changed => "changed",
            Match::Added => "added",
            Match::Removed => "removed",
            Match::Renamed => "renamed",
        }
    }
}

/// By what a task was found again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Evidence {
    /// Its id, or its name within its container.
    Key,
    /// It alone is of that step, kind and parameters.
    StepAndParams,
    /// Its place in the graph.
    Neighbourhood,
}

impl Evidence {
    /// The name in JSON output.
    pub fn name(self) -> &'static str {
        match self {
            Evidence::Key => "key",
            Evidence::StepAndParams => "step-and-params",
            Evidence::Neighbourhood => "neighbourhood",
        }
    }
}

/// A task of one run or of both.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MatchedTask {
    /// Stable key of the task, unique in the matching: its id if ids mean the same in both runs, else its name within
    /// its containers (`outer/name`, `name#2` for the second of one name; without the id of the run at its beginning).
    /// For a renamed task, the key in the second run.
    pub key: String,
    /// The task in the first run.
    pub a: Option<TaskId>,
    /// The task in the second run.
    pub b: Option<TaskId>,
    /// How the task changed.
    pub how: Match,
    /// The rule that matched it, if it is in both runs.
    pub by: Option<Evidence>,
    /// The differences, if it is in both runs; empty if there are none.
    pub changes: Vec<Change>,
    /// First start to last end in the first run, ns; `None` if unknown.
    pub a_ns: Option<i64>,
    /// The same in the second run.
    pub b_ns: Option<i64>,
    /// The second less the first, ns, where both are known.
    pub delta_ns: Option<i64>,
}

/// The tasks of two runs, each once.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Matching {
    /// The tasks of the second run in its order, then those that only the first has in theirs.
    pub tasks: Vec<MatchedTask>,
    /// By task of the first run: its place in `tasks`.
    pub of_a: Vec<u32>,
    /// By task of the second run: its place in `tasks`.
    pub of_b: Vec<u32>,
}

impl Matching {
    /// Returns the number of tasks matched by that rule.
    pub fn count(&self, how: Match) -> usize {
        self.tasks.iter().filter(|t| t.how == how).count()
    }
}

/// Matches the tasks of run `a` with those of run `b`.
///
/// A task is found by its key first: its id where ids are [stable](MatchedTask::key) across the two runs, else its name
/// within its container; several of one name are distinguished by step, kind and parameters, then by their place in the
/// graph, and only then by the order of their starts. What is left over
/// is found by being the only one of its step, kind and parameters, then by its place in the graph; both are renamed.
/// What is ambiguous is not matched. The order in which the files name tasks makes no difference, and neither does
/// which run is `a`. O((n + e) log n).
pub fn matching(a: &Facts, b: &Facts) -> Matching {
    let mut texts = Texts::default();
    let (left, right) = (Columns::new(a.run(), &mut texts), Columns::new(b.run(), &mut texts));
    let mut pairs = Pairs::none(left.len(), right.len());
    let by_graph =
        |pairs: &mut Pairs| pair_names_by_neighbourhood((a.run(), &left), (b.run(), &right), pairs);
    let by_id = keys::pair(&left, &right, &mut pairs, by_graph);
    let mut by: Vec<Option<Evidence>> = vec![None; right.len()];
    mark(&pairs, Evidence::Key, &mut by);
    // A task named only by a number was found by its step and its place, unless the number is the same.
    for (r, slot) in by.iter_mut().enumerate().filter(|(_, slot)| slot.is_some()) {
        let l = pairs.of_right[r] as usize;
        if left.label[l] == 0 && right.label[r] == 0 && left.id[l] != right.id[r] {
            *slot = Some(Evidence::Neighbourhood);
        }
    }
    pair_by_step(&left, &right, &mut pairs);
    mark(&pairs, Evidence::StepAndParams, &mut by);
    pair_by_neighbourhood((a.run(), &left), (b.run(), &right), &mut pairs);
    mark(&pairs, Evidence::Neighbourhood, &mut by);
    assemble((a.run(), &left), (b.run(), &right), &pairs, &by, by_id)
}

/// Notes how those were found that are matched and have no note yet.
pub(super) fn mark(pairs: &Pairs, evidence: Evidence, by: &mut [Option<Evidence>]) {
    for (slot, _) in by.iter_mut().zip(&pairs.of_right).filter(|(slot, l)| slot.is_none() && **l != NONE) {
        *slot = Some(evidence);
    }
}

fn assemble(
    (a, left): (&Run, &Columns<'_>),
    (b, right): (&Run, &Columns<'_>),
    pairs: &Pairs,
    by: &[Option<Evidence>],
    by_id: bool,
) -> Matching {
    let keys_of = |run: &Run, columns: &Columns<'_>| {
        let names: Vec<&str> = run.task_ids().map(|t| own_name(run, t)).collect();
        keys(columns, &names, by_id)
    };
    let known = |ns: i64| (ns != UNKNOWN).then_some(ns);
    let mut out = Matching { of_a: vec![NONE; left.len()], ..Matching::default() };
    for (r, key) in keys_of(b, right).into_iter().enumerate() {
        let l = pairs.of_right[r];
        let place = out.tasks.len() as u32;
        out.of_b.push(place);
        let changes =
            if l == NONE { Vec::new() } else { changes((a, left), (b, right), pairs, l as usize, r) };
        let how = match by[r] {
            None => Match::Added,
            Some(Evidence::Key) if changes.is_empty() => Match::Same,
            Some(Evidence::Key) => Match::Changed,
            Some(_) => Match::Renamed,
        };
        let a_ns = left.length.get(l as usize).copied().and_then(known);
        let b_ns = known(right.length[r]);
        let delta_ns = a_ns.zip(b_ns).map(|(a, b)| b.saturating_sub(a));
        if let Some(slot) = out.of_a.get_mut(l as usize) {
            *slot = place;
        }
        let a = (l != NONE).then_some(TaskId(l));
        let b = Some(TaskId(r as u32));
        out.tasks.push(MatchedTask { key, a, b, how, by: by[r], changes, a_ns, b_ns, delta_ns });
    }
    if !pairs.of_left.contains(&NONE) {
        return out;
    }
    let mut taken: HashMap<String, u32> = out.tasks.iter().map(|t| (t.key.clone(), 1)).collect();
    for (l, label) in keys_of(a, left).into_iter().enumerate().filter(|(l, _)| pairs.of_left[*l] == NONE) {
        let key = unique_key(label, &mut taken);
        out.of_a[l] = out.tasks.len() as u32;
        out.tasks.push(MatchedTask {
            key,
            a: Some(TaskId(l as u32)),
            b: None,
            how: Match::Removed,
            by: None,
            changes: Vec::new(),
            a_ns: known(left.length[l]),
            b_ns: None,
            delta_ns: None,
        });
    }
    out
}
