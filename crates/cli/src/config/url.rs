//! URLs of stores.

use std::path::Path;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// Everything that has a meaning in a URL ([RFC 3986], section 2): all but the unreserved characters.
///
/// [RFC 3986]: https://www.rfc-editor.org/rfc/rfc3986
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');
/// The same, but for the slashes of a path.
const RESERVED_IN_PATH: &AsciiSet = &RESERVED.remove(b'/');

/// Encodes a text as one part of a URL.
pub(super) fn encoded(text: &str) -> String {
    utf8_percent_encode(text, RESERVED).to_string()
}

/// Encodes a path, whose slashes stay.
pub(super) fn encoded_path(text: &str) -> String {
    utf8_percent_encode(text, RESERVED_IN_PATH).to_string()
}

/// A URL of a file, in which a path that is not absolute is one from a folder.
pub(crate) fn rooted(url: &str, folder: &Path) -> String {
    let Some((scheme @ ("file" | "sqlite"), path)) = url.split_once(':') else { return url.to_owned() };
    if path.starts_with('/') || path.is_empty() || Path::new(path).is_absolute() {
        return url.to_owned();
    }
    let folder = encoded_path(&folder.to_string_lossy());
    format!("{scheme}:{folder}/{}", path.strip_prefix("./").unwrap_or(path))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_of_a_file_are_paths_from_its_folder() {
        let folder = Path::new("/data/me/a b?");
        assert_eq!(rooted("sqlite:runs.db", folder), "sqlite:/data/me/a%20b%3F/runs.db");
        assert_eq!(rooted("file:./runs", folder), "file:/data/me/a%20b%3F/runs");
        for same in ["file:/var/runs", "file:///var/runs", "postgres://db/runs"] {
            assert_eq!(rooted(same, folder), same);
        }
    }
}
