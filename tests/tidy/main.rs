//! What must never be, tested: documents that no test reads rot. Each test is one rule of ARCHITECTURE.md and lists
//! every breach as `file:line`.

#![cfg(not(target_family = "wasm"))]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod app;
mod arrows;
mod circles;
mod documents;
mod floors;
mod hashes;
mod sources;
mod words;

use documents::{is_path, quoted};
use sources::{after_word, without_comment};
use words::colour;

#[test]
fn the_rules_see_what_they_look_for() {
    assert_eq!(without_comment(r#"let a = "http://b"; // c"#), r#"let a = "http://b"; "#);
    assert_eq!(without_comment(r#"b'"' => 1, // c"#), r#"b'"' => 1, "#);
    assert!(after_word("my_std::fs", "std::fs").is_empty());
    assert_eq!(after_word("use std::fs;", "std::fs"), [";"]);
    assert_eq!(colour("fill: #0e8d72;"), Some("#0e8d72"));
    assert_eq!(colour("a rgb(1, 2, 3)"), Some("rgb("));
    assert_eq!(
        (colour("issue #12345"), colour("rgb(Role::Grid)"), colour("#[cfg(test)]")),
        (None, None, None)
    );
    assert!(is_path("crates/model") && is_path("Cargo.toml"));
    assert!(!is_path("a/b c") && !is_path("target/demo/report.html") && !is_path("std::fs"));
    assert_eq!(quoted("a `b` c\n```\n`d`\n```\n`e`"), [(1, "b"), (5, "e")]);
}
