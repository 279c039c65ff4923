//! What tasks use: what is collected, what is not, and that nothing is made up.
#![allow(clippy::unwrap_used, clippy::panic)]
#![cfg(target_os = "linux")]

mod support;

use std::fs;
use std::hint::black_box;
use std::time::Duration;

use makespan_model::Run;
use makespan_tracker::{Backoff, Durability, Tracker};
use support::*;

/// The only value of a metric of a task.
fn one(run: &Run, id: &str, name: &str) -> f64 {
    let values = metric(run, Some(id), name);
    assert_eq!(values.len(), 1, "{name}: {values:?}");
    values[0].0
}

fn series(run: &Run, id: &str, name: &str) -> Vec<f64> {
    metric(run, Some(id), name).iter().map(|m| m.0).collect()
}

/// Uses so much of a processor, however long that takes.
fn spin(work: Duration) {
    let used = || {
        let t = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
        Duration::new(t.tv_sec as u64, t.tv_nsec as u32)
    };
    let end = used() + work;
    while used() < end {
        black_box((0..1000).fold(0_u64, |a, b| a ^ black_box(b)));
    }
}

// One test, for the figures are those of the process: two would disturb each other.
#[test]
fn figures_match_the_work_done() {
    let (tracker, recording) = Tracker::options()
        .durability(Durability::Buffered)
        .sampling(Duration::from_millis(20))
        .in_memory()
        .unwrap();
    let run = tracker.run("usage").measure().start();
    run.task("spins").measure().run(|_| spin(Duration::from_millis(250)));
    run.task("sleeps").measure().run(|_| std::thread::sleep(Duration::from_millis(120)));
    run.task("allocates").measure().run(|_| {
        let block = vec![1_u8; 64 << 20];
        std::thread::sleep(Duration::from_millis(50));
        black_box(block.iter().map(|b| u64::from(*b)).sum::<u64>());
    });
    let folder = std::env::temp_dir().join(format!("makespan-usage-{}", std::process::id()));
    fs::create_dir_all(&folder).unwrap();
    run.task("reads and writes").measure().run(|_| {
        for i in 0..50 {
            fs::write(folder.join("file"), vec![i; 4096]).unwrap();
            black_box(fs::read(folder.join("file")).unwrap());
        }
    });
    fs::remove_dir_all(&folder).unwrap();
    run.task("a child").measure().run(|_| {
        let script = "i=0; while [ $i -lt 300000 ]; do i=$((i+1)); done";
        assert!(std::process::Command::new("sh").args(["-c", script]).status().unwrap().success());
    });
    run.task("short").measure().run(|_| ());
    run.task("threads").measure().run(|_| {
        let threads: Vec<_> =
            (0..4).map(|_| std::thread::spawn(|| std::thread::sleep(Duration::from_millis(90)))).collect();
        threads.into_iter().for_each(|thread| thread.join().unwrap());
    });
    let tried = run.task("tried").measure().retry(Backoff::none().tries(2), |attempt| {
        std::thread::sleep(Duration::from_millis(50));
        if attempt.is_last() { Ok(()) } else { Err("once") }
    });
    assert!(tried.is_ok());
    run.task("not measured").run(|_| ());
    drop(run);
    tracker.flush(LONG);
    let run = fold(&recording.text());

    let (spun, slept) = (one(&run, "spins", "cpu_time"), one(&run, "sleeps", "cpu_time"));
    assert!((0.25..0.35).contains(&spun) && slept < 0.1, "{spun} and {slept}");
    let parts = one(&run, "spins", "cpu_user") + one(&run, "spins", "cpu_system");
    assert!((parts - spun).abs() < 0.06, "{parts} of {spun}");
    assert!(metric(&run, Some("sleeps"), "cpu_user").is_empty(), "too little for the system's ticks");
    let samples = series(&run, "spins", "cpu");
    assert!(samples.len() >= 3 && samples.iter().all(|cpu| (0.0..450.0).contains(cpu)), "{samples:?}");

    let most = one(&run, "allocates", "memory_peak");
    let least = series(&run, "sleeps", "memory").into_iter().fold(f64::MAX, f64::min);
    assert!(most >= least + f64::from(60 << 20), "{most} over {least}");
    assert!(one(&run, "allocates", "memory_delta") < f64::from(32 << 20), "it was given back");

    assert!(
        one(&run, "reads and writes", "io_writes") >= 50.0
            && one(&run, "reads and writes", "io_reads") >= 50.0
    );
    assert!(one(&run, "a child", "cpu_time") > 0.02, "{}", one(&run, "a child", "cpu_time"));
    assert_eq!(series(&run, "short", "cpu").len(), 1, "the whole of a task that is shorter than a sample");
    let threads = series(&run, "threads", "threads");
    let alone = series(&run, "sleeps", "threads").into_iter().fold(f64::MAX, f64::min);
    assert!(threads.iter().any(|n| *n >= alone + 2.0), "{threads:?} beside {alone}");
    let tries: std::collections::BTreeSet<u32> = run
        .samples
        .number
        .iter()
        .enumerate()
        .filter(|(i, _)| {
            run.samples.task[*i] == task(&run, "tried").0 && run.text(run.samples.name[*i]) == "memory"
        })
        .map(|(_, attempt)| *attempt)
        .collect();
    assert_eq!(tries.len(), 2, "each sample belongs to the try that it was taken in: {tries:?}");
    assert!(metric(&run, Some("not measured"), "cpu").is_empty());
    assert!(metric(&run, None, "cpu").len() >= 10 && metric(&run, None, "cpu_time")[0].0 >= spun);
    assert_eq!(finding(&run, "usage-shared"), 0, "a run is no other task");
    assert!(finding(&run, "usage-not-collected") <= 1);
}

#[test]
fn tasks_measured_at_the_same_time_are_reported() {
    let (tracker, recording) = tracker();
    let run = tracker.run("shared").measure_tasks().start();
    let one = run.task("one").start();
    run.task("two").start();
    run.task("three").start();
    drop((one, run));
    let run = fold(&recording.text());
    assert_eq!(finding(&run, "usage-shared"), 1, "once");
    for id in ["one", "two", "three"] {
        assert_eq!(metric(&run, Some(id), "cpu_time").len(), 1);
    }
}
