//! The sentences of alerts. Every channel (webhook, mail, terminal, app) shows these, so that all read alike: what
//! happened, in which run and task, the value, and the limit. They have no full stop.

use makespan_analysis::{Aggregate, Comparison, Quantity, Rule};
use makespan_model::{Run, TaskId};
use makespan_scene::{counted, visible};
use makespan_views::amount::Unit;

/// Maximum number of task names in a sentence.
const NAMED: usize = 3;

/// Returns the run as the subject of a sentence: `Run nightly`, by its name, otherwise by its id.
pub(crate) fn subject(run: &Run) -> String {
    format!("Run {}", shown(run))
}

/// Returns the run within a sentence: `run nightly`.
pub(crate) fn within(run: &Run) -> String {
    format!("run {}", shown(run))
}

fn shown(run: &Run) -> String {
    let name = run.text(run.name);
    visible(if name.is_empty() { &run.id } else { name }).into_owned()
}

/// Returns the names of the first tasks: `align, sort and 4 more`.
pub(crate) fn names(run: &Run, tasks: &[TaskId]) -> String {
    let named: Vec<_> = tasks.iter().take(NAMED).map(|task| visible(run.task_name(*task))).collect();
    let more = tasks.len() - named.len();
    let rest = if more > 0 { format!(" and {more} more") } else { String::new() };
    format!("{}{rest}", named.join(", "))
}

/// A value and its limit, both in the base unit of what they count.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Figures {
    pub(crate) value: f64,
    pub(crate) limit: f64,
    pub(crate) quantity: Quantity,
}

impl Figures {
    fn value(self) -> String {
        Unit::of(self.quantity).text(self.value)
    }
}

/// Returns a sentence about a figure of the run, or about a measure of its tasks, and its limit. `task` is the task
/// with that value.
pub(crate) fn figure(rule: &Rule, run: &Run, figures: Figures, task: Option<TaskId>) -> String {
    let value = figures.value();
    let (start, inside) = (subject(run), within(run));
    let tasks = match figures.value {
        0.0 => "No task".to_owned(),
        1.0 => "1 task".to_owned(),
        _ => format!("{value} tasks"),
    };
    let is = if figures.value <= 1.0 { "is" } else { "are" };
    let said = match (rule.figure.as_str(), task) {
        ("makespan", _) => format!("{start} has taken {value}"),
        ("total-work", _) => format!("The tasks of {inside} took {value} in total"),
        ("critical-path", _) => format!("The critical path of {inside} is {value} long"),
        ("lost-work", _) => format!("Failed attempts of {inside} took {value}"),
        ("tasks", _) => format!("{start} has {}", tasks.to_lowercase()),
        ("failed", _) => format!("{tasks} of {inside} failed"),
        ("unfinished", _) => format!("{tasks} of {inside} {is} unfinished"),
        ("retries", _) if figures.value == 1.0 => format!("{start} has 1 retry"),
        ("retries", _) => format!("{start} has {value} retries"),
        ("success-rate", _) => format!("The success rate of {inside} is {value}"),
        ("max-concurrency", _) => format!("At most {value} attempts of {inside} executed at the same time"),
        ("mean-concurrency", _) => {
            format!("On average, {value} attempts of {inside} executed at the same time")
        }
        ("utilisation", _) => format!("The utilisation of {inside} is {value}"),
        (name, Some(task)) => {
            format!("The {} of task {} of {inside} is {value}", visible(name), visible(run.task_name(task)))
        }
        (name, None) => {
            format!("The {}{} of the tasks of {inside} is {value}", combined(rule.aggregate), visible(name))
        }
    };
    format!("{said}{}", limited(rule.comparison, figures))
}

/// Returns a sentence about a metric and its limit.
pub(crate) fn metric(rule: &Rule, run: &Run, figures: Figures) -> String {
    let (name, value) = (visible(&rule.figure), figures.value());
    format!("The metric {name} of {} is {value}{}", within(run), limited(rule.comparison, figures))
}

fn combined(aggregate: Aggregate) -> String {
    match aggregate {
        Aggregate::Each => String::new(),
        Aggregate::Min => "lowest ".to_owned(),
        Aggregate::Max => "highest ".to_owned(),
        Aggregate::Mean => "mean ".to_owned(),
        Aggregate::Sum => "total ".to_owned(),
        Aggregate::Percentile(50.0) => "median ".to_owned(),
        Aggregate::Percentile(p) => format!("percentile {p} of the "),
    }
}

/// Returns how a value relates to its limit.
fn limited(comparison: Comparison, figures: Figures) -> String {
    let relation = match (comparison, comparison.holds(figures.value, figures.limit)) {
        (Comparison::Above, true) => "more than",
        (Comparison::AtLeast, true) => "at or above",
        (Comparison::Below, true) => "less than",
        (Comparison::AtMost, true) => "at or below",
        (Comparison::Equal, true) | (Comparison::Unequal, false) => "equal to",
        (Comparison::Unequal, true) | (Comparison::Equal, false) => "not equal to",
        (_, false) => "within",
    };
    format!(", {relation} the limit of {}", Unit::of(figures.quantity).text(figures.limit))
}

/// Returns a sentence about tasks that match a query.
pub(crate) fn matching(run: &Run, query: &str, tasks: &[TaskId]) -> String {
    let inside = within(run);
    match tasks {
        [] => format!("No task of {inside} matches {query}"),
        [_] => format!("1 task of {inside} matches {query}: {}", names(run, tasks)),
        _ => format!("{} of {inside} match {query}: {}", counted(tasks.len(), "task"), names(run, tasks)),
    }
}
