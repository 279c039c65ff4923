//! Rows about events that arrive.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU16, Ordering};
use std::time::{Duration, Instant};

use serde_json::json;

use crate::load::clients::{send, send_paced, send_spans};
use crate::load::overload::{Overload, send_too_much};
use crate::load::{self, Served, folder};
use crate::{Scale, during, mib, print, print_sent, yardstick};

/// Senders of batches, and events of a batch.
const SENDERS: (usize, u64) = (4, 500);
/// Offered load of the paced part of L1, events a second.
const OFFERED: u64 = 25_000;
/// Senders of more than the server can take, and events of a batch.
const MANY: (usize, u64) = (512, 2_000);
/// Senders of single events.
const SINGLE: (usize, u64) = (64, 1);

/// L1: at least 25,000 events/s, acknowledged within 20 ms (p50) and 150 ms (p99) at that load, in at most 300 MiB. The
/// first line is as fast as the senders can, the second the offered load.
pub(crate) fn batches(scale: Scale) {
    let served = Served::start(&folder("batches"), &[]);
    let port = Arc::new(AtomicU16::new(served.port));
    let half = during(scale.long / 2, |stop| send(&port, stop, SENDERS, |p| format!("first-{p}")));
    let middle = served.memory();
    let sent = during(scale.long / 2, |stop| send(&port, stop, SENDERS, |p| format!("second-{p}")));
    let growth = served.memory().zip(middle).map(|(end, middle)| end.saturating_sub(middle));
    let sent = half.and(sent);
    let yardstick = yardstick::fsync(SENDERS, scale.long / 5);
    let more = json!({
        "peak_mib": mib(served.peak_memory()),
        "growth_in_second_half_mib": mib(growth),
        "yardstick_per_second": yardstick.per_second,
        "yardstick_p99_ms": yardstick.p99_ms,
    });
    print_sent("L1", "batches of 500, 4 connections", sent, more);
    paced(scale);
}

/// The offered load of L1. Delays count from the time at which a batch was due.
fn paced(scale: Scale) {
    let served = Served::start(&folder("paced"), &[]);
    let every = Duration::from_secs_f64(SENDERS.0 as f64 * SENDERS.1 as f64 / OFFERED as f64);
    let sent = during(scale.long, |stop| send_paced(served.port, stop, SENDERS, every));
    let more = json!({
        "offered_per_second": OFFERED,
        "goal_p50_ms": 20,
        "goal_p99_ms": 150,
        "peak_mib": mib(served.peak_memory()),
    });
    print_sent("L1", "batches of 500 at 25,000 events/s, 4 connections", sent, more);
}

/// L2: at least 5,000 events/s, one per request.
pub(crate) fn single(scale: Scale) {
    let served = Served::start(&folder("single"), &[]);
    let port = Arc::new(AtomicU16::new(served.port));
    let sent = during(scale.long, |stop| send(&port, stop, SINGLE, |p| format!("run-{p}")));
    let yardstick = yardstick::fsync((1, 1), scale.long / 5);
    let more = json!({ "peak_mib": mib(served.peak_memory()), "yardstick_per_second": yardstick.per_second });
    print_sent("L2", "single events, 64 connections", sent, more);
}

/// L3: at least 20,000 spans/s.
pub(crate) fn spans(scale: Scale) {
    let served = Served::start(&folder("spans"), &[]);
    let sent = during(scale.long, |stop| send_spans(served.port, stop, (4, 5)));
    let more = json!({ "peak_mib": mib(served.peak_memory()) });
    print_sent("L3", "spans as OTLP, 20 attributes, 500 per request", sent, more);
}

/// L5: more than the server can take: the requests of 512 connections are half as large again as all bodies together may be.
/// The rest is refused with 429 or 503 and `Retry-After`, the throughput stays above 90 % of what 4 connections reach, the
/// memory does not grow, everything acknowledged is stored, and the server recovers at once. `broken_connections` counts
/// requests that were cut off without a response.
pub(crate) fn overload(scale: Scale) {
    let folder = folder("overload");
    let served = Served::start(&folder, &[]);
    let port = Arc::new(AtomicU16::new(served.port));
    let alone = during(scale.long / 4, |stop| send(&port, stop, SENDERS, |p| format!("alone-{p}")));
    let half = too_much(&served, scale.long / 2, "first");
    let middle = served.memory();
    let met = too_much(&served, scale.long / 2, "second");
    let end = served.memory();
    let after = during(scale.long / 4, |stop| send(&port, stop, SENDERS, |p| format!("after-{p}")));
    let peak = served.peak_memory();
    served.kill();
    let connections = [("alone", SENDERS.0), ("first", MANY.0), ("second", MANY.0), ("after", SENDERS.0)];
    let names = connections.iter().flat_map(|(name, count)| (0..*count).map(move |p| format!("{name}-{p}")));
    let found = Found::of(&folder, names);
    let acknowledged = [&alone, &half.sent, &met.sent, &after].iter().map(|sent| sent.acknowledged).sum();
    let growth = middle.zip(end).map(|(middle, end)| (end as f64 / middle as f64 - 1.0) * 100.0);
    let mut recovered = after;
    let more = json!({
        "offered_per_second": met.offered_per_second(MANY.1),
        "status_429": half.too_many + met.too_many,
        "status_503": half.unavailable + met.unavailable,
        "without_retry_after": half.without_wait + met.without_wait,
        "broken_connections": half.broken + met.broken,
        "alone_per_second": alone.per_second(),
        "of_throughput_percent": (met.sent.per_second() / alone.per_second() * 100.0).round(),
        "peak_mib": mib(peak),
        "growth_in_second_half_percent": growth.map(|percent| (percent * 10.0).round() / 10.0),
        "lost": found.lost(acknowledged),
        "doubled": found.doubled,
        "afterwards_per_second": recovered.per_second(),
        "afterwards_ack_p99_ms": recovered.acks.ms(0.99),
        "afterwards_refused": recovered.refused,
    });
    print_sent("L5", "overload: batches of 2,000, 512 connections, second half", met.sent, more);
}

fn too_much(served: &Served, long: Duration, name: &str) -> Overload {
    let stop = Arc::new(AtomicBool::new(false));
    let timer = Arc::clone(&stop);
    std::thread::spawn(move || {
        std::thread::sleep(long);
        timer.store(true, Ordering::Relaxed);
    });
    send_too_much(served.port, &stop, MANY, |p| format!("{name}-{p}"))
}

/// What a store has of numbered events.
#[derive(Default)]
struct Found {
    stored: u64,
    doubled: u64,
    missing: u64,
}

impl Found {
    /// Counts the events of runs, each of one producer.
    fn of(folder: &Path, runs: impl Iterator<Item = String>) -> Found {
        let store = load::store(folder);
        let mut found = Found::default();
        for run in runs {
            let mut numbers = BTreeSet::new();
            let mut doubled = 0;
            let each = &mut |record: makespan_store::Record<'_>| {
                doubled += u64::from(!numbers.insert(record.seq));
                std::ops::ControlFlow::Continue(())
            };
            let read = store.read(&run, makespan_store::EventRange::All, each);
            found.doubled += doubled;
            if read.is_ok_and(|gaps| gaps.is_empty()) {
                found.stored += numbers.len() as u64;
                found.missing += numbers.last().copied().unwrap_or(0) - numbers.len() as u64;
            }
        }
        found
    }

    fn lost(&self, acknowledged: u64) -> u64 {
        self.missing + acknowledged.saturating_sub(self.stored)
    }
}

/// L4: kills under load; how many events were lost or doubled, and how soon the server answered again.
pub(crate) fn kills(scale: Scale) {
    let folder = folder("kills");
    let mut served = Served::start(&folder, &[]);
    let port = Arc::new(AtomicU16::new(served.port));
    let stop = Arc::new(AtomicBool::new(false));
    let senders = {
        let (port, stop) = (Arc::clone(&port), Arc::clone(&stop));
        std::thread::spawn(move || send(&port, &stop, SENDERS, |p| format!("run-{p}")))
    };
    let mut slowest = Duration::ZERO;
    for _ in 0..scale.kills {
        std::thread::sleep(scale.long / scale.kills.max(1));
        served.kill();
        let from = Instant::now();
        served = Served::start(&folder, &[]);
        slowest = slowest.max(from.elapsed());
        port.store(served.port, Ordering::Relaxed);
    }
    std::thread::sleep(Duration::from_millis(500));
    stop.store(true, Ordering::Relaxed);
    let Ok(sent) = senders.join() else { return };
    served.kill();
    let found = Found::of(&folder, (0..SENDERS.0).map(|producer| format!("run-{producer}")));
    let line = json!({
        "row": "L4",
        "what": "kills under load",
        "kills": scale.kills,
        "acknowledged": sent.acknowledged,
        "lost": found.lost(sent.acknowledged),
        "doubled": found.doubled,
        "slowest_start_ms": slowest.as_millis() as u64,
    });
    print(line, json!({}));
}
