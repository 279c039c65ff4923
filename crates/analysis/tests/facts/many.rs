//! Statistics of many runs.

use std::sync::Arc;

use makespan_analysis::*;
use makespan_model::Status;

use crate::{S, run, s};

fn one(workflow: &str, status: Status, start: i64, length: i64) -> RunFigures {
    RunFigures {
        workflow: workflow.to_owned(),
        status: Some(status),
        started: Some(start * S),
        makespan: Some(length * S),
    }
}

fn runs() -> Vec<RunFigures> {
    vec![
        one("etl", Status::Succeeded, 0, 10),
        one("etl", Status::Succeeded, 100, 20),
        one("etl", Status::Failed, 200, 2),
        one("train", Status::Succeeded, 300, 60),
        one("train", Status::Running, 400, 500),
        one("train", Status::Cancelled, 500, 5),
        RunFigures { workflow: "etl".to_owned(), status: None, ..RunFigures::default() },
    ]
}

#[test]
fn failed_runs_are_not_mixed_with_those_that_succeeded() {
    let all = run_statistics(&runs(), DateRange::default()).all;
    assert_eq!((all.runs, all.unknown, all.count(Status::Running)), (7, 1, 1));
    assert_eq!([all.succeeded.count, all.failed.count, all.ended.count], [3, 1, 5]);
    assert_eq!([all.succeeded.mean, all.succeeded.median, all.failed.mean].map(s), ["30", "20", "2"]);
    // Three of the four that succeeded or failed; the one that was cancelled did neither.
    assert_eq!(all.success_rate(), Some(0.75));
    assert_eq!((all.longest, all.between), (Some(3), Some((0, 500 * S))));
}

#[test]
fn workflows_come_by_name_with_their_own_statistics() {
    let found = run_statistics(&runs(), DateRange::default());
    let shown: Vec<String> = found
        .workflows
        .iter()
        .map(|(name, w)| format!("{name} {} {} {:?}", w.runs, s(w.ended.max), w.success_rate()))
        .collect();
    assert_eq!(shown, ["etl 4 20 Some(0.6666666666666666)", "train 3 60 Some(1.0)"]);
}

#[test]
fn a_date_range_is_half_open_and_counts_excluded_runs() {
    let range = DateRange { from: Some(100 * S), to: Some(300 * S) };
    let found = run_statistics(&runs(), range);
    assert_eq!((found.all.runs, found.outside, found.undated), (2, 4, 1));
    assert_eq!(found.all.between, Some((100 * S, 200 * S)));
    let later = run_statistics(&runs(), DateRange { from: Some(500 * S), to: None });
    assert_eq!((later.all.runs, later.all.success_rate()), (1, None));
    assert_eq!(later.all.succeeded, Distribution::default());
}

#[test]
fn an_empty_input_gives_no_text() {
    let found = run_statistics(&[], DateRange::default());
    assert_eq!((found.all.success_rate(), found.all.longest, found.workflows.len()), (None, None, 0));
    assert_eq!(found, RunsOverview::default());
}

#[test]
fn the_figures_of_a_run_are_its_makespan_and_never_a_sum() {
    let found = RunFigures::of(&run("run nightly\na 1..5 w1\nb 1..6 w2\nc 6..7 w1 a failed"));
    let expected = RunFigures {
        workflow: "nightly".to_owned(),
        status: Some(Status::Failed),
        started: Some(S),
        makespan: Some(6 * S),
    };
    assert_eq!(found, expected);
}

#[test]
fn steps_and_errors_of_several_runs_are_combined() {
    let one =
        Facts::new(Arc::new(run("a 0..4 - step=x\nb 4..9 - step=y a failed error=no_space_on_/dev/sda1")));
    let two = Facts::new(Arc::new(run(
        "c 0..2 - step=y failed error=no_space_on_/dev/sdb2\nd 0..8 - step=x\ne 0..1 - step=z failed error=other",
    )));
    let runs = [&one, &two];
    let shown: Vec<String> = steps_of_runs(&runs)
        .iter()
        .map(|x| format!("{} {} {} {} {} {}", x.step, x.tasks, x.failed, s(x.work), s(x.mean), s(x.critical)))
        .collect();
    assert_eq!(shown, ["x 2 0 12 6 12", "y 2 2 7 - 5", "z 1 1 1 - 0"]);
    let shared: Vec<String> = errors_of_runs(&runs)
        .iter()
        .map(|e| format!("{} {} {} {}", e.runs, e.attempts, e.tasks, e.fingerprint))
        .collect();
    assert_eq!(shared, ["2 2 2 no space on <path>", "1 1 1 other"]);
    assert_eq!(errors_of_runs(&runs)[0].message, "no space on /dev/sda1");
    assert_eq!(steps_of_runs(&[&one]), one.steps());
}
