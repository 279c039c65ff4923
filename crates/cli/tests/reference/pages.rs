//! Pages of a folder of the documentation, and how they are held against the files.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

/// The folder of the documentation.
pub(crate) fn docs() -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs"))
}

/// Whether files are written instead of compared.
fn is_blessed() -> bool {
    std::env::var_os("MAKESPAN_BLESS").is_some()
}

/// The files of a folder, by name. The first page is the one that lists the others.
pub(crate) struct Pages {
    index: String,
    files: BTreeMap<String, String>,
}

impl Pages {
    /// Pages with the name and the text of the one that lists them.
    pub(crate) fn new(index: &str, text: String) -> Pages {
        Pages { index: index.to_owned(), files: BTreeMap::from([(index.to_owned(), text)]) }
    }

    /// Adds a page or a picture.
    pub(crate) fn add(&mut self, name: String, text: String) {
        assert!(self.files.insert(name.clone(), text).is_none(), "{name} is there twice");
    }

    /// The number of pages.
    pub(crate) fn len(&self) -> usize {
        self.names().count() + 1
    }

    /// The names of the pages but the one that lists them.
    fn names(&self) -> impl Iterator<Item = &String> {
        self.files.keys().filter(|name| name.ends_with(".md") && **name != self.index)
    }

    /// Checks that the folder has these files and no others.
    pub(crate) fn check(&self, folder: &str) {
        let folder = docs().join(folder);
        if is_blessed() {
            let _ = fs::remove_dir_all(&folder);
            fs::create_dir_all(&folder).unwrap();
            self.files.iter().for_each(|(name, text)| fs::write(folder.join(name), text).unwrap());
        }
        for (name, text) in &self.files {
            let kept = fs::read_to_string(folder.join(name)).unwrap_or_default();
            assert!(kept == *text, "{}; write it with MAKESPAN_BLESS=1", folder.join(name).display());
        }
        assert_eq!(fs::read_dir(&folder).unwrap().count(), self.files.len(), "{}", folder.display());
    }
}

/// The title of a page.
fn title(text: &str) -> &str {
    text.lines().find_map(|line| line.strip_prefix("# ")).expect("a page has a title")
}

/// Checks that `SUMMARY.md` lists the pages of each folder below the page that lists them.
pub(crate) fn check_summary(all: &[(&str, Pages)]) {
    let path = docs().join("SUMMARY.md");
    let kept = fs::read_to_string(&path).unwrap();
    let mut made = String::new();
    let mut is_below = false;
    for line in kept.lines() {
        if is_below && line.starts_with("  ") {
            continue;
        }
        made.push_str(&format!("{line}\n"));
        let is_of = |folder: &str, pages: &Pages| line.ends_with(&format!("({folder}/{})", pages.index));
        let here = all.iter().find(|(folder, pages)| is_of(folder, pages));
        is_below = here.is_some();
        if let Some((folder, pages)) = here {
            for name in pages.names() {
                let title = title(&pages.files[name]);
                made.push_str(&format!("  - [{title}]({folder}/{name})\n"));
            }
        }
    }
    for (folder, pages) in all {
        assert!(made.contains(&format!("({folder}/{})\n", pages.index)), "SUMMARY.md omits {folder}");
    }
    if is_blessed() {
        fs::write(&path, &made).unwrap();
    }
    assert!(fs::read_to_string(&path).unwrap() == made, "docs/SUMMARY.md; write it with MAKESPAN_BLESS=1");
}

/// Names of pages, such as `docs/ci.md`, as links from a page one folder below; those in blocks of code stay.
pub(crate) fn linked(text: &str) -> String {
    let mut fenced = false;
    let mut out = String::new();
    for line in text.lines() {
        fenced ^= line.starts_with("```");
        let mut rest = line;
        while let Some(at) = rest.find("docs/").filter(|_| !fenced) {
            let (before, name) = rest.split_at(at);
            let end = name.find(".md").map_or(0, |end| end + 3);
            out.push_str(before);
            match name.get("docs/".len()..end) {
                Some(page) if docs().join(page).is_file() => {
                    out.push_str(&format!("[{page}](../{page})"));
                    rest = &name[end..];
                }
                _ => {
                    out.push_str("docs/");
                    rest = &name["docs/".len()..];
                }
            }
        }
        out.push_str(rest);
        out.push('\n');
    }
    out
}

/// A text within a cell of a table.
pub(crate) fn cell(text: &str) -> String {
    text.replace('|', "\\|")
}

/// Text as Markdown: outside of code, what looks like a tag stays text.
pub(crate) fn plain(text: &str) -> String {
    let parts = text.split('`').enumerate();
    let parts = parts.map(|(at, part)| if at % 2 == 0 { part.replace('<', "\\<") } else { part.to_owned() });
    parts.collect::<Vec<_>>().join("`")
}
