//! Rows about runs that are read.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU16, Ordering};
use std::time::{Duration, Instant};

use serde_json::json;

use crate::fill::fill;
use crate::load::clients::{Connection, send};
use crate::load::{Served, Times, folder, now};
use crate::{Scale, mib, print};

/// Requests of each kind.
const REQUESTS: usize = 100;

/// L8: while batches arrive, a list of runs within 100 ms and the tasks of a large run within 500 ms (p95).
pub(crate) fn under_write(scale: Scale) {
    let folder = folder("reads");
    fill(&folder, scale);
    let served = Served::start(&folder, &[]);
    let (port, stop) = (Arc::new(AtomicU16::new(served.port)), Arc::new(AtomicBool::new(false)));
    let senders = {
        let (port, stop) = (Arc::clone(&port), Arc::clone(&stop));
        std::thread::spawn(move || send(&port, &stop, (4, 500), |p| format!("written-{p}")))
    };
    let paths = [
        ("list of runs", "/api/v1/runs?limit=100"),
        ("runs by workflow", "/api/v1/runs?limit=100&workflow=workflow-1"),
        ("a run", "/api/v1/runs/large"),
        ("tasks of a large run", "/api/v1/runs/large/tasks?limit=100"),
        ("facts of a large run", "/api/v1/runs/large/facts"),
    ];
    for (what, path) in paths {
        let (mut times, mut first) = (Times::default(), None);
        let Ok(mut connection) = Connection::open(served.port) else { return };
        for _ in 0..REQUESTS {
            let from = now();
            if connection.get(path).ok() != Some(200) {
                println!("{path}: no answer");
                return;
            }
            let took = now() - from;
            first.get_or_insert(took);
            times.0.push(took);
        }
        let line = json!({
            "row": "L8",
            "what": what,
            "runs": scale.runs,
            "tasks": scale.tasks,
            "first_ms": first.unwrap_or(0) / 1_000_000,
            "p50_ms": times.ms(0.5),
            "p95_ms": times.ms(0.95),
        });
        print(line, json!({}));
    }
    stop.store(true, Ordering::Relaxed);
    if let Ok(sent) = senders.join() {
        let line = json!({
            "row": "L8",
            "what": "events that arrived meanwhile",
            "per_second": sent.per_second(),
            "peak_mib": mib(served.peak_memory()),
        });
        print(line, json!({}));
    }
}

/// L10: how soon a server answers that is started over a store that was killed while it was written.
pub(crate) fn cold_start(scale: Scale) {
    let folder = folder("cold");
    fill(&folder, scale);
    let served = Served::start(&folder, &[]);
    let port = Arc::new(AtomicU16::new(served.port));
    let sent = crate::during(scale.long, |stop| send(&port, stop, (4, 500), |p| format!("written-{p}")));
    served.kill();
    let bytes: u64 = std::fs::read_dir(&folder)
        .map(|entries| entries.flatten().filter_map(|entry| Some(entry.metadata().ok()?.len())).sum())
        .unwrap_or(0);
    let from = Instant::now();
    let served = Served::start(&folder, &[]);
    let listening = from.elapsed();
    let answered = Connection::open(served.port).and_then(|mut open| open.get("/health"));
    let line = json!({
        "row": "L10",
        "what": "start after a kill",
        "store_mib": mib(Some(bytes)),
        "events": sent.acknowledged + scale.runs * 3 + scale.tasks * 2,
        "listening_ms": millis(listening),
        "healthy_ms": answered.is_ok_and(|status| status == 200).then(|| millis(from.elapsed())),
    });
    print(line, json!({}));
}

fn millis(time: Duration) -> u64 {
    time.as_millis() as u64
}
