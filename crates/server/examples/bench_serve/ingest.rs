//! Rows about events that arrive.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU16, Ordering};
use std::time::{Duration, Instant};

use serde_json::json;

use crate::load::clients::{send, send_paced, send_spans};
use crate::load::{self, Served, folder};
use crate::{Scale, during, mib, print, print_sent, yardstick};

/// Senders of batches, and events of a batch.
const SENDERS: (usize, u64) = (4, 500);
/// Offered load of the paced part of L1, events a second.
const OFFERED: u64 = 25_000;
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

/// L5: three times the senders of L1 and more than the server lets wait: refusals, but no loss of throughput.
pub(crate) fn overload(scale: Scale) {
    let served = Served::start(&folder("overload"), &[]);
    let port = Arc::new(AtomicU16::new(served.port));
    let alone = during(scale.long / 2, |stop| send(&port, stop, SENDERS, |p| format!("alone-{p}")));
    let many = (SENDERS.0 * 64, SENDERS.1);
    let sent = during(scale.long, |stop| send(&port, stop, many, |p| format!("many-{p}")));
    let more = json!({
        "peak_mib": mib(served.peak_memory()),
        "of_throughput_percent": (sent.per_second() / alone.per_second() * 100.0).round(),
    });
    print_sent("L5", "overload: batches of 500, 256 connections", sent, more);
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
    let store = load::store(&folder);
    let (mut stored, mut doubled, mut missing) = (0, 0u64, 0u64);
    for producer in 0..SENDERS.0 {
        let mut numbers = BTreeSet::new();
        let each = &mut |record: makespan_store::Record<'_>| {
            doubled += u64::from(!numbers.insert(record.seq));
            std::ops::ControlFlow::Continue(())
        };
        let read = store.read(&format!("run-{producer}"), makespan_store::EventRange::All, each);
        if read.is_ok_and(|gaps| gaps.is_empty()) {
            stored += numbers.len() as u64;
            missing += numbers.last().copied().unwrap_or(0) - numbers.len() as u64;
        }
    }
    let line = json!({
        "row": "L4",
        "what": "kills under load",
        "kills": scale.kills,
        "acknowledged": sent.acknowledged,
        "lost": missing + sent.acknowledged.saturating_sub(stored),
        "doubled": doubled,
        "slowest_start_ms": slowest.as_millis() as u64,
    });
    print(line, json!({}));
}
