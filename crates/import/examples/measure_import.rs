//! How fast files are read and folded, in chunks as a page reads them:
//! `cargo run --release -p makespan-import --example measure_import -- 100000`, or with the names of files, each of
//! which is then measured as it is and as our own events.
//!
//! Prints a line of JSON for each. The floor is a pass over the same bytes that parses each JSON value and keeps
//! nothing (`serde_json` into `IgnoredAny`).
#![allow(clippy::print_stdout)]

use std::fmt::Write as _;
use std::time::Instant;

use makespan_format::EventSink;
use makespan_import::testing::Count;
use makespan_import::{Opening, Settings};
use makespan_model::{Run, RunsBuilder};
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

/// Seconds of processor time that this thread has had, if the system reports it (Linux): on a busy machine the time of
/// the clock says little. Else seconds of the clock since `start`.
fn seconds(start: Instant) -> f64 {
    let recorded = std::fs::read_to_string("/proc/thread-self/schedstat").ok();
    let ns = recorded.and_then(|text| text.split(' ').next().and_then(|ns| ns.parse::<f64>().ok()));
    ns.map_or_else(|| start.elapsed().as_secs_f64(), |ns| ns / 1e9)
}

/// The best of seven, in milliseconds.
fn best(mut work: impl FnMut()) -> f64 {
    let mut best = f64::MAX;
    let start = Instant::now();
    for _ in 0..7 {
        let before = seconds(start);
        work();
        best = best.min(seconds(start) - before);
    }
    (best * 1e5).round() / 100.0
}

/// As much as a page reads of a file at once.
const CHUNK: usize = 256 << 10;

fn opened(name: &str, bytes: &[u8], sink: &mut dyn EventSink) {
    let mut opening = Opening::new(Settings { files: Some(1), ..Settings::default() });
    opening.begin(name, Some(bytes.len() as u64));
    bytes.chunks(CHUNK).for_each(|chunk| opening.push(chunk, sink));
    opening.end(sink);
    let outcome = opening.finish(sink);
    assert!(outcome.runs > 0, "{:?}", outcome.files);
}

fn folded(name: &str, bytes: &[u8]) -> Vec<Run> {
    let mut runs = RunsBuilder::new();
    opened(name, bytes, &mut runs);
    runs.finish().0
}

/// What reading a file costs, and reading and folding it, as multiples of the floor.
fn measured(name: &str, bytes: &[u8]) -> serde_json::Value {
    let floor = best(|| {
        let values = serde_json::Deserializer::from_slice(bytes).into_iter::<IgnoredAny>();
        assert!(values.map(|v| v.is_ok()).fold(false, |_, good| good));
    });
    let mut count = Count::default();
    let read = best(|| {
        count = Count::default();
        opened(name, bytes, &mut count);
    });
    let mut tasks = 0;
    let fold = best(|| tasks = folded(name, bytes).iter().map(Run::task_count).sum());
    let times = |ms: f64| (ms / floor * 100.0).round() / 100.0;
    serde_json::json!({
        "file": name, "bytes": bytes.len(), "tasks": tasks, "events": count.events, "floor_ms": floor,
        "read_ms": read, "read_and_fold_ms": fold, "read_times_floor": times(read),
        "read_and_fold_times_floor": times(fold),
    })
}

fn main() -> std::io::Result<()> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let mut files: Vec<(String, Vec<u8>)> = Vec::new();
    if let [] | [_] = args.as_slice()
        && let Ok(tasks) = args.first().map_or("100000", |n| n.as_str()).parse::<u64>()
    {
        files.push(("events.jsonl".to_owned(), events(tasks).into_bytes()));
        files.push(("trace.json".to_owned(), trace(tasks).into_bytes()));
        files.push(("tasks.json".to_owned(), plain(tasks).into_bytes()));
    } else {
        for path in &args {
            let bytes = std::fs::read(path)?;
            let lines: String = folded(path, &bytes).iter().map(Run::to_jsonl).collect();
            files.push((path.clone(), bytes));
            files.push((format!("{path} as events"), lines.into_bytes()));
        }
    }
    for (name, bytes) in files {
        println!("{}", measured(&name, &bytes));
    }
    Ok(())
}
