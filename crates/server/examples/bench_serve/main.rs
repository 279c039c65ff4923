//! Measures a server over SQLite in a process of its own, with real sockets: the figures L1 to L8 and L10 that the project
//! aims at, and questions about a large run. Prints JSON objects, one per line. Beside the rows that depend on the disk or on the network there is a
//! yardstick: the same bytes written by the simplest program.
//!
//! Arguments: `--large` for the full duration of each row, a number for the seconds of each part, names of rows (`L6 L7`).
#![allow(clippy::print_stdout)]

mod fill;
mod ingest;
mod reads;
mod sessions;
mod watching;
mod yardstick;

#[path = "../../tests/load/mod.rs"]
mod load;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use load::clients::Sent;
use serde_json::{Value, json};

/// How long and how much is measured.
#[derive(Clone, Copy)]
struct Scale {
    /// Duration of a part.
    long: Duration,
    /// Number of times that the server is killed.
    kills: u32,
    /// Number of clients that follow a run.
    viewers: usize,
    /// Number of runs in a store that is read, and of tasks of its largest run.
    runs: u64,
    tasks: u64,
}

const SMALL: Scale =
    Scale { long: Duration::from_secs(10), kills: 5, viewers: 1_000, runs: 2_000, tasks: 20_000 };
const LARGE: Scale =
    Scale { long: Duration::from_secs(600), kills: 30, viewers: 1_000, runs: 10_000, tasks: 100_000 };

/// Measures one row and prints it.
type Part = fn(Scale);

fn main() {
    load::serve_if_told();
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let mut scale = if arguments.iter().any(|word| word == "--large") { LARGE } else { SMALL };
    if let Some(seconds) = arguments.iter().find_map(|word| word.parse().ok()) {
        scale.long = Duration::from_secs(seconds);
    }
    let is_row = |word: &&String| !word.starts_with('-') && word.parse::<u64>().is_err();
    let rows: Vec<&String> = arguments.iter().filter(is_row).collect();
    let is_wanted = |row: &str| rows.is_empty() || rows.iter().any(|wanted| *wanted == row);
    let parts: [(&str, Part); 10] = [
        ("L1", ingest::batches),
        ("L2", ingest::single),
        ("L3", ingest::spans),
        ("L4", ingest::kills),
        ("L5", ingest::overload),
        ("L6", watching::many),
        ("L7", watching::beside_deaf),
        ("L8", reads::under_write),
        ("L10", reads::cold_start),
        ("sessions", sessions::questions),
    ];
    for (row, measure) in parts {
        if is_wanted(row) {
            measure(scale);
        }
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

/// Prints a row, with the figures of senders and others.
fn print_sent(row: &str, what: &str, mut sent: Sent, more: Value) {
    let line = json!({
        "row": row,
        "what": what,
        "events": sent.acknowledged,
        "per_second": sent.per_second(),
        "ack_p50_ms": sent.acks.ms(0.5),
        "ack_p99_ms": sent.acks.ms(0.99),
        "refused": sent.refused,
    });
    print(line, more);
}

fn print(mut line: Value, more: Value) {
    if let (Value::Object(line), Value::Object(more)) = (&mut line, more) {
        line.extend(more);
    }
    println!("{line}");
}

/// Bytes as MiB with one decimal.
fn mib(bytes: Option<u64>) -> Option<f64> {
    bytes.map(|bytes| (bytes as f64 / 1_048_576.0 * 10.0).round() / 10.0)
}
