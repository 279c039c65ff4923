//! The generated run in the forms of others: a JSON document of runs as many trackers write it, and a Chrome trace.
//!
//! Both hold one record per attempt, each with eight measured values, so that a reader of them has as much to do as
//! with real files: some 420 bytes a record.

use std::io::{self, Write};

use makespan_format::time::format_rfc3339;

use super::{Id, Random, START, Task, Try, WORKERS, grouped, simulate, task};

/// Writes a run of `n` tasks as one JSON document: `run`, and `tasks` with one record per attempt.
///
/// # Errors
///
/// When `out` cannot be written to.
pub(crate) fn run_json(n: usize, out: &mut dyn Write) -> io::Result<()> {
    let tasks: Vec<Task> = (0..n).map(task).collect();
    let tries = simulate(&tasks);
    let ended = tries.iter().flatten().map(|t| t.ended).max().unwrap_or(START);
    writeln!(
        out,
        "{{\"run\":{{\"run_id\":\"generated-{n}\",\"workflow_name\":\"Generated, {} tasks\",\"status\":\"completed\",\
         \"started_at\":\"{}\",\"ended_at\":\"{}\"}},\n\"tasks\":[",
        grouped(n),
        time(START),
        time(ended)
    )?;
    let mut between = "";
    for (index, (task, tries)) in tasks.iter().zip(&tries).enumerate() {
        for (number, t) in (1..).zip(tries) {
            write!(
                out,
                "{between}{{\"task_id\":\"{}\",\"node_id\":\"{}\",\"node_type\":\"{2}\"",
                Id(task),
                task.step,
                kind(task)
            )?;
            write!(out, ",\"status\":\"{}\"", status(t))?;
            write!(out, ",\"started_at\":\"{}\",\"ended_at\":\"{}\"", time(t.started), time(t.ended))?;
            write!(out, ",\"worker\":\"worker-{:02}\",\"attempt\":{number},\"dependencies\":[", t.worker)?;
            for (i, before) in task.after.iter().enumerate() {
                write!(out, "{}\"{}\"", if i == 0 { "" } else { "," }, Id(&tasks[*before]))?;
            }
            write!(out, "],\"metrics\":{}", metrics(index, number, t))?;
            out.write_all(if t.well { b"}" } else { b",\"error\":\"exit code 137\"}" })?;
            between = ",\n";
        }
    }
    out.write_all(b"\n]}\n")
}

/// Writes a run of `n` tasks as a Chrome trace: one complete event per attempt, one thread per worker.
///
/// # Errors
///
/// When `out` cannot be written to.
pub(crate) fn chrome_trace(n: usize, out: &mut dyn Write) -> io::Result<()> {
    let tasks: Vec<Task> = (0..n).map(task).collect();
    let tries = simulate(&tasks);
    writeln!(out, "{{\"displayTimeUnit\":\"ms\",\"traceEvents\":[")?;
    write!(
        out,
        "{{\"name\":\"process_name\",\"ph\":\"M\",\"pid\":1,\"tid\":0,\"args\":{{\"name\":\"generated-{n}\"}}}}"
    )?;
    for worker in 1..=WORKERS {
        write!(
            out,
            ",\n{{\"name\":\"thread_name\",\"ph\":\"M\",\"pid\":1,\"tid\":{worker},\
             \"args\":{{\"name\":\"worker-{worker:02}\"}}}}"
        )?;
    }
    for (index, (task, tries)) in tasks.iter().zip(&tries).enumerate() {
        for (number, t) in (1..).zip(tries) {
            write!(
                out,
                ",\n{{\"name\":\"{}\",\"cat\":\"{1}\",\"ph\":\"X\",\"pid\":1,\"tid\":{2},\"ts\":{3},\"dur\":{4},\
                 \"args\":{{\"task_id\":\"{5}\",\"status\":\"{1}\",\"attempt\":{number},\"metrics\":{6}}}}}",
                task.step,
                status(t),
                t.worker,
                (t.started - START) / 1_000,
                (t.ended - t.started) / 1_000,
                Id(task),
                metrics(index, number, t)
            )?;
        }
    }
    out.write_all(b"\n]}\n")
}

fn status(t: &Try) -> &'static str {
    if t.well { "completed" } else { "failed" }
}

/// What sort of program executes the step.
fn kind(task: &Task) -> &'static str {
    match task.step {
        "split" | "merge" | "check" => "python",
        _ => "container",
    }
}

fn time(ns: u64) -> String {
    // The generator's times lie within a few weeks of its start.
    format_rfc3339(i64::try_from(ns / 1_000 * 1_000).unwrap_or(i64::MAX))
}

/// What was measured of an attempt, as a JSON object: values as wide as a monitor of processes writes them.
fn metrics(index: usize, number: u32, t: &Try) -> String {
    let mut random = Random::of(0x6d65_7472 ^ ((index as u64) << 8 | u64::from(number)));
    let seconds = (t.ended - t.started) as f64 / 1e9;
    let cpu = 150 + random.below(700);
    let memory = 400 + random.below(3_000) + random.below(3_000);
    let (read, written) = (random.below(8_000_000), random.below(3_000_000));
    let (net, switches) = (random.below(400_000), random.below(60_000));
    format!(
        "{{\"duration\":{:.6},\"cpu_usage\":{}.{},\"memory_usage_mb\":{}.{},\"io_read_bytes\":{read},\
         \"io_write_bytes\":{written},\"net_bytes\":{net},\"ctx_switches\":{switches},\"queue_s\":{:.3}}}",
        seconds,
        cpu / 10,
        cpu % 10,
        memory / 10,
        memory % 10,
        (t.started - t.queued) as f64 / 1e9
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::Value;

    fn document(write: fn(usize, &mut dyn Write) -> io::Result<()>, n: usize) -> Value {
        let (mut bytes, mut again) = (Vec::new(), Vec::new());
        write(n, &mut bytes).expect("memory takes it");
        write(n, &mut again).expect("memory takes it");
        assert_eq!(bytes, again, "the same bytes each time");
        serde_json::from_slice(&bytes).expect("JSON")
    }

    #[test]
    fn both_forms_hold_the_same_attempts() {
        let (run, trace) = (document(run_json, 500), document(chrome_trace, 500));
        let records = run["tasks"].as_array().expect("a list");
        let spans: Vec<&Value> =
            trace["traceEvents"].as_array().expect("a list").iter().filter(|e| e["ph"] == "X").collect();
        assert!(records.len() > 400, "{} attempts of 500 tasks", records.len());
        assert_eq!(records.len(), spans.len());
        for (record, span) in records.iter().zip(spans) {
            assert_eq!(record["task_id"], span["args"]["task_id"]);
            assert_eq!(record["metrics"], span["args"]["metrics"]);
            assert_eq!(record["metrics"].as_object().map(serde_json::Map::len), Some(8));
        }
    }

    #[test]
    fn a_run_of_no_tasks_is_still_a_document() {
        assert_eq!(document(run_json, 0)["tasks"], serde_json::json!([]));
        assert_eq!(document(chrome_trace, 0)["traceEvents"].as_array().map(Vec::len), Some(WORKERS + 1));
    }
}
