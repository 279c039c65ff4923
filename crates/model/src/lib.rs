//! The run: an immutable table of columns that one fold makes from events.
//!
//! [`RunsBuilder::apply`] is the only way to make a run. [`Run::events`] is the way back, and folding its events gives
//! an equal run. Tasks are in topological order of their dependencies, so most analyses need one pass forward and one
//! back. Adjacency is stored as compressed rows ([`Rows`]). No walk is recursive.
//!
//! ```
//! let run = makespan_model::notation::run("fetch 0..4 w1\nalign 4..9 w1 fetch").unwrap();
//! assert_eq!(run.task_count(), 2);
//! assert_eq!(run.span(), Some((0, 9_000_000_000)));
//! ```

mod blocks;
mod build;
mod columns;
mod dependencies;
mod finish;
mod graph;
mod infer;
mod members;
pub mod notation;
mod order;
mod planned;
mod plausible;
mod preview;
mod quantile;
mod rows;
mod run;
mod seeded;
mod strings;
mod tries;
mod unfold;

pub use build::{MOST_RUNS, RunsBuilder};
pub use columns::{Alerts, Artifacts, Attempts, Logs, Samples, Tasks};
pub use dependencies::{Dependencies, Edges, Neighbors, Visited};
pub use makespan_format::{Diagnostic, Direction, Severity, Status};
pub use members::{members, plain};
pub use order::{Numbers, Order};
pub use plausible::UNREADABLE_LINES;
pub use quantile::{Interpolate, quantile};
pub use rows::Rows;
pub use run::{Run, Stored};
pub use seeded::{HashMap, HashSet, Seeded, seed_maps};
pub use strings::{Interner, StrId, Strings};

/// A time that is not known, in a column of times.
pub const UNKNOWN: i64 = i64::MIN;
/// No task, no attempt, no error, in a column of indices.
pub const NONE: u32 = u32::MAX;

/// Index of a task of one run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TaskId(pub u32);

/// Index of an attempt of one run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct AttemptId(pub u32);

impl TaskId {
    /// Returns the id as an index into the columns.
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

impl AttemptId {
    /// Returns the id as an index into the columns.
    pub fn index(self) -> usize {
        self.0 as usize
    }
}
