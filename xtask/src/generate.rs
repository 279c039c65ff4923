//! The large sample: a synthetic run of any size, with the same bytes each time.
//!
//! It has the shape of a batch workload. Batches arrive one after another; each is split, goes through six steps in
//! sixteen lanes that depend on their neighbours, and is merged and checked. Sixty-four workers take the task that has
//! been ready longest. Some attempts fail and are retried successfully after a pause, some tasks always fail, and tasks
//! that depend on those are not run. It uses no clock, no file and no external randomness.

mod forms;

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::io::{self, Write};

pub(crate) use forms::{chrome_trace, run_json};

const WORKERS: usize = 64;
const LANES: usize = 16;
const SECOND: u64 = 1_000_000_000;
/// 2026-01-05T06:00:00Z.
const START: u64 = 1_767_592_800 * SECOND;
/// Time from one batch to the next: a little more than its work takes on all workers.
const ARRIVAL: u64 = 31 * SECOND;
const BACKOFF: u64 = 15 * SECOND;
const MOST_TRIES: u32 = 3;
/// Number of attempts in a thousand that fail.
const FLAKY: u64 = 25;
/// Number of tasks in a thousand that always fail; ten times as many are then not run.
const BROKEN: u64 = 2;

/// The steps that every lane goes through, with the median of their durations in seconds.
const STEPS: [(&str, u64); 6] =
    [("fetch", 8), ("trim", 12), ("align", 36), ("sort", 16), ("call", 28), ("filter", 10)];
const BATCH: usize = LANES * STEPS.len() + 3;

/// A task: its name, its duration, and the tasks it waits for.
struct Task {
    step: &'static str,
    batch: usize,
    lane: usize,
    middle: u64,
    after: Vec<usize>,
}

/// One attempt of a task. Times in ns since the epoch.
struct Try {
    queued: u64,
    started: u64,
    ended: u64,
    worker: usize,
    well: bool,
}

/// Writes a run of `n` tasks as JSON Lines: for each task a `task` line and an `attempt` line for each of its tries.
///
/// # Errors
///
/// Fails if `out` cannot be written to.
pub(crate) fn write(n: usize, out: &mut dyn Write) -> io::Result<()> {
    let tasks: Vec<Task> = (0..n).map(task).collect();
    let tries = simulate(&tasks);
    writeln!(
        out,
        "{{\"event\":\"run\",\"makespan\":1,\"run\":\"generated-{n}\",\"name\":\"Generated, {} tasks\",\
         \"workflow\":\"generated\",\"source\":\"cargo xtask build\"}}",
        grouped(n)
    )?;
    for (task, tries) in tasks.iter().zip(&tries) {
        write_task(task, &tasks, tries, out)?;
    }
    Ok(())
}

/// Returns the task of that index; it waits for tasks of lower indices only.
fn task(index: usize) -> Task {
    let (batch, at) = (index / BATCH, index % BATCH);
    let first = batch * BATCH;
    let named = |step, lane, middle, after| Task { step, batch, lane, middle, after };
    let (row, lane) = ((at.wrapping_sub(1)) / LANES, (at.wrapping_sub(1)) % LANES);
    match at {
        0 => named("split", 0, 4, Vec::new()),
        _ if row == 0 => named(STEPS[0].0, lane, STEPS[0].1, vec![first]),
        _ if row < STEPS.len() => {
            // Each task follows the one of its lane in the step before, some also that of the neighbouring lane.
            let own = index - LANES;
            let mut after = vec![own];
            if Random::of(index as u64).below(4) == 0 {
                after.push(if lane + 1 < LANES { own + 1 } else { own + 1 - LANES });
            }
            named(STEPS[row].0, lane, STEPS[row].1, after)
        }
        _ if at + 2 == BATCH => named("merge", 0, 20, (index - LANES..index).collect()),
        _ => named("check", 0, 6, vec![index - 1]),
    }
}

/// Returns the attempts of each task. First ready, first served; of tasks that become ready at once, the lower index
/// goes first.
fn simulate(tasks: &[Task]) -> Vec<Vec<Try>> {
    let mut next: Vec<Vec<usize>> = tasks.iter().map(|_| Vec::new()).collect();
    let mut missing: Vec<usize> = tasks.iter().map(|task| task.after.len()).collect();
    for (index, task) in tasks.iter().enumerate() {
        task.after.iter().for_each(|before| next[*before].push(index));
    }
    let mut tries: Vec<Vec<Try>> = tasks.iter().map(|_| Vec::new()).collect();
    let mut free: BinaryHeap<Reverse<(u64, usize)>> = (1..=WORKERS).map(|w| Reverse((START, w))).collect();
    let arrival = |task: &Task| START + task.batch as u64 * ARRIVAL;
    let mut ready: BinaryHeap<Reverse<(u64, usize)>> = BinaryHeap::new();
    for (index, task) in tasks.iter().enumerate() {
        if task.after.is_empty() {
            ready.push(Reverse((arrival(task), index)));
        }
    }
    while let Some(Reverse((queued, index))) = ready.pop() {
        let Some(Reverse((free_at, worker))) = free.pop() else { break };
        let number = tries[index].len() as u32 + 1;
        let started = queued.max(free_at);
        let (took, well) = one_try(index, number, tasks[index].middle);
        let ended = started + took;
        free.push(Reverse((ended, worker)));
        tries[index].push(Try { queued, started, ended, worker, well });
        if well {
            for &after in &next[index] {
                missing[after] -= 1;
                if missing[after] == 0 {
                    let last =
                        tasks[after].after.iter().filter_map(|b| tries[*b].last()).map(|t| t.ended).max();
                    ready.push(Reverse((last.unwrap_or(ended), after)));
                }
            }
        } else if number < MOST_TRIES {
            ready.push(Reverse((ended + BACKOFF * u64::from(number), index)));
        }
    }
    tries
}

/// Returns the duration of an attempt in ns, and whether it succeeds.
fn one_try(index: usize, number: u32, middle: u64) -> (u64, bool) {
    let broken = Random::of(index as u64 ^ 0xb0b0).below(1000) < BROKEN;
    let mut random = Random::of((index as u64) << 8 | u64::from(number));
    let well = !broken && random.below(1000) >= FLAKY;
    let middle = middle * SECOND;
    let usual = middle / 2 + random.below(middle);
    // Three in a hundred are stragglers.
    let took = if random.below(100) < 3 { usual * (2 + random.below(5)) } else { usual };
    (if well { took } else { took / 3 }, well)
}

fn write_task(task: &Task, tasks: &[Task], tries: &[Try], out: &mut dyn Write) -> io::Result<()> {
    write!(out, "{{\"event\":\"task\",\"task\":\"{}\",\"step\":\"{}\"", Id(task), task.step)?;
    for (i, before) in task.after.iter().enumerate() {
        write!(out, "{}\"{}\"", if i == 0 { ",\"after\":[" } else { "," }, Id(&tasks[*before]))?;
    }
    out.write_all(if task.after.is_empty() { b"" } else { b"]" })?;
    writeln!(out, "{}}}", if tries.is_empty() { ",\"status\":\"upstream-failed\"" } else { "" })?;
    for (number, t) in (1..).zip(tries) {
        write!(out, "{{\"event\":\"attempt\",\"task\":\"{}\"", Id(task))?;
        if number > 1 {
            write!(out, ",\"try\":{number}")?;
        }
        write!(out, ",\"queued\":{},\"started\":{},\"ended\":{}", t.queued, t.started, t.ended)?;
        let end = if t.well { "\"succeeded\"}" } else { "\"failed\",\"error\":\"exit status 1\"}" };
        writeln!(out, ",\"worker\":\"worker-{:02}\",\"status\":{end}", t.worker)?;
    }
    Ok(())
}

/// The id of a task: its step, its batch and, where the batch has several of the step, its lane.
struct Id<'t>(&'t Task);

impl std::fmt::Display for Id<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Task { step, batch, lane, .. } = self.0;
        if matches!(*step, "split" | "merge" | "check") {
            write!(f, "{step}-{batch:04}")
        } else {
            write!(f, "{step}-{batch:04}-{lane:02}")
        }
    }
}

/// Formats `100000` as `100,000`.
fn grouped(n: usize) -> String {
    let digits = n.to_string();
    let parts: Vec<&str> =
        digits.as_bytes().rchunks(3).rev().filter_map(|part| std::str::from_utf8(part).ok()).collect();
    parts.join(",")
}

/// Pseudo-random numbers: xorshift64* (Vigna, "An experimental exploration of Marsaglia's xorshift generators,
/// scrambled", 2016), seeded anew for each value, so that the order of drawing does not matter.
struct Random(u64);

impl Random {
    fn of(seed: u64) -> Self {
        // Seeds are small and similar; a few rounds separate them. The state must not be 0.
        let mut random = Random(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1);
        (0..4).for_each(|_| {
            random.next();
        });
        random
    }

    fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d)
    }

    /// Returns a number below `bound`, which is neither 0 nor above 2^63. The upper half of the product is the better
    /// one; the tiny bias towards low numbers is harmless here.
    fn below(&mut self, bound: u64) -> u64 {
        ((u128::from(self.next()) * u128::from(bound)) >> 64) as u64
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::Value;

    fn lines(n: usize) -> Vec<Value> {
        let mut bytes = Vec::new();
        write(n, &mut bytes).expect("memory takes it");
        let mut again = Vec::new();
        write(n, &mut again).expect("memory takes it");
        assert_eq!(bytes, again, "the same bytes each time");
        let text = String::from_utf8(bytes).expect("text");
        text.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect()
    }

    #[test]
    fn a_run_of_any_size_has_that_many_tasks_after_earlier_ones() {
        for n in [0, 1, 98, 99, 100, 250] {
            let lines = lines(n);
            let mut seen = std::collections::BTreeSet::new();
            for line in lines.iter().filter(|line| line["event"] == "task") {
                for before in line["after"].as_array().into_iter().flatten() {
                    assert!(seen.contains(before.as_str().expect("an id")), "{line}");
                }
                assert!(seen.insert(line["task"].as_str().expect("an id")), "{line} stands twice");
            }
            assert_eq!(seen.len(), n);
        }
        assert_eq!(lines(1)[0]["name"], "Generated, 1 tasks");
        assert_eq!(grouped(1_234_567), "1,234,567");
    }

    #[test]
    fn workers_do_one_thing_at_a_time_and_some_things_fail() {
        let lines = lines(10_000);
        let attempts: Vec<&Value> = lines.iter().filter(|line| line["event"] == "attempt").collect();
        let mut by_worker: std::collections::BTreeMap<&str, Vec<(u64, u64)>> = Default::default();
        for a in &attempts {
            let time = |key: &str| a[key].as_u64().expect("a time");
            assert!(time("queued") <= time("started") && time("started") < time("ended"), "{a}");
            let worker = a["worker"].as_str().expect("a worker");
            by_worker.entry(worker).or_default().push((time("started"), time("ended")));
        }
        assert_eq!(by_worker.len(), WORKERS);
        for (worker, mut spans) in by_worker {
            spans.sort_unstable();
            assert!(spans.windows(2).all(|two| two[0].1 <= two[1].0), "{worker} does two things at once");
        }
        let share =
            |matches: fn(&Value) -> bool| lines.iter().filter(|line| matches(line)).count() as f64 / 10_000.0;
        let retries = share(|line| line["try"].as_u64() > Some(1));
        let left_out = share(|line| line["status"] == "upstream-failed");
        assert!((0.02..0.06).contains(&retries), "{retries}");
        assert!((0.01..0.04).contains(&left_out), "{left_out}");
    }
}
