//! Why one run took longer than another: parts that sum to the difference of their makespans.

use makespan_model::Order as _;
use makespan_model::{Run, TaskId};
use rustc_hash::FxHashMap;

use super::matching::Matching;
use crate::{Busy, Cause, Facts, SegmentKind};

/// A cause to which a part of the difference is attributed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum PartKind {
    /// The last attempt of one task was executing for longer, or for less time.
    Task,
    /// One task is new: the first run does not have it, or did not execute it.
    New,
    /// One task is gone: the second run does not have it, or did not execute it.
    Gone,
    /// The attempts of one task before its last one, and the time between its tries.
    Retries,
    /// Tasks that were ready, because their predecessors had ended, and did not start.
    Dependency,
    /// Tasks that waited for a slot of their worker.
    Slot,
    /// Tasks that waited in a queue.
    Queue,
    /// A different chain of tasks determined the end: the durations in the first run of the tasks that joined the path,
    /// minus the durations in the second run of those that left it.
    PathSwitch,
    /// Neither run records the cause.
    Remainder,
}

impl PartKind {
    /// All causes, in order of presentation.
    pub const ALL: [PartKind; 9] = [
        PartKind::Task,
        PartKind::New,
        PartKind::Gone,
        PartKind::Retries,
        PartKind::Dependency,
        PartKind::Slot,
        PartKind::Queue,
        PartKind::PathSwitch,
        PartKind::Remainder,
    ];

    /// The name in JSON output and links.
    pub fn name(self) -> &'static str {
        match self {
            PartKind::Task => "task",
            PartKind::New => "new",
            PartKind::Gone => "gone",
            PartKind::Retries => "retries",
            PartKind::Dependency => "waiting-dependency",
            PartKind::Slot => "waiting-slot",
            PartKind::Queue => "waiting-queue",
            PartKind::PathSwitch => "path-switch",
            PartKind::Remainder => "remainder",
        }
    }
}

/// One part of the difference.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DifferencePart {
    /// Its cause.
    pub kind: PartKind,
    /// The task, as an index into [`Matching::tasks`]; `None` if the part does not belong to a single task.
    pub task: Option<u32>,
    /// Time in the second run minus that in the first, ns; never 0.
    pub delta_ns: i64,
}

/// The parts of the difference of two makespans.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Explanation {
    /// The makespan of the second run minus that of the first, ns.
    pub delta_ns: i64,
    /// Its parts, which sum to `delta_ns` exactly; by kind, then the largest first.
    pub parts: Vec<DifferencePart>,
    /// Tasks on the path of the second run but not of the first, although both executed them: indices of the matching,
    /// in the order of the path.
    pub entered: Vec<u32>,
    /// Tasks on the path of the first run but not of the second.
    pub left: Vec<u32>,
    /// Whether a path follows dependencies that were inferred.
    pub inferred: bool,
}

/// One run's path with respect to one task.
#[derive(Clone, Copy, Default)]
struct OnPath {
    /// Time in which its last attempt was executing, ns.
    work: i64,
    /// Time of earlier attempts, and between attempts, ns.
    retries: i64,
}

/// The parts of one run's path.
#[derive(Default)]
struct Path {
    /// By index in the matching, and in the order of the path.
    tasks: FxHashMap<u32, OnPath>,
    order: Vec<u32>,
    dependency: i64,
    slot: i64,
    queue: i64,
}

impl Path {
    fn new(facts: &Facts, place_of: &[u32]) -> Path {
        let run = facts.run();
        let mut out = Path::default();
        let segments = facts.observed_path().map_or(&[][..], |p| &p.segments);
        for segment in segments {
            let length = segment.length();
            let Some(&place) = place_of.get(segment.task.index()) else { continue };
            match segment.kind {
                SegmentKind::Run => {
                    let last = run.attempts_of(segment.task).next_back();
                    let own = out.task(place);
                    let slot = if last == Some(segment.attempt) { &mut own.work } else { &mut own.retries };
                    *slot = slot.saturating_add(length);
                }
                SegmentKind::Wait(Cause::Backoff) => {
                    let own = out.task(place);
                    own.retries = own.retries.saturating_add(length);
                }
                SegmentKind::Wait(Cause::Dependency(_)) => {
                    out.dependency = out.dependency.saturating_add(length)
                }
                SegmentKind::Wait(Cause::Slot(_)) => out.slot = out.slot.saturating_add(length),
                SegmentKind::Wait(Cause::Queue) => out.queue = out.queue.saturating_add(length),
                SegmentKind::Wait(Cause::Unknown) => {}
            }
        }
        out
    }

    fn task(&mut self, place: u32) -> &mut OnPath {
        let order = &mut self.order;
        self.tasks.entry(place).or_insert_with(|| {
            order.push(place);
            OnPath::default()
        })
    }
}

/// Returns the own execution time of the last attempt of each task, ns; `None` if it was not executed.
fn last_work(run: &Run, busy: &Busy) -> Vec<Option<i64>> {
    let mut out: Vec<Option<i64>> = run
        .task_ids()
        .map(|t| run.attempts_of(t).next_back().and_then(|a| run.interval(a)).map(|_| 0))
        .collect();
    for (&attempt, length) in busy.attempt.iter().zip(busy.lengths()) {
        let task = TaskId(run.attempts.task[attempt as usize]);
        if run.attempts_of(task).next_back().is_some_and(|a| a.0 == attempt)
            && let Some(work) = &mut out[task.index()]
        {
            *work = work.saturating_add(length);
        }
    }
    out
}

/// Splits the difference of two makespans into parts, by the [observed paths](crate::observed_path()), which fill them
/// exactly. `None` if one of the runs has no makespan.
///
/// A task on both paths counts with the change in the work of its last attempt there. A task that joined the path
/// counts with its increase over the first run, a task that left it with its decrease in the second run; the rest of
/// their time belongs to the path switch. A task that grew until everything waited for it is therefore listed with all
/// of its growth, and the slack that it used up first is a negative path switch. Tasks that one run does not have or
/// did not execute are new or gone. Failed attempts and the time between attempts are retries, waits are summed by
/// cause, and time of unknown cause is the remainder.
///
/// Swapping the runs changes the sign of every part. O((n + e + a) log n).
pub fn explain(a: &Facts, b: &Facts, matching: &Matching) -> Option<Explanation> {
    let delta_ns = b.totals().makespan?.saturating_sub(a.totals().makespan?);
    let (one, other) = (Path::new(a, &matching.of_a), Path::new(b, &matching.of_b));
    let (work_a, work_b) = (last_work(a.run(), a.busy()), last_work(b.run(), b.busy()));
    let mut out = Explanation { delta_ns, ..Explanation::default() };
    let is_inferred = |facts: &Facts| facts.observed_path().is_some_and(|p| p.inferred);
    out.inferred = is_inferred(a) || is_inferred(b);
    let mut switch = 0i128;
    let mut add = |kind: PartKind, task: Option<u32>, delta: i128| {
        // A value beyond the range of i64 is left to the remainder.
        if let Some(delta_ns) = i64::try_from(delta).ok().filter(|d| *d != 0) {
            out.parts.push(DifferencePart { kind, task, delta_ns });
        }
    };
    let places = other.order.iter().chain(one.order.iter().filter(|p| !other.tasks.contains_key(p)));
    for &place in places {
        let Some(task) = matching.tasks.get(place as usize) else { continue };
        let (before, after) = (one.tasks.get(&place), other.tasks.get(&place));
        let of = |path: Option<&OnPath>| path.copied().unwrap_or_default();
        let retries = i128::from(of(after).retries) - i128::from(of(before).retries);
        add(PartKind::Retries, Some(place), retries);
        let (x, y) = (i128::from(of(before).work), i128::from(of(after).work));
        let own = |work: &[Option<i64>], t: Option<TaskId>| t.and_then(|t| work[t.index()]).map(i128::from);
        let (own_a, own_b) = (own(&work_a, task.a), own(&work_b, task.b));
        match (before.is_some(), after.is_some()) {
            (true, true) => add(PartKind::Task, Some(place), y - x),
            (false, _) => match own_a {
                None => add(PartKind::New, Some(place), y),
                Some(own_a) => {
                    add(PartKind::Task, Some(place), (y - own_a).max(0));
                    switch += y.min(own_a);
                    out.entered.push(place);
                }
            },
            (true, false) => match own_b {
                None => add(PartKind::Gone, Some(place), -x),
                Some(own_b) => {
                    add(PartKind::Task, Some(place), (own_b - x).min(0));
                    switch -= x.min(own_b);
                    out.left.push(place);
                }
            },
        }
    }
    for (kind, before, after) in [
        (PartKind::Dependency, one.dependency, other.dependency),
        (PartKind::Slot, one.slot, other.slot),
        (PartKind::Queue, one.queue, other.queue),
    ] {
        add(kind, None, i128::from(after) - i128::from(before));
    }
    add(PartKind::PathSwitch, None, switch);
    let told: i128 = out.parts.iter().map(|p| i128::from(p.delta_ns)).sum();
    let mut rest = i128::from(delta_ns) - told;
    if rest != 0 {
        rest = rest.clamp(i128::from(i64::MIN), i128::from(i64::MAX));
        out.parts.push(DifferencePart { kind: PartKind::Remainder, task: None, delta_ns: rest as i64 });
    }
    out.parts.order_by(|x, y| {
        let size = |p: &DifferencePart| p.delta_ns.unsigned_abs();
        x.kind.cmp(&y.kind).then(size(y).cmp(&size(x))).then(x.task.cmp(&y.task))
    });
    Some(out)
}
