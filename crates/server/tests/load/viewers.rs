//! Clients that follow a run, and clients that ask to and never read.

use std::io::Write as _;
use std::net::TcpStream;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use tokio::io::AsyncReadExt as _;
use tokio::task::JoinSet;

use super::clients::Connection;
use super::{Times, now};

/// So long the last events may take.
const PATIENCE: Duration = Duration::from_secs(30);
/// What precedes the time in the text of an event.
const MARK: &[u8] = b"\"sent ";

/// How a client follows a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Follow {
    /// Server-sent events.
    Events,
    WebSocket,
}

fn follow(port: u16, run: &str, follow: Follow) -> TcpStream {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
    match follow {
        Follow::Events => {
            let head = format!("GET /api/v1/runs/{run}/live HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n\r\n");
            stream.write_all(head.as_bytes()).unwrap();
        }
        Follow::WebSocket => {
            let head = format!(
                "GET /api/v1/live HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
                 Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
            );
            let wanted = format!("{{\"subscribe\":\"run\",\"run\":\"{run}\"}}");
            // A frame of a client (RFC 6455, 5.2): final and text, masked by zeros.
            let frame = [&[0x81, 0x80 | wanted.len() as u8, 0, 0, 0, 0], wanted.as_bytes()].concat();
            stream.write_all(head.as_bytes()).unwrap();
            stream.write_all(&frame).unwrap();
        }
    }
    stream
}

/// Finds the times in what arrives, whatever the protocol; keeps what may be the beginning of the next one.
fn times_in(bytes: &mut Vec<u8>, mut each: impl FnMut(i64)) {
    let mut from = 0;
    while let Some(at) = bytes[from..].windows(MARK.len()).position(|part| part == MARK) {
        let digits = from + at + MARK.len();
        let Some(length) = bytes[digits..].iter().position(|byte| !byte.is_ascii_digit()) else {
            from += at;
            break;
        };
        each(String::from_utf8_lossy(&bytes[digits..digits + length]).parse().unwrap());
        from = digits + length;
    }
    let kept = from.max(bytes.len().saturating_sub(64));
    bytes.drain(..kept);
}

/// A viewer: how long each event took from the sender to it; counts those it has seen.
async fn view(stream: TcpStream, stop: Arc<AtomicBool>, seen: Arc<AtomicU64>) -> Vec<i64> {
    stream.set_nonblocking(true).unwrap();
    let mut stream = tokio::net::TcpStream::from_std(stream).unwrap();
    let (mut held, mut times) = (Vec::new(), Vec::new());
    while !stop.load(Ordering::Relaxed) {
        let read = tokio::time::timeout(Duration::from_millis(200), stream.read_buf(&mut held)).await;
        match read {
            Ok(Ok(1..)) => {
                let t = now();
                times_in(&mut held, |sent| times.push(t - sent));
                seen.store(times.len() as u64, Ordering::Relaxed);
            }
            Ok(_) => break,
            Err(_) => {}
        }
    }
    times
}

/// Viewers in a thread of their own.
fn viewers(streams: Vec<TcpStream>, stop: Arc<AtomicBool>, counts: Vec<Arc<AtomicU64>>) -> JoinHandle<Times> {
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let mut set = JoinSet::new();
            for (stream, count) in streams.into_iter().zip(counts) {
                set.spawn(view(stream, Arc::clone(&stop), count));
            }
            Times(set.join_all().await.into_iter().flatten().collect())
        })
    })
}

/// Listens for a while to a server that sends without being asked further.
pub(crate) fn listen(port: u16, count: usize, long: Duration) -> Times {
    let streams = (0..count).map(|_| follow(port, "any", Follow::Events)).collect();
    let stop = Arc::new(AtomicBool::new(false));
    let counts = (0..count).map(|_| Arc::default()).collect();
    let thread = viewers(streams, Arc::clone(&stop), counts);
    std::thread::sleep(long);
    stop.store(true, Ordering::Relaxed);
    thread.join().unwrap()
}

/// What viewers saw.
#[derive(Debug, Default)]
pub(crate) struct Seen {
    /// From the sender to each viewer.
    pub(crate) delays: Times,
    /// The fewest events that a viewer has seen, and how many were sent.
    pub(crate) fewest: u64,
    pub(crate) sent: u64,
}

/// Sends so many events a second to a run for a while, with so many viewers and so many that never read.
pub(crate) fn watch(
    port: u16,
    run: &str,
    how: Follow,
    (count, deaf): (usize, usize),
    (per_second, long): (u64, Duration),
) -> Seen {
    let mut connection = Connection::open(port).unwrap();
    let path = |seq: u64| format!("/api/v1/runs/{run}/events?producer=w&seq={seq}");
    let start = format!("{{\"event\":\"run\",\"run\":\"{run}\",\"status\":\"running\"}}\n");
    assert_eq!(connection.post(&path(1), "application/x-ndjson", start.as_bytes()).unwrap(), 200);
    let stop = Arc::new(AtomicBool::new(false));
    // They are connected, ask, and read nothing.
    let silent: Vec<TcpStream> = (0..deaf).map(|_| follow(port, run, how)).collect();
    let counts: Vec<Arc<AtomicU64>> = (0..count).map(|_| Arc::default()).collect();
    let streams = (0..count).map(|_| follow(port, run, how)).collect();
    let thread = viewers(streams, Arc::clone(&stop), counts.clone());
    std::thread::sleep(Duration::from_millis(300));
    let (begun, mut sent) = (Instant::now(), 0u64);
    while begun.elapsed() < long {
        let due = (begun.elapsed().as_secs_f64() * per_second as f64) as u64;
        let events = due.saturating_sub(sent).min(500);
        if events > 0 {
            let body: String =
                (0..events).map(|_| format!("{{\"event\":\"log\",\"text\":\"sent {}\"}}\n", now())).collect();
            assert_eq!(
                connection.post(&path(sent + 2), "application/x-ndjson", body.as_bytes()).unwrap(),
                200
            );
            sent += events;
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    // What was sent last is on its way.
    let fewest = || counts.iter().map(|count| count.load(Ordering::Relaxed)).min().unwrap_or(0);
    let until = Instant::now() + PATIENCE;
    while fewest() < sent && Instant::now() < until {
        std::thread::sleep(Duration::from_millis(50));
    }
    stop.store(true, Ordering::Relaxed);
    let seen = Seen { sent, fewest: fewest(), delays: thread.join().unwrap() };
    drop(silent);
    seen
}
