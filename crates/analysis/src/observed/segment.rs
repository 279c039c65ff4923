//! The parts of the observed path.

use makespan_model::{AttemptId, TaskId};

use crate::causes::Cause;

/// The kind of a segment of the observed path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SegmentKind {
    /// The attempt was executing.
    Run,
    /// It had not started. [`Cause::Dependency`] names the task of the segment before, whose end released it;
    /// [`Cause::Slot`] the attempt of the segment before, whose end freed the slot.
    Wait(Cause),
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
    /// Its kind.
    pub kind: SegmentKind,
}

impl Segment {
    /// ns.
    pub fn length(&self) -> i64 {
        self.to.saturating_sub(self.from)
    }
}
