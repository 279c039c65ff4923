//! The columns. In all of them [`UNKNOWN`](crate::UNKNOWN) marks an unknown time, [`NONE`](crate::NONE) a missing
//! index, and the empty string a missing text.

use makespan_format::{Direction, Status};

use crate::StrId;
use crate::blocks::Blocks;

macro_rules! columns {
    ($(#[$doc:meta])* $name:ident, $growing:ident { $($(#[$fdoc:meta])* $field:ident: $ty:ty,)* }) => {
        $(#[$doc])*
        #[derive(Clone, Debug, Default, PartialEq)]
        pub struct $name { $($(#[$fdoc])* pub $field: Vec<$ty>,)* }
        /// The same while events come.
        #[derive(Clone, Debug, Default)]
        pub(crate) struct $growing { $(pub(crate) $field: Blocks<$ty>,)* }
        impl $growing {
            /// Returns the rows in the order of `order`, or in their present order without one. Works column by column
            /// and frees each one when it is done.
            pub(crate) fn freeze(self, order: Option<&[u32]>) -> $name {
                $name { $($field: self.$field.freeze(order),)* }
            }
        }
    };
}

columns! {
    /// One row a task, in topological order.
    Tasks, GrowingTasks {
        /// Identifies it.
        id: StrId,
        /// Display name; the id if the source has no name.
        name: StrId,
        /// The named kind of work it is an instance of (its name where the source has none).
        step: StrId,
        /// What executes the task: a class, an operator, a plug-in.
        kind: StrId,
        /// The task that contains it, or `NONE`.
        parent: u32,
        /// The group that contains it, if that is not a task of this run.
        group: StrId,
        /// Status: as declared, otherwise that of the last attempt.
        status: Status,
        /// The declared status, if there is one.
        declared: Option<Status>,
        /// Labels, a JSON object as text.
        labels: StrId,
        /// Parameters, a JSON object as text.
        params: StrId,
    }
}

columns! {
    /// One row a try, sorted by task and number.
    Attempts, GrowingAttempts {
        /// The task.
        task: u32,
        /// Number of the try, from 1.
        number: u32,
        /// ns since the epoch.
        queued: i64,
        /// ns since the epoch.
        started: i64,
        /// ns since the epoch.
        ended: i64,
        /// The worker that executed it.
        worker: StrId,
        /// Its status.
        status: Status,
        /// Progress, 0 to 1; -1 if unknown. Not NaN, because a run must be equal to itself.
        progress: f32,
        /// Error message.
        error: StrId,
        /// Class or code of the error.
        error_kind: StrId,
        /// Traceback.
        trace: StrId,
    }
}

columns! {
    /// One row a measured value, sorted by task (those of the run as a whole last).
    Samples, GrowingSamples {
        /// The task, or `NONE` for the run.
        task: u32,
        /// The try, 0 where unknown.
        number: u32,
        /// Name of the metric.
        name: StrId,
        /// Unit.
        unit: StrId,
        /// Value, finite.
        value: f64,
        /// ns since the epoch.
        t: i64,
    }
}

columns! {
    /// One row a line of a log, sorted by task (those of the run as a whole last).
    Logs, GrowingLogs {
        /// The task, or `NONE` for the run.
        task: u32,
        /// The try, 0 where unknown.
        number: u32,
        /// ns since the epoch.
        t: i64,
        /// Level as the source names it.
        level: StrId,
        /// The text.
        text: StrId,
    }
}

columns! {
    /// One row an alert, sorted by task (those of the run as a whole last).
    Alerts, GrowingAlerts {
        /// The task, or `NONE` for the run.
        task: u32,
        /// ns since the epoch.
        t: i64,
        /// Severity as the source names it.
        severity: StrId,
        /// The text of the alert.
        text: StrId,
        /// Whether its cause is gone, if the source records that.
        resolved: Option<bool>,
    }
}

columns! {
    /// One row a thing read or written, sorted by task (those of the run as a whole last).
    Artifacts, GrowingArtifacts {
        /// The task, or `NONE` for the run.
        task: u32,
        /// Name of the artifact.
        name: StrId,
        /// Read or written.
        direction: Direction,
        /// Its location; shown, never opened.
        uri: StrId,
        /// Bytes, -1 where unknown.
        size: i64,
        /// The value, JSON as text.
        value: StrId,
    }
}
