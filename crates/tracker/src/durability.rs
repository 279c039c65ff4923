//! Durability of records.

/// The state of records when a call returns.
///
/// The guarantee covers the life of runs and tasks: their declaration, start and end, with everything recorded before.
/// Metrics, log lines, progress, alerts and artifacts never wait; they are safe with the next such call, or 50 ms
/// later. No call waits longer than [`Options::patience`](crate::Options::patience): records that are not written by
/// then are written later, and the file of the run reports how many calls returned early.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Durability {
    /// Nothing yet: records are written within 50 ms. If the process is killed, the last 50 ms are missing; if it
    /// panics or returns from `main` nothing is. A span costs about 0.11 µs.
    Buffered,
    /// Records are passed to the operating system (`write(2)`) and survive the death of this process. A power failure
    /// loses what the system had not written to disk: at most half a minute with the defaults of Linux. The end of a
    /// run is on disk. A call costs about 25 µs, most of it spent waiting.
    #[default]
    Write,
    /// Records are on disk (`fdatasync(2)`) and survive a power failure. A call takes as long as the disk, some
    /// milliseconds.
    Strict,
}
