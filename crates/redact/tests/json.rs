//! What becomes of JSON: its keys decide, its shape stays.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use makespan_format::Fields;
use makespan_redact::Redactor;
use proptest::prelude::*;

fn clean(input: &str) -> String {
    Redactor::default().json("params", input, None)
}

#[test]
fn keys_decide() {
    let mut redactor = Redactor::default();
    let out = redactor.json(
        "params",
        r#"{"user":"ann","apiKey":"k1","nested":{"list":[{"db_password":"x"},2]},"credentials":{"a":"b","n":7,"ok":true},"max_tokens":512,"pin_secret":1234,"url":"ftp://u:p@h","tokenizer":"bert","none":{"password":null}}"#,
        None,
    );
    assert_eq!(
        out,
        r#"{"user":"ann","apiKey":"[redacted]","nested":{"list":[{"db_password":"[redacted]"},2]},"credentials":{"a":"[redacted]","n":"[redacted]","ok":true},"max_tokens":512,"pin_secret":"[redacted]","url":"ftp://[redacted]@h","tokenizer":"bert","none":{"password":null}}"#
    );
    assert_eq!(redactor.redacted().total(), 6);
    let counts: Vec<_> = redactor.redacted().counts().collect();
    assert!(counts.contains(&("credential", "params", 2)), "{counts:?}");
    assert_eq!(clean(&out), out, "twice is once");
}

#[test]
fn a_name_beside_a_value_is_its_key() {
    for (input, output) in [
        (r#"{"name":"DB_PASSWORD","value":"x1"}"#, r#"{"name":"DB_PASSWORD","value":"[redacted]"}"#),
        (r#"{"value":"x1","name":"DB_PASSWORD"}"#, r#"{"value":"[redacted]","name":"DB_PASSWORD"}"#),
        (
            r#"[{"value":"a","key":"b"},{"value":"x\"1","key":"token_secret","n":1}]"#,
            r#"[{"value":"a","key":"b"},{"value":"[redacted]","key":"token_secret","n":1}]"#,
        ),
        (r#"{"name":"DB_HOST","value":"h"}"#, r#"{"name":"DB_HOST","value":"h"}"#),
    ] {
        assert_eq!(clean(input), output);
    }
}

#[test]
fn arguments_are_read_as_a_command_line() {
    for (input, output) in [
        (r#"["mysql","-u","root","-psecret1","shop"]"#, r#"["mysql","-u","root","-p[redacted]","shop"]"#),
        (
            r#"["/usr/bin/curl","-u","ann:pw","https://h"]"#,
            r#"["/usr/bin/curl","-u","ann:[redacted]","https://h"]"#,
        ),
        (r#"["tool","--password","letmein","-v"]"#, r#"["tool","--password","[redacted]","-v"]"#),
        (r#"["mysql","-ppw1"]"#, r#"["mysql","-p[redacted]"]"#),
        (r#"["docker","run","-p","80:80"]"#, r#"["docker","run","-p","80:80"]"#),
        (r#"["docker","login","-u","a","-p","pw"]"#, r#"["docker","login","-u","a","-p","[redacted]"]"#),
    ] {
        assert_eq!(clean(input), output);
    }
}

#[test]
fn keys_that_hold_secrets_stay_apart() {
    let (a, b) = ("AKIAIOSFODNN7EXAMPLE", "AKIAIOSFODNN7EXAMPL2");
    let out = clean(&format!(r#"{{"{a}":1,"{b}":2,"{a}x":3}}"#));
    assert_eq!(out, format!(r#"{{"[redacted 1]":1,"[redacted 2]":2,"{a}x":3}}"#));
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn json_stays_json_of_the_same_shape(
        keys in proptest::collection::vec("[a-z_]{0,12}|password|api_key|name|value", 0..6),
        value in "\\PC*|[a-z]+://u:p@h|password=\\PC*",
    ) {
        let mut fields = Fields::new();
        for key in &keys {
            fields.str(key, &value);
        }
        let Some(json) = fields.finish() else { return Ok(()) };
        let out = clean(json.as_str());
        let before: serde_json::Value = serde_json::from_str(json.as_str()).unwrap();
        let after: serde_json::Value = serde_json::from_str(&out).unwrap();
        prop_assert_eq!(
            before.as_object().unwrap().keys().collect::<Vec<_>>(),
            after.as_object().unwrap().keys().collect::<Vec<_>>()
        );
        prop_assert_eq!(clean(&out), out, "twice is once");
    }
}
