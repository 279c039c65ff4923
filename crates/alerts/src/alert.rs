//! An alert: what fired, and how it stands.

use crate::{AlertEntry, AlertSeverity};

/// What a handler made of an alert.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delivery {
    /// When, ns since the epoch.
    pub t: i64,
    /// The handler.
    pub handler: String,
    /// What came of it.
    pub outcome: String,
}

/// Whether an alert is open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AlertState {
    /// It is.
    Firing,
    /// It is no longer.
    Resolved,
}

impl AlertState {
    /// `firing` or `resolved`.
    pub fn name(self) -> &'static str {
        match self {
            AlertState::Firing => "firing",
            AlertState::Resolved => "resolved",
        }
    }
}

/// An alert.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Alert {
    /// Its number, from 1, ascending in time.
    pub id: u64,
    /// The rule that fired.
    pub rule: String,
    /// The run.
    pub run: String,
    /// The workflow of the run.
    pub workflow: Option<String>,
    /// When the run started, ns since the epoch.
    pub started: Option<i64>,
    /// How much it matters.
    pub severity: AlertSeverity,
    /// When it fired, ns since the epoch.
    pub fired: i64,
    /// What was compared then, in ns, bytes, hundredths or its own unit.
    pub value: Option<f64>,
    /// The limit in the same unit.
    pub limit: Option<f64>,
    /// Ids of the tasks it is about, the first ones of many.
    pub tasks: Vec<String>,
    /// What it says.
    pub text: String,
    /// When the handlers were given it, if they were.
    pub announced: Option<i64>,
    /// When it was resolved.
    pub resolved: Option<i64>,
    /// The value that resolved it.
    pub resolved_value: Option<f64>,
    /// What was said then.
    pub resolved_text: Option<String>,
    /// The later run that resolved it, where it was not its own.
    pub resolved_by: Option<String>,
    /// What handlers made of it, in order.
    pub deliveries: Vec<Delivery>,
}

impl Alert {
    /// Whether it is open.
    pub fn state(&self) -> AlertState {
        if self.resolved.is_some() { AlertState::Resolved } else { AlertState::Firing }
    }

    /// The alert that an entry opens.
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
