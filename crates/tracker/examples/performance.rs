//! What tasks use, without a change to them: processor, memory, disk, network, threads, sampled every 20 ms; and
//! numbers of the program's own, from closures, attributes and futures.
#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stdout, unreachable_pub)]

#[path = "../tests/support/mod.rs"]
mod support;

use std::error::Error;
use std::hint::black_box;
use std::pin::pin;
use std::task::{Context as Polling, Poll, Waker};
use std::time::Duration;

use makespan_tracker::{Context, Durability, Tracker, task};

/// Sums what no optimiser can foresee.
fn work(rounds: u64) -> u64 {
    (0..rounds).fold(0, |sum, i| sum ^ black_box(i).wrapping_mul(0x9E37_79B9))
}

#[task(step = "simulate", params(seed))]
fn simulate(seed: u64) -> u64 {
    let result = work(2_000_000) ^ seed;
    Context::current().metric("steps per call", 2_000_000, "");
    result
}

#[task]
async fn collect() -> usize {
    let block = vec![1_u8; 16 << 20];
    std::thread::sleep(Duration::from_millis(45));
    Context::current().metric("collected", block.len(), "B");
    black_box(block).len()
}

/// Records, reads it back and checks it.
pub fn main() -> Result<(), Box<dyn Error>> {
    let (tracker, recording) = Tracker::options()
        .durability(Durability::Buffered)
        .sampling(Duration::from_millis(20))
        .in_memory()?;
    let run = tracker.run("profile").measure().measure_tasks().start();
    {
        let _here = run.enter();
        for seed in 0..3 {
            simulate(seed);
        }
        // Any runtime will do; one that only waits for what is ready already is enough here.
        let mut future = pin!(collect());
        let Poll::Ready(size) = future.as_mut().poll(&mut Polling::from_waker(Waker::noop())) else {
            return Err("it waits for nothing".into());
        };
        assert_eq!(size, 16 << 20);
    }
    drop(run);
    assert!(tracker.shut_down(support::LONG));

    let run = support::fold(&recording.text());
    let simulations: Vec<_> = run.task_ids().filter(|&t| run.task_step(t) == "simulate").collect();
    assert_eq!(simulations.len(), 3);
    // On a system without /proc nothing is made up: the run says why there is nothing.
    if support::finding(&run, "usage-not-collected") == 0 {
        for &simulation in &simulations {
            let id = run.task_id(simulation);
            let time = support::metric(&run, Some(id), "cpu_time");
            assert!(time.len() == 1 && time[0].0 > 0.0, "{time:?}");
        }
        let peak = support::metric(&run, Some("collect"), "memory_peak")[0].0;
        assert!(peak >= f64::from(16 << 20), "{peak}");
        assert!(support::metric(&run, Some("collect"), "memory").len() >= 2, "sampled while it went on");
        assert!(!support::metric(&run, None, "cpu").is_empty(), "and of the whole run");
    }
    assert_eq!(support::metric(&run, Some("collect"), "collected"), [(f64::from(16 << 20), "B".into())]);
    println!("{} samples of {} tasks", run.samples.value.len(), run.task_count());
    Ok(())
}
