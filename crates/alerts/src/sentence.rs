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

/// What a sentence is about.
#[derive(Clone, Copy, Debug)]
pub(crate) struct About<'a> {
    pub(crate) run: &'a Run,
    pub(crate) figures: Figures,
    /// The task with that value.
    pub(crate) task: Option<TaskId>,
    /// The tasks to name.
    pub(crate) named: &'a [TaskId],
    /// Where the limit comes from, if the rule does not state it: `150 % of baseline`.
    pub(crate) origin: Option<&'a str>,
}

/// Returns a sentence about a figure of the run, or about a measure of its tasks, and its limit.
pub(crate) fn figure(rule: &Rule, about: About<'_>) -> String {
    let About { run, figures, task, named, origin } = about;
    let value = figures.value();
    let (start, inside) = (subject(run), within(run));
    let number = figures.value as u64;
    let (no, is) = (number == 0, if number <= 1 { "is" } else { "are" });
    let tasks = if no { "No task".to_owned() } else { counted(number, "task") };
    let said = match rule.figure.as_str() {
        "makespan" => format!("{start} has taken {value}"),
        "total-work" => format!("The tasks of {inside} took {value} in total"),
        "critical-path" => format!("The critical path of {inside} is {value} long"),
        "lost-work" => format!("Failed attempts of {inside} took {value} in total"),
        // Their names are the plurals.
        "tasks" | "retries" if no => format!("{start} has no {}", rule.figure),
        "tasks" => format!("{start} has {tasks}"),
        "retries" => format!("{start} has {}", counted(number, "retry")),
        "failed" => format!("{tasks} of {inside} failed"),
        "unfinished" => format!("{tasks} of {inside} {is} unfinished"),
        "success-rate" => format!("The success rate of {inside} is {value}"),
        "max-concurrency" => {
            format!("{start} executed up to {} at the same time", counted(number, "attempt"))
        }
        "mean-concurrency" => format!("The mean concurrency of {inside} is {value}"),
        "utilisation" => format!("The mean utilisation of the workers of {inside} is {value}"),
        _ => measure(rule, run, figures, task),
    };
    let list = if named.is_empty() { String::new() } else { format!(": {}", names(run, named)) };
    let origin = origin.map(|origin| format!(" ({})", visible(origin))).unwrap_or_default();
    format!("{said}{list}{}{origin}", limited(rule.comparison, figures))
}

/// Measures of tasks as verbs: the name, the verb for one task and for several, and what follows the value.
const VERBS: [(&str, &str, &str, &str); 7] = [
    ("duration", "took", "took", ""),
    ("work", "executed for", "executed for", ""),
    ("wait", "waited for", "waited for", ""),
    ("queue", "was queued for", "were queued for", ""),
    ("backoff", "paused for", "paused for", " between attempts"),
    ("slack", "has a slack of", "have a slack of", ""),
    ("attempts", "has", "have", " attempts"),
];

/// Returns a clause about a measure of tasks.
fn measure(rule: &Rule, run: &Run, figures: Figures, task: Option<TaskId>) -> String {
    let (value, inside) = (figures.value(), within(run));
    let Some((_, one, many, unit)) = VERBS.iter().find(|verb| verb.0 == rule.figure) else {
        return other_measure(rule, run, &value, task);
    };
    let unit = if *unit == " attempts" && figures.value == 1.0 { " attempt" } else { unit };
    match (task, rule.aggregate) {
        (Some(task), _) => {
            format!("Task {} of {inside} {one} {value}{unit}", visible(run.task_name(task)))
        }
        (None, Aggregate::Mean) => format!("The tasks of {inside} {many} {value}{unit} on average"),
        (None, Aggregate::Each | Aggregate::Sum) => {
            format!("The tasks of {inside} {many} {value}{unit} in total")
        }
        (None, Aggregate::Min | Aggregate::Percentile(0.0)) => {
            format!("All tasks of {inside} {many} at least {value}{unit}")
        }
        (None, Aggregate::Max | Aggregate::Percentile(100.0)) => {
            format!("All tasks of {inside} {many} at most {value}{unit}")
        }
        (None, Aggregate::Percentile(50.0)) => {
            format!("Half of the tasks of {inside} {many} at most {value}{unit}")
        }
        (None, Aggregate::Percentile(p)) => {
            format!("{p} % of the tasks of {inside} {many} at most {value}{unit}")
        }
    }
}

/// Returns a clause about a measure that the source of the run named.
fn other_measure(rule: &Rule, run: &Run, value: &str, task: Option<TaskId>) -> String {
    let name = visible(rule.figure.strip_prefix("metric:").unwrap_or(&rule.figure));
    let inside = within(run);
    if let Some(task) = task {
        return format!("The metric {name} of task {} of {inside} is {value}", visible(run.task_name(task)));
    }
    let combined = match rule.aggregate {
        Aggregate::Each => "value".to_owned(),
        Aggregate::Min | Aggregate::Percentile(0.0) => "lowest value".to_owned(),
        Aggregate::Max | Aggregate::Percentile(100.0) => "highest value".to_owned(),
        Aggregate::Mean => "mean".to_owned(),
        Aggregate::Sum => "sum".to_owned(),
        Aggregate::Percentile(50.0) => "median".to_owned(),
        Aggregate::Percentile(p) => format!("{} percentile", ordinal(p)),
    };
    format!("The {combined} of the metric {name} over the tasks of {inside} is {value}")
}

/// Returns a number as in `95th`, `99.9th`, `1st`.
fn ordinal(number: f64) -> String {
    let ending = match (number % 10.0, number % 100.0) {
        (1.0, teen) if teen != 11.0 => "st",
        (2.0, teen) if teen != 12.0 => "nd",
        (3.0, teen) if teen != 13.0 => "rd",
        _ => "th",
    };
    format!("{number}{ending}")
}

/// Returns a sentence about a metric and its limit.
pub(crate) fn metric(rule: &Rule, run: &Run, figures: Figures) -> String {
    let (name, value) = (visible(&rule.figure), figures.value());
    format!("The metric {name} of {} is {value}{}", within(run), limited(rule.comparison, figures))
}

/// Returns the limit, in words that also fit a value within it.
fn limited(comparison: Comparison, figures: Figures) -> String {
    let limit = Unit::of(figures.quantity).text(figures.limit);
    match comparison {
        Comparison::Above => format!("; the limit is {limit}"),
        Comparison::AtLeast => format!("; the alert fires at {limit} or more"),
        Comparison::Below => format!("; the lower limit is {limit}"),
        Comparison::AtMost => format!("; the alert fires at {limit} or less"),
        Comparison::Equal => format!("; the alert fires at exactly {limit}"),
        Comparison::Unequal => format!("; the expected value is {limit}"),
    }
}

/// Returns a sentence about tasks that match a query.
pub(crate) fn matching(run: &Run, query: &str, tasks: &[TaskId]) -> String {
    let inside = within(run);
    match tasks {
        [] => format!("No task of {inside} matches {query}"),
        [_] => format!("1 task of {inside} matches {query} ({})", names(run, tasks)),
        _ => format!("{} of {inside} match {query} ({})", counted(tasks.len(), "task"), names(run, tasks)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_have_english_endings() {
        let shown = [1.0, 2.0, 11.0, 13.0, 93.0, 95.0, 99.9].map(ordinal);
        assert_eq!(shown, ["1st", "2nd", "11th", "13th", "93rd", "95th", "99.9th"]);
    }
}
