//! Differences between the two tasks of a match.

use makespan_model::{NONE, Order as _, Run, TaskId, UNKNOWN};

use super::columns::Columns;
use super::keys::Pairs;

/// Why a matched task is not the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Change {
    /// Its durations, first start to last end, differ by at least 5 % of the longer one and by at least 1 ms.
    Duration,
    /// Its status.
    Status,
    /// Its number of attempts.
    Attempts,
    /// Its step, as the source states it.
    Step,
    /// What executes it: a class, an operator, a plug-in.
    Kind,
    /// Its parameters.
    Params,
    /// Its dependencies, if both runs record them.
    Dependencies,
}

impl Change {
    /// All of them.
    pub const ALL: [Change; 7] = [
        Change::Duration,
        Change::Status,
        Change::Attempts,
        Change::Step,
        Change::Kind,
        Change::Params,
        Change::Dependencies,
    ];

    /// The name in JSON output and links.
    pub fn name(self) -> &'static str {
        match self {
            Change::Duration => "duration",
            Change::Status => "status",
            Change::Attempts => "attempts",
            Change::Step => "step",
            Change::Kind => "kind",
            Change::Params => "params",
            Change::Dependencies => "dependencies",
        }
    }
}

/// Whether two durations in ns differ by at least 5 % of the longer one and by at least 1 ms.
pub(super) fn differ(x: i64, y: i64) -> bool {
    let by = i128::from(x) - i128::from(y);
    let by = by.unsigned_abs();
    by >= 1_000_000 && by * 20 >= u128::from(x.max(y).unsigned_abs())
}

/// Returns the differences between task `l` of one run and task `r` of the other. O(degree log degree).
pub(super) fn changes(
    (left_run, left): (&Run, &Columns<'_>),
    (right_run, right): (&Run, &Columns<'_>),
    pairs: &Pairs,
    l: usize,
    r: usize,
) -> Vec<Change> {
    let tries = |run: &Run, t: usize| run.attempts_of(TaskId(t as u32)).len();
    let holds = |change: Change| match change {
        Change::Duration => {
            let (x, y) = (left.length[l], right.length[r]);
            x != UNKNOWN && y != UNKNOWN && differ(x, y)
        }
        Change::Status => left_run.tasks.status[l] != right_run.tasks.status[r],
        Change::Attempts => tries(left_run, l) != tries(right_run, r),
        Change::Step => left.step[l] != right.step[r],
        Change::Kind => left.kind[l] != right.kind[r],
        Change::Params => left.params[l] != right.params[r],
        Change::Dependencies => {
            let recorded = !left_run.edges_inferred && !right_run.edges_inferred;
            recorded && !same_predecessors(left_run, right_run, pairs, l, r)
        }
    };
    Change::ALL.into_iter().filter(|c| holds(*c)).collect()
}

fn same_predecessors(left_run: &Run, right_run: &Run, pairs: &Pairs, l: usize, r: usize) -> bool {
    let (x, y) = (left_run.predecessors.row(l), right_run.predecessors.row(r));
    if x.len() != y.len() {
        return false;
    }
    // They usually have the same order.
    let matched = |p: &u32| pairs.of_right[*p as usize];
    if x.iter().zip(y).all(|(l, r)| *l == matched(r)) {
        return true;
    }
    let mut there: Vec<u32> = y.iter().map(matched).collect();
    let mut here = x.to_vec();
    here.order();
    there.order();
    here == there && !there.contains(&NONE)
}
