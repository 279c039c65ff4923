//! Reading the events of a run out of its segments.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use super::index::Listed;
use super::record::Content;
use super::segment::Segment;
use crate::block::Block;
use crate::ranges::Ranges;
use crate::{EachRecord, Error, EventRange, Record, in_order};

/// Which events were met. One may be there twice: a write may fail and be on the disk all the same, and a segment may
/// be copied back by hand.
#[derive(Debug, Default)]
pub(super) struct Seen(BTreeMap<String, Ranges>);

impl Seen {
    /// Whether an event was not met before.
    fn is_new(&mut self, record: Record<'_>) -> bool {
        if !self.0.contains_key(record.producer) {
            self.0.insert(record.producer.to_owned(), Ranges::default());
        }
        self.0.get_mut(record.producer).is_some_and(|numbers| numbers.insert(record.seq))
    }

    /// The block without what was met before.
    pub(super) fn only_new(&mut self, block: Block) -> Block {
        let new: Vec<bool> = block.records().map(|record| self.is_new(record)).collect();
        if new.iter().all(|new| *new) {
            return block;
        }
        let mut rest = Block::default();
        for (record, _) in block.records().zip(new).filter(|(_, new)| *new) {
            rest.push(record);
        }
        rest
    }
}

/// The events of a run as far as the list of runs knows them: their files are open, so what happens to the run from
/// now on does not matter.
#[derive(Debug)]
pub(super) struct Reading {
    segments: Vec<(Segment, fs::File)>,
    disordered: bool,
}

impl Reading {
    /// Opens the files of a run.
    pub(super) fn of(root: &Path, listed: &Listed) -> Result<Reading, Error> {
        let folder = root.join(&listed.folder);
        let open = |(segment, _): &(Segment, u64)| Ok((*segment, segment.open(&folder)?));
        let segments = listed.entry.segments.iter().map(open).collect::<Result<_, Error>>()?;
        Ok(Reading { segments, disordered: listed.entry.run.disordered })
    }

    /// Hands the events to `each`.
    pub(super) fn read(self, part: EventRange, each: &mut EachRecord<'_>) -> Result<(), Error> {
        let sorted = part == EventRange::All && self.disordered;
        let (mut seen, mut gathered) = (Seen::default(), Vec::new());
        let mut left_out = if let EventRange::After(events) = part { events } else { 0 };
        let mut enough = false;
        for (segment, file) in self.segments {
            segment.read(file, 0, |record, _| {
                let Content::Events(block) = record.content else { return Ok(()) };
                if enough {
                    return Ok(());
                }
                let block = seen.only_new(block);
                if sorted {
                    gathered.push(block);
                    return Ok(());
                }
                for record in block.records() {
                    if left_out > 0 {
                        left_out -= 1;
                    } else if each(record).is_break() {
                        enough = true;
                        break;
                    }
                }
                Ok(())
            })?;
            if enough {
                break;
            }
        }
        let records: Vec<Record<'_>> = gathered.iter().flat_map(Block::records).collect();
        for place in in_order(records.iter().map(|record| (record.producer, record.seq))) {
            if each(records[place]).is_break() {
                break;
            }
        }
        Ok(())
    }
}
