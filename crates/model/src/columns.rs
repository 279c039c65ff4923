//! The columns. In all of them [`UNKNOWN`](crate::UNKNOWN) marks a time that is not known and
//! [`NONE`](crate::NONE) an index that is not there; an empty string stands for an absent one.

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
            /// The rows of `order` in that order, or all as they stand; column by column, each let go when it is done.
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
        /// What people call it (its id where the source has no name).
        name: StrId,
        /// The named kind of work it is an instance of (its name where the source has none).
        step: StrId,
        /// What sort of thing executes it.
        kind: StrId,
        /// The task that contains it, or `NONE`.
        parent: u32,
        /// The group that contains it where that is not a task of this run.
        group: StrId,
        /// What became of it: as declared, else of its last attempt.
        status: Status,
        /// Status as declared, where it was.
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
        /// What executed it.
        worker: StrId,
        /// What became of it.
        status: Status,
        /// How far it got, 0 to 1; -1 where unknown. Not NaN, for a run equals itself.
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
        /// What it says.
        text: StrId,
        /// Whether it is over, where the source says.
        resolved: Option<bool>,
    }
}

columns! {
    /// One row a thing read or written, sorted by task (those of the run as a whole last).
    Artifacts, GrowingArtifacts {
        /// The task, or `NONE` for the run.
        task: u32,
        /// What it is called.
        name: StrId,
        /// Read or written.
        direction: Direction,
        /// Where it lies.
        uri: StrId,
        /// Bytes, -1 where unknown.
        size: i64,
        /// The value, JSON as text.
        value: StrId,
    }
}
