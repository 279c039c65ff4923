//! Reads the events of a run: its blocks, followed by the events in its document.

use std::ops::ControlFlow;

use mongodb::bson::{Document, doc};
use mongodb::options::FindOptions;

use super::Mongo;
use super::client::{BLOCKS, RUNS};
use super::document::{Kept, block_id, block_of, hex};
use crate::block::Block;
use crate::{EachRecord, Error, EventRange, Gaps, Record, in_order, key};

/// Number of blocks fetched at once.
const BLOCKS_AT_ONCE: i64 = 16;

impl Mongo {
    /// Returns a run by its key.
    pub(super) fn kept(&self, key: &str) -> Result<Option<Kept>, Error> {
        let place = doc! { "_id": key };
        self.client.find(RUNS, &place, &doc! {})?.first().map(Kept::of).transpose()
    }

    /// Returns a run that must exist.
    pub(super) fn known(&self, id: &str) -> Result<Kept, Error> {
        self.kept(&hex(&key(id)))?.ok_or_else(|| Error::NoRun { run: id.to_owned() })
    }

    pub(super) fn read_events(
        &self,
        kept: &Kept,
        part: EventRange,
        each: &mut EachRecord<'_>,
    ) -> Result<Gaps, Error> {
        match part {
            EventRange::All if kept.run.disordered => self.read_sorted(kept, each)?,
            EventRange::All => self.read_stored(kept, 0, each)?,
            EventRange::After(seen) => self.read_stored(kept, seen, each)?,
        }
        // Missing events are an error.
        Ok(Gaps::default())
    }

    /// Reads the events from a position on, as they were stored.
    fn read_stored(&self, kept: &Kept, from: u64, each: &mut EachRecord<'_>) -> Result<(), Error> {
        let in_blocks = kept.in_blocks();
        let mut place = self.block_of_place(kept, from.min(in_blocks))?;
        let mut hand_out = |block: &Block, first: u64| {
            let skip = usize::try_from(from.saturating_sub(first)).unwrap_or(usize::MAX);
            block.records().skip(skip).try_for_each(&mut *each)
        };
        while place < in_blocks {
            let blocks = self.blocks(kept, place)?;
            for (first, block) in &blocks {
                if *first != place || block.events() == 0 {
                    break;
                }
                if hand_out(block, place).is_break() {
                    return Ok(());
                }
                place += block.events();
            }
            if blocks.first().is_none_or(|(first, _)| *first == place) {
                // It was removed while it was being read.
                self.known(&kept.run.id)?;
                return Err(Error::corrupt(format!("events from {place} on are missing")));
            }
        }
        let _more = hand_out(&kept.block, in_blocks);
        Ok(())
    }

    /// Returns the position of the first event of the block that contains a position.
    fn block_of_place(&self, kept: &Kept, place: u64) -> Result<u64, Error> {
        if place == 0 || place >= kept.in_blocks() {
            return Ok(place);
        }
        let ids =
            doc! { "_id": { "$gte": block_id(&kept.events, 0), "$lte": block_id(&kept.events, place) } };
        let last =
            FindOptions::builder().sort(doc! { "_id": -1 }).projection(doc! { "_id": 1 }).limit(1).build();
        // If there is none, the following query reports it.
        self.client.find_with(BLOCKS, &ids, &last)?.first().map_or(Ok(place), first_of)
    }

    /// Fetches the next blocks from a position on, each with the position of its first event.
    fn blocks(&self, kept: &Kept, place: u64) -> Result<Vec<(u64, Block)>, Error> {
        let ids = doc! {
            "_id": { "$gte": block_id(&kept.events, place), "$lt": block_id(&kept.events, kept.in_blocks()) },
        };
        let next = FindOptions::builder().sort(doc! { "_id": 1 }).limit(BLOCKS_AT_ONCE).build();
        let found = self.client.find_with(BLOCKS, &ids, &next)?;
        found.iter().map(|document| Ok((first_of(document)?, block_of(document)?))).collect()
    }

    fn read_sorted(&self, kept: &Kept, each: &mut EachRecord<'_>) -> Result<(), Error> {
        let mut stored = Vec::new();
        self.read_stored(kept, 0, &mut |record| {
            stored.push((record.producer.to_owned(), record.seq, record.line.to_owned()));
            ControlFlow::Continue(())
        })?;
        for place in in_order(stored.iter().map(|(producer, seq, _)| (producer.as_str(), *seq))) {
            let (producer, seq, line) = &stored[place];
            if each(Record { producer, seq: *seq, line }).is_break() {
                break;
            }
        }
        Ok(())
    }
}

/// Returns the position of the first event of a block.
fn first_of(document: &Document) -> Result<u64, Error> {
    let place = || u64::from_str_radix(document.get_str("_id").ok()?.rsplit('/').next()?, 16).ok();
    place().ok_or_else(|| Error::corrupt("a block does not say which events it holds"))
}
