//! What is stored to measure by: the same on every machine.

use std::time::Instant;

use makespan_store::{Batch, Numbered, Store};

const BEGIN: u64 = 1_767_600_000_000_000_000;

/// Lines of a run whose tasks are declared, started, measured and ended.
pub(crate) fn lines(run: &str, tasks: u64) -> Vec<String> {
    let mut lines =
        vec![format!("{{\"event\":\"run\",\"makespan\":1,\"run\":\"{run}\",\"workflow\":\"bench\"}}")];
    for i in 0..tasks {
        let t = BEGIN + i * 1_000_000;
        lines.push(format!(
            "{{\"event\":\"task\",\"task\":\"task-{i}\",\"name\":\"sample {i}\",\"step\":\"step-{}\",\
             \"after\":[\"task-{}\"],\"labels\":{{\"queue\":\"q{}\"}}}}",
            i % 40,
            i / 2,
            i % 7
        ));
        lines.push(format!(
            "{{\"event\":\"start\",\"task\":\"task-{i}\",\"t\":{t},\"worker\":\"worker-{}\"}}",
            i % 64
        ));
        lines.push(format!(
            "{{\"event\":\"sample\",\"task\":\"task-{i}\",\"t\":{},\"name\":\"rss\",\"value\":{}.5,\"unit\":\"MB\"}}",
            t + 500,
            i % 900
        ));
        lines.push(format!("{{\"event\":\"end\",\"task\":\"task-{i}\",\"t\":{}}}", t + 900_000));
    }
    lines
}

/// Lines of a run of many tasks, each declared and executed once.
pub(crate) fn tasks(run: &str, tasks: u64) -> Vec<String> {
    let mut lines =
        vec![format!("{{\"event\":\"run\",\"makespan\":1,\"run\":\"{run}\",\"workflow\":\"bench\"}}")];
    for i in 0..tasks {
        let t = BEGIN + i * 1_000_000;
        lines.push(format!(
            "{{\"event\":\"task\",\"task\":\"task-{i}\",\"step\":\"step-{}\",\"after\":[\"task-{}\"]}}",
            i % 40,
            i / 2
        ));
        lines.push(format!(
            "{{\"event\":\"attempt\",\"task\":\"task-{i}\",\"started\":{t},\"ended\":{},\"worker\":\"worker-{}\",\
             \"status\":\"succeeded\"}}",
            t + 900_000,
            i % 64
        ));
    }
    lines
}

/// Lines of a small run.
pub(crate) fn small(run: &str, i: u64) -> Vec<String> {
    let t = BEGIN + i * 1_000_000_000;
    vec![
        format!(
            "{{\"event\":\"run\",\"makespan\":1,\"run\":\"{run}\",\"workflow\":\"w{}\",\"labels\":{{\"n\":{}}}}}",
            i % 20,
            i % 5
        ),
        format!("{{\"event\":\"start\",\"task\":\"main\",\"t\":{t}}}"),
        format!("{{\"event\":\"end\",\"task\":\"main\",\"t\":{}}}", t + 5_000_000),
    ]
}

/// Appends lines in batches; how many milliseconds each took to be acknowledged.
pub(crate) fn append(store: &dyn Store, run: &str, lines: &[String], batch: usize) -> Vec<f64> {
    let numbered: Vec<Numbered<'_>> = (1..).zip(lines).map(|(seq, line)| Numbered { seq, line }).collect();
    let mut waits = Vec::new();
    for lines in numbered.chunks(batch) {
        let start = Instant::now();
        let appended = store.append(&Batch { run, producer: "bench", lines }).unwrap();
        assert_eq!(appended.stored, lines.len() as u64);
        waits.push(start.elapsed().as_secs_f64() * 1e3);
    }
    waits
}
