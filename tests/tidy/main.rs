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
mod speech;
mod words;

use documents::{anchor, is_path, links, quoted};
use sources::{after_word, without_comment};
use speech::{banned, literals, uncounted};
use words::colour;

#[test]
fn the_rules_detect_violations() {
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
    assert_eq!(anchor("## `makespan check`: rules & limits"), "makespan-check-rules--limits");
    assert_eq!(
        links("[a](b.md#c) ![d](e.svg)\n```\n[f](g)\n```\n[h](i)"),
        [(1, "b.md#c"), (1, "e.svg"), (5, "i")]
    );
    assert_eq!(banned("X is no\n setting"), Some(" is no "));
    assert_eq!((banned("There is no run x"), banned("it is no longer there")), (None, None));
    let code = "say(\"a \\\n   b\", '\"', r#\"c \"d\"\"#); // \"e\"\n\"f\\\"g\"";
    let texts = [(1, "a    b".to_owned()), (2, "c \"d\"".to_owned()), (3, "f\"g".to_owned())];
    assert_eq!(literals(code), texts);
    assert!(uncounted("{n} tasks are left") && uncounted("3 file(s)"));
    assert!(!uncounted("{n} of {all} tasks") && !uncounted("{MOST} files") && !uncounted("{n} s"));
}
