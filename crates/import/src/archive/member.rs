//! What comes out of an archive.

/// What was in an archive.
pub(crate) struct Member {
    pub(crate) name: String,
    /// The content, or why there is none.
    pub(crate) content: Result<Vec<u8>, String>,
    /// What was wrong with the packing although content came out.
    pub(crate) damage: Option<String>,
}

/// Why unpacking stopped.
pub(super) enum Stop {
    /// More comes out than may.
    TooMuch(String),
    /// What comes next makes no sense.
    Damaged(String),
}
