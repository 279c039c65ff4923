//! `makespan run` within a recorded step, and what programs that record themselves leave for a store.
#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stdout)]

mod common;

use std::fs;
use std::io::Write as _;

use common::kept::Kept;
use common::text;
use serde_json::{Value, json};

const PROGRAM: &str = env!("CARGO_BIN_EXE_makespan");

fn events(kept: &Kept, run: &str) -> Vec<Value> {
    kept.said(&["export", run]).lines().filter_map(|line| serde_json::from_str(line).ok()).collect()
}

/// The tasks of a run: name (or id), parent, and status of the last attempt.
fn tasks(kept: &Kept, run: &str) -> Vec<(String, Option<String>, Option<String>)> {
    let events = events(kept, run);
    let text = |value: &Value| value.as_str().map(str::to_owned);
    let named = |id: &str| {
        let task = events.iter().find(|e| e["event"] == "task" && e["task"] == id).unwrap();
        text(&task["name"]).unwrap_or_else(|| id.to_owned())
    };
    let status = |id: &str| {
        let ends =
            events.iter().rfind(|e| e["event"] == "attempt" && e["task"] == id && !e["ended"].is_null());
        ends.and_then(|end| text(&end["status"]))
    };
    let all = events.iter().filter(|e| e["event"] == "task");
    all.map(|e| {
        let id = e["task"].as_str().unwrap();
        (named(id), e["parent"].as_str().map(named), status(id))
    })
    .collect()
}

#[test]
fn a_command_within_a_command_is_a_task_of_its_run() {
    for store in ["sqlite:runs.db", "file:runs"] {
        let kept = Kept::new("nested-shell", store);
        let inner = format!("'{PROGRAM}' run --name deep false");
        let script = format!(
            "'{PROGRAM}' run --name inner sh -c \"{inner}; true\"; '{PROGRAM}' run --name inner true"
        );
        let output = kept.run(&["run", "--id", "r", "--", "sh", "-c", &script]);
        assert_eq!((output.status.code(), text(&output.stderr).as_str()), (Some(0), ""));
        assert_eq!(kept.json(&["list"])["total"], json!(1));
        let some = |text: &str| Some(text.to_owned());
        let task = |name: &str, parent: &str, status: &str| (name.to_owned(), some(parent), some(status));
        let mut found = tasks(&kept, "r");
        found.sort();
        let outer = ("sh".to_owned(), None, some("succeeded"));
        let others = [
            task("deep", "inner", "failed"),
            task("inner", "sh", "succeeded"),
            task("inner", "sh", "succeeded"),
        ];
        assert_eq!(found, [&others[..], &[outer]].concat());
        // An id of its own is a run of its own.
        let script = format!("'{PROGRAM}' run --id own true");
        kept.said(&["run", "--id", "other", "--", "sh", "-c", &script]);
        assert_eq!(kept.json(&["list"])["total"], json!(3));
    }
}

#[test]
fn a_command_within_a_step_of_a_script_is_a_task_of_its_run() {
    let kept = Kept::new("nested-script", "sqlite:runs.db");
    let run = kept.created(&["--steps", "fetch,build"]);
    kept.said(&["step", "start", &run, "fetch"]);
    let mut command = kept.command();
    command.env("MAKESPAN_RUN", &run).env("MAKESPAN_TASK", "fetch").args(["run", "--name", "curl", "true"]);
    assert!(command.status().unwrap().success());
    let found = tasks(&kept, &run);
    assert!(found.contains(&("curl".into(), Some("fetch".into()), Some("succeeded".into()))), "{found:?}");
    // A run that is not there is none to be within.
    let mut command = kept.command();
    let output =
        command.env("MAKESPAN_RUN", "gone").args(["run", "--name", "alone", "true"]).output().unwrap();
    assert!(output.status.success() && text(&output.stderr).contains("gone"), "{}", text(&output.stderr));
    assert_eq!(kept.json(&["list"])["total"], json!(2));
}

#[test]
fn an_unwritable_file_does_not_delay_the_command() {
    let kept = Kept::new("nested-pipe", "sqlite:runs.db");
    let pipe = kept.folder.join("pipe");
    assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    let mut command = kept.command();
    command.env("MAKESPAN_RUN", "r").env("MAKESPAN_FILE", &pipe).env("TMPDIR", &kept.folder);
    let output = command.args(["run", "sh", "-c", "echo done; exit 3"]).output().unwrap();
    assert_eq!((output.status.code(), text(&output.stdout).as_str()), (Some(3), "done\n"));
    assert!(text(&output.stderr).contains("is not a file"), "{}", text(&output.stderr));
}

#[test]
fn complete_lines_of_the_inbox_are_stored_once() {
    for store in ["sqlite:runs.db", "file:runs"] {
        let kept = Kept::new("nested-inbox", store);
        let inbox = kept.folder.join(format!("{}.inbox", store.split_once(':').unwrap().1));
        fs::create_dir(&inbox).unwrap();
        let path = inbox.join("a.jsonl");
        let line = |task: &str| format!("{{\"event\":\"task\",\"run\":\"a\",\"task\":\"{task}\"}}\n");
        let names = |kept: &Kept| -> Vec<String> {
            let all = tasks(kept, "a");
            all.into_iter().map(|(name, ..)| name).collect()
        };
        // Two runs in one file, bytes that are no event, and a line that is not complete.
        let mut first = "{\"event\":\"run\",\"makespan\":1,\"run\":\"b\"}\n".to_owned();
        first += &(line("one") + "no event \u{fffd}\n\n" + &line("two") + &line("three")[..20]);
        fs::write(&path, &first).unwrap();
        fs::write(inbox.join("other.txt"), "not looked at").unwrap();
        for _ in 0..3 {
            assert_eq!(kept.json(&["list"])["total"], json!(2));
            assert_eq!(names(&kept), ["one", "two"]);
        }
        let mut file = fs::OpenOptions::new().append(true).open(&path).unwrap();
        file.write_all(&line("three").as_bytes()[20..]).unwrap();
        assert_eq!(names(&kept), ["one", "two", "three"]);
        // What was taken is not known any more: it is sent again and is there once.
        fs::remove_file(inbox.join("taken.json")).unwrap();
        assert_eq!(names(&kept), ["one", "two", "three"]);
        // Another file of the same name.
        fs::write(&path, line("four")).unwrap();
        assert_eq!(names(&kept), ["one", "two", "three", "four"]);
        assert_eq!(fs::read_to_string(&path).unwrap(), line("four"), "files are left while they may grow");
    }
}

#[test]
fn a_command_that_does_not_record_leaves_no_inbox() {
    let kept = Kept::new("nested-nothing", "sqlite:runs.db");
    kept.said(&["run", "true"]);
    assert!(!kept.folder.join("runs.db.inbox").exists());
}
