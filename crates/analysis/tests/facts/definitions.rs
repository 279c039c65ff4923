//! What numbers are of, where another definition would mislead.

use std::sync::Arc;

use makespan_analysis::*;
use makespan_format::{Event, RunInfo};
use makespan_model::{Run, RunsBuilder, Severity, Status, notation};

use crate::{S, ids, run, s, task};

fn facts(run: Run) -> Facts {
    Facts::new(Arc::new(run))
}

/// A run of the notation by a source.
fn from(source: &str, text: &str) -> Facts {
    let mut runs = RunsBuilder::new();
    runs.apply(&Event::Run(RunInfo { id: "r".into(), source: Some(source.into()), ..Default::default() }));
    notation::read(text, &mut runs);
    facts(runs.finish().0.remove(0))
}

fn codes(facts: &Facts) -> Vec<&'static str> {
    facts.findings().iter().map(Finding::code).collect()
}

#[test]
fn more_slots_are_not_advised_if_the_critical_path_is_the_makespan() {
    // `side` waits for the slot of `long`, which the run takes as long as.
    let chain = "r 0..10 v\nlong 10..100 w r\nside1 100..101 w r\nside2 101..102 w r";
    let tied = facts(run(chain));
    let finding = tied.findings().iter().find(|f| f.code() == "slot-starved").unwrap();
    assert_eq!((finding.action(), finding.severity), (Action::ShortenPath, Severity::Info));
    let Evidence::SlotStarved { critical: Some(share), .. } = finding.evidence else { panic!("{finding:?}") };
    assert!((share - 100.0 / 102.0).abs() < 1e-12);
    let free = facts(run("r 0..10 v\na 10..50 w r\nb 50..90 w r"));
    let finding = free.findings().iter().find(|f| f.code() == "slot-starved").unwrap();
    assert_eq!(finding.action(), Action::AddSlots);
}

#[test]
fn a_task_that_waited_for_days_between_attempts_is_not_a_bottleneck() {
    let day = 86_400;
    let text = format!(
        "a 0..100 w\nb 100..200 w a try=1 failed\nb {}..{} w try=2\nc {}..{} w b",
        3 * day + 200,
        3 * day + 300,
        3 * day + 300,
        3 * day + 330
    );
    let found = facts(run(&text));
    let codes = codes(&found);
    assert!(!codes.contains(&"bottleneck") && !codes.contains(&"serial-tail"), "{codes:?}");
    assert!(codes.contains(&"retry-waste"), "{codes:?}");
    assert_eq!((found.totals().work, found.retries().backoff), (330 * S, 3 * day * S));
    // A task that really took that long is told of.
    let long =
        facts(run(&format!("a 0..100 w\nb 100..{} w a\nc {}..{} w b", 3 * day, 3 * day, 3 * day + 30)));
    assert!(self::codes(&long).contains(&"bottleneck"));
}

#[test]
fn failed_attempts_are_lost_work_and_repeated_successes_are_repeated_work() {
    let cost = |text: &str| {
        let r = retries(&run(text));
        (s(r.lost), s(r.repeated))
    };
    let same = |lost: &str, repeated: &str| (lost.to_owned(), repeated.to_owned());
    assert_eq!(cost("a 0..4 - try=1\na 5..9 - try=2"), same("0", "4"));
    assert_eq!(cost("a 0..4 - try=1 failed\na 5..9 - try=2"), same("4", "0"));
    assert_eq!(cost("a 0..3 - cancelled"), same("3", "0"));
    assert_eq!(cost("a 0..3 - try=1 retrying\na 5..9 - try=2 failed"), same("7", "0"));
}

#[test]
fn running_attempts_count_up_to_the_last_known_time() {
    let going = facts(run("a 0..10 w1\nb 2.. w2\nc 4..6 w1"));
    let totals = going.totals();
    assert_eq!((s(totals.work).as_str(), totals.going_on, totals.open), ("20", 1, 1));
    assert_eq!((going.concurrency().max_running, going.concurrency().mean_running), (3, Some(2.0)));
    assert_eq!(going.utilisation().mean, Some(0.9));
    // A run that is over, a try that another one followed, and one that is said to be over: nobody knows how long.
    let over = {
        let mut runs = RunsBuilder::new();
        let status = Some(Status::Failed);
        runs.apply(&Event::Run(RunInfo { id: "r".into(), status, ..Default::default() }));
        notation::read("a 0..10 w1\nb 2.. w2", &mut runs);
        runs.finish().0.remove(0)
    };
    for run in [over, run("a 0..10\nb 2.. - try=1\nb 4..4 - try=2"), run("a 0..10\nb 2.. - failed")] {
        let totals = makespan_analysis::totals(&run);
        assert_eq!((s(totals.work).as_str(), totals.going_on), ("10", 0));
    }
}

#[test]
fn percentiles_of_a_step_cover_successful_attempts_only() {
    let text =
        "a 0..1 - step=x try=1 failed\na 5..9 - step=x try=2\nb 0..6 - step=x\nc 0..50 - step=x failed";
    let x = &steps(&run(text))[0];
    assert_eq!([x.min, x.median, x.max].map(s), ["4", "5", "6"]);
    assert_eq!(x.failure_rate(), Some(1.0 / 3.0));
}

#[test]
fn the_success_rate_ignores_tasks_that_neither_succeeded_nor_failed() {
    let status = |status| RunFigures { status: Some(status), ..RunFigures::default() };
    let mut runs = vec![status(Status::Succeeded); 3];
    runs.extend([
        status(Status::Failed),
        status(Status::Cancelled),
        status(Status::Skipped),
        status(Status::Running),
    ]);
    assert_eq!(run_statistics(&runs, DateRange::default()).all.success_rate(), Some(0.75));
    let tasks = facts(run("a 0..1\nb 0..1\nc 0..1\nd 0..1 - failed\ne 0..1 - cancelled\nf - - skipped"));
    let judged = judge(&tasks, &Rule::parse("success-rate >= 75 %").unwrap());
    assert_eq!((judged.verdict, judged.value), (Verdict::Ok, 75.0));
    assert_eq!(steps(&run("a 0..1 - step=x\nb 0..1 - step=x cancelled"))[0].failure_rate(), Some(0.0));
}

#[test]
fn release_time_is_kept_apart_from_waiting() {
    // A chain of ten: none of them ever waited, and all but the first were not ready for long.
    let mut text = "t0 0..10 w\n".to_owned();
    (1..10).for_each(|i| text += &format!("t{i} {}..{} w t{}\n", 10 * i, 10 * i + 10, i - 1));
    let found = facts(run(&text));
    let sums = found.causes().sums;
    assert_eq!((s(sums.dependency).as_str(), sums.waited()), ("450", 0));
}

#[test]
fn spans_of_a_trace_do_not_wait_for_slots() {
    let text = "main 0..20 t1\na 1..3 t1 in=main\nb 4..9 t1 in=main\nc 9..12 t1 in=main\nd 12..19 t1 in=main";
    // By its source, and by calls within calls on one thread.
    for found in [from("Chrome trace", text), from("a tool of its own", text)] {
        assert!(found.is_trace());
        let sums = found.causes().sums;
        assert_eq!((sums.slot, sums.queue), (0, 0));
        let codes = codes(&found);
        assert!(
            !codes.iter().any(|c| ["slot-starved", "long-queue", "single-worker"].contains(c)),
            "{codes:?}"
        );
        assert_eq!(ids(found.run(), found.slowest(3)), "d b main");
        let own = found.own_times().unwrap();
        assert_eq!(s(own[task(found.run(), "main").index()]), "3");
    }
    // Jobs of a workflow on their workers are none.
    let jobs = facts(run("flow 0..20\na 1..3 w1 in=flow\nb 4..9 w2 in=flow\nc 9..12 w1 in=flow"));
    assert!(!jobs.is_trace());
}
