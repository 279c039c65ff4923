//! What people do to runs.

/// What people do to a run, beside its events.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Mark {
    /// Keeps it from being removed, or no more.
    Pin(bool),
    /// Puts a label on it, or takes it off.
    Label {
        /// Name of the label.
        name: String,
        /// Its value; off where absent.
        value: Option<String>,
    },
    /// Puts it into the trash at a time (ns since the epoch), or takes it out. An event that comes later takes it
    /// out too: the run is alive.
    Trash(Option<i64>),
}
