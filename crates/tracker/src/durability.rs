//! How safe what was recorded is.

/// What a call has made sure of when it returns.
///
/// The promise is about the life of runs and tasks: their declaration, start and end, with all that was recorded
/// before. Metrics, lines of logs, progress, alerts and artifacts never wait; they are safe once a later such call
/// is, or 50 ms later. No call waits longer than [`Options::patience`](crate::Options::patience): what is then not written yet will be, and the
/// run's file says how many calls went on early.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Durability {
    /// Nothing yet: records are written within 50 ms. If the process is killed, the last 50 ms are missing; if it
    /// panics or returns from `main` nothing is. A span costs about 0.11 µs.
    Buffered,
    /// What was recorded is with the system (`write(2)`) and survives the death of this process, however it dies. A
    /// loss of power takes what the system had not put on the disk: half a minute at most on Linux as it is set up by
    /// default. The end of a run is on the disk. A call costs about 25 µs, most of it spent waiting.
    #[default]
    Write,
    /// What was recorded is on the disk (`fdatasync(2)`) and survives a loss of power. A call costs what the disk
    /// takes, some milliseconds.
    Strict,
}
