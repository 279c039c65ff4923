//! Random texts: any characters, any words of the language in any order, and queries with something wrong in them.

use makespan_analysis::Facts;
use makespan_analysis::query::{Query, QueryContext, TermKind, terms};
use proptest::prelude::*;

use crate::harness::any_text_is_harmless;
use crate::{PIPELINE, facts};

/// The pipeline with something of everything that a query can ask for.
fn everything() -> Facts {
    facts(
        PIPELINE,
        &[
            r#"{"event":"task","task":"lint","name":"lint (3.9, \"x\") and é*","labels":{"team":"a b","n":4}}"#,
            r#"{"event":"task","task":"merge","params":{"threads":4,"odd name":"*\"\\"}}"#,
            r#"{"event":"sample","task":"merge","name":"rows out","value":7}"#,
            r#"{"event":"sample","task":"merge","name":"memory","unit":"MB","value":7}"#,
            r#"{"event":"sample","task":"merge","name":"slack","unit":"s","value":7}"#,
        ],
    )
}

/// What queries are made of, and what they are not.
const PIECES: &[&str] = &[
    "(",
    ")",
    "{",
    "}",
    ",",
    "!",
    "!=",
    "=",
    "==",
    "<",
    "<=",
    ">",
    ">=",
    ":",
    "::",
    "://",
    "&&",
    "||",
    "&",
    "|",
    "\"",
    "\\",
    "\\\"",
    " ",
    "  ",
    "\t",
    "\u{2028}",
    "and",
    "or",
    "not",
    "in",
    "NOT",
    "in (",
    "not in (",
    "(step)",
    "step",
    "*",
    "?",
    "align",
    "é",
    "\u{1f600}",
    "\0",
    "p95",
    "p",
    "10s",
    "1m30s",
    "2GiB",
    "150%",
    "-1",
    "1e9",
    "1e999",
    "12:00",
    "+10m",
    "2026-01-05",
    "label.",
    "label:",
    "param.threads",
    "metric.",
    "metric:",
    "\"rows out\"",
    "\"a\\\"b\"",
    "x",
    ".",
    "+",
    "#",
];

fn pieces() -> Vec<String> {
    let terms = [TermKind::Fields, TermKind::Flags, TermKind::Functions, TermKind::Statistics]
        .into_iter()
        .flat_map(terms);
    let words = terms.flat_map(|t| [t.name.to_owned(), t.example.to_owned(), format!("{}(", t.name)]);
    PIECES.iter().map(|p| (*p).to_owned()).chain(words).collect()
}

fn soups() -> impl Strategy<Value = String> {
    prop::collection::vec((prop::sample::select(pieces()), any::<bool>()), 0..24).prop_map(|parts| {
        parts.into_iter().map(|(piece, apart)| if apart { piece + " " } else { piece }).collect()
    })
}

/// Queries that can be read, one inside another.
fn queries() -> impl Strategy<Value = String> {
    let examples: Vec<String> = [TermKind::Fields, TermKind::Flags, TermKind::Functions]
        .into_iter()
        .flat_map(terms)
        .map(|t| t.example.to_owned())
        .collect();
    let leaf = prop_oneof![
        3 => prop::sample::select(examples),
        1 => "[a-zé*?:/=.-]{1,6}".prop_map(|word| format!("\"{word}\"")),
        1 => ("name|step|error|label\\.x|param\\.\"a b\"|id", ":|=|!=", "[a-zé*?:/=.\\\\ -]{0,6}")
            .prop_map(|(field, sign, value)| format!("{field}{sign}\"{}\"", value.replace('\\', "\\\\"))),
    ];
    leaf.prop_recursive(5, 40, 3, |inner| {
        prop_oneof![
            (inner.clone(), inner.clone(), prop::sample::select(vec![" and ", " or ", " ", "&&", " || "]))
                .prop_map(|(a, b, sign)| format!("{a}{sign}{b}")),
            inner.clone().prop_map(|a| format!("({a})")),
            inner.clone().prop_map(|a| format!("not ({a})")),
            inner.clone().prop_map(|a| format!("!{a}")),
            (inner.clone(), 0..3u32).prop_map(|(a, n)| format!("up(({a}), {n})")),
            (inner.clone(), inner).prop_map(|(a, b)| format!("between(({a}), ({b}))")),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn any_characters(text in "(?s).{0,60}", cursor in 0..80usize) {
        any_text_is_harmless(&text, cursor, &everything());
    }

    #[test]
    fn any_bytes(bytes in prop::collection::vec(any::<u8>(), 0..60), cursor in 0..80usize) {
        any_text_is_harmless(&String::from_utf8_lossy(&bytes), cursor, &everything());
    }

    #[test]
    fn any_words_of_the_language(text in soups(), cursor in 0..200usize) {
        any_text_is_harmless(&text, cursor, &everything());
    }

    #[test]
    fn queries_and_what_is_nearly_one(text in queries(), at in any::<prop::sample::Index>(), piece in prop::sample::select(pieces())) {
        let query = Query::parse(&text);
        prop_assert!(query.is_ok(), "{}: {:?}", text, query);
        any_text_is_harmless(&text, text.len(), &everything());
        let places: Vec<usize> = text.char_indices().map(|(i, _)| i).chain([text.len()]).collect();
        let at = places[at.index(places.len())];
        any_text_is_harmless(&format!("{}{piece}{}", &text[..at], &text[at..]), at, &everything());
        any_text_is_harmless(&text[..at], at, &everything());
        any_text_is_harmless(&text[at..], at, &everything());
    }

    #[test]
    fn joining_is_joining_sets(a in queries(), b in queries()) {
        let facts = everything();
        let ask = |text: String| Query::parse(&text).unwrap().mask(&facts, QueryContext::default());
        let (Ok(left), Ok(right)) = (ask(a.clone()), ask(b.clone())) else { return Ok(()) };
        let both = |join: fn(bool, bool) -> bool| left.iter().zip(&right).map(|(a, b)| join(*a, *b)).collect::<Vec<bool>>();
        prop_assert_eq!(ask(format!("({a}) and ({b})")).unwrap(), both(|a, b| a && b));
        prop_assert_eq!(ask(format!("({a}) ({b})")).unwrap(), both(|a, b| a && b));
        prop_assert_eq!(ask(format!("({a}) or ({b})")).unwrap(), both(|a, b| a || b));
        prop_assert_eq!(ask(format!("({a}) !({b})")).unwrap(), both(|a, b| a && !b));
    }
}

#[test]
fn long_texts_are_read_in_time_and_on_a_small_stack() {
    let check = || {
        let facts = everything();
        for piece in pieces() {
            let text = piece.repeat((64 << 10) / piece.len());
            any_text_is_harmless(&text, text.len(), &facts);
            let text = format!("{piece} ").repeat((64 << 10) / (piece.len() + 1));
            any_text_is_harmless(&text, text.len(), &facts);
        }
    };
    std::thread::Builder::new().stack_size(256 << 10).spawn(check).unwrap().join().unwrap();
}
