//! Summaries of tasks and metrics: their names and where they are stored.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use mongodb::bson::{Document, doc};

use super::Mongo;
use super::client::STATES;
use super::document::{Kept, hex, json, parsed};
use super::numbers::Numbers;
use crate::{Digest, Error, Read, TextKey};

/// Number of summaries fetched at once.
const AT_ONCE: usize = 512;

/// The subject of a summary.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Name {
    Task(TextKey),
    Metric(TextKey),
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (kind, key) = match self {
            Name::Task(key) => ("t", key),
            Name::Metric(key) => ("m", key),
        };
        write!(f, "{kind}/{}", hex(key))
    }
}

impl Name {
    /// Returns its summary as JSON.
    pub(super) fn state(&self, digest: &Digest) -> Result<String, Error> {
        let missing = || Error::Backend { reason: "an event changed no state".to_owned() };
        match self {
            Name::Task(key) => json(digest.tasks.get(key).ok_or_else(missing)?),
            Name::Metric(key) => json(digest.metrics.get(key).ok_or_else(missing)?),
        }
    }
}

/// Returns the names of the summaries that an event may change.
pub(super) fn names_of(line: &Read<'_>) -> impl Iterator<Item = Name> + use<> {
    let event = line.event.as_ref();
    let task = event.and_then(Digest::task_of).map(Name::Task);
    task.into_iter().chain(event.and_then(Digest::metric_of).map(Name::Metric))
}

impl Mongo {
    /// Loads the summaries that events concern, and the stored numbers near theirs.
    pub(super) fn load(
        &self,
        kept: &Kept,
        names: &BTreeSet<Name>,
        numbers: &mut Numbers,
        number_names: Vec<String>,
    ) -> Result<Digest, Error> {
        let mut wanted: Vec<String> = names.iter().map(Name::to_string).collect();
        wanted.extend(number_names);
        let found = self.states(kept, &wanted)?;
        let mut digest = Digest { run: kept.run.clone(), ..Digest::default() };
        for name in names {
            match (found.get(&name.to_string()), name) {
                (Some(state), Name::Task(key)) => drop(digest.tasks.insert(*key, parsed(state)?)),
                (Some(state), Name::Metric(key)) => drop(digest.metrics.insert(*key, parsed(state)?)),
                (None, _) => {}
            }
        }
        let mut of_numbers = found.iter().filter(|(name, _)| name.starts_with("n/"));
        of_numbers.try_for_each(|(name, state)| numbers.load(name, state))?;
        Ok(digest)
    }

    /// Returns the existing summaries with these names.
    fn states(&self, kept: &Kept, names: &[String]) -> Result<BTreeMap<String, String>, Error> {
        let pending = names.iter().filter_map(|name| Some((name.clone(), kept.pending.get(name)?.clone())));
        let mut states: BTreeMap<String, String> = pending.collect();
        if kept.in_blocks() == 0 {
            // Everything is still in the run's document.
            return Ok(states);
        }
        let elsewhere: Vec<&String> = names.iter().filter(|name| !states.contains_key(*name)).collect();
        let mut found = Vec::new();
        for names in elsewhere.chunks(AT_ONCE) {
            let by_id: BTreeMap<String, &String> =
                names.iter().map(|name| (kept.state_id(name), *name)).collect();
            let ids: Vec<&String> = by_id.keys().collect();
            for (id, state) in self.states_where(&doc! { "_id": { "$in": ids } })? {
                found.extend(by_id.get(&id).map(|name| ((*name).clone(), state)));
            }
        }
        states.extend(found);
        Ok(states)
    }

    /// Returns the ids and texts of summaries.
    pub(super) fn states_where(&self, filter: &Document) -> Result<Vec<(String, String)>, Error> {
        let both = |state: &Document| {
            let text = |name| state.get_str(name).map(str::to_owned).ok();
            text("_id").zip(text("state")).ok_or_else(|| Error::corrupt("a state lacks a field"))
        };
        self.client.find(STATES, filter, &doc! { "state": 1 })?.iter().map(both).collect()
    }
}
