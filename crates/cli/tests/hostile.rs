//! Every hostile file through the program: it says what it can read and what not, and never crashes or hangs.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stdout)]

mod common;

use std::time::Duration;

use common::{file, files_under, folder, shared, within};

/// Generous: many tests share a machine. What hangs, hangs longer.
const LIMIT: Duration = Duration::from_secs(120);

#[test]
fn hostile_files_are_answered() {
    let Some(corpora) = shared("corpora") else { return };
    let out = folder("hostile").join("report.html").display().to_string();
    let mut bad = Vec::new();
    let mut seen = 0;
    for path in files_under(&corpora) {
        let name = path.display().to_string();
        let mut check = |args: &[&str]| {
            let code = within(LIMIT, args);
            if !matches!(code, Some(0 | 1)) {
                bad.push(format!("{args:?}: {code:?}"));
            }
        };
        check(&["summary", "--json", &name]);
        if path.starts_with(corpora.join("hostile")) {
            check(&["summary", &name]);
            check(&["report", &name, "-o", &out]);
        }
        seen += 1;
    }
    println!("{seen} files");
    assert!(bad.is_empty(), "{bad:#?}");
}

#[test]
fn structures_that_break_programs() {
    let dir = folder("structures");
    let chain: String = (0..100_000)
        .map(|i| {
            format!("t{i} {i}..{} w {}\n", i + 1, if i > 0 { format!("t{}", i - 1) } else { String::new() })
        })
        .collect();
    let html = "a<img_src=x_onerror=alert(1)>";
    for (name, content, code) in [
        ("chain", chain, 0),
        ("cycle", "a 0..1 w c\nb 1..2 w a\nc 2..3 w b".to_owned(), 0),
        ("self", "a 0..1 w a".to_owned(), 0),
        ("dangling", "a 0..1 w nowhere".to_owned(), 0),
        ("twice", "a 0..1 w\na 0..1 w\na 2..1 w".to_owned(), 0),
        ("backward", "a 5..1 w".to_owned(), 0),
        ("timeless", "a - -\nb - - a".to_owned(), 0),
        ("markup", format!("run {html}\n{html} 0..1 {html} failed error={html}"), 0),
        ("extremes", "a -9223372036..9223372036 w\nb 9223372036..9223372036 w".to_owned(), 0),
        ("deep.json", "[".repeat(1_000_000), 1),
        ("cut.json", r#"{"tasks":[{"id":"a","start":0,"end":1},{"id":"b","sta"#.to_owned(), 0),
        ("empty", String::new(), 1),
    ] {
        let path = file(&dir, name, content);
        assert_eq!(within(LIMIT, &["summary", &path]), Some(code), "summary of {name}");
        let out = dir.join("out.html").display().to_string();
        assert_eq!(within(LIMIT, &["report", &path, "-o", &out]), Some(code), "report of {name}");
    }
}
