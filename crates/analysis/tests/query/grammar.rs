//! How words are joined, and what is wrong where they are not.

use makespan_analysis::query::Query;

use crate::{check, check_wrong, pipeline};

#[test]
fn not_binds_tighter_than_and_and_that_tighter_than_or() {
    check(
        &pipeline(),
        &[
            ("lint or align_1 and merge", "lint"),
            ("(lint or align_1) and merge", ""),
            ("(lint or align_1) !lint", "align_1"),
            ("not lint and not align", "Fetch merge report"),
            ("not (lint or align)", "Fetch merge report"),
            ("lint || align && !1", "align_2 lint"),
            ("lint OR align AND NOT 1", "align_2 lint"),
            ("!!lint", "lint"),
            ("not not not lint and re", "report"),
            ("not(lint)and(re)", "report"),
            ("align_1 or(lint)", "align_1 lint"),
            ("in or lint", "lint"),
        ],
    );
}

#[test]
fn errors_point_at_what_is_wrong() {
    check_wrong(
        &pipeline(),
        &[
            ("a and", "", "something is missing at the end; expected a word, a field"),
            ("and a", "and", "unexpected `and`"),
            ("a or or b", "or", "unexpected"),
            ("(a", "(", "missing closing parenthesis; expected `)`"),
            ("a)", ")", "unmatched closing parenthesis"),
            ("()", ")", "unexpected"),
            ("dur > > b", ">", "cannot be compared"),
            ("> b", ">", "unexpected"),
            ("é \"b", "\"", "missing closing quotation mark"),
            ("step:{a", "", "the list goes on or ends; expected `,` or `}`"),
            ("step:{a b}", "b", "the list goes on"),
            ("step in (a,)", ")", "a value is missing"),
            ("step in ()", ")", "a value is missing"),
            ("a,b", ",", "quote a word that contains one"),
            ("!", "", "something is missing"),
            ("has:", "", "the name of a field is missing"),
            ("name>=b", ">=", "this field is text"),
        ],
    );
}

#[test]
fn the_canonical_form_spells_out_what_was_short() {
    for (text, canonical) in [
        ("", ""),
        ("a b", "a and b"),
        ("a && b || !c", "a and b or not c"),
        ("a (b c)", "a and (b and c)"),
        ("(a or b) and not(c or d)", "(a or b) and not (c or d)"),
        ("((a))", "a"),
        ("dur  >  10s", "duration>10s"),
        ("tries==2", "attempts=2"),
        ("STATUS:failed", "status:failed"),
        ("step:{align}", "step:align"),
        ("step in (align)", "step=align"),
        ("step NOT IN {a,b}", "step not in (a, b)"),
        (
            "\"plain\" \"two words\" \"or\" \"critical\"",
            "plain and \"two words\" and \"or\" and \"critical\"",
        ),
        ("is:critical", "critical"),
        ("name:\"a*\" name=\"a*\"", "name:\"a*\" and name=a*"),
        ("upstream(a ,2) up((a)) up(id:a)", "up(a, 2) and up((a)) and up(id:a)"),
        ("up(is:critical) up(critical) up(a or b)", "up(is:critical) and up(critical) and up(a or b)"),
        ("between((a),b c)", "between((a), b and c)"),
        ("labels:team=x label.\"a b\":y", "label.team=x and label.\"a b\":y"),
        ("metrics:\"x\">1 \"x\">1 \"name\">1", "metric.x>1 and x>1 and \"name\">1"),
        ("dur>p95 ( step )", "duration>p95 and step"),
        ("dur>P95( step )", "duration>P95(step)"),
        ("step:{:a} step:{//b} step:{=c}", "step:{:a} and step:{//b} and step:=c"),
        ("id=\"=a\" step: x", "id=\"=a\" and step:\"\" and x"),
        ("gpu/util<5 \"gpu/util\":5 a/b:c", "\"gpu/util\"<5 and \"gpu/util\":5 and a/b:c"),
        (r#""\"\\""#, r#""\"\\""#),
    ] {
        let query = Query::parse(text).unwrap();
        assert_eq!(query.to_string(), canonical, "{text}");
        assert_eq!(Query::parse(canonical), Ok(query), "{text}");
    }
}

#[test]
fn what_is_too_long_or_too_deep_is_refused() {
    let wrong = |text: String| {
        let Err(error) = Query::parse(&text) else { panic!("{} bytes are read", text.len()) };
        assert!(text.get(error.at.clone()).is_some(), "{error}");
        error.message
    };
    assert!(wrong("é".repeat(40_000)).contains("64 KiB"));
    assert!(Query::parse(&"a".repeat(64 * 1024)).is_ok());
    assert!(wrong("(".repeat(60_000)).contains("levels"));
    assert!(wrong("!".repeat(60_000)).contains("levels"));
    assert!(wrong("up(".repeat(20_000)).contains("levels"));
    assert!(wrong("a ".repeat(20_000)).contains("1000 values"));
    assert!(wrong("critical ".repeat(7_000)).contains("1000 values"));
    assert!(wrong(format!("step in ({})", "a,".repeat(9_000))).contains("a value is missing"));
    assert!(wrong(format!("step in (a{})", ",a".repeat(9_000))).contains("1000 values"));
    assert!(wrong(format!("name:{}*", "a".repeat(600))).contains("a pattern has at most"));
    // The canonical form writes every one of these twice.
    assert!(wrong(format!("id=\" {}\"", "\\a".repeat(30_000))).contains("64 KiB"));
    let deep = format!("{}a{}", "(".repeat(100), ")".repeat(100));
    assert_eq!(Query::parse(&deep).unwrap().to_string(), "a");
    for (open, leaf, close) in [
        ("(b or ", "a", ")"),
        ("up(b or ", "is:critical", ")"),
        ("up(", "a", ")"),
        ("between(a,not ", "a", ")"),
        ("a or b and not ", "a", ""),
    ] {
        // As deep as goes.
        let nested = |n: usize| Query::parse(&format!("{}{leaf}{}", open.repeat(n), close.repeat(n)));
        let query = (1..=101).rev().find_map(|n| nested(n).ok()).unwrap();
        assert!(query.to_string().len() > 90, "{query}");
        assert_eq!(Query::parse(&query.to_string()), Ok(query));
    }
}
