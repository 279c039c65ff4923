//! The chains that would become critical next.

use std::cmp::Reverse;

use makespan_model::{NONE, Order as _, Run, TaskId};

use crate::longest::Longest;
use crate::network::begin;
use crate::{CriticalPath, critical_path};

/// A chain that is nearly as long as the critical path.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NearCritical {
    /// Its tasks, first to last, without those that a longer chain holds already.
    pub tasks: Vec<TaskId>,
    /// Sum of the weights of the longest chain through them, whole, ns.
    pub length: i64,
    /// Additional time that would make this chain the critical path, ns: the length of the critical path minus its own.
    pub behind: i64,
}

/// The `k` chains next to the [critical path](crate::critical_path()), longest first.
///
/// The longest chain through a task consists of the longest ways to it and from it, by the weights of the critical
/// path. In descending order of that length, a chain takes the longest way back and forward until it meets a task of an
/// earlier chain, so that each task is listed once and each chain adds something new. Tasks without weight begin no
/// chain; of equal ones the lower index comes first. Empty if there is no critical path. O(n log n + e), plus the
/// length of each chain.
pub fn near_critical(run: &Run, k: usize) -> Vec<NearCritical> {
    near_critical_with(run, critical_path(run).as_ref(), k)
}

pub(crate) fn near_critical_with(run: &Run, path: Option<&CriticalPath>, k: usize) -> Vec<NearCritical> {
    let (Some(path), Some(longest)) = (path, Longest::new(run)) else { return Vec::new() };
    let (rest, toward) = longest.onward();
    let mut order: Vec<(Reverse<i64>, u32)> = (0..run.task_count())
        .filter(|&t| longest.weight[t] > 0 && !path.on_path[t])
        .map(|t| (Reverse(longest.through(t, &rest)), t as u32))
        .collect();
    order.order();
    // By task, the chain that contains it, counted from 1; 0 means none. The critical path is not one of these chains.
    let mut holder: Vec<u32> = path.on_path.iter().map(|on| if *on { u32::MAX } else { 0 }).collect();
    let mut out = Vec::new();
    for (Reverse(length), seed) in order {
        if out.len() == k {
            break;
        }
        if holder[seed as usize] != 0 {
            continue;
        }
        let number = out.len() as u32 + 1;
        holder[seed as usize] = number;
        // Whether the chain continues through a task; a container may occur more than once.
        let mut take = |task: u32, tasks: &mut Vec<TaskId>| {
            let slot = &mut holder[task as usize];
            if *slot == 0 {
                *slot = number;
                tasks.push(TaskId(task));
            }
            *slot == number
        };
        let mut tasks = Vec::new();
        let mut node = begin(seed) as u32;
        while longest.from[node as usize] != NONE {
            let before = longest.from[node as usize];
            if longest.task_of(before, node).is_some_and(|task| !take(task, &mut tasks)) {
                break;
            }
            node = before;
        }
        tasks.reverse();
        tasks.push(TaskId(seed));
        let mut node = begin(seed) as u32;
        while toward[node as usize] != NONE {
            let next = toward[node as usize];
            if longest.task_of(node, next).is_some_and(|task| !take(task, &mut tasks)) {
                break;
            }
            node = next;
        }
        // If tasks overlap, their weight can be more than the time they add.
        let length = length.min(path.length);
        out.push(NearCritical { tasks, length, behind: path.length.saturating_sub(length) });
    }
    out
}
