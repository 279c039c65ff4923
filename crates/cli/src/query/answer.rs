//! What a query finds in a run.

use makespan_analysis::Facts;
use makespan_model::TaskId;

/// A run and the tasks of it that are meant, in the order of their starts.
pub(super) struct Answer {
    pub(super) facts: Facts,
    pub(super) tasks: Vec<TaskId>,
}
