//! The observed path: the chain of attempts and waits that ended last, which explains each moment of the makespan.

mod segment;
mod walk;

use makespan_model::{Run, UNKNOWN};

pub use segment::{Segment, SegmentKind};

use crate::busy::{Busy, busy};
use crate::slots::Slots;

/// The chain that explains the makespan; see [`observed_path()`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ObservedPath {
    /// From the first start to the last end, without gaps or overlaps.
    pub segments: Vec<Segment>,
    /// Whether it follows dependencies that were inferred.
    pub inferred: bool,
}

impl ObservedPath {
    /// Time of the path in which attempts were executing, ns; the rest of the makespan is waiting.
    pub fn work(&self) -> i64 {
        let run = self.segments.iter().filter(|s| s.kind == SegmentKind::Run);
        run.fold(0i64, |sum, s| sum.saturating_add(s.length()))
    }
}

/// The path that was observed to be critical: walking back from the last end, what each moment of the makespan was
/// needed for. Unlike the [critical path](crate::critical_path()), which is the longest chain of durations, it holds
/// waits and fills the makespan exactly; profilers know the idea as the *critical path of an execution trace* (Yang &
/// Miller 1988, *Critical path analysis for the execution of parallel and distributed programs*).
///
/// The walk begins at the attempt with the last time known. Before an attempt comes the try before it, with the time
/// between them as backoff until it was queued again. Before the first start of a task comes what released it: its
/// predecessor that ended last, by dependencies recorded or inferred (one that had not ended yet counts up to the
/// start, one without times passes on what released it), or, where the worker that ran it was still full after that,
/// the attempt whose end freed the slot (a worker is full while it has as many attempts executing as it ever had at
/// once), or its container, if that started later or was executing itself just before. A task that contains others is
/// walked through its contents and the time in which it was executing itself. Where nothing is known to have released a
/// task, it waited for what is unknown since the start of its container or of the run.
///
/// Of equal candidates, the lower index is chosen. Attempts without an end only explain the time up to the last known
/// start. `None` if no attempt has times; no segments if the makespan is 0. O((n + e + a) log n).
pub fn observed_path(run: &Run) -> Option<ObservedPath> {
    let busy = busy(run);
    let slots = Slots::new(run, &busy);
    observed_path_with(run, &busy, &slots)
}

pub(crate) fn observed_path_with(run: &Run, busy: &Busy, slots: &Slots) -> Option<ObservedPath> {
    let a = &run.attempts;
    let known = |i: &usize| a.started[*i] != UNKNOWN || a.ended[*i] != UNKNOWN;
    let time = |i: usize| a.started[i].max(a.ended[i]);
    let last = (0..run.attempt_count()).filter(known).reduce(|x, y| if time(y) > time(x) { y } else { x })?;
    let start = a.started.iter().copied().filter(|s| *s != UNKNOWN).min()?;
    let segments = walk::segments(run, busy, slots, (start, time(last)), a.task[last]);
    Some(ObservedPath { segments, inferred: run.edges_inferred })
}
