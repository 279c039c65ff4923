//! The walk that finds the observed path.

use makespan_model::{AttemptId, NONE, Order as _, Rows, Run, TaskId, UNKNOWN};

use super::segment::{Segment, SegmentKind};
use crate::busy::Busy;
use crate::causes::Cause;
use crate::nest::Nest;
use crate::slots::{Slots, containers};
use crate::waiting::{earliest, first_starts};

/// The segments of a span, first to last, walking back from the task `last`.
pub(super) fn segments(
    run: &Run,
    busy: &Busy,
    slots: &Slots,
    (start, end): (i64, i64),
    last: u32,
) -> Vec<Segment> {
    let mut walk = Walk::new(run, busy, slots, start, end);
    walk.back(last);
    walk.segments.reverse();
    walk.segments
}

/// The point from which the walk continues.
enum Next {
    /// In a task that was open at the moment that is reached.
    Within(u32),
    /// Before the first start of a task.
    Before(u32),
    /// Nowhere: the start of the run is reached.
    Over,
}

/// A stack of indices for each task. The top is removed permanently once it has been passed.
#[derive(Default)]
struct Piles {
    rows: Rows,
    left: Vec<u32>,
}

impl Piles {
    /// From (task, index) pairs, bottom to top.
    fn new(tasks: usize, pairs: &[(u32, u32)]) -> Piles {
        let rows = Rows::from_pairs(tasks, pairs);
        let left = (0..tasks).map(|t| rows.row(t).len() as u32).collect();
        Piles { rows, left }
    }

    /// The topmost index of a task that is not passed over.
    fn top(&mut self, task: u32, is_over: impl Fn(u32) -> bool) -> Option<u32> {
        let (row, left) = (self.rows.row(task as usize), self.left.get_mut(task as usize)?);
        while let Some(last) = left.checked_sub(1) {
            let index = row[last as usize];
            if !is_over(index) {
                return Some(index);
            }
            *left = last;
        }
        None
    }

    /// The index of a task that was taken off last.
    fn taken(&self, task: u32) -> Option<u32> {
        self.rows.row(task as usize).get(*self.left.get(task as usize)? as usize).copied()
    }
}

/// The walk back in time. The moment never moves forward, so that what starts after it is passed over.
struct Walk<'r> {
    run: &'r Run,
    busy: &'r Busy,
    slots: &'r Slots,
    start: i64,
    now: i64,
    /// First start of each task.
    first: Vec<i64>,
    /// Its interval, if it has ended.
    spans: Vec<Option<(i64, i64)>>,
    /// The start of its container, or of the run.
    earliest: Vec<i64>,
    /// The release of each task: an end, and the task that ended.
    release: Vec<(i64, u32)>,
    /// The container of each task, or `NONE`.
    container: Vec<u32>,
    /// Whether each task is a container of tasks with times; empty if there are no containers.
    contains: Vec<bool>,
    /// Attempts that have a start, by it and by their end, unknown ones lowest.
    by_start: Piles,
    by_end: Piles,
    /// For containers: contents by end, and intervals of own work.
    contents: Piles,
    own: Piles,
    /// Tasks whose release has been looked for.
    done: Vec<bool>,
    segments: Vec<Segment>,
}

impl<'r> Walk<'r> {
    fn new(run: &'r Run, busy: &'r Busy, slots: &'r Slots, start: i64, end: i64) -> Walk<'r> {
        let n = run.task_count();
        let a = &run.attempts;
        let first = first_starts(run);
        let spans: Vec<Option<(i64, i64)>> = run.task_ids().map(|t| run.task_interval(t)).collect();
        let nest = Nest::new(run);
        let mut timed: Vec<(u32, u32)> = (0..run.attempt_count() as u32)
            .filter(|&i| a.started[i as usize] != UNKNOWN)
            .map(|i| (a.task[i as usize], i))
            .collect();
        timed.order_by_numbers(|&(t, i)| (t, a.started[i as usize]));
        let by_start = Piles::new(n, &timed);
        timed.order_by_numbers(|&(t, i)| (t, a.ended[i as usize]));
        let by_end = Piles::new(n, &timed);
        let mut walk = Walk {
            run,
            busy,
            slots,
            start,
            now: end,
            earliest: earliest(run, &first),
            release: releases(run, nest.as_ref(), &first, &spans),
            container: vec![NONE; n],
            contains: Vec::new(),
            by_start,
            by_end,
            contents: Piles::default(),
            own: Piles::default(),
            done: vec![false; n],
            segments: Vec::new(),
            first,
            spans,
        };
        if let Some(nest) = nest {
            walk.container = nest.anchors(run, |p| walk.first[p as usize] != UNKNOWN);
            walk.nest();
        }
        walk
    }

    /// Lays out what containers hold.
    fn nest(&mut self) {
        let n = self.run.task_count();
        let mut closed: Vec<(i64, u32)> = (0..n as u32)
            .filter(|&t| self.container[t as usize] != NONE)
            .filter_map(|t| self.spans[t as usize].map(|s| (s.1, t)))
            .collect();
        // The top of a pile is met first: of equal ends the lower index.
        closed.order_by(|a, b| a.0.cmp(&b.0).then(b.1.cmp(&a.1)));
        let pairs: Vec<(u32, u32)> = closed.iter().map(|&(_, t)| (self.container[t as usize], t)).collect();
        self.contents = Piles::new(n, &pairs);
        self.contains = containers(self.run);
        let own: Vec<(u32, u32)> = (0..self.busy.len() as u32)
            .map(|k| (self.run.attempts.task[self.busy.attempt[k as usize] as usize], k))
            .filter(|(t, _)| self.contains[*t as usize])
            .collect();
        self.own = Piles::new(n, &own);
    }

    /// Walks from a task to the start of the run.
    fn back(&mut self, last: u32) {
        let mut next = Next::Within(last);
        while self.now > self.start {
            next = match next {
                Next::Within(t) if self.contains.get(t as usize) == Some(&true) => self.within_container(t),
                Next::Within(t) => self.within(t),
                Next::Before(t) => self.before(t),
                Next::Over => break,
            };
        }
    }

    /// Adds a segment that ends at the moment, and moves to its begin.
    fn add(&mut self, from: i64, task: u32, attempt: u32, kind: SegmentKind) {
        let (from, to) = (from.max(self.start), self.now);
        if from < to {
            self.segments.push(Segment { from, to, task: TaskId(task), attempt: AttemptId(attempt), kind });
            self.now = from;
        }
    }

    /// Of the attempts of a task that started before a moment, the one that ended last.
    fn attempt_before(&mut self, t: u32) -> Option<u32> {
        let (now, started) = (self.now, &self.run.attempts.started);
        self.by_end.top(t, |i| started[i as usize] >= now)
    }

    /// Returns the attempt of a task that starts at this time or next after it; if there is none, its last one.
    fn attempt_after(&mut self, t: u32) -> u32 {
        let (now, started) = (self.now, &self.run.attempts.started);
        let before = self.by_start.top(t, |i| started[i as usize] >= now);
        let some = self.by_start.taken(t).or(before);
        some.unwrap_or_else(|| self.run.attempts_of(TaskId(t)).next().map_or(NONE, |a| a.0))
    }

    /// The tries of a task, back to its first start.
    fn within(&mut self, t: u32) -> Next {
        while let Some(i) = self.attempt_before(t) {
            let (start, end) = (self.run.attempts.started[i as usize], self.run.attempts.ended[i as usize]);
            if end == UNKNOWN {
                self.add(start, t, i, SegmentKind::Wait(Cause::Unknown));
                continue;
            }
            if end < self.now {
                self.between_tries(end, t);
            }
            self.add(start, t, i, SegmentKind::Run);
        }
        Next::Before(t)
    }

    /// The time from the end of a try to the moment, at or before the start of the next one.
    fn between_tries(&mut self, end: i64, t: u32) {
        let next = self.attempt_after(t);
        let (queued, started) =
            (self.run.attempts.queued[next as usize], self.run.attempts.started[next as usize]);
        if queued != UNKNOWN && started == self.now {
            self.add(queued.max(end), t, next, SegmentKind::Wait(Cause::Queue));
        }
        self.add(end, t, next, SegmentKind::Wait(Cause::Backoff));
    }

    /// The stretch of own work of a container that began last before the moment.
    fn own_before(&mut self, t: u32) -> Option<u32> {
        let (now, busy) = (self.now, self.busy);
        self.own.top(t, |k| busy.start[k as usize] >= now)
    }

    /// Of the contents of a container that started before a moment, the one that ended last.
    fn content_before(&mut self, t: u32) -> Option<u32> {
        let (now, first) = (self.now, &self.first);
        self.contents.top(t, |c| first[c as usize] >= now)
    }

    /// A container at the moment: its own work, or else the content that was open or ended last.
    fn within_container(&mut self, t: u32) -> Next {
        loop {
            let own = self.own_before(t).map(|k| (self.busy.end[k as usize], k));
            let content = self.content_before(t);
            let content_end =
                content.and_then(|c| self.spans[c as usize]).map_or(UNKNOWN, |(_, end)| end.min(self.now));
            let own_end = own.map_or(UNKNOWN, |(end, _)| end.min(self.now));
            if own.is_none() && content.is_none() {
                // The rest is covered by contents that never ended.
                let from = self.first[t as usize];
                let next = self.attempt_after(t);
                self.add(from, t, next, SegmentKind::Wait(Cause::Unknown));
                return Next::Before(t);
            }
            let reached = own_end.max(content_end);
            if reached < self.now {
                self.pause(reached, t);
            }
            match (own, content) {
                (Some((_, k)), _) if own_end >= content_end => {
                    let attempt = self.busy.attempt[k as usize];
                    self.add(self.busy.start[k as usize], t, attempt, SegmentKind::Run);
                }
                (_, Some(c)) => return Next::Within(c),
                _ => return Next::Before(t),
            }
        }
    }

    /// A stretch in which nothing in a container was executing: between its tries, or not known.
    fn pause(&mut self, from: i64, t: u32) {
        let over = self
            .attempt_before(t)
            .is_some_and(|i| (UNKNOWN + 1..=from).contains(&self.run.attempts.ended[i as usize]));
        if over {
            self.between_tries(from, t);
        } else {
            let next = self.attempt_after(t);
            self.add(from, t, next, SegmentKind::Wait(Cause::Unknown));
        }
    }

    /// The segment before the first start of a task.
    fn before(&mut self, t: u32) -> Next {
        let attempt = self.attempt_after(t);
        if std::mem::replace(&mut self.done[t as usize], true) {
            // Tasks of no length that wait for each other: nothing more is to be learnt.
            self.add(self.start, t, attempt, SegmentKind::Wait(Cause::Unknown));
            return Next::Over;
        }
        let (released, by) = self.release[t as usize];
        let container = self.container[t as usize];
        if container != NONE
            && let Some(k) = self.own_before(container)
            && self.busy.end[k as usize] >= self.now
        {
            // Its container was executing itself until it started.
            let own = self.busy.start[k as usize];
            self.add(own.max(released), container, self.busy.attempt[k as usize], SegmentKind::Run);
            return if by != NONE && released >= own { Next::Within(by) } else { Next::Within(container) };
        }
        let earliest = self.earliest[t as usize].min(self.now);
        let is_dependent = by != NONE && released >= earliest;
        let ready = if is_dependent { released } else { earliest };
        if let Some((freed, holder)) = self.slots.worker(self.run, attempt).and_then(|worker| {
            let stretch = self.slots.freed_by(worker, self.now)?;
            // Inferred from times as well, the worker is the better witness.
            let after = stretch.0 > ready || (stretch.0 == ready && self.run.edges_inferred);
            after.then_some(stretch)
        }) {
            let task = self.run.attempts.task[holder as usize];
            if task != t {
                self.add(freed, t, attempt, SegmentKind::Wait(Cause::Slot(AttemptId(holder))));
                return Next::Within(task);
            }
        }
        let queued = self.run.attempts.queued[attempt as usize];
        // If clocks disagree, the walk may be before the start of the task.
        if queued != UNKNOWN && [UNKNOWN, self.now].contains(&self.first[t as usize]) {
            self.add(queued.max(ready), t, attempt, SegmentKind::Wait(Cause::Queue));
        }
        if is_dependent {
            self.add(ready, t, attempt, SegmentKind::Wait(Cause::Dependency(TaskId(by))));
            return Next::Within(by);
        }
        self.add(ready, t, attempt, SegmentKind::Wait(Cause::Unknown));
        if container == NONE { Next::Over } else { Next::Before(container) }
    }
}

/// Returns the release of each task: the end of the predecessor that ended last, at most its own start, and that
/// predecessor. `(UNKNOWN, NONE)` if there is none. A container and its contents do not release each other.
fn releases(run: &Run, nest: Option<&Nest>, first: &[i64], spans: &[Option<(i64, i64)>]) -> Vec<(i64, u32)> {
    let mut out: Vec<(i64, u32)> = Vec::with_capacity(first.len());
    for t in run.task_ids() {
        let start = first[t.index()];
        // The end at most at the start, the lower real end, the lower index.
        let mut best: Option<(i64, i64, u32)> = None;
        let apart = |p: u32| nest.is_none_or(|nest| !nest.contains(p, t.0) && !nest.contains(t.0, p));
        for &p in run.predecessors.row(t.index()).iter().filter(|p| apart(**p)) {
            let (end, by) = match spans[p as usize] {
                Some((_, end)) => (end, p),
                None if first[p as usize] == UNKNOWN => out[p as usize],
                None => continue,
            };
            let late = start != UNKNOWN && end > start;
            if by == NONE || (late && first[by as usize] >= start) {
                continue;
            }
            let offer = (if late { start } else { end }, end, by);
            let better =
                |b: &(i64, i64, u32)| offer.0 > b.0 || (offer.0 == b.0 && (offer.1, offer.2) < (b.1, b.2));
            if best.as_ref().is_none_or(better) {
                best = Some(offer);
            }
        }
        out.push(best.map_or((UNKNOWN, NONE), |(end, _, by)| (end, by)));
    }
    out
}
