//! Where runs go: files in a folder, a store of your own beside them, and how they are read back. Who configures a
//! program by its environment writes `Tracker::from_env()` in place of the options.
#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stdout, unreachable_pub)]

#[path = "../tests/support/mod.rs"]
mod support;

use std::collections::BTreeMap;
use std::error::Error;
use std::io;
use std::path::Path;
use std::sync::{Arc, Mutex};

use makespan_model::{Run, Status};
use makespan_tracker::{Batch, FileSink, Sink, Tee, Tracker};

/// A store of your own: the lines of each run, by number, so that a batch that comes twice is stored once.
#[derive(Clone, Default)]
struct Table(Arc<Mutex<BTreeMap<(String, u64), String>>>);

impl Sink for Table {
    fn write(&mut self, batch: &Batch<'_>) -> io::Result<()> {
        let mut rows = self.0.lock().map_err(|_| io::Error::other("the table is poisoned"))?;
        for (number, line) in batch.lines() {
            rows.insert((batch.run.to_owned(), number), line.to_owned());
        }
        Ok(())
    }
}

fn nightly(tracker: &Tracker) {
    let run = tracker.run("nightly").id("nightly-7").workflow("etl").param("date", "2026-01-04").start();
    let fetch = run.task("fetch").id("fetch").param("url", "s3://reads").start();
    fetch.metric("rows", 1200, "");
    let fetch = {
        let done = fetch.reference();
        fetch.succeed();
        done
    };
    let clean = run.task("clean").after(&fetch).start();
    clean.fail("line 17 has no date");
    run.task("publish").after("clean").upstream_failed();
    run.task("archive").after(&fetch).skip("not on Sundays");
}

/// Records, reads it back and checks it.
pub fn main() -> Result<(), Box<dyn Error>> {
    let folder = std::env::temp_dir().join(format!("makespan-storage-{}", std::process::id()));
    let table = Table::default();
    let tracker = Tracker::options().to_sink(Tee::new(FileSink::folder(&folder)?, table.clone()))?;
    nightly(&tracker);
    // The same id again overwrites nothing: it gets a number, and a folder of its own.
    nightly(&tracker);
    assert!(tracker.shut_down(support::LONG));

    let read = |name: &str| -> io::Result<Run> {
        Ok(support::fold(&std::fs::read_to_string(Path::new(&folder).join(name).join("run.jsonl"))?))
    };
    let (run, again) = (read("nightly-7")?, read("nightly-7-2")?);
    assert_eq!(run.text(run.params), r#"{"date":"2026-01-04"}"#);
    assert_eq!(run.recorded_status, Some(Status::Failed));
    for (id, status) in [
        ("fetch", Status::Succeeded),
        ("clean", Status::Failed),
        ("publish", Status::UpstreamFailed),
        ("archive", Status::Skipped),
    ] {
        assert_eq!([support::status(&run, id), support::status(&again, id)], [status; 2], "{id}");
    }
    assert_eq!(support::after(&run, "publish"), ["clean"]);
    assert_eq!(support::metric(&run, Some("fetch"), "rows"), [(1200.0, String::new())]);
    let rows = table.0.lock().map_err(|_| "poisoned")?;
    for id in ["nightly-7", "nightly-7-2"] {
        let numbers: Vec<u64> = rows.keys().filter(|(run, _)| run == id).map(|(_, number)| *number).collect();
        assert!(
            numbers.len() >= 9 && numbers.iter().copied().eq(1..=numbers.len() as u64),
            "no gaps in {id}"
        );
    }
    println!("{} lines of two runs below {}", rows.len(), folder.display());
    std::fs::remove_dir_all(&folder)?;
    Ok(())
}
