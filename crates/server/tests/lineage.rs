//! Events of OpenLineage over real HTTP: one or many, again and late, before and after a restart.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stderr)]

mod common;

use std::process::Command;
use std::sync::Arc;

use common::Server;
use makespan_model::{Run, RunsBuilder, Status, TaskId};
use makespan_server::Tokens;
use serde_json::{Value, json};

/// An event of a job within the Airflow run `dag`.
fn event(kind: &str, job: &str, run: &str, second: u32, data: (&[&str], &[&str])) -> Value {
    let parent = json!({ "run": { "runId": "dag" }, "job": { "namespace": "airflow", "name": "etl" } });
    let facets = if run == "dag" { json!({}) } else { json!({ "parent": parent }) };
    let sets = |names: &[&str]| -> Value {
        names.iter().map(|name| json!({ "namespace": "s3", "name": name })).collect()
    };
    json!({
        "eventType": kind,
        "eventTime": format!("2026-01-05T08:00:{second:02}Z"),
        "producer": "https://example.com",
        "schemaURL": "https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent",
        "run": { "runId": run, "facets": facets },
        "job": { "namespace": "airflow", "name": job },
        "inputs": sets(data.0),
        "outputs": sets(data.1),
    })
}

fn post(server: &Server, body: &Value) -> Value {
    let answer = server.ask(
        "POST",
        "/api/v1/lineage",
        "Content-Type: application/json\r\n",
        body.to_string().as_bytes(),
    );
    assert_eq!(answer.status, 200, "{}", String::from_utf8_lossy(&answer.body));
    answer.json()
}

fn run_of(server: &Server, id: &str) -> Run {
    let mut fold = RunsBuilder::new();
    assert!(server.store.events(id, &mut fold).unwrap().is_empty(), "no event is damaged");
    fold.finish().0.remove(0)
}

fn status(run: &Run, task: &str) -> Status {
    run.tasks.status[run.find_task(task).unwrap().index()]
}

fn before<'r>(run: &'r Run, task: &str) -> Vec<&'r str> {
    let task = run.find_task(task).unwrap();
    run.predecessors.row(task.index()).iter().map(|&p| run.task_id(TaskId(p))).collect()
}

#[test]
fn events_one_by_one_become_a_run_with_the_dependencies_of_its_datasets() {
    let server = Server::start();
    let events = [
        event("START", "etl", "dag", 0, (&[], &[])),
        event("START", "etl.load", "1", 1, (&[], &["raw"])),
        event("COMPLETE", "etl.load", "1", 5, (&[], &["raw"])),
        event("START", "etl.clean", "2", 6, (&["raw"], &[])),
        event("COMPLETE", "etl.clean", "2", 9, (&["raw"], &["clean"])),
        event("START", "etl.clean", "3", 10, (&["clean"], &[])),
        event("FAIL", "etl.clean", "3", 12, (&[], &[])),
    ];
    for event in &events {
        assert_eq!(post(&server, event), json!({ "accepted": 1, "rejected": 0, "reason": "" }));
    }
    let run = run_of(&server, "dag");
    assert_eq!((run.task_count(), run.attempt_count(), run.edges_inferred), (4, 4, false));
    assert_eq!(run.text(run.workflow), "etl");
    assert_eq!(status(&run, "etl.clean"), Status::Succeeded);
    assert_eq!(status(&run, "etl.clean #2"), Status::Failed);
    assert_eq!(status(&run, "etl"), Status::Running);
    assert_eq!(
        (before(&run, "etl.clean"), before(&run, "etl.clean #2")),
        (vec!["etl.load"], vec!["etl.clean"])
    );
    assert_eq!(run.parent(run.find_task("etl.load").unwrap()), run.find_task("etl"));
    let clean = run.task_interval(run.find_task("etl.clean").unwrap()).unwrap();
    assert_eq!(clean.1 - clean.0, 3_000_000_000);
    // All of them again, one by one: nothing is stored again.
    let stored = server.store.run("dag").unwrap().unwrap().events;
    for event in &events {
        post(&server, event);
    }
    assert_eq!(server.store.run("dag").unwrap().unwrap().events, stored);
}

#[test]
fn an_array_equals_its_events_and_late_events_change_nothing() {
    let server = Server::start();
    let all = json!([
        event("COMPLETE", "load", "1", 5, (&[], &["raw"])),
        event("START", "load", "1", 1, (&[], &[])),
        event("RUNNING", "load", "1", 3, (&[], &[])),
        { "eventTime": "2026-01-05T08:00:00Z", "dataset": { "namespace": "s3", "name": "raw" } },
    ]);
    let taken = post(&server, &all);
    assert_eq!((&taken["accepted"], &taken["rejected"]), (&json!(3), &json!(1)));
    assert!(taken["reason"].as_str().unwrap().contains("runId"));
    let run = run_of(&server, "dag");
    assert_eq!((run.task_count(), status(&run, "load")), (1, Status::Succeeded));
    let (start, end) = run.task_interval(run.find_task("load").unwrap()).unwrap();
    assert_eq!(end - start, 4_000_000_000);
}

#[test]
fn a_restarted_server_continues_from_its_store() {
    let first = Server::start();
    post(&first, &event("START", "load", "1", 1, (&[], &["raw"])));
    post(&first, &event("COMPLETE", "load", "1", 5, (&[], &["raw"])));
    let second = Server::over(Arc::clone(&first.store));
    post(&second, &event("RUNNING", "load", "1", 6, (&[], &[])));
    post(&second, &event("START", "use", "2", 7, (&["raw"], &[])));
    post(&second, &event("START", "load", "3", 8, (&[], &[])));
    let run = run_of(&first, "dag");
    assert_eq!((run.task_count(), status(&run, "load")), (3, Status::Succeeded));
    assert_eq!(before(&run, "use"), ["load"]);
    assert_eq!(status(&run, "load #2"), Status::Running);
}

#[test]
fn invalid_events_are_refused_and_a_token_is_required() {
    let server = Server::start();
    let send = |server: &Server, head: &str, body: &str| {
        server.ask("POST", "/api/v1/lineage", head, body.as_bytes()).status
    };
    let json = "Content-Type: application/json\r\n";
    assert_eq!(send(&server, "Content-Type: text/plain\r\n", "{}"), 415);
    for body in ["", "{", "[{]", "\u{0}", "\"AAA\"", "1", "null"] {
        assert_eq!(send(&server, json, body), 400, "{body:?}");
    }
    for body in ["{}", "[]", "[1, null]", "{\"run\":{\"runId\":7},\"job\":{\"name\":[]}}"] {
        assert_eq!(send(&server, json, body), 200, "{body}");
    }
    assert_eq!(server.get("/api/v1/lineage").status, 405);
    let path = server.folder.join("tokens");
    let (read, ingest) = ("r".repeat(40), "i".repeat(40));
    std::fs::write(&path, format!("read {read}\ningest {ingest}\n")).unwrap();
    let guarded = Server::with(Some(Tokens::open(path).unwrap()));
    let body = event("START", "a", "1", 1, (&[], &[])).to_string();
    let with = |token: &str| send(&guarded, &format!("{json}Authorization: Bearer {token}\r\n"), &body);
    assert_eq!((send(&guarded, json, &body), with(&read), with(&ingest)), (401, 403, 200));
}

/// The interpreter that is asked for the client of OpenLineage.
fn python() -> String {
    std::env::var("MAKESPAN_OPENLINEAGE_PYTHON").unwrap_or_else(|_| "python3".to_owned())
}

#[test]
fn the_python_client_needs_only_the_address() {
    let is_there = Command::new(python())
        .args(["-c", "import openlineage.client.facet_v2"])
        .output()
        .is_ok_and(|output| output.status.success());
    if !is_there {
        eprintln!(
            "SKIPPED: {} has no openlineage-python; install it with pip, or name another interpreter in \
             MAKESPAN_OPENLINEAGE_PYTHON",
            python()
        );
        return;
    }
    let server = Server::start();
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/clients/lineage.py");
    let sent = Command::new(python())
        .arg(script)
        .env("OPENLINEAGE_URL", format!("http://127.0.0.1:{}", server.port))
        .output()
        .unwrap();
    assert!(sent.status.success(), "{}", String::from_utf8_lossy(&sent.stderr));
    let run = run_of(&server, "01890000-0000-7000-8000-000000000001");
    assert_eq!((run.title(), run.task_count()), ("nightly", 3));
    assert_eq!(before(&run, "nightly.sum"), ["nightly.load"]);
    assert_eq!(status(&run, "nightly.sum"), Status::Failed);
    let failed = run.attempts_of(run.find_task("nightly.sum").unwrap()).next_back().unwrap();
    assert_eq!(run.text(run.attempts.error[failed.index()]), "no such column");
    assert_eq!(run.recorded_status, Some(Status::Failed));
}
