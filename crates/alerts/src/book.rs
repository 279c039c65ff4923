//! The state of all alerts: a fold of their history, and the entries that follow from new judgements.

use std::collections::BTreeMap;

use crate::alert::{Alert, Delivery};
use crate::entry::{AlertEntry, EntryKind};
use crate::judge::{Judgement, Verdict};
use crate::rule::AlertRule;

/// Maximum number of deliveries kept per alert.
const DELIVERIES: usize = 100;

/// A run that rules were applied to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RunSeen<'r> {
    /// Id of the run.
    pub id: &'r str,
    /// Its workflow.
    pub workflow: Option<&'r str>,
    /// First start, ns since the epoch.
    pub started: Option<i64>,
    /// Whether the run has finished.
    pub is_over: bool,
}

impl<'r> RunSeen<'r> {
    /// A run of which only the id is known.
    pub fn new(id: &'r str) -> RunSeen<'r> {
        RunSeen { id, ..RunSeen::default() }
    }
}

/// A rule, and its judgement of a run.
#[derive(Clone, Debug)]
pub struct Judged<'r> {
    /// The rule.
    pub rule: &'r AlertRule,
    /// Its judgement.
    pub found: Judgement,
}

/// All known alerts, and all snoozes.
///
/// Changes only by [`apply`](AlertBook::apply), which processes every entry, so that folding the same lines gives the
/// same state.
#[derive(Clone, Debug, Default)]
pub struct AlertBook {
    /// All alerts, by number.
    alerts: BTreeMap<u64, Alert>,
    /// The firing alert of each rule and run.
    open: BTreeMap<(String, String), u64>,
    snoozes: BTreeMap<(String, Option<String>), i64>,
    /// The highest number in use.
    last: u64,
}

impl AlertBook {
    /// Applies an entry. O(log n).
    pub fn apply(&mut self, entry: &AlertEntry) {
        self.last = self.last.max(entry.id);
        match entry.kind {
            EntryKind::Fired => {
                let alert = Alert::of(entry);
                self.open.insert((alert.rule.clone(), alert.run.clone()), alert.id);
                self.alerts.insert(alert.id, alert);
            }
            EntryKind::Snoozed => {
                let until = entry.until.unwrap_or(entry.t);
                self.snoozes.insert((entry.rule.clone(), entry.run.clone()), until);
            }
            EntryKind::Announced => {
                if let Some(alert) = self.alerts.get_mut(&entry.id) {
                    alert.announced.get_or_insert(entry.t);
                }
            }
            EntryKind::Resolved => {
                let Some(alert) = self.alerts.get_mut(&entry.id) else { return };
                alert.resolved.get_or_insert(entry.t);
                alert.resolved_value = entry.value;
                alert.resolved_text = Some(entry.text.clone());
                alert.resolved_by.clone_from(&entry.by);
                let key = (alert.rule.clone(), alert.run.clone());
                if self.open.get(&key) == Some(&entry.id) {
                    self.open.remove(&key);
                }
            }
            EntryKind::Delivered => {
                let Some(alert) = self.alerts.get_mut(&entry.id) else { return };
                if alert.deliveries.len() < DELIVERIES {
                    let handler = entry.handler.clone().unwrap_or_default();
                    alert.deliveries.push(Delivery { t: entry.t, handler, outcome: entry.text.clone() });
                }
            }
        }
    }

    /// Returns all alerts, newest first.
    pub fn alerts(&self) -> impl Iterator<Item = &Alert> {
        self.alerts.values().rev()
    }

    /// Returns the alert with this number.
    pub fn alert(&self, id: u64) -> Option<&Alert> {
        self.alerts.get(&id)
    }

    /// Returns the firing alerts, by rule and run.
    pub fn open(&self) -> impl Iterator<Item = &Alert> {
        self.open.values().filter_map(|id| self.alerts.get(id))
    }

    /// Returns the end of the snooze for this rule and run, if it is later than `now`.
    pub fn snoozed(&self, rule: &str, run: &str, now: i64) -> Option<i64> {
        let of = |run: Option<&str>| self.snoozes.get(&(rule.to_owned(), run.map(str::to_owned))).copied();
        of(Some(run)).max(of(None)).filter(|until| *until > now)
    }

    /// Returns the entries that follow from the judgements of a run, in order: alerts that fire, that are announced after a
    /// snooze, that are resolved. The caller stores the entries and applies them. O(firing alerts + judgements).
    pub fn look(&self, run: &RunSeen<'_>, judged: &[Judged<'_>], now: i64) -> Vec<AlertEntry> {
        let (mut entries, mut next) = (Vec::new(), self.last);
        for Judged { rule, found } in judged {
            let open = self.open.get(&(rule.name.clone(), run.id.to_owned())).and_then(|id| self.alert(*id));
            let is_snoozed = self.snoozed(&rule.name, run.id, now).is_some();
            match (found.verdict, open) {
                (Verdict::Firing, None) => {
                    next += 1;
                    entries.push(fired(rule, run, found, now, next));
                    if !is_snoozed {
                        entries.push(AlertEntry::new(now, EntryKind::Announced, next));
                    }
                }
                (Verdict::Firing, Some(alert)) if alert.announced.is_none() && !is_snoozed => {
                    entries.push(AlertEntry::new(now, EntryKind::Announced, alert.id));
                }
                (Verdict::Clear, Some(alert)) => entries.push(resolved(alert, found, None, now)),
                (Verdict::Firing | Verdict::Clear | Verdict::Unknown, _) => {}
            }
            if found.verdict == Verdict::Clear && run.is_over && run.workflow.is_some() {
                // A later run of the workflow ended well: what earlier ones fired is settled.
                let earlier = self.open().filter(|alert| {
                    alert.rule == rule.name
                        && alert.run != run.id
                        && alert.workflow.as_deref() == run.workflow
                        && alert.started.is_some_and(|earlier| run.started.is_some_and(|now| now > earlier))
                });
                entries.extend(earlier.map(|alert| resolved(alert, found, Some(run.id), now)));
            }
        }
        entries
    }

    /// Returns the entries that follow from the removal of runs: their firing alerts are resolved.
    pub fn without_runs(&self, is_gone: impl Fn(&str) -> bool, now: i64) -> Vec<AlertEntry> {
        let text = "The run was removed from the store";
        let gone = self.open().filter(|alert| is_gone(&alert.run));
        let entry =
            |id| AlertEntry { text: text.to_owned(), ..AlertEntry::new(now, EntryKind::Resolved, id) };
        gone.map(|alert| entry(alert.id)).collect()
    }

    /// Returns entries that rebuild this state, for the newest `most` alerts and all firing ones.
    pub fn entries(&self, most: usize) -> Vec<AlertEntry> {
        let skipped = self.alerts.len().saturating_sub(most);
        let kept = self.alerts.values().enumerate();
        let kept = kept.filter(|(at, alert)| *at >= skipped || alert.resolved.is_none());
        let mut out: Vec<AlertEntry> = kept.flat_map(|(_, alert)| history(alert)).collect();
        out.extend(
            self.snoozes
                .iter()
                .map(|((rule, run), until)| AlertEntry::snooze(rule, run.as_deref(), *until, *until)),
        );
        out
    }
}

fn fired(rule: &AlertRule, run: &RunSeen<'_>, found: &Judgement, now: i64, id: u64) -> AlertEntry {
    AlertEntry {
        rule: rule.name.clone(),
        run: Some(run.id.to_owned()),
        workflow: run.workflow.map(str::to_owned),
        started: run.started,
        severity: Some(rule.severity),
        value: found.value,
        limit: found.limit,
        tasks: found.tasks.clone(),
        text: found.text.clone(),
        ..AlertEntry::new(now, EntryKind::Fired, id)
    }
}

fn resolved(alert: &Alert, found: &Judgement, by: Option<&str>, now: i64) -> AlertEntry {
    AlertEntry {
        value: found.value,
        limit: found.limit,
        text: found.text.clone(),
        by: by.map(str::to_owned),
        ..AlertEntry::new(now, EntryKind::Resolved, alert.id)
    }
}

fn history(alert: &Alert) -> Vec<AlertEntry> {
    let mut entries = vec![AlertEntry {
        rule: alert.rule.clone(),
        run: Some(alert.run.clone()),
        workflow: alert.workflow.clone(),
        started: alert.started,
        severity: Some(alert.severity),
        value: alert.value,
        limit: alert.limit,
        tasks: alert.tasks.clone(),
        text: alert.text.clone(),
        ..AlertEntry::new(alert.fired, EntryKind::Fired, alert.id)
    }];
    entries.extend(alert.announced.map(|t| AlertEntry::new(t, EntryKind::Announced, alert.id)));
    let delivered = alert.deliveries.iter();
    entries.extend(delivered.map(|d| AlertEntry::delivery(alert.id, &d.handler, d.t, &d.outcome)));
    entries.extend(alert.resolved.map(|t| AlertEntry {
        value: alert.resolved_value,
        text: alert.resolved_text.clone().unwrap_or_default(),
        by: alert.resolved_by.clone(),
        ..AlertEntry::new(t, EntryKind::Resolved, alert.id)
    }));
    entries
}
