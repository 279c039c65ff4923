//! The history of alerts: one JSON object per line; lines are appended and never changed.

use serde::{Deserialize, Serialize};

use crate::AlertSeverity;

/// The kind of an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum EntryKind {
    /// A rule fired.
    Fired,
    /// The handlers were notified of the alert.
    Announced,
    /// The alert was resolved.
    Resolved,
    /// Notifications are suspended until a time.
    Snoozed,
    /// The outcome of a delivery to a handler.
    Delivered,
}

/// A line of the history. Members that do not apply to a kind are absent.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AlertEntry {
    /// Time, ns since the epoch.
    pub t: i64,
    /// The kind of the entry.
    pub kind: EntryKind,
    /// Number of the alert, from 1; 0 for a snooze.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub id: u64,
    /// Name of the rule.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub rule: String,
    /// Id of the run; absent for a snooze of all runs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub run: Option<String>,
    /// The workflow of the run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub workflow: Option<String>,
    /// Start of the run, ns since the epoch.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub started: Option<i64>,
    /// Severity, from the rule.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub severity: Option<AlertSeverity>,
    /// The compared value, in ns, bytes, hundredths, or the unit of the metric.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<f64>,
    /// The limit in the same unit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<f64>,
    /// Ids of the tasks concerned.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tasks: Vec<String>,
    /// What the rule found; for a delivery, its outcome.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub text: String,
    /// The later run that resolved it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
    /// End of the snooze, ns since the epoch.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<i64>,
    /// The handler of a delivery.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub handler: Option<String>,
}

fn is_zero(id: &u64) -> bool {
    *id == 0
}

impl AlertEntry {
    /// An entry with only a kind and a time.
    pub(crate) fn new(t: i64, kind: EntryKind, id: u64) -> AlertEntry {
        AlertEntry {
            t,
            kind,
            id,
            rule: String::new(),
            run: None,
            workflow: None,
            started: None,
            severity: None,
            value: None,
            limit: None,
            tasks: Vec::new(),
            text: String::new(),
            by: None,
            until: None,
            handler: None,
        }
    }

    /// A snooze of a rule until a time, for one run or for all; a time in the past ends the snooze.
    pub fn snooze(rule: &str, run: Option<&str>, now: i64, until: i64) -> AlertEntry {
        AlertEntry {
            rule: rule.to_owned(),
            run: run.map(str::to_owned),
            until: Some(until),
            ..AlertEntry::new(now, EntryKind::Snoozed, 0)
        }
    }

    /// The outcome of a delivery to a handler.
    pub fn delivery(id: u64, handler: &str, now: i64, outcome: &str) -> AlertEntry {
        AlertEntry {
            handler: Some(handler.to_owned()),
            text: outcome.to_owned(),
            ..AlertEntry::new(now, EntryKind::Delivered, id)
        }
    }

    /// Returns the entry as a line, without a line break.
    pub fn line(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }

    /// Parses a line; `None` if this version does not know the entry.
    pub fn read(line: &str) -> Option<AlertEntry> {
        serde_json::from_str(line).ok()
    }
}
