//! Applies rules to runs while they grow.

use std::collections::{BTreeSet, HashMap};
use std::io;
use std::sync::Arc;
use std::time::{Duration, Instant};

use makespan_alerts::{AlertEntry, AlertRule, Baseline, EntryKind, Judged, Moment, RunSeen, Watched, judge};
use makespan_analysis::Facts;
use makespan_format::Status;
use makespan_store::{Error, Order, RunFilter, RunQuery, RunState, Store};

use super::courier::Couriers;
use super::handler::{Notice, NoticeKind};
use super::ledger::AlertLedger;
use crate::fold::fold;

/// Number of latest runs to check, besides all unfinished runs.
const LATEST: u32 = 200;
const ACTIVE: u32 = 1_000;
/// Number of earlier runs in a baseline, and maximum size of a run read for it, bytes.
const EARLIER: usize = 20;
const LARGEST: u64 = 256 << 20;
/// If a run ended longer ago than this when it is first seen, it was imported, and nobody is notified.
const HISTORY: i64 = 3_600_000_000_000;
/// Applying rules uses at most a twentieth of a processor.
const RESTING: u32 = 20;

/// The reason why rules could not be applied.
#[derive(Debug, thiserror::Error)]
pub enum WatchError {
    /// The store.
    #[error("{0}")]
    Store(#[from] Error),
    /// The history of alerts.
    #[error("the history of alerts cannot be used: {0}")]
    Ledger(#[from] io::Error),
}

/// Applies rules to runs, stores the alerts, and notifies handlers.
pub struct AlertWatch {
    rules: Vec<AlertRule>,
    ledger: Arc<AlertLedger>,
    couriers: Couriers,
    seen: HashMap<String, Seen>,
    is_begun: bool,
    /// The pause between two checks of a run, as a multiple of the time that a check takes.
    resting: u32,
}

/// A run at the time of its last check.
#[derive(Default)]
struct Seen {
    events: u64,
    was_active: bool,
    /// The earliest time of the next check.
    next: Option<Instant>,
    baseline: Option<Arc<Baseline>>,
}

impl AlertWatch {
    /// Makes a watch with these rules.
    pub fn new(rules: Vec<AlertRule>, ledger: Arc<AlertLedger>, couriers: Couriers) -> AlertWatch {
        AlertWatch { rules, ledger, couriers, seen: HashMap::new(), is_begun: false, resting: RESTING }
    }

    /// The same, without pauses between checks of a run, whatever they cost.
    pub fn eager(self) -> AlertWatch {
        AlertWatch { resting: 0, ..self }
    }

    /// Returns the threads that deliver notifications.
    pub fn couriers(&self) -> &Couriers {
        &self.couriers
    }

    /// Checks all runs that changed since the last call, and unfinished runs if a rule can fire as time passes.
    ///
    /// # Errors
    ///
    /// [`WatchError`]; runs that were not checked are checked in the next call.
    pub fn look(&mut self, store: &dyn Store, now: i64) -> Result<(), WatchError> {
        let filter = RunFilter { active: Some(true), ..RunFilter::default() };
        let mut runs = store.runs(&RunQuery { filter, limit: ACTIVE, ..RunQuery::default() })?.runs;
        let latest = store.runs(&RunQuery { limit: LATEST, ..RunQuery::default() })?.runs;
        let known: BTreeSet<String> = runs.iter().map(|run| run.id.clone()).collect();
        runs.extend(latest.into_iter().filter(|run| !known.contains(&run.id)));
        let open: BTreeSet<String> =
            self.ledger.read(|book, _| book.open().map(|alert| alert.run.clone()).collect())?;
        if !self.is_begun {
            // Runs that were judged before this program started, or by another one, may have changed meanwhile.
            let listed: BTreeSet<String> = runs.iter().map(|run| run.id.clone()).collect();
            for id in open.difference(&listed) {
                runs.extend(store.run(id)?.filter(|run| run.trashed.is_none()));
            }
        }
        let waits = self.rules.iter().any(|rule| rule.condition.depends_on_time());
        for run in &runs {
            let is_new = !self.seen.contains_key(&run.id);
            let is_history = run.ended().is_some_and(|end| now.saturating_sub(end) > HISTORY);
            let seen = self.seen.entry(run.id.clone()).or_default();
            if is_new && !run.is_active() && !open.contains(&run.id) && (is_history || !self.is_begun) {
                (seen.events, seen.was_active) = (run.events, false);
                continue;
            }
            let has_changed = is_new || seen.events != run.events || seen.was_active != run.is_active();
            let is_due = seen.next.is_none_or(|next| Instant::now() >= next);
            if (has_changed || (waits && run.is_active())) && is_due {
                let began = Instant::now();
                self.judge_run(store, run, now)?;
                let pause = (began.elapsed() * self.resting).min(Duration::from_secs(600));
                let seen = self.seen.entry(run.id.clone()).or_default();
                (seen.events, seen.was_active) = (run.events, run.is_active());
                // The end of a run is judged, too, once the pause is over.
                seen.next = Some(Instant::now() + pause);
            }
        }
        self.is_begun = true;
        let listed: BTreeSet<&str> = runs.iter().map(|run| run.id.as_str()).collect();
        self.seen.retain(|id, _| listed.contains(id.as_str()) || open.contains(id));
        self.without_removed(store, &open, &listed, now)
    }

    /// Resolves firing alerts of runs that no longer exist.
    fn without_removed(
        &self,
        store: &dyn Store,
        open: &BTreeSet<String>,
        listed: &BTreeSet<&str>,
        now: i64,
    ) -> Result<(), WatchError> {
        let mut gone = BTreeSet::new();
        for id in open.iter().filter(|id| !listed.contains(id.as_str())) {
            if store.run(id)?.is_none_or(|run| run.trashed.is_some()) {
                gone.insert(id.as_str());
            }
        }
        if !gone.is_empty() {
            let entries = self.ledger.change(|book| book.without_runs(|run| gone.contains(run), now))?;
            self.announce(&entries, now)?;
        }
        Ok(())
    }

    /// Applies all rules to a run, stores the resulting entries, and notifies handlers.
    ///
    /// # Errors
    ///
    /// [`WatchError`].
    pub fn judge_run(&mut self, store: &dyn Store, state: &RunState, now: i64) -> Result<(), WatchError> {
        let workflow = state.workflow.as_deref();
        let rules: Vec<AlertRule> =
            self.rules.iter().filter(|rule| rule.is_about(workflow)).cloned().collect();
        if rules.is_empty() {
            return Ok(());
        }
        let baseline = self.baseline(store, state, &rules)?;
        let Some(run) = fold(store, &state.id)? else { return Ok(()) };
        let facts = Facts::new(Arc::new(run));
        let moment = match state.is_active() {
            true => Moment::Live { now, last_event: Some(state.updated) },
            false => Moment::Over,
        };
        let watched = Watched { facts: &facts, moment, utc_offset: 0 };
        let judged: Vec<Judged<'_>> =
            rules.iter().map(|rule| Judged { rule, found: judge(rule, &watched, &baseline) }).collect();
        let seen = RunSeen { id: &state.id, workflow, started: state.started(), is_over: !state.is_active() };
        let idle = self.ledger.read(|book, _| book.look(&seen, &judged, now).is_empty())?;
        if idle {
            return Ok(());
        }
        let entries = self.ledger.change(|book| book.look(&seen, &judged, now))?;
        self.announce(&entries, now)
    }

    fn announce(&self, entries: &[AlertEntry], now: i64) -> Result<(), WatchError> {
        let notices: Vec<Notice> = self.ledger.read(|book, _| {
            let notice = |entry: &AlertEntry| {
                let kind = match entry.kind {
                    EntryKind::Announced => NoticeKind::Fired,
                    EntryKind::Resolved => NoticeKind::Resolved,
                    EntryKind::Fired | EntryKind::Snoozed | EntryKind::Delivered => return None,
                };
                let alert = book.alert(entry.id)?.clone();
                // A handler that was never notified of an alert is not notified of its end, and a snooze applies to
                // that, too.
                let is_quiet = kind == NoticeKind::Resolved
                    && (alert.announced.is_none() || book.snoozed(&alert.rule, &alert.run, now).is_some());
                (!is_quiet).then_some(Notice { kind, alert, t: entry.t })
            };
            entries.iter().filter_map(notice).collect()
        })?;
        notices.iter().for_each(|notice| self.couriers.notify(notice));
        Ok(())
    }

    /// Returns the baseline of a run; read once for each run.
    fn baseline(
        &mut self,
        store: &dyn Store,
        state: &RunState,
        rules: &[AlertRule],
    ) -> Result<Arc<Baseline>, Error> {
        if !rules.iter().any(|rule| rule.condition.needs_baseline()) {
            return Ok(Arc::default());
        }
        let seen = self.seen.entry(state.id.clone()).or_default();
        if let Some(baseline) = &seen.baseline {
            return Ok(Arc::clone(baseline));
        }
        let mut baseline = Baseline::default();
        for earlier in earlier(store, state)? {
            if let Some(run) = fold(store, &earlier.id)? {
                baseline.add(rules, &Facts::new(Arc::new(run)));
            }
        }
        let baseline = Arc::new(baseline);
        seen.baseline = Some(Arc::clone(&baseline));
        Ok(baseline)
    }
}

/// Returns the runs of the same workflow that succeeded before this one, latest first.
fn earlier(store: &dyn Store, state: &RunState) -> Result<Vec<RunState>, Error> {
    let Some(workflow) = &state.workflow else { return Ok(Vec::new()) };
    let filter = RunFilter {
        workflow: Some(workflow.clone()),
        statuses: vec![Status::Succeeded],
        until: state.started(),
        ..RunFilter::default()
    };
    let limit = EARLIER as u32 + 1;
    let page = store.runs(&RunQuery { filter, limit, order: Order::Newest, after: None })?;
    let runs = page.runs.into_iter();
    Ok(runs.filter(|run| run.id != state.id && run.bytes <= LARGEST).take(EARLIER).collect())
}
