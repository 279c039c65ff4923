//! The tables of the page for users are those of the language. `MAKESPAN_BLESS=1 cargo test -p makespan-analysis` writes
//! them anew.

use std::fmt::Write as _;
use std::path::Path;

use makespan_analysis::query::{Query, Term, TermKind, terms};

const PARTS: [(&str, TermKind); 4] = [
    ("fields", TermKind::Fields),
    ("flags", TermKind::Flags),
    ("functions", TermKind::Functions),
    ("statistics", TermKind::Statistics),
];

fn table(part: TermKind) -> String {
    let is_field = part == TermKind::Fields;
    let mut out = String::from(if is_field {
        "| name | holds | means | example |\n|---|---|---|---|\n"
    } else {
        "| name | means | example |\n|---|---|---|\n"
    });
    for Term { name, aliases, holds, example, about } in terms(part) {
        let names = std::iter::once(&name).chain(aliases);
        let names = names.map(|n| format!("`{n}`")).collect::<Vec<_>>().join(", ");
        let holds = if is_field { format!(" {holds} |") } else { String::new() };
        let _ = writeln!(out, "| {names} |{holds} {about} | `{example}` |");
    }
    out
}

/// The page with each table between the two comments that name it.
fn filled(page: &str) -> String {
    PARTS.iter().fold(page.to_owned(), |page, (name, part)| {
        let (from, to) = (format!("<!-- {name} -->\n"), format!("<!-- end of {name} -->"));
        let start = page.find(&from).unwrap_or_else(|| panic!("no table of {name}")) + from.len();
        let end = start + page[start..].find(&to).unwrap();
        format!("{}{}{}", &page[..start], table(*part), &page[end..])
    })
}

fn page() -> (std::path::PathBuf, String) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/query.md");
    let text = std::fs::read_to_string(&path).unwrap();
    (path, text)
}

#[test]
fn the_page_documents_the_whole_language() {
    let (path, text) = page();
    let filled = filled(&text);
    if std::env::var_os("MAKESPAN_BLESS").is_some() {
        std::fs::write(&path, &filled).unwrap();
    } else {
        assert_eq!(text, filled, "the tables of docs/query.md have changed: run with MAKESPAN_BLESS=1");
    }
}

#[test]
fn every_example_of_the_page_is_a_query() {
    let (_, text) = page();
    let mut fenced = false;
    let mut count = 0;
    for line in text.lines() {
        if let Some(language) = line.strip_prefix("```") {
            fenced = language == "query";
        } else if fenced && !line.trim().is_empty() {
            let query = line.split("   #").next().unwrap();
            assert!(Query::parse(query).is_ok(), "{query}: {:?}", Query::parse(query));
            count += 1;
        }
    }
    assert!(count > 10, "{count} examples");
    for (_, part) in PARTS {
        for Term { name, example, .. } in terms(part) {
            let read = Query::parse(example).unwrap_or_else(|e| panic!("{name}: {example}: {e}"));
            assert_eq!(Query::parse(&read.to_string()), Ok(read), "{example}");
        }
    }
}
