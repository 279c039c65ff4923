//! The tasks to run again, and helpers that the commands of all engines share.

use std::collections::BTreeSet;

use makespan_analysis::Facts;
use makespan_model::{Run, Status, StrId, TaskId};
use serde_json::{Map, Value};

use super::shell::Line;
use crate::graph::{Centre, Focus, tasks_in_focus};

/// The tasks to run again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Again {
    /// The failed tasks, and those that did not run because of them.
    Failed,
    /// Tasks, by index.
    Tasks(Vec<u32>),
    /// A task and all tasks at most this number of dependencies before and after it.
    Around {
        /// The task, by index.
        task: u32,
        /// Dependencies before it; [`ALL_HOPS`](crate::graph::ALL_HOPS) is all.
        up: u32,
        /// Dependencies after it.
        down: u32,
        /// All of these tasks, by index.
        tasks: Vec<u32>,
    },
}

impl Again {
    /// Returns the focus of the graph; `None` if it is everything.
    pub fn focus(facts: &Facts, focus: &Focus) -> Option<Again> {
        let tasks = tasks_in_focus(facts, focus)?;
        Some(match focus {
            Focus::Around { centre: Centre::Task(id), up, down } => {
                Again::Around { task: facts.run().find_task(id)?.0, up: *up, down: *down, tasks }
            }
            _ => Again::Tasks(tasks),
        })
    }

    /// Returns the tasks, by index.
    pub(super) fn tasks<'a>(&'a self, run: &'a Run) -> Box<dyn Iterator<Item = TaskId> + 'a> {
        match self {
            Again::Failed => Box::new(run.task_ids().filter(|t| is_failed(run, *t))),
            Again::Tasks(tasks) | Again::Around { tasks, .. } => Box::new(tasks.iter().copied().map(TaskId)),
        }
    }
}

/// A command for a POSIX shell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Command {
    /// Describes what it runs, in a sentence.
    pub about: String,
    /// The command.
    pub text: String,
}

impl Command {
    pub(super) fn new(about: impl Into<String>, line: Line) -> Option<Command> {
        line.finish().map(|text| Command { about: about.into(), text })
    }
}

/// Returns whether an id is a UUID.
pub(super) fn is_uuid(id: &str) -> bool {
    let dashes = |i: usize| matches!(i, 8 | 13 | 18 | 23);
    id.len() == 36
        && id.bytes().enumerate().all(|(i, b)| if dashes(i) { b == b'-' } else { b.is_ascii_hexdigit() })
}

/// Returns whether a task has to run again to complete a run.
fn is_failed(run: &Run, task: TaskId) -> bool {
    matches!(run.tasks.status[task.index()], Status::Failed | Status::UpstreamFailed)
}

/// Returns whether any task failed.
pub(super) fn has_failed(run: &Run) -> bool {
    run.tasks.status.contains(&Status::Failed) || run.recorded_status == Some(Status::Failed)
}

/// Returns a JSON object of the run.
pub(super) fn members(run: &Run, text: StrId) -> Map<String, Value> {
    serde_json::from_str(run.text(text)).unwrap_or_default()
}

/// Returns a member as text; numbers and strings are equivalent in a command.
pub(super) fn member(of: &Map<String, Value>, key: &str) -> Option<String> {
    match of.get(key)? {
        Value::String(text) if !text.is_empty() => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

/// Returns an id if it is a number, as on forges.
pub(super) fn number(text: &str) -> Option<&str> {
    (!text.is_empty() && text.len() <= 20 && text.bytes().all(|b| b.is_ascii_digit())).then_some(text)
}

/// Returns the steps of tasks without duplicates. A task that contains others stands for these.
pub(super) fn steps(run: &Run, tasks: impl Iterator<Item = TaskId>) -> BTreeSet<&str> {
    let mut chosen: Vec<bool> = vec![false; run.task_count()];
    tasks.for_each(|t| chosen[t.index()] = true);
    let children = run.children();
    let mut open: Vec<u32> = (0..chosen.len() as u32).filter(|t| chosen[*t as usize]).collect();
    let mut steps = BTreeSet::new();
    while let Some(t) = open.pop() {
        let within = children.row(t as usize);
        if within.is_empty() {
            steps.insert(run.task_step(TaskId(t)));
        }
        let fresh = |c: &&u32| !std::mem::replace(&mut chosen[**c as usize], true);
        open.extend(within.iter().filter(fresh));
    }
    steps
}
