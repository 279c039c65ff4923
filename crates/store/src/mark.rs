//! Changes to runs by people.

/// A change to a run by a person, besides its events.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Mark {
    /// Keeps it from being removed, or no more.
    Pin(bool),
    /// Adds a label, or removes it.
    Label {
        /// Name of the label.
        name: String,
        /// Its value; off where absent.
        value: Option<String>,
    },
    /// Moves the run to the trash at a time (ns since the epoch), or restores it. A later event restores it too,
    /// because the run is alive.
    Trash(Option<i64>),
}
