//! Measures a server over SQLite in a process of its own: events a second that are durable when they are acknowledged, how long
//! that takes, how long events take to viewers, and what viewers that never read cost the others. Prints JSON objects, one a line.
//! With a number as its argument each part takes so many seconds.
#![allow(clippy::print_stdout)]

#[path = "../tests/load/mod.rs"]
mod load;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU16, Ordering};
use std::time::{Duration, Instant};

use load::clients::{Sent, send, send_spans};
use load::{Served, folder, serve_if_told, viewers};
use serde_json::{Value, json};

/// Viewers, and those that never read.
const VIEWERS: usize = 200;
const DEAF: usize = 200;

fn main() {
    serve_if_told();
    let seconds = std::env::args().nth(1).and_then(|word| word.parse().ok()).unwrap_or(20);
    let long = Duration::from_secs(seconds);
    for (row, connections, batch) in [("batches of 500", 4, 500), ("single events, 64 connections", 64, 1)] {
        let served = Served::start(&folder("send"), &[]);
        let port = Arc::new(AtomicU16::new(served.port));
        let sent = during(long, |stop| send(&port, stop, (connections, batch), |p| format!("run-{p}")));
        print(row, sent, json!({ "memory_mib": served.memory().map(|bytes| bytes >> 20) }));
    }
    let served = Served::start(&folder("spans"), &[]);
    let sent = during(long, |stop| send_spans(served.port, stop, (4, 5)));
    print("spans as OTLP, 20 attributes, 500 a request", sent, json!({}));
    kills(long);
    let mut p95 = Vec::new();
    for deaf in [0, DEAF] {
        let served = Served::start(&folder("viewers"), &[]);
        let mut seen = viewers::watch(served.port, "followed", (VIEWERS, deaf), (500, long));
        p95.push(seen.delays.ms(0.95));
        let line = json!({
            "row": "viewers of 500 events/s",
            "viewers": VIEWERS,
            "never_read": deaf,
            "p50_ms": seen.delays.ms(0.5),
            "p95_ms": seen.delays.ms(0.95),
            "p99_ms": seen.delays.ms(0.99),
            "missed": seen.sent - seen.fewest,
        });
        println!("{line}");
    }
    if let [alone, beside] = p95[..] {
        let change = ((beside / alone - 1.0) * 1000.0).round() / 10.0;
        println!("{}", json!({ "row": "viewers that never read", "change_of_p95_percent": change }));
    }
}

/// Lets a sender work for a while.
fn during(long: Duration, work: impl FnOnce(&Arc<AtomicBool>) -> Sent) -> Sent {
    let stop = Arc::new(AtomicBool::new(false));
    let timer = Arc::clone(&stop);
    std::thread::spawn(move || {
        std::thread::sleep(long);
        timer.store(true, Ordering::Relaxed);
    });
    work(&stop)
}

fn print(row: &str, mut sent: Sent, more: Value) {
    let mut line = json!({
        "row": row,
        "events": sent.acknowledged,
        "per_second": sent.per_second(),
        "ack_p50_ms": sent.acks.ms(0.5),
        "ack_p99_ms": sent.acks.ms(0.99),
    });
    if let (Value::Object(line), Value::Object(more)) = (&mut line, more) {
        line.extend(more);
    }
    println!("{line}");
}

/// Kills the server every second under load; how many events were lost or doubled, and how soon it answered again.
fn kills(long: Duration) {
    let folder = folder("kills");
    let mut served = Served::start(&folder, &[]);
    let port = Arc::new(AtomicU16::new(served.port));
    let stop = Arc::new(AtomicBool::new(false));
    let senders = {
        let (port, stop) = (Arc::clone(&port), Arc::clone(&stop));
        std::thread::spawn(move || send(&port, &stop, (4, 500), |p| format!("run-{p}")))
    };
    let (begun, mut kills, mut slowest) = (Instant::now(), 0, Duration::ZERO);
    while begun.elapsed() < long {
        std::thread::sleep(Duration::from_secs(1));
        served.kill();
        let from = Instant::now();
        served = Served::start(&folder, &[]);
        slowest = slowest.max(from.elapsed());
        port.store(served.port, Ordering::Relaxed);
        kills += 1;
    }
    std::thread::sleep(Duration::from_millis(500));
    stop.store(true, Ordering::Relaxed);
    let Ok(sent) = senders.join() else { return };
    served.kill();
    let store = load::store(&folder);
    let (mut stored, mut doubled, mut missing) = (0, 0u64, 0u64);
    for producer in 0..4 {
        let mut numbers = std::collections::BTreeSet::new();
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
        "row": "kills under load",
        "kills": kills,
        "acknowledged": sent.acknowledged,
        "lost": missing + sent.acknowledged.saturating_sub(stored),
        "doubled": doubled,
        "slowest_start_ms": slowest.as_millis() as u64,
    });
    println!("{line}");
}
