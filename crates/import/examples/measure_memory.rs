//! How much memory opening takes: `cargo run --release -p makespan-import --example measure_memory -- FILE …`.
//!
//! Prints a line of JSON for each file: the most that was allocated while it was opened and folded in chunks, without
//! the file itself, and what its runs take once they are frozen. Pointers of 64 bits take a little more than in wasm.
#![allow(clippy::print_stdout)]

use std::io::Read;

use makespan_import::{Opening, Settings};
use makespan_model::{Run, RunsBuilder};
use peak_alloc::PeakAlloc;

#[global_allocator]
static HEAP: PeakAlloc = PeakAlloc;

fn main() -> std::io::Result<()> {
    for path in std::env::args().skip(1) {
        let mut chunk = vec![0; 256 << 10];
        let before = HEAP.current_usage();
        HEAP.reset_peak_usage();
        let mut file = std::fs::File::open(&path)?;
        let mut runs = RunsBuilder::new();
        let mut opening = Opening::new(Settings { files: Some(1), ..Settings::default() });
        opening.begin(&path, file.metadata().ok().map(|m| m.len()));
        let mut expected = None;
        loop {
            let n = file.read(&mut chunk)?;
            if n == 0 {
                break;
            }
            opening.push(&chunk[..n], &mut runs);
            expected = expected.or_else(|| opening.expected_memory());
        }
        opening.end(&mut runs);
        opening.finish(&mut runs);
        let read = HEAP.peak_usage() - before;
        let built = HEAP.current_usage() - before;
        let (runs, _) = runs.finish();
        let tasks: usize = runs.iter().map(Run::task_count).sum();
        let each = |bytes: usize| bytes / tasks.max(1);
        println!(
            "{}",
            serde_json::json!({
                "file": path, "tasks": tasks, "peak_bytes_a_task": each(HEAP.peak_usage() - before),
                "while_reading": each(read), "before_freezing": each(built),
                "run_bytes_a_task": each(HEAP.current_usage() - before),
                "expected_bytes_a_task": expected.map(|e| e / tasks.max(1) as u64),
            })
        );
    }
    Ok(())
}
