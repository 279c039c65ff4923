//! Dependencies guessed from times, for sources that record none.

use crate::blocks::Blocks;
use crate::columns::GrowingAttempts;
use crate::{NONE, Order as _, UNKNOWN};

/// Returns, for each task that started after another had ended, one edge from the task that ended last before it: the
/// latest thing it can have waited for. A heuristic, and marked as one wherever it is shown. `parents` keeps tasks
/// of different containers apart, since what a container does is not what its contents wait for.
///
/// Only times decide, never the spelling of an id. If several tasks ended at the same moment, the one that started last
/// counts, then the first in task order, which can only be one with identical times. A task without duration follows
/// what ended at its moment and precedes what starts then. Several such tasks of the same moment are not chained,
/// because their order is unknown. O(n log n).
pub(crate) fn edges(tasks: usize, attempts: &GrowingAttempts, parents: &Blocks<u32>) -> Vec<(u32, u32)> {
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
    let start = |t: u32| first[t as usize];
    // A try without a start may end before the first one that has one.
    let end = |t: u32| last[t as usize].max(first[t as usize]);
    let timed = |t: &u32| start(*t) != i64::MAX;
    let mut by_start: Vec<u32> = (0..tasks as u32).filter(timed).collect();
    let mut by_end: Vec<u32> = by_start.iter().copied().filter(|&t| end(t) != i64::MAX).collect();
    // Within one moment, tasks without duration start first and end last.
    by_start.order_by_numbers(|&t| (group(t), start(t), end(t) > start(t), t));
    by_end.order_by_numbers(|&t| (group(t), end(t), start(t), t));
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
        // A task without duration did not wait for another one of the same moment.
        let until =
            if end(t) > start(t) { (start(t), i64::MAX) } else { (start(t), start(t).saturating_sub(1)) };
        while let Some(&e) = by_end.get(done).filter(|e| group(**e) == of && (end(**e), start(**e)) <= until)
        {
            if latest == NONE || (end(latest), start(latest)) < (end(e), start(e)) {
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
