//! `makespan run`: what a command does is what happens, and what is recorded is what was.
#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stdout)]

mod common;

use std::io::Read as _;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use common::kept::Kept;
use common::text;
use serde_json::{Value, json};

/// The only run of a store.
fn only(kept: &Kept) -> (String, Value) {
    let list = kept.json(&["list"]);
    assert_eq!(list["total"], json!(1), "{list}");
    let id = list["runs"][0]["run"].as_str().unwrap().to_owned();
    let status = kept.json(&["status", &id]);
    (id, status)
}

/// Its log: level and text.
fn log(kept: &Kept, run: &str) -> Vec<(String, String)> {
    let lines = kept.said(&["export", run]);
    let events = lines.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    let member = |event: &Value, name: &str| event[name].as_str().unwrap_or_default().to_owned();
    events.filter(|e| e["event"] == "log").map(|e| (member(&e, "level"), member(&e, "text"))).collect()
}

fn signal(child: &Child, name: &str) {
    assert!(Command::new("kill").args([name, &child.id().to_string()]).status().unwrap().success());
}

/// Waits until a command has written something.
fn spoken(child: &mut Child) -> String {
    let mut buffer = [0; 64];
    let count = child.stdout.as_mut().unwrap().read(&mut buffer).unwrap();
    String::from_utf8_lossy(&buffer[..count]).into_owned()
}

fn eventually(what: &str, mut holds: impl FnMut() -> bool) {
    let until = Instant::now() + Duration::from_secs(10);
    while !holds() {
        assert!(Instant::now() < until, "{what}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn output_and_exit_code_are_those_of_the_command() {
    for store in ["sqlite:runs.db", "file:runs"] {
        let kept = Kept::new("run-plain", store);
        let script = "printf 'out\\377\\0'; echo err >&2; cat; exit 7";
        let output = kept
            .with_input(&["run", "--name", "Backup", "--label", "a=b", "--", "sh", "-c", script], b"in\n");
        assert_eq!(output.status.code(), Some(7));
        assert_eq!((&output.stdout[..], &output.stderr[..]), (&b"out\xff\0in\n"[..], &b"err\n"[..]));
        let (id, status) = only(&kept);
        assert!(id.starts_with("backup-"), "{id}");
        assert_eq!((&status["name"], &status["status"]), (&json!("Backup"), &json!("failed")));
        assert_eq!(status["labels"], json!({"a": "b"}));
        assert_eq!(status["steps"][0]["error"], json!("exit status 7"));
        let log = log(&kept, &id);
        assert!(log.contains(&("stdout".into(), "out\u{fffd}\0in".into())), "{log:?}");
        assert!(log.contains(&("stderr".into(), "err".into())), "{log:?}");
    }
}

#[test]
fn commands_that_cannot_be_executed_are_reported_as_by_a_shell() {
    let kept = Kept::new("run-missing", "sqlite:runs.db");
    assert_eq!(kept.run(&["run", "no-such-program"]).status.code(), Some(127));
    assert_eq!(only(&kept).1["status"], json!("failed"));
    let kept = Kept::new("run-denied", "sqlite:runs.db");
    assert_eq!(kept.run(&["run", "/"]).status.code(), Some(126));
    let kept = Kept::new("run-killed", "sqlite:runs.db");
    assert_eq!(kept.run(&["run", "sh", "-c", "kill -KILL $$"]).status.code(), Some(137));
    assert_eq!(only(&kept).1["steps"][0]["error"], json!("SIGKILL"));
}

#[test]
fn a_command_that_could_not_be_recorded_is_not_started() {
    let kept = Kept::new("run-refused", "sqlite:runs.db");
    for args in [
        &["--store", "mongo://db", "run"][..],
        &["--store", "sqlite:no/such/x.db", "run"],
        &["run", "--id", "a b"],
        &["run", "--sample", "soon"],
        &["--store", "file:runs", "run", "--no-such-option"],
    ] {
        let output = kept.run(&[args, &["--", "touch", "executed"]].concat());
        assert_eq!(output.status.code(), Some(125), "{}", text(&output.stderr));
        assert!(!kept.folder.join("executed").exists());
    }
}

#[test]
fn signals_reach_the_command_and_its_exit_code_is_returned() {
    for (trap, code, status) in [
        ("echo told; exit 3", 3, "cancelled"),
        ("echo told; exit 0", 0, "succeeded"),
        ("trap - TERM; kill -TERM $$", 143, "cancelled"),
    ] {
        let kept = Kept::new("run-signal", "sqlite:runs.db");
        let script = format!("trap '{trap}' TERM; echo ready; while :; do sleep 0.05; done");
        let mut child =
            kept.command().args(["run", "sh", "-c", &script]).stdout(Stdio::piped()).spawn().unwrap();
        assert_eq!(spoken(&mut child), "ready\n");
        signal(&child, "-TERM");
        assert_eq!(child.wait().unwrap().code(), Some(code), "{trap}");
        assert_eq!(only(&kept).1["status"], json!(status), "{trap}");
    }
}

#[test]
fn resource_usage_is_measured_and_unmeasured_values_are_missing() {
    let kept = Kept::new("run-usage", "sqlite:runs.db");
    // A child of a child burns the processor and fills 60 MB.
    let script = "sh -c 'x=$(head -c 60000000 /dev/zero | tr \"\\0\" a); i=0; while [ $i -lt 100000 ]; do i=$((i+1)); done; sleep 0.3'";
    let output = kept.run(&["run", "--sample", "50 ms", "--", "sh", "-c", script]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    let (id, _) = only(&kept);
    let metrics = kept.json(&["metrics", &id]);
    let find =
        |name: &str| metrics["metrics"].as_array().unwrap().iter().find(|m| m["name"] == name).cloned();
    let cpu = find("cpu_user").unwrap();
    assert!(cpu["latest"].as_f64().unwrap() > 0.01 && cpu["unit"] == "s", "{cpu}");
    let largest = find("memory_largest_process").unwrap();
    assert!(largest["latest"].as_f64().unwrap() > 5e7, "{largest}");
    if cfg!(target_os = "linux") {
        let memory = find("memory").unwrap();
        assert!(memory["max"].as_f64().unwrap() > 5e7 && memory["count"].as_u64().unwrap() > 2, "{memory}");
        assert!(find("processes").unwrap()["max"].as_f64().unwrap() >= 2.0);
    }
    // Less than the recorder itself: not known, and said to be so.
    let kept = Kept::new("run-small", "sqlite:runs.db");
    kept.said(&["run", "true"]);
    let (id, _) = only(&kept);
    let metrics = kept.json(&["metrics", &id]).to_string();
    let told = log(&kept, &id).iter().any(|(_, text)| text.contains("memory of the largest process"));
    assert_ne!(metrics.contains("memory_largest_process"), told, "{metrics}");
}

#[test]
fn the_end_of_a_long_output_is_kept() {
    let kept = Kept::new("run-tail", "sqlite:runs.db");
    let output = kept.run(&["run", "--tail", "100", "--", "sh", "-c", "seq 1 100000"]);
    assert_eq!(output.stdout.len(), 588_895);
    let (id, _) = only(&kept);
    let log = log(&kept, &id);
    let kept_lines: Vec<&str> =
        log.iter().filter(|(level, _)| level == "stdout").map(|(_, t)| t.as_str()).collect();
    assert_eq!(kept_lines.last(), Some(&"100000"));
    assert!(kept_lines.iter().map(|line| line.len() + 1).sum::<usize>() <= 100);
    assert!(
        log.iter().any(|(_, text)| text == "the first 588795 of 588895 bytes of output were not recorded"),
        "{log:?}"
    );
}

#[test]
fn a_killed_recorder_leaves_a_readable_unfinished_run() {
    for store in ["sqlite:runs.db", "file:runs"] {
        let kept = Kept::new("run-kill", store);
        for round in 0..3 {
            let mut command = kept.command();
            command.args(["run", "--id", &format!("r{round}"), "--sample", "20 ms", "--", "sleep", "5"]);
            let mut child = command.spawn().unwrap();
            eventually("the run is stored", || {
                let output = kept.run(&["status", &format!("r{round}"), "--json"]);
                let status = serde_json::from_slice::<Value>(&output.stdout).unwrap_or_default();
                status["status"] == "running"
            });
            child.kill().unwrap();
            child.wait().unwrap();
            let status = kept.json(&["status", &format!("r{round}")]);
            assert_eq!((&status["status"], &status["ended"]), (&json!("running"), &Value::Null));
        }
        // Others can write at once.
        kept.said(&["run", "true"]);
        assert_eq!(kept.json(&["list"])["total"], json!(4));
    }
}

#[test]
fn child_processes_can_record_into_the_same_run() {
    let kept = Kept::new("run-nested", "sqlite:runs.db");
    let program = env!("CARGO_BIN_EXE_makespan");
    let script = format!("cd / && '{program}' metric \"$MAKESPAN_RUN\" rows 42");
    let output = kept.run(&["run", "--", "sh", "-c", &script]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    let (id, _) = only(&kept);
    assert!(kept.json(&["metrics", &id]).to_string().contains("\"rows\""));
}

#[test]
fn a_busy_store_does_not_delay_the_command_and_missing_records_can_be_imported() {
    let kept = Kept::new("run-busy", "file:runs");
    kept.said(&["run", "--id", "first", "true"]);
    // Somebody else writes all the time.
    let lock = std::fs::File::open(kept.folder.join("runs/lock")).unwrap();
    lock.lock().unwrap();
    let mut command = kept.command();
    command.env("MAKESPAN_WAIT", "100 ms").env("TMPDIR", &kept.folder);
    let output =
        command.args(["run", "--id", "second", "--", "sh", "-c", "echo done; exit 4"]).output().unwrap();
    let told = text(&output.stderr);
    assert_eq!((output.status.code(), text(&output.stdout).as_str()), (Some(4), "done\n"), "{told}");
    assert!(told.contains("is not stored completely"), "{told}");
    lock.unlock().unwrap();
    let path = told.split("the missing records are in ").nth(1).unwrap().split(';').next().unwrap();
    kept.said(&["import", path]);
    assert_eq!(kept.json(&["status", "second"])["steps"][0]["error"], json!("exit status 4"));
}
