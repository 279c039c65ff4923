//! The server under load, small: what was acknowledged is there once, whenever the server is killed; every viewer sees every
//! event, whoever else does not read. `cargo xtask bench serve` measures the same.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stdout)]

#[path = "load/mod.rs"]
mod load;

use std::collections::BTreeSet;
use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU16, Ordering};
use std::time::Duration;

use load::clients::{SPANS, send, send_spans};
use load::viewers::Follow;
use load::{Served, folder, serve_if_told, store, viewers};
use makespan_store::{EventRange, RunQuery, Store};

const BE_A_SERVER: &[&str] = &["--exact", "a_process_of_its_own_is_the_server", "--nocapture"];

#[test]
fn a_process_of_its_own_is_the_server() {
    // Returns only in the process of the tests themselves.
    serve_if_told();
    assert!(std::env::current_exe().unwrap().exists());
}

/// The numbers that a run holds, each once.
fn numbers(store: &dyn Store, run: &str) -> BTreeSet<u64> {
    let mut found = BTreeSet::new();
    let each = &mut |record: makespan_store::Record<'_>| {
        assert!(found.insert(record.seq), "{run}: {} is there twice", record.seq);
        ControlFlow::Continue(())
    };
    assert!(store.read(run, EventRange::All, each).unwrap().is_empty(), "no event is damaged");
    found
}

#[test]
fn kills_under_load_lose_nothing_and_double_nothing() {
    let folder = folder("kills");
    let mut server = Served::start(&folder, BE_A_SERVER);
    let port = Arc::new(AtomicU16::new(server.port));
    let stop = Arc::new(AtomicBool::new(false));
    let senders = {
        let (port, stop) = (Arc::clone(&port), Arc::clone(&stop));
        std::thread::spawn(move || send(&port, &stop, (4, 50), |producer| format!("run-{}", producer % 2)))
    };
    for kill in 0..4 {
        std::thread::sleep(Duration::from_millis(150 + 70 * kill));
        server.kill();
        server = Served::start(&folder, BE_A_SERVER);
        port.store(server.port, Ordering::Relaxed);
    }
    std::thread::sleep(Duration::from_millis(300));
    stop.store(true, Ordering::Relaxed);
    let sent = senders.join().unwrap();
    server.kill();
    assert!(sent.acknowledged >= 200, "{sent:?}");
    let store = store(&folder);
    let mut stored = 0;
    for run in ["run-0", "run-1"] {
        let state = store.run(run).unwrap().unwrap();
        let mut tasks = 0;
        // Of each producer all up to its last one: no gap. Numbers of different producers may be the same.
        let mut by_producer: std::collections::BTreeMap<String, BTreeSet<u64>> = Default::default();
        let each = &mut |record: makespan_store::Record<'_>| {
            let is_new = by_producer.entry(record.producer.to_owned()).or_default().insert(record.seq);
            assert!(is_new, "{run}: {} of {} is there twice", record.seq, record.producer);
            ControlFlow::Continue(())
        };
        assert!(store.read(run, EventRange::All, each).unwrap().is_empty(), "no event is damaged");
        for (producer, numbers) in &by_producer {
            let last = *numbers.last().unwrap();
            assert_eq!(numbers.len() as u64, last, "{run}: events of {producer} are missing");
            tasks += numbers.len() as u64;
        }
        assert_eq!(state.events, tasks);
        stored += tasks;
    }
    // A batch that was stored and not acknowledged may be one more for each sender.
    assert!(stored >= sent.acknowledged && stored <= sent.acknowledged + 4 * 50, "{stored} {sent:?}");
}

#[test]
fn viewers_see_every_event_despite_clients_that_never_read() {
    for how in [Follow::Events, Follow::WebSocket] {
        let folder = folder(&format!("viewers-{how:?}"));
        let server = Served::start(&folder, BE_A_SERVER);
        let mut seen =
            viewers::watch(server.port, "followed", how, (8, 8), (200, Duration::from_millis(2_500)));
        assert!(seen.sent > 50, "{}", seen.sent);
        assert_eq!(seen.fewest, seen.sent, "{how:?}: each viewer sees each event");
        assert!(seen.delays.quantile(0.5) < Duration::from_secs(5), "{:?}", seen.delays.quantile(0.5));
        server.kill();
        assert_eq!(numbers(&*store(&folder), "followed").len() as u64, seen.sent + 1);
    }
}

#[test]
fn a_viewer_costs_the_server_little_memory() {
    for how in [Follow::Events, Follow::WebSocket] {
        let folder = folder(&format!("memory-{how:?}"));
        let server = Served::start(&folder, BE_A_SERVER);
        let watch = |run, viewers, long| {
            viewers::watch(server.port, run, how, (viewers, 0), (50, Duration::from_millis(long)))
        };
        // What the first requests need is needed once.
        watch("first", 4, 300);
        let Some(before) = server.memory() else {
            println!("skipped: this system does not show the memory of a process");
            return;
        };
        watch("followed", 200, 1_000);
        let each = server.peak_memory().unwrap().saturating_sub(before) / 200;
        assert!(each < 100 << 10, "{how:?}: {each} bytes per client");
    }
}

#[test]
fn spans_that_were_acknowledged_are_stored() {
    let folder = folder("spans");
    let server = Served::start(&folder, BE_A_SERVER);
    let stop = Arc::new(AtomicBool::new(false));
    let sender = {
        let (port, stop) = (server.port, Arc::clone(&stop));
        std::thread::spawn(move || send_spans(port, &stop, (2, 5)))
    };
    std::thread::sleep(Duration::from_millis(1_500));
    stop.store(true, Ordering::Relaxed);
    let sent = sender.join().unwrap();
    server.kill();
    let store = store(&folder);
    let query = RunQuery { limit: 1_000, ..RunQuery::default() };
    let runs = store.runs(&query).unwrap().runs;
    assert!(sent.acknowledged > 0 && runs.iter().all(|run| run.tasks.total() == SPANS));
    let known = store.info().unwrap().runs * SPANS;
    assert_eq!(known, sent.acknowledged);
}
