//! Intervals of work.

use makespan_model::{AttemptId, NONE, Order as _, Rows, Run, TaskId, UNKNOWN};

use crate::nest::Nest;

/// Intervals in which an attempt itself was executing, sorted by start, then attempt; see [`busy()`].
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
    /// Number of intervals.
    pub fn len(&self) -> usize {
        self.start.len()
    }

    /// Returns whether nothing was executing.
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

/// Returns whether an attempt is still running as far as is known: it has started and has no end, neither its status
/// nor that of the run is final, and no later attempt of its task exists.
pub(crate) fn is_going_on(run: &Run, attempt: AttemptId) -> bool {
    let (a, i) = (&run.attempts, attempt.index());
    a.started[i] != UNKNOWN
        && a.ended[i] == UNKNOWN
        && !a.status[i].is_terminal()
        && a.task.get(i + 1) != Some(&a.task[i])
        && !run.recorded_status.is_some_and(|s| s.is_terminal())
}

/// Returns the number of attempts that are still running as far as is known. They are counted up to the last known time
/// of the run; if there are any, work, concurrency and utilisation are lower bounds. O(a).
pub fn going_on(run: &Run) -> usize {
    (0..run.attempt_count() as u32).filter(|i| is_going_on(run, AttemptId(*i))).count()
}

/// Returns the first start and the last end of each task: `UNKNOWN` if there is none; the end is `i64::MAX` if an
/// attempt that started has not ended.
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

/// The intervals in which attempts themselves were executing.
///
/// An attempt with a start and an end was executing from one to the other, and one that took no time has no interval. The
/// last attempt of a task that is still going on was executing [at least](going_on) up to the last time known of the run; any
/// other without an end counts nothing, since how long it took is not known. A task that contains others counts only
/// while none of its direct contents is open (from a content's first start to its last end, retries included, or for
/// ever where it has no end): what profilers call *self time*. A container without times passes its contents on to
/// the container around it, and attempts of one container that overlap count once. O((n + a) log n).
pub fn busy(run: &Run) -> Busy {
    let mut found: Vec<(i64, u32, i64)> = Vec::with_capacity(run.attempt_count());
    let horizon = run.span().map_or(UNKNOWN, |s| s.1);
    let interval = |i: AttemptId| match run.interval(i) {
        None if is_going_on(run, i) => Some((run.attempts.started[i.index()], horizon)),
        closed => closed,
    };
    let nest = Nest::new(run);
    let (contents, first, last) = match &nest {
        Some(nest) => {
            let (first, last) = extents(run);
            let anchor = nest.anchors(run, |p| first[p as usize] != UNKNOWN);
            let mut inner: Vec<u32> = (0..run.task_count() as u32)
                .filter(|&t| anchor[t as usize] != NONE && first[t as usize] < last[t as usize])
                .collect();
            inner.order_by_numbers(|&t| first[t as usize]);
            let pairs: Vec<(u32, u32)> = inner.iter().map(|&t| (anchor[t as usize], t)).collect();
            (Rows::from_pairs(run.task_count(), &pairs), first, last)
        }
        None => (Rows::default(), Vec::new(), Vec::new()),
    };
    for t in run.task_ids() {
        let row = contents.row(t.index());
        if row.is_empty() {
            let intervals = run.attempts_of(t).filter_map(|i| interval(i).map(|(s, e)| (s, i.0, e)));
            found.extend(intervals.filter(|(s, _, e)| s < e));
        } else {
            own_time(
                run,
                t,
                interval,
                row.iter().map(|&c| (first[c as usize], last[c as usize])),
                &mut found,
            );
        }
    }
    found.order();
    Busy {
        start: found.iter().map(|f| f.0).collect(),
        end: found.iter().map(|f| f.2).collect(),
        attempt: found.iter().map(|f| f.1).collect(),
    }
}

/// Returns the parts of the attempts of a container outside `contents`, which are sorted by start. One pass over both.
fn own_time(
    run: &Run,
    task: TaskId,
    interval: impl Fn(AttemptId) -> Option<(i64, i64)>,
    contents: impl Iterator<Item = (i64, i64)>,
    found: &mut Vec<(i64, u32, i64)>,
) {
    let mut tries: Vec<(i64, i64, u32)> =
        run.attempts_of(task).filter_map(|i| interval(i).map(|(s, e)| (s, e, i.0))).collect();
    tries.order();
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
