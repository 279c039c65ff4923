//! File names made from ids, which may contain anything.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use sha2::{Digest, Sha256};

/// Number of readable characters of an id in a file name, and of hash characters after them.
const READABLE: usize = 40;
const HASH: usize = 24;

/// The list of the files of a site, at its root, kept by the writer of the site. A folder with this file is a site.
pub const LIST: &str = "makespan-site.json";

/// The folder of the app within a site.
pub const APP_FOLDER: &str = "app";

/// The files at the root of a site.
const ROOT: [&str; 2] = ["index.html", LIST];
/// The folders of a site.
const FOLDERS: [&str; 3] = ["runs", "workflows", APP_FOLDER];

/// Lower-case hexadecimal digits.
pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut out, byte| {
        let _ = write!(out, "{byte:02x}");
        out
    })
}

/// The file names that are in use.
#[derive(Default)]
pub(super) struct Names(BTreeMap<String, usize>);

impl Names {
    /// Returns the page of an id: the plain characters of the id, for readers, and a part of its hash. No name is that of a
    /// device, hidden, or equal to another on a case-insensitive disk.
    pub(super) fn page(&mut self, folder: &str, id: &str) -> String {
        let mut plain = String::new();
        for c in id.chars() {
            if plain.len() == READABLE {
                break;
            }
            if c.is_ascii_alphanumeric() {
                plain.push(c.to_ascii_lowercase());
            } else if !plain.is_empty() && !plain.ends_with('-') {
                plain.push('-');
            }
        }
        let plain = if plain.is_empty() { "x" } else { plain.trim_end_matches('-') };
        let hash = &hex(&Sha256::digest(id.as_bytes()))[..HASH];
        let name = format!("{folder}/{plain}-{hash}");
        let times = self.0.entry(name.clone()).or_default();
        *times += 1;
        // Two runs of one id.
        if *times > 1 { format!("{name}-{times}.html") } else { format!("{name}.html") }
    }
}

/// Returns whether a path within a site may belong to [`super::site`] or the app: no other file may ever be removed.
pub fn is_file_of_site(path: &str) -> bool {
    let Some((folder, name)) = path.split_once('/') else { return ROOT.contains(&path) };
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    match name.split_once('.') {
        Some((stem, ending)) if folder == APP_FOLDER => {
            let ends = ["js", "wasm", "css", "svg"];
            stem.chars().all(|c| c.is_ascii_alphanumeric() || c == '_') && ends.contains(&ending)
        }
        Some((stem, "html" | "app.html" | "jsonl.gz")) => {
            FOLDERS[..2].contains(&folder) && !stem.is_empty() && stem.chars().all(plain)
        }
        _ => false,
    }
}

/// The folders of a site.
pub fn folders() -> [&'static str; 3] {
    FOLDERS
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_safe_and_distinct_whatever_the_ids_hold() {
        let ids = [
            "nightly 7",
            "Nightly-7",
            "../../etc/passwd",
            "",
            "con",
            "\u{202e}\0<script>",
            ".hidden",
            "a\\b",
            "ü",
            "x.html",
        ];
        let mut names = Names::default();
        let mut given: Vec<String> = ids.iter().map(|id| names.page("runs", id)).collect();
        given.push(names.page("runs", "nightly 7"));
        for name in &given {
            assert!(is_file_of_site(name), "{name}");
            assert_eq!(name.to_lowercase(), *name);
        }
        given.sort();
        given.dedup();
        assert_eq!(given.len(), ids.len() + 1, "{given:?}");
        assert!(names.page("runs", &"long/".repeat(100)).len() < 100);
    }

    #[test]
    fn only_names_of_site_files_are_recognised() {
        for own in
            ["index.html", "makespan-site.json", "app/app_bg.wasm", "runs/a-1.app.html", "workflows/b.html"]
        {
            assert!(is_file_of_site(own), "{own}");
        }
        for other in [
            "../index.html",
            "/index.html",
            "runs/../index.html",
            "runs/a/b.html",
            "runs/.html",
            "runs/a.sh",
            "runs/A.html",
            "app/index.html",
            "app/../x.js",
            "notes.txt",
            "runs",
            "",
        ] {
            assert!(!is_file_of_site(other), "{other}");
        }
    }
}
