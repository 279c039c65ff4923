//! Clients that offer more than a server can take, and wait as long as it asks.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use super::clients::{Connection, Sent, lines};
use super::now;

/// Pause after a refusal that states none, and after a broken connection.
const PAUSE: Duration = Duration::from_millis(100);

/// What clients met that a server refuses.
#[derive(Debug, Default)]
pub(crate) struct Overload {
    /// What was acknowledged, and how many requests were refused.
    pub(crate) sent: Sent,
    /// Refusals by status.
    pub(crate) too_many: u64,
    pub(crate) unavailable: u64,
    /// Refusals without `Retry-After`.
    pub(crate) without_wait: u64,
    /// Connections that broke, so that the request was sent again.
    pub(crate) broken: u64,
}

impl Overload {
    fn and(self, other: Overload) -> Overload {
        Overload {
            sent: self.sent.and(other.sent),
            too_many: self.too_many + other.too_many,
            unavailable: self.unavailable + other.unavailable,
            without_wait: self.without_wait + other.without_wait,
            broken: self.broken + other.broken,
        }
    }

    /// Events a second that were offered, refused ones included.
    pub(crate) fn offered_per_second(&self, batch: u64) -> f64 {
        let offered = self.sent.acknowledged + self.sent.refused * batch;
        (offered as f64 / self.sent.took.as_secs_f64()).round()
    }
}

/// Sends until `stop` is set, over several connections, each as one producer to a run of its own, with `batch` events per
/// request.
pub(crate) fn send_too_much(
    port: u16,
    stop: &Arc<AtomicBool>,
    (connections, batch): (usize, u64),
    run: impl Fn(usize) -> String,
) -> Overload {
    let begun = Instant::now();
    let threads: Vec<_> = (0..connections)
        .map(|producer| {
            let (stop, run) = (Arc::clone(stop), run(producer));
            std::thread::spawn(move || sender(port, &stop, (producer, &run), batch))
        })
        .collect();
    let met = threads.into_iter().fold(Overload::default(), |met, thread| met.and(thread.join().unwrap()));
    Overload { sent: Sent { took: begun.elapsed(), ..met.sent }, ..met }
}

fn sender(port: u16, stop: &AtomicBool, (producer, run): (usize, &str), batch: u64) -> Overload {
    let mut met = Overload::default();
    let mut connection = None;
    let mut body = lines(producer, 0, batch);
    while !stop.load(Ordering::Relaxed) {
        let path =
            format!("/api/v1/runs/{run}/events?producer=p{producer}&seq={}", met.sent.acknowledged + 1);
        let begun = now();
        let mut open = match connection.take().map_or_else(|| Connection::open(port), Ok) {
            Ok(open) => open,
            Err(_) => {
                met.broken += 1;
                std::thread::sleep(PAUSE);
                continue;
            }
        };
        match open.post(&path, "application/x-ndjson", body.as_bytes()) {
            Ok(200) => {
                met.sent.acks.0.push(now() - begun);
                met.sent.acknowledged += batch;
                body = lines(producer, met.sent.acknowledged, batch);
                connection = Some(open);
            }
            Ok(status @ (429 | 503)) => {
                met.sent.refused += 1;
                met.too_many += u64::from(status == 429);
                met.unavailable += u64::from(status == 503);
                let asked = open.header("retry-after").and_then(|text| text.parse().ok());
                met.without_wait += u64::from(asked.is_none());
                // The server may close the connection after a body that it did not read.
                connection = (!open.is_closing()).then_some(open);
                rest(asked.map_or(PAUSE, Duration::from_secs), stop);
            }
            Ok(status) => panic!("status {status}"),
            Err(_) => {
                met.broken += 1;
                std::thread::sleep(PAUSE);
            }
        }
    }
    met
}

/// Waits, but not longer than it has to.
fn rest(wait: Duration, stop: &AtomicBool) {
    let until = Instant::now() + wait;
    while Instant::now() < until && !stop.load(Ordering::Relaxed) {
        std::thread::sleep(Duration::from_millis(20));
    }
}
