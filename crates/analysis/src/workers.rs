//! Load of each worker.

use makespan_model::{HashMap, Order as _, Run, StrId, UNKNOWN};

use crate::busy::{Busy, busy};
use crate::natural_cmp;

/// Work of one worker.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct WorkerUse {
    /// Its name.
    pub worker: String,
    /// Attempts that name it.
    pub attempts: u32,
    /// Time in which at least one of its attempts was executing: the union of their [busy](crate::busy()) intervals,
    /// ns.
    pub busy: i64,
    /// `busy` over the makespan of the run, 0 to 1. `None` without a makespan above 0.
    pub utilisation: Option<f64>,
    /// First start of its attempts, ns since the epoch; `UNKNOWN` if none started.
    pub first: i64,
    /// Last end of its attempts, or the last start if none ended later; `UNKNOWN` if none started.
    pub last: i64,
}

/// The workers of a run in natural order of their names. Attempts that name no worker count for none; where no
/// attempt names one there is nothing to say and the list is empty. O((n + a) log n).
pub fn workers(run: &Run) -> Vec<WorkerUse> {
    workers_with(run, &busy(run))
}

pub(crate) fn workers_with(run: &Run, busy: &Busy) -> Vec<WorkerUse> {
    let a = &run.attempts;
    let mut place: HashMap<StrId, usize> = HashMap::default();
    let mut out: Vec<WorkerUse> = Vec::new();
    for (i, &name) in a.worker.iter().enumerate() {
        if name.is_empty() {
            continue;
        }
        let at = *place.entry(name).or_insert_with(|| {
            let worker = run.text(name).to_owned();
            out.push(WorkerUse { worker, first: UNKNOWN, last: UNKNOWN, ..WorkerUse::default() });
            out.len() - 1
        });
        let w = &mut out[at];
        w.attempts += 1;
        if a.started[i] != UNKNOWN {
            w.first = if w.first == UNKNOWN { a.started[i] } else { w.first.min(a.started[i]) };
            // An unknown end is the smallest number.
            w.last = w.last.max(a.started[i]).max(a.ended[i]);
        }
    }
    // The intervals are sorted by start, so the part of a worker already seen ends at one moment.
    let mut reach = vec![UNKNOWN; out.len()];
    for (k, &attempt) in busy.attempt.iter().enumerate() {
        if let Some(&at) = place.get(&a.worker[attempt as usize]) {
            let from = busy.start[k].max(reach[at]);
            let added = busy.end[k].saturating_sub(from).max(0);
            out[at].busy = out[at].busy.saturating_add(added);
            reach[at] = reach[at].max(busy.end[k]);
        }
    }
    let makespan = run.span().map(|(s, e)| e.saturating_sub(s)).filter(|m| *m > 0);
    for w in &mut out {
        w.utilisation = makespan.map(|m| (w.busy as f64 / m as f64).min(1.0));
    }
    out.order_by(|x, y| natural_cmp(&x.worker, &y.worker));
    out
}
