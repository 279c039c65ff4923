//! `cargo xtask docs`: the documentation as a site in `target/docs`, made by mdBook from `docs/` and `book.toml`.
//!
//! Some pages link to documents outside of `docs/`. The site has these too, in a part of its own, so that no link leads
//! out of it: mdBook reads a copy of `docs/`, in `target/docs-source`, to which they are added.

use std::collections::BTreeSet;
use std::path::{Component, Path, PathBuf};
use std::process::Command;

use crate::outcome::Outcome;
use crate::process::{run, stage};
use crate::tally::Tally;
use crate::tools;
use crate::workspace::{Workspace, files_under, make_folder, read, read_bytes, write_if_changed};

/// The documents outside of `docs/` that are pages too: title and path.
const OUTSIDE: [(&str, &str); 4] = [
    ("Architecture", "ARCHITECTURE.md"),
    ("Contributing", "CONTRIBUTING.md"),
    ("Changes", "CHANGELOG.md"),
    ("The Python package", "sdk/python/README.md"),
];

/// The folder of their pages.
const FOLDER: &str = "project";

/// Builds the site, and installs mdBook before if it is missing.
///
/// # Errors
///
/// Fails if mdBook cannot be installed or fails, or a link of the site leads nowhere.
pub(crate) fn site(workspace: &Workspace) -> Outcome {
    let mdbook = stage("tools", tools::mdbook)?;
    build(workspace, &mdbook)?;
    println!("the site is in {}", workspace.shown("docs").display());
    Ok(())
}

/// Builds the site if mdBook is installed; compiling it takes minutes, which no run of the tests should.
///
/// # Errors
///
/// As [`site`].
pub(crate) fn test(workspace: &Workspace, tally: &mut Tally) -> Outcome {
    let Some(mdbook) = tools::installed_mdbook() else {
        tally.skip("mdBook is not installed; `cargo xtask docs` installs it and builds the site");
        return Ok(());
    };
    build(workspace, &mdbook)?;
    tally.passed += 1;
    Ok(())
}

fn build(workspace: &Workspace, mdbook: &Path) -> Outcome {
    let source = workspace.shown("docs-source");
    let site = workspace.shown("docs");
    stage("pages", || gather(workspace, &source))?;
    stage("site", || {
        let mut command = Command::new(mdbook);
        command.arg("build").arg(&source).arg("--dest-dir").arg(&site);
        run(&mut command)?;
        check(&site)
    })
}

/// Copies the pages and what they show into one folder.
fn gather(workspace: &Workspace, folder: &Path) -> Outcome {
    let docs = workspace.root.join("docs");
    let mut files: Vec<(PathBuf, Vec<u8>)> =
        vec![("book.toml".into(), read_bytes(&workspace.root.join("book.toml"))?)];
    for path in files_under(&docs) {
        let bytes = if path.extension().is_some_and(|end| end == "md") {
            let mut text = moved(&read(&docs.join(&path))?, &Path::new("docs").join(&path), &path);
            if path == Path::new("SUMMARY.md") {
                text.push_str("\n# Project\n\n");
                OUTSIDE
                    .iter()
                    .for_each(|(title, file)| text.push_str(&format!("- [{title}]({})\n", page(file))));
            }
            text.into_bytes()
        } else {
            read_bytes(&docs.join(&path))?
        };
        files.push((Path::new("docs").join(published(path)), bytes));
    }
    for (_, file) in OUTSIDE {
        let text = moved(&read(&workspace.root.join(file))?, Path::new(file), Path::new(&page(file)));
        files.push((Path::new("docs").join(page(file)), text.into_bytes()));
    }
    make_folder(folder)?;
    for stale in files_under(folder) {
        if !files.iter().any(|(path, _)| *path == stale) {
            std::fs::remove_file(folder.join(&stale))
                .map_err(|error| format!("cannot remove {}: {error}", stale.display()))?;
        }
    }
    files.iter().try_for_each(|(path, bytes)| write_if_changed(&folder.join(path), bytes).map(drop))
}

/// The page of a document outside of `docs/`: `project/architecture.md`.
fn page(file: &str) -> String {
    format!("{FOLDER}/{}", file.to_lowercase().replace('/', "-"))
}

/// The place of a page in the site: `README.md`, which lists the pages of a folder, is its index. mdBook renames it too, but
/// leaves the links as they are.
fn published(path: PathBuf) -> PathBuf {
    if path.ends_with("README.md") { path.with_file_name("index.md") } else { path }
}

/// The text of a document with its links as they are at its place in the site. A link to what the site does not have
/// becomes its words.
fn moved(text: &str, from: &Path, to: &Path) -> String {
    let mut fenced = false;
    let mut out = String::with_capacity(text.len());
    for line in text.split_inclusive('\n') {
        fenced ^= line.trim_start().starts_with("```");
        let mut rest = line;
        while let Some(at) = rest.find("](").filter(|_| !fenced) {
            let Some(end) = rest[at..].find(')').map(|end| at + end) else { break };
            let target = &rest[at + 2..end];
            match target_in_site(target, from, to) {
                Some(target) => out.push_str(&format!("{}]({target})", &rest[..at])),
                None => match rest[..at].rfind('[') {
                    Some(open) => out.push_str(&format!("{}{}", &rest[..open], &rest[open + 1..at])),
                    None => out.push_str(&rest[..=end]),
                },
            }
            rest = &rest[end + 1..];
        }
        out.push_str(rest);
    }
    out
}

fn target_in_site(target: &str, from: &Path, to: &Path) -> Option<String> {
    if target.contains(':') || target.starts_with('#') {
        return Some(target.to_owned());
    }
    let (path, heading) =
        target.split_once('#').map_or((target, String::new()), |(p, h)| (p, format!("#{h}")));
    let path = resolved(&from.parent()?.join(path))?;
    let outside = OUTSIDE.iter().find(|(_, file)| Path::new(file) == path);
    let place = match outside {
        Some((_, file)) => PathBuf::from(page(file)),
        None => published(path.strip_prefix("docs").ok()?.to_owned()),
    };
    let up = "../".repeat(to.components().count() - 1);
    Some(format!("{up}{}{heading}", place.display()))
}

/// A relative path without `.` and `..`; `None` if it leads out of its root.
fn resolved(path: &Path) -> Option<PathBuf> {
    let mut out = PathBuf::new();
    for part in path.components() {
        match part {
            Component::Normal(part) => out.push(part),
            Component::ParentDir => {
                if !out.pop() {
                    return None;
                }
            }
            Component::CurDir => {}
            Component::RootDir | Component::Prefix(_) => return None,
        }
    }
    Some(out)
}

/// Checks that every page of the site links to files that are there, and loads nothing from a network.
fn check(site: &Path) -> Outcome {
    let files: BTreeSet<PathBuf> = files_under(site).into_iter().collect();
    let pages: Vec<&PathBuf> =
        files.iter().filter(|path| path.extension().is_some_and(|end| end == "html")).collect();
    let mut breaches = Vec::new();
    for path in &pages {
        // What stands in any folder has addresses of the root of the server.
        if **path == Path::new("404.html") {
            continue;
        }
        let text = read(&site.join(path))?;
        for (tag, target) in addresses(&text) {
            if target.contains(':') || target.starts_with("//") {
                if tag != "a" {
                    breaches.push(format!("{}: <{tag}> loads {target}", path.display()));
                }
                continue;
            }
            let file = target.split(['#', '?']).next().unwrap_or_default();
            let there = resolved(&path.with_file_name(file))
                .is_some_and(|file| files.contains(&file) || files.contains(&file.join("index.html")));
            if !file.is_empty() && !there {
                breaches.push(format!("{}: {target} is not there", path.display()));
            }
        }
    }
    eprintln!("  {} pages", pages.len());
    if breaches.is_empty() { Ok(()) } else { Err(breaches.join("\n")) }
}

/// The addresses that elements of a page name, with the names of the elements.
fn addresses(html: &str) -> Vec<(&str, &str)> {
    let mut found = Vec::new();
    for element in html.split('<').skip(1) {
        let tag = element.split(|c: char| !c.is_ascii_alphanumeric()).next().unwrap_or_default();
        let element = element.split('>').next().unwrap_or_default();
        for attribute in [" href=\"", " src=\""] {
            let value = element.split_once(attribute).and_then(|(_, rest)| rest.split('"').next());
            found.extend(value.map(|value| (tag, value)));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check_moved(from: &str, to: &str, text: &str, expected: &str) {
        assert_eq!(moved(text, Path::new(from), Path::new(to)), expected);
    }

    #[test]
    fn links_lead_to_where_the_page_is_in_the_site() {
        check_moved("docs/a.md", "a.md", "[b](b.md#c) [d](#e)", "[b](b.md#c) [d](#e)");
        check_moved("docs/a.md", "a.md", "[b](../ARCHITECTURE.md#c)", "[b](project/architecture.md#c)");
        check_moved("docs/a.md", "a.md", "[b](x/README.md#c)", "[b](x/index.md#c)");
        check_moved("docs/x/a.md", "x/a.md", "[b](../../CONTRIBUTING.md)", "[b](../project/contributing.md)");
        let page = page("sdk/python/README.md");
        check_moved("sdk/python/README.md", &page, "[b](../../docs/events.md)", "[b](../events.md)");
        check_moved("CONTRIBUTING.md", "project/contributing.md", "a [`b`](src/b.rs).", "a `b`.");
        check_moved(
            "CHANGELOG.md",
            "project/changelog.md",
            "[b](https://b.example)",
            "[b](https://b.example)",
        );
        check_moved("docs/a.md", "a.md", "```\n[b](../x.rs)\n```\n", "```\n[b](../x.rs)\n```\n");
    }

    #[test]
    fn every_address_of_a_page_is_found() {
        let html = "<a class=\"x\" href=\"b.html#c\">b</a><img alt=\"\" src=\"c.svg\"><p>href=\"d\"</p>";
        assert_eq!(addresses(html), [("a", "b.html#c"), ("img", "c.svg")]);
    }

    #[test]
    fn what_a_site_lacks_and_what_it_loads_is_found() {
        let folder = std::env::temp_dir().join(format!("makespan-docs-{}", std::process::id()));
        let write =
            |name: &str, text: &str| write_if_changed(&folder.join(name), text.as_bytes()).expect("a file");
        write("a.html", "<a href=\"x/b.html\">b</a><a href=\"https://c.example\">c</a>");
        write("x/b.html", "<a href=\"../a.html\">a</a>");
        assert_eq!(check(&folder), Ok(()));
        write("x/b.html", "<a href=\"a.html\">a</a><script src=\"https://c.example/d.js\"></script>");
        let why = check(&folder).expect_err("two breaches");
        std::fs::remove_dir_all(&folder).expect("the folder is there");
        assert_eq!(why, "x/b.html: a.html is not there\nx/b.html: <script> loads https://c.example/d.js");
    }
}
