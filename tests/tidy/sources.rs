//! The files of the project, as the rules see them.

use std::fs;
use std::path::{Path, PathBuf};

pub(crate) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// A text file of the project.
pub(crate) struct Source {
    /// From the root, with `/` between the parts.
    pub(crate) path: String,
    pub(crate) text: String,
}

impl Source {
    /// Whether it holds nothing but tests or is not part of any crate's library.
    pub(crate) fn is_aside(&self) -> bool {
        let aside =
            |part: &str| matches!(part, "tests" | "examples" | "build.rs" | "tests.rs" | "testing.rs");
        self.path.split('/').any(aside)
    }

    /// The lines of code with their numbers: comments cut off, and what follows `#[cfg(test)]`, which stands last.
    pub(crate) fn code(&self) -> impl Iterator<Item = (usize, &str)> {
        let product = self.text.lines().position(|line| line.trim() == "#[cfg(test)]").unwrap_or(usize::MAX);
        self.text.lines().take(product).enumerate().map(|(i, line)| (i + 1, without_comment(line)))
    }
}

/// The line up to `//` outside a string.
pub(crate) fn without_comment(line: &str) -> &str {
    let bytes = line.as_bytes();
    let (mut quoted, mut i) = (false, 0);
    while i < bytes.len() {
        match bytes[i] {
            b'\\' if quoted => i += 1,
            b'"' if !(i > 0 && bytes[i - 1] == b'\'' && bytes.get(i + 1) == Some(&b'\'')) => quoted = !quoted,
            b'/' if !quoted && bytes.get(i + 1) == Some(&b'/') => return &line[..i],
            _ => {}
        }
        i += 1;
    }
    line
}

/// Every file with that ending below the folders, sorted.
pub(crate) fn sources(folders: &[&str], ending: &str) -> Vec<Source> {
    let mut found = Vec::new();
    let mut open: Vec<PathBuf> = folders.iter().map(|folder| root().join(folder)).collect();
    while let Some(path) = open.pop() {
        if path.is_dir() {
            open.extend(fs::read_dir(&path).unwrap().map(|entry| entry.unwrap().path()));
        } else if path.extension().is_some_and(|e| e == ending)
            && let Ok(text) = fs::read_to_string(&path)
        {
            let relative = path.strip_prefix(root()).unwrap().to_string_lossy().replace('\\', "/");
            found.push(Source { path: relative, text });
        }
    }
    found.sort_by(|a, b| a.path.cmp(&b.path));
    found
}

/// All Rust of the project.
pub(crate) fn all_rust() -> Vec<Source> {
    let all = sources(&["src", "crates", "xtask", "tests", "examples"], "rs");
    assert!(all.len() > 50, "only {} files found", all.len());
    all
}

/// The same without these rules, which have to spell out what they look for.
pub(crate) fn rust() -> Vec<Source> {
    let mut all = all_rust();
    all.retain(|source| !source.path.starts_with("tests/tidy/"));
    all
}

/// The last breach is followed by the rule, so that whoever reads the end of a log sees why.
pub(crate) fn must_be_none(breaches: &[String], rule: &str) {
    assert!(breaches.is_empty(), "\n{}\n{rule}\n", breaches.join("\n"));
}

/// Where `word` stands in `line` as a whole word, and what follows it.
pub(crate) fn after_word<'l>(line: &'l str, word: &str) -> Vec<&'l str> {
    let part = |c: char| c.is_alphanumeric() || c == '_';
    line.match_indices(word)
        .filter(|(at, _)| !line[..*at].ends_with(part))
        .map(|(at, _)| &line[at + word.len()..])
        .filter(|rest| !word.ends_with(part) || !rest.starts_with(part))
        .collect()
}
