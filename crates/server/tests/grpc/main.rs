//! Telemetry over gRPC: what is stored of it and answered, and what a connection of HTTP/2 may not do.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod client;
#[path = "../common/mod.rs"]
mod common;
mod limits;
#[path = "../load/mod.rs"]
mod load;

use axum::http::Method;
use client::{Client, LOGS, METRICS, TRACES, framed, packed};
use common::otlp::{TRACE, logs_message, metrics_message, traces_message};
use common::{Server, folder};
use makespan_server::Tokens;

const PROTOBUF: &str = "Content-Type: application/x-protobuf\r\n";

#[test]
fn a_call_stores_and_answers_what_a_request_of_http_does() {
    let server = Server::start();
    let mut client = Client::connect(server.port);
    for (path, message) in [(TRACES, traces_message()), (LOGS, logs_message()), (METRICS, metrics_message())]
    {
        let called = client.call(path, &[], &framed(0, &message));
        assert_eq!((called.status, called.code), (200, Some(0)), "{called:?}");
        assert_eq!(called.headers["content-type"], "application/grpc");
        let inner = match path {
            TRACES => "/v1/traces",
            LOGS => "/v1/logs",
            _ => "/v1/metrics",
        };
        let answer = server.ask("POST", inner, PROTOBUF, &message);
        assert_eq!(called.body, framed(0, &answer.body), "{path}");
    }
    let run = server.get(&format!("/api/v1/runs/{TRACE}")).json();
    assert_eq!(
        (&run["name"], &run["workflow"], &run["tasks"]),
        (&"checkout".into(), &"shop".into(), &1.into())
    );
    let events = String::from_utf8(server.get(&format!("/api/v1/runs/{TRACE}/events")).body).unwrap();
    assert_eq!(events.matches("low stock").count(), 1, "both ways together store it once: {events}");
    // The span without ids.
    let called = client.call(TRACES, &[], &framed(0, &traces_message()));
    assert_eq!(&called.body[5..9], [1 << 3 | 2, called.body.len() as u8 - 7, 1 << 3, 1]);
    // A message that is compressed, and one without fields.
    let zipped = framed(1, &packed(&traces_message()));
    let again = client.call(TRACES, &[("grpc-encoding", "gzip")], &zipped);
    assert_eq!((again.code, again.body), (Some(0), called.body));
    assert_eq!(
        client.call(LOGS, &[("content-type", "application/grpc+proto")], &framed(0, b"")).code,
        Some(0)
    );
    assert_eq!(server.get(&format!("/api/v1/runs/{TRACE}")).json()["events"], run["events"]);
}

/// Path, further headers, body, and the code that answers it.
type Case<'c> = (&'c str, &'c [(&'c str, &'c str)], Vec<u8>, Option<u16>);

#[test]
fn what_is_refused_has_the_code_that_exporters_know() {
    let server = Server::start();
    let mut client = Client::connect(server.port);
    let message = traces_message();
    let zipped = framed(1, &packed(&message));
    let (invalid, exhausted, unimplemented) = (Some(3), Some(8), Some(12));
    let cases: [Case; 11] = [
        (
            "/opentelemetry.proto.collector.profiles.v1development.ProfilesService/Export",
            &[],
            framed(0, b""),
            unimplemented,
        ),
        ("/grpc.health.v1.Health/Check", &[], framed(0, b""), unimplemented),
        ("/v1/traces", &[], framed(0, &message), unimplemented),
        (TRACES, &[], framed(0, b"\x7f\x7f\x7f"), invalid),
        (TRACES, &[], Vec::new(), invalid),
        (TRACES, &[], framed(0, &message)[..20].to_vec(), invalid),
        (TRACES, &[], [framed(0, &message), framed(0, &message)].concat(), unimplemented),
        (TRACES, &[("grpc-encoding", "zstd")], zipped.clone(), unimplemented),
        (TRACES, &[], zipped.clone(), invalid),
        (TRACES, &[("grpc-encoding", "gzip")], framed(1, &packed(&message)[..20]), invalid),
        // 65 MiB, once it is decompressed.
        (TRACES, &[("grpc-encoding", "gzip")], framed(1, &packed(&vec![0; 65 << 20])), exhausted),
    ];
    for (path, headers, body, code) in cases {
        let called = client.call(path, headers, &body);
        assert_eq!((called.status, called.code), (200, code), "{path} {headers:?} {called:?}");
        assert!(!called.message.is_empty() && called.body.is_empty(), "{called:?}");
        assert_eq!(called.headers["grpc-accept-encoding"], "identity,gzip");
    }
    assert_eq!(client.call(TRACES, &[], &framed(0, &vec![0; 17 << 20])).code, exhausted);
    let called = client.request((Method::GET, &format!("127.0.0.1:{}", server.port), TRACES), &[], b"");
    assert_eq!(called.code, unimplemented);
    assert_eq!(server.get("/api/v1/runs").json()["total"], 0);
}

#[test]
fn a_page_of_another_site_reaches_nothing_over_http2_either() {
    let server = Server::start();
    let mut client = Client::connect(server.port);
    let port = server.port;
    let own = format!("127.0.0.1:{port}");
    let body = framed(0, &traces_message());
    let mut code = |authority: &str, headers: &[(&str, &str)]| {
        client.request((Method::POST, authority, TRACES), headers, &body).code
    };
    for authority in [&*own, &format!("localhost:{port}"), &format!("[::1]:{port}")] {
        assert_eq!(code(authority, &[]), Some(0), "{authority}");
    }
    for authority in [
        "evil.example",
        &format!("evil.example:{port}"),
        "127.0.0.1:1",
        &format!("127.0.0.1.evil.example:{port}"),
    ] {
        assert_eq!(code(authority, &[]), Some(7), "{authority}");
        // Neither of the two names may be another's.
        assert_eq!(code(&own, &[("host", authority)]), Some(7), "{authority}");
        assert_eq!(code(authority, &[("host", &own)]), Some(7), "{authority}");
        assert_eq!(code(&own, &[("origin", &format!("http://{authority}"))]), Some(7), "{authority}");
    }
    assert_eq!(code(&own, &[("origin", "null")]), Some(7));
    assert_eq!(code(&own, &[("sec-fetch-site", "cross-site")]), Some(7));
    assert_eq!(code(&own, &[("host", &own), ("origin", &format!("http://{own}"))]), Some(0));
}

#[test]
fn over_http2_only_calls_are_answered() {
    let server = Server::start();
    let mut client = Client::connect(server.port);
    let authority = format!("127.0.0.1:{}", server.port);
    for (method, path, media_type) in [
        (Method::GET, "/", ""),
        (Method::GET, "/health", ""),
        (Method::GET, "/api/v1/runs", "application/json"),
        (Method::POST, "/v1/traces", "application/json"),
        (Method::POST, TRACES, "application/json"),
        (Method::POST, TRACES, "application/grpc-web"),
        (Method::DELETE, "/api/v1/live", ""),
    ] {
        let called = client.request((method, &authority, path), &[("content-type", media_type)], b"{}");
        assert_eq!((called.status, called.code), (505, None), "{path} {media_type}");
        assert_eq!(called.headers["x-content-type-options"], "nosniff");
    }
    // And calls only over HTTP/2.
    let answer = server.ask("POST", TRACES, "Content-Type: application/grpc\r\n", &framed(0, b""));
    assert_eq!(answer.status, 405);
}

#[test]
fn a_call_needs_a_token_for_sending() {
    let file = folder().join("tokens");
    let (read, ingest) = ("r".repeat(40), "i".repeat(40));
    std::fs::write(&file, format!("read {read}\ningest {ingest}\n")).unwrap();
    let server = Server::with(Some(Tokens::open(file).unwrap()));
    let mut client = Client::connect(server.port);
    let mut code = |token: &str| {
        let value = format!("Bearer {token}");
        client.call(TRACES, &[("authorization", &value)], &framed(0, &traces_message())).code
    };
    assert_eq!((code("wrong"), code(&read), code(&ingest)), (Some(16), Some(7), Some(0)));
    let called = client.call(TRACES, &[], &framed(0, &traces_message()));
    assert_eq!((called.code, called.message.contains("token")), (Some(16), true));
    // Whoever has no token does not learn what is there.
    assert_eq!(client.call("/no.such.Service/Method", &[], b"").code, Some(16));
}
