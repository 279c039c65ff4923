//! Statistics of the recording itself.

/// Counters for observing the recording itself.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Stats {
    /// Records that the writer took from the threads of the program.
    pub taken: u64,
    /// Records that were dropped: metrics, lines of logs and progress.
    pub dropped_details: u64,
    /// Records that were dropped: of the life of tasks and runs, alerts, artifacts.
    pub dropped_lifecycle: u64,
    /// Bytes that wait in memory.
    pub held: u64,
}
