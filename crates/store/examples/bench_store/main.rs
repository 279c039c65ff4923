//! How fast stores are: `cargo run --release -p makespan-store --all-features --example bench_store`.
//!
//! Prints one JSON object a store. Events are appended durably, in batches of 500 by four producers at once, and
//! beside that the same lines are inserted by one statement after another into one plain table of the same database
//! (for files: appended to one file), with the same durability and the same batches by one producer: what one would write without this crate.
#![allow(clippy::print_stdout, clippy::print_stderr, clippy::unwrap_used, clippy::expect_used)]

#[cfg(any(feature = "postgres", feature = "mysql", feature = "redis", feature = "mongodb"))]
mod databases;
mod load;
#[cfg(feature = "mongodb")]
#[path = "../../tests/support/mongodb.rs"]
mod mongodb;
mod plain;
#[cfg(any(feature = "postgres", feature = "mysql", feature = "redis", feature = "mongodb"))]
#[path = "../../tests/support/servers.rs"]
mod servers;

use std::path::PathBuf;
use std::time::Instant;

use makespan_model::RunsBuilder;
use makespan_store::{RunQuery, Store, open};
use serde_json::{Value, json};

/// Events a batch.
const BATCH: usize = 500;
/// Producers at once.
const PRODUCERS: u64 = 4;

fn main() {
    let folder = std::env::temp_dir().join(format!("makespan-bench-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let scale: u64 = std::env::args().nth(1).and_then(|n| n.parse().ok()).unwrap_or(100_000);
    for place in places(&folder) {
        println!("{}", measure(place, scale));
    }
    #[cfg(any(feature = "postgres", feature = "mysql", feature = "redis", feature = "mongodb"))]
    for (_server, place) in databases::places() {
        println!("{}", measure(place, scale));
    }
    let _ = std::fs::remove_dir_all(&folder);
}

/// A store to measure, and the plain table beside it.
struct Place {
    url: String,
    plain: Box<dyn FnOnce() -> Option<Box<dyn plain::Table>>>,
}

fn places(folder: &std::path::Path) -> Vec<Place> {
    let mut places = Vec::new();
    let lines: PathBuf = folder.join("plain.jsonl");
    places.push(Place {
        url: format!("file:{}", folder.join("runs").display()),
        plain: Box::new(move || Some(Box::new(plain::Lines::new(&lines)) as Box<dyn plain::Table>)),
    });
    let plain: PathBuf = folder.join("plain.db");
    places.push(Place {
        url: format!("sqlite:{}", folder.join("runs.db").display()),
        plain: Box::new(move || Some(Box::new(plain::Sqlite::new(&plain)) as Box<dyn plain::Table>)),
    });
    places
}

fn measure(place: Place, scale: u64) -> Value {
    let store = open(&place.url).unwrap();
    let backend = store.info().unwrap().backend;
    let ingest = ingest(&*store, scale);
    let small = many_small_runs(&*store, scale / 10);
    let list = list(&*store, scale / 10);
    let big = one_large_run(&*store, scale);
    let plain = (place.plain)().map(|mut table| plain_insert(&mut *table, scale));
    json!({ "store": backend, "ingest": ingest, "plain_events_per_s": plain, "small_runs": small, "list": list, "load": big })
}

/// Events a second, as four producers append to a run each.
fn ingest(store: &dyn Store, events: u64) -> Value {
    let each = events * 4 / PRODUCERS;
    let loads: Vec<Vec<String>> =
        (0..PRODUCERS).map(|i| load::lines(&format!("ingest-{i}"), each / 4)).collect();
    let all: usize = loads.iter().map(Vec::len).sum();
    let bytes: usize = loads.iter().flatten().map(|line| line.len() + 1).sum();
    let start = Instant::now();
    let mut waits: Vec<f64> = std::thread::scope(|scope| {
        let work = (0..)
            .zip(&loads)
            .map(|(i, lines)| scope.spawn(move || load::append(store, &format!("ingest-{i}"), lines, BATCH)));
        let work: Vec<_> = work.collect();
        work.into_iter().flat_map(|thread| thread.join().unwrap()).collect()
    });
    let seconds = start.elapsed().as_secs_f64();
    waits.sort_by(f64::total_cmp);
    json!({
        "events": all, "mb": round(bytes as f64 / 1e6), "events_per_s": round(all as f64 / seconds),
        "ack_ms_p50": round(percentile(&waits, 50)), "ack_ms_p99": round(percentile(&waits, 99)),
    })
}

/// Events a second that go into a plain table.
fn plain_insert(table: &mut dyn plain::Table, events: u64) -> f64 {
    let lines = load::lines("plain", events);
    let start = Instant::now();
    for (i, batch) in lines.chunks(BATCH).enumerate() {
        table.insert("plain", (i * BATCH) as u64, batch);
    }
    round(lines.len() as f64 / start.elapsed().as_secs_f64())
}

/// Runs a second, of three events each.
fn many_small_runs(store: &dyn Store, runs: u64) -> Value {
    let start = Instant::now();
    std::thread::scope(|scope| {
        for part in 0..16 {
            scope.spawn(move || {
                for i in (part..runs).step_by(16) {
                    let run = format!("small-{i}");
                    load::append(store, &run, &load::small(&run, i), BATCH);
                }
            });
        }
    });
    json!({ "runs": runs, "runs_per_s": round(runs as f64 / start.elapsed().as_secs_f64()) })
}

/// Milliseconds to list runs: all on one page, and the first hundred.
fn list(store: &dyn Store, runs: u64) -> Value {
    let time = |limit: u32| {
        let mut times: Vec<f64> = (0..40)
            .map(|_| {
                let start = Instant::now();
                let page = store.runs(&RunQuery { limit, ..RunQuery::default() }).unwrap();
                assert!(page.total >= runs && page.runs.len() as u64 >= runs.min(u64::from(limit)));
                start.elapsed().as_secs_f64() * 1e3
            })
            .collect();
        times.sort_by(f64::total_cmp);
        times
    };
    let (all, page) = (time(10_000), time(100));
    json!({
        "runs": runs,
        "all_ms_p50": round(percentile(&all, 50)), "all_ms_p95": round(percentile(&all, 95)),
        "page_of_100_ms_p95": round(percentile(&page, 95)),
    })
}

/// Milliseconds to load a run: its events folded to the run, beside the fold of the same lines out of memory.
fn one_large_run(store: &dyn Store, tasks: u64) -> Value {
    let lines = load::tasks("large", tasks);
    load::append(store, "large", &lines, 5_000);
    let fold = best(|| {
        let mut builder = RunsBuilder::new();
        lines
            .iter()
            .for_each(|line| builder.apply(&makespan_format::read_line(line.as_bytes()).unwrap().event));
        assert_eq!(builder.finish().0[0].task_count() as u64, tasks);
    });
    let load = best(|| {
        let mut builder = RunsBuilder::new();
        assert!(store.events("large", &mut builder).unwrap().is_empty());
        assert_eq!(builder.finish().0[0].task_count() as u64, tasks);
    });
    let read = best(|| {
        let mut events = 0;
        let gaps = store
            .read("large", makespan_store::EventRange::All, &mut |_| {
                events += 1;
                std::ops::ControlFlow::Continue(())
            })
            .unwrap();
        assert!(events == lines.len() && gaps.is_empty());
    });
    json!({ "tasks": tasks, "events": lines.len(), "load_ms": load, "read_ms": read, "fold_only_ms": fold })
}

/// The best of five, in milliseconds.
fn best(mut work: impl FnMut()) -> f64 {
    let mut best = f64::MAX;
    for _ in 0..5 {
        let start = Instant::now();
        work();
        best = best.min(start.elapsed().as_secs_f64() * 1e3);
    }
    round(best)
}

fn percentile(sorted: &[f64], percent: usize) -> f64 {
    sorted[(sorted.len() * percent).div_ceil(100).max(1) - 1]
}

fn round(x: f64) -> f64 {
    (x * 10.0).round() / 10.0
}
