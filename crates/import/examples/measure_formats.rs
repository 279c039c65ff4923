//! How the time to read a file grows with its length, for each importer whose files can be written from one record:
//! `cargo run --release -p makespan-import --example measure_formats -- 1000 10000 100000`.
//!
//! Prints a line of JSON for each importer and size: the time as a multiple of a bare pass over the same bytes, which for JSON
//! parses each value and keeps nothing (`serde_json` into `IgnoredAny`), and for texts splits lines into cells; and the growth
//! since the size before, as a multiple of n log n. Words select importers.
#![allow(clippy::print_stdout, clippy::panic)]

#[path = "measure_formats/samples.rs"]
mod samples;

use std::time::Instant;

use makespan_format::time::format_rfc3339;
use makespan_import::testing::Count;
use makespan_import::{Options, Source, open};
use serde::de::IgnoredAny;

use samples::{SAMPLES, Sample};

const START: i64 = 1_772_359_200_000_000_000;
const SECOND: i64 = 1_000_000_000;

/// Writes so many records of a sample. `$i` is the number of the record, `$p` that of one before it, `$s`, `$e`, `$m`, `$u`
/// start and end in seconds and the start in milliseconds and microseconds, `$t` and `$x` start and end as text, `$h` an id in
/// hexadecimal.
fn written(sample: &Sample, records: u64) -> String {
    let mut out = String::from(sample.head);
    for i in 0..records {
        if i > 0 {
            out.push_str(sample.between);
        }
        let start = START + i as i64 * SECOND / 10;
        let end = start + 5 * SECOND;
        let mut rest = sample.record;
        while let Some((before, after)) = rest.split_once('$') {
            out.push_str(before);
            let (letter, after) = after.split_at(1);
            match letter {
                "i" => out.push_str(&i.to_string()),
                "p" => out.push_str(&(i / 2).to_string()),
                "s" => out.push_str(&(start / SECOND).to_string()),
                "e" => out.push_str(&(end / SECOND).to_string()),
                "m" => out.push_str(&(start / 1_000_000).to_string()),
                "u" => out.push_str(&(start / 1_000).to_string()),
                "t" => out.push_str(&format_rfc3339(start)),
                "x" => out.push_str(&format_rfc3339(end)),
                "h" => out.push_str(&format!("{:016x}", i + 1)),
                other => panic!("{}: ${other}", sample.importer),
            }
            rest = after;
        }
        out.push_str(rest);
    }
    out.push_str(sample.tail);
    out
}

/// Seconds of processor time that this thread has had, if the system reports it (Linux), else seconds of the clock.
fn seconds(start: Instant) -> f64 {
    let recorded = std::fs::read_to_string("/proc/thread-self/schedstat").ok();
    let ns = recorded.and_then(|text| text.split(' ').next().and_then(|ns| ns.parse::<f64>().ok()));
    ns.map_or_else(|| start.elapsed().as_secs_f64(), |ns| ns / 1e9)
}

/// The system counts processor time in ticks of a few milliseconds, so short work is repeated for so many seconds.
const ROUND: f64 = 0.05;

/// The least mean time of three rounds, in milliseconds.
fn least(mut work: impl FnMut()) -> f64 {
    let mut least = f64::MAX;
    let start = Instant::now();
    for _ in 0..3 {
        let (before, mut times, mut took) = (seconds(start), 0.0, 0.0);
        while took < ROUND {
            work();
            times += 1.0;
            took = seconds(start) - before;
        }
        least = least.min(took / times * 1e3);
    }
    least
}

fn bare_pass(text: &str) {
    if text.starts_with(['{', '[']) {
        let values = serde_json::Deserializer::from_str(text).into_iter::<IgnoredAny>();
        assert!(values.map(|value| value.is_ok()).fold(false, |_, good| good));
        return;
    }
    let cells: usize = text.lines().map(|line| line.split(['\t', '|', ' ', ',', '"']).count()).sum();
    assert!(cells > 0);
}

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let (sizes, words): (Vec<&String>, Vec<&String>) =
        arguments.iter().partition(|word| word.bytes().all(|b| b.is_ascii_digit()));
    let sizes: Vec<u64> = sizes.iter().filter_map(|size| size.parse().ok()).collect();
    let sizes = if sizes.is_empty() { vec![1_000, 10_000, 100_000] } else { sizes };
    let is_wanted = |sample: &&Sample| words.is_empty() || words.iter().any(|word| *word == sample.importer);
    for sample in SAMPLES.iter().filter(is_wanted) {
        let mut before: Option<(u64, f64)> = None;
        for &records in &sizes {
            let text = written(sample, records);
            let floor = least(|| bare_pass(&text));
            let source = Source::new("sample", text.clone().into_bytes());
            let mut count = Count::default();
            let mut verdict = String::new();
            let read = least(|| {
                count = Count::default();
                let outcome = open(vec![source.clone()], &Options::default(), &mut count);
                verdict = outcome.files.first().map_or_else(String::new, |file| file.to_string());
                assert_eq!(outcome.files[0].format, Some(sample.importer), "{verdict}");
            });
            assert!(count.events > records, "{}: {} events; {verdict}", sample.importer, count.events);
            let growth = before.map(|(n, ms)| {
                let order = |n: u64| n as f64 * (n as f64).ln();
                (read / ms) / (order(records) / order(n))
            });
            before = Some((records, read));
            let rounded = |value: f64| (value * 100.0).round() / 100.0;
            println!(
                "{}",
                serde_json::json!({
                    "importer": sample.importer, "records": records, "bytes": text.len(), "events": count.events,
                    "floor_ms": rounded(floor), "read_ms": rounded(read), "times_floor": rounded(read / floor),
                    "growth_to_n_log_n": growth.map(rounded),
                })
            );
        }
    }
}
