//! `makespan run` with `MAKESPAN_SERVER`: the server gets each event once, sooner or later, and no command waits for it.
#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stdout)]

mod common;

use std::net::TcpListener;
use std::path::PathBuf;
use std::process::Output;
use std::time::{Duration, Instant};

use common::kept::Kept;
use common::served::Server;
use common::{files_under, text};
use serde_json::{Value, json};

fn record(kept: &Kept, port: u16, id: &str, script: &str) -> Output {
    let mut command = kept.command();
    command.env("MAKESPAN_SERVER", format!("http://127.0.0.1:{port}"));
    command.args(["run", "--id", id, "--", "sh", "-c", script]).output().unwrap()
}

/// What waits in the outbox.
fn notes(kept: &Kept) -> Vec<PathBuf> {
    files_under(&kept.folder.join(".local/state/makespan/outbox"))
}

#[test]
fn a_run_and_what_it_starts_are_on_the_server_while_and_after_it_runs() {
    let (kept, there) = (Kept::new("sent", "sqlite:runs.db"), Kept::new("sent-server", "sqlite:runs.db"));
    let server = Server::start(&there, 0, &[]);
    let port = server.port;
    let line = r#"{"event":"start","run":"r","task":"inner"}"#;
    let script = format!("echo '{line}' >> \"$MAKESPAN_FILE\"; echo said; sleep 4; exit 3");
    let (output, was_live) = std::thread::scope(|scope| {
        let run = scope.spawn(|| record(&kept, port, "r", &script));
        let until = Instant::now() + Duration::from_secs(60);
        let mut was_live = false;
        while !was_live && !run.is_finished() && Instant::now() < until {
            was_live = server.get("/api/v1/runs/r")["status"] == "running";
            std::thread::sleep(Duration::from_millis(50));
        }
        (run.join().unwrap(), was_live)
    });
    assert_eq!((output.status.code(), text(&output.stderr)), (Some(3), String::new()));
    assert!(was_live);
    let (here, there) = (kept.json(&["status", "r"]), server.get("/api/v1/runs/r"));
    assert_eq!((&there["status"], &there["tasks"]), (&json!("failed"), &json!(2)));
    assert_eq!(here["statuses"], there["statuses"]);
    assert_eq!(notes(&kept), Vec::<PathBuf>::new());
}

#[test]
fn what_a_server_that_was_down_missed_is_sent_by_the_next_run_once() {
    let (kept, there) =
        (Kept::new("sent-later", "sqlite:runs.db"), Kept::new("sent-later-server", "file:runs"));
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let started = Instant::now();
    let output = record(&kept, port, "first", "exit 0");
    assert_eq!(output.status.code(), Some(0));
    assert!(started.elapsed() < Duration::from_secs(20), "a server that is down is not waited for");
    assert!(
        text(&output.stderr).contains("run first is not yet sent to http://127.0.0.1:"),
        "{}",
        text(&output.stderr)
    );
    assert_eq!(notes(&kept).len(), 1);
    let server = Server::start(&there, port, &[]);
    for id in ["second", "third"] {
        assert_eq!(text(&record(&kept, port, id, "exit 0").stderr), "");
    }
    assert_eq!(notes(&kept), Vec::<PathBuf>::new());
    let counts = |list: &Value| {
        let runs = list["runs"].as_array().unwrap();
        let mut counts: Vec<(String, u64)> = runs
            .iter()
            .map(|r| (r["run"].as_str().unwrap().to_owned(), r["events"].as_u64().unwrap()))
            .collect();
        counts.sort();
        counts
    };
    assert_eq!(counts(&server.get("/api/v1/runs")), counts(&kept.json(&["list"])));
}

#[test]
fn a_server_that_refuses_is_reported_and_changes_nothing() {
    let (kept, there) =
        (Kept::new("sent-refused", "sqlite:runs.db"), Kept::new("sent-refused-server", "file:runs"));
    std::fs::write(there.folder.join("tokens"), format!("all {}\n", "t".repeat(40))).unwrap();
    let server = Server::start(&there, 0, &["--tokens", "tokens"]);
    let output = record(&kept, server.port, "r", "exit 5");
    assert_eq!(output.status.code(), Some(5));
    assert!(text(&output.stderr).contains("run r is not sent to"), "{}", text(&output.stderr));
    assert!(text(&output.stderr).contains("status 401"), "{}", text(&output.stderr));
    assert_eq!(notes(&kept), Vec::<PathBuf>::new());
    let mut wrong = kept.command();
    wrong.env("MAKESPAN_SERVER", "localhost:1").args(["run", "--", "true"]);
    let output = wrong.output().unwrap();
    assert_eq!(output.status.code(), Some(0));
    assert!(text(&output.stderr).contains("MAKESPAN_SERVER is not an address"), "{}", text(&output.stderr));
}
