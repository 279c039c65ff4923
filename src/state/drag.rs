//! What a drag with the mouse does on the timeline.

/// The effect of a drag on the timeline with the mouse; with Shift it has the other effect.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Drag {
    /// Selects an area.
    #[default]
    Selects,
    /// Moves the picture.
    Moves,
}

impl Drag {
    /// Both.
    pub(crate) const ALL: [(Drag, &'static str); 2] =
        [(Drag::Selects, "Select an area"), (Drag::Moves, "Move the picture")];

    /// Returns the name in the browser's storage.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Drag::Selects => "selects",
            Drag::Moves => "moves",
        }
    }
}
