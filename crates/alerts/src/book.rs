//! The state of all alerts: a fold of their history, and what comes next.

use std::collections::BTreeMap;

use crate::alert::{Alert, Delivery};
use crate::entry::{AlertEntry, EntryKind};
use crate::judge::{Judgement, Verdict};
use crate::rule::AlertRule;

/// As many deliveries of an alert are kept.
const DELIVERIES: usize = 100;

/// A run whose rules were judged.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RunSeen<'r> {
    /// Its id.
    pub id: &'r str,
    /// Its workflow.
    pub workflow: Option<&'r str>,
    /// First start, ns since the epoch.
    pub started: Option<i64>,
    /// Whether it has finished.
    pub is_over: bool,
}

impl<'r> RunSeen<'r> {
    /// A run of which nothing but the id is known.
    pub fn new(id: &'r str) -> RunSeen<'r> {
        RunSeen { id, ..RunSeen::default() }
    }
}

/// A rule and what it said of a run.
#[derive(Clone, Debug)]
pub struct Judged<'r> {
    /// The rule.
    pub rule: &'r AlertRule,
    /// What it said.
    pub found: Judgement,
}

/// All alerts that are known, and until when which are snoozed.
///
/// It changes only by [`apply`](AlertBook::apply), which keeps no entry back, so that folding the same lines gives the
/// same state.
#[derive(Clone, Debug, Default)]
pub struct AlertBook {
    /// By number.
    alerts: BTreeMap<u64, Alert>,
    /// The open one of a rule and a run.
    open: BTreeMap<(String, String), u64>,
    snoozes: BTreeMap<(String, Option<String>), i64>,
    /// The highest number given so far.
    last: u64,
}

impl AlertBook {
    /// Takes an entry in. O(log n).
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

    /// All alerts, the newest first.
    pub fn alerts(&self) -> impl Iterator<Item = &Alert> {
        self.alerts.values().rev()
    }

    /// The alert of that number.
    pub fn alert(&self, id: u64) -> Option<&Alert> {
        self.alerts.get(&id)
    }

    /// The open ones, by rule and run.
    pub fn open(&self) -> impl Iterator<Item = &Alert> {
        self.open.values().filter_map(|id| self.alerts.get(id))
    }

    /// Until when nobody is to be notified of that rule and run, if that is later than `now`.
    pub fn snoozed(&self, rule: &str, run: &str, now: i64) -> Option<i64> {
        let of = |run: Option<&str>| self.snoozes.get(&(rule.to_owned(), run.map(str::to_owned))).copied();
        of(Some(run)).max(of(None)).filter(|until| *until > now)
    }

    /// What follows from the judgements of a run, in order: alerts that fire, that are announced after a snooze, that
    /// are resolved. The caller keeps the entries and applies them. O(open alerts + judgements).
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

    /// What follows from runs that were removed: their open alerts are resolved.
    pub fn without_runs(&self, is_gone: impl Fn(&str) -> bool, now: i64) -> Vec<AlertEntry> {
        let text = "the run was removed from the store";
        let gone = self.open().filter(|alert| is_gone(&alert.run));
        let entry =
            |id| AlertEntry { text: text.to_owned(), ..AlertEntry::new(now, EntryKind::Resolved, id) };
        gone.map(|alert| entry(alert.id)).collect()
    }

    /// The entries that make this state again, for the newest `most` alerts and all open ones.
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
