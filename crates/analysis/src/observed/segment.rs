//! The parts of the observed path.

use makespan_model::{AttemptId, TaskId};

/// What a segment of the observed path is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SegmentKind {
    /// The attempt was at work.
    Run,
    /// It had been released by the end of a predecessor, the task of the segment before, and had not started.
    Dependency,
    /// The worker that ran it had been full until the end of this attempt, which is the segment before, and it had not
    /// started.
    Slot {
        /// The attempt whose end freed the slot.
        holder: AttemptId,
    },
    /// It had been queued, and what for is not known.
    Queue,
    /// Its task had been tried before and was not queued again yet.
    Backoff,
    /// The record does not tell.
    Unknown,
}

/// A stretch of the observed path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Segment {
    /// ns since the epoch.
    pub from: i64,
    /// ns since the epoch, later.
    pub to: i64,
    /// The task that ran or waited.
    pub task: TaskId,
    /// The attempt that ran, or was to start at the end of the wait.
    pub attempt: AttemptId,
    /// What it was.
    pub kind: SegmentKind,
}

impl Segment {
    /// ns.
    pub fn length(&self) -> i64 {
        self.to.saturating_sub(self.from)
    }
}
