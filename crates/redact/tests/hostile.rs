//! Any text is survived, in time that grows with it.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::borrow::Cow;
use std::time::{Duration, Instant};

use makespan_redact::Redactor;
use proptest::prelude::*;

fn text(input: &str) -> String {
    Redactor::default().text("log", Cow::Borrowed(input)).into_owned()
}

fn json(input: &str) -> String {
    Redactor::default().json("params", input, None)
}

/// Pieces that make a rule look ahead, each of which a hostile text may repeat.
const PIECES: &[&str] = &[
    "a.",
    "eyJ-",
    "eyJa.",
    "sk-",
    "sk-a/",
    "-",
    "://",
    "x://a:",
    ":a@",
    "token=\"",
    "token='",
    "token=\\\"a",
    "password ",
    "--secret",
    "--secret ",
    "bearer ",
    "digest ",
    "Authorization: ",
    "Cookie: ",
    "Cookie: a, ",
    "token:",
    "password:",
    "-----BEGIN PRIVATE KEY-----",
    "-----BEGIN ",
    "AAAA:",
    "hc-ping.com/",
    "hc-ping.com/a/",
    "<password>",
    "<token",
    "&sig=",
    "?sig=a",
    "glpat-",
    "ghs_",
    "sntrys_=",
    "whsec_/",
    "mysql -p",
    "curl -u ",
    "-u a:",
    "a:b@",
    "key=\"a\" value=",
    "identified by ",
    "password is ",
    "jdbc:oracle:thin:a/",
    "\\n",
    "\\u0041",
    "%41",
    "\u{1b}[",
    "cGFzc3dv",
    "/",
    "+",
    "Q~",
    "1Q~",
    "{",
    "{\"password\":",
    "{\"value\":\"x\",\"c\":",
    "\"name\":\"password\",",
    "[\"-p\",",
    "é",
    "=",
    "a=b&",
    "12345678:",
    "1/",
    "pwd={",
    "password=$",
    "password='a\\'",
    "AKIA",
    "b.AAAA_",
    "0123456789abcdef",
];

#[test]
fn hostile_text_costs_no_more_than_its_length() {
    let time = |input: &str| {
        let started = Instant::now();
        if input.starts_with(['{', '[', '"']) {
            json(input)
        } else {
            text(input)
        };
        started.elapsed()
    };
    let mut slow = Vec::new();
    for piece in PIECES {
        for end in ["", " end"] {
            let of = |bytes: usize| time(&(piece.repeat(bytes / piece.len()) + end));
            let (small, mut large) = (of(4_000), of(64_000));
            // What a busy machine delays once is fast the next time; what is slow stays slow.
            for _ in 0..2 {
                if large > Duration::from_secs(3) {
                    large = large.min(of(64_000));
                }
            }
            // Sixteen times the text: its square would take 256 times as long. Short times say nothing on a busy machine.
            if large > Duration::from_secs(3) && large > small * 96 {
                slow.push(format!("{piece:?} {small:?} {large:?}"));
            }
        }
    }
    assert!(slow.is_empty(), "{slow:?}");
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text_is_survived(
        input in "\\PC*|[pasword=:\"'/@ \\\\{}\\[\\],0-9ü-]*|(token|password|curl -u |Bearer |://|@|=|: |\"|'|\\\\|[a-zA-Z0-9]{1,40}|-|ü|\\.){0,12}"
    ) {
        let once = text(&input);
        // What is left was there, in its order: redaction only takes out.
        let mut rest = input.as_str();
        for piece in once.split("[redacted]") {
            let at = rest.find(piece);
            prop_assert!(at.is_some(), "{piece:?} of {once:?}");
            rest = &rest[at.unwrap_or(0) + piece.len()..];
        }
        json(&input);
    }
}

#[test]
fn redacting_twice_changes_nothing() {
    for input in [
        "password=hunter2 token: \"s3cr3t-value\"",
        "Authorization: Bearer aA0bB1cC2dD3eE4",
        "postgres://ann:pw9@host/db?password=x1y2z3",
        "curl -u ann:pw9 https://host/a",
        "<password>hunter2</password> --token abc123def456",
    ] {
        let once = text(input);
        assert!(once.contains("[redacted]"), "{once}");
        assert_eq!(text(&once), once, "{input}");
    }
}

#[test]
fn a_secret_used_as_a_key_is_found_too() {
    let once = text("aA00A000a0aA0aa0aAAaaAa0aAA000AAaABearer =aA0a0AA0");
    assert_eq!(once, "[redacted] =[redacted]");
    assert_eq!(text(&once), once);
}

#[test]
fn cuts_fall_between_characters() {
    for input in [
        "password=äöü\u{1f600} x",
        "ü:ü@tcp(h)",
        "token=\\é\"",
        "{\"password\":\"é",
        "--password é",
        "curl -u é:é",
        "é\\",
        "%é",
    ] {
        text(input);
        json(input);
    }
    assert_eq!(text("password=äöü\u{1f600} x"), "password=[redacted] x");
}

#[test]
fn a_long_value_in_a_sentence_is_hidden_to_its_end() {
    for (before, begins) in
        [("token is ", "pypi-AgEIcHlwaS5vcmc"), ("the secret was ", ""), ("password is ", "")]
    {
        let value = format!("{begins}{}", "aK3-x9_Zq7".repeat(30));
        let shown = Redactor::default().text("log", format!("{before}{value} and more").into()).into_owned();
        assert_eq!(shown, format!("{before}[redacted] and more"));
    }
}
