//! Dependencies guessed from times, for sources that record none.

use crate::blocks::Blocks;
use crate::columns::GrowingAttempts;
use crate::{NONE, UNKNOWN};

/// For each task that started after another had ended, the one edge from the task that ended last before it: the
/// latest thing it can have waited for. A heuristic, and marked as one wherever it is shown. `parents` keeps tasks
/// of different containers apart, since what a container does is not what its contents wait for; `rank` breaks ties
/// between equal times and must not depend on the order of the tasks. O(n log n).
pub(crate) fn edges(
    tasks: usize,
    attempts: &GrowingAttempts,
    parents: &Blocks<u32>,
    rank: &[u32],
) -> Vec<(u32, u32)> {
    let mut first = vec![i64::MAX; tasks];
    let mut last = vec![UNKNOWN; tasks];
    for i in 0..attempts.task.len() {
        let t = attempts.task[i] as usize;
        if attempts.started[i] != UNKNOWN {
            first[t] = first[t].min(attempts.started[i]);
        }
        // A task with an open end blocks nobody that we could know of.
        last[t] = if attempts.ended[i] == UNKNOWN { i64::MAX } else { last[t].max(attempts.ended[i]) };
    }
    let group = |t: u32| parents.get(t as usize).unwrap_or(NONE);
    let timed = |t: &u32| first[*t as usize] != i64::MAX;
    let mut by_start: Vec<u32> = (0..tasks as u32).filter(timed).collect();
    let mut by_end: Vec<u32> = by_start
        .iter()
        .copied()
        .filter(|&t| last[t as usize] != i64::MAX && last[t as usize] != UNKNOWN)
        .collect();
    sort(&mut by_start, |t| (group(t), first[t as usize], rank[t as usize]));
    sort(&mut by_end, |t| (group(t), last[t as usize], rank[t as usize]));
    let mut edges = Vec::new();
    let mut done = 0;
    let mut latest = NONE;
    let mut of = NONE - 1;
    for &t in &by_start {
        if group(t) != of {
            of = group(t);
            latest = NONE;
            done = by_end.partition_point(|&e| group(e) < of);
        }
        while let Some(&e) = by_end.get(done) {
            // Of several that ended at the same moment the first to have come stays the one that is named.
            let before = (first[e as usize], rank[e as usize]) < (first[t as usize], rank[t as usize]);
            if group(e) != of || last[e as usize] > first[t as usize] || !before {
                break;
            }
            if latest == NONE || last[latest as usize] < last[e as usize] {
                latest = e;
            }
            done += 1;
        }
        if latest != NONE {
            edges.push((latest, t));
        }
    }
    edges
}

/// Sorts by keys that are looked up once each: side by side they are compared much faster than through the columns.
fn sort(tasks: &mut [u32], key: impl Fn(u32) -> (u32, i64, u32)) {
    if tasks.is_sorted_by_key(|&t| key(t)) {
        return;
    }
    let mut keyed: Vec<((u32, i64, u32), u32)> = tasks.iter().map(|&t| (key(t), t)).collect();
    keyed.sort_unstable();
    for (slot, (_, task)) in tasks.iter_mut().zip(keyed) {
        *slot = task;
    }
}
