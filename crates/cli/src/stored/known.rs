//! The runs of a store: found by their ids, and as what they are made of.

use makespan_analysis::nearest;
use makespan_model::{Run, RunsBuilder};
use makespan_store::{Error, RunQuery, RunState, Store};

use super::{Address, damage};
use crate::failure::Failure;
use crate::output::clean;

/// Among how many runs one is sought that may have been meant.
const LOOKED_THROUGH: u32 = 1_000;

/// What the store knows of a run; `None` where it is not there.
pub(crate) fn known(address: &Address, store: &dyn Store, id: &str) -> Result<Option<RunState>, Failure> {
    match store.run(id) {
        Ok(state) => Ok(state),
        // A word that can be no id is the id of no run.
        Err(Error::Invalid { .. }) => Ok(None),
        Err(error) => Err(address.failed(error)),
    }
}

/// The same, of a run that must be there.
///
/// # Errors
///
/// [`Failure::NoRun`], with a run that may have been meant.
pub(crate) fn state_of(address: &Address, store: &dyn Store, id: &str) -> Result<RunState, Failure> {
    known(address, store, id)?.ok_or_else(|| missing(address, store, id))
}

/// That a run is not there, and which one may have been meant.
pub(crate) fn missing(address: &Address, store: &dyn Store, id: &str) -> Failure {
    // Perhaps it is the one whose id cannot be read.
    let _ = damage::report_all(address, store);
    let query = RunQuery { limit: LOOKED_THROUGH, ..RunQuery::default() };
    // The lists help only to help: without them the message says less.
    let runs = store.runs(&query).map(|page| page.runs).unwrap_or_default();
    let begins = |run: &&RunState| !id.is_empty() && run.id.starts_with(id);
    let (first, second) = {
        let mut those = runs.iter().filter(begins);
        (those.next(), those.next())
    };
    let meant = match (first, second) {
        (Some(one), None) => Some(one.id.as_str()),
        (Some(_), Some(_)) => None,
        _ => runs
            .iter()
            .find(|run| run.name.as_deref() == Some(id))
            .map(|run| run.id.as_str())
            .or_else(|| nearest(id, runs.iter().map(|run| run.id.as_str()))),
    };
    let meant = meant.map_or_else(String::new, |meant| format!("; did you mean {}?", clean(meant)));
    Failure::NoRun { run: clean(id), place: address.shown(), meant }
}

/// The run as it is made from its events.
pub(crate) fn run_of(address: &Address, store: &dyn Store, id: &str) -> Result<Run, Failure> {
    state_of(address, store, id)?;
    fold(store, id).map_err(|error| address.failed(error))?.ok_or_else(|| missing(address, store, id))
}

/// A run out of its events; `None` where there is none.
fn fold(store: &dyn Store, id: &str) -> Result<Option<Run>, Error> {
    let mut fold = RunsBuilder::new();
    damage::report(id, &store.events(id, &mut fold)?);
    Ok(fold.finish().0.into_iter().find(|run| run.id == id))
}

/// All runs of a store but those in the trash, the oldest first.
pub(crate) fn all_runs_of(address: &Address, store: &dyn Store) -> Result<Vec<Run>, Failure> {
    let states = makespan_store::all_runs(store).map_err(|error| address.failed(error))?;
    let mut runs = Vec::with_capacity(states.len());
    for state in states.iter().filter(|state| state.trashed.is_none()) {
        runs.extend(fold(store, &state.id).map_err(|error| address.failed(error))?);
    }
    damage::report_all(address, store)?;
    Ok(runs)
}

/// The events of a run as a file holds them: a line that names the run, then its lines as they came.
pub(crate) fn lines_of(store: &dyn Store, id: &str) -> Result<Vec<u8>, Error> {
    let mut bytes = Vec::new();
    let exported = makespan_store::export(store, id, &mut bytes)?;
    damage::report(id, &exported.gaps);
    Ok(bytes)
}
