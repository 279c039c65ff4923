//! The facts, checked on runs in the text notation (times in seconds).
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod costs;
mod definitions;
mod found;
mod gates;
mod groups;
mod hostile;
mod many;
mod measured;
mod observed;
mod path;
mod properties;
mod random;
mod resources;
mod shape;
mod stored;
mod time;
mod waits;

use makespan_model::{NONE, Run, TaskId, UNKNOWN};

/// One second in ns.
const S: i64 = 1_000_000_000;

fn run(text: &str) -> Run {
    makespan_model::notation::run(text).unwrap()
}

/// A run of the notation of which the source says that its tasks depend on nothing but what it records.
fn recorded(text: &str) -> Run {
    let mut runs = makespan_model::RunsBuilder::new();
    let info = makespan_format::RunInfo { id: "r".into(), infer_edges: Some(false), ..Default::default() };
    runs.apply(&makespan_format::Event::Run(info));
    makespan_model::notation::read(text, &mut runs);
    runs.finish().0.remove(0)
}

fn task(run: &Run, id: &str) -> TaskId {
    run.find_task(id).unwrap()
}

/// Ids of tasks, parted by spaces.
fn ids(run: &Run, tasks: impl IntoIterator<Item = TaskId>) -> String {
    tasks.into_iter().map(|t| run.task_id(t)).collect::<Vec<_>>().join(" ")
}

/// Seconds, or `-` for a time that is not known.
fn s(ns: i64) -> String {
    if ns == UNKNOWN { "-".to_owned() } else { (ns as f64 / S as f64).to_string() }
}

/// One word a task: `id:value`.
fn by_task(run: &Run, value: impl Fn(usize) -> String) -> String {
    run.task_ids().map(|t| format!("{}:{}", run.task_id(t), value(t.index()))).collect::<Vec<_>>().join(" ")
}

/// The id of a task of a column, or `-`.
fn name(run: &Run, t: u32) -> String {
    if t == NONE { "-".to_owned() } else { run.task_id(TaskId(t)).to_owned() }
}
