//! Executes a plan.

use std::path::Path;

use super::archive::archive;
use super::plan::{Leaving, Plan};
use crate::{Error, Mark, OnDamage, RunState, Store};

/// Results, as ids of runs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Applied {
    /// Moved to the trash.
    pub trashed: Vec<String>,
    /// Deleted permanently.
    pub removed: Vec<String>,
    /// Kept, because they have changed since the plan was made.
    pub spared: Vec<String>,
    /// Kept, because a part of them is damaged.
    pub damaged: Vec<String>,
}

/// Executes a plan: removes only runs in the plan that have not changed since. Damaged runs are removed only if the
/// caller accepts damage.
///
/// With an archive folder, the events of each run are written there before it is moved to the trash, and again before
/// it is deleted permanently, which writes nothing if there are no new events. An event that arrives at the moment in
/// which a run is deleted, a day after it was moved to the trash, either opens the run anew or is deleted with it.
///
/// # Errors
///
/// [`Error::Invalid`], without any change, for a plan with an [`objection`](Plan::objection) unless `confirmed` is the
/// number of runs to move to the trash. Other errors stop the execution; what was done by then remains, and the same
/// call or a new plan continues.
pub fn apply(
    store: &dyn Store,
    plan: &Plan,
    confirmed: Option<usize>,
    folder: Option<&Path>,
    damage: OnDamage,
) -> Result<Applied, Error> {
    if let Some(objection) = plan.objection()
        && confirmed != Some(plan.goes.len())
    {
        return Err(Error::invalid(objection));
    }
    let mut applied = Applied::default();
    for Leaving { run, .. } in &plan.goes {
        let gone = RunState { trashed: Some(plan.now), ..run.clone() };
        let goes = store.run(&run.id)?.as_ref() == Some(&gone)
            || is_sound(store, run, damage)?
                && is_ready(store, run, folder, damage)?
                && trash(store, run, plan.now)?;
        let told = if goes { &mut applied.trashed } else { left(store, run, damage, &mut applied)? };
        told.push(run.id.clone());
    }
    for run in &plan.spent {
        let goes = store.run(&run.id)?.is_none()
            || is_sound(store, run, damage)? && is_ready(store, run, folder, damage)?;
        if goes {
            store.delete(&run.id)?;
        }
        let told = if goes { &mut applied.removed } else { left(store, run, damage, &mut applied)? };
        told.push(run.id.clone());
    }
    Ok(applied)
}

/// Returns whether a run is undamaged or damage is accepted. A run that no longer exists has no damage.
fn is_sound(store: &dyn Store, run: &RunState, damage: OnDamage) -> Result<bool, Error> {
    match store.check(&run.id) {
        _ if damage == OnDamage::Accept => Ok(true),
        Ok(gaps) => Ok(gaps.is_empty()),
        Err(Error::NoRun { .. }) => Ok(true),
        Err(error) => Err(error),
    }
}

/// Returns the reason by which a kept run is counted.
fn left<'a>(
    store: &dyn Store,
    run: &RunState,
    damage: OnDamage,
    applied: &'a mut Applied,
) -> Result<&'a mut Vec<String>, Error> {
    let sound = is_sound(store, run, damage)?;
    Ok(if sound { &mut applied.spared } else { &mut applied.damaged })
}

/// Returns whether a run is unchanged; if so, it is also in the archive.
fn is_ready(
    store: &dyn Store,
    run: &RunState,
    folder: Option<&Path>,
    damage: OnDamage,
) -> Result<bool, Error> {
    if store.run(&run.id)?.as_ref() != Some(run) {
        return Ok(false);
    }
    let Some(folder) = folder else { return Ok(true) };
    archive(store, &run.id, folder, damage)?;
    Ok(store.run(&run.id)?.as_ref() == Some(run))
}

/// Moves a run to the trash, unless an event arrived before. Later events restore it.
fn trash(store: &dyn Store, run: &RunState, now: i64) -> Result<bool, Error> {
    store.mark(&run.id, &Mark::Trash(Some(now)))?;
    let found = store.run(&run.id)?;
    if found.as_ref().is_some_and(|found| found.events == run.events && !found.pinned) {
        return Ok(true);
    }
    if found.is_some() {
        store.mark(&run.id, &Mark::Trash(None))?;
    }
    Ok(false)
}
