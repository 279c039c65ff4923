//! The alerts of one run in short, for verbs about the run.

use makespan_alerts::{Alert, AlertBook, AlertState};
use makespan_scene::counted;
use makespan_server::documents::AlertDocument;
use schemars::JsonSchema;
use serde::Serialize;

use super::rules::warn;
use crate::stored::{Address, now};

/// How many alerts a run has, and the worst of those that are firing.
#[derive(Clone, Debug, Default)]
pub(crate) struct RunAlerts {
    firing: usize,
    resolved: usize,
    worst: Option<(Alert, Option<i64>)>,
}

/// The alerts of a run as `makespan status --json` prints them.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "RunAlerts")]
pub(crate) struct RunAlertsDocument<'a> {
    /// How many are firing, and how many were resolved.
    firing: usize,
    resolved: usize,
    /// The firing alert of the highest severity, the newest of several.
    worst: Option<AlertDocument<'a>>,
}

impl RunAlerts {
    /// Reads the history of alerts of a store; `None`, with a warning, if it cannot be read: the run is shown all the same.
    pub(crate) fn read(address: &Address, run: &str) -> Option<RunAlerts> {
        let read = || -> Result<RunAlerts, String> {
            let ledger = address.alerts().map_err(|failure| failure.to_string())?;
            let read = ledger.read(|book, unread| (RunAlerts::of(book, run), unread));
            let (alerts, unread) = read.map_err(|error| format!("{}: {error}", ledger.path().display()))?;
            if unread > 0 {
                warn(&format!(
                    "{}: {} not known to this release were ignored",
                    ledger.path().display(),
                    counted(unread as usize, "line")
                ));
            }
            Ok(alerts)
        };
        read().map_err(|why| warn(&format!("alerts: {why}"))).ok()
    }

    fn of(book: &AlertBook, run: &str) -> RunAlerts {
        let own = || book.alerts().filter(|alert| alert.run == run);
        let firing = || own().filter(|alert| alert.state() == AlertState::Firing);
        let worst = firing().max_by_key(|alert| (alert.severity, alert.fired, alert.id)).cloned();
        RunAlerts {
            firing: firing().count(),
            resolved: own().count() - firing().count(),
            worst: worst.map(|alert| {
                let until = book.snoozed(&alert.rule, &alert.run, now());
                (alert, until)
            }),
        }
    }

    /// A line for people; `None` if the run never had an alert.
    pub(crate) fn line(&self) -> Option<String> {
        let firing = || format!("{} firing", self.firing);
        match (&self.worst, self.resolved) {
            (None, 0) => None,
            (None, resolved) => Some(format!("none firing, {resolved} resolved")),
            (Some((worst, until)), resolved) => {
                let count =
                    if resolved > 0 { format!("{}, {resolved} resolved", firing()) } else { firing() };
                let name = if self.firing > 1 { "worst: " } else { "" };
                let snoozed = if until.is_some() { " (snoozed)" } else { "" };
                Some(format!("{count}; {name}{} {}: {}{snoozed}", worst.severity, worst.rule, worst.text))
            }
        }
    }

    /// The same for programs.
    pub(crate) fn document(&self) -> RunAlertsDocument<'_> {
        RunAlertsDocument {
            firing: self.firing,
            resolved: self.resolved,
            worst: self.worst.as_ref().map(|(alert, until)| AlertDocument::new(alert, *until)),
        }
    }
}
