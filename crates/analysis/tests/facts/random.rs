//! Small random runs.

use std::fmt::Write;

use makespan_model::Run;
use proptest::prelude::*;

use crate::run;

/// Up to nine tasks with whole seconds and dependencies on tasks before them.
pub(crate) fn graphs() -> impl Strategy<Value = Run> {
    let task = (0..20i64, 0..6i64, 0..8u8, any::<u16>(), 0..9usize);
    (prop::collection::vec(task, 1..9), any::<bool>()).prop_map(|(tasks, nested)| {
        let mut text = String::new();
        for (t, (start, length, kind, edges, parent)) in tasks.iter().enumerate() {
            let _ = match kind {
                0 => write!(text, "t{t} - -"),
                1 => write!(text, "t{t} {start}.. -"),
                _ => write!(text, "t{t} {start}..{} -", start + length),
            };
            for p in (0..t).filter(|p| edges >> p & 1 == 1) {
                let _ = write!(text, " t{p}");
            }
            if nested && *parent < t {
                let _ = write!(text, " in=t{parent}");
            }
            text.push('\n');
        }
        run(&text)
    })
}

/// Tasks that all ran, each after its predecessors had ended and a gap.
pub(crate) fn executed() -> impl Strategy<Value = Run> {
    prop::collection::vec((0..3i64, 0..6i64, any::<u16>()), 1..9).prop_map(|tasks| {
        let mut text = String::new();
        let mut ends: Vec<i64> = Vec::new();
        for (t, (gap, length, edges)) in tasks.iter().enumerate() {
            let before = (0..t).filter(|p| edges >> p & 1 == 1);
            let start = before.clone().map(|p| ends[p]).max().unwrap_or(0) + gap;
            ends.push(start + length);
            let _ = write!(text, "t{t} {start}..{} -", start + length);
            for p in before {
                let _ = write!(text, " t{p}");
            }
            text.push('\n');
        }
        run(&text)
    })
}

/// Anything that the notation can say: tries, queue times, workers, steps, containers, open ends, statuses, in any
/// order of times.
pub(crate) fn mixed() -> impl Strategy<Value = Run> {
    let attempt = (0..20i64, 0..6i64, 0..4i64, 0..9u8, 0..4u8);
    let attempts = prop::collection::vec(attempt, 0..4);
    let task = (attempts, any::<u16>(), 0..12usize, 0..3u8);
    (prop::collection::vec(task, 1..9), any::<bool>()).prop_map(|(tasks, nested)| {
        let mut text = String::new();
        for (t, (attempts, edges, parent, step)) in tasks.iter().enumerate() {
            let mut rest = format!(" step=s{step}");
            for p in (0..t).filter(|p| edges >> p & 1 == 1) {
                let _ = write!(rest, " t{p}");
            }
            if nested && *parent < t {
                let _ = write!(rest, " in=t{parent}");
            }
            if attempts.is_empty() {
                let status = ["skipped", "pending", "upstream-failed", "cached"][*edges as usize % 4];
                let _ = writeln!(text, "t{t} - - {status}{rest}");
            }
            for (number, (start, length, queue, kind, worker)) in attempts.iter().enumerate() {
                let queued = if *queue > 0 { format!("{}|", start - queue) } else { String::new() };
                let worker = ["-", "w1", "w2", "w3"][*worker as usize];
                let end = if *kind == 0 { String::new() } else { (start + length).to_string() };
                let status = match kind {
                    0 => "running",
                    1 | 2 => "failed",
                    _ => "succeeded",
                };
                let number = number + 1;
                let _ = writeln!(text, "t{t} {queued}{start}..{end} {worker} try={number} {status}{rest}");
            }
        }
        run(&text)
    })
}
