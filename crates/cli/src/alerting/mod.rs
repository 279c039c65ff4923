//! Alerts of the store: `makespan alerts`, and what `serve` and `run` do about them.

mod dry_run;
mod list;
mod of_run;
mod rules;
mod test;

pub(crate) use dry_run::JudgedDocument;
pub(crate) use list::AlertsDocument;
pub(crate) use of_run::{RunAlerts, RunAlertsDocument};

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use makespan_server::alerts::{AlertLedger, AlertWatch, Couriers};
use makespan_store::Store;

use crate::args::AlertsArgs;
use crate::config::{AlertSettings, Config};
use crate::failure::Failure;
use crate::stored::{Address, now};
use rules::{rules, warn};

/// So long `makespan run` waits for its notices at the end.
const PATIENCE: Duration = Duration::from_secs(10);

/// Lists alerts, snoozes a rule, shows what rules would find, or tests a handler.
pub(crate) fn run(args: &AlertsArgs, config: &Config) -> Result<(), Failure> {
    if args.dry_run {
        return dry_run::run(args, config);
    }
    if let Some(handler) = &args.test {
        return test::run(handler, config);
    }
    list::run(args, config)
}

/// Judges the runs of a store and notifies.
pub(crate) struct Alerting {
    ledger: Arc<AlertLedger>,
    address: Address,
    watch: Mutex<AlertWatch>,
}

impl Alerting {
    /// By the rules and handlers of these settings.
    pub(crate) fn new(settings: &AlertSettings, address: &Address) -> Result<Alerting, Failure> {
        let ledger = Arc::new(address.alerts()?);
        let couriers = Couriers::new(settings.handlers.clone(), Arc::clone(&ledger))
            .map_err(|error| Failure::Config(format!("cannot start a thread for alerts: {error}")))?;
        let watch = AlertWatch::new(rules(settings), Arc::clone(&ledger), couriers);
        Ok(Alerting { ledger, address: address.clone(), watch: Mutex::new(watch) })
    }

    /// The same, if a file configures alerts. An error here does not stop the command from being executed.
    pub(crate) fn configured(config: &Config, address: &Address) -> Option<Alerting> {
        if config.alerts().is_empty() {
            return None;
        }
        let made = Alerting::new(config.alerts(), address);
        made.map_err(|failure| warn(&format!("alerts: {failure}"))).ok()
    }

    /// The history.
    pub(crate) fn ledger(&self) -> Arc<AlertLedger> {
        Arc::clone(&self.ledger)
    }

    /// What a server does every second. A fault is reported once, until it is another one.
    pub(crate) fn every_second(self, store: Arc<dyn Store>) -> Box<dyn FnMut() + Send> {
        let mut last = String::new();
        Box::new(move || {
            let mut watch = self.watch.lock().unwrap_or_else(PoisonError::into_inner);
            let said =
                watch.look(&*store, now()).map_err(|error| error.to_string()).err().unwrap_or_default();
            if !said.is_empty() && said != last {
                warn(&format!("alerts: {said}"));
            }
            last = said;
        })
    }

    /// Judges a run that has ended, and waits a while for whoever is notified.
    pub(crate) fn judge_ended(&self, id: &str) {
        let judged = || -> Result<bool, String> {
            let store = self.address.try_open_soon().map_err(|error| error.to_string())?;
            let state = store.run(id).map_err(|error| error.to_string())?;
            let Some(state) = state else { return Ok(true) };
            let mut watch = self.watch.lock().unwrap_or_else(PoisonError::into_inner);
            watch.judge_run(&*store, &state, now()).map_err(|error| error.to_string())?;
            Ok(watch.couriers().settle(PATIENCE))
        };
        match judged() {
            Ok(true) => {}
            Ok(false) => warn("alerts: not all handlers answered in time; see `makespan alerts`"),
            Err(why) => warn(&format!("alerts: {why}")),
        }
    }
}
