//! The grouping of lanes, a lane, and its attempts.

use std::borrow::Cow;
use std::cmp::Reverse;

use makespan_analysis::is_profile;
use makespan_layout::lanes::pack;
use makespan_model::{NONE, Order as _, Run, UNKNOWN};
use makespan_scene::Weight;
use serde::{Deserialize, Serialize};

use crate::property::Property;

/// Maximum number of tasks with a lane each by default: about ten screens.
const MOST_TASK_LANES: usize = 300;

/// Indentation of a lane within another, px.
const INDENT: f32 = 12.0;

/// Maximum depth that is indented.
const DEEPEST: u8 = 8;

/// Width of the sign of a lane that contains others, px.
pub(super) const SIGN: f32 = 14.0;

/// The grouping of lanes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Lanes {
    /// The grouping that suits the run ([`Lanes::for_run`]).
    #[default]
    Auto,
    /// One lane per task.
    Task,
    /// One lane per worker.
    Worker,
    /// One lane per step.
    Step,
    /// One lane per status.
    Status,
    /// Containers, their steps, tasks and attempts, nested.
    Nested,
    /// One lane per value of a label or a parameter.
    Of(Property),
}

impl Lanes {
    /// The groupings of every run, in the order in which the key cycles through them.
    pub const ALL: [Lanes; 5] = [Lanes::Task, Lanes::Worker, Lanes::Step, Lanes::Status, Lanes::Nested];

    /// Returns the grouping to use. If there are too many tasks to scroll: workers if the run names any, otherwise
    /// steps. If not: nested lanes if most tasks are within others, workers if there are several, otherwise tasks.
    /// Slices of a profile are nested on their threads already.
    pub fn for_run(&self, run: &Run) -> Lanes {
        if *self != Lanes::Auto {
            return self.clone();
        }
        let mut workers = run.attempts.worker.iter().filter(|w| !w.is_empty());
        let first = workers.next();
        if run.task_count() > MOST_TASK_LANES {
            return if first.is_some() { Lanes::Worker } else { Lanes::Step };
        }
        let is_profile = is_profile(run);
        let contained = run.tasks.parent.iter().filter(|p| **p != NONE).count();
        if !is_profile && contained * 2 > run.task_count() {
            return Lanes::Nested;
        }
        let several = first.is_some_and(|first| workers.any(|other| other != first));
        if several || (is_profile && first.is_some()) { Lanes::Worker } else { Lanes::Task }
    }

    /// Does the same for pictures without nested lanes.
    pub(crate) fn flat(&self, run: &Run) -> Lanes {
        match self.for_run(run) {
            Lanes::Nested => Lanes::Task,
            lanes => lanes,
        }
    }

    /// Returns the name in links.
    pub fn name(&self) -> Cow<'static, str> {
        Cow::Borrowed(match self {
            Lanes::Auto => "auto",
            Lanes::Task => "task",
            Lanes::Worker => "worker",
            Lanes::Step => "step",
            Lanes::Status => "status",
            Lanes::Nested => "nested",
            Lanes::Of(property) => return Cow::Owned(property.name()),
        })
    }

    /// Returns the grouping with this name. Metrics are numbers, which make no lanes.
    pub fn named(name: &str) -> Option<Lanes> {
        let own = || Property::parse(name).filter(|p| !matches!(p, Property::Metric(_)));
        Lanes::ALL.into_iter().find(|l| l.name() == name).or_else(|| own().map(Lanes::Of))
    }

    /// Returns the number of its kind, below [`Lanes::KINDS`].
    pub fn kind(&self) -> usize {
        match self {
            Lanes::Auto => 0,
            Lanes::Task => 1,
            Lanes::Worker => 2,
            Lanes::Step => 3,
            Lanes::Status => 4,
            Lanes::Nested => 5,
            Lanes::Of(_) => 6,
        }
    }

    /// Number of kinds.
    pub const KINDS: usize = 7;
}

/// One lane: `rows` rows from `first_row` on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lane {
    /// Its title.
    pub name: String,
    /// First row.
    pub first_row: u32,
    /// Number of rows that its overlapping attempts need.
    pub rows: u32,
    /// Number of its attempts, without those that have lanes of their own.
    pub attempts: u32,
    /// Its position among nested lanes.
    pub head: Option<Head>,
    /// The task whose lane it is, if it has no bar: it never ran, or its times are unknown.
    pub idle: Option<u32>,
}

/// The position of a lane among nested ones.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Head {
    /// Its key in links.
    pub key: String,
    /// Number of lanes that contain it.
    pub depth: u8,
    /// Whether it is expanded; `None` if it contains no lanes.
    pub is_open: Option<bool>,
}

/// Whether a lane merges overlapping attempts in one summary row.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Sums {
    /// No: it has a bar for each.
    #[default]
    No,
    /// It summarises its own attempts.
    Own,
    /// It summarises those of the lanes within it.
    Others,
}

impl Lane {
    /// Returns the weight of its name: bold for lanes that contain others.
    pub(super) fn weight(&self) -> Weight {
        let is_group = self.head.as_ref().is_some_and(|h| h.is_open.is_some());
        if is_group { Weight::Bold } else { Weight::Regular }
    }

    /// Returns the number of its rows in the table: its attempts, or its task if that has no bar.
    pub fn listed(&self) -> usize {
        self.attempts.max(u32::from(self.idle.is_some())) as usize
    }

    /// Returns where its name begins, px.
    pub(super) fn begin(&self) -> f32 {
        self.head.as_ref().map_or(10.0, |h| 10.0 + SIGN + f32::from(h.depth.min(DEEPEST)) * INDENT)
    }
}

/// The attempts of a lane.
pub(crate) struct Members {
    /// What people read.
    pub(crate) name: String,
    /// Its attempts.
    pub(crate) attempts: Vec<u32>,
    /// The task whose lane it is, if lanes are tasks.
    pub(crate) task: Option<u32>,
}

impl Members {
    /// Creates the attempts of several tasks.
    pub(crate) fn new(name: String, attempts: Vec<u32>) -> Members {
        Members { name, attempts, task: None }
    }
}

/// A lane whose attempts have rows.
#[derive(Default)]
pub(crate) struct PlacedLane {
    /// What people read.
    pub(crate) name: String,
    /// Start, end and index of its attempts, from [`timed`].
    pub(crate) timed: Vec<(i64, i64, u32)>,
    /// The row of each within the lane; attempts in the same row must not overlap.
    pub(crate) rows: Vec<u32>,
    /// Number of rows.
    pub(crate) count: u32,
    /// Its position among nested lanes.
    pub(crate) head: Option<Head>,
    /// Whether it sums up its attempts.
    pub(crate) sums: Sums,
    /// The task whose lane it is, if it has no bar but a row.
    pub(crate) idle: Option<u32>,
}

impl PlacedLane {
    /// Assigns rows to attempts. The lane of a task without bars has an empty row.
    pub(super) fn packed(run: &Run, members: Members, extent: (i64, i64), head: Option<Head>) -> PlacedLane {
        let timed = timed(run, &members.attempts, extent);
        let (rows, count) = pack(&timed.iter().map(|&(s, e, _)| (s, e)).collect::<Vec<_>>());
        let idle = members.task.filter(|_| timed.is_empty());
        let count = count.max(u32::from(idle.is_some()));
        PlacedLane { name: members.name, timed, rows, count, head, sums: Sums::No, idle }
    }
}

/// A row that summarises attempts.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Summed {
    pub(super) row: u32,
    /// Its attempts, ascending by start.
    pub(super) members: Vec<u32>,
    /// The stretches in which attempts failed, from [`united`].
    pub(super) failed: Vec<(i64, i64, u32)>,
}

/// Joins intervals that touch or overlap, given ascending by start; each keeps the index of its first.
pub(super) fn united(intervals: impl Iterator<Item = (i64, i64, u32)>) -> Vec<(i64, i64, u32)> {
    let mut all: Vec<(i64, i64, u32)> = Vec::new();
    for one in intervals {
        match all.last_mut() {
            Some(last) if one.0 <= last.1 => last.1 = last.1.max(one.1),
            _ => all.push(one),
        }
    }
    all
}

/// The places of an index whose rows are not their own places.
///
/// The place of an attempt is its row among all lanes in their default order. In nested lanes, whose rows depend on what
/// is expanded, it is its number in the tree with everything expanded.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Places {
    /// The place of each attempt, [`u32::MAX`] without times; empty if it is the row.
    pub(super) of: Vec<u32>,
    /// First and last place in each row; empty if they are the row.
    pub(super) rows: Vec<(u32, u32)>,
}

/// Start, end and index of those attempts that have times, in the order of their starts; an open end reaches to the
/// last moment known. The longer of two that start together comes first, so that a containing slice lies above its
/// contents.
#[inline(never)]
pub(crate) fn timed(run: &Run, attempts: &[u32], extent: (i64, i64)) -> Vec<(i64, i64, u32)> {
    let mut timed: Vec<(i64, i64, u32)> =
        attempts.iter().filter_map(|&a| interval(run, a as usize, extent).map(|(s, e)| (s, e, a))).collect();
    timed.order_by_numbers(|&(s, e, a)| (s, Reverse(e), a));
    timed
}

/// Start and end of an attempt on the axis: an open end reaches to the last moment known.
pub(super) fn interval(run: &Run, a: usize, extent: (i64, i64)) -> Option<(i64, i64)> {
    let (queued, started, ended) = (run.attempts.queued[a], run.attempts.started[a], run.attempts.ended[a]);
    let from = if started != UNKNOWN { started } else { queued };
    let to = if ended != UNKNOWN { ended } else { extent.1 };
    (from != UNKNOWN).then_some((from, to.max(from)))
}

/// Returns where each task stands in the order of time: its first start and its last end, the longer of two that start
/// together first. A task without times stands after the last end of what it depends on, otherwise at the end.
pub(crate) fn standing(run: &Run, extent: (i64, i64)) -> Vec<(i64, Reverse<i64>)> {
    let late = (i64::MAX, Reverse(i64::MIN));
    let mut all = vec![late; run.task_count()];
    for task in run.task_ids() {
        let spans = run.attempts_of(task).filter_map(|a| interval(run, a.index(), extent));
        let span = spans.reduce(|(s, e), (from, to)| (s.min(from), e.max(to)));
        all[task.index()] = span.map_or_else(
            || {
                let before = run.predecessors.row(task.index()).iter().map(|p| match all[*p as usize] {
                    (_, Reverse(end)) if end == i64::MIN => i64::MIN,
                    (start, Reverse(end)) => start.max(end),
                });
                let at = before.max().filter(|at| *at != i64::MIN);
                at.map_or(late, |at| (at, Reverse(at)))
            },
            |(start, end)| (start, Reverse(end)),
        );
    }
    all
}
