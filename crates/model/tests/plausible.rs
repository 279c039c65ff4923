//! Times that cannot be meant are unknown and said.
#![allow(clippy::unwrap_used)]

use makespan_format::{Attempt, Diagnostic, Event, EventSink, RunInfo, Severity};
use makespan_model::{Run, RunsBuilder, Status, UNKNOWN, UNREADABLE_LINES};

const T: i64 = 1_767_700_000_000_000_000;
const S: i64 = 1_000_000_000;

/// A run of attempts, each of a task of its own, with start and end.
fn run(times: &[(Option<i64>, Option<i64>)], more: &[Diagnostic]) -> Run {
    let mut runs = RunsBuilder::new();
    runs.event(Event::Run(RunInfo { id: "r".into(), ..RunInfo::default() }));
    for (i, (started, ended)) in times.iter().enumerate() {
        let task = format!("t{i}").into();
        let (started, ended) = (*started, *ended);
        runs.event(Event::Attempt(Attempt { task, number: 1, started, ended, ..Attempt::default() }));
    }
    more.iter().for_each(|d| runs.diagnostic(d.clone()));
    let run = runs.finish().0.pop().unwrap();
    // Told again, the run is the same: nothing is found twice.
    let mut again = RunsBuilder::new();
    run.events(&mut again);
    assert_eq!(again.finish().0, std::slice::from_ref(&run));
    run
}

fn count(run: &Run, code: &str) -> u64 {
    run.diagnostics.iter().filter(|d| d.code == code).map(|d| d.count).sum()
}

#[test]
fn placeholder_times_are_unknown_only_among_times_of_this_century() {
    for never in [0, -1, -S, -2_208_988_800 * S, 2_147_483_647 * S, i64::MAX] {
        let got = run(&[(Some(T), Some(T + S)), (Some(T), Some(never))], &[]);
        assert_eq!((got.attempts.ended[1], count(&got, "time-never")), (UNKNOWN, 1), "{never}");
        assert_eq!(got.attempts.status[1], Status::Running);
    }
    let relative = run(&[(Some(0), Some(S)), (Some(S), Some(2 * S))], &[]);
    assert_eq!((relative.span(), count(&relative, "time-never")), (Some((0, 2 * S)), 0));
}

#[test]
fn times_decades_away_and_durations_of_decades_are_unknown() {
    let year = 365 * 86_400 * S;
    let times = [
        (Some(T), Some(T + S)),
        (Some(T + S), Some(T + 2 * S)),
        (Some(T - 30 * year), Some(T - 30 * year + 5)),
    ];
    let got = run(&times, &[]);
    assert_eq!((got.span(), count(&got, "time-implausible")), (Some((T, T + 2 * S)), 2));
    assert_eq!(got.tasks.status[2], Status::Unknown);
    let got = run(&[(Some(0), Some(S)), (Some(2 * S), Some(200 * year))], &[]);
    assert_eq!((got.span(), count(&got, "duration-implausible")), (Some((0, 2 * S)), 1));
    // A run of a year is long, not wrong.
    let got = run(&[(Some(T), Some(T + year)), (Some(T + 2 * year), None)], &[]);
    assert_eq!(got.diagnostics.iter().filter(|d| d.severity == Severity::Warning).count(), 0);
}

#[test]
fn a_run_in_another_unit_is_reported() {
    for (ns, symbol) in [(S, "--unit s "), (1_000_000, "--unit ms "), (1_000, "--unit us ")] {
        let got = run(&[(Some(T / ns), Some((T + 90 * S) / ns))], &[]);
        let said = got.diagnostics.iter().find(|d| d.code == "time-unit-doubtful").unwrap();
        assert!(said.message.contains(symbol), "{}", said.message);
    }
    assert_eq!(count(&run(&[(Some(T), Some(T + S))], &[]), "time-unit-doubtful"), 0);
}

#[test]
fn unreadable_lines_make_running_tasks_unknown() {
    let lost = Diagnostic::new(Severity::Warning, UNREADABLE_LINES, "a line");
    let got = run(&[(Some(T), Some(T + S)), (Some(T), None)], &[lost]);
    assert_eq!((got.status(), count(&got, "end-may-be-lost")), (Some(Status::Unknown), 1));
    assert_eq!(run(&[(Some(T), None)], &[]).status(), Some(Status::Running));
}
