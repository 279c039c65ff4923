//! Utilisation: the number of busy workers at each moment.

use makespan_model::{HashMap, Order as _, Run, StrId, UNKNOWN};

use crate::busy::{Busy, busy};

/// A step function of time: value `i` holds from `t[i]` up to `t[i + 1]`, the last one ever after, and before the
/// first all is 0.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Utilisation {
    /// Times at which a value changes, ns since the epoch, ascending.
    pub t: Vec<i64>,
    /// Workers with at least one executing attempt.
    pub busy: Vec<u32>,
    /// Workers that were there: from the first start of their attempts to the last end (to the end of the run where an
    /// attempt has none). One that was there and idle before or after that left no trace.
    pub present: Vec<u32>,
    /// Workers that were ever seen.
    pub workers: usize,
    /// Time that workers were busy over the time that all of them could have been: the number of workers times the
    /// makespan; 0 to 1, at least that where attempts are [going on](crate::going_on()). `None` without workers or a
    /// makespan above 0.
    pub mean: Option<f64>,
}

impl Utilisation {
    /// Busy workers over all workers ever seen at step `i`, 0 to 1; `None` without workers.
    pub fn share(&self, i: usize) -> Option<f64> {
        let busy = self.busy.get(i).copied()?;
        (self.workers > 0).then(|| f64::from(busy) / self.workers as f64)
    }
}

/// The use of the workers over time, from the [busy](crate::busy()) intervals of attempts that name one. A worker that
/// is at several attempts at once is busy once. Intervals are half open, so that a hand-over is not an idle moment.
/// O((n + a) log n).
pub fn utilisation(run: &Run) -> Utilisation {
    utilisation_with(run, &busy(run))
}

/// State of a worker while its intervals are visited.
struct Seen {
    first: i64,
    last: i64,
    from: i64,
    reach: i64,
}

pub(crate) fn utilisation_with(run: &Run, busy: &Busy) -> Utilisation {
    let a = &run.attempts;
    let Some((start, end)) = run.span() else { return Utilisation::default() };
    let mut place: HashMap<StrId, usize> = HashMap::default();
    let mut seen: Vec<Seen> = Vec::new();
    for (i, &name) in a.worker.iter().enumerate() {
        if name.is_empty() {
            continue;
        }
        let at = *place.entry(name).or_insert_with(|| {
            seen.push(Seen { first: i64::MAX, last: UNKNOWN, from: UNKNOWN, reach: UNKNOWN });
            seen.len() - 1
        });
        if a.started[i] != UNKNOWN {
            seen[at].first = seen[at].first.min(a.started[i]);
            seen[at].last = seen[at].last.max(if a.ended[i] == UNKNOWN { end } else { a.ended[i] });
        }
    }
    let mut changes: Vec<(i64, i32, i32)> = Vec::new();
    let mut total = 0i64;
    let mut spell = |from: i64, to: i64, changes: &mut Vec<(i64, i32, i32)>| {
        changes.extend([(from, 1, 0), (to, -1, 0)]);
        total = total.saturating_add(to.saturating_sub(from));
    };
    // The intervals come sorted by start: spells of work of one worker follow each other.
    for (k, &attempt) in busy.attempt.iter().enumerate() {
        let Some(&at) = place.get(&a.worker[attempt as usize]) else { continue };
        let worker = &mut seen[at];
        if worker.reach == UNKNOWN {
            worker.from = busy.start[k];
        } else if busy.start[k] > worker.reach {
            spell(worker.from, worker.reach, &mut changes);
            worker.from = busy.start[k];
        }
        worker.reach = worker.reach.max(busy.end[k]);
    }
    for worker in &seen {
        if worker.reach != UNKNOWN {
            spell(worker.from, worker.reach, &mut changes);
        }
        if worker.first < worker.last {
            changes.extend([(worker.first, 0, 1), (worker.last, 0, -1)]);
        }
    }
    let makespan = end.saturating_sub(start);
    let room = makespan as f64 * seen.len() as f64;
    let mean = (room > 0.0).then(|| (total as f64 / room).min(1.0));
    let mut out = Utilisation { workers: seen.len(), mean, ..Utilisation::default() };
    changes.order_by_numbers(|c| c.0);
    let (mut now, mut last) = ((0i64, 0i64), (0, 0));
    for at_once in changes.chunk_by(|x, y| x.0 == y.0) {
        for change in at_once {
            now = (now.0 + i64::from(change.1), now.1 + i64::from(change.2));
        }
        let value = (now.0.max(0) as u32, now.1.max(0) as u32);
        if value != last {
            last = value;
            out.t.push(at_once[0].0);
            out.busy.push(value.0);
            out.present.push(value.1);
        }
    }
    out
}
