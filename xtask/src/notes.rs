//! `cargo xtask notes VERSION`: prints the notes of a release, a section of `CHANGELOG.md`.

use crate::outcome::Outcome;
use crate::workspace::{Workspace, read};

/// Prints the section of one version.
///
/// # Errors
///
/// Fails if no version or several are given, or the section is missing or empty.
pub(crate) fn run(workspace: &Workspace, words: &[String]) -> Outcome {
    let [version] = words else {
        return Err("which version? For example: cargo xtask notes 0.1.0".to_owned());
    };
    let changes = read(&workspace.root.join("CHANGELOG.md"))?;
    println!("{}", section(&changes, version)?);
    Ok(())
}

/// Returns the text below the heading of a version, without the heading. Headings are `## 0.1.0` or `## 0.1.0,
/// 2026-12-01`.
fn section<'a>(changes: &'a str, version: &str) -> Outcome<&'a str> {
    let wanted = version.strip_prefix('v').unwrap_or(version);
    let mut versions = Vec::new();
    // The start of the text of the version, once its heading was found.
    let mut start = None;
    let mut at = 0;
    for line in changes.split_inclusive('\n') {
        if let Some(heading) = line.strip_prefix("## ") {
            if let Some(start) = start {
                return filled(&changes[start..at], wanted);
            }
            let name = heading.split([',', ' ']).next().unwrap_or_default().trim();
            if name == wanted {
                start = Some(at + line.len());
            }
            versions.push(name);
        }
        at += line.len();
    }
    match start {
        Some(start) => filled(&changes[start..], wanted),
        None => Err(format!(
            "CHANGELOG.md has no section for version {wanted}, only for {}. Add a heading `## {wanted}`.",
            if versions.is_empty() { "none".to_owned() } else { versions.join(", ") }
        )),
    }
}

fn filled<'a>(text: &'a str, version: &str) -> Outcome<&'a str> {
    let text = text.trim();
    if text.is_empty() {
        return Err(format!("the section of version {version} in CHANGELOG.md is empty"));
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    const CHANGES: &str = "# Changes\n\n## 0.10.0, unreleased\n\nNew.\n\n### Part\n\nMore.\n\n## 0.1.0\n\nFirst.\n\n## 0.0.1\n\n";

    #[test]
    fn the_notes_of_a_version_end_at_the_next_one() {
        assert_eq!(section(CHANGES, "0.10.0"), Ok("New.\n\n### Part\n\nMore."));
        assert_eq!(section(CHANGES, "v0.1.0"), Ok("First."));
    }

    #[test]
    fn a_version_without_notes_is_an_error_that_lists_the_others() {
        for version in ["0.1", "0.10", "", "Part"] {
            let why = section(CHANGES, version).expect_err(version);
            assert!(why.contains("only for 0.10.0, 0.1.0, 0.0.1"), "{why}");
        }
        assert!(section(CHANGES, "0.0.1").is_err_and(|why| why.contains("empty")));
        assert!(section("# Changes\n", "1.0.0").is_err_and(|why| why.contains("none")));
    }

    #[test]
    fn the_version_of_this_project_has_notes() {
        let changes = include_str!("../../CHANGELOG.md");
        assert!(section(changes, env!("CARGO_PKG_VERSION")).is_ok());
    }
}
