//! Measures every fact on a generated run and prints one JSON object per fact: its name, the numbers of tasks and
//! edges, and the median of five times in ms.
//!
//! The run is the same every time: layers of tasks on 64 workers, each task after up to three of the layer before,
//! one in twenty retried, one in fifty failed with a message of its own, every thousandth a container.
//! A number as argument measures that many tasks instead of 100 000.

#![allow(clippy::print_stdout)]

use std::fmt::Write;
use std::hint::black_box;
use std::process::ExitCode;
use std::time::Instant;

use makespan_analysis::*;
use makespan_model::{Run, TaskId};

/// Xorshift (Marsaglia 2003): the same numbers on every machine.
struct Random(u64);

impl Random {
    fn below(&mut self, n: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % n.max(1)
    }
}

/// A run in the text notation.
fn generated(tasks: u64) -> Result<Run, String> {
    let mut random = Random(0x9E37_79B9_7F4A_7C15);
    let width = 64;
    let mut text = String::new();
    for t in 0..tasks {
        let layer = t / width;
        let start = layer * 10 + random.below(3);
        let end = start + 1 + random.below(7);
        let (worker, step) = (random.below(width), random.below(40));
        let _ = write!(text, "t{t} {layer}|{start}..{end} w{worker} step=s{step}");
        if t % 1000 != 0 {
            let _ = write!(text, " in=t{}", t / 1000 * 1000);
        }
        let before = layer.saturating_sub(1) * width;
        for _ in 0..if layer > 0 { 1 + random.below(3) } else { 0 } {
            let _ = write!(text, " t{}", before + random.below(width));
        }
        if t % 50 == 7 {
            let _ = write!(text, " failed error=no_file_/data/{t}/in.bam_after_{end}_tries");
        }
        text.push('\n');
        if t % 20 == 3 {
            let _ = writeln!(text, "t{t} {}..{} w{worker} try=2", end + 1, end + 3);
        }
    }
    makespan_model::notation::run(&text)
}

fn measure<T>(name: &str, run: &Run, fact: impl Fn(&Run) -> T) {
    let mut times: Vec<f64> = (0..5)
        .map(|_| {
            let start = Instant::now();
            black_box(fact(black_box(run)));
            start.elapsed().as_secs_f64() * 1e3
        })
        .collect();
    times.sort_by(f64::total_cmp);
    let (tasks, edges) = (run.task_count(), run.edge_count());
    println!("{{\"fact\":\"{name}\",\"tasks\":{tasks},\"edges\":{edges},\"ms\":{:.2}}}", times[2]);
}

fn main() -> ExitCode {
    let tasks = std::env::args().nth(1).and_then(|n| n.parse().ok()).unwrap_or(100_000);
    let run = match generated(tasks) {
        Ok(run) => run,
        Err(why) => {
            println!("{why}");
            return ExitCode::FAILURE;
        }
    };
    let work = busy(&run);
    let all = totals(&run);
    let middle = TaskId((run.task_count() / 2) as u32);
    measure("busy", &run, busy);
    measure("totals", &run, totals);
    measure("concurrency", &run, |run| concurrency(run, &work));
    measure("critical_path", &run, critical_path);
    measure("slack", &run, slack);
    measure("waiting", &run, waiting);
    measure("steps", &run, steps);
    measure("workers", &run, workers);
    measure("errors", &run, errors);
    measure("slowest", &run, |run| slowest(run, 20));
    measure("differences", &run, |run| differences(run, &all));
    measure("observed_path", &run, observed_path);
    measure("near_critical", &run, |run| near_critical(run, 10));
    measure("bounds", &run, bounds);
    measure("utilisation", &run, utilisation);
    measure("causes", &run, causes);
    measure("stragglers", &run, stragglers);
    measure("retries", &run, retries);
    measure("upstream", &run, |run| upstream(run, middle));
    measure("downstream", &run, |run| downstream(run, middle));
    // What the facts share is computed once: findings ask for all of them.
    let shared = std::sync::Arc::new(run.clone());
    measure("all", &run, |_| Facts::new(shared.clone()).findings().len());
    ExitCode::SUCCESS
}
