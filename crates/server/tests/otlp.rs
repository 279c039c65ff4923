//! Telemetry of OpenTelemetry's exporters: what is stored of it, and what is answered.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use std::io::Write as _;

use common::otlp::{TRACE, logs_message, metrics_message, traces_message};
use common::{Answer, Server};
use serde_json::{Value, json};

const JSON: &str = "Content-Type: application/json\r\n";
const PROTOBUF: &str = "Content-Type: application/x-protobuf\r\n";

fn span(id: &str, parent: &str, name: &str, start: u64, end: u64) -> Value {
    json!({
        "traceId": TRACE, "spanId": id, "parentSpanId": parent, "name": name, "kind": 1,
        "startTimeUnixNano": (start * 1_000_000_000).to_string(),
        "endTimeUnixNano": (end * 1_000_000_000).to_string(),
        "status": {}
    })
}

fn traces(spans: &[Value]) -> Vec<u8> {
    let resource = json!({ "attributes": [{ "key": "service.name", "value": { "stringValue": "shop" } }] });
    json!({ "resourceSpans": [{ "resource": resource, "scopeSpans": [{ "spans": spans }] }] })
        .to_string()
        .into_bytes()
}

fn post(server: &Server, path: &str, headers: &str, body: &[u8]) -> Answer {
    server.ask("POST", path, headers, body)
}

#[test]
fn a_trace_that_comes_in_parts_is_one_run_with_its_tree() {
    let server = Server::start();
    // Children end first, so their parent comes later.
    let child = traces(&[span("aaaaaaaaaaaaaaaa", "bbbbbbbbbbbbbbbb", "query", 2, 3)]);
    let root = traces(&[span("bbbbbbbbbbbbbbbb", "", "checkout", 1, 4)]);
    for body in [&child, &root] {
        let answer = post(&server, "/v1/traces", JSON, body);
        assert_eq!((answer.status, answer.json()), (200, json!({})));
        // Sent again after a broken connection, it is stored once.
        assert_eq!(post(&server, "/v1/traces", JSON, body).status, 200);
    }
    let run = server.get(&format!("/api/v1/runs/{TRACE}")).json();
    assert_eq!((&run["name"], &run["workflow"]), (&json!("checkout"), &json!("shop")));
    assert_eq!((&run["tasks"], &run["status"]), (&json!(2), &json!("succeeded")));
    let found = server.get(&format!("/api/v1/runs/{TRACE}/tasks?q=parent:bbbbbbbbbbbbbbbb")).json();
    assert_eq!((&found["matched"], &found["tasks"][0]["name"]), (&json!(1), &json!("query")));
    let metrics = server.get("/metrics");
    assert!(String::from_utf8_lossy(&metrics.body).contains("makespan_events_duplicate_total"));
    let events = run["events"].as_u64().unwrap();
    post(&server, "/v1/traces", JSON, &root);
    assert_eq!(server.get(&format!("/api/v1/runs/{TRACE}")).json()["events"], events);
}

#[test]
fn what_is_rejected_is_counted() {
    let server = Server::start();
    let mut short = span("aaaa", "", "short", 1, 2);
    let mut zero = span("cccccccccccccccc", "", "zero", 1, 2);
    zero["traceId"] = "0".repeat(32).into();
    short["attributes"] = json!([{ "key": "a", "value": { "intValue": "1" } }]);
    let body = traces(&[span("bbbbbbbbbbbbbbbb", "", "good", 1, 2), short, zero, json!({ "name": "bare" })]);
    let answer = post(&server, "/v1/traces", JSON, &body).json();
    assert_eq!(answer["partialSuccess"]["rejectedSpans"], "3", "{answer}");
    assert_eq!(server.get(&format!("/api/v1/runs/{TRACE}")).json()["tasks"], 1);
}

#[test]
fn protobuf_says_the_same_in_all_three_signals() {
    let server = Server::start();
    let answer = post(&server, "/v1/traces", PROTOBUF, &traces_message());
    assert_eq!((answer.status, answer.header("content-type")), (200, Some("application/x-protobuf")));
    // A message of one field, the partial success, whose first field is the number.
    assert_eq!(&answer.body[..1], [1 << 3 | 2]);
    assert_eq!(&answer.body[2..4], [1 << 3, 1]);

    let answer = post(&server, "/v1/logs", PROTOBUF, &logs_message());
    assert_eq!((answer.status, answer.body.len()), (200, 0));
    let events = String::from_utf8(server.get(&format!("/api/v1/runs/{TRACE}/events")).body).unwrap();
    assert!(events.contains("low stock") && events.contains("WARN"), "{events}");

    assert_eq!(post(&server, "/v1/metrics", PROTOBUF, &metrics_message()).status, 200);
    let runs = server.get("/api/v1/runs").json();
    let ids: Vec<&str> =
        runs["runs"].as_array().unwrap().iter().map(|r| r["run"].as_str().unwrap()).collect();
    assert_eq!(ids.len(), 2, "{ids:?}");
    assert!(ids.contains(&"telemetry of shop 1970-01-01"), "{ids:?}");
}

#[test]
fn what_is_not_otlp_is_refused_in_the_language_of_the_client() {
    let server = Server::start();
    for (headers, body, status) in [
        (JSON, "[]", 400),
        (JSON, "{", 400),
        (JSON, "", 400),
        (PROTOBUF, "\u{7f}\u{7f}\u{7f}", 400),
        ("Content-Type: text/plain\r\n", "{}", 415),
        ("Content-Type: application/json\r\nContent-Encoding: zstd\r\n", "{}", 415),
        ("Content-Type: application/json\r\nContent-Encoding: gzip\r\n", "{}", 400),
    ] {
        let answer = post(&server, "/v1/traces", headers, body.as_bytes());
        assert_eq!(answer.status, status, "{headers} {body}");
        let media_type =
            if headers == PROTOBUF { "application/x-protobuf" } else { "application/problem+json" };
        assert_eq!(answer.header("content-type"), Some(media_type), "{headers} {body}");
    }
    assert_eq!(server.get("/v1/traces").status, 405);
    assert_eq!(post(&server, "/v1/traces?x=1", JSON, b"{}").status, 400);
    // Nothing is as good as something.
    assert_eq!(post(&server, "/v1/traces", JSON, b"{}").status, 200);
    assert_eq!(post(&server, "/v1/traces", PROTOBUF, b"").status, 200);
    assert_eq!(server.get("/api/v1/runs").json()["total"], 0);
}

#[test]
fn events_beyond_the_size_limit_are_refused() {
    let server = Server::start();
    // Packed, a resource of a megabyte that a hundred traces share is small.
    let resource = json!({ "attributes": [{ "key": "a", "value": { "stringValue": "x".repeat(1 << 20) } }] });
    let spans: Vec<Value> = (1..=100)
        .map(|i| json!({ "traceId": format!("{i:032x}"), "spanId": format!("{i:016x}"), "name": "a" }))
        .collect();
    let body = json!({ "resourceSpans": [{ "resource": resource, "scopeSpans": [{ "spans": spans }] }] });
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    packed.write_all(body.to_string().as_bytes()).unwrap();
    let headers = "Content-Type: application/json\r\nContent-Encoding: gzip\r\n";
    let answer = post(&server, "/v1/traces", headers, &packed.finish().unwrap());
    assert_eq!(answer.status, 413);
    assert_eq!(server.get("/api/v1/runs").json()["total"], 0);
}
