//! Alerts of the server that serves the page.

use makespan_scene::Role;
use serde::Deserialize;

/// A page of alerts.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
pub(crate) struct AlertList {
    /// The newest first.
    pub(crate) alerts: Vec<ListedAlert>,
    /// Total number, on all pages.
    pub(crate) total: u64,
    /// Whether the reader may snooze them.
    #[serde(default)]
    pub(crate) can_snooze: bool,
}

/// An alert.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
pub(crate) struct ListedAlert {
    pub(crate) id: u64,
    pub(crate) rule: String,
    pub(crate) run: String,
    pub(crate) workflow: Option<String>,
    pub(crate) severity: String,
    pub(crate) state: String,
    /// What the rule found, with the value.
    pub(crate) text: String,
    /// Ids of the tasks concerned.
    pub(crate) tasks: Vec<String>,
    pub(crate) fired: String,
    pub(crate) snoozed_until: Option<String>,
    pub(crate) resolved: Option<String>,
    /// What the rule found when it was resolved, with the value.
    pub(crate) resolved_text: Option<String>,
    pub(crate) resolved_by: Option<String>,
}

impl ListedAlert {
    /// Returns whether its rule still applies.
    pub(crate) fn is_firing(&self) -> bool {
        self.state == "firing"
    }

    /// Returns its colour: that of its severity, or of a resolved alert.
    pub(crate) fn role(&self) -> Role {
        match self.severity.as_str() {
            _ if !self.is_firing() => Role::Succeeded,
            "critical" | "error" => Role::Failed,
            "warning" => Role::Retrying,
            _ => Role::Queued,
        }
    }

    /// Returns the word beside the colour.
    pub(crate) fn word(&self) -> &str {
        if self.is_firing() { &self.severity } else { "resolved" }
    }
}

/// Returns the list to show: the firing alerts, then resolved ones that are not among them.
pub(crate) fn listed(firing: &AlertList, newest: &AlertList) -> Vec<ListedAlert> {
    let rest = newest.alerts.iter().filter(|alert| !alert.is_firing());
    firing.alerts.iter().chain(rest).cloned().collect()
}

/// Formats a time of the server, to the second.
pub(crate) fn moment(text: &str) -> String {
    text.replace('T', " ").chars().take(19).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn firing_alerts_come_first_and_each_once() {
        let alert = |id, state: &str| ListedAlert { id, state: state.to_owned(), ..ListedAlert::default() };
        let firing =
            AlertList { alerts: vec![alert(7, "firing"), alert(2, "firing")], ..AlertList::default() };
        let newest = AlertList {
            alerts: vec![alert(8, "resolved"), alert(7, "firing"), alert(1, "resolved")],
            ..AlertList::default()
        };
        let ids: Vec<u64> = listed(&firing, &newest).iter().map(|alert| alert.id).collect();
        assert_eq!(ids, [7, 2, 8, 1]);
        assert_eq!(alert(1, "resolved").role(), Role::Succeeded);
        assert_eq!(moment("2026-01-05T08:00:00.123Z"), "2026-01-05 08:00:00");
    }

    #[test]
    fn the_list_of_a_server_is_read() {
        let text = r#"{"alerts":[{"id":1,"rule":"late","run":"n","workflow":null,"severity":"error","state":"firing",
            "text":"x","value":1.5,"limit":null,"tasks":["a"],"fired":"2026-01-05T08:00:00Z","announced":null,
            "snoozed_until":null,"resolved":null,"resolved_text":null,"resolved_value":null,"resolved_by":null,
            "deliveries":[]}],"total":1,"next":null,"can_snooze":true}"#;
        let list: AlertList = serde_json::from_str(text).unwrap_or_default();
        assert!(list.can_snooze && list.total == 1);
        assert_eq!((list.alerts[0].word(), list.alerts[0].role()), ("error", Role::Failed));
    }
}
