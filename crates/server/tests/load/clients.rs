//! Clients that send: events as lines, and spans as OTLP.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU16, AtomicU64, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use super::{Times, now};

/// A connection that is kept.
pub(crate) struct Connection {
    stream: TcpStream,
    port: u16,
    bytes: Vec<u8>,
}

impl Connection {
    pub(crate) fn open(port: u16) -> std::io::Result<Connection> {
        let stream = TcpStream::connect(("127.0.0.1", port))?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(Duration::from_secs(30)))?;
        Ok(Connection { stream, port, bytes: Vec::new() })
    }

    /// Sends a request with a body and reads the response; returns its status.
    pub(crate) fn post(&mut self, path: &str, media_type: &str, body: &[u8]) -> std::io::Result<u16> {
        let head = format!(
            "POST {path} HTTP/1.1\r\nHost: 127.0.0.1:{}\r\nContent-Type: {media_type}\r\nContent-Length: {}\r\n\r\n",
            self.port,
            body.len()
        );
        let mut request = head.into_bytes();
        request.extend_from_slice(body);
        self.ask(&request)
    }

    /// Requests a document and reads it; returns the status.
    pub(crate) fn get(&mut self, path: &str) -> std::io::Result<u16> {
        self.ask(format!("GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{}\r\n\r\n", self.port).as_bytes())
    }

    /// The body of the last response.
    pub(crate) fn body(&self) -> &[u8] {
        let head = self.bytes.windows(4).position(|part| part == b"\r\n\r\n");
        head.map_or(&[], |at| &self.bytes[at + 4..])
    }

    /// A header of the last response, by its name in lower case.
    pub(crate) fn header(&self, name: &str) -> Option<String> {
        let head = self.bytes.windows(4).position(|part| part == b"\r\n\r\n")?;
        let head = String::from_utf8_lossy(&self.bytes[..head]).to_lowercase();
        head.lines().find_map(|line| Some(line.strip_prefix(name)?.strip_prefix(':')?.trim().to_owned()))
    }

    /// Whether the server closes the connection after the last response.
    pub(crate) fn is_closing(&self) -> bool {
        self.header("connection").as_deref() == Some("close")
    }

    fn ask(&mut self, request: &[u8]) -> std::io::Result<u16> {
        self.stream.write_all(request)?;
        let lost = || std::io::Error::from(std::io::ErrorKind::UnexpectedEof);
        self.bytes.clear();
        let mut part = [0; 4096];
        loop {
            if let Some(at) = self.bytes.windows(4).position(|w| w == b"\r\n\r\n") {
                let head = String::from_utf8_lossy(&self.bytes[..at]).to_lowercase();
                let length =
                    head.lines().find_map(|l| l.strip_prefix("content-length: ")?.parse::<usize>().ok());
                if self.bytes.len() >= at + 4 + length.unwrap_or(0) {
                    return head.split(' ').nth(1).and_then(|status| status.parse().ok()).ok_or_else(lost);
                }
            }
            let count = self.stream.read(&mut part)?;
            if count == 0 {
                return Err(lost());
            }
            self.bytes.extend_from_slice(&part[..count]);
        }
    }
}

/// The lines of a producer's events from a number on: half of them starts, half ends.
pub(crate) fn lines(producer: usize, from: u64, count: u64) -> String {
    (from..from + count)
        .map(|seq| {
            let (task, kind) = (seq / 2, if seq % 2 == 0 { "started" } else { "ended" });
            let status = if seq % 2 == 0 { "running" } else { "succeeded" };
            format!(
                "{{\"event\":\"attempt\",\"task\":\"p{producer}-{task}\",\"number\":1,\"{kind}\":{},\"status\":\"{status}\"}}\n",
                seq * 1_000_000
            )
        })
        .collect()
}

/// What senders did.
#[derive(Debug, Default)]
pub(crate) struct Sent {
    /// Events that were acknowledged.
    pub(crate) acknowledged: u64,
    /// From the request to its acknowledgement.
    pub(crate) acks: Times,
    /// Requests that were refused because the server was busy, and were sent again.
    pub(crate) refused: u64,
    /// How long all of it took.
    pub(crate) took: Duration,
}

impl Sent {
    pub(crate) fn per_second(&self) -> f64 {
        (self.acknowledged as f64 / self.took.as_secs_f64()).round()
    }

    /// Both, one after the other.
    pub(crate) fn and(mut self, later: Sent) -> Sent {
        self.acknowledged += later.acknowledged;
        self.acks.0.extend(later.acks.0);
        self.refused += later.refused;
        self.took += later.took;
        self
    }
}

/// Sends until `stop` is set, over several connections, each as one producer to a run of its own, with `batch` events per
/// request.
/// The port may change: who gets no answer connects and sends the same again.
pub(crate) fn send(
    port: &Arc<AtomicU16>,
    stop: &Arc<AtomicBool>,
    (connections, batch): (usize, u64),
    run: impl Fn(usize) -> String,
) -> Sent {
    let begun = Instant::now();
    let threads: Vec<_> = (0..connections)
        .map(|producer| {
            let (port, stop, run) = (Arc::clone(port), Arc::clone(stop), run(producer));
            std::thread::spawn(move || one_sender(&port, &stop, producer, &run, batch))
        })
        .collect();
    gathered(begun, threads)
}

/// Sends batches at an offered load: each connection sends one every `every`, whether or not the one before was slow.
/// An acknowledgement counts from the time at which its batch was due, so that waiting in line is not left out.
pub(crate) fn send_paced(
    port: u16,
    stop: &Arc<AtomicBool>,
    (connections, batch): (usize, u64),
    every: Duration,
) -> Sent {
    let begun = Instant::now();
    let threads: Vec<_> = (0..connections)
        .map(|producer| {
            let stop = Arc::clone(stop);
            // The connections take turns, so that the load is even.
            let first = begun + every * producer as u32 / connections.max(1) as u32;
            std::thread::spawn(move || paced_sender(port, &stop, producer, batch, (first, every)))
        })
        .collect();
    gathered(begun, threads)
}

fn paced_sender(
    port: u16,
    stop: &AtomicBool,
    producer: usize,
    batch: u64,
    (mut due, every): (Instant, Duration),
) -> Sent {
    let mut sent = Sent::default();
    let mut connection = Connection::open(port).unwrap();
    while !stop.load(Ordering::Relaxed) {
        std::thread::sleep(due.saturating_duration_since(Instant::now()));
        let body = lines(producer, sent.acknowledged, batch);
        let next = sent.acknowledged + 1;
        let path = format!("/api/v1/runs/paced-{producer}/events?producer=p{producer}&seq={next}");
        match connection.post(&path, "application/x-ndjson", body.as_bytes()).unwrap() {
            200 => {
                sent.acks.0.push(i64::try_from(due.elapsed().as_nanos()).unwrap_or(i64::MAX));
                sent.acknowledged += batch;
                due += every;
            }
            // The same batch again, soon; its delay counts from when it was due.
            429 | 503 => {
                sent.refused += 1;
                std::thread::sleep(Duration::from_millis(20));
            }
            status => panic!("status {status}"),
        }
    }
    sent
}

/// What all senders achieved together.
fn gathered(begun: Instant, threads: Vec<JoinHandle<Sent>>) -> Sent {
    let mut sent = Sent::default();
    for thread in threads {
        sent = sent.and(thread.join().unwrap());
    }
    sent.took = begun.elapsed();
    sent
}

fn one_sender(port: &AtomicU16, stop: &AtomicBool, producer: usize, run: &str, batch: u64) -> Sent {
    let (mut next, mut sent, mut connection) = (0u64, Sent::default(), None);
    while !stop.load(Ordering::Relaxed) {
        let body = lines(producer, next, batch);
        // Numbers begin with 1.
        let path = format!("/api/v1/runs/{run}/events?producer=p{producer}&seq={}", next + 1);
        let begun = now();
        let answered = match &mut connection {
            None => Connection::open(port.load(Ordering::Relaxed)).map(|opened| {
                connection = Some(opened);
                0
            }),
            Some(open) => open.post(&path, "application/x-ndjson", body.as_bytes()),
        };
        match answered {
            Ok(200) => {
                sent.acks.0.push(now() - begun);
                next += batch;
            }
            Ok(0) => {}
            // Busy, or starting: again, soon.
            Ok(429 | 503) => {
                sent.refused += 1;
                std::thread::sleep(Duration::from_millis(20));
            }
            Ok(status) => panic!("status {status}"),
            Err(_) => {
                connection = None;
                std::thread::sleep(Duration::from_millis(10));
            }
        }
    }
    sent.acknowledged = next;
    sent
}

/// Sends spans as OTLP in protobuf until stopped: traces of 100 spans with 20 attributes each.
pub(crate) fn send_spans(port: u16, stop: &Arc<AtomicBool>, (connections, traces): (usize, u64)) -> Sent {
    static TRACE: AtomicU64 = AtomicU64::new(1);
    let begun = Instant::now();
    let threads: Vec<_> = (0..connections)
        .map(|_| {
            let stop = Arc::clone(stop);
            std::thread::spawn(move || {
                let mut sent = Sent::default();
                let mut connection = Connection::open(port).unwrap();
                while !stop.load(Ordering::Relaxed) {
                    let first = TRACE.fetch_add(traces, Ordering::Relaxed);
                    let body = request(first, traces);
                    let begun = now();
                    match connection.post("/v1/traces", "application/x-protobuf", &body).unwrap() {
                        200 => {
                            sent.acks.0.push(now() - begun);
                            sent.acknowledged += traces * SPANS;
                        }
                        429 | 503 => {
                            sent.refused += 1;
                            std::thread::sleep(Duration::from_millis(20));
                        }
                        status => panic!("status {status}"),
                    }
                }
                sent
            })
        })
        .collect();
    gathered(begun, threads)
}

/// Spans of a trace.
pub(crate) const SPANS: u64 = 100;

/// An `ExportTraceServiceRequest` (opentelemetry-proto, `trace/v1/trace.proto`).
fn request(first: u64, traces: u64) -> Vec<u8> {
    let mut scope = Vec::new();
    for trace in first..first + traces {
        for span in 1..=SPANS {
            let mut one = Vec::new();
            let id = [u64::MAX - trace, trace].map(u64::to_be_bytes).concat();
            field(1, &id, &mut one);
            field(2, &(trace << 16 | span).to_be_bytes(), &mut one);
            if span > 1 {
                field(4, &(trace << 16 | 1).to_be_bytes(), &mut one);
            }
            field(5, format!("step {}", span % 7).as_bytes(), &mut one);
            for (number, t) in [(7u8, span * 1_000_000), (8, span * 1_000_000 + 900_000)] {
                // A fixed number of 64 bits.
                one.push(number << 3 | 1);
                one.extend_from_slice(&(1_767_600_000_000_000_000 + t).to_le_bytes());
            }
            for attribute in 0..20 {
                let mut value = Vec::new();
                field(1, format!("value {attribute} of {span}").as_bytes(), &mut value);
                let mut pair = Vec::new();
                field(1, format!("attribute.{attribute}").as_bytes(), &mut pair);
                field(2, &value, &mut pair);
                field(9, &pair, &mut one);
            }
            field(2, &one, &mut scope);
        }
    }
    let (mut resource, mut out) = (Vec::new(), Vec::new());
    field(2, &scope, &mut resource);
    field(1, &resource, &mut out);
    out
}

fn field(number: u64, bytes: &[u8], out: &mut Vec<u8>) {
    let mut varint = |mut value: u64| {
        while value >= 0x80 {
            out.push(value as u8 | 0x80);
            value >>= 7;
        }
        out.push(value as u8);
    };
    varint(number << 3 | 2);
    varint(bytes.len() as u64);
    out.extend_from_slice(bytes);
}
