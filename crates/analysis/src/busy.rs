//! Intervals of work.

use makespan_model::{NONE, Rows, Run, TaskId, UNKNOWN};

use crate::nest::Nest;

/// Intervals in which an attempt itself was at work, sorted by start, then attempt; see [`busy()`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Busy {
    /// ns since the epoch.
    pub start: Vec<i64>,
    /// ns since the epoch, later than the start.
    pub end: Vec<i64>,
    /// Index of the attempt.
    pub attempt: Vec<u32>,
}

impl Busy {
    /// How many intervals.
    pub fn len(&self) -> usize {
        self.start.len()
    }

    /// Whether nothing was at work.
    pub fn is_empty(&self) -> bool {
        self.start.is_empty()
    }

    /// The sum of the intervals, ns: the work of the run (in scheduling also the *total processing time*).
    pub fn work(&self) -> i64 {
        self.lengths().fold(0, i64::saturating_add)
    }

    /// The length of each interval, ns.
    pub fn lengths(&self) -> impl Iterator<Item = i64> + '_ {
        self.start.iter().zip(&self.end).map(|(s, e)| e.saturating_sub(*s))
    }
}

/// First start of each task, and its last end: `UNKNOWN` where there is none, the end `i64::MAX` where an attempt
/// that started has not ended.
fn extents(run: &Run) -> (Vec<i64>, Vec<i64>) {
    let n = run.task_count();
    let (mut first, mut last) = (vec![UNKNOWN; n], vec![UNKNOWN; n]);
    let a = &run.attempts;
    for i in 0..run.attempt_count() {
        let (t, s) = (a.task[i] as usize, a.started[i]);
        if s == UNKNOWN {
            continue;
        }
        first[t] = if first[t] == UNKNOWN { s } else { first[t].min(s) };
        last[t] = last[t].max(if a.ended[i] == UNKNOWN { i64::MAX } else { a.ended[i] });
    }
    (first, last)
}

/// The intervals in which attempts themselves were at work.
///
/// An attempt with a start and an end was at work from one to the other; one without an end counts nothing, since
/// what it did is not known, and one that took no time has no interval. A task that contains others counts only
/// while none of its direct contents is open (from a content's first start to its last end, retries included, or for
/// ever where it has no end): what profilers call *self time*. A container without times passes its contents on to
/// the container around it, and attempts of one container that overlap count once. O((n + a) log n).
pub fn busy(run: &Run) -> Busy {
    let a = &run.attempts;
    let mut found: Vec<(i64, u32, i64)> = Vec::with_capacity(run.attempt_count());
    let nest = Nest::new(run);
    let (contents, first, last) = match &nest {
        Some(nest) => {
            let (first, last) = extents(run);
            let anchor = nest.anchors(run, |p| first[p as usize] != UNKNOWN);
            let mut inner: Vec<u32> = (0..run.task_count() as u32)
                .filter(|&t| anchor[t as usize] != NONE && first[t as usize] < last[t as usize])
                .collect();
            inner.sort_by_key(|&t| first[t as usize]);
            let pairs: Vec<(u32, u32)> = inner.iter().map(|&t| (anchor[t as usize], t)).collect();
            (Rows::from_pairs(run.task_count(), &pairs), first, last)
        }
        None => (Rows::default(), Vec::new(), Vec::new()),
    };
    for t in run.task_ids() {
        let row = contents.row(t.index());
        if row.is_empty() {
            found.extend(run.attempts_of(t).map(|i| i.index()).filter_map(|i| {
                let (s, e) = (a.started[i], a.ended[i]);
                (s != UNKNOWN && e != UNKNOWN && s < e).then_some((s, i as u32, e))
            }));
        } else {
            own_time(run, t, row.iter().map(|&c| (first[c as usize], last[c as usize])), &mut found);
        }
    }
    found.sort_unstable();
    Busy {
        start: found.iter().map(|f| f.0).collect(),
        end: found.iter().map(|f| f.2).collect(),
        attempt: found.iter().map(|f| f.1).collect(),
    }
}

/// What is left of the attempts of a container outside of `contents`, which come sorted by start. One pass over
/// both, since each attempt begins no earlier than the one before it ended.
fn own_time(
    run: &Run,
    task: TaskId,
    contents: impl Iterator<Item = (i64, i64)>,
    found: &mut Vec<(i64, u32, i64)>,
) {
    let mut tries: Vec<(i64, i64, u32)> =
        run.attempts_of(task).filter_map(|i| run.interval(i).map(|(s, e)| (s, e, i.0))).collect();
    tries.sort_unstable();
    let mut contents = contents.peekable();
    let mut from = UNKNOWN;
    for (s, e, i) in tries {
        from = from.max(s);
        while from < e {
            match contents.peek() {
                Some(&(inner, _)) if inner < e => {
                    if from < inner {
                        found.push((from, i, inner));
                    }
                    let Some((_, until)) = contents.next() else { break };
                    // The rest of a content that outlasts this attempt lies before the next one.
                    from = from.max(inner).max(until);
                }
                _ => {
                    found.push((from, i, e));
                    from = e;
                }
            }
        }
    }
}
