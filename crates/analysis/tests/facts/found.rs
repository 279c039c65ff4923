//! Findings: each rule on a run where it speaks, and on one just below.

use std::fmt::Write;
use std::sync::Arc;

use makespan_analysis::*;
use makespan_format::{Event, EventSink, RunInfo};
use makespan_model::{RunsBuilder, Severity, Status};
use proptest::prelude::*;

use crate::measured::asked;
use crate::random::mixed;
use crate::{S, ids, run, s};

fn found(text: &str) -> Facts {
    Facts::new(Arc::new(run(text)))
}

/// The finding of a code as `severity cost concerned [tasks] action`, and its evidence.
fn one(facts: &Facts, code: &str) -> Option<(String, Evidence)> {
    let finding = facts.findings().iter().find(|f| f.code() == code)?;
    let tasks = ids(facts.run(), finding.tasks.iter().copied());
    let (severity, action) = (finding.severity.name(), finding.action().name());
    let line = format!("{severity} {} {} [{tasks}] {action}", s(finding.cost), finding.concerned);
    Some((line, finding.evidence.clone()))
}

fn check(text: &str, code: &str, line: &str, evidence: Evidence) {
    assert_eq!(one(&found(text), code), Some((line.to_owned(), evidence)));
}

fn check_silent(text: &str, code: &str) {
    assert_eq!(one(&found(text), code), None, "{text}");
}

#[test]
fn idle_gaps() {
    check(
        "a 0..50\nb 52..70 - a\nc 80..100 - b",
        "idle-gaps",
        "warning 12 1 [c] look-at-waits",
        Evidence::IdleGaps { gaps: 2, total: 12 * S, longest: (70 * S, 80 * S) },
    );
    check_silent("a 0..50\nb 51..100 - a", "idle-gaps");
    // What an attempt without an end did after its start is not known.
    check_silent("a 0..40\nopen 45..\nb 60..100 - a\nc 0..44", "idle-gaps");
    let facts = found("a 0..50\nb 52..70 - a\nc 80..100 - b");
    let subject = &facts.findings().iter().find(|f| f.code() == "idle-gaps").unwrap().subject;
    assert_eq!(subject.window, Some((70 * S, 80 * S)));
}

#[test]
fn serial_tail() {
    check(
        "a 0..70\nb 0..60\nc 60..65 - b\nlast 70..95 - a\nend 95..100 - last",
        "serial-tail",
        "warning 35 3 [last a end] split-tail",
        Evidence::SerialTail { length: 35 * S, share: 0.35 },
    );
    check_silent("a 0..95\nb 0..91", "serial-tail");
    check_silent("a 0..50\nb 50..100 - a", "serial-tail");
}

#[test]
fn low_parallelism() {
    let text = "a 0..10 w1\nb 0..10 w2\nc 0..10 w3\nd 0..10 w4\ne 50..60 w1 a";
    check(
        text,
        "low-parallelism",
        "warning 40 0 [] run-more-at-once",
        Evidence::LowParallelism { parallelism: 50.0 / 60.0, slots: 4, at_least: Some(20 * S) },
    );
    // A chain has nothing to run at once.
    check_silent("a 0..10 w1\nb 10..20 w2 a\nc 20..30 w3 b", "low-parallelism");
    // With inferred dependencies nothing is promised.
    let inferred = found("a 0..10 w1\nb 0..10 w2\nc 0..10 w3\nd 0..10 w4\ne 50..60 w1");
    let (line, evidence) = one(&inferred, "low-parallelism").unwrap();
    assert!(line.starts_with("warning 0"), "{line}");
    assert!(matches!(evidence, Evidence::LowParallelism { at_least: None, .. }));
}

#[test]
fn path_waits() {
    check(
        "a 0..10\nb 15..20 - a\nc 50..60 - b",
        "path-waits",
        "warning 35 2 [c b] look-at-waits",
        Evidence::PathWaits { total: 35 * S, share: 35.0 / 60.0, longest: (20 * S, 50 * S) },
    );
    check_silent("a 0..40\nb 45..60 - a", "path-waits");
    // While an attempt without an end may be at work, nobody can say that nothing is.
    check_silent("a 0..10\nb 50..60 - a\nopen 5..", "path-waits");
    check_silent("a 0..10\nb 0..9\nc 10..20 - a\nopen 5..", "serial-tail");
}

fn step_of(durations: &[i64]) -> String {
    let mut text = String::new();
    for (i, length) in durations.iter().enumerate() {
        let _ = writeln!(text, "t{i} 0..{length} - step=fit");
    }
    text
}

#[test]
fn stragglers_of_a_step() {
    let straggler = |on_path| Evidence::Straggler {
        step: "fit".to_owned(),
        duration: 90 * S,
        median: 10 * S,
        peers: 8,
        on_path,
    };
    let text = step_of(&[10, 10, 10, 10, 10, 10, 40, 90]);
    check(&text, "straggler", "warning 80 2 [t7 t6] compare-with-peers", straggler(true));
    let text = text + "last 0..95 - step=other";
    check(&text, "straggler", "info 80 2 [t7 t6] compare-with-peers", straggler(false));
    check_silent(&(step_of(&[10, 10, 10, 10, 40]) + "long 0..9000 - step=other"), "straggler");
}

#[test]
fn skewed_steps() {
    check(
        &step_of(&[5, 5, 5, 5, 5, 5, 5, 40, 40, 40]),
        "skewed-step",
        "info 35 10 [] balance-step",
        Evidence::SkewedStep { step: "fit".to_owned(), median: 5 * S, p90: 40 * S, peers: 10 },
    );
    check_silent(&step_of(&[5, 5, 5, 5, 5, 5, 5, 5, 5, 40]), "skewed-step");
    check_silent(&step_of(&[5, 5, 5, 40, 40, 40]), "skewed-step");
}

#[test]
fn bottlenecks() {
    check(
        "a 0..10\nb 10..70 - a\nc 70..100 - b\nd 10..30 - a",
        "bottleneck",
        "warning 60 1 [b] speed-up-task",
        Evidence::Bottleneck { weight: 60 * S, share: 0.6, inferred: false },
    );
    // What has slack holds nothing up, however long it is.
    check_silent("a 0..60\nx 0..10\ny 60..100 - x", "bottleneck");
    check_silent("a 0..60", "bottleneck");
}

#[test]
fn the_slice_around_a_whole_profile_is_no_bottleneck() {
    let text = "profiler 0..100 thread0\nload 0..20 thread1\nstep 20..90 thread1 - load";
    let is_found = |source: &str| {
        let mut builder = RunsBuilder::default();
        builder.event(Event::Run(RunInfo { source: Some(source.into()), ..RunInfo::default() }));
        makespan_model::notation::read(text, &mut builder);
        one(&Facts::new(Arc::new(builder.finish().0.remove(0))), "bottleneck").is_some()
    };
    assert!(!is_found("Chrome trace"));
    assert!(is_found("an engine"));
}

#[test]
fn duplicated_work() {
    let params = |object| [("a", object), ("b", object), ("c", r#"{"n":2}"#)];
    let text = "a 0..4 - step=fit\nb 0..5 - step=fit\nc 0..4 - step=fit\nd 0..4 - step=fit";
    let facts = asked(text, &params(r#"{"n":1}"#), &[]);
    let expected = Evidence::DuplicatedWork { step: "fit".to_owned(), times: 2, work: 5 * S };
    assert_eq!(one(&facts, "duplicated-work"), Some(("info 5 2 [a b] keep-result".to_owned(), expected)));
    assert_eq!(one(&asked(text, &params("{}"), &[]), "duplicated-work"), None);
    let others = "a 0..4 - step=fit name=one\nb 0..5 - step=fit name=two\nc 0..4 - step=fit";
    assert_eq!(one(&asked(others, &params(r#"{"n":1}"#), &[]), "duplicated-work"), None);
    let failed = "a 0..4 - step=fit failed\nb 0..5 - step=fit\nc 0..4 - step=fit";
    assert_eq!(one(&asked(failed, &params(r#"{"n":1}"#), &[]), "duplicated-work"), None);
}

#[test]
fn retry_waste() {
    check(
        "a 0..10 - try=1 failed\na 30..50 - try=2\nb 50..100 - a",
        "retry-waste",
        "warning 20 1 [a] remove-cause",
        Evidence::RetryWaste { lost: 10 * S, share: 0.125, backoff: 20 * S, retried: 1, recovered: 1 },
    );
    check_silent("a 0..1 - try=1 failed\na 1..99 - try=2\nb 99..200 - a", "retry-waste");
}

#[test]
fn slot_starved() {
    // Three that are ready at once share one worker.
    let text = "r 0..10 v\na 10..20 w r\nb 20..30 w r\nc 30..40 w r";
    check(
        text,
        "slot-starved",
        "info 20 2 [c b] add-slots",
        Evidence::SlotStarved { total: 30 * S, longest: 20 * S, efficiency: Some(0.5), critical: None },
    );
    check_silent("r 0..10 v\na 10..20 w r\nb 10..20 u r", "slot-starved");
}

#[test]
fn long_queue() {
    check(
        "a 0..10 w\nb 40..50 w a",
        "long-queue",
        "warning 30 1 [b] check-queue",
        Evidence::LongQueue { total: 30 * S, longest: 30 * S },
    );
    check_silent("a 0..10 w\nb 11..50 w a", "long-queue");
    // Without worker and queue nobody knows what it waited for.
    check_silent("a 0..10\nb 40..50 - a", "long-queue");
}

#[test]
fn single_worker() {
    check(
        "r 0..10 w1\na 10..20 w1 r\nb 20..30 w1 r\nc 30..40 w1 r\nd 10..12 w2 r",
        "single-worker",
        "warning 18 0 [] spread-work",
        Evidence::SingleWorker { worker: "w1".to_owned(), workers: 2, total: 18 * S },
    );
    check_silent("r 0..10 w1\na 10..20 w1 r\nb 10..20 w2 r", "single-worker");
    check_silent("r 0..10 w1\na 10..20 w1 r\nb 20..30 w1 r", "single-worker");
    // Who ran `x` is not known, so nobody was alone.
    check_silent(
        "r 0..10 w1\na 10..20 w1 r\nb 20..30 w1 r\nc 30..40 w1 r\nd 10..12 w2 r\nx 10..40",
        "single-worker",
    );
}

#[test]
fn over_requests_and_near_limits() {
    let facts = asked(
        "a 0..10 w\nb 0..5 w",
        &[("a", r#"{"cpus":4,"mem_mb":100}"#), ("b", r#"{"cpus":1,"mem_mb":1000}"#)],
        &[
            (Some("a"), "cpu", "%", 100.0, 0),
            (Some("b"), "cpu", "%", 100.0, 0),
            (Some("a"), "rss", "MB", 95.0, 0),
            (Some("b"), "rss", "MB", 100.0, 0),
        ],
    );
    let cpu = Evidence::OverRequestedCpu(Waste { tasks: 2, requested: 45.0, used: 15.0 });
    assert_eq!(one(&facts, "over-requested-cpu"), Some(("info 0 1 [a] lower-request".to_owned(), cpu)));
    let (line, _) = one(&facts, "over-requested-memory").unwrap();
    assert_eq!(line, "info 0 2 [b a] lower-request");
    let near = Evidence::NearMemoryLimit { share: 0.95, used: 95e6, requested: 100e6 };
    assert_eq!(one(&facts, "near-memory-limit"), Some(("warning 0 1 [a] raise-request".to_owned(), near)));
    let fit =
        asked("a 0..10 w", &[("a", r#"{"cpus":1,"mem_mb":100}"#)], &[(Some("a"), "rss", "MB", 60.0, 0)]);
    assert!(fit.findings().is_empty(), "{:?}", fit.findings());
}

#[test]
fn clock_skew() {
    let text = "a 0..50\nb 48..100 - a\nc 49..60 - a";
    let facts = found(text);
    let before = facts.run().find_task("a").unwrap();
    let evidence = Evidence::ClockSkew { pairs: 2, overlap: 2 * S, before };
    check(text, "clock-skew", "warning 0 2 [b c] check-clocks", evidence);
    let (line, _) =
        one(&found("main 10..100\na 9.5..20 - in=main\nb 20..100 - a in=main"), "clock-skew").unwrap();
    assert_eq!(line, "info 0 1 [a] check-clocks");
    check_silent("main 0..100\na 0..50 - in=main\nb 50..100 - a in=main", "clock-skew");
}

#[test]
fn unfinished() {
    check(
        "a 0..50\nb 50.. - a\nc - - b pending",
        "unfinished",
        "info 0 2 [b c] check-recording",
        Evidence::Unfinished { open: 1, is_over: false },
    );
    let over = found("run r failed\na 0..50\nc - - b pending\nb 50.. - a");
    assert!(one(&over, "unfinished").unwrap().0.starts_with("warning"));
    check_silent("a 0..50\nb - - a skipped", "unfinished");
}

#[test]
fn repeated_errors() {
    let text = "a 0..9 - try=1 failed error=no_route_to_10.0.0.1\na 9..10 - try=2
        b 0..10 - failed error=no_route_to_10.0.0.2\nc 0..10 - failed error=other";
    check(
        text,
        "repeated-error",
        "error 0 2 [a b] remove-cause",
        Evidence::RepeatedError {
            message: "no route to <address>".to_owned(),
            kind: String::new(),
            attempts: 2,
            is_final: true,
        },
    );
    let (_, evidence) = one(
        &found("a 0..9 - failed error=exit_code_127\nb 0..9 - failed error=exit_code_127"),
        "repeated-error",
    )
    .unwrap();
    assert!(matches!(evidence, Evidence::RepeatedError { message, .. } if message == "exit code 127"));
    check_silent("a 0..9 - failed error=x\nb 0..9 - failed error=y", "repeated-error");
}

#[test]
fn stored_totals_that_differ() {
    let facts = found("run r succeeded\na 0..50 - failed");
    let (line, evidence) = one(&facts, "stored-total-differs").unwrap();
    assert_eq!(line, "warning 0 0 [] trust-tasks");
    assert!(matches!(evidence, Evidence::StoredTotalDiffers(all) if all[0].what == "status"));
}

#[test]
fn a_good_run_has_none() {
    let text = "a 0..10 w1\nb 0..10 w2\nc 10..20 w1 a b\nd 10..20 w2 a b\ne 20..30 w1 c d\nf 20..30 w2 c d";
    assert!(found(text).findings().is_empty(), "{:?}", found(text).findings());
    assert!(found("a - - pending\nb - - a pending").findings().iter().all(|f| f.code() == "unfinished"));
}

proptest! {
    #[test]
    fn findings_point_at_what_is_there(run in mixed()) {
        let facts = Facts::new(Arc::new(run.clone()));
        let found = facts.findings();
        let span = run.span();
        for f in found {
            prop_assert!(f.tasks.iter().all(|t| t.index() < run.task_count()));
            prop_assert!(f.tasks.len() <= 20 && f.tasks.len() <= f.concerned as usize);
            prop_assert!(f.subject.task.is_none_or(|t| t.index() < run.task_count()));
            prop_assert!(f.cost >= 0);
            if let Some((from, to)) = f.subject.window {
                let (start, end) = span.unwrap();
                prop_assert!(start <= from && from < to && to <= end, "{f:?}");
            }
        }
        prop_assert!(found.windows(2).all(|f| (f[0].severity, f[0].cost) >= (f[1].severity, f[1].cost)));
        let failed = run.tasks.status.contains(&Status::Failed);
        prop_assert!(failed || found.iter().all(|f| f.severity < Severity::Error));
        prop_assert_eq!(findings(&Facts::new(Arc::new(run))), found.to_vec());
    }
}
