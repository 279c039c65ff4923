//! Lines as people and programs write them.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::borrow::Cow;

use makespan_format::{
    Alert, Artifact, Attempt, Diagnostic, Direction, ErrorInfo, Event, Fields, Log, RunInfo, Sample,
    Severity, Status, Task, read_line, write_line,
};

fn check(event: Event<'_>, line: &str) {
    let mut out = String::new();
    write_line(&event, &mut out);
    assert_eq!(out, format!("{line}\n"));
    let back = read_line(line.as_bytes()).unwrap();
    assert_eq!((back.event, back.unknown), (event, 0));
}

#[test]
fn every_kind_of_event_round_trips() {
    let mut labels = Fields::new();
    labels.str("team", "x<y").int("n", 3).num("bad", f64::NAN).raw("deep", "{\"a\":\n[1]}");
    check(
        Event::Run(RunInfo {
            id: "r1".into(),
            name: Some("nightly".into()),
            started: Some(5),
            status: Some(Status::Failed),
            labels: labels.finish(),
            infer_edges: Some(false),
            ..RunInfo::default()
        }),
        r#"{"event":"run","makespan":1,"run":"r1","name":"nightly","status":"failed","started":5,"labels":{"team":"x\u003cy","n":3,"bad":"NaN","deep":{"a": [1]}},"infer_edges":false}"#,
    );
    check(
        Event::Task(Task {
            id: "b\u{1}".into(),
            after: vec!["a".into(), "\"".into()],
            step: Some("s".into()),
            ..Task::default()
        }),
        r#"{"event":"task","task":"b\u0001","step":"s","after":["a","\""]}"#,
    );
    check(
        Event::Attempt(Attempt {
            task: "b".into(),
            number: 2,
            queued: Some(-4),
            ended: Some(i64::MAX),
            progress: Some(0.5),
            error: Some(ErrorInfo { message: "boom".into(), kind: Some("E1".into()), trace: None }),
            ..Attempt::default()
        }),
        r#"{"event":"attempt","task":"b","try":2,"queued":-4,"ended":9223372036854775807,"progress":0.5,"error":{"message":"boom","kind":"E1"}}"#,
    );
    check(
        Event::Sample(Sample {
            name: "cpu".into(),
            value: 12.25,
            unit: Some("%".into()),
            ..Sample::default()
        }),
        r#"{"event":"sample","name":"cpu","value":12.25,"unit":"%"}"#,
    );
    check(
        Event::Log(Log { task: Some("b".into()), t: Some(7), text: "a\nb".into(), ..Log::default() }),
        r#"{"event":"log","task":"b","t":7,"text":"a\nb"}"#,
    );
    check(
        Event::Alert(Alert { text: "slow".into(), resolved: Some(true), ..Alert::default() }),
        r#"{"event":"alert","text":"slow","resolved":true}"#,
    );
    check(
        Event::Artifact(Artifact {
            name: "x".into(),
            direction: Direction::Input,
            size: Some(9),
            ..Artifact::default()
        }),
        r#"{"event":"artifact","name":"x","direction":"input","size":9}"#,
    );
    let mut d = Diagnostic::new(Severity::Error, "truncated", "cut off").at(12).times(3);
    d.code = Cow::Borrowed("truncated");
    check(
        Event::Diagnostic(d),
        r#"{"event":"diagnostic","severity":"error","code":"truncated","text":"cut off","count":3,"offset":12}"#,
    );
}

#[test]
fn the_short_forms_say_the_same_as_an_attempt() {
    let read = |line: &'static str| match read_line(line.as_bytes()).unwrap().event {
        Event::Attempt(a) => a,
        other => panic!("{other:?}"),
    };
    let a = read(r#"{"event":"start","task":7,"t":"1970-01-01T00:00:01Z","worker":"w"}"#);
    assert_eq!(
        (a.task.as_ref(), a.number, a.started, a.status),
        ("7", 1, Some(1_000_000_000), Some(Status::Running))
    );
    assert_eq!(read(r#"{"event":"end","task":"a","t":5}"#).status, Some(Status::Succeeded));
    assert_eq!(read(r#"{"event":"end","task":"a","t":5,"error":"no"}"#).status, Some(Status::Failed));
    assert_eq!(read(r#"{"event":"queue","task":"a","t":5}"#).queued, Some(5));
}

#[test]
fn errors_are_reported() {
    let error = |line: &str| read_line(line.as_bytes()).unwrap_err();
    assert!(error(r#"{"event":"task"}"#).message.contains("`task`"));
    assert!(error(r#"{"event":"task","task":"a","status":"fine"}"#).message.contains("not a status"));
    assert!(error(r#"{"event":"run","run":"r","makespan":99}"#).newer);
    assert!(error(r#"{"event":"start","task":"a","t":"2026-01-05T08:00:00"}"#).message.contains("zone"));
    assert_eq!(error(r#"{"event":"task","task":"#).column, Some(22));
    assert!(error("[1]").message.contains("event"));
    assert!(error(r#"{"event":"sample","name":"x","value":1e999}"#).message.contains("finite"));
    assert_eq!(read_line(br#"{"event":"task","task":"a","colour":{"deep":[1]}}"#).unwrap().unknown, 1);
}

/// A space in front of a line means nothing, but makes it none of the usual shape, so that the general reader takes it.
#[test]
fn the_fast_and_the_general_parser_agree() {
    let lines = [
        r#"{"event":"run","makespan":1,"run":"r1","name":"a b","started":5,"ended":-6,"labels":{"n":[1,{"x":"}"}]},"infer_edges":false}"#,
        r#"{"event":"task","run":"r","task":"t é","step":"s","after":["a","b"],"params":null}"#,
        r#"{"event":"task","task":"t","after":"a","after":["b"],"after":[]}"#,
        r#"{"event":"attempt","task":"t","try":2,"queued":"2026-01-05T08:00:01Z","started":9223372036854775807,"status":"failed"}"#,
        r#"{"event":"end","task":"t","t":-0,"worker":"w\u0031"}"#,
        r#"{"event":"sample","task":"t","name":"cpu","value":-1.5e3,"unit":"%","t":12}"#,
        r#"{"event":"artifact","task":"t","name":"n","size":7,"direction":"input","value":[1,2],"other":{"deep":[]}}"#,
        r#"{"event":"diagnostic","code":"c","text":"x","count":3,"offset":4,"line":5,"severity":"info"}"#,
        r#"{"event":"alert","text":"x","resolved":true}"#,
        r#"{"event":"log","text":"","t":01}"#,
    ];
    let letters = b"\"\\{}[]:,0123456789-+.eE truefalsn\x01\xc3";
    let mut seed = 1u64;
    let mut next = |n: usize| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (seed >> 33) as usize % n
    };
    let (mut read, mut refused) = (0, 0);
    for round in 0..40_000 {
        let mut line = lines[round % lines.len()].as_bytes().to_vec();
        for _ in 0..round / lines.len() % 4 {
            let at = next(line.len());
            match next(3) {
                0 => line[at] = letters[next(letters.len())],
                1 => line.insert(at, letters[next(letters.len())]),
                _ => drop(line.remove(at)),
            }
        }
        let spaced = [b" ", &line[..]].concat();
        match (read_line(&line), read_line(&spaced)) {
            (Ok(a), Ok(b)) => {
                assert_eq!(a, b, "{}", String::from_utf8_lossy(&line));
                read += 1;
            }
            (Err(a), Err(b)) => {
                assert_eq!((a.message, a.newer), (b.message, b.newer));
                refused += 1;
            }
            (a, b) => panic!("{a:?} and {b:?} of {}", String::from_utf8_lossy(&line)),
        }
    }
    assert!(read > 5_000 && refused > 5_000, "{read} read, {refused} refused");
}
