//! The SDK of OpenTelemetry for Python, as it is, sends to the server.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stderr)]

mod common;

use std::process::Command;

use common::Server;
use serde_json::Value;

/// The interpreter that is asked for the SDK.
fn python() -> String {
    std::env::var("MAKESPAN_OTEL_PYTHON").unwrap_or_else(|_| "python3".to_owned())
}

#[test]
fn a_trace_of_the_python_sdk_is_a_run_with_its_logs_and_its_failure() {
    check("http");
}

#[test]
fn over_grpc_the_python_sdk_sends_the_same() {
    check("grpc");
}

/// Checks what is stored of what the SDK sends over this protocol.
fn check(protocol: &str) {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/clients/otel.py");
    let imports = format!("import opentelemetry.sdk, opentelemetry.exporter.otlp.proto.{protocol}");
    let is_there = Command::new(python()).args(["-c", &imports]).output().is_ok_and(|o| o.status.success());
    if !is_there {
        eprintln!(
            "SKIPPED: {} has no opentelemetry-sdk and opentelemetry-exporter-otlp-proto-{protocol}; install them with \
             pip, or name another interpreter in MAKESPAN_OTEL_PYTHON",
            python()
        );
        return;
    }
    let server = Server::start();
    let address = format!("http://127.0.0.1:{}", server.port);
    let sent = Command::new(python()).args([script, &address, protocol]).output().unwrap();
    let said = String::from_utf8_lossy(&sent.stderr).into_owned();
    assert!(sent.status.success() && !said.to_lowercase().contains("failed to export"), "{said}");
    let trace = String::from_utf8(sent.stdout).unwrap().trim().to_owned();
    let run = server.get(&format!("/api/v1/runs/{trace}")).json();
    assert_eq!(
        (&run["name"], &run["workflow"], &run["tasks"]),
        (&"checkout".into(), &"shop".into(), &3.into())
    );
    let failed = server.get(&format!("/api/v1/runs/{trace}/tasks?q=status:failed")).json();
    assert_eq!((&failed["matched"], &failed["tasks"][0]["name"]), (&1.into(), &"payment".into()));
    let root = server.get(&format!("/api/v1/runs/{trace}/tasks?q=name=checkout")).json();
    let parent = root["tasks"][0]["id"].as_str().unwrap().to_owned();
    let children = server.get(&format!("/api/v1/runs/{trace}/tasks?q=parent:{parent}")).json();
    assert_eq!(children["matched"], 2, "{children}");
    let events = String::from_utf8(server.get(&format!("/api/v1/runs/{trace}/events")).body).unwrap();
    assert!(events.contains("low stock") && events.contains("card refused"), "{events}");
    // What belongs to no trace is a run of its service and day.
    let runs = server.get("/api/v1/runs?q=telemetry%20of").json();
    let loose: Vec<&Value> = runs["runs"].as_array().unwrap().iter().collect();
    assert_eq!(loose.len(), 1, "{runs}");
    let id = loose[0]["run"].as_str().unwrap().replace(' ', "%20");
    let events = String::from_utf8(server.get(&format!("/api/v1/runs/{id}/events")).body).unwrap();
    for metric in ["\"orders\"", "\"latency.sum\"", "\"latency.count\""] {
        assert!(events.contains(metric), "{metric} is not in {events}");
    }
}
