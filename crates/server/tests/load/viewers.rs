//! Clients that follow a run, and clients that ask to and never read.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpStream;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use super::clients::Connection;
use super::{Times, now};

/// So long the last events may take.
const PATIENCE: Duration = Duration::from_secs(30);

fn follow(port: u16, run: &str) -> TcpStream {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
    let head = format!("GET /api/v1/runs/{run}/live HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n\r\n");
    stream.write_all(head.as_bytes()).unwrap();
    stream
}

/// A viewer: how long each event took from the sender to it, and how many it has seen.
fn view(port: u16, run: String, stop: Arc<AtomicBool>, seen: Arc<AtomicU64>) -> JoinHandle<Vec<i64>> {
    std::thread::spawn(move || {
        let stream = follow(port, &run);
        stream.set_read_timeout(Some(Duration::from_millis(200))).unwrap();
        let (mut lines, mut line) = (BufReader::new(stream), Vec::new());
        let mut times = Vec::new();
        while !stop.load(Ordering::Relaxed) {
            match lines.read_until(b'\n', &mut line) {
                Ok(0) => break,
                Ok(_) => {
                    let text = String::from_utf8_lossy(&line);
                    if let Some(t) = text.split("\"sent ").nth(1).and_then(|rest| rest.split('"').next()) {
                        times.push(now() - t.parse::<i64>().unwrap());
                        seen.fetch_add(1, Ordering::Relaxed);
                    }
                    line.clear();
                }
                Err(error)
                    if matches!(
                        error.kind(),
                        std::io::ErrorKind::WouldBlock | std::io::ErrorKind::TimedOut
                    ) => {}
                Err(_) => break,
            }
        }
        times
    })
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
    (viewers, deaf): (usize, usize),
    (per_second, long): (u64, Duration),
) -> Seen {
    let mut connection = Connection::open(port).unwrap();
    let path = |seq: u64| format!("/api/v1/runs/{run}/events?producer=w&seq={seq}");
    let start = format!("{{\"event\":\"run\",\"run\":\"{run}\",\"status\":\"running\"}}\n");
    assert_eq!(connection.post(&path(1), "application/x-ndjson", start.as_bytes()).unwrap(), 200);
    let stop = Arc::new(AtomicBool::new(false));
    // They are connected, ask, and read nothing.
    let silent: Vec<TcpStream> = (0..deaf).map(|_| follow(port, run)).collect();
    let counts: Vec<Arc<AtomicU64>> = (0..viewers).map(|_| Arc::default()).collect();
    let viewer = |count: &Arc<AtomicU64>| view(port, run.to_owned(), Arc::clone(&stop), Arc::clone(count));
    let threads: Vec<_> = counts.iter().map(viewer).collect();
    std::thread::sleep(Duration::from_millis(300));
    let (begun, mut sent) = (Instant::now(), 0u64);
    while begun.elapsed() < long {
        let due = (begun.elapsed().as_secs_f64() * per_second as f64) as u64;
        let count = due.saturating_sub(sent).min(500);
        if count > 0 {
            let body: String =
                (0..count).map(|_| format!("{{\"event\":\"log\",\"text\":\"sent {}\"}}\n", now())).collect();
            assert_eq!(
                connection.post(&path(sent + 2), "application/x-ndjson", body.as_bytes()).unwrap(),
                200
            );
            sent += count;
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
    let mut seen = Seen { sent, fewest: fewest(), ..Seen::default() };
    for thread in threads {
        seen.delays.0.extend(thread.join().unwrap());
    }
    drop(silent);
    seen
}
