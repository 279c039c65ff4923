//! Slack: how much later a task could have ended without delaying the run.

use makespan_model::{Run, UNKNOWN};

use crate::network::{Network, begin, end};
use crate::waiting::first_starts;

/// Slack of each task; see [`slack()`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Slack {
    /// Without delaying the last end of the run, ns.
    pub total: Vec<Option<i64>>,
    /// Without delaying the start of anything that comes after it, ns; never more than the total.
    pub free: Vec<Option<i64>>,
}

/// The total and the free slack (*float*) of every task as executed: how much later it could have ended, had all
/// other tasks still taken as long as they did, by the backward pass of the critical path method (Kelley & Walker
/// 1959) from the actual last end over actual durations.
///
/// Waits before a start are slack of what came before. What is contained must end before its container does. A task
/// that began before its predecessor had ended puts no limit on it below the actual end, so no slack is negative.
/// Tasks without times pass limits on; one without an end is taken to last to the end of the run. `None` for tasks
/// without a closed interval. O(n + e).
pub fn slack(run: &Run) -> Slack {
    let n = run.task_count();
    let Some((_, horizon)) = run.span() else {
        return Slack { total: vec![None; n], free: vec![None; n] };
    };
    let network = Network::new(run);
    let first = first_starts(run);
    let spans: Vec<Option<(i64, i64)>> = run.task_ids().map(|t| run.task_interval(t)).collect();
    // Latest moment of each node that keeps the last end, and that keeps every actual start after it.
    let mut late = vec![horizon; n * 2];
    let mut keep = vec![horizon; n * 2];
    for &node in network.order.iter().rev() {
        let task = node as usize / 2;
        let is_begin = node.is_multiple_of(2);
        let (mut latest, mut kept) = (horizon, horizon);
        network.next(node, |to| {
            let (to, after) = (to as usize, to as usize / 2);
            let own = is_begin && after == task;
            let duration = match spans[task] {
                Some((s, e)) => e.saturating_sub(s),
                None if first[task] != UNKNOWN => horizon.saturating_sub(first[task]),
                None => 0,
            };
            latest = latest.min(if own { late[to].saturating_sub(duration) } else { late[to] });
            let actual =
                if to == begin(after as u32) { first[after] } else { spans[after].map_or(UNKNOWN, |s| s.1) };
            kept = kept.min(if own || actual == UNKNOWN { keep[to] } else { actual });
        });
        let actual = if is_begin { first[task] } else { spans[task].map_or(UNKNOWN, |s| s.1) };
        late[node as usize] = latest.max(actual);
        keep[node as usize] = kept;
    }
    let left = |limit: &[i64], t: usize| spans[t].map(|(_, e)| limit[end(t as u32)].saturating_sub(e).max(0));
    let free: Vec<Option<i64>> = (0..n).map(|t| left(&keep, t)).collect();
    let total = (0..n).map(|t| left(&late, t).max(free[t])).collect();
    Slack { total, free }
}
