#![allow(clippy::unwrap_used)]
use super::*;
use crate::tally::Tally;

fn outcome(members: &[(&'static str, &'static str)]) -> Option<Status> {
    let mut outcome = Outcome::default();
    for (key, json) in members {
        outcome.member(key, json);
    }
    // The order of the members decides nothing.
    let mut turned = Outcome::default();
    for (key, json) in members.iter().rev() {
        turned.member(key, json);
    }
    assert_eq!(outcome.status(), turned.status(), "{members:?}");
    outcome.status()
}

#[test]
fn the_worst_word_wins_wherever_it_stands() {
    use Status::*;
    for (members, expected) in [
        (&[("status", "\"completed\""), ("conclusion", "\"failure\"")][..], Some(Failed)),
        (&[("status", "\"completed\""), ("conclusion", "\"skipped\"")], Some(Skipped)),
        (&[("status", "\"in_progress\""), ("conclusion", "null")], Some(Running)),
        (&[("state", r#"{"type":"CRASHED","name":"Crashed"}"#)], Some(Failed)),
        (&[("state", r#"{"type":"COMPLETED","name":"my own word"}"#)], Some(Succeeded)),
        (&[("state", r#"{"type":"SCHEDULED","name":"AwaitingRetry"}"#)], Some(Retrying)),
        (&[("state_type", "\"FAILED\""), ("state_name", "\"Failed\"")], Some(Failed)),
        (&[("state", r#"{"value":"gone wild"}"#)], Some(Unknown)),
        (&[("exit_code", "0")], Some(Succeeded)),
        (&[("exitCode", "137")], Some(Failed)),
        (&[("returncode", "\"-9\"")], Some(Failed)),
        (&[("exit_status", "\"0:9\"")], Some(Failed)),
        (&[("exit_code", "null"), ("status", "\"success\"")], Some(Succeeded)),
        (&[("status", "\"success\""), ("exit_code", "1")], Some(Failed)),
        (&[("status", "\"Completed\""), ("reason", "\"OOMKilled\"")], Some(Failed)),
        (&[("status", "\"done\""), ("error", r#"{"message":"no room"}"#)], Some(Failed)),
        (&[("status", "\"done\""), ("error", "{}")], Some(Succeeded)),
        (&[("status", "\"done\""), ("error", "\"none\""), ("errors", "[]")], Some(Succeeded)),
        (&[("status", "\"cancelled\""), ("error", "\"stopped by hand\"")], Some(Cancelled)),
        (&[("status", "\"up_for_retry\""), ("error", "\"x\"")], Some(Retrying)),
        (&[("status", "\"completed\""), ("conclusion", "\"frobnicated\"")], Some(Unknown)),
        (&[("status", "\"frobnicated\""), ("error", "\"x\"")], Some(Failed)),
        (&[("success", "false")], Some(Failed)),
        (&[("success", "true"), ("timed_out", "true")], Some(Failed)),
        (&[("failed", "false")], None),
        (&[("failed", "3")], None),
        (&[("result", "42")], None),
        (&[("name", "\"load\""), ("reason", "\"because\"")], None),
    ] {
        assert_eq!(outcome(members), expected, "{members:?}");
    }
}

#[test]
fn words_and_phrases_as_engines_write_them() {
    use Status::*;
    for (text, expected) in [
        ("OOMKilled", Some(Failed)),
        ("TaskInstanceState.FAILED", Some(Failed)),
        ("STATUS_CODE_ERROR", Some(Failed)),
        ("JobStatus::Succeeded", Some(Succeeded)),
        ("completed successfully", Some(Succeeded)),
        ("Completed with errors", Some(Failed)),
        ("Exited (137)", Some(Failed)),
        ("exit code: 0", Some(Succeeded)),
        ("cancelled by user", Some(Cancelled)),
        ("CANCELLED by 1000", Some(Cancelled)),
        ("without errors", None),
        ("no error", None),
        ("not run", Some(Skipped)),
        ("CrashLoopBackOff", Some(Failed)),
        ("out of memory", Some(Failed)),
        ("sleeping", None),
        ("7", None),
        ("", None),
    ] {
        assert_eq!(read(text), expected, "{text}");
    }
}

#[test]
fn errors_are_taken_apart_and_unread_words_are_counted() {
    let mut outcome = Outcome::default();
    assert_eq!(
        outcome.member("error", r#"{"type":"IOError","message":"disk full","traceback":"at x"}"#),
        Part::Taken
    );
    assert_eq!(outcome.member("state", "\"odd\""), Part::Kept);
    assert_eq!(outcome.member("id", "1"), Part::None);
    let mut unread = Unread::default();
    assert_eq!(outcome.settle(&mut unread), Some(Status::Failed));
    let error = outcome.into_error().unwrap();
    assert_eq!(
        (&*error.message, error.kind.as_deref(), error.trace.as_deref()),
        ("disk full", Some("IOError"), Some("at x"))
    );
    assert_eq!(unread.word("odder"), Status::Unknown);
    let mut tally = Tally::new();
    unread.add_to(&mut tally);
    assert!(tally.first().unwrap().0.contains("first: \"odd\""));
    let mut exit = Outcome::default();
    exit.exit_code(3);
    assert_eq!(exit.into_error().unwrap().message, "exit code 3");
}
