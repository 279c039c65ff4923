//! Which maps may be hashed without a seed.

use crate::sources::*;

/// Files whose maps by text are still hashed without a seed; the list only shrinks.
const KNOWN: &[&str] = &[
    "crates/analysis/src/across.rs",
    "crates/analysis/src/compare/columns.rs",
    "crates/analysis/src/compare/keys.rs",
    "crates/analysis/src/compare/matching.rs",
    "crates/analysis/src/compare/measured.rs",
    "crates/analysis/src/errors.rs",
    "crates/analysis/src/findings/tasks.rs",
    "crates/analysis/src/findings/waits.rs",
    "crates/analysis/src/measures.rs",
    "crates/analysis/src/query/columns.rs",
    "crates/analysis/src/query/complete.rs",
    "crates/analysis/src/requests.rs",
    "crates/analysis/src/slots.rs",
    "crates/analysis/src/steps.rs",
    "crates/analysis/src/stragglers.rs",
    "crates/analysis/src/utilisation.rs",
    "crates/analysis/src/workers.rs",
    "crates/store/src/file/writer.rs",
    "crates/store/src/order.rs",
    "crates/store/src/redis/store.rs",
    "crates/store/src/sql/append.rs",
];

/// The type of the keys behind `FxHashMap<` or `FxHashSet<`.
fn key(rest: &str) -> &str {
    let mut depth = 0;
    for (at, c) in rest.char_indices() {
        match c {
            '(' | '<' | '[' => depth += 1,
            ')' | ']' => depth -= 1,
            '>' if depth > 0 => depth -= 1,
            ',' | '>' if depth == 0 => return &rest[..at],
            _ => {}
        }
    }
    rest
}

fn is_text(key: &str) -> bool {
    ["str", "String", "Cow", "StrId", "u8", "char"].iter().any(|word| !after_word(key, word).is_empty())
}

#[test]
fn keys_are_told_from_values() {
    assert_eq!(key("(StrId, u32), Vec<(u8, u8)>> = "), "(StrId, u32)");
    assert_eq!(key("u32>,"), "u32");
    assert!(is_text("&str") && is_text("(u32, String)") && is_text("Cow<'a, str>") && !is_text("(u32, u32)"));
}

#[test]
fn maps_by_foreign_text_are_seeded() {
    let mut breaches = Vec::new();
    let mut found = Vec::new();
    for source in rust().iter().filter(|s| !s.is_aside() && s.path != "tests/tidy/hashes.rs") {
        for (number, line) in source.code() {
            let rests = after_word(line, "FxHashMap").into_iter().chain(after_word(line, "FxHashSet"));
            for rest in rests.filter_map(|rest| rest.strip_prefix('<')) {
                if is_text(key(rest)) {
                    found.push(source.path.clone());
                    if !KNOWN.contains(&source.path.as_str()) {
                        breaches.push(format!("{}:{number}: {}", source.path, key(rest)));
                    }
                }
            }
        }
    }
    must_be_none(
        &breaches,
        "FxHashMap and FxHashSet are for integers of our own; what a file can choose goes by foldhash",
    );
    let gone: Vec<String> = KNOWN
        .iter()
        .filter(|k| !found.iter().any(|f| f == *k))
        .map(|k| format!("{k}: no such map any more"))
        .collect();
    must_be_none(&gone, "the list of known files only shrinks");
}
