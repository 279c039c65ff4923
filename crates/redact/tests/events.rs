//! What becomes of events: no string of them keeps a secret, and what refers to something still finds it.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::borrow::Cow;

use makespan_format::{
    Alert, Artifact, Attempt, Diagnostic, ErrorInfo, Event, EventSink, Json, Log, RunInfo, Sample, Severity,
    Task, write_line,
};
use makespan_redact::{MARK, Redacting, Redactor};

#[derive(Default)]
struct Lines(String);

impl EventSink for Lines {
    fn event(&mut self, event: Event<'_>) {
        write_line(&event, &mut self.0);
    }
}

const TOKEN: &str = "ghp_0123456789abcdefABCDEF0123456789abcd";

fn it() -> Cow<'static, str> {
    Cow::Owned(format!("a {TOKEN} b"))
}

fn json() -> Option<Json<'static>> {
    let text = format!(r#"{{"n":1,"{TOKEN}":{{"list":["x {TOKEN}",2]}}}}"#);
    Some(Json::from_raw(&text).into_owned())
}

fn error() -> Option<ErrorInfo<'static>> {
    Some(ErrorInfo { message: it(), kind: Some(it()), trace: Some(it()) })
}

/// One event of each kind, with a token in every string.
fn every_event() -> Vec<Event<'static>> {
    let some = || Some(it());
    vec![
        Event::Run(RunInfo {
            id: it(),
            name: some(),
            workflow: some(),
            source: some(),
            error: error(),
            labels: json(),
            params: json(),
            stored: json(),
            ..RunInfo::default()
        }),
        Event::Task(Task {
            id: it(),
            name: some(),
            step: some(),
            kind: some(),
            parent: some(),
            after: vec![it(), it()],
            labels: json(),
            params: json(),
            ..Task::default()
        }),
        Event::Attempt(Attempt {
            task: it(),
            number: 1,
            worker: some(),
            error: error(),
            ..Attempt::default()
        }),
        Event::Sample(Sample { task: some(), name: it(), unit: some(), value: 1.0, ..Sample::default() }),
        Event::Log(Log { task: some(), level: some(), text: it(), ..Log::default() }),
        Event::Alert(Alert { task: some(), severity: some(), text: it(), ..Alert::default() }),
        Event::Artifact(Artifact {
            task: some(),
            name: it(),
            uri: some(),
            value: json(),
            ..Artifact::default()
        }),
        Event::Diagnostic(Diagnostic::new(Severity::Info, "code", it().into_owned())),
    ]
}

#[test]
fn no_string_of_an_event_keeps_a_secret() {
    let (mut lines, mut redactor) = (Lines::default(), Redactor::default());
    let mut redacting = Redacting::new(&mut redactor, &mut lines);
    let events = every_event();
    let mut before = Lines::default();
    for event in &events {
        before.event(event.clone());
        redacting.event(event.clone());
    }
    let redacted = redacting.finish();
    assert!(before.0.matches(TOKEN).count() > 30, "{}", before.0);
    assert!(!lines.0.contains(TOKEN) && !lines.0.contains("ghp_"), "{}", lines.0);
    assert_eq!(redacted.total(), before.0.matches(TOKEN).count() as u64);
    assert_eq!(redacted, *redactor.redacted());
}

#[test]
fn the_notice_lists_rules_and_places_but_no_values() {
    let mut redactor = Redactor::default();
    let mut lines = Lines::default();
    let mut redacting = Redacting::new(&mut redactor, &mut lines);
    let params = Json::from_raw(r#"{"hunter2_password":"swordfish","deep":{"x":"Bearer 0123456789abcdef"}}"#)
        .into_owned();
    let id = Cow::Borrowed("r");
    redacting.event(Event::Run(RunInfo { id, params: Some(params), ..RunInfo::default() }));
    let text = Cow::Owned(format!("with {TOKEN} and hunter2-token=abc123def456"));
    redacting.event(Event::Log(Log { text, ..Log::default() }));
    let redacted = redacting.finish();
    let sentence = "4 values were redacted (GitHub token in log 1, authorization in params 1, password in params 1, token in log 1)";
    assert_eq!(redacted.sentence(), sentence);
    let line = lines.0.lines().last().unwrap();
    assert!(line.contains(r#""code":"redacted""#) && line.contains(sentence), "{line}");
    assert!(!line.contains("hunter2") && !line.contains("swordfish") && !line.contains("0123"), "{line}");
}

#[test]
fn without_secrets_there_is_no_notice() {
    let (mut lines, mut redactor) = (Lines::default(), Redactor::default());
    let mut redacting = Redacting::new(&mut redactor, &mut lines);
    redacting.event(Event::Log(Log { text: Cow::Borrowed("all is well"), ..Log::default() }));
    assert_eq!(redacting.finish().total(), 0);
    assert!(!lines.0.contains("redacted"), "{}", lines.0);
}

fn task<'a>(id: &'a str, after: &[&'a str]) -> Event<'a> {
    let after = after.iter().map(|a| Cow::Borrowed(*a)).collect();
    Event::Task(Task { id: Cow::Borrowed(id), after, ..Task::default() })
}

#[test]
fn references_follow_ids_in_every_run_of_a_redactor() {
    let (first, second) = ("get https://a:1@h/x", "get https://b:2@h/x");
    let mut redactor = Redactor::default();
    let mut texts = Vec::new();
    for order in [[first, second], [second, first]] {
        let mut lines = Lines::default();
        let mut redacting = Redacting::new(&mut redactor, &mut lines);
        for id in order {
            redacting.event(task(id, &[]));
        }
        redacting.event(task("use", &[second]));
        redacting.finish();
        texts.push(lines.0);
    }
    for lines in &texts {
        assert!(lines.contains(r#""after":["get https://[redacted 2]@h/x"]"#), "{lines}");
        assert!(lines.contains(r#""task":"get https://[redacted 1]@h/x""#), "{lines}");
        assert!(lines.contains(r#""task":"get https://[redacted 2]@h/x""#), "{lines}");
    }
}

#[test]
fn different_names_stay_different() {
    let mut redactor = Redactor::default();
    let names = [
        "get https://[redacted 1]@h/x",
        "get https://a:1@h/x",
        "get https://[redacted 2]@h/x",
        "get https://b:2@h/x",
        "get https://[redacted]@h/x",
        "get https://h/x",
    ];
    let clean: Vec<String> =
        names.iter().map(|n| redactor.name("id", Cow::Borrowed(n)).into_owned()).collect();
    let mut distinct = clean.clone();
    distinct.sort();
    distinct.dedup();
    assert_eq!(distinct.len(), names.len(), "{clean:?}");
    let again: Vec<String> =
        names.iter().map(|n| redactor.name("id", Cow::Borrowed(n)).into_owned()).collect();
    assert_eq!(clean, again);
    assert_eq!(redactor.redacted().total(), 4, "marks of ours count for nothing");
    assert!(clean[4].contains(MARK));
}
