//! What a server does not put up with.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use std::io::{Read as _, Write as _};
use std::net::Ipv4Addr;
use std::time::{Duration, Instant};

use common::{Server, folder, tasks};
use makespan_server::{Contents, ServeError, SessionLimits, Settings, Tokens};

#[test]
fn slow_requests_are_disconnected_and_others_are_served() {
    let server = Server::start();
    // Heads that never end, and connections on which nothing is said.
    let mut slow: Vec<_> = (0..200)
        .map(|i| {
            let mut stream = server.connect();
            if i % 2 == 0 {
                stream.write_all(b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX-A: ").unwrap();
            }
            stream
        })
        .collect();
    let from = Instant::now();
    while from.elapsed() < Duration::from_secs(3) {
        let asked = Instant::now();
        assert_eq!(server.get("/health").status, 200);
        assert!(asked.elapsed() < Duration::from_secs(2));
    }
    for stream in &mut slow {
        let mut rest = Vec::new();
        let _ = stream.read_to_end(&mut rest);
    }
    assert!(from.elapsed() < Duration::from_secs(25), "{:?}", from.elapsed());
}

#[test]
fn a_head_that_is_too_large_is_refused() {
    let server = Server::start();
    let long = format!("X-Long: {}\r\n", "x".repeat(64 << 10));
    assert!(matches!(server.ask("GET", "/health", &long, b"").status, 0 | 431));
    let many: String = (0..200).map(|i| format!("X-{i}: 1\r\n")).collect();
    assert!(matches!(server.ask("GET", "/health", &many, b"").status, 0 | 431));
    assert_eq!(server.get("/health").status, 200);
}

#[test]
fn an_address_that_others_reach_needs_tokens() {
    let settings = Settings {
        bind: Ipv4Addr::UNSPECIFIED.into(),
        port: 0,
        hosts: Vec::new(),
        tokens: None,
        path_token: None,
        sessions: SessionLimits::default(),
        is_open: false,
    };
    let contents = Contents {
        assets: |_| None,
        files: Vec::new(),
        store: None,
        open_writer: None,
        alerts: None,
        every_second: Vec::new(),
    };
    let served = makespan_server::serve(settings, contents, |_| Err::<(), ()>(()));
    assert!(matches!(served, Err(ServeError::NoToken(_))), "{served:?}");
}

#[test]
fn a_token_allows_its_scope_on_every_address() {
    let file = folder().join("tokens");
    let (read, ingest) = ("r".repeat(40), "i".repeat(40));
    std::fs::write(&file, format!("read {read}\ningest {ingest}\n")).unwrap();
    let server = Server::with(Some(Tokens::open(file).unwrap()));
    let with = |token: &str| format!("Authorization: Bearer {token}\r\n");
    let post = |token: &str| {
        let headers = format!("Content-Type: application/x-ndjson\r\n{}", with(token));
        server.ask("POST", "/api/v1/runs/r/events?producer=p&seq=1", &headers, tasks(0, 1).as_bytes()).status
    };
    assert_eq!((post(&read), post("wrong"), post(&ingest)), (403, 401, 200));
    assert_eq!(server.get("/health").status, 200);
    for path in [
        "/",
        "/api/v1/runs",
        "/api/v1/runs/r",
        "/api/v1/runs/r/live",
        "/api/v1/live",
        "/metrics",
        "/ws/lineage",
        "/api/executions",
    ] {
        let none = server.get(path);
        assert_eq!((none.status, none.header("www-authenticate").is_some()), (401, true), "{path}");
        assert_eq!(server.ask("GET", path, &with(&ingest), b"").status, 403, "{path}");
    }
    assert_eq!(server.ask("GET", "/api/v1/runs/r", &with(&read), b"").status, 200);
}
