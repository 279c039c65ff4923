//! How the project speaks to people: plain words in messages, help and documents.

use std::fs;

use crate::sources::*;

/// Phrases that people never read; the tests of the program hold its help to the same list.
const BANNED: &str = include_str!("banned.txt");

/// Plain English that holds a banned phrase.
const PLAIN: [&str; 3] = ["there is no", "there are no", "no longer"];

/// Longest README of a crate, in lines: one screen, and a page of examples for the crate that programs link.
const LONGEST_README: usize = 100;

/// The first banned phrase in a text, whatever its case and however it is broken into lines.
pub(crate) fn banned(text: &str) -> Option<&'static str> {
    let text = text.to_lowercase();
    let words: Vec<&str> = text.split_whitespace().collect();
    let text = PLAIN.iter().fold(format!(" {} ", words.join(" ")), |text, plain| text.replace(plain, ""));
    BANNED.lines().filter(|line| !line.starts_with('#')).find(|phrase| text.contains(phrase))
}

/// The string literals of Rust code with the lines they begin in: without comments, and with the line breaks that a
/// backslash continues taken out.
pub(crate) fn literals(code: &str) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    let (mut line, mut rest) = (1, code);
    while let Some(c) = rest.chars().next() {
        if rest.starts_with("//") {
            rest = &rest[rest.find('\n').unwrap_or(rest.len())..];
        } else if let Some(char) = ["'\"'", "'\\\"'", "'\\\\'"].iter().find(|char| rest.starts_with(**char)) {
            rest = &rest[char.len()..];
        } else if rest.starts_with("r#\"") {
            let end = rest[3..].find("\"#").map_or(rest.len(), |at| at + 5);
            found.push((line, rest[3..end.saturating_sub(2).max(3)].to_owned()));
            line += rest[..end].matches('\n').count();
            rest = &rest[end..];
        } else if c == '"' {
            let begun = line;
            let (mut text, mut chars) = (String::new(), rest[1..].char_indices());
            let mut end = rest.len();
            while let Some((at, c)) = chars.next() {
                line += usize::from(c == '\n');
                match c {
                    '"' => {
                        end = at + 2;
                        break;
                    }
                    '\\' => match chars.next() {
                        Some((_, '\n')) => line += 1,
                        Some((_, escaped)) => text.push(if escaped == 'n' { '\n' } else { escaped }),
                        None => {}
                    },
                    c => text.push(c),
                }
            }
            found.push((begun, text));
            rest = &rest[end..];
        } else {
            line += usize::from(c == '\n');
            rest = &rest[c.len_utf8()..];
        }
    }
    found
}

/// Code that ships: without tests, which stand last.
fn shipped() -> Vec<Source> {
    let mut all = sources(&["crates", "src"], "rs");
    all.retain(|source| !source.is_aside());
    for source in &mut all {
        let end = source.text.find("#[cfg(test)]\nmod tests").unwrap_or(source.text.len());
        source.text.truncate(end);
    }
    all
}

/// Documents for people: all but the plan of the code.
fn documents() -> Vec<Source> {
    let mut all = sources(&["README.md", "CONTRIBUTING.md", "CHANGELOG.md", "docs", "crates", "sdk"], "md");
    all.retain(|document| !document.is_aside());
    all
}

#[test]
fn messages_are_plain_english() {
    let mut breaches = Vec::new();
    for source in shipped() {
        for (line, text) in literals(&source.text) {
            // One word is a name or a code.
            if text.contains(' ')
                && let Some(phrase) = banned(&text)
            {
                breaches.push(format!("{}:{line}: {phrase:?} in {text:?}", source.path));
            }
        }
        // Comments of the verbs are their help.
        if source.path.starts_with("crates/cli/src/args") {
            for (number, line) in source.text.lines().enumerate() {
                if let Some(phrase) = line.trim_start().strip_prefix("///").and_then(banned) {
                    breaches.push(format!("{}:{}: {phrase:?}", source.path, number + 1));
                }
            }
        }
    }
    must_be_none(&breaches, "write plain English; tests/tidy/banned.txt lists phrases that people misread");
}

#[test]
fn documents_are_plain_english() {
    let mut breaches = Vec::new();
    for document in documents() {
        for (number, line) in document.text.lines().enumerate() {
            if let Some(phrase) = banned(line) {
                breaches.push(format!("{}:{}: {phrase:?}", document.path, number + 1));
            }
            let heading = line.trim_start_matches('#').trim_start();
            if line.starts_with('#') && ["What ", "Who ", "How "].iter().any(|w| heading.starts_with(w)) {
                breaches.push(format!(
                    "{}:{}: a heading is a noun phrase: {heading}",
                    document.path,
                    number + 1
                ));
            }
        }
    }
    must_be_none(&breaches, "write plain English; tests/tidy/banned.txt lists phrases that people misread");
}

/// Whether a text puts a plural behind a number that may be one: `{n} tasks`. Constants, decimals and parts of a whole
/// (`{n} of {all} tasks`) are not counted.
pub(crate) fn uncounted(text: &str) -> bool {
    let plurals =
        ["tasks", "runs", "attempts", "files", "lines", "steps", "events", "workers", "slots", "rows"];
    text.match_indices("} ").any(|(at, _)| {
        let word = text[at + 2..].split(|c: char| !c.is_alphanumeric()).next().unwrap_or_default();
        let open = text[..at].rfind('{').unwrap_or(at);
        let constant = text[open..at].contains(char::is_uppercase);
        plurals.contains(&word) && !constant && !text[..open].ends_with("of ") && !text.contains("on average")
    }) || text.contains("(s)")
}

#[test]
fn plurals_go_through_one_helper() {
    let above = ["crates/views/", "crates/engine/", "crates/report/", "crates/cli/", "src/"];
    let mut breaches = Vec::new();
    for source in shipped().iter().filter(|s| above.iter().any(|folder| s.path.starts_with(folder))) {
        for (line, text) in literals(&source.text) {
            if uncounted(&text) {
                breaches.push(format!("{}:{line}: {text:?}", source.path));
            }
        }
    }
    must_be_none(&breaches, "makespan_scene::counted writes numbers of things: 1 task, 2 tasks");
}

#[test]
fn every_crate_has_a_readme_of_one_screen() {
    let mut breaches = Vec::new();
    for entry in fs::read_dir(root().join("crates")).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if !path.join("Cargo.toml").exists() {
            continue;
        }
        match fs::read_to_string(path.join("README.md")).map(|text| text.lines().count()) {
            Ok(5..=LONGEST_README) => {}
            Ok(lines) => breaches.push(format!("crates/{name}/README.md:{lines}: not one screen")),
            Err(_) => breaches.push(format!("crates/{name}/README.md:1: is not there")),
        }
    }
    must_be_none(&breaches, "a reader opens the folder of a crate first");
}
