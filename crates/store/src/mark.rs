//! Changes to runs by people.

/// A change to a run by a person, besides its events.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Mark {
    /// Protects the run from being removed, or ends that protection.
    Pin(bool),
    /// Sets a label, or removes it.
    Label {
        /// Name of the label.
        name: String,
        /// Its value; `None` removes the label.
        value: Option<String>,
    },
    /// Moves the run to the trash at this time (ns since the epoch), or restores it. A later event restores it too,
    /// because the run is still being recorded.
    Trash(Option<i64>),
}
