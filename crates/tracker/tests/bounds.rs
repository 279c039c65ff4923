//! What is bounded: memory, and the time that a call takes. And what is counted: everything that was dropped.
#![allow(clippy::unwrap_used, clippy::panic)]

mod support;

use std::io;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use makespan_tracker::{Batch, Durability, Sink, Tracker};
use support::*;

/// Takes its time with each batch, for a while.
struct Slow {
    text: Arc<Mutex<String>>,
    pause: Duration,
    batches: u32,
}

impl Sink for Slow {
    fn write(&mut self, batch: &Batch<'_>) -> io::Result<()> {
        if self.batches > 0 {
            self.batches -= 1;
            std::thread::sleep(self.pause);
        }
        self.text.lock().unwrap().push_str(batch.text);
        Ok(())
    }
}

#[test]
fn every_record_of_a_flood_is_written_or_counted() {
    const THREADS: usize = 4;
    const METRICS: u64 = 30_000;
    const ALERTS: u64 = 300;
    let text = Arc::new(Mutex::new(String::new()));
    let sink = Slow { text: Arc::clone(&text), pause: Duration::from_millis(100), batches: 6 };
    let options = Tracker::options().memory(1 << 20).durability(Durability::Buffered);
    let tracker = options.to_sink(sink).unwrap();
    let run = tracker.run("flood").start();
    let mut most = 0;
    std::thread::scope(|scope| {
        for _ in 0..THREADS {
            scope.spawn(|| {
                for i in 0..METRICS {
                    run.metric("flood", i, "");
                    if i % (METRICS / ALERTS) == 0 {
                        run.alert("info", "still here");
                    }
                }
            });
        }
        for _ in 0..50 {
            most = most.max(tracker.stats().held);
            std::thread::sleep(Duration::from_millis(5));
        }
    });
    drop(run);
    assert!(tracker.shut_down(LONG));

    let stats = tracker.stats();
    let run = fold(&text.lock().unwrap());
    let produced = THREADS as u64 * METRICS;
    assert!(stats.dropped_details > 0, "the flood was too small to tell");
    assert_eq!(
        run.samples.value.len() as u64 + stats.dropped_details,
        produced,
        "each is written or counted"
    );
    let lifecycle = THREADS as u64 * ALERTS;
    let ended = u64::from(run.recorded_status == Some(makespan_model::Status::Succeeded));
    assert_eq!(run.alerts.text.len() as u64 + ended + stats.dropped_lifecycle, lifecycle + 1);
    let reported: u64 = finding(&run, "records-dropped");
    assert_eq!(reported, stats.dropped_details + stats.dropped_lifecycle, "and the run reports each");
    // Beyond the bound come only the remarks about it, and what threads had reserved at the same moment.
    assert!(most <= (1 << 20) + (64 << 10), "{most}");
    assert_eq!(stats.held, 0, "everything that was reserved was given back");
}

#[test]
fn details_are_dropped_before_starts_and_ends() {
    let text = Arc::new(Mutex::new(String::new()));
    let sink = Slow { text: Arc::clone(&text), pause: Duration::from_millis(400), batches: 1 };
    let options = Tracker::options().memory(1 << 20).durability(Durability::Buffered);
    let tracker = options.to_sink(sink).unwrap();
    let run = tracker.run("flood").start();
    (0..100_000).for_each(|i| run.metric("flood", i, ""));
    run.task("in need").start().fail("of a place");
    drop(run);
    assert!(tracker.shut_down(LONG));
    let stats = tracker.stats();
    assert!(stats.dropped_details > 0 && stats.dropped_lifecycle == 0, "{stats:?}");
    let run = fold(&text.lock().unwrap());
    assert_eq!(attempts(&run, "in need")[0].1, "of a place");
}

#[test]
fn no_call_waits_for_a_sink_that_hangs() {
    struct Hangs;
    impl Sink for Hangs {
        fn write(&mut self, _: &Batch<'_>) -> io::Result<()> {
            std::thread::sleep(Duration::from_secs(3600));
            Ok(())
        }
    }
    for durability in [Durability::Buffered, Durability::Write, Durability::Strict] {
        let options = Tracker::options().durability(durability).patience(Duration::from_millis(10));
        let tracker = options.to_sink(Hangs).unwrap();
        let run = tracker.run("hangs").start();
        let mut calls: Vec<Duration> = (0..2000)
            .map(|_| {
                let start = Instant::now();
                run.task("task").start().succeed();
                start.elapsed()
            })
            .collect();
        calls.sort_unstable();
        // Only the very first call has any patience left to lose. A loaded machine may stop any call for a while.
        assert!(calls[1000] < Duration::from_micros(50), "{durability:?}: {:?}", calls[1000]);
        let all: Duration = calls.iter().sum();
        assert!(all < Duration::from_millis(600), "{durability:?}: {all:?}");
        // Its thread never ends; a test has no time to wait for that at its end.
        std::mem::forget((run, tracker));
    }
}

#[test]
fn a_run_that_was_written_late_says_so() {
    let text = Arc::new(Mutex::new(String::new()));
    let sink = Slow { text: Arc::clone(&text), pause: Duration::from_millis(100), batches: 1 };
    let tracker = Tracker::options().patience(Duration::from_millis(5)).to_sink(sink).unwrap();
    let run = tracker.run("late").start();
    (0..10).for_each(|_| drop(run.task("task").start()));
    drop(run);
    assert!(tracker.shut_down(LONG));
    assert!(finding(&fold(&text.lock().unwrap()), "written-late") > 0);
}

#[test]
fn without_measuring_nothing_is_sampled() {
    let names = || -> Vec<String> {
        let threads = std::fs::read_dir("/proc/self/task").into_iter().flatten().flatten();
        let names = threads.filter_map(|t| std::fs::read_to_string(t.path().join("comm")).ok());
        names.map(|name| name.trim().to_owned()).filter(|name| name.starts_with("makespan-usag")).collect()
    };
    let (tracker, _recording) = Tracker::options().sampling(Duration::from_millis(5)).in_memory().unwrap();
    let run = tracker.run("idle").start();
    run.task("measured").measure().run(|_| std::thread::sleep(Duration::from_millis(20)));
    let start = Instant::now();
    while !names().is_empty() && start.elapsed() < LONG {
        std::thread::sleep(Duration::from_millis(5));
    }
    assert_eq!(names(), [""; 0], "the thread that samples goes when nothing is measured");
}
