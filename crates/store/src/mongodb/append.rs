//! Writing: events that are already stored are left out, the summaries follow the events, and the run's document is
//! replaced.

use std::collections::BTreeSet;
use std::time::Duration;

use mongodb::bson::{Document, doc};

use super::Mongo;
use super::client::{BLOCKS, RUNS, STATES, collection, inserted};
use super::document::{Kept, block_fields, block_id, hex, unique};
use super::numbers::Numbers;
use super::states::names_of;
use crate::block::Block;
use crate::clock::now;
use crate::{Appended, Batch, Checked, Error, Mark, Record, RunState, key};

/// Maximum number of lines processed together.
const AT_ONCE: usize = 512;
/// Maximum number of attempts at a change. Each time, at least one of the competing processes succeeds.
const TRIES: u32 = 100;

/// The result for the first lines of a batch.
struct Step {
    /// The run after these lines.
    kept: Kept,
    /// Number of these lines.
    taken: usize,
    /// Number of new events among them.
    stored: u64,
}

impl Mongo {
    pub(super) fn append_batch(&self, batch: &Batch<'_>) -> Result<Appended, Error> {
        let checked = batch.check()?;
        let mut done = Appended { duplicates: checked.repeated, ..Appended::default() };
        if checked.lines.is_empty() {
            return Ok(done);
        }
        let key = hex(&key(batch.run));
        let _alone = self.alone(&key);
        let mut kept = self.kept(&key)?;
        let (mut from, mut tried) = (0, 0);
        while from < checked.lines.len() {
            let now = now();
            let before = kept.take().unwrap_or_else(|| Kept::new(&key, RunState::new(batch.run, now)));
            if let Some(step) = self.step(before, &checked, from, now)? {
                from += step.taken;
                done.stored += step.stored;
                done.duplicates += step.taken as u64 - step.stored;
                done.events = step.kept.run.events;
                kept = Some(step.kept);
                tried = 0;
            } else {
                self.pause(&mut tried)?;
                kept = self.kept(&key)?;
            }
        }
        Ok(done)
    }

    /// Appends as many lines as fit into one block; `None` if another process changed the run meanwhile.
    fn step(
        &self,
        mut kept: Kept,
        batch: &Checked<'_>,
        from: usize,
        now: i64,
    ) -> Result<Option<Step>, Error> {
        let lines = &batch.lines[from..(from + AT_ONCE).min(batch.lines.len())];
        let mut numbers = Numbers::new(batch.producer);
        let near = numbers.names(lines.iter().map(|line| line.seq));
        let mut digest = self.load(&kept, &lines.iter().flat_map(names_of).collect(), &mut numbers, near)?;
        let first = lines.iter().find(|line| !numbers.holds(line.seq));
        let Some(first) = first else {
            return Ok(Some(Step { kept, taken: lines.len(), stored: 0 }));
        };
        if kept.block.is_full_for(first.line.len()) {
            self.flush(&mut kept)?;
        }
        if numbers.has_later(first.seq) {
            (digest.run.disordered, digest.run.unsettled) = (true, true);
        }
        let (mut taken, mut added, mut changed) = (0, Vec::new(), BTreeSet::new());
        for line in lines {
            if !numbers.holds(line.seq) {
                if kept.block.is_full_for(line.line.len()) {
                    break;
                }
                kept.block.push(Record { producer: batch.producer, seq: line.seq, line: line.line });
                digest.apply(batch.producer, line);
                added.push(line.seq);
                changed.extend(names_of(line));
            }
            taken += 1;
        }
        // Each summary once, however many events changed it.
        for name in changed {
            kept.pending.insert(name.to_string(), name.state(&digest)?);
        }
        kept.pending.extend(numbers.add(&added));
        digest.run.updated = digest.run.updated.max(now);
        digest.run.trashed = None;
        kept.run = digest.run;
        let stored = added.len() as u64;
        Ok(self.replace(&mut kept)?.then_some(Step { kept, taken, stored }))
    }

    /// Moves the contents of a run's document, except its summary, to other documents.
    pub(super) fn flush(&self, kept: &mut Kept) -> Result<(), Error> {
        if kept.block.events() > 0 {
            let mut block = doc! { "_id": block_id(&kept.events, kept.in_blocks()), "version": kept.version };
            block.extend(block_fields(&kept.block)?);
            self.client.write(BLOCKS, kept.version, &[block])?;
        }
        let states: Vec<Document> = kept
            .pending
            .iter()
            .map(|(name, state)| doc! { "_id": kept.state_id(name), "version": kept.version, "state": state })
            .collect();
        self.client.write(STATES, kept.version, &states)?;
        (kept.block, kept.pending) = (Block::default(), Default::default());
        Ok(())
    }

    /// Replaces the version of the run that this one was made from. Returns whether no other process had changed it
    /// before.
    pub(super) fn replace(&self, kept: &mut Kept) -> Result<bool, Error> {
        let before = std::mem::replace(&mut kept.change, unique());
        kept.version += 1;
        let document = kept.to_document()?;
        let place = doc! { "_id": &kept.key, "change": &before };
        let replaced = self.client.ask(async |database| {
            let runs = collection(database, RUNS);
            if before.is_empty() {
                return inserted(runs.insert_one(&document).await);
            }
            runs.replace_one(place.clone(), &document).await.map(|done| done.matched_count > 0)
        })?;
        if replaced {
            return Ok(true);
        }
        // The connection may have broken between the change and its answer, so the change may have been requested
        // twice.
        let mine = doc! { "_id": &kept.key, "change": &kept.change };
        Ok(!self.client.find(RUNS, &mine, &doc! { "_id": 1 })?.is_empty())
    }

    pub(super) fn mark_run(&self, id: &str, mark: &Mark) -> Result<(), Error> {
        let key = hex(&key(id));
        let _alone = self.alone(&key);
        let mut tried = 0;
        loop {
            let mut kept = self.kept(&key)?.ok_or_else(|| Error::NoRun { run: id.to_owned() })?;
            kept.run.mark(mark);
            if self.replace(&mut kept)? {
                return Ok(());
            }
            self.pause(&mut tried)?;
        }
    }

    /// Waits before the next attempt: longer each time, and a different time for every process.
    pub(super) fn pause(&self, tried: &mut u32) -> Result<(), Error> {
        *tried += 1;
        if *tried >= TRIES {
            return Err(Error::Busy { location: self.client.location().to_string() });
        }
        let spread = std::process::id() % 7;
        std::thread::sleep(Duration::from_millis(u64::from((*tried).min(20) + spread)));
        Ok(())
    }
}
