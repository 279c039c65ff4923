//! What the tests share: recorded lines folded into runs, and short ways to look at them.
#![allow(dead_code, unreachable_pub)]

use std::time::Duration;

use makespan_format::read_line;
use makespan_model::{Run, RunsBuilder, Status, TaskId};
use makespan_tracker::{Durability, Options, Recording, Tracker};

/// Long enough for any machine.
pub const LONG: Duration = Duration::from_secs(20);

/// Folds lines as the app does, and fails at any that is not an event.
pub fn fold_all(text: &str) -> Vec<Run> {
    let mut builder = RunsBuilder::new();
    for (number, line) in text.lines().enumerate() {
        let read =
            read_line(line.as_bytes()).unwrap_or_else(|e| panic!("line {}: {e:?}\n{line}", number + 1));
        assert_eq!(read.unknown, 0, "line {}: {line}", number + 1);
        builder.apply(&read.event);
    }
    builder.finish().0
}

/// Folds the lines of one run.
pub fn fold(text: &str) -> Run {
    let mut runs = fold_all(text);
    assert_eq!(runs.len(), 1, "{text}");
    runs.remove(0)
}

/// A tracker in memory that writes everything before a call returns, however slow the machine.
pub fn tracker() -> (Tracker, Recording) {
    Tracker::options().patience(LONG).in_memory().unwrap()
}

/// The same with other options.
pub fn patient(durability: Durability) -> Options {
    Tracker::options().durability(durability).patience(LONG)
}

/// The task with that id.
pub fn task(run: &Run, id: &str) -> TaskId {
    run.find_task(id).unwrap_or_else(|| panic!("no task {id} in\n{}", run.to_jsonl()))
}

/// Its status.
pub fn status(run: &Run, id: &str) -> Status {
    run.tasks.status[task(run, id).index()]
}

/// Status, error and kind of each of its attempts.
pub fn attempts<'r>(run: &'r Run, id: &str) -> Vec<(Status, &'r str, &'r str)> {
    let a = &run.attempts;
    let of = |i: usize| (a.status[i], run.text(a.error[i]), run.text(a.error_kind[i]));
    run.attempts_of(task(run, id)).map(|a| of(a.index())).collect()
}

/// Ids of what it depends on, sorted.
pub fn after<'r>(run: &'r Run, id: &str) -> Vec<&'r str> {
    let row = run.predecessors.row(task(run, id).index());
    let mut ids: Vec<&str> = row.iter().map(|&t| run.task_id(TaskId(t))).collect();
    ids.sort_unstable();
    ids
}

/// Values of a metric of a task, or of the run where there is no task, with the unit.
pub fn metric(run: &Run, id: Option<&str>, name: &str) -> Vec<(f64, String)> {
    let of = id.map_or(makespan_model::NONE, |id| task(run, id).0);
    let s = &run.samples;
    let rows = (0..s.task.len()).filter(|&i| s.task[i] == of && run.text(s.name[i]) == name);
    rows.map(|i| (s.value[i], run.text(s.unit[i]).to_owned())).collect()
}

/// Level and text of the lines of a task's log.
pub fn logs(run: &Run, id: &str) -> Vec<(String, String)> {
    let l = &run.logs;
    let rows = (0..l.task.len()).filter(|&i| l.task[i] == task(run, id).0);
    rows.map(|i| (run.text(l.level[i]).to_owned(), run.text(l.text[i]).to_owned())).collect()
}

/// How often a diagnostic was met, by its code.
pub fn finding(run: &Run, code: &str) -> u64 {
    run.diagnostics.iter().filter(|d| d.code == code).map(|d| d.count).sum()
}
