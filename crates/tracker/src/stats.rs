//! Statistics of the recording itself.

/// Counters for observing the recording itself.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Stats {
    /// Records that the writer received from the threads of the program.
    pub taken: u64,
    /// Dropped records: metrics, log lines and progress.
    pub dropped_details: u64,
    /// Dropped records: lifecycle of tasks and runs, alerts, artifacts.
    pub dropped_lifecycle: u64,
    /// Bytes waiting in memory.
    pub held: u64,
}
