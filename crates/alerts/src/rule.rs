//! Alert rules and their conditions.

use std::fmt;

use makespan_analysis::query::Query;
use makespan_analysis::{Aggregate, Comparison, FIGURES, Gate, Rule};
use makespan_format::Status;
use makespan_format::amount::duration;

use crate::AlertSeverity;

/// A rule: its condition, the runs that it applies to, and its severity.
#[derive(Clone, Debug, PartialEq)]
pub struct AlertRule {
    /// Unique name of the rule.
    pub name: String,
    /// The condition.
    pub condition: Condition,
    /// Severity of its alerts.
    pub severity: AlertSeverity,
    /// Applies only to runs of this workflow; to all runs if absent.
    pub workflow: Option<String>,
}

/// The condition under which a rule fires.
#[derive(Clone, Debug, PartialEq)]
pub enum Condition {
    /// A figure of the run compared with a limit, or with earlier runs.
    Figure(Gate),
    /// The latest value of a metric, of any task or of the run, compared with a limit.
    Metric(Rule),
    /// At least one task matches the query.
    Tasks(Query),
    /// The run has one of these statuses.
    Status(Vec<Status>),
    /// A task has been running for longer than a limit; if there is a query, a task that matches it.
    Running(RunLimit, Option<Query>),
    /// The run has not finished, and no event has arrived for this long, ns.
    Silent(i64),
}

/// How long a task may run.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum RunLimit {
    /// A duration, ns.
    Length(i64),
    /// A multiple of the median duration of the tasks of the same step that succeeded in earlier runs.
    Share(f64),
    /// A percentile of those durations, 0 to 100.
    Percentile(f64),
}

impl AlertRule {
    /// A rule for all runs, with severity [`AlertSeverity::Warning`].
    pub fn new(name: &str, condition: Condition) -> AlertRule {
        AlertRule { name: name.to_owned(), condition, severity: AlertSeverity::default(), workflow: None }
    }

    /// The rule that applies if none is configured: the run failed.
    pub fn usual() -> AlertRule {
        let condition = Condition::Status(vec![Status::Failed]);
        AlertRule { severity: AlertSeverity::Error, ..AlertRule::new("failed", condition) }
    }

    /// Returns whether the rule applies to runs of this workflow.
    pub fn is_about(&self, workflow: Option<&str>) -> bool {
        self.workflow.is_none() || self.workflow.as_deref() == workflow
    }
}

impl Condition {
    /// Parses a figure of the run with a limit: `makespan > 10 min`, `makespan > 150 % of baseline`,
    /// `p95 duration > 30 s`. A measure of tasks without `min`, `max` and so on fires if any task meets the condition.
    ///
    /// # Errors
    ///
    /// A message about the part that is invalid.
    pub fn figure(text: &str) -> Result<Condition, String> {
        let mut gate = Gate::parse(text)?;
        let rule = gate.rule();
        if rule.aggregate == Aggregate::Each && !FIGURES.iter().any(|figure| figure.0 == rule.figure) {
            // `check` asks whether all tasks keep to a limit, an alert whether any does not.
            let any = match rule.comparison {
                Comparison::Above | Comparison::AtLeast => "max",
                Comparison::Below | Comparison::AtMost => "min",
                Comparison::Equal | Comparison::Unequal => {
                    return Err(format!("write `tasks` with a query for single values of {}", rule.figure));
                }
            };
            gate = Gate::parse(&format!("{any} {}", text.trim().trim_start_matches("each ")))?;
        }
        Ok(Condition::Figure(gate))
    }

    /// Parses the name of a metric with a limit: `memory_percent > 85`, `rss > 4 GB`.
    ///
    /// # Errors
    ///
    /// A message about the part that is invalid.
    pub fn metric(text: &str) -> Result<Condition, String> {
        let rule = Rule::parse(text).map_err(|error| error.to_string())?;
        if rule.aggregate != Aggregate::Each {
            return Err("write the name of one metric before the comparison".to_owned());
        }
        Ok(Condition::Metric(rule))
    }

    /// Parses a query for tasks: `status:failed`, `mem>4GiB step:train`.
    ///
    /// # Errors
    ///
    /// A message about the part that is invalid, also if the query matches every task.
    pub fn tasks(text: &str) -> Result<Condition, String> {
        let query = Query::parse(text).map_err(|error| error.to_string())?;
        if query.is_empty() {
            return Err("the query is empty and matches every task".to_owned());
        }
        Ok(Condition::Tasks(query))
    }

    /// Parses names of statuses, separated by commas: `failed, cancelled`.
    ///
    /// # Errors
    ///
    /// The first unknown name.
    pub fn status(text: &str) -> Result<Condition, String> {
        let names = text.split(',').map(str::trim);
        let read = |name: &str| Status::parse(name).ok_or_else(|| format!("unknown status {name:?}"));
        names.map(read).collect::<Result<Vec<Status>, String>>().map(Condition::Status)
    }

    /// Parses how long a task may run (`10 min`, `200 % of baseline`, `p95 of baseline`), and a query for tasks.
    ///
    /// # Errors
    ///
    /// A message about the part that is invalid.
    pub fn running(text: &str, tasks: Option<&str>) -> Result<Condition, String> {
        let query = tasks.map(Query::parse).transpose().map_err(|error| error.to_string())?;
        RunLimit::parse(text).map(|limit| Condition::Running(limit, query))
    }

    /// Parses the longest time without an event.
    ///
    /// # Errors
    ///
    /// A message if the text is not a length of time.
    pub fn silent(text: &str) -> Result<Condition, String> {
        length(text).map(Condition::Silent)
    }

    /// Returns whether the rule compares with earlier runs.
    pub fn needs_baseline(&self) -> bool {
        match self {
            Condition::Figure(gate) => gate.needs_baseline(),
            Condition::Running(limit, _) => !matches!(limit, RunLimit::Length(_)),
            _ => false,
        }
    }

    /// Returns whether the rule can fire without a new event, as time passes.
    pub fn depends_on_time(&self) -> bool {
        match self {
            Condition::Figure(gate) => gate.rule().figure == "makespan",
            Condition::Running(..) | Condition::Silent(_) => true,
            Condition::Metric(_) | Condition::Tasks(_) | Condition::Status(_) => false,
        }
    }
}

fn length(text: &str) -> Result<i64, String> {
    let ns = duration(text).filter(|ns| *ns > 0);
    ns.ok_or_else(|| "write a number and a unit of time: 30 s, 10 min, 1h30m".to_owned())
}

impl RunLimit {
    fn parse(text: &str) -> Result<RunLimit, String> {
        let Some(head) = text.trim().strip_suffix("baseline") else {
            return length(text).map(RunLimit::Length);
        };
        let wrong = || "write `200 % of baseline` or `p95 of baseline`".to_owned();
        let head = head.trim_end().strip_suffix("of").ok_or_else(wrong)?.trim();
        if let Some(p) = head.strip_prefix('p') {
            let p: Option<f64> = p.parse().ok();
            return p.filter(|p| (0.0..=100.0).contains(p)).map(RunLimit::Percentile).ok_or_else(wrong);
        }
        let share: Option<f64> = head.strip_suffix('%').and_then(|number| number.trim().parse().ok());
        let share = share.filter(|share| share.is_finite() && *share > 0.0);
        share.map(|share| RunLimit::Share(share / 100.0)).ok_or_else(wrong)
    }
}

/// As written in a settings file: the key and its value.
impl fmt::Display for Condition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Condition::Figure(gate) => write!(f, "{gate}"),
            Condition::Metric(rule) => write!(f, "{rule}"),
            Condition::Tasks(query) => write!(f, "{query}"),
            Condition::Status(statuses) => {
                let names: Vec<&str> = statuses.iter().map(|status| status.name()).collect();
                write!(f, "status {}", names.join(", "))
            }
            Condition::Running(limit, query) => {
                write!(f, "running for {limit}")?;
                query.as_ref().map_or(Ok(()), |query| write!(f, ", {query}"))
            }
            Condition::Silent(ns) => write!(f, "silent for {}", makespan_scene::duration(*ns)),
        }
    }
}

impl fmt::Display for RunLimit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            RunLimit::Length(ns) => f.write_str(&makespan_scene::duration(*ns)),
            RunLimit::Share(share) => write!(f, "{} % of baseline", (share * 1e4).round() / 1e2),
            RunLimit::Percentile(p) => write!(f, "p{p} of baseline"),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn conditions_round_trip_through_text() {
        for (read, shown) in [
            (Condition::figure("makespan > 150% of baseline"), "makespan > 150 % of baseline"),
            (Condition::figure("duration > 30 s"), "max duration > 30 s"),
            (Condition::figure("each duration<1s"), "min duration < 1s"),
            (Condition::figure("failed>0"), "failed > 0"),
            (Condition::metric("memory_percent > 85"), "memory_percent > 85"),
            (Condition::tasks("status:failed retried"), "status:failed and retried"),
            (Condition::status("failed, cancelled"), "status failed, cancelled"),
            (Condition::running("10 min", Some("step:train")), "running for 10 min 00 s, step:train"),
            (Condition::running("p95 of baseline", None), "running for p95 of baseline"),
            (Condition::running("200% of baseline", None), "running for 200 % of baseline"),
            (Condition::silent("1h30m"), "silent for 1 h 30 min"),
        ] {
            assert_eq!(read.unwrap().to_string(), shown);
        }
    }

    #[test]
    fn invalid_conditions_are_rejected_with_a_reason() {
        for wrong in [
            Condition::figure("makespan"),
            Condition::figure("duration = 4"),
            Condition::metric("max memory > 5"),
            Condition::metric("memory > 5 furlongs"),
            Condition::tasks(""),
            Condition::tasks("dur>"),
            Condition::status("great"),
            Condition::running("soon", None),
            Condition::running("p101 of baseline", None),
            Condition::running("-5 % of baseline", None),
            Condition::running("10 min", Some("(")),
            Condition::silent("0 s"),
            Condition::silent("10"),
        ] {
            assert!(!wrong.unwrap_err().is_empty());
        }
    }
}
