//! A real server on a port of its own, and a client that tidies up nothing.
// Each test file is a program of its own and uses what it needs.
#![allow(dead_code, clippy::unwrap_used, clippy::expect_used, clippy::panic)]

pub(crate) mod otlp;

use std::io::{Read as _, Write as _};
use std::net::{Ipv4Addr, TcpStream};
use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, mpsc};
use std::time::Duration;

use makespan_server::alerts::AlertLedger;
use makespan_server::{Contents, OpenWriter, SessionLimits, Settings, Tokens};
use makespan_store::Store;
use serde_json::Value;

pub(crate) struct Server {
    pub(crate) port: u16,
    pub(crate) store: Arc<dyn Store>,
    pub(crate) folder: PathBuf,
}

pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) head: String,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body)
            .unwrap_or_else(|error| panic!("{error}: {} {}", self.head, String::from_utf8_lossy(&self.body)))
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().find_map(|line| {
            let (key, value) = line.split_once(':')?;
            key.eq_ignore_ascii_case(name).then(|| value.trim())
        })
    }
}

/// A folder of the test's own.
pub(crate) fn folder() -> PathBuf {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let name = format!("makespan-server-{}-{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
    let folder = std::env::temp_dir().join(name);
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).unwrap();
    folder
}

impl Server {
    pub(crate) fn start() -> Server {
        Server::with(None)
    }

    /// A server that holds runs open within these limits.
    pub(crate) fn holding(sessions: SessionLimits) -> Server {
        Server::limited(None, sessions)
    }

    pub(crate) fn with(tokens: Option<Tokens>) -> Server {
        Server::limited(tokens, SessionLimits::default())
    }

    fn limited(tokens: Option<Tokens>, sessions: SessionLimits) -> Server {
        let folder = folder();
        let url = format!("sqlite:{}", folder.join("runs.db").display());
        let store: Arc<dyn Store> = Arc::from(makespan_store::open(&url).unwrap());
        let writer: OpenWriter = Box::new(move || makespan_store::open(&url));
        Server::at(folder, store, Some(writer), tokens, sessions)
    }

    /// Another server over the store of one that is there.
    pub(crate) fn over(store: Arc<dyn Store>) -> Server {
        Server::at(folder(), store, None, None, SessionLimits::default())
    }

    fn at(
        folder: PathBuf,
        store: Arc<dyn Store>,
        open_writer: Option<OpenWriter>,
        tokens: Option<Tokens>,
        sessions: SessionLimits,
    ) -> Server {
        let (bound, address) = mpsc::channel();
        let settings = Settings {
            bind: Ipv4Addr::LOCALHOST.into(),
            port: 0,
            hosts: Vec::new(),
            tokens,
            path_token: None,
            sessions,
            is_open: false,
        };
        let contents = Contents {
            assets: |_| None,
            files: Vec::new(),
            store: Some(Arc::clone(&store)),
            open_writer,
            alerts: Some(Arc::new(AlertLedger::new(folder.join("runs.db.alerts")))),
            every_second: Vec::new(),
        };
        // It ends with the program.
        std::thread::spawn(move || {
            makespan_server::serve(settings, contents, |address| bound.send(address.to_owned())).unwrap();
        });
        let address = address.recv_timeout(Duration::from_secs(20)).unwrap();
        let port = address.trim_end_matches('/').rsplit(':').next().unwrap().parse().unwrap();
        Server { port, store, folder }
    }

    pub(crate) fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(("127.0.0.1", self.port)).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
        stream
    }

    pub(crate) fn ask(&self, method: &str, path: &str, headers: &str, body: &[u8]) -> Answer {
        let mut stream = self.connect();
        let head = format!(
            "{method} {path} HTTP/1.1\r\nHost: 127.0.0.1:{}\r\nConnection: close\r\nContent-Length: {}\r\n{headers}\r\n",
            self.port,
            body.len()
        );
        let _ = stream.write_all(head.as_bytes());
        let _ = stream.write_all(body);
        let mut bytes = Vec::new();
        let _ = stream.read_to_end(&mut bytes);
        let split = bytes.windows(4).position(|w| w == b"\r\n\r\n").map_or(bytes.len(), |at| at + 4);
        let head = String::from_utf8_lossy(&bytes[..split]).into_owned();
        let status = head.split(' ').nth(1).and_then(|s| s.parse().ok()).unwrap_or(0);
        let mut answer = Answer { status, head, body: bytes[split..].to_vec() };
        if answer.header("transfer-encoding") == Some("chunked") {
            answer.body = unchunked(&answer.body);
        }
        answer
    }

    pub(crate) fn get(&self, path: &str) -> Answer {
        self.ask("GET", path, "", b"")
    }

    /// Sends lines of events, the first of which has that number.
    pub(crate) fn send(&self, run: &str, producer: &str, seq: u64, lines: &str) -> Answer {
        let path = format!("/api/v1/runs/{run}/events?producer={producer}&seq={seq}");
        self.ask("POST", &path, "Content-Type: application/x-ndjson\r\n", lines.as_bytes())
    }
}

fn unchunked(mut rest: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    while let Some(end) = rest.windows(2).position(|w| w == b"\r\n") {
        let size = usize::from_str_radix(std::str::from_utf8(&rest[..end]).unwrap(), 16).unwrap();
        if size == 0 {
            break;
        }
        out.extend_from_slice(&rest[end + 2..end + 2 + size]);
        rest = &rest[end + 2 + size + 2..];
    }
    out
}

/// Lines of tasks that ran one after another: `count` of them from `first` on.
pub(crate) fn tasks(first: u64, count: u64) -> String {
    (first..first + count)
        .map(|i| {
            let (start, end) = (i * 1_000_000_000, i * 1_000_000_000 + 900_000_000);
            format!(
                "{{\"event\":\"attempt\",\"task\":\"t{i}\",\"number\":1,\"started\":{start},\"ended\":{end},\"worker\":\"w{}\",\"status\":\"succeeded\"}}\n",
                i % 4
            )
        })
        .collect()
}
