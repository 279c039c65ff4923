//! Runs that are followed while they grow.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpStream;
use std::time::Duration;

use common::{Server, tasks};
use futures_util::{SinkExt as _, StreamExt as _};
use serde_json::Value;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tokio_tungstenite::tungstenite::{Error, Message};

/// A client of the stream of a run.
struct Stream {
    lines: std::io::Lines<BufReader<TcpStream>>,
    last: String,
}

impl Stream {
    fn open(server: &Server, path: &str, headers: &str) -> Stream {
        let mut stream = server.connect();
        let head = format!("GET {path} HTTP/1.1\r\nHost: localhost:{}\r\n{headers}\r\n", server.port);
        stream.write_all(head.as_bytes()).unwrap();
        Stream { lines: BufReader::new(stream).lines(), last: String::new() }
    }

    /// Events until there are so many, by the names of their tasks.
    fn events(&mut self, count: usize) -> Vec<String> {
        let mut found = Vec::new();
        while found.len() < count {
            let line = self.lines.next().expect("the stream goes on").unwrap();
            if let Some(id) = line.strip_prefix("id: ") {
                self.last = id.to_owned();
            } else if let Some(data) = line.strip_prefix("data: ") {
                let event: Value = serde_json::from_str(data).unwrap_or_default();
                found.extend(event["task"].as_str().map(str::to_owned));
            }
        }
        found
    }
}

fn names(first: u64, count: u64) -> Vec<String> {
    (first..first + count).map(|i| format!("t{i}")).collect()
}

#[test]
fn a_followed_run_has_no_gaps_wherever_the_connection_breaks() {
    let server = Server::start();
    server.send("r", "p", 1, &tasks(0, 3_000));
    let mut seen = Vec::new();
    let mut stream = Stream::open(&server, "/api/v1/runs/r/live", "");
    seen.extend(stream.events(3_000));
    for round in 0..5u64 {
        let first = 3_000 + round * 20;
        server.send("r", "p", first + 1, &tasks(first, 10));
        seen.extend(stream.events(10));
        assert_eq!(stream.last, (first + 10).to_string());
        let last = std::mem::take(&mut stream.last);
        drop(stream);
        // What comes while nobody listens is sent first.
        server.send("r", "p", first + 11, &tasks(first + 10, 10));
        stream = Stream::open(&server, "/api/v1/runs/r/live", &format!("Last-Event-ID: {last}\r\n"));
        seen.extend(stream.events(10));
    }
    assert_eq!(seen, names(0, 3_100));
}

#[test]
fn events_of_other_processes_are_followed_too() {
    let server = Server::start();
    server.send("r", "p", 1, &tasks(0, 1));
    let mut stream = Stream::open(&server, "/api/v1/runs/r/live?after=1", "");
    let url = format!("sqlite:{}", server.folder.join("runs.db").display());
    let other = makespan_store::open(&url).unwrap();
    let text = tasks(1, 4);
    let lines: Vec<makespan_store::Numbered<'_>> =
        (1..).zip(text.lines()).map(|(seq, line)| makespan_store::Numbered { seq, line }).collect();
    // The server lets go of a store that it does not write to.
    let batch = makespan_store::Batch { run: "r", producer: "other", lines: &lines };
    let stored = (0..100).find_map(|_| {
        std::thread::sleep(Duration::from_millis(50));
        other.append(&batch).ok()
    });
    assert_eq!(stored.map(|s| s.stored), Some(4));
    assert_eq!(stream.events(4), names(1, 4));
}

#[test]
fn a_client_that_does_not_read_delays_nobody() {
    let server = Server::start();
    server.send("r", "p", 1, &tasks(0, 10_000));
    // These have megabytes to read, and do not.
    let idle: Vec<Stream> = (0..50).map(|_| Stream::open(&server, "/api/v1/runs/r/live", "")).collect();
    let mut stream = Stream::open(&server, "/api/v1/runs/r/live?after=10000", "");
    for i in 0..5u64 {
        let from = std::time::Instant::now();
        server.send("r", "p", 10_001 + i, &tasks(10_000 + i, 1));
        assert_eq!(stream.events(1), names(10_000 + i, 1));
        assert!(from.elapsed() < Duration::from_secs(5), "{:?}", from.elapsed());
    }
    drop(idle);
}

async fn next(socket: &mut (impl futures_util::Stream<Item = Result<Message, Error>> + Unpin)) -> Value {
    loop {
        let message =
            tokio::time::timeout(Duration::from_secs(20), socket.next()).await.unwrap().unwrap().unwrap();
        if let Message::Text(text) = message {
            return serde_json::from_str(&text).unwrap();
        }
    }
}

fn blocking<T>(work: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(work)
}

#[test]
fn a_websocket_can_follow_a_run_a_workflow_or_everything() {
    let server = Server::start();
    server.send(
        "r",
        "p",
        1,
        &format!("{{\"event\":\"run\",\"run\":\"r\",\"workflow\":\"w\"}}\n{}", tasks(0, 2)),
    );
    blocking(async {
        let url = format!("ws://127.0.0.1:{}/api/v1/live", server.port);
        let (mut socket, _) = tokio_tungstenite::connect_async(&url).await.unwrap();
        socket.send(Message::text("nonsense")).await.unwrap();
        assert_eq!(next(&mut socket).await["type"], "error");
        socket.send(Message::text(r#"{"subscribe":"workflow","workflow":"w"}"#)).await.unwrap();
        let snapshot = next(&mut socket).await;
        assert_eq!((&snapshot["type"], &snapshot["runs"][0]["run"]), (&"snapshot".into(), &"r".into()));
        socket.send(Message::text(r#"{"subscribe":"run","run":"r","after":1}"#)).await.unwrap();
        let events = next(&mut socket).await;
        assert_eq!(
            (events["from"].as_u64(), events["to"].as_u64(), &events["events"][1]["task"]),
            (Some(1), Some(3), &"t1".into())
        );
        assert_eq!(next(&mut socket).await["type"], "state");
        server.send("r", "p", 4, &tasks(2, 1));
        let (mut heard, mut seq) = (Vec::new(), None);
        while heard.len() < 3 {
            let message = next(&mut socket).await;
            seq = message["seq"].as_u64().or(seq);
            heard.push(message["type"].as_str().unwrap().to_owned());
        }
        heard.sort();
        assert_eq!((heard, seq), (vec!["events".to_owned(), "runs".to_owned(), "state".to_owned()], Some(2)));
        // A message that is too long ends the connection and nothing else.
        socket.send(Message::text("x".repeat(300 << 10))).await.unwrap();
        while let Some(Ok(_)) = socket.next().await {}
    });
    assert_eq!(server.get("/health").status, 200);
}

#[test]
fn a_websocket_handshake_from_another_site_is_refused() {
    let server = Server::start();
    blocking(async {
        for path in ["/api/v1/live", "/ws/lineage"] {
            let mut request = format!("ws://127.0.0.1:{}{path}", server.port).into_client_request().unwrap();
            request.headers_mut().insert("origin", "http://evil.example".parse().unwrap());
            match tokio_tungstenite::connect_async(request).await {
                Err(Error::Http(response)) => assert_eq!(response.status(), 403, "{path}"),
                other => panic!("{path}: {other:?}"),
            }
        }
    });
}

#[test]
fn graflow_s_messages_are_delivered() {
    let server = Server::start();
    server.send("old", "p", 1, &tasks(0, 2));
    blocking(async {
        let url = format!("ws://127.0.0.1:{}/ws/lineage", server.port);
        let (mut socket, _) = tokio_tungstenite::connect_async(&url).await.unwrap();
        tokio::time::sleep(Duration::from_millis(800)).await;
        let lines = "{\"event\":\"run\",\"run\":\"n\",\"workflow\":\"w\",\"started\":1000000000}\n\
            {\"event\":\"attempt\",\"task\":\"a\",\"number\":1,\"started\":2000000000,\"status\":\"running\"}\n\
            {\"event\":\"attempt\",\"task\":\"a\",\"number\":1,\"ended\":3000000000,\"status\":\"succeeded\"}\n\
            {\"event\":\"attempt\",\"task\":\"b\",\"number\":1,\"ended\":4000000000,\"status\":\"failed\",\"error\":{\"message\":\"x\"}}\n";
        server.send("n", "p", 1, lines);
        for expected in ["workflow_started", "task_started", "task_completed", "task_failed"] {
            let message = next(&mut socket).await;
            assert_eq!(message["type"], expected, "{message}");
        }
    });
}
