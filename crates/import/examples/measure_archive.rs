//! How fast archives of many files are opened:
//! `cargo run --release -p makespan-import --example measure_archive -- a.zip b.tar.gz`. Prints a line of JSON for each.
#![allow(clippy::print_stdout)]

use std::time::Instant;

use makespan_import::testing::Count;
use makespan_import::{Options, Source, Verdict, open};

fn main() -> Result<(), std::io::Error> {
    for path in std::env::args().skip(1) {
        let source = Source::new(path.as_str(), std::fs::read(&path)?);
        let (begun, bytes) = (Instant::now(), source.bytes.len());
        let outcome = open(vec![source], &Options::default(), &mut Count::default());
        let read = outcome.files.iter().filter(|file| file.kind == Verdict::Read).count();
        println!(
            "{{\"file\":{path:?},\"bytes\":{bytes},\"members\":{},\"read\":{read},\"runs\":{},\"seconds\":{:.2}}}",
            outcome.files.len(),
            outcome.runs,
            begun.elapsed().as_secs_f64()
        );
    }
    Ok(())
}
