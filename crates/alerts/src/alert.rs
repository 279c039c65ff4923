//! An alert: what fired, and its state.

use crate::{AlertEntry, AlertSeverity};

/// The outcome of a delivery to a handler.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delivery {
    /// Time, ns since the epoch.
    pub t: i64,
    /// Name of the handler.
    pub handler: String,
    /// The outcome, as a sentence.
    pub outcome: String,
}

/// The state of an alert.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AlertState {
    /// The rule still applies.
    Firing,
    /// The alert is resolved.
    Resolved,
}

impl AlertState {
    /// Returns `firing` or `resolved`.
    pub fn name(self) -> &'static str {
        match self {
            AlertState::Firing => "firing",
            AlertState::Resolved => "resolved",
        }
    }
}

/// An alert: one rule that fired for one run.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Alert {
    /// Number of the alert, from 1, ascending in time.
    pub id: u64,
    /// Name of the rule that fired.
    pub rule: String,
    /// Id of the run.
    pub run: String,
    /// Workflow of the run.
    pub workflow: Option<String>,
    /// Start of the run, ns since the epoch.
    pub started: Option<i64>,
    /// Severity, from the rule.
    pub severity: AlertSeverity,
    /// Time at which the alert fired, ns since the epoch.
    pub fired: i64,
    /// The value at that time, in ns, bytes, hundredths, or the unit of the metric.
    pub value: Option<f64>,
    /// The limit, in the same unit.
    pub limit: Option<f64>,
    /// Ids of the tasks concerned; only the first if there are many.
    pub tasks: Vec<String>,
    /// What the rule found, as a sentence.
    pub text: String,
    /// Time at which the handlers were notified, if they were.
    pub announced: Option<i64>,
    /// Time at which the alert was resolved.
    pub resolved: Option<i64>,
    /// The value at the time of resolution.
    pub resolved_value: Option<f64>,
    /// What the rule found at the time of resolution, as a sentence.
    pub resolved_text: Option<String>,
    /// Id of the later run that resolved the alert, if it was not its own run.
    pub resolved_by: Option<String>,
    /// Outcomes of deliveries, in order.
    pub deliveries: Vec<Delivery>,
}

impl Alert {
    /// Returns whether the alert is firing.
    pub fn state(&self) -> AlertState {
        if self.resolved.is_some() { AlertState::Resolved } else { AlertState::Firing }
    }

    /// Makes an alert from the entry that opens it.
    pub(crate) fn of(entry: &AlertEntry) -> Alert {
        Alert {
            id: entry.id,
            rule: entry.rule.clone(),
            run: entry.run.clone().unwrap_or_default(),
            workflow: entry.workflow.clone(),
            started: entry.started,
            severity: entry.severity.unwrap_or_default(),
            fired: entry.t,
            value: entry.value,
            limit: entry.limit,
            tasks: entry.tasks.clone(),
            text: entry.text.clone(),
            announced: None,
            resolved: None,
            resolved_value: None,
            resolved_text: None,
            resolved_by: None,
            deliveries: Vec::new(),
        }
    }
}
