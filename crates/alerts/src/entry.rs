//! The history of alerts: one JSON object a line, appended and never changed.

use serde::{Deserialize, Serialize};

use crate::AlertSeverity;

/// What happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum EntryKind {
    /// A rule fired; the alert is open.
    Fired,
    /// The handlers were given the alert.
    Announced,
    /// The alert is no longer open.
    Resolved,
    /// Nobody is to be notified until a time.
    Snoozed,
    /// What a handler made of it.
    Delivered,
}

/// A line of the history. Members that mean nothing for a kind are absent.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AlertEntry {
    /// When, ns since the epoch.
    pub t: i64,
    /// What happened.
    pub kind: EntryKind,
    /// The number of the alert, from 1; 0 for a snooze.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub id: u64,
    /// The rule.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub rule: String,
    /// The run; of a snooze absent where it is about all runs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub run: Option<String>,
    /// The workflow of the run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub workflow: Option<String>,
    /// When the run started, ns since the epoch.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub started: Option<i64>,
    /// How much it matters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub severity: Option<AlertSeverity>,
    /// What was compared, in ns, bytes, hundredths or its own unit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<f64>,
    /// The limit in the same unit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<f64>,
    /// Ids of the tasks it is about.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tasks: Vec<String>,
    /// What it says; of a delivery what came of it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub text: String,
    /// The later run that resolved it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
    /// Until when nobody is to be notified, ns since the epoch.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<i64>,
    /// The handler that a delivery is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub handler: Option<String>,
}

fn is_zero(id: &u64) -> bool {
    *id == 0
}

impl AlertEntry {
    /// An entry that says nothing but its kind and time.
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

    /// That nobody is to be notified of a rule until a time, for one run or for all; a time in the past ends that.
    pub fn snooze(rule: &str, run: Option<&str>, now: i64, until: i64) -> AlertEntry {
        AlertEntry {
            rule: rule.to_owned(),
            run: run.map(str::to_owned),
            until: Some(until),
            ..AlertEntry::new(now, EntryKind::Snoozed, 0)
        }
    }

    /// What a handler made of an alert.
    pub fn delivery(id: u64, handler: &str, now: i64, outcome: &str) -> AlertEntry {
        AlertEntry {
            handler: Some(handler.to_owned()),
            text: outcome.to_owned(),
            ..AlertEntry::new(now, EntryKind::Delivered, id)
        }
    }

    /// The line that it is written as, without a line break.
    pub fn line(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }

    /// Reads a line; `None` for one that is not an entry of this release.
    pub fn read(line: &str) -> Option<AlertEntry> {
        serde_json::from_str(line).ok()
    }
}
