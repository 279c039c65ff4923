//! Which maps may be hashed without a seed.

use crate::sources::*;

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
fn keys_are_distinguished_from_values() {
    assert_eq!(key("(StrId, u32), Vec<(u8, u8)>> = "), "(StrId, u32)");
    assert_eq!(key("u32>,"), "u32");
    assert!(is_text("&str") && is_text("(u32, String)") && is_text("Cow<'a, str>") && !is_text("(u32, u32)"));
}

#[test]
fn maps_by_foreign_text_are_seeded() {
    let mut breaches = Vec::new();
    for source in rust().iter().filter(|s| !s.is_aside() && s.path != "tests/tidy/hashes.rs") {
        for (number, line) in source.code() {
            let rests = after_word(line, "FxHashMap").into_iter().chain(after_word(line, "FxHashSet"));
            for rest in rests.filter_map(|rest| rest.strip_prefix('<')) {
                if is_text(key(rest)) {
                    breaches.push(format!("{}:{number}: {}", source.path, key(rest)));
                }
            }
            if !after_word(line, "foldhash").is_empty() && source.path != "crates/model/src/seeded.rs" {
                breaches.push(format!("{}:{number}: foldhash", source.path));
            }
        }
    }
    must_be_none(
        &breaches,
        "FxHashMap and FxHashSet are for integers of our own; what a file can choose goes by HashMap of makespan_model",
    );
}
