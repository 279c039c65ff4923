//! Damage to a store: reported on stderr as it is met, and by the exit code in the end.

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

use makespan_store::{DamagedRun, Gaps, Store};

use super::Address;
use crate::failure::Failure;
use crate::output::{clean, complain};

/// As many damaged runs are reported one by one.
const TOLD: usize = 20;

/// Runs whose damage was reported. It belongs to the process: whatever reads a damaged run, the exit code says so.
static REPORTED: Mutex<BTreeSet<String>> = Mutex::new(BTreeSet::new());

/// Whether any damage was reported.
pub(crate) fn was_reported() -> bool {
    !REPORTED.lock().unwrap_or_else(PoisonError::into_inner).is_empty()
}

/// Reports what could not be read of a run, once; whether that is anything.
pub(crate) fn report(run: &str, gaps: &Gaps) -> bool {
    if gaps.is_empty() {
        return false;
    }
    say(&format!("run {run}"), gaps);
    true
}

fn say(what: &str, gaps: &Gaps) {
    let mut reported = REPORTED.lock().unwrap_or_else(PoisonError::into_inner);
    if !reported.insert(what.to_owned()) || reported.len() > TOLD {
        return;
    }
    let text = format!("{what} is damaged and events of it are missing: {gaps}");
    complain(&format!("makespan: error: {}", clean(&text)));
}

/// Reads all that is stored of a run and reports what is damaged of it; whether that is anything.
pub(crate) fn check(address: &Address, store: &dyn Store, run: &str) -> Result<bool, Failure> {
    Ok(report(run, &store.check(run).map_err(|error| address.failed(error))?))
}

/// Reports which runs of the store are damaged.
pub(crate) fn report_all(address: &Address, store: &dyn Store) -> Result<(), Failure> {
    let damaged = store.damaged().map_err(|error| address.failed(error))?;
    for DamagedRun { run, place, gaps } in &damaged {
        match run {
            Some(run) => say(&format!("run {run}"), gaps),
            None => say(&format!("a run whose id cannot be read, in {place},"), gaps),
        }
    }
    if damaged.len() > TOLD {
        let text = format!("damaged runs in all: {}", damaged.len());
        complain(&format!("makespan: error: {text}"));
    }
    Ok(())
}
