#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
use super::*;

fn mended(text: &[u8]) -> (String, Mended) {
    let mut scratch = Vec::new();
    let (raw, mended) = parse::<&RawValue>(text, &mut scratch).unwrap();
    (raw.get().to_owned(), mended)
}

#[test]
fn valid_json_is_not_changed() {
    assert_eq!(mended(b"\xef\xbb\xbf{\"a\":[1,2]}"), ("{\"a\":[1,2]}".to_owned(), Mended::default()));
}

#[test]
fn invalid_numbers_become_null() {
    let (text, m) = mended(br#"{"a":NaN,"b":[-Infinity, Infinity],"c":"NaN"}"#);
    assert_eq!((text.as_str(), m.nan), (r#"{"a":null,"b":[null, null],"c":"NaN"}"#, 3));
}

#[test]
fn a_truncated_text_is_closed_after_the_last_complete_value() {
    for (from, to, at) in [
        (r#"{"a":1,"b":[{"c":2},{"c":3"#, r#"{"a":1,"b":[{"c":2},{}]}"#, 21),
        (r#"{"a":1,"b":[{"c":2},{"c":3,"#, r#"{"a":1,"b":[{"c":2},{"c":3}]}"#, 26),
        (r#"{"a":"x","b"#, r#"{"a":"x"}"#, 8),
        (r#"{"a":"x","b""#, r#"{"a":"x"}"#, 8),
        (r#"{"a":"x","b":"#, r#"{"a":"x"}"#, 8),
        (r#"{"a":"x","b":"y\""#, r#"{"a":"x"}"#, 8),
        (r#"{"a":"x","b":"y""#, r#"{"a":"x","b":"y"}"#, 16),
        (r#"[[["#, r#"[[[]]]"#, 3),
    ] {
        let (text, m) = mended(from.as_bytes());
        assert_eq!((text.as_str(), m.truncated_at), (to, Some(at)), "{from}");
    }
}

#[test]
fn every_prefix_of_a_text_is_read_or_is_an_error() {
    let text = r#"{"a":[1,"b\u00e9\\",{"c":null,"d":[true,-1.5e3]}],"e":{"f":"\ud83d\ude00"}}"#;
    for end in 0..text.len() {
        let mut scratch = Vec::new();
        let read = parse::<serde_json::Value>(&text.as_bytes()[..end], &mut scratch);
        assert_eq!(read.is_ok(), end > 0, "{}", &text[..end]);
    }
}

#[test]
fn encodings_are_repaired_and_reported() {
    let (text, m) = mended(b"{\"a\":\"\xff\"}");
    assert_eq!((text.as_str(), m.bad_utf8), ("{\"a\":\"\u{fffd}\"}", 1));
    let mut scratch = Vec::new();
    let (value, m) = parse::<Vec<String>>(br#"["\ud800","\ud83d\ude00"]"#, &mut scratch).unwrap();
    assert_eq!((value, m.lone_surrogates), (vec!["\u{fffd}".to_owned(), "😀".to_owned()], 1));
}

#[test]
fn errors_that_cannot_be_repaired_state_their_place() {
    let mut scratch = Vec::new();
    let e = parse::<serde_json::Value>(b"{\"a\": 1}\n x1}", &mut scratch).unwrap_err();
    assert_eq!(e.offset, Some(10));
    let (value, m) = parse::<serde_json::Value>(b"{\"a\": 1,\n \"b\": x1}", &mut scratch).unwrap();
    assert_eq!((value, m.left_out), (serde_json::json!({ "a": 1 }), 1));
    let fault = m.fault.unwrap();
    assert_eq!((fault.offset, fault.line), (Some(15), Some(2)));
    let deep = "[".repeat(300_000);
    assert!(parse::<&RawValue>(deep.as_bytes(), &mut Vec::new()).is_ok());
}

#[test]
fn odd_fields_cost_only_themselves() {
    #[derive(serde::Deserialize)]
    struct Record<'a> {
        #[serde(default, borrow, deserialize_with = "text")]
        id: Option<Cow<'a, str>>,
        #[serde(default, borrow, deserialize_with = "text")]
        name: Option<Cow<'a, str>>,
        #[serde(default, deserialize_with = "number")]
        a: Option<f64>,
        #[serde(default, deserialize_with = "number")]
        b: Option<f64>,
        #[serde(default, deserialize_with = "whole")]
        c: Option<i64>,
        #[serde(default, deserialize_with = "flag")]
        d: Option<bool>,
    }
    let r: Record<'_> =
        serde_json::from_str(r#"{"id":7,"name":"\ud800a\n\u00e9","a":1e999,"b":"2.5","c":3.0,"d":"true"}"#)
            .unwrap();
    assert_eq!((r.id.as_deref(), r.name.as_deref()), (Some("7"), Some("\u{fffd}a\né")));
    assert_eq!((r.a, r.b, r.c, r.d), (None, Some(2.5), Some(3), Some(true)));
}

#[test]
fn numbers_as_printf_writes_them_become_null() {
    let (text, m) = mended(br#"{"a":inf,"b":[-inf, -nan, +Inf, NAN],"c":"inf"}"#);
    assert_eq!((text.as_str(), m.nan), (r#"{"a":null,"b":[null, null, null, null],"c":"inf"}"#, 5));
}

#[test]
fn a_stray_quote_costs_its_record_although_all_that_follows_looks_inverted() {
    let text = br#"{"n":3,"jobs":[{"id":1,"name":"a"},{"id":2,"name":"jo"b"},{"id":3,"name":"c \u00e9"}]}"#;
    let (rest, m) = mended(text);
    assert_eq!(rest, r#"{"n":3,"jobs":[{"id":1,"name":"a"},{"id":3,"name":"c \u00e9"}]}"#);
    let fault = m.fault.unwrap();
    assert_eq!((m.left_out, m.truncated_at, fault.line), (1, None, Some(1)));
    assert!(fault.to_string().contains("an unescaped quote"), "{fault}");
}

#[test]
fn comments_are_skipped() {
    let text =
        b"{ // all jobs\n \"jobs\": [ /* {one} */ {\"a\": 1 /* of \" */, \"b\" /**/ : \"//\"}, // last\n ] }";
    let (text, m) = mended(text);
    assert_eq!(text.split_whitespace().collect::<String>(), r#"{"jobs":[{"a":1,"b":"//"}]}"#);
    assert_eq!((m.comments, m.commas, m.left_out), (5, 1, 0));
}
