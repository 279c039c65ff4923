#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
use std::borrow::Cow;
use std::time::Instant;

use makespan_format::{Event, EventSink, Fields, RunInfo, Task, write_line};
use proptest::prelude::*;

use super::{MARK, Redacted, Redactor, json, text};

fn clean_text(input: &str) -> String {
    text::scrub(input).map_or_else(|| input.to_owned(), |(clean, _)| clean)
}

fn clean_json(input: &str) -> (String, Redacted) {
    let mut redacted = Redacted::default();
    let out = json::scrub(input, None, &mut redacted);
    (out, redacted)
}

#[test]
fn credentials_leave_free_text() {
    for (secret, input) in [
        ("hunter2", "login failed with password=hunter2"),
        ("hunter2", "PASSWORD: 'hunter2', retry"),
        ("hun ter2", r#"{"password": "hun ter2"}"#),
        ("hunter2", r#"{\"db_password\": \"hunter2\"}"#),
        ("s3cr3t", "postgres://app:s3cr3t@db.local:5432/x?a=b"),
        ("p@ss", "amqp://user:p@ss@host/"),
        ("0123456789abcdef0123", "https://0123456789abcdef0123@github.com/a/b"),
        ("abc.def.123", "Authorization: Bearer abc.def.123"),
        ("dXNlcjpwYXNzMQ==", "authorization: Basic dXNlcjpwYXNzMQ=="),
        ("a1b2c3d4e5f6", "sent header Bearer a1b2c3d4e5f6"),
        ("ghp_0123456789abcdefghij01", "cloned with ghp_0123456789abcdefghij01 and went on"),
        ("AKIAIOSFODNN7EXAMPLE", "key AKIAIOSFODNN7EXAMPLE denied"),
        ("wJalrXUtnFEMI/K7MDENG", "AWS_SECRET_ACCESS_KEY=wJalrXUtnFEMI/K7MDENG"),
        ("xoxb-123456789012-abc", "slack said no to xoxb-123456789012-abc"),
        ("eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.sig", "jwt eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.sig"),
        ("MIIEow", "-----BEGIN RSA PRIVATE KEY-----\nMIIEow\n-----END RSA PRIVATE KEY-----\nafter"),
        ("tok_12345678", "curl -H 'X-Api-Token: tok_12345678'"),
        ("tok12345678", "run --api-token tok12345678 --verbose"),
        ("letmein", "export DB_PASS=letmein"),
        ("zzz", "https://h/x?api_key=zzz&b=1"),
    ] {
        let clean = clean_text(input);
        assert!(!clean.contains(secret), "{input} became {clean}");
        assert!(clean.contains(MARK), "{input} became {clean}");
        assert_eq!(clean_text(&clean), clean, "twice is once");
    }
}

#[test]
fn text_that_is_not_a_credential_is_kept() {
    for input in [
        "SyntaxError: Unexpected token: identifier",
        "used max_tokens=512",
        "git@github.com:a/b.git and https://user@host/",
        "std::password::check failed",
        "password is required",
        "http://h:8080/a@b",
        "token=None secret=null",
        "",
        "Tokenizer: bert-base-uncased-2024",
        "-- not an option -----",
    ] {
        assert_eq!(clean_text(input), input);
    }
}

#[test]
fn keys_of_json_decide() {
    let (out, redacted) = clean_json(
        r#"{"user":"ann","apiKey":"k1","nested":{"list":[{"db_password":"x"},2]},"credentials":{"a":"b","n":7,"ok":true},"max_tokens":512,"pin_secret":1234,"url":"ftp://u:p@h","tokenizer":"bert","none":{"password":null}}"#,
    );
    assert_eq!(
        out,
        r#"{"user":"ann","apiKey":"[redacted]","nested":{"list":[{"db_password":"[redacted]"},2]},"credentials":{"a":"[redacted]","n":"[redacted]","ok":true},"max_tokens":512,"pin_secret":"[redacted]","url":"ftp://[redacted]@h","tokenizer":"bert","none":{"password":null}}"#
    );
    assert_eq!((redacted.total(), redacted.text), (6, 1));
    assert_eq!(redacted.keys["credentials"], 2);
    assert_eq!(clean_json(&out).1.total(), 0, "twice is once");
}

#[test]
fn hostile_text_takes_linear_time() {
    let deep = "[".repeat(200_000) + "\"password\"";
    let deep_secret = r#"{"secret":"#.repeat(50_000) + "1";
    let texts = ["a.", "eyJ-", "sk-", "-", "://", "token=\"", "password ", "--secret", "bearer "];
    let started = Instant::now();
    clean_json(&deep);
    clean_json(&deep_secret);
    for piece in texts {
        clean_text(&piece.repeat(200_000));
    }
    assert!(started.elapsed().as_secs() < 20, "{:?}", started.elapsed());
}

proptest! {
    #[test]
    fn any_text_is_survived(input in "\\PC*|[pasword=:\"'/@ \\\\{}\\[\\],0-9ü-]*") {
        clean_text(&input);
        clean_json(&input);
    }

    #[test]
    fn json_stays_json_of_the_same_shape(keys in proptest::collection::vec("[a-z_]{0,12}|password|api_key", 0..6), value in "\\PC*") {
        let mut fields = Fields::new();
        for key in &keys {
            fields.str(key, &value);
        }
        let Some(json) = fields.finish() else { return Ok(()) };
        let (out, _) = clean_json(json.as_str());
        let before: serde_json::Value = serde_json::from_str(json.as_str()).unwrap();
        let after: serde_json::Value = serde_json::from_str(&out).unwrap();
        prop_assert_eq!(
            before.as_object().unwrap().keys().collect::<Vec<_>>(),
            after.as_object().unwrap().keys().collect::<Vec<_>>()
        );
    }
}

#[derive(Default)]
struct Lines(String);

impl EventSink for Lines {
    fn event(&mut self, event: Event<'_>) {
        write_line(&event, &mut self.0);
    }
}

#[test]
fn references_follow_ids_that_held_a_credential() {
    let mut lines = Lines::default();
    let mut redactor = Redactor::new(&mut lines);
    redactor.event(Event::Run(RunInfo { id: Cow::Borrowed("r"), ..RunInfo::default() }));
    for user in ["a:1", "b:2"] {
        let id = format!("get https://{user}@h/x");
        redactor.event(Event::Task(Task { id: Cow::Owned(id), ..Task::default() }));
    }
    let after = vec![Cow::Borrowed("get https://b:2@h/x")];
    redactor.event(Event::Task(Task { id: Cow::Borrowed("use"), after, ..Task::default() }));
    let redacted = redactor.finish();
    assert!(redacted.total() >= 2);
    assert!(lines.0.contains(r#""after":["get https://[redacted]@h/x #2"]"#), "{}", lines.0);
    assert!(lines.0.contains(r#""task":"get https://[redacted]@h/x #1""#), "{}", lines.0);
    assert!(lines.0.contains(r#""code":"redacted""#), "{}", lines.0);
}
