//! Removes whole runs, and the summaries of runs that are computed again. The prefix of their documents is recorded
//! first, so that a later process can complete an interrupted removal.

use std::collections::BTreeSet;
use std::ops::ControlFlow;

use mongodb::bson::{Document, doc};

use super::Mongo;
use super::client::{BLOCKS, LEAVING, RUNS, STATES, collection, count, inserted};
use super::document::{Kept, hex, unique};
use super::states::names_of;
use crate::clock::now;
use crate::{Digest, Error, EventRange, Read, key};

/// Time for which unreferenced documents are left alone, in ns: a process may be about to reference them.
const LEAVE: i64 = 24 * 3_600 * 1_000_000_000;
/// Number of summaries written at once.
const AT_ONCE: usize = 512;

impl Mongo {
    pub(super) fn delete_run(&self, id: &str) -> Result<(), Error> {
        let key = hex(&key(id));
        let _alone = self.alone(&key);
        let mut tried = 0;
        loop {
            let Some(kept) = self.kept(&key)? else { return Ok(()) };
            let ids = [kept.events.as_str(), kept.tasks.as_str()];
            self.leave(&kept.key, &ids)?;
            // Only what was recorded is removed: a run that was created again or settled meanwhile has other ids.
            let place = doc! { "_id": &kept.key, "events": ids[0], "tasks": ids[1] };
            let delete = async |database: &_| collection(database, RUNS).delete_one(place.clone()).await;
            if self.client.ask(delete)?.deleted_count > 0 {
                return ids.iter().try_for_each(|id| self.purge(id));
            }
            self.pause(&mut tried)?;
        }
    }

    /// Computes the summaries of a run again. Returns whether it exists.
    pub(super) fn settle(&self, key: &str) -> Result<bool, Error> {
        let _alone = self.alone(key);
        let mut tried = 0;
        loop {
            let Some(mut kept) = self.kept(key)? else { return Ok(false) };
            let before = std::mem::replace(&mut kept.tasks, unique());
            self.leave(key, &[&before, &kept.tasks])?;
            self.recompute(&mut kept)?;
            if self.replace(&mut kept)? {
                return self.purge(&before).and_then(|()| self.keep(&kept.tasks)).map(|()| true);
            }
            self.purge(&kept.tasks)?;
            self.pause(&mut tried)?;
        }
    }

    /// Writes the summaries of a run's tasks and metrics, computed from its events, under the current prefix.
    fn recompute(&self, kept: &mut Kept) -> Result<(), Error> {
        let mut digest = Digest { run: kept.run.without_events(), ..Digest::default() };
        let mut names = BTreeSet::new();
        let _none = self.read_events(kept, EventRange::All, &mut |record| {
            let read = Read::of(record.seq, record.line);
            names.extend(names_of(&read));
            digest.apply(record.producer, &read);
            ControlFlow::Continue(())
        })?;
        kept.pending.retain(|name, _| name.starts_with("n/"));
        if kept.in_blocks() == 0 {
            // Summaries in the run's document stay there.
            for name in names {
                kept.pending.insert(name.to_string(), name.state(&digest)?);
            }
            kept.run = digest.run;
            return Ok(());
        }
        let all: Vec<_> = names.into_iter().collect();
        for names in all.chunks(AT_ONCE) {
            let states = names.iter().map(|name| {
                let id = kept.state_id(&name.to_string());
                Ok(doc! { "_id": id, "version": kept.version, "state": name.state(&digest)? })
            });
            let states: Vec<Document> = states.collect::<Result<_, Error>>()?;
            self.client.write(STATES, kept.version, &states)?;
        }
        kept.run = digest.run;
        Ok(())
    }

    /// Removes what an earlier process left, except what a run still references.
    pub(super) fn tidy(&self) -> Result<(), Error> {
        let long_ago = now().saturating_sub(LEAVE);
        for leaving in self.client.find(LEAVING, &doc! {}, &doc! {})? {
            let (Ok(id), Ok(run)) = (leaving.get_str("_id"), leaving.get_str("run")) else { continue };
            if count(&leaving, "since").is_none_or(|since| since > long_ago) {
                continue;
            }
            let refers = doc! { "_id": run, "$or": [{ "events": id }, { "tasks": id }] };
            if self.client.find(RUNS, &refers, &doc! { "_id": 1 })?.is_empty() {
                self.purge(id)?;
            } else {
                self.keep(id)?;
            }
        }
        Ok(())
    }

    /// Records that the documents with these prefixes are about to be removed.
    fn leave(&self, run: &str, ids: &[&str]) -> Result<(), Error> {
        let since = now();
        ids.iter().try_for_each(|id| {
            let document = doc! { "_id": *id, "run": run, "since": since };
            let insert = self
                .client
                .ask(async |database| inserted(collection(database, LEAVING).insert_one(&document).await));
            insert.map(|_| ())
        })
    }

    /// Removes the documents with this prefix.
    fn purge(&self, id: &str) -> Result<(), Error> {
        // The character after the slash ends the range of ids that begin with the prefix and a slash.
        let all = doc! { "_id": { "$gte": format!("{id}/"), "$lt": format!("{id}0") } };
        for name in [BLOCKS, STATES] {
            self.client.ask(async |database| collection(database, name).delete_many(all.clone()).await)?;
        }
        self.keep(id)
    }

    /// Withdraws a recorded removal.
    fn keep(&self, id: &str) -> Result<(), Error> {
        let place = doc! { "_id": id };
        let keep = async |database: &_| collection(database, LEAVING).delete_one(place.clone()).await;
        self.client.ask(keep).map(|_| ())
    }
}
