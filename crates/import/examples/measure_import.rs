//! How fast files are read: `cargo run --release -p makespan-import --example measure -- 100000`.
//!
//! Prints JSON. The floor is a pass over the same bytes that parses each JSON value and keeps nothing.
#![allow(clippy::print_stdout)]

use std::fmt::Write as _;
use std::time::Instant;

use makespan_import::testing::Count;
use makespan_import::{Options, Source, open, read_events};
use serde::de::IgnoredAny;

/// Xorshift (Marsaglia, 2003), so that every machine measures the same bytes.
struct Random(u64);

impl Random {
    fn below(&mut self, n: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % n
    }
}

/// A run of `tasks` tasks as lines of events: each a task, an attempt, a sample, and every tenth a log line.
fn events(tasks: u64) -> String {
    let mut random = Random(0x9e37_79b9_7f4a_7c15);
    let mut out = String::from("{\"event\":\"run\",\"makespan\":1,\"run\":\"r\",\"name\":\"measured\"}\n");
    let t0 = 1_767_600_000_000_000_000u64;
    for i in 0..tasks {
        let (a, b) = (random.below(i + 1), random.below(i + 1));
        let start = t0 + i * 1_000_000 + random.below(1_000_000);
        let end = start + 1 + random.below(60_000_000_000);
        let (step, worker) = (random.below(40), random.below(64));
        let _ = writeln!(
            out,
            "{{\"event\":\"task\",\"task\":\"task-{i}\",\"name\":\"step {step} of {i}\",\"step\":\"step-{step}\",\
             \"after\":[\"task-{a}\",\"task-{b}\"],\"labels\":{{\"queue\":\"q{step}\",\"cost\":{worker}}}}}\n\
             {{\"event\":\"attempt\",\"task\":\"task-{i}\",\"started\":{start},\"ended\":{end},\
             \"worker\":\"worker-{worker}\",\"status\":\"succeeded\"}}\n\
             {{\"event\":\"sample\",\"task\":\"task-{i}\",\"name\":\"rss\",\"value\":{worker}.5,\"unit\":\"MB\"}}"
        );
        if i % 10 == 0 {
            let _ = writeln!(
                out,
                "{{\"event\":\"log\",\"task\":\"task-{i}\",\"t\":{start},\"text\":\"line \\\"{i}\\\"\"}}"
            );
        }
    }
    out
}

/// The same load as a Chrome trace: complete slices on 64 threads, with arguments.
fn trace(tasks: u64) -> String {
    let mut random = Random(0x2545_f491_4f6c_dd1d);
    let mut out = String::from("{\"displayTimeUnit\":\"ms\",\"traceEvents\":[\n");
    for i in 0..tasks {
        let (tid, step) = (random.below(64), random.below(40));
        let dur = random.below(60_000);
        let _ = writeln!(
            out,
            "{}{{\"ph\":\"X\",\"cat\":\"cpu_op\",\"name\":\"step {step}\",\"pid\":1,\"tid\":{tid},\"ts\":{}.{:03},\
             \"dur\":{dur},\"args\":{{\"External id\":{i},\"Input Dims\":[[32,3,224,224],[64,3,7,7]],\
             \"Input type\":[\"float\",\"float\"],\"Call stack\":\"model.py(12): forward;conv.py({step}): call\"}}}}",
            if i == 0 { "" } else { "," },
            i * 100 + random.below(100),
            random.below(1000),
        );
    }
    out.push_str("]}\n");
    out
}

/// The same load as a plain task list.
fn plain(tasks: u64) -> String {
    let mut random = Random(0x1234_5678_9abc_def1);
    let mut out = String::from("{\"run_id\":\"r\",\"tasks\":[");
    for i in 0..tasks {
        let parent = random.below(i + 1);
        let _ = write!(
            out,
            "{}{{\"id\":\"{i}\",\"name\":\"t{}\",\"parents\":[\"{parent}\"],\"start\":\"2026-01-01T00:00:00Z\",\
             \"end\":\"2026-01-01T00:00:01Z\",\"status\":\"ok\",\"worker\":\"w{}\",\"queue\":\"q\"}}",
            if i == 0 { "" } else { "," },
            random.below(97),
            random.below(64),
        );
    }
    out.push_str("]}");
    out
}

/// The best of five, in MB (10^6 bytes) a second.
fn rate(bytes: usize, mut work: impl FnMut()) -> f64 {
    let mut best = f64::MAX;
    for _ in 0..5 {
        let start = Instant::now();
        work();
        best = best.min(start.elapsed().as_secs_f64());
    }
    (bytes as f64 / 1e6 / best * 10.0).round() / 10.0
}

fn opened(name: &str, text: &str) -> (f64, u64) {
    let source = Source::new(name, text.as_bytes().to_vec());
    let mut events = 0;
    let rate = rate(text.len(), || {
        let mut count = Count::default();
        open(vec![source.clone()], &Options::default(), &mut count);
        events = count.events;
    });
    (rate, events)
}

fn main() {
    let tasks: u64 = std::env::args().nth(1).and_then(|n| n.parse().ok()).unwrap_or(100_000);
    let lines = events(tasks);
    let floor = rate(lines.len(), || {
        let parsed = lines.as_bytes().split(|b| *b == b'\n').filter(|l| !l.is_empty());
        let good = parsed.filter(|l| serde_json::from_slice::<IgnoredAny>(l).is_ok()).count();
        assert!(good > 0);
    });
    let mut count = Count::default();
    let read = rate(lines.len(), || {
        count = Count::default();
        assert!(read_events(lines.as_bytes(), &mut count).is_ok());
    });
    let trace = trace(tasks);
    let trace_floor = rate(trace.len(), || {
        assert!(serde_json::from_slice::<IgnoredAny>(trace.as_bytes()).is_ok());
    });
    let (trace_rate, trace_events) = opened("trace.json", &trace);
    let list = plain(tasks);
    let (plain_rate, plain_events) = opened("tasks.json", &list);
    println!(
        "{}",
        serde_json::json!({
            "tasks": tasks,
            "makespan": {
                "bytes": lines.len(), "events": count.events, "mb_per_s": read, "floor_mb_per_s": floor,
                "part_of_floor": (read / floor * 1000.0).round() / 1000.0,
            },
            "chrome_trace": {
                "bytes": trace.len(), "events": trace_events, "mb_per_s": trace_rate,
                "floor_mb_per_s": trace_floor,
            },
            "plain": { "bytes": list.len(), "events": plain_events, "mb_per_s": plain_rate },
        })
    );
}
