//! The files below the folders, for an assistant that does not know what there is.

use std::time::UNIX_EPOCH;

use makespan_format::time::format_rfc3339;
use serde::Serialize;
use serde_json::Value;

use super::inputs::FilesInput;
use super::places::Places;
use crate::walk::{self, InputPlace};

/// How many files are listed if nothing else is asked for.
const LISTED: usize = 200;

#[derive(Serialize)]
struct Listed {
    folders: Vec<String>,
    files: Vec<Listing>,
    /// How many files fit, of which `files` are the first.
    total: usize,
    hidden: usize,
    unreadable: Vec<String>,
}

#[derive(Serialize)]
struct Listing {
    path: String,
    bytes: Option<u64>,
    modified: Option<String>,
}

/// The files below a folder, or below all of them, in the order of their paths or the newest first.
///
/// # Errors
///
/// Why the folder may not be read.
pub(super) fn files(input: &FilesInput, places: &Places) -> Result<Value, String> {
    let below = match &input.folder {
        Some(folder) => vec![places.argument(folder)?],
        None => places.folders().to_owned(),
    };
    if let Some(other) = below.iter().find(|path| !path.is_dir()) {
        return Err(format!("{}: not a folder", places.shown(other)));
    }
    let walked = walk::files(&below);
    let mut found: Vec<(i64, Listing)> = walked
        .files
        .iter()
        .filter_map(|file| match &file.place {
            InputPlace::Path(path) => Some(path),
            InputPlace::Stdin => None,
        })
        .map(|path| (places.shown(path), path))
        .filter(|(shown, _)| input.contains.as_ref().is_none_or(|part| shown.contains(part.as_str())))
        .map(|(path, place)| {
            let known = place.metadata().ok();
            let modified = known.as_ref().and_then(|m| m.modified().ok()?.duration_since(UNIX_EPOCH).ok());
            let modified = modified.and_then(|since| i64::try_from(since.as_nanos()).ok());
            let listing =
                Listing { path, bytes: known.map(|m| m.len()), modified: modified.map(format_rfc3339) };
            (modified.unwrap_or(i64::MIN), listing)
        })
        .collect();
    if input.newest {
        found.sort_by(|a, b| b.0.cmp(&a.0).then_with(|| a.1.path.cmp(&b.1.path)));
    }
    let total = found.len();
    let most = input.limit.unwrap_or(LISTED);
    let listed = Listed {
        folders: below.iter().map(|path| path.to_string_lossy().into_owned()).collect(),
        files: found.into_iter().take(most).map(|(_, listing)| listing).collect(),
        total,
        hidden: walked.hidden.0,
        unreadable: walked.unreadable.iter().map(|(path, why)| format!("{path}: {why}")).collect(),
    };
    // Serialising plain values cannot fail.
    Ok(serde_json::to_value(listed).unwrap_or_default())
}
