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

/// The most memory that this process had so far, bytes; 0 where the system does not say.
fn peak_memory() -> u64 {
    let text = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap_or("0 kB");
    line.trim().trim_end_matches(" kB").trim().parse::<u64>().unwrap() << 10
}

#[test]
fn many_bodies_at_once_do_not_multiply_the_limit_of_one() {
    let server = Server::start();
    let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    let block = vec![b' '; 1 << 20];
    (0..256).for_each(|_| packer.write_all(&block).unwrap());
    let bomb = packer.finish().unwrap();
    let headers = "Content-Type: application/x-ndjson\r\nContent-Encoding: gzip\r\n";
    let before = peak_memory();
    let mut statuses: Vec<u16> = Vec::new();
    std::thread::scope(|scope| {
        let (server, bomb) = (&server, &bomb);
        let send = move |n: usize| {
            let path = format!("/api/v1/runs/bomb-{n}/events?producer=p&seq=1");
            let answer = server.ask("POST", &path, headers, bomb);
            if answer.status == 503 {
                assert_eq!(answer.header("retry-after"), Some("1"));
            }
            answer.status
        };
        let threads: Vec<_> = (0..16).map(|n| scope.spawn(move || send(n))).collect();
        statuses.extend(threads.into_iter().map(|thread| thread.join().unwrap()));
    });
    assert!(statuses.iter().all(|status| matches!(status, 413 | 503)), "{statuses:?}");
    let growth = peak_memory().saturating_sub(before);
    // A vector that grows takes its old and its new size for a moment, and the allocator keeps some of both.
    assert!(growth < 256 << 20, "{} MiB for 16 bodies of 256 MiB", growth >> 20);
    // Everything is given back.
    let path = "/api/v1/runs/fine/events?producer=p&seq=1";
    let line = b"{\"event\":\"run\",\"run\":\"fine\"}\n";
    assert_eq!(server.ask("POST", path, "Content-Type: application/x-ndjson\r\n", line).status, 200);
    assert_eq!(server.ask("POST", path, headers, &bomb).status, 413);
}
