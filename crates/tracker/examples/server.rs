//! A program that is configured by its environment and sends its run to a server:
//! `MAKESPAN_SERVER=http://127.0.0.1:7979 cargo run -p makespan-tracker --features server --example server`.
#![allow(clippy::print_stdout, unreachable_pub)]

use std::error::Error;
use std::time::Duration;

use makespan_tracker::Tracker;

/// Records a run of three tasks, which take three seconds if they are sent somewhere: the server shows them while they run.
pub fn main() -> Result<(), Box<dyn Error>> {
    let tracker = Tracker::from_env();
    let pause = Duration::from_secs(u64::from(tracker.is_enabled()));
    let run = tracker.run("nightly").workflow("etl").start();
    let mut before = None;
    for name in ["fetch", "align", "publish"] {
        let task = run.task(name);
        let task = before.iter().fold(task, |task, reference| task.after(reference)).start();
        std::thread::sleep(pause);
        before = Some(task.reference());
        task.succeed();
    }
    run.succeed();
    match tracker.is_enabled() {
        true => println!("recorded {} events", tracker.stats().taken),
        false => println!("nothing is recorded: set MAKESPAN_SERVER to the address of a server"),
    }
    // The end of the program waits, for at most five seconds, until the server has everything.
    Ok(())
}
