//! Lines that are almost JSON, or of which one value cannot be read.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use makespan_import::{InUnit, Options, Source, Unit, Utc, open};
use makespan_model::{Run, RunsBuilder, Status};

fn run(bytes: &[u8]) -> Run {
    let mut runs = RunsBuilder::new();
    open(vec![Source::new("l.jsonl", bytes.to_vec())], &Options::default(), &mut runs);
    runs.finish().0.pop().expect("a run")
}

fn events(end: &[u8]) -> Run {
    let start = br#"{"event":"run","makespan":1,"run":"r"}
{"event":"start","task":"a","t":1767700000000000000}
"#;
    run(&[start.as_slice(), end, b"\n{\"event\":\"task\",\"task\":\"b\",\"status\":\"skipped\"}\n"].concat())
}

fn said(run: &Run, code: &str) -> u64 {
    run.diagnostics.iter().filter(|d| d.code == code).map(|d| d.count).sum()
}

#[test]
fn event_lines_are_repaired_like_documents() {
    for (end, code) in [
        (
            &b"{\"event\":\"end\",\"task\":\"a\",\"t\":1767700005000000000,\"progress\":NaN}"[..],
            "not-a-number",
        ),
        (
            b"{\"event\":\"end\",\"task\":\"a\",\"t\":1767700005000000000,\"worker\":\"a\x01b\"}",
            "control-character",
        ),
        (
            b"{\"event\":\"end\",\"task\":\"a\",\"t\":1767700005000000000,\"worker\":\"\\udc00\"}",
            "lone-surrogate",
        ),
        (b"{\"event\":\"end\",\"task\":\"a\",\"t\":1767700005000000000,\"worker\":\"\xff\"}", "bad-utf8"),
        (b"{\"event\":\"end\",\"task\":\"a\",\"t\":1767700005000000000,}", "trailing-comma"),
        (b"{\"event\":\"end\",\"task\":\"a\",\"t\":1767700005000000000},", "trailing-comma"),
        (b"[09:00] worker 4: {\"event\":\"end\",\"task\":\"a\",\"t\":1767700005000000000}", "text-before"),
        (
            b"{\"event\":\"log\",\"text\":\"{,}\"}{\"event\":\"end\",\"task\":\"a\",\"t\":1767700005000000000}",
            "missing-comma",
        ),
        (b"{\"event\":\"end\",\"task\":\"a\",\"t\":1767700005000000000,\"try\":\"x\"}", "bad-value"),
    ] {
        let got = events(end);
        assert_eq!((got.tasks.status[0], said(&got, code)), (Status::Succeeded, 1), "{code}");
        assert_eq!(got.span(), Some((1_767_700_000_000_000_000, 1_767_700_005_000_000_000)), "{code}");
    }
}

#[test]
fn literals_of_python_are_read_as_json() {
    use Status::*;
    // A document, lines, and a line among lines of JSON.
    let document = "[{'id': 'a', 'start': 1767700000, 'end': 1767700005, 'status': 'ok', 'note': None},\n \
        {'id': \"b's\", 'start': 1767700005, 'end': 1767700009, 'status': 'failed', 'after': ['a'],}]\n";
    let got = run(document.as_bytes());
    assert_eq!((got.tasks.status.as_slice(), said(&got, "python-literals")), (&[Succeeded, Failed][..], 2));
    let lines = "{'event': 'run', 'makespan': 1, 'run': 'r'}\n\
        {'event': 'start', 'task': 'a', 't': 1767700000000000000}\n\
        {'event': 'end', 'task': 'a', 't': 1767700005000000000, 'error': 'it\\'s full'}\n{'event': 'end', 'ta";
    let got = run(lines.as_bytes());
    assert_eq!((got.tasks.status.as_slice(), said(&got, "python-literals")), (&[Failed][..], 3));
    assert_eq!((said(&got, "truncated"), got.text(got.attempts.error[0])), (1, "it's full"));
    let got = events(b"{'event': 'end', 'task': 'a', 't': 1767700005000000000, 'worker': None}");
    assert_eq!((got.tasks.status[0], said(&got, "python-literals")), (Succeeded, 1));
    let got = events(b"{'event': 'end', 'task': 'a', 't': datetime(2026, 1, 1)}");
    assert_eq!((got.tasks.status[0], said(&got, "bad-line")), (Unknown, 1));
}

#[test]
fn the_error_of_an_end_line_is_never_lost() {
    for end in [
        &br#"{"event":"end","task":"a","t":"half past nine","error":["no","room"]}"#[..],
        br#"{"event":"end","task":"a","t":1767700005000000000,"status":"FAILED"}"#,
        br#"{"event":"end","task":"a","t":1767700005000000000,"error":7}"#,
    ] {
        assert_eq!(events(end).tasks.status[0], Status::Failed);
    }
    let odd = events(br#"{"event":"end","task":"a","t":1767700005000000000,"status":"odd"}"#);
    assert_eq!(odd.tasks.status[0], Status::Unknown);
}

#[test]
fn an_unreadable_line_makes_running_tasks_unknown() {
    let got = events(br#"{"event":"end","task":"a""t":1767700005000000000}"#);
    assert_eq!((got.tasks.status[0], got.status()), (Status::Unknown, Some(Status::Unknown)));
    assert_eq!((said(&got, "bad-line"), said(&got, "end-may-be-lost")), (1, 1));
}

#[test]
fn lines_of_a_task_list_are_repaired_too() {
    let got = run(b"{\"id\":\"a\",\"start\":1767700000,\"end\":1767700005,}\n{\"id\":\"b\",\"start\":1767700000,\"x\":NaN}\n{\"id\":\"c\xff\",\"start\":1767700000}\n");
    assert_eq!(got.task_count(), 3);
    assert_eq!((said(&got, "trailing-comma"), said(&got, "not-a-number"), said(&got, "bad-utf8")), (1, 1, 1));
}

#[test]
fn events_may_be_read_in_another_unit() {
    let text = br#"{"event":"run","makespan":1,"run":"r"}
{"event":"attempt","task":"a","started":1767700000000,"ended":1767700002000}
{"event":"attempt","task":"b","started":"2026-01-06T11:46:42Z","ended":1767700003000}
"#;
    let mut runs = RunsBuilder::new();
    let zone = InUnit { zone: Utc, unit: Unit::Milliseconds };
    open(vec![Source::new("l.jsonl", text.to_vec())], &Options { zone: &zone }, &mut runs);
    let got = runs.finish().0.pop().unwrap();
    assert_eq!(got.span(), Some((1_767_700_000_000_000_000, 1_767_700_003_000_000_000)));
    assert_eq!(got.attempts.started[1], 1_767_700_002_000_000_000);
}

#[test]
fn what_is_wrong_with_a_line_is_said_with_its_place() {
    for (end, cause) in [
        (&br#"{"event":"end","task":"a","error":"no "room" left"}"#[..], "an unescaped quote"),
        (b"{'event':'end','task':b'a'}", "single quotes"),
        (br#"{"event":"end","task":"a","error":undefined}"#, "another language"),
        (br#"{"event":"end","task":"a","labels":{"share":0,25}}"#, "a decimal comma"),
    ] {
        let got = events(end);
        let found = got.diagnostics.iter().find(|d| d.code == "bad-line").unwrap();
        assert!(
            found.message.contains("line 3, column ") && found.message.contains(cause),
            "{}",
            found.message
        );
        assert_eq!((found.line, got.tasks.status[0]), (Some(3), Status::Unknown));
    }
}

#[test]
fn a_fault_in_a_line_of_another_format_ends_with_its_line() {
    let span = |n: u8, name: &str, rest: &str| {
        format!(
            r#"{{"resourceSpans":[{{"scopeSpans":[{{"spans":[{{"traceId":"{}","spanId":"000000000000000{n}","name":"{name}","startTimeUnixNano":"1767700000000000000","endTimeUnixNano":"1767700001000000000"{rest}}}]}}]}}]}}"#,
            "5b8efff798038103d269b633813fc60c"
        )
    };
    let lines =
        [span(1, "a", ""), span(2, "b", ""), span(3, "c\" d", ""), span(4, "e", ","), span(5, "f", "")];
    let got = run((lines.join("\n") + "\n").as_bytes());
    let ids: Vec<&str> = got.task_ids().map(|t| got.task_name(t)).collect();
    assert_eq!(ids, ["a", "b", "e", "f"]);
    let found: Vec<_> = got.diagnostics.iter().map(|d| (d.code.as_ref(), d.message.as_str())).collect();
    assert_eq!(
        (said(&got, "bad-record") + said(&got, "bad-json"), said(&got, "truncated")),
        (1, 0),
        "{found:?}"
    );
}

#[test]
fn a_time_that_cannot_be_read_leaves_nothing_running() {
    let got = run(br#"{"resourceSpans":[{"scopeSpans":[{"spans":[
        {"traceId":"5b8efff798038103d269b633813fc60c","spanId":"0000000000000001","name":"a","startTimeUnixNano":"1767700000000000000","endTimeUnixNano":"soon"},
        {"traceId":"5b8efff798038103d269b633813fc60c","spanId":"0000000000000002","name":"b","startTimeUnixNano":"1767700000000000000"}]}]}]}"#);
    assert_eq!((got.tasks.status[0], got.tasks.status[1]), (Status::Unknown, Status::Running));
    assert_eq!((said(&got, "bad-time"), said(&got, "end-unknown"), said(&got, "open-end")), (1, 1, 1));
    let got = run(br#"[{"id":"a","start":1767700000,"end":"soon"},{"id":"b","start":1767700000}]"#);
    assert_eq!((got.tasks.status[0], got.tasks.status[1]), (Status::Unknown, Status::Running));
}

#[test]
fn times_that_mean_never_are_unknown_in_events_too() {
    for never in [
        r#""0001-01-01T00:00:00Z""#,
        r#""0001-01-01T00:00:00""#,
        r#""1900-01-01T00:00:00Z""#,
        r#""9999-12-31T23:59:59Z""#,
        r#""never""#,
        "18446744073709551615",
    ] {
        let line =
            format!(r#"{{"event":"attempt","task":"c","started":1767700001000000000,"ended":{never}}}"#);
        let run = events(line.as_bytes());
        let task = run.find_task("c").unwrap();
        assert_eq!(run.tasks.status[task.index()], Status::Running, "{never}");
        assert_eq!(
            (said(&run, "time-never"), said(&run, "bad-value"), said(&run, "bad-line")),
            (1, 0, 0),
            "{never}"
        );
    }
    // A time that is just wrong is not one that was never reached.
    let line = r#"{"event":"attempt","task":"c","started":1767700001000000000,"ended":"0001","queued":"9999-12-31T23:59:59Z"}"#;
    let run = events(line.as_bytes());
    assert_eq!((said(&run, "time-never"), said(&run, "bad-value")), (1, 1), "{:?}", run.diagnostics);
}
