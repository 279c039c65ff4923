//! What documents and samples say is so.

use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::sources::*;

const LONGEST_PLAN: usize = 200;

/// What stands between single backticks, with its line; blocks between ``` fences are left out.
pub(crate) fn quoted(text: &str) -> Vec<(usize, &str)> {
    let mut fenced = false;
    let mut found = Vec::new();
    for (number, line) in text.lines().enumerate() {
        if line.trim_start().starts_with("```") {
            fenced = !fenced;
        } else if !fenced {
            found.extend(line.split('`').skip(1).step_by(2).map(|word| (number + 1, word)));
        }
    }
    found
}

/// Whether a word is meant as a path of the project; what a build makes is none.
pub(crate) fn is_path(word: &str) -> bool {
    let endings = ["rs", "md", "toml", "json", "css", "js", "html", "svg", "png", "py", "sh", "jsonl"];
    let plain = word.chars().all(|c| c.is_ascii_alphanumeric() || "._-/".contains(c));
    let has_ending =
        word.rsplit_once('.').is_some_and(|(name, end)| !name.is_empty() && endings.contains(&end));
    let built = ["target/", "dist/", "/"].iter().any(|start| word.starts_with(start));
    plain && !built && (word.contains('/') || has_ending)
}

#[test]
fn every_path_in_the_documents_exists() {
    let mut breaches = Vec::new();
    for name in ["ARCHITECTURE.md", "CONTRIBUTING.md", "docs/README.md"] {
        let text = fs::read_to_string(root().join(name)).unwrap();
        for (number, word) in quoted(&text) {
            if is_path(word) && !root().join(word).exists() {
                breaches.push(format!("{name}:{number}: {word} is not there"));
            }
        }
    }
    must_be_none(&breaches, "a document that names what is gone misleads");
}

/// The name that a heading has in links: its words in lower case with `-` between them, and what marks code, links or
/// punctuation left out.
pub(crate) fn anchor(heading: &str) -> String {
    let text = heading.trim_start_matches('#').trim();
    // Of a link in a heading, only its words count.
    let text: String =
        text.split("](").map(|part| part.split_once(')').map_or(part, |(_, rest)| rest)).collect();
    let kept = text
        .to_lowercase()
        .chars()
        .filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'))
        .collect::<String>();
    kept.replace(' ', "-")
}

/// The names of the headings of a document.
fn anchors(text: &str) -> Vec<String> {
    let mut fenced = false;
    let mut found: Vec<String> = Vec::new();
    for line in text.lines() {
        fenced ^= line.trim_start().starts_with("```");
        if !fenced && line.starts_with('#') {
            let name = anchor(line);
            let same = found.iter().filter(|other| **other == name).count();
            found.push(if same == 0 { name } else { format!("{name}-{same}") });
        }
    }
    found
}

/// The targets of the links of a document, with their lines; blocks of code are left out.
pub(crate) fn links(text: &str) -> Vec<(usize, &str)> {
    let mut fenced = false;
    let mut found = Vec::new();
    for (number, line) in text.lines().enumerate() {
        fenced ^= line.trim_start().starts_with("```");
        if !fenced {
            let targets = line.split("](").skip(1).filter_map(|rest| rest.split(')').next());
            found.extend(targets.map(|target| (number + 1, target)));
        }
    }
    found
}

#[test]
fn every_link_in_the_documents_has_a_target() {
    let mut breaches = Vec::new();
    let documents = sources(
        &["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "CHANGELOG.md", "docs", "sdk/python/README.md"],
        "md",
    );
    for document in &documents {
        let folder = Path::new(&document.path).parent().unwrap();
        for (number, link) in links(&document.text).into_iter().filter(|(_, link)| !link.contains(':')) {
            let (file, heading) = link.split_once('#').unwrap_or((link, ""));
            let path =
                if file.is_empty() { root().join(&document.path) } else { root().join(folder).join(file) };
            if !path.exists() {
                breaches.push(format!("{}:{number}: {file} is not there", document.path));
            } else if !heading.is_empty() && path.extension().is_some_and(|end| end == "md") {
                let text = fs::read_to_string(&path).unwrap();
                if !anchors(&text).iter().any(|name| name == heading) {
                    breaches.push(format!("{}:{number}: no heading of {link} is #{heading}", document.path));
                }
            }
        }
    }
    must_be_none(&breaches, "a reader follows links");
}

#[test]
fn every_page_is_in_the_summary_of_the_documentation() {
    let summary = fs::read_to_string(root().join("docs/SUMMARY.md")).unwrap();
    let listed: Vec<&str> = links(&summary).into_iter().map(|(_, link)| link).collect();
    let mut breaches = Vec::new();
    for page in sources(&["docs"], "md") {
        let name = page.path.strip_prefix("docs/").unwrap();
        match listed.iter().filter(|link| **link == name).count() {
            1 => {}
            _ if name == "SUMMARY.md" => {}
            0 => breaches.push(format!("{}:1: is not in docs/SUMMARY.md", page.path)),
            _ => breaches.push(format!("{}:1: is in docs/SUMMARY.md more than once", page.path)),
        }
    }
    assert!(listed.len() > 100, "{listed:?}");
    must_be_none(&breaches, "a page that no list names is not found");
}

#[test]
fn architecture_is_short_and_lists_every_crate() {
    let plan = fs::read_to_string(root().join("ARCHITECTURE.md")).unwrap();
    let mut breaches = Vec::new();
    let length = plan.lines().count();
    if length > LONGEST_PLAN {
        breaches.push(format!("ARCHITECTURE.md:{length}: longer than {LONGEST_PLAN} lines"));
    }
    for entry in fs::read_dir(root().join("crates")).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if path.join("Cargo.toml").exists() && !plan.contains(&format!("`crates/{name}`")) {
            breaches.push(format!("ARCHITECTURE.md:1: says nothing of crates/{name}"));
        }
    }
    must_be_none(&breaches, "the plan is read before the code");
}

#[test]
fn every_bundled_sample_is_listed_and_small() {
    let list = fs::read_to_string(root().join("static/samples/index.json")).unwrap();
    let list: Value = serde_json::from_str(&list).unwrap();
    let samples = list.as_array().unwrap();
    let files = samples.iter().map(|s| s["file"].as_str().unwrap().to_owned());
    let drawn = samples.iter().filter_map(|s| s["picture"].as_str());
    let pictures = drawn.flat_map(|name| ["light", "dark"].map(|theme| format!("{name}-{theme}.svg")));
    let listed: Vec<String> = files.chain(pictures).collect();
    let mut breaches = Vec::new();
    for entry in fs::read_dir(root().join("static/samples")).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if name != "index.json" && !listed.contains(&name) {
            breaches.push(format!("static/samples/{name}:1: is not in index.json"));
        }
        let size = fs::metadata(&path).unwrap().len();
        if size > 300_000 {
            breaches.push(format!("static/samples/{name}:1: {size} bytes"));
        }
    }
    for sample in list.as_array().unwrap() {
        let file = sample["file"].as_str().unwrap();
        // The generated one is written by the build.
        if sample["generated"] != true && !root().join("static/samples").join(file).exists() {
            breaches.push(format!("static/samples/index.json:1: {file} is not there"));
        }
        for member in ["title", "about"] {
            assert!(sample[member].is_string(), "{sample} has no {member}");
        }
        assert!(sample["tasks"].is_u64(), "{sample} has no tasks");
    }
    must_be_none(&breaches, "samples are shown on the first page and shipped with it");
}
