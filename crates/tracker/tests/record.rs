//! What is recorded: the life of runs and tasks, and what is said of them.
#![allow(clippy::unwrap_used, clippy::panic)]

mod support;

use std::time::Duration;

use makespan_model::Status;
use makespan_tracker::{Artifact, Backoff, Context, Durability, Redaction, Tracker, Value};
use support::*;

#[test]
fn a_run_with_two_tasks_reads_as_a_person_would_write_it() {
    let (tracker, recording) = tracker();
    let run = tracker.run("nightly").id("r1").workflow("etl").label("team", "search").start();
    let fetch = run.task("fetch").step("load").param("url", "s3://reads").start();
    let fetched = fetch.reference();
    drop(fetch);
    run.task("align").after(&fetched).start().fail("out of memory");
    run.fail("align failed");

    let text = recording.text();
    let mut members: Vec<String> = text.lines().map(without_times).collect();
    let opening = members.remove(0);
    assert_eq!(
        opening,
        format!(
            r#"{{"event":"run","makespan":1,"run":"r1","name":"nightly","workflow":"etl","status":"running","started":0,"source":"makespan-tracker {}","labels":{{"team":"search"}}}}"#,
            env!("CARGO_PKG_VERSION")
        )
    );
    let worker = std::thread::current().name().unwrap().to_owned();
    assert_eq!(
        members,
        [
            r#"{"event":"task","task":"fetch","step":"load","params":{"url":"s3://reads"}}"#,
            &format!(
                r#"{{"event":"attempt","task":"fetch","started":0,"worker":"{worker}","status":"running"}}"#
            ),
            r#"{"event":"attempt","task":"fetch","ended":0,"status":"succeeded"}"#,
            r#"{"event":"task","task":"align","after":["fetch"]}"#,
            &format!(
                r#"{{"event":"attempt","task":"align","started":0,"worker":"{worker}","status":"running"}}"#
            ),
            r#"{"event":"attempt","task":"align","ended":0,"status":"failed","error":{"message":"out of memory"}}"#,
            r#"{"event":"run","makespan":1,"run":"r1","status":"failed","ended":0,"error":{"message":"align failed"}}"#,
        ]
    );
    let run = fold(&text);
    assert_eq!((run.status(), run.recorded_status), (Some(Status::Failed), Some(Status::Failed)));
    assert_eq!(after(&run, "align"), ["fetch"]);
    assert!(run.diagnostics.is_empty(), "{:?}", run.diagnostics);
}

/// The line with every time as 0.
fn without_times(line: &str) -> String {
    let mut value: String = String::new();
    let mut rest = line;
    while let Some(at) = ["\"started\":", "\"ended\":", "\"queued\":", "\"t\":"]
        .iter()
        .filter_map(|key| rest.find(key).map(|at| at + key.len()))
        .min()
    {
        value.push_str(&rest[..at]);
        value.push('0');
        rest = rest[at..].trim_start_matches(|c: char| c.is_ascii_digit());
    }
    value + rest
}

#[test]
fn every_way_in_which_a_task_can_end_is_a_status() {
    let (tracker, recording) = tracker();
    let run = tracker.run("all").start();
    run.task("succeeded").start().succeed();
    run.task("dropped").start();
    run.task("failed").start().fail("no");
    run.task("skipped").start().skip("nothing to do");
    run.task("left out").skip("not on Sundays");
    run.task("cancelled").start().cancel("by hand");
    run.task("cached").cached();
    run.task("upstream").upstream_failed();
    run.task("pending").declare();
    run.task("queued").queue();
    run.task("started later").queue().start().succeed();
    let open = run.task("open").start();
    let text = {
        tracker.flush(LONG);
        recording.text()
    };
    drop(open);
    let folded = fold(&text);
    for (id, expected) in [
        ("succeeded", Status::Succeeded),
        ("dropped", Status::Succeeded),
        ("failed", Status::Failed),
        ("skipped", Status::Skipped),
        ("left out", Status::Skipped),
        ("cancelled", Status::Cancelled),
        ("cached", Status::Cached),
        ("upstream", Status::UpstreamFailed),
        ("pending", Status::Pending),
        ("queued", Status::Queued),
        ("started later", Status::Succeeded),
        ("open", Status::Running),
    ] {
        assert_eq!(status(&folded, id), expected, "{id}");
    }
    assert_eq!(logs(&folded, "left out"), [("info".into(), "skipped: not on Sundays".into())]);
    assert_eq!(attempts(&folded, "skipped"), [(Status::Skipped, "nothing to do", "")]);
    let later = folded.attempts_of(task(&folded, "started later")).next().unwrap().index();
    let a = &folded.attempts;
    assert!(a.queued[later] <= a.started[later] && a.started[later] <= a.ended[later]);
    drop(run);
    assert_eq!(fold(&recording.text()).recorded_status, Some(Status::Failed), "a task failed for good");
}

#[test]
fn tasks_contain_tasks_and_ids_are_names_where_they_can_be() {
    let (tracker, recording) = tracker();
    let run = tracker.run("nested").start();
    let outer = run.task("outer").start();
    let inner = outer.task("step").start();
    inner.task("step").start();
    drop((inner, outer));
    run.task("given").id("stable").start();
    drop(run);
    let run = fold(&recording.text());
    let ids: Vec<&str> = run.task_ids().map(|t| run.task_id(t)).collect();
    assert!(["outer", "step", "stable"].iter().all(|id| ids.contains(id)), "{ids:?}");
    let second = run.task_ids().find(|&t| run.task_name(t) == "step" && run.task_id(t) != "step").unwrap();
    assert!(run.task_id(second).ends_with("-3"), "{}", run.task_id(second));
    assert_eq!(run.parent(second), run.find_task("step"));
    assert_eq!(run.parent(task(&run, "step")), run.find_task("outer"));
    assert_eq!(run.task_name(task(&run, "stable")), "given");
}

#[test]
fn retries_are_attempts_and_the_pause_between_them_is_a_wait() {
    let (tracker, recording) = tracker();
    let run = tracker.run("retries").start();
    let backoff = Backoff::exponential(Duration::from_millis(5)).tries(3);
    let result = run.task("align").retry(backoff, |attempt| {
        attempt.metric("number", attempt.number(), "");
        if attempt.is_last() { Ok(attempt.number()) } else { Err(format!("try {}", attempt.number())) }
    });
    assert_eq!(result, Ok(3));
    let spent: Result<(), &str> = run.task("hopeless").retry(Backoff::none().tries(2), |_| Err("no"));
    assert_eq!(spent, Err("no"));
    let fatal: Result<(), &str> = run.task("fatal").retry(Backoff::none(), |attempt| {
        attempt.give_up();
        Err("bad input")
    });
    assert_eq!(fatal, Err("bad input"));
    drop(run);
    let run = fold(&recording.text());
    assert_eq!(
        attempts(&run, "align"),
        [(Status::Failed, "try 1", ""), (Status::Failed, "try 2", ""), (Status::Succeeded, "", "")]
    );
    let a = &run.attempts;
    let align: Vec<usize> = run.attempts_of(task(&run, "align")).map(|a| a.index()).collect();
    for (pair, pause) in align.windows(2).zip([5_000_000, 10_000_000]) {
        assert_eq!(a.queued[pair[1]], makespan_model::UNKNOWN, "it waited on purpose, and in no queue");
        assert!(a.started[pair[1]] - a.ended[pair[0]] >= pause, "the backoff was waited for");
    }
    assert_eq!(status(&run, "align"), Status::Succeeded);
    assert_eq!(
        metric(&run, Some("align"), "number").iter().map(|m| m.0).collect::<Vec<_>>(),
        [1.0, 2.0, 3.0]
    );
    assert_eq!([attempts(&run, "hopeless").len(), attempts(&run, "fatal").len()], [2, 1]);
    assert_eq!([status(&run, "hopeless"), status(&run, "fatal")], [Status::Failed; 2]);
}

#[test]
fn a_task_is_retrying_between_attempts() {
    let (tracker, recording) = tracker();
    let run = tracker.run("rests").start();
    let mut seen = None;
    let _ = run.task("align").retry(Backoff::none().tries(2), |attempt| {
        if attempt.number() == 2 {
            // The second try has begun; cut its start off to see what the file said before.
            let text = recording.text();
            let before: Vec<&str> =
                text.lines().filter(|l| !(l.contains("\"try\":2") && l.contains("started"))).collect();
            seen = Some(status(&fold(&before.join("\n")), "align"));
            return Ok(());
        }
        Err("once")
    });
    assert_eq!(seen, Some(Status::Retrying));
}

#[test]
fn metrics_logs_and_artifacts_are_recorded_with_their_task() {
    let (tracker, recording) = tracker();
    let run = tracker.run("said").start();
    run.metric("cost", 2.5, "EUR");
    run.alert("critical", "disk is 95 % full");
    run.resolve("critical", "disk is 95 % full");
    let fetch = run.task("fetch").kind("ShellOperator").label("sample", 3).start();
    fetch.progress(0.5, "half");
    fetch.metric("rows", 12, "1");
    fetch.metric("took", Duration::from_millis(1500), "s");
    fetch.metric("nothing", f64::NAN, "s");
    fetch.progress(f64::INFINITY, "");
    fetch.log("warning", format_args!("mirror {} is slow", 2));
    fetch.artifact(Artifact::output("reads").uri("s3://bucket/reads").size(73_400_320));
    fetch.artifact(Artifact::input("options").value(Value::json(r#"{"seed":7}"#)));
    drop(fetch.pause("for the night"));
    drop(fetch);
    drop(run);
    let run = fold(&recording.text());
    assert_eq!(metric(&run, None, "cost"), [(2.5, "EUR".into())]);
    assert_eq!(metric(&run, Some("fetch"), "rows"), [(12.0, "1".into())]);
    assert_eq!(metric(&run, Some("fetch"), "took"), [(1.5, "s".into())]);
    assert_eq!((metric(&run, Some("fetch"), "nothing"), finding(&run, "not-finite")), (Vec::new(), 2));
    assert_eq!(metric(&run, Some("fetch"), "paused").len(), 1);
    assert_eq!(
        logs(&run, "fetch"),
        [("info".into(), "half".into()), ("warning".into(), "mirror 2 is slow".into())]
    );
    let attempt = run.attempts_of(task(&run, "fetch")).next().unwrap();
    assert_eq!(run.attempts.progress[attempt.index()], 0.5);
    assert_eq!(run.alerts.resolved, [Some(false), Some(true), Some(false), Some(true)]);
    let artifacts: Vec<(&str, i64, &str)> = (0..2)
        .map(|i| (run.text(run.artifacts.name[i]), run.artifacts.size[i], run.text(run.artifacts.value[i])))
        .collect();
    assert_eq!(artifacts, [("reads", 73_400_320, ""), ("options", -1, r#"{"seed":7}"#)]);
}

#[test]
fn an_error_keeps_its_message_its_causes_and_its_type() {
    #[derive(Debug)]
    struct Outer(std::num::ParseIntError);
    impl std::fmt::Display for Outer {
        fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            if f.alternate() { write!(f, "bad line: {:#}", self.0) } else { write!(f, "bad line") }
        }
    }
    let (tracker, recording) = tracker();
    let run = tracker.run("errors").start();
    let result: Result<i32, Outer> = run.task("parse").try_run(|_| "x".parse().map_err(Outer));
    assert!(result.is_err());
    drop(run);
    let run = fold(&recording.text());
    assert_eq!(
        attempts(&run, "parse"),
        [(Status::Failed, "bad line: invalid digit found in string", "Outer")]
    );
}

#[test]
fn a_panic_ends_the_task_as_failed_with_its_message() {
    let (tracker, recording) = tracker();
    let run = tracker.run("panics").start();
    let caught = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        run.task("outer").run(|outer| {
            let _inner = outer.task("inner").start();
            panic!("index {} is out of range", 7);
        })
    }));
    assert!(caught.is_err());
    run.task("later").start();
    drop(run);
    let run = fold(&recording.text());
    for id in ["outer", "inner"] {
        assert_eq!(attempts(&run, id), [(Status::Failed, "index 7 is out of range", "panic")]);
    }
    assert_eq!(status(&run, "later"), Status::Succeeded);
}

#[test]
fn a_cancelled_run_cancels_what_is_dropped_after_that() {
    let (tracker, recording) = tracker();
    let run = tracker.run("cancelled").start();
    let open = run.task("open").start();
    assert!(!open.is_cancelled());
    run.request_cancel();
    assert!(open.is_cancelled());
    drop(open);
    let tries = run.task("tries").retry(Backoff::none().tries(9), |_| Err::<(), _>("stop"));
    assert!(tries.is_err());
    run.cancel("by hand");
    let run = fold(&recording.text());
    assert_eq!(status(&run, "open"), Status::Cancelled);
    assert_eq!(attempts(&run, "tries").len(), 1, "nothing is tried again after that");
    assert_eq!(run.recorded_status, Some(Status::Cancelled));
}

#[test]
fn redacted_values_are_not_recorded() {
    let (tracker, recording) = Tracker::options()
        .patience(LONG)
        .redact(|name, value| match name {
            "password" => Redaction::Drop,
            "broken" => panic!("the redaction itself"),
            _ if value.contains("hunter2") => Redaction::Replace(value.replace("hunter2", "***")),
            _ => Redaction::Keep,
        })
        .in_memory()
        .unwrap();
    let run = tracker.run("secret").param("password", "swordfish").param("user", "kim").start();
    let login = run.task("login").param("broken", "hunter2").label("url", "https://x:hunter2@y").start();
    login.log("info", "token hunter2");
    login.alert("info", "hunter2 leaked");
    login.artifact(Artifact::output("cookie").uri("file:///hunter2").value("hunter2"));
    login.fail("hunter2 was refused");
    drop(run);
    let text = recording.text();
    for secret in ["swordfish", "hunter2", "broken", "password"] {
        assert!(!text.contains(secret), "{secret} in\n{text}");
    }
    assert!(text.contains(r#""params":{"user":"kim"}"#) && text.contains("*** was refused"));
}

#[test]
fn a_disabled_tracker_records_nothing() {
    let tracker = Tracker::default();
    let run = tracker.run("nothing").label("a", 1).start();
    let task = run.task("task").id("x").param("p", 2).start();
    task.metric("m", 1, "");
    task.log("info", "text");
    assert!(!task.is_recording() && !Context::current().is_recording() && !tracker.is_enabled());
    task.fail("nobody hears");
    run.make_default();
    assert!(!makespan_tracker::task("free").start().is_recording());
    assert!(tracker.flush(Duration::ZERO) && tracker.shut_down(Duration::ZERO));
}

#[test]
fn concurrent_runs_in_one_recording_stay_separate() {
    let (tracker, recording) = tracker();
    let one = tracker.run("one").id("1").durability(Durability::Buffered).start();
    let two = tracker.run("two").id("2").start();
    for _ in 0..3 {
        one.task("a").start();
        two.task("b").start();
    }
    drop((one, two));
    tracker.flush(LONG);
    let runs = fold_all(&recording.text());
    let names =
        |run: &makespan_model::Run| run.task_ids().map(|t| run.task_name(t).to_owned()).collect::<Vec<_>>();
    assert_eq!([names(&runs[0]), names(&runs[1])], [["a"; 3], ["b"; 3]]);
}
