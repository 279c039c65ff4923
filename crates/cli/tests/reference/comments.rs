//! The doc comments of the analysis as text for users: they are the definitions.

use std::fs;
use std::path::Path;

/// The text of a source file of the analysis.
pub(crate) fn source(file: &str) -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../analysis/src");
    fs::read_to_string(folder.join(file)).unwrap()
}

/// The comment above the first line that starts with `item`, as paragraphs.
pub(crate) fn above(text: &str, item: &str) -> Vec<String> {
    let lines: Vec<&str> = text.lines().map(str::trim_start).collect();
    let at = lines.iter().position(|line| line.starts_with(item)).unwrap_or_else(|| panic!("{item}"));
    let is_comment = |line: &&&str| line.starts_with("///") || line.starts_with("#[");
    let comment: Vec<&&str> = lines[..at].iter().rev().take_while(is_comment).collect();
    let mut paragraphs = vec![String::new()];
    for line in comment.into_iter().rev().filter_map(|line| line.strip_prefix("///")) {
        match line.trim() {
            "" => paragraphs.push(String::new()),
            line => {
                let last = paragraphs.last_mut().unwrap();
                *last = format!("{last} {line}").trim_start().to_owned();
            }
        }
    }
    paragraphs
}

/// A paragraph for users: without costs and units of the code, its links as `link` gives them for the name of an item.
pub(crate) fn for_users(paragraph: &str, link: impl Fn(&str) -> Option<String>) -> String {
    // What a computation costs ends a paragraph.
    let cost = [". O(", "; O("].iter().filter_map(|mark| paragraph.find(mark)).min();
    let text = cost.map_or(paragraph, |at| &paragraph[..=at]);
    let text = text
        .replace("`None`", "Not defined")
        .replace(", ns;", ";")
        .replace(", ns.", ".")
        .replace(", ns,", ",");
    let mut out = String::new();
    let mut rest = text.as_str();
    while let Some(open) = rest.find('[') {
        let Some(close) = rest[open..].find(']').map(|at| open + at) else { break };
        let words = &rest[open + 1..close];
        out += &rest[..open];
        rest = &rest[close + 1..];
        let target = match rest.strip_prefix('(').and_then(|after| after.split_once(')')) {
            // `(crate::name())` and `(crate::name)` alike.
            Some((target, after)) => {
                rest = after.strip_prefix(')').unwrap_or(after);
                target.trim_end_matches("()").trim_end_matches('(')
            }
            None => words.trim_matches('`').trim_end_matches("()"),
        };
        let name = target.rsplit("::").next().unwrap_or(target);
        let words = words.trim_matches('`').trim_end_matches("()");
        out += &link(name).map_or_else(|| words.to_owned(), |page| format!("[{words}]({page})"));
    }
    out + rest
}

#[test]
fn comments_become_text() {
    let text = "/// Sum of it, ns.\n///\n/// See [work](crate::busy()) and [`other`]. `None` if empty. O(n + e).\n#[x]\npub fn sum() {}";
    let paragraphs = above(text, "pub fn sum");
    assert_eq!(paragraphs.len(), 2);
    assert_eq!(for_users(&paragraphs[0], |_| None), "Sum of it.");
    let link = |name: &str| (name == "busy").then(|| "work.md".to_owned());
    assert_eq!(for_users(&paragraphs[1], link), "See [work](work.md) and other. Not defined if empty.");
}
