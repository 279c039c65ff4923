//! The members of an archive.

use crate::limits::ARCHIVE_MEMBERS;

/// What was in an archive.
pub(crate) struct Member {
    pub(crate) name: String,
    /// The content, or why there is none.
    pub(crate) content: Result<Vec<u8>, String>,
    /// What was wrong with the packing although content came out.
    pub(crate) damage: Option<String>,
}

/// Why unpacking stopped.
pub(crate) enum Stop {
    /// More comes out than may.
    TooMuch(String),
    /// What comes next makes no sense.
    Damaged(String),
}

/// What to say of that many files of an archive that are not read because it has too many.
pub(super) fn beyond_limit(files: usize) -> Option<String> {
    (files > 0).then(|| {
        let rest = if files == 1 { "1 more is".to_owned() } else { format!("{files} more are") };
        format!(
            "only the first {ARCHIVE_MEMBERS} files of the archive are read, {rest} left out; unpack it and open \
             a part of it at a time"
        )
    })
}
