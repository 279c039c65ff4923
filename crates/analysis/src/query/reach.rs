//! Tasks within a number of dependencies of a set of tasks.

use makespan_model::Run;

use super::syntax::Direction;

/// Returns the tasks of a set, and those upstream ([`Direction::Up`]) or downstream of them, at most `hops`
/// dependencies away. Tasks are in topological order, so one pass is enough. O(n + e).
pub(super) fn reach(run: &Run, set: &[bool], direction: Direction, hops: Option<u32>) -> Vec<bool> {
    let most = hops.unwrap_or(u32::MAX - 1);
    // Minimum number of dependencies to the set; the largest number if none lead there.
    let mut away: Vec<u32> = set.iter().map(|is| if *is { 0 } else { u32::MAX }).collect();
    let mut pass = |t: usize, next: &[u32]| {
        if away[t] < most {
            let further = away[t] + 1;
            for &n in next {
                away[n as usize] = away[n as usize].min(further);
            }
        }
    };
    match direction {
        Direction::Up => (0..set.len()).rev().for_each(|t| pass(t, run.predecessors.row(t))),
        Direction::Down => (0..set.len()).for_each(|t| pass(t, run.successors.row(t))),
    }
    away.into_iter().map(|a| a <= most).collect()
}
